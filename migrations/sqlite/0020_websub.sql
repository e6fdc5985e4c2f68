-- What we are subscribed to at sources' hubs (WebSub), and what the hubs brought.

CREATE TABLE subscriptions (
    source TEXT PRIMARY KEY,
    token  TEXT NOT NULL UNIQUE,                -- last part of the callback's address
    state  TEXT NOT NULL,                       -- JSON
    due_at BIGINT NOT NULL                      -- when something is to be done about it
);
CREATE INDEX subscriptions_due ON subscriptions (due_at);

-- Content whose signature was good, until its entries are recorded.
CREATE TABLE deliveries (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    source       TEXT NOT NULL,
    address      TEXT NOT NULL,                 -- of the feed
    content_type TEXT,
    body         BLOB NOT NULL,
    at           BIGINT NOT NULL
);
