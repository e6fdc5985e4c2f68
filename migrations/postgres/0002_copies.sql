-- What is kept of each text to recognise its copies, for a window of days.

CREATE TABLE fingerprints (
    article  BIGINT PRIMARY KEY,
    group_id BIGINT NOT NULL,
    exact    BIGINT NOT NULL,
    tokens   BYTEA NOT NULL,                     -- 16-bit word tokens, little-endian
    title    BYTEA NOT NULL,
    source   TEXT NOT NULL,
    at       BIGINT NOT NULL,
    dated    BOOLEAN NOT NULL,                  -- whether `at` is the text's own date
    serial   BIGINT NOT NULL                    -- of the recording that wrote it, see marks
);
CREATE INDEX fingerprints_at ON fingerprints (at);
CREATE INDEX fingerprints_serial ON fingerprints (serial);

-- Which articles hold a sampled phrase, with all that a first look needs to know of them: no join,
-- and no second index. An article's rows are found again through the phrases of its tokens. Those of
-- recordings after the mark `entered` are not here yet: each worker derives them from the fingerprints.
CREATE TABLE postings (
    gram     BIGINT NOT NULL,
    article  BIGINT NOT NULL,
    group_id BIGINT NOT NULL,
    source   BIGINT NOT NULL,                   -- a number that stands for the source
    hour     BIGINT NOT NULL,                   -- of the text's time, since 1970
    PRIMARY KEY (gram, article)
);

-- The admin's word: this article is not of this group's text.
CREATE TABLE splits (
    article  BIGINT NOT NULL,
    group_id BIGINT NOT NULL,
    at       BIGINT NOT NULL,
    PRIMARY KEY (article, group_id)
);
