-- +goose Up
-- What came with an item beside its words: the fields of a duty form, the position
-- an Open311 client sent, the platform a vendor names. Null: nothing.
ALTER TABLE item ADD COLUMN extra jsonb;

-- Requests by the key they came with, newest first, as Open311 lists them.
CREATE INDEX item_source_received ON item (source_id, received_at DESC, id DESC);

-- What a kind of source needs to be told beside its address: a webhook's mapping.
ALTER TABLE source ADD COLUMN settings jsonb NOT NULL DEFAULT '{}';

-- Signed calls already taken, for as long as their timestamp would let them pass again.
CREATE TABLE hook_call (
  source_id bigint NOT NULL REFERENCES source,
  digest    bytea NOT NULL,
  at        timestamptz NOT NULL,
  PRIMARY KEY (source_id, digest)
);
CREATE INDEX hook_call_at ON hook_call (at);
