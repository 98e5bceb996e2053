DROP INDEX policies_active_from;
