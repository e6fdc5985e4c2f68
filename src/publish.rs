//! Published entries to Atom, RSS, JSON Feed and OPML. Pure.
