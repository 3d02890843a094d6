-- +goose Up
-- What each source brings by the hour (来源习惯). Counted afterwards by a sweep from
-- the items themselves: a counter that every commit of a source bumps would put
-- its pushes in single file. Hours without items have no row.
CREATE TABLE source_hour (
  source_id     bigint NOT NULL REFERENCES source,
  hour          timestamptz NOT NULL, -- its beginning
  items         int NOT NULL CHECK (items > 0),
  last_received timestamptz NOT NULL, -- of the newest item of the hour
  last_occurred timestamptz,          -- and when that says it happened
  PRIMARY KEY (source_id, hour)
);

-- What is learned from them: how much to expect at which hour.
CREATE TABLE source_habit (
  source_id  bigint PRIMARY KEY REFERENCES source,
  learned_at timestamptz NOT NULL,
  habit      jsonb NOT NULL
);

-- When a source was quieter than its habit (静默). Such hours teach nothing.
CREATE TABLE source_silence (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  source_id  bigint NOT NULL REFERENCES source,
  since      timestamptz NOT NULL,    -- from when on too little came
  noticed_at timestamptz NOT NULL,
  had        int NOT NULL,            -- what came from then on until it was noticed
  expected   double precision NOT NULL,
  notice_id  bigint REFERENCES notice,
  ended_at   timestamptz
);
CREATE UNIQUE INDEX source_silence_open ON source_silence (source_id) WHERE ended_at IS NULL;
CREATE INDEX source_silence_source ON source_silence (source_id, since);

-- An item whose original was taken away: the item stays.
ALTER TABLE item ADD COLUMN removed_at timestamptz, ADD COLUMN removed_why text NOT NULL DEFAULT '';

-- How often an item on a platform without a feed was read and passed on, as somebody
-- saw it later; the first figures came with the item.
CREATE TABLE item_count (
  id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  item_id   bigint NOT NULL REFERENCES item,
  at        timestamptz NOT NULL, -- when the figures were seen
  reads     bigint CHECK (reads >= 0),
  comments  bigint CHECK (comments >= 0),
  shares    bigint CHECK (shares >= 0),
  entered_at timestamptz NOT NULL,
  entered_by text NOT NULL DEFAULT '',
  UNIQUE (item_id, at),
  CHECK (num_nonnulls(reads, comments, shares) > 0)
);
