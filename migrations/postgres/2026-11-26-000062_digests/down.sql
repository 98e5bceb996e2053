DROP INDEX dispatches_issued;
