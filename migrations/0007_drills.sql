-- +goose Up
-- Drills (演练). Each lives in a schema of its own, which goes when its row goes.
CREATE TABLE drill (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  scenario   text NOT NULL,
  title      text NOT NULL,
  speed      double precision NOT NULL CHECK (speed > 0),
  state      text NOT NULL CHECK (state IN ('starting','running','stopped','failed','purging')),
  begins     timestamptz NOT NULL,                -- office time at which the drill begins
  length     bigint NOT NULL CHECK (length > 0),  -- nanoseconds of office time
  ahead      bigint NOT NULL DEFAULT 0,           -- nanoseconds of office time skipped by hand
  began_at   timestamptz,                         -- real time; none before its desk is up
  stopped_at timestamptz,                         -- real time
  address    text NOT NULL DEFAULT '',
  password   text NOT NULL,                       -- of everybody in it: invented people with invented data
  failure    text NOT NULL DEFAULT '',
  by_id      bigint REFERENCES person,
  by_name    text NOT NULL,
  purger     jsonb,                               -- who asked for the purge
  created_at timestamptz NOT NULL,
  node       text NOT NULL DEFAULT '',
  held_until timestamptz,                         -- real time
  CHECK (state <> 'purging' OR purger IS NOT NULL),
  CHECK (state <> 'stopped' OR stopped_at IS NOT NULL)
);
-- One at a time goes on; those that are over may wait for their debriefing.
CREATE UNIQUE INDEX drill_one_running ON drill ((true)) WHERE state IN ('starting','running');
