-- +goose Up
-- Intake in bulk. The raw that an item came from is kept in a commit before the
-- item's, and the topic in the same one; neither is ever deleted. Their references were
-- looked up for each row.
ALTER TABLE item DROP CONSTRAINT item_raw_id_fkey, DROP CONSTRAINT item_topic_id_fkey;

-- A verdict is written once and read whole: it stays the text that it came in. To take
-- it apart was the dearest of what the database did with an item's columns.
ALTER TABLE item ALTER COLUMN verdict TYPE json USING verdict::text::json;
-- +goose StatementBegin
DO $$
BEGIN
  ALTER TABLE item ALTER COLUMN verdict SET COMPRESSION lz4;
EXCEPTION WHEN feature_not_supported THEN
  NULL;
END $$;
-- +goose StatementEnd
