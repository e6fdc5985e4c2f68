-- Times are milliseconds since the epoch, UTC. JSON is kept as text.
-- The same tables and columns stand in migrations/postgres: a test compares them.

-- What we know of each source beside its configuration.
CREATE TABLE sources (
    id               TEXT PRIMARY KEY,
    url              TEXT NOT NULL,             -- as configured; a change resets validators
    host             TEXT NOT NULL,
    enabled          BOOLEAN NOT NULL,
    schedule         TEXT NOT NULL,             -- as configured; a change makes the source due
    next_fetch_at    BIGINT NOT NULL,
    next_reason      TEXT NOT NULL,
    claimed_until    BIGINT,
    claimed_by       TEXT,
    etag             TEXT,
    last_modified    TEXT,
    validators_url   TEXT,                      -- the address that they belong to
    body_hash        BIGINT,
    plan             TEXT NOT NULL,             -- JSON: schedule's memory of this source
    feed_id          TEXT,
    feed_title       TEXT,
    feed_link        TEXT,
    feed_lang        TEXT,
    feed_rights      TEXT,
    feed_image       TEXT,
    hubs             TEXT,                      -- JSON: WebSub hubs and topic
    repairs          TEXT,                      -- JSON: what had to be mended last time
    template         TEXT,                      -- JSON: learnt site template
    layout_changed_at BIGINT,
    last_attempt_at  BIGINT,
    last_success_at  BIGINT,
    last_new_at      BIGINT,
    last_status      BIGINT,
    last_error_kind  TEXT,
    last_error       TEXT,
    created_at       BIGINT NOT NULL
);
CREATE INDEX sources_due ON sources (next_fetch_at) WHERE enabled;

-- Recent fetches of each source, for the admin.
CREATE TABLE fetches (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    source      TEXT NOT NULL,
    at          BIGINT NOT NULL,
    outcome     TEXT NOT NULL,                  -- ok, not_modified, or the kind of the error
    status      BIGINT,
    millis      BIGINT NOT NULL,
    bytes       BIGINT NOT NULL,
    entries     BIGINT NOT NULL,
    new_entries BIGINT NOT NULL,
    next_at     BIGINT NOT NULL,
    reason      TEXT NOT NULL
);
CREATE INDEX fetches_source ON fetches (source, at);

-- Entries of feeds, and the queue of those still to be processed.
CREATE TABLE entries (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    source          TEXT NOT NULL,
    entry_key       TEXT NOT NULL,              -- the entry's id, else its link
    link            TEXT,
    url_key         TEXT,                       -- canonical form of the link
    host            TEXT NOT NULL,              -- host of the article page; '' where nothing is fetched
    title           TEXT NOT NULL,
    detail          TEXT NOT NULL,              -- JSON: authors, dates, summary, content, media, categories
    content_hash    BIGINT NOT NULL,
    published_at    BIGINT,
    state           TEXT NOT NULL,              -- pending, done, failed, twin
    twin_of         BIGINT,
    attempts        BIGINT NOT NULL,
    next_attempt_at BIGINT NOT NULL,
    claimed_until   BIGINT,
    claimed_by      TEXT,
    last_error_kind TEXT,
    last_error      TEXT,
    first_seen_at   BIGINT NOT NULL,
    UNIQUE (source, entry_key)
);
CREATE INDEX entries_queue ON entries (host, next_attempt_at, id, claimed_until) WHERE state = 'pending';
CREATE INDEX entries_url ON entries (url_key);
CREATE INDEX entries_claimed ON entries (claimed_by) WHERE claimed_by IS NOT NULL;

-- What scraping made of an entry. One row for each processed entry, under the entry's id.
CREATE TABLE articles (
    id            BIGINT PRIMARY KEY,
    source        TEXT NOT NULL,
    group_id      BIGINT NOT NULL,
    url           TEXT NOT NULL,
    url_key       TEXT NOT NULL,
    title         TEXT NOT NULL,
    author        TEXT,
    published_at  BIGINT NOT NULL,
    lang          TEXT,
    text          TEXT NOT NULL,                -- emptied for old rejects
    html          TEXT NOT NULL,
    summary       TEXT NOT NULL,
    image         TEXT,
    rights        TEXT,
    enclosures    TEXT NOT NULL,                -- JSON
    method        TEXT NOT NULL,
    chars         BIGINT NOT NULL,
    credits       BOOLEAN NOT NULL,             -- names an agency as its author
    etag          TEXT,
    last_modified TEXT,
    relevant      BOOLEAN NOT NULL,
    review        BOOLEAN NOT NULL,
    score         DOUBLE PRECISION NOT NULL,
    verdict       TEXT NOT NULL,                -- JSON
    rules         TEXT NOT NULL,                -- version of the rules that judged it
    revision      BIGINT NOT NULL,
    created_at    BIGINT NOT NULL,
    updated_at    BIGINT NOT NULL
);
CREATE INDEX articles_group ON articles (group_id);
CREATE INDEX articles_url ON articles (url_key);
CREATE INDEX articles_source ON articles (source, created_at);

-- Earlier states of an article's text.
CREATE TABLE revisions (
    article BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    title   TEXT NOT NULL,
    chars   BIGINT NOT NULL,
    PRIMARY KEY (article, seen_at)
);

-- All copies of one text: what is published, under one id for ever.
CREATE TABLE groups (
    id               INTEGER PRIMARY KEY AUTOINCREMENT,
    tag              TEXT NOT NULL UNIQUE,      -- tag: URI (RFC 4151), made once
    lead             BIGINT NOT NULL,           -- article
    story_id         BIGINT NOT NULL,
    source           TEXT NOT NULL,             -- the lead's
    lang             TEXT,
    published_at     BIGINT NOT NULL,
    updated_at       BIGINT NOT NULL,
    relevant         BOOLEAN NOT NULL,
    review           BOOLEAN NOT NULL,
    score            DOUBLE PRECISION NOT NULL,
    verdict          TEXT NOT NULL,             -- JSON: the lead's, or the best copy's
    decision         TEXT,                      -- the admin's: accept or reject
    changed_at       BIGINT NOT NULL,           -- anything a feed shows changed
    created_at       BIGINT NOT NULL,
    withdrawn_at     BIGINT,
    withdrawn_reason TEXT
);
CREATE INDEX groups_feed ON groups (published_at, id) WHERE relevant;
CREATE INDEX groups_review ON groups (published_at, id) WHERE review;
CREATE INDEX groups_changed ON groups (changed_at);
CREATE INDEX groups_story ON groups (story_id);

CREATE TABLE group_topics (
    group_id BIGINT NOT NULL,
    topic    TEXT NOT NULL,
    score    DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (group_id, topic)
);
CREATE INDEX group_topics_topic ON group_topics (topic, group_id);

CREATE TABLE group_countries (
    group_id BIGINT NOT NULL,
    country  TEXT NOT NULL,
    PRIMARY KEY (group_id, country)
);
CREATE INDEX group_countries_country ON group_countries (country, group_id);

-- Groups about one event.
CREATE TABLE stories (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

-- When each host may be asked next, over all workers; and its robots.txt.
CREATE TABLE hosts (
    host       TEXT PRIMARY KEY,
    next_at    BIGINT NOT NULL,
    robots     TEXT,
    robots_at  BIGINT
);

-- Single values: the serial number and lock row of recordings (groups), the recording up to which
-- phrases stand in postings (entered), the version that feeds watch (content).
CREATE TABLE marks (
    name  TEXT PRIMARY KEY,
    value BIGINT NOT NULL
);
INSERT INTO marks (name, value) VALUES ('groups', 0), ('entered', 0), ('content', 0);
