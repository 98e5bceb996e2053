-- What was written anew is as right without it.
DELETE FROM jobs WHERE kind IN ('queue_marks', 'outcomes') AND progress IS NULL;
