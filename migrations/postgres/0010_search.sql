-- Full-text search over published groups. Words are folded and stemmed by us before they get
-- here, so that both engines find the same; the engines only keep and look up.
-- engine: begin
CREATE TABLE search (
    group_id BIGINT PRIMARY KEY,
    words    TSVECTOR NOT NULL
);
-- Without a list of pending words: it makes look-ups dear, and the planner then reads the whole table.
CREATE INDEX search_words ON search USING GIN (words) WITH (fastupdate = off);
-- engine: end
CREATE INDEX articles_feed ON articles (group_id, published_at);
CREATE INDEX groups_withdrawn ON groups (withdrawn_at) WHERE withdrawn_at IS NOT NULL;
