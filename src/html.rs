//! HTML shared by the stages: caps before parsing, sanitising, plain text, absolute addresses.
