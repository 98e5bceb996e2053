-- SQLite finds an answer by account and key in either order; PostgreSQL is given the key first.
SELECT 1;
