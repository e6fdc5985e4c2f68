//! The two kinds of work, and the worker that runs them.
