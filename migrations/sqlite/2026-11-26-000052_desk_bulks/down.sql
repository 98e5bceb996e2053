DROP TABLE desk_bulk_items;
DROP TABLE desk_bulks;
