-- +goose Up
-- What stands, or stood, on a hot list (热榜): one row for its item. The rank at each reading is in hot_rank.
CREATE TABLE hot_entry (
  item_id   bigint PRIMARY KEY REFERENCES item,
  source_id bigint NOT NULL REFERENCES source,
  list      text NOT NULL,                       -- its name, 微博热搜
  rank      int NOT NULL CHECK (rank > 0),       -- when it was last seen there
  heat      bigint CHECK (heat >= 0),
  best      int NOT NULL CHECK (best > 0),
  best_at   timestamptz NOT NULL,
  first_at  timestamptz NOT NULL,
  since     timestamptz NOT NULL,                -- since when without a break, or from when on the last time
  last_at   timestamptz NOT NULL,
  stayed    interval NOT NULL DEFAULT '0',       -- of the earlier times
  left_at   timestamptz,                         -- of the first reading without it; null: it is there
  CHECK (first_at <= since AND since <= last_at AND best <= rank),
  CHECK (left_at > last_at)
);
CREATE INDEX hot_entry_there ON hot_entry (source_id) WHERE left_at IS NULL;

CREATE TABLE hot_rank (
  item_id bigint NOT NULL REFERENCES hot_entry,
  at      timestamptz NOT NULL,
  rank    int NOT NULL CHECK (rank > 0),
  heat    bigint CHECK (heat >= 0),
  PRIMARY KEY (item_id, at)
);

-- The bytes of an imported table go when their time is up; size, digest and the fate of each row stay.
ALTER TABLE import ALTER COLUMN file DROP NOT NULL, ADD COLUMN size int NOT NULL DEFAULT 0;
UPDATE import SET size = octet_length(file);
CREATE INDEX import_file ON import (created_at) WHERE file IS NOT NULL;
