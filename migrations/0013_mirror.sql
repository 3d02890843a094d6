-- +goose Up
-- Mirror (镜像): tickets of a platform that the city keeps. How a ticket stood there
-- in an earlier version, beside its words.
ALTER TABLE item_version ADD COLUMN extra jsonb;

-- What the platform is to be told of one ticket. A row is due when something of ours
-- about the ticket may have changed; what it then says is put together anew, and only
-- what differs from what the platform took last goes out.
CREATE TABLE mirror_push (
  item_id    bigint PRIMARY KEY REFERENCES item,
  source_id  bigint NOT NULL REFERENCES source,
  due        boolean NOT NULL,
  due_at     timestamptz NOT NULL,            -- of the next attempt, or the end of the hold
  marked     int NOT NULL DEFAULT 1,          -- how often it became due: a mark during a send isn't lost
  lease      text NOT NULL DEFAULT '',        -- of the node that sends it now
  serial     int NOT NULL DEFAULT 0,          -- counts the contents
  key        text NOT NULL DEFAULT '',        -- idempotency key of the content under way
  trying     bytea,                           -- its digest
  sent       bytea,                           -- digest of what the platform took last
  sent_at    timestamptz,
  attempts   int NOT NULL DEFAULT 0,          -- of the content under way
  last_error text NOT NULL DEFAULT ''         -- for people, with no secret
);
CREATE INDEX mirror_push_due ON mirror_push (source_id, due_at) WHERE due;

-- A platform that doesn't answer is left alone for a while, with all its tickets.
CREATE TABLE mirror_platform (
  source_id     bigint PRIMARY KEY REFERENCES source,
  hold_until    timestamptz,
  failures      int NOT NULL DEFAULT 0,       -- in a row
  last_success  timestamptz,
  last_error    text NOT NULL DEFAULT '',
  last_error_at timestamptz
);
