-- Words of each published group, folded by the program, for search. The row is the group's.

-- engine: begin
CREATE VIRTUAL TABLE entry_texts USING fts5(
    words, stems, content = '', contentless_delete = 1, tokenize = "unicode61 remove_diacritics 0"
);
-- engine: end
