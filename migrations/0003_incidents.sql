-- +goose Up
CREATE TABLE incident (
  id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  title          text NOT NULL CHECK (title <> ''),
  kind           text NOT NULL,
  summary        text NOT NULL DEFAULT '',
  place          text NOT NULL DEFAULT '',
  region         text NOT NULL DEFAULT '',
  region_name    text NOT NULL DEFAULT '',
  state          text NOT NULL DEFAULT 'open' CHECK (state IN ('open','closed')),
  needs_response boolean NOT NULL DEFAULT false,
  suspected      boolean NOT NULL DEFAULT false,
  judged         text NOT NULL DEFAULT '' CHECK (judged IN ('','特别重大','重大','较大','一般')),
  confirmed      text NOT NULL DEFAULT '' CHECK (confirmed IN ('','特别重大','重大','较大','一般')),
  document       text NOT NULL DEFAULT '',
  reaction       text NOT NULL DEFAULT '',
  facts          jsonb NOT NULL DEFAULT '{}',
  occurred       timestamptz,
  learned        timestamptz,
  received       timestamptz,
  graded         timestamptz,
  holder_id      bigint REFERENCES person,
  version        int NOT NULL DEFAULT 1,
  raised_at      timestamptz NOT NULL,
  closed_at      timestamptz,
  CHECK ((state = 'closed') = (closed_at IS NOT NULL)),
  CHECK (confirmed = '' OR document <> ''),
  CHECK (judged NOT IN ('特别重大','重大') OR needs_response)
);
CREATE INDEX incident_open ON incident (id) WHERE state = 'open';

CREATE TABLE incident_item (
  incident_id bigint NOT NULL REFERENCES incident,
  item_id     bigint NOT NULL REFERENCES item,
  at          timestamptz NOT NULL,
  PRIMARY KEY (incident_id, item_id)
);
CREATE INDEX incident_item_item ON incident_item (item_id);
ALTER TABLE item ADD FOREIGN KEY (incident_id) REFERENCES incident;

-- A change that delays or weakens a clock waits here for a second person.
CREATE TABLE incident_change (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  incident_id bigint NOT NULL REFERENCES incident,
  kind        text NOT NULL,
  grade       jsonb NOT NULL DEFAULT '{}',
  anchor      jsonb NOT NULL DEFAULT '{}',
  reason      text NOT NULL CHECK (reason <> ''),
  by_id       bigint NOT NULL REFERENCES person,
  at          timestamptz NOT NULL,
  state       text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending','approved','refused')),
  second_id   bigint REFERENCES person,
  second_at   timestamptz,
  CHECK (second_id <> by_id),
  CHECK ((state = 'pending') = (second_id IS NULL))
);
CREATE INDEX incident_change_of ON incident_change (incident_id);

CREATE TABLE clock (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  incident_id bigint NOT NULL REFERENCES incident,
  rule        text NOT NULL,
  rule_name   text NOT NULL,
  document    text NOT NULL,
  practice    boolean NOT NULL DEFAULT false,
  meets       text NOT NULL,
  anchor      text NOT NULL,
  start_at    timestamptz NOT NULL,
  due_at      timestamptz NOT NULL,
  yellow_at   timestamptz NOT NULL,
  red_at      timestamptz NOT NULL,
  state       text NOT NULL DEFAULT 'running' CHECK (state IN ('running','met','withdrawn')),
  met_at      timestamptz,
  met_entered timestamptz,
  met_kind    text NOT NULL DEFAULT '',
  met_id      text NOT NULL DEFAULT '',
  met_issuer  text NOT NULL DEFAULT '',
  why_ended   text NOT NULL DEFAULT '',
  version     int NOT NULL DEFAULT 1,
  CHECK (due_at > start_at),
  CHECK (yellow_at <= red_at AND red_at <= due_at),
  CHECK ((state = 'met') = (met_at IS NOT NULL AND met_entered IS NOT NULL)),
  CHECK (state <> 'withdrawn' OR why_ended <> '')
);
-- One running clock per rule and incident: a rule never starts twice.
CREATE UNIQUE INDEX clock_one_running ON clock (incident_id, rule) WHERE state = 'running';
CREATE INDEX clock_incident ON clock (incident_id);
CREATE INDEX clock_running ON clock (due_at) WHERE state = 'running';

CREATE TABLE clock_stage (
  id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  clock_id bigint NOT NULL REFERENCES clock,
  name     text NOT NULL,
  fire_at  timestamptz NOT NULL,
  state    text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending','fired','merged','void')),
  fired_at timestamptz,
  CHECK ((state IN ('fired','merged')) = (fired_at IS NOT NULL))
);
CREATE INDEX clock_stage_due ON clock_stage (fire_at) WHERE state = 'pending';
CREATE INDEX clock_stage_clock ON clock_stage (clock_id);
-- A stage of a clock at an instant fires once, whoever plans it.
CREATE UNIQUE INDEX clock_stage_once ON clock_stage (clock_id, name, fire_at) WHERE state <> 'void';
