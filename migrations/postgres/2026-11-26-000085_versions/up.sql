-- What several people change has a version: who changes it names the one it saw.
ALTER TABLE accounts ADD COLUMN version bigint NOT NULL DEFAULT 1;
ALTER TABLE endpoints ADD COLUMN version bigint NOT NULL DEFAULT 1;
-- The number of the activation that stands for a policy; no two have one.
ALTER TABLE policies ADD COLUMN activation bigint;
UPDATE policies SET activation = (
    SELECT count(*) FROM policies AS p
    WHERE p.active_from < policies.active_from OR (p.active_from = policies.active_from AND p.version <= policies.version)
) WHERE active_from IS NOT NULL;
CREATE UNIQUE INDEX policies_activation ON policies (activation) WHERE activation IS NOT NULL;
