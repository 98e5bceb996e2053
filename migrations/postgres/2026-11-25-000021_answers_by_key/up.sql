-- Answers are looked up by many keys of one account. With the account first, a plan made while the table
-- is empty reads every answer of the account and filters; with the key first it cannot.
ALTER TABLE idempotency DROP CONSTRAINT idempotency_pkey, ADD PRIMARY KEY (key, account_id);
