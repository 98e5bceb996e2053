DROP TABLE simulations;
DROP TABLE triage_facts;
