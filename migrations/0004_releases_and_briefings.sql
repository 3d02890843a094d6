-- +goose Up
CREATE TABLE release (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  incident_id bigint NOT NULL REFERENCES incident,
  kind        text NOT NULL,
  state       text NOT NULL DEFAULT 'draft' CHECK (state IN ('draft','review','blocked','sign','signed','published')),
  version     int NOT NULL DEFAULT 1, -- the current text
  holder_id   bigint NOT NULL REFERENCES person,
  created_at  timestamptz NOT NULL,
  changed_at  timestamptz NOT NULL,
  lock        int NOT NULL DEFAULT 1
);
CREATE INDEX release_incident ON release (incident_id);

CREATE TABLE release_version (
  release_id   bigint NOT NULL REFERENCES release,
  n            int NOT NULL CHECK (n > 0),
  title        text NOT NULL,
  body         text NOT NULL,
  digest       bytea NOT NULL CHECK (octet_length(digest) = 32),
  by_id        bigint NOT NULL REFERENCES person,
  at           timestamptz NOT NULL,
  submitted_at timestamptz,
  PRIMARY KEY (release_id, n),
  UNIQUE (release_id, n, digest)
);

-- Conclusions bind to number and digest of a version: the foreign key makes a
-- review or sign-off of another text impossible.
CREATE TABLE secrecy_review (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  release_id bigint NOT NULL,
  version    int NOT NULL,
  digest     bytea NOT NULL,
  conclusion text NOT NULL CHECK (conclusion IN ('可以公开','删改后公开','不得公开','不能确定，报保密行政管理部门')),
  basis      text NOT NULL CHECK (basis <> ''),
  by_id      bigint NOT NULL REFERENCES person,
  acted_at   timestamptz NOT NULL,
  entered_at timestamptz NOT NULL,
  FOREIGN KEY (release_id, version, digest) REFERENCES release_version (release_id, n, digest)
);
CREATE INDEX secrecy_review_of ON secrecy_review (release_id, version);

CREATE TABLE sign_off (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  release_id bigint NOT NULL,
  version    int NOT NULL,
  digest     bytea NOT NULL,
  signed     boolean NOT NULL,
  reason     text NOT NULL DEFAULT '',
  by_id      bigint NOT NULL REFERENCES person,
  acted_at   timestamptz NOT NULL,
  entered_at timestamptz NOT NULL,
  FOREIGN KEY (release_id, version, digest) REFERENCES release_version (release_id, n, digest),
  CHECK (signed OR reason <> '')
);
CREATE INDEX sign_off_of ON sign_off (release_id, version);

CREATE TABLE publication (
  id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  incident_id  bigint NOT NULL REFERENCES incident,
  release_id   bigint,
  version      int,
  digest       bytea,
  meets        text NOT NULL CHECK (meets IN ('release','briefing','response')),
  issuer       text NOT NULL DEFAULT '',
  channel      text NOT NULL,
  address      text NOT NULL,
  note         text NOT NULL DEFAULT '',
  file_name    text NOT NULL DEFAULT '',
  file_type    text NOT NULL DEFAULT '',
  file         bytea,
  file_digest  bytea,
  by_id        bigint NOT NULL REFERENCES person,
  acted_at     timestamptz NOT NULL,
  entered_at   timestamptz NOT NULL,
  FOREIGN KEY (release_id, version, digest) REFERENCES release_version (release_id, n, digest),
  CHECK ((release_id IS NULL) = (issuer <> '')),
  CHECK (num_nulls(release_id, version, digest) IN (0, 3))
);
CREATE INDEX publication_incident ON publication (incident_id);
CREATE INDEX publication_release ON publication (release_id);

CREATE TABLE room (
  id   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL UNIQUE CHECK (name <> '')
);
CREATE TABLE speaker (
  id    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name  text NOT NULL UNIQUE CHECK (name <> ''),
  title text NOT NULL DEFAULT ''
);

CREATE TABLE briefing (
  id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  incident_id  bigint NOT NULL REFERENCES incident,
  title        text NOT NULL CHECK (title <> ''),
  room_id      bigint NOT NULL REFERENCES room,
  starts_at    timestamptz NOT NULL,
  ends_at      timestamptz NOT NULL,
  agency       text NOT NULL DEFAULT '',
  contact      text NOT NULL DEFAULT '',
  state        text NOT NULL DEFAULT 'scheduled' CHECK (state IN ('scheduled','held','cancelled')),
  held_at      timestamptz,
  held_entered timestamptz,
  spoke        text NOT NULL DEFAULT '',
  address      text NOT NULL DEFAULT '',
  note         text NOT NULL DEFAULT '',
  file_name    text NOT NULL DEFAULT '',
  file_type    text NOT NULL DEFAULT '',
  file         bytea,
  file_digest  bytea,
  by_id        bigint NOT NULL REFERENCES person,
  created_at   timestamptz NOT NULL,
  version      int NOT NULL DEFAULT 1,
  CHECK (ends_at > starts_at),
  CHECK ((state = 'held') = (held_at IS NOT NULL AND held_entered IS NOT NULL)),
  CONSTRAINT briefing_room_free EXCLUDE USING gist (
    int8range(room_id, room_id, '[]') WITH &&, tstzrange(starts_at, ends_at) WITH &&) WHERE (state <> 'cancelled')
);
CREATE INDEX briefing_incident ON briefing (incident_id);

-- Who sits at a briefing, host and speakers; hours and state are copied so that
-- the constraint can see them.
CREATE TABLE briefing_speaker (
  briefing_id bigint NOT NULL REFERENCES briefing,
  speaker_id  bigint NOT NULL REFERENCES speaker,
  position    int NOT NULL, -- among the speakers, from 1; 0 doesn't speak
  host        boolean NOT NULL DEFAULT false,
  title       text NOT NULL DEFAULT '',
  starts_at   timestamptz NOT NULL,
  ends_at     timestamptz NOT NULL,
  live        boolean NOT NULL DEFAULT true,
  PRIMARY KEY (briefing_id, speaker_id),
  CONSTRAINT briefing_speaker_free EXCLUDE USING gist (
    int8range(speaker_id, speaker_id, '[]') WITH &&, tstzrange(starts_at, ends_at) WITH &&) WHERE (live)
);
