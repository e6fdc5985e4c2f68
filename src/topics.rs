//! Text to verdict with evidence, by the rules of `topics.toml`. Pure.
