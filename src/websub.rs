//! WebSub: subscriber towards sources, hub towards subscribers.
