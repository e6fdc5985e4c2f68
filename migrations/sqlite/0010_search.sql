-- Full-text search over published groups. Words are folded and stemmed by us before they get
-- here, so that both engines find the same; the engines only keep and look up.
-- engine: begin
CREATE VIRTUAL TABLE search USING fts5(
    title, body, content='', contentless_delete=1, detail=full, tokenize="unicode61 remove_diacritics 0"
);
-- engine: end
CREATE INDEX articles_feed ON articles (group_id, published_at);
CREATE INDEX groups_withdrawn ON groups (withdrawn_at) WHERE withdrawn_at IS NOT NULL;
