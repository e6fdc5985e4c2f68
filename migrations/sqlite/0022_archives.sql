-- Archives of output feeds (RFC 5005): where each document ends, in the order of publication.
CREATE TABLE archives (
    feed          TEXT NOT NULL,                -- id of the output feed
    number        BIGINT NOT NULL,              -- from 1, the oldest
    last_position BIGINT NOT NULL,
    closed_at     BIGINT NOT NULL,
    PRIMARY KEY (feed, number)
);

-- The documents as they were first served; for ever, but for what is withdrawn.
CREATE TABLE archive_documents (
    feed    TEXT NOT NULL,
    number  BIGINT NOT NULL,
    form    TEXT NOT NULL,                      -- atom, rss
    body    BLOB NOT NULL,                      -- gzip
    made_at BIGINT NOT NULL,
    PRIMARY KEY (feed, number, form)
);
