-- +goose Up
-- What a sender was answered under its Idempotency-Key. It is kept with the raw in the first commit, and gets its
-- answer in the second: a sender that never heard the answer asks again and hears the same.
CREATE TABLE push_once (
  source_id bigint NOT NULL REFERENCES source,
  key       text NOT NULL CHECK (key <> ''),
  raw_id    bigint NOT NULL UNIQUE REFERENCES raw,
  digest    bytea NOT NULL,          -- of the raw: another body under the same key is refused
  answer    jsonb,                   -- null: not finished yet
  at        timestamptz NOT NULL,    -- office time
  PRIMARY KEY (source_id, key)
);
CREATE INDEX push_once_at ON push_once (at);

-- Imports of tables (表格导入): the file, how it is read, how far it is.
CREATE TABLE import (
  id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  source_id    bigint NOT NULL REFERENCES source,
  person_id    bigint REFERENCES person,
  file_name    text NOT NULL,
  file         bytea NOT NULL,
  digest       bytea NOT NULL,
  mapping      jsonb NOT NULL,
  state        text NOT NULL DEFAULT 'ready' CHECK (state IN ('ready','running','done','failed','dropped')),
  total        int NOT NULL DEFAULT 0,   -- rows that carry something, counted by the dry run
  last_row     int NOT NULL DEFAULT 0,   -- the last row of the file whose fate is known
  created      int NOT NULL DEFAULT 0,
  duplicate    int NOT NULL DEFAULT 0,
  updated      int NOT NULL DEFAULT 0,
  quarantined  int NOT NULL DEFAULT 0,
  failure      text NOT NULL DEFAULT '',
  failures     int NOT NULL DEFAULT 0,
  created_at   timestamptz NOT NULL,
  started_at   timestamptz,
  ended_at     timestamptz,
  lease        text NOT NULL DEFAULT '',
  due_at       timestamptz                -- when a node may take it up: at once, or when the lease of another is over
);
CREATE INDEX import_due ON import (due_at) WHERE state = 'running';
CREATE INDEX import_source ON import (source_id, id);

-- One line for each row of the file: what the person gets back.
CREATE TABLE import_row (
  import_id bigint NOT NULL REFERENCES import,
  row       int NOT NULL,
  status    text NOT NULL CHECK (status IN ('created','duplicate','updated','quarantined')),
  ref       bigint NOT NULL,         -- the item, or the quarantine
  field     text NOT NULL DEFAULT '',
  reason    text NOT NULL DEFAULT '',
  PRIMARY KEY (import_id, row)
);
