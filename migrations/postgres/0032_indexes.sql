DROP INDEX articles_group; -- articles_feed begins with the same column
