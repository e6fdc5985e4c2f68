-- Words of each published group, folded by the program, for search. The row is the group's.

-- engine: begin
CREATE TABLE entry_texts (
    rowid BIGINT PRIMARY KEY,
    words TSVECTOR NOT NULL
);
CREATE INDEX entry_texts_words ON entry_texts USING gin (words);
-- engine: end
