-- In which order groups were published: archives are cut along it, and the hub reads on in it.
-- Both numbers come from the mark `publications`, whose row is the lock of their order.
CREATE TABLE publications (
    group_id   BIGINT PRIMARY KEY,
    position   BIGINT NOT NULL UNIQUE,          -- when it was first published; never changes
    change     BIGINT NOT NULL UNIQUE,          -- when a reader should last look again
    updated_at BIGINT NOT NULL                  -- the group's own, as it was told of last
);
INSERT INTO publications (group_id, position, change, updated_at)
    SELECT id, ROW_NUMBER() OVER (ORDER BY created_at, id),
           ROW_NUMBER() OVER (ORDER BY created_at, id), updated_at
    FROM groups WHERE relevant;
INSERT INTO marks (name, value) SELECT 'publications', COUNT(*) FROM publications;

-- Who asked our hub for news of our feeds (WebSub), and up to which change they have it.
CREATE TABLE hub_subscriptions (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    callback   TEXT NOT NULL,
    hub_topic  TEXT NOT NULL,                   -- address of a feed of ours
    host       TEXT NOT NULL,                   -- of the callback
    secret     TEXT,
    until_at   BIGINT NOT NULL,                 -- end of the lease
    reached    BIGINT NOT NULL,                 -- last change that was delivered
    due_at     BIGINT NOT NULL,                 -- no delivery before: claimed, or failed lately
    failures   BIGINT NOT NULL,                 -- since the last success
    slow       BOOLEAN NOT NULL,                -- failed or took long last time
    last_error TEXT,
    created_at BIGINT NOT NULL,
    UNIQUE (callback, hub_topic)
);
CREATE INDEX hub_subscriptions_reached ON hub_subscriptions (slow, reached);
CREATE INDEX hub_subscriptions_host ON hub_subscriptions (host);
CREATE INDEX hub_subscriptions_topic ON hub_subscriptions (hub_topic);

-- Requests to the hub until the callback has said whether it meant them.
CREATE TABLE hub_requests (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    callback  TEXT NOT NULL,
    hub_topic TEXT NOT NULL,
    host      TEXT NOT NULL,
    mode      TEXT NOT NULL,                    -- subscribe, unsubscribe, denied
    secret    TEXT,
    lease     BIGINT NOT NULL,                  -- seconds
    attempts  BIGINT NOT NULL,
    due_at    BIGINT NOT NULL,
    UNIQUE (callback, hub_topic)                -- the last word counts
);
CREATE INDEX hub_requests_due ON hub_requests (due_at);
CREATE INDEX hub_requests_host ON hub_requests (host);
