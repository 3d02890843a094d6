-- +goose Up
-- What people have done to topics, and what the machine owes them for it.
ALTER TABLE topic
  ADD COLUMN joined_into bigint REFERENCES topic,            -- the topic that it was joined into; its old address leads there. Never a chain.
  ADD COLUMN stirred     boolean NOT NULL DEFAULT false,     -- something came or went since the heat was last reckoned
  ADD COLUMN reckoned_at timestamptz,                        -- office time; null: never
  ADD COLUMN figures     jsonb,                              -- what the heat was reckoned from
  ADD CHECK (joined_into <> id);
UPDATE topic SET stirred = true;
CREATE INDEX topic_stirred ON topic (id) WHERE stirred;
CREATE INDEX topic_heat ON topic (heat DESC, id DESC) WHERE joined_into IS NULL;
CREATE INDEX topic_joined ON topic (joined_into) WHERE joined_into IS NOT NULL;

-- An item that a person has put where it is: the machine never moves it.
ALTER TABLE topic_doc ADD COLUMN pinned boolean NOT NULL DEFAULT false;
CREATE INDEX topic_doc_pinned ON topic_doc (item_id) WHERE pinned;

-- Topics that a person has taken apart: the machine never puts them together.
CREATE TABLE topic_apart (
  low_id  bigint NOT NULL REFERENCES topic,
  high_id bigint NOT NULL REFERENCES topic,
  at      timestamptz NOT NULL,
  PRIMARY KEY (low_id, high_id),
  CHECK (low_id < high_id)
);
CREATE INDEX topic_apart_high ON topic_apart (high_id);

-- Each joining, splitting and moving, with what is needed to take it back.
CREATE TABLE topic_act (
  id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind      text NOT NULL CHECK (kind IN ('join','split','move')),
  from_id   bigint NOT NULL REFERENCES topic,
  to_id     bigint NOT NULL REFERENCES topic,
  items     bigint[] NOT NULL,                -- those that moved
  pinned    bigint[] NOT NULL DEFAULT '{}',   -- those of them that were pinned before
  apart     boolean NOT NULL DEFAULT false,   -- the two were declared apart before
  at        timestamptz NOT NULL,
  by_id     bigint REFERENCES person,
  by_name   text NOT NULL,
  why       text NOT NULL DEFAULT '',
  undone_at timestamptz,
  undone_by text NOT NULL DEFAULT '',
  CHECK (from_id <> to_id)
);
CREATE INDEX topic_act_from ON topic_act (from_id, id);
CREATE INDEX topic_act_to ON topic_act (to_id, id);

-- Topics whose items come unusually fast (转为事件？), each asked about once.
CREATE TABLE topic_burst (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  topic_id    bigint NOT NULL REFERENCES topic,
  at          timestamptz NOT NULL,
  state       text NOT NULL DEFAULT 'open' CHECK (state IN ('open','raised','attached','declined')),
  count       int NOT NULL,                   -- items of the topic then
  hour        int NOT NULL,                   -- of them within the last hour
  evidence    jsonb NOT NULL,
  notice_id   bigint REFERENCES notice,
  incident_id bigint REFERENCES incident,
  decided_at  timestamptz,
  decided_by  bigint REFERENCES person,
  decided_name text NOT NULL DEFAULT '',
  why         text NOT NULL DEFAULT '',
  CHECK ((state = 'open') = (decided_at IS NULL)),
  CHECK ((state IN ('raised','attached')) = (incident_id IS NOT NULL)),
  CHECK (state <> 'declined' OR why <> '')
);
CREATE UNIQUE INDEX topic_burst_open ON topic_burst (topic_id) WHERE state = 'open';
CREATE INDEX topic_burst_topic ON topic_burst (topic_id, id);

-- A notice about a topic leads to it.
ALTER TABLE notice ADD COLUMN topic_id bigint REFERENCES topic;
