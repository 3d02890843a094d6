-- +goose Up
CREATE TABLE notice (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  key         text NOT NULL UNIQUE,
  kind        text NOT NULL,
  incident_id bigint REFERENCES incident,
  clock_id    bigint REFERENCES clock,
  stage       text NOT NULL DEFAULT '',
  region      text NOT NULL DEFAULT '',
  text        text NOT NULL,
  outside     text NOT NULL,
  deadline    boolean NOT NULL DEFAULT false,
  at          timestamptz NOT NULL,
  due_at      timestamptz,
  ack_at      timestamptz,
  ack_by      bigint REFERENCES person,
  ack_name    text NOT NULL DEFAULT ''
);
CREATE INDEX notice_open ON notice (id) WHERE ack_at IS NULL;
CREATE INDEX notice_clock ON notice (clock_id);

CREATE TABLE delivery (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  notice_id  bigint NOT NULL REFERENCES notice,
  channel    text NOT NULL,
  state      text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending','sent','failed','superseded')),
  attempts   int NOT NULL DEFAULT 0,
  next_at    timestamptz NOT NULL,
  sent_at    timestamptz,
  last_error text NOT NULL DEFAULT '',
  receipt    text NOT NULL DEFAULT '',
  UNIQUE (notice_id, channel),
  CHECK ((state = 'sent') = (sent_at IS NOT NULL))
);
CREATE INDEX delivery_due ON delivery (next_at) WHERE state = 'pending';

-- The record. Insert-only: the triggers refuse anything else, for everybody.
CREATE TABLE event (
  id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at           timestamptz NOT NULL,
  acted_at     timestamptz NOT NULL,
  actor_id     bigint,
  actor        text NOT NULL,
  via          text NOT NULL,
  type         text NOT NULL,
  subject_kind text NOT NULL,
  subject_id   text NOT NULL,
  incident_id  bigint,
  region       text NOT NULL DEFAULT '',
  department   text NOT NULL DEFAULT '',
  source_id    bigint,
  -- json, not jsonb: the digest is over these very bytes.
  data         json,
  before       json,
  after        json,
  why          text NOT NULL DEFAULT ''
);
CREATE INDEX event_incident ON event (incident_id, id) WHERE incident_id IS NOT NULL;
CREATE INDEX event_subject ON event (subject_kind, subject_id);

-- Events that the sealer hasn't numbered yet.
-- Rows live for milliseconds; swept often, the table stays small.
CREATE TABLE event_pending (
  event_id bigint PRIMARY KEY REFERENCES event
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000, autovacuum_vacuum_insert_scale_factor = 0);

-- The feed: gapless numbers and a chain of digests over the record.
CREATE TABLE feed (
  seq       bigint PRIMARY KEY CHECK (seq > 0),
  event_id  bigint NOT NULL UNIQUE REFERENCES event,
  algorithm text NOT NULL,
  digest    bytea NOT NULL,
  sealed_at timestamptz NOT NULL
);
CREATE TABLE feed_head (
  single    boolean PRIMARY KEY DEFAULT true CHECK (single),
  epoch     text NOT NULL,
  seq       bigint NOT NULL,
  digest    bytea NOT NULL
);
INSERT INTO feed_head (epoch, seq, digest)
  VALUES (substr(replace(gen_random_uuid()::text, '-', ''), 1, 12), 0, '\x');

-- +goose StatementBegin
CREATE FUNCTION insert_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the record is insert-only' USING ERRCODE = 'insufficient_privilege';
END $$;
-- +goose StatementEnd
CREATE TRIGGER event_insert_only BEFORE UPDATE OR DELETE ON event FOR EACH ROW EXECUTE FUNCTION insert_only();
CREATE TRIGGER event_no_truncate BEFORE TRUNCATE ON event FOR EACH STATEMENT EXECUTE FUNCTION insert_only();
CREATE TRIGGER feed_insert_only BEFORE UPDATE OR DELETE ON feed FOR EACH ROW EXECUTE FUNCTION insert_only();
CREATE TRIGGER feed_no_truncate BEFORE TRUNCATE ON feed FOR EACH STATEMENT EXECUTE FUNCTION insert_only();
