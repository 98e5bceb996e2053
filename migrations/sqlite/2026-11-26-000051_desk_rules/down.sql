DROP TABLE desk_rules;
