-- The topics that the admin named with a decision: a JSON list of ids; none where the rules name them.
ALTER TABLE groups ADD COLUMN decision_topics TEXT;
