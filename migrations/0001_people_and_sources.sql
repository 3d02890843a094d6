-- +goose Up
CREATE TABLE person (
  id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name          text NOT NULL UNIQUE CHECK (name <> ''),
  display_name  text NOT NULL DEFAULT '',
  password_hash text NOT NULL,
  roles         text[] NOT NULL CHECK (cardinality(roles) > 0),
  region        text NOT NULL DEFAULT '' CHECK (region ~ '^[0-9]*$'),
  department    text NOT NULL DEFAULT '',
  failed_logins int NOT NULL DEFAULT 0,
  locked_until  timestamptz,
  disabled_at   timestamptz,
  created_at    timestamptz NOT NULL,
  -- 三员分立: one person never holds two of them, nor one beside other roles.
  CHECK (NOT roles && ARRAY['sysadmin','secadmin','auditor'] OR cardinality(roles) = 1)
);

CREATE TABLE sessions ( -- the layout that scs expects
  token  text PRIMARY KEY,
  data   bytea NOT NULL,
  expiry timestamptz NOT NULL
);
CREATE INDEX sessions_expiry ON sessions (expiry);

CREATE TABLE source (
  id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind          text NOT NULL,
  channel       text NOT NULL,
  name          text NOT NULL UNIQUE CHECK (name <> ''),
  url           text NOT NULL DEFAULT '',
  username      text NOT NULL DEFAULT '',
  password      text NOT NULL DEFAULT '',
  state         text NOT NULL DEFAULT 'active' CHECK (state IN ('active','paused')),
  cursor        jsonb NOT NULL DEFAULT '{}',
  lease         text NOT NULL DEFAULT '',
  leased_until  timestamptz,
  next_poll_at  timestamptz NOT NULL,
  last_success  timestamptz,
  last_error    text NOT NULL DEFAULT '',
  last_error_at timestamptz,
  failures      int NOT NULL DEFAULT 0,
  created_at    timestamptz NOT NULL
);
CREATE INDEX source_due ON source (next_poll_at) WHERE state = 'active';

CREATE TABLE token (
  digest     bytea PRIMARY KEY,
  person_id  bigint REFERENCES person,
  source_id  bigint REFERENCES source,
  created_at timestamptz NOT NULL,
  CHECK (num_nonnulls(person_id, source_id) = 1)
);

CREATE TABLE setting (
  key   text PRIMARY KEY,
  value jsonb NOT NULL
);
