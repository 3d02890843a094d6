-- +goose Up
CREATE TABLE raw (
  id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  source_id     bigint NOT NULL REFERENCES source,
  content_type  text NOT NULL,
  bytes         bytea NOT NULL,
  digest        bytea NOT NULL,
  note          jsonb,
  received_at   timestamptz NOT NULL,
  attempts      int NOT NULL DEFAULT 1,
  claimed_until timestamptz,
  done          boolean NOT NULL DEFAULT false
);
CREATE INDEX raw_pending ON raw (claimed_until) WHERE NOT done;

CREATE TABLE topic (
  id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  title    text NOT NULL,
  place    text NOT NULL DEFAULT '',
  region   text NOT NULL DEFAULT '',
  count    int NOT NULL DEFAULT 0,
  first_at timestamptz NOT NULL,
  last_at  timestamptz NOT NULL,
  heat     double precision NOT NULL DEFAULT 0
);

CREATE TABLE item (
  id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  source_id    bigint NOT NULL REFERENCES source,
  channel      text NOT NULL,
  external_id  text NOT NULL,
  title        text NOT NULL,
  body         text NOT NULL,
  place        text NOT NULL,
  url          text NOT NULL,
  author_name  text NOT NULL,
  author_phone text NOT NULL,
  reach        bigint,
  occurred_at  timestamptz,
  received_at  timestamptz NOT NULL,
  state        text NOT NULL DEFAULT 'new' CHECK (state IN ('new','linked','settled')),
  version      int NOT NULL DEFAULT 1,
  raw_id       bigint NOT NULL REFERENCES raw,
  raw_part     int NOT NULL,
  digest       bytea NOT NULL,
  -- What the classifier says (verdict) and what holds after a person's corrections
  -- (the columns that lists filter on).
  verdict      jsonb,
  corrected    text[] NOT NULL DEFAULT '{}',
  kind         text,
  category     text,
  region       text,
  urgency      text,
  department   text,
  tokens       tsvector,
  topic_id     bigint REFERENCES topic,
  incident_id  bigint,
  UNIQUE (source_id, external_id)
);
CREATE INDEX item_unclassified ON item (id) WHERE verdict IS NULL;
CREATE INDEX item_topic ON item (topic_id, id);
CREATE INDEX item_incident ON item (incident_id, id) WHERE incident_id IS NOT NULL;
CREATE INDEX item_phone ON item (author_phone, id) WHERE author_phone <> '';
CREATE INDEX item_received ON item (received_at);
CREATE INDEX item_tokens ON item USING gin (tokens);

CREATE TABLE item_version (
  item_id     bigint NOT NULL REFERENCES item,
  version     int NOT NULL,
  title       text NOT NULL,
  body        text NOT NULL,
  digest      bytea NOT NULL,
  raw_id      bigint NOT NULL REFERENCES raw,
  received_at timestamptz NOT NULL,
  PRIMARY KEY (item_id, version)
);

CREATE TABLE quarantine (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  source_id   bigint NOT NULL REFERENCES source,
  raw_id      bigint NOT NULL REFERENCES raw,
  part        int NOT NULL,
  external_id text NOT NULL DEFAULT '',
  bytes       bytea, -- the part's share; null: the whole raw
  field       text NOT NULL DEFAULT '',
  reason      text NOT NULL,
  at          timestamptz NOT NULL,
  state       text NOT NULL DEFAULT 'open' CHECK (state IN ('open','mended','dropped')),
  item_id     bigint REFERENCES item,
  UNIQUE (raw_id, part)
);

-- One row per item: what discovery finds it by.
CREATE TABLE topic_doc (
  item_id  bigint PRIMARY KEY REFERENCES item,
  topic_id bigint NOT NULL REFERENCES topic,
  at       timestamptz NOT NULL,
  title    text NOT NULL,
  region   text NOT NULL,
  place    text NOT NULL,
  keys     bigint[] NOT NULL,
  payload  bytea NOT NULL
);
CREATE INDEX topic_doc_topic ON topic_doc (topic_id);
-- Where documents are looked up: the newest under a key first, so that a flood
-- about one matter doesn't make look-ups long. No foreign key: it is an index, and
-- has up to 64 rows per document.
CREATE TABLE topic_key (
  key     bigint NOT NULL,
  item_id bigint NOT NULL,
  PRIMARY KEY (key, item_id)
);

CREATE TABLE item_near (
  item_id bigint NOT NULL REFERENCES item,
  near_id bigint NOT NULL REFERENCES item,
  score   real NOT NULL,
  PRIMARY KEY (item_id, near_id)
);
CREATE INDEX item_near_back ON item_near (near_id);
