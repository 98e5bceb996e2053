-- The platform that asks for an opinion, where it is one that referred the complaint: what its own list is read by.
ALTER TABLE complaints ADD COLUMN referred_by text COLLATE "C";
CREATE INDEX complaints_referred_by ON complaints (referred_by, filed_at DESC, id DESC) WHERE referred_by IS NOT NULL;
