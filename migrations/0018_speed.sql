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
