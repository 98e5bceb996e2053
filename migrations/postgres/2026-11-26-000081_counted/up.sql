-- What the queue's counts read is in its index: a thousand complaints are not looked up to be counted.
DROP INDEX complaints_queue;
CREATE INDEX complaints_queue ON complaints (queue_on, id, track, state) WHERE queue_on IS NOT NULL;
