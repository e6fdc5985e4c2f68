//! Bytes to entries: repair, parsing, dates, links, discovery. Pure.
