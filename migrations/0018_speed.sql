-- +goose Up
-- Intake: what is long is packed by lz4, a fifth of pglz's work at almost the same
-- size. A PostgreSQL built without it goes on with what it has.
-- +goose StatementBegin
DO $$
BEGIN
  ALTER TABLE raw ALTER COLUMN bytes SET COMPRESSION lz4;
  ALTER TABLE item ALTER COLUMN body SET COMPRESSION lz4, ALTER COLUMN verdict SET COMPRESSION lz4, ALTER COLUMN tokens SET COMPRESSION lz4;
  ALTER TABLE item_version ALTER COLUMN body SET COMPRESSION lz4;
EXCEPTION WHEN feature_not_supported THEN
  NULL;
END $$;
-- +goose StatementEnd

-- Words to search by wait in the index's pending list until a node's tidy merges
-- them: many letters at once cost a third of what each costs by itself. What waits is
-- found too, by looking through the list, which therefore stays short of this (in
-- KiB).
ALTER INDEX item_tokens SET (gin_pending_list_limit = 32768);

-- The raw of an item says its source, and discovery's documents are an index: their
-- references are looked up for each row, and say nothing that the item's don't.
ALTER TABLE item DROP CONSTRAINT item_source_id_fkey;
ALTER TABLE topic_doc DROP CONSTRAINT topic_doc_item_id_fkey, DROP CONSTRAINT topic_doc_topic_id_fkey;
