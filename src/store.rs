//! The store: SQLite or PostgreSQL behind one set of queries.
