DROP TABLE dispatch_pulls;
