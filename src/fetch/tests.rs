//! The client against servers on loopback that misbehave.
