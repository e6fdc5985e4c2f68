-- What is kept of each text to recognise its copies, for a window of days.

CREATE TABLE fingerprints (
    article  BIGINT PRIMARY KEY,
    group_id BIGINT NOT NULL,
    exact    BIGINT NOT NULL,
    tokens   BYTEA NOT NULL,                     -- 16-bit word tokens, little-endian
    title    BYTEA NOT NULL,
    source   TEXT NOT NULL,
    at       BIGINT NOT NULL,
    dated    BOOLEAN NOT NULL                   -- whether `at` is the text's own date
);
CREATE INDEX fingerprints_at ON fingerprints (at);

-- Which articles hold a sampled phrase.
CREATE TABLE postings (
    gram    BIGINT NOT NULL,
    article BIGINT NOT NULL,
    PRIMARY KEY (gram, article)
);
CREATE INDEX postings_article ON postings (article);
