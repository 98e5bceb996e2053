DROP INDEX complaints_queue;
CREATE INDEX complaints_queue ON complaints (queue_on, id) WHERE queue_on IS NOT NULL;
