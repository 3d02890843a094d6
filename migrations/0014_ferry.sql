-- +goose Up
-- Ferry (摆渡): what an outer node behind a gateway for files is to be told. One row
-- per thing; what it says of letters is put together when it is packed.
CREATE TABLE ferry_due (
  source_id bigint NOT NULL REFERENCES source,
  kind      text NOT NULL CHECK (kind IN ('letter', 'publication', 'notice')),
  ref       text NOT NULL,                    -- item, publication, or the notice's key
  body      text NOT NULL DEFAULT '',         -- of a notice
  at        timestamptz NOT NULL,             -- when it was first wanted
  marked    int NOT NULL DEFAULT 1,           -- how often something of it changed
  packed    int NOT NULL DEFAULT 0,           -- the mark that the last batch covers
  sent      bytea,                            -- digest of what was packed last
  PRIMARY KEY (source_id, kind, ref)
);
CREATE INDEX ferry_due_open ON ferry_due (source_id, at) WHERE marked <> packed;

-- Our own sequence of batches to each outer node.
CREATE TABLE ferry_stream (
  source_id bigint PRIMARY KEY REFERENCES source,
  stream    text NOT NULL,                    -- drawn once: a sequence begun anew is another stream
  made      bigint NOT NULL DEFAULT 0,        -- number of the last batch
  acked     bigint NOT NULL DEFAULT 0,        -- number up to which the other side has applied them
  last      text NOT NULL DEFAULT '',         -- digest of the last batch: the next one names it
  heard     timestamptz                       -- instant of the newest receipt
);

-- Batches that the other side hasn't confirmed: they can be sent again, byte by byte.
CREATE TABLE ferry_batch (
  source_id bigint NOT NULL REFERENCES source,
  seq       bigint NOT NULL,
  bytes     bytea NOT NULL,
  made_at   timestamptz NOT NULL,
  send_at   timestamptz NOT NULL,             -- when it goes into the outbox (again)
  sends     int NOT NULL DEFAULT 0,
  PRIMARY KEY (source_id, seq)
);
