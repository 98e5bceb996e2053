DELETE FROM jobs WHERE kind = 'outcomes';
DROP TABLE publication_rules;
DROP TABLE published;
DROP TABLE outcomes;
