DROP TABLE platform_rules;
