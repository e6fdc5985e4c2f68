-- When a text was published, found without reading its vector.
CREATE INDEX story_vectors_group ON story_vectors (group_id, at);
