-- What is kept of each published group to link it with others about the same event.

CREATE TABLE story_vectors (
    group_id BIGINT PRIMARY KEY,
    at       BIGINT NOT NULL,                   -- when the text was published
    vector   TEXT NOT NULL                      -- JSON
);
CREATE INDEX story_vectors_at ON story_vectors (at);

-- The weightiest features, by which groups find each other.
CREATE TABLE story_keys (
    key      BIGINT NOT NULL,
    group_id BIGINT NOT NULL,
    PRIMARY KEY (key, group_id)
) WITHOUT ROWID;
CREATE INDEX story_keys_group ON story_keys (group_id);
