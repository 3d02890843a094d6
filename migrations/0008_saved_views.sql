-- +goose Up
-- Saved views (常用筛选): a list's filters under a name. One that was removed can be brought back for a while.
CREATE TABLE saved_view (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  owner_id   bigint NOT NULL REFERENCES person,
  name       text NOT NULL CHECK (name <> ''),
  page       text NOT NULL CHECK (page <> ''),
  query      text NOT NULL CHECK (query <> ''),   -- canonical: known parameters in order of their names
  shared     boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL,                -- office time
  removed_at timestamptz,
  removed_by bigint REFERENCES person,
  CHECK ((removed_at IS NULL) = (removed_by IS NULL))
);
CREATE UNIQUE INDEX saved_view_name ON saved_view (owner_id, page, name) WHERE removed_at IS NULL;
CREATE INDEX saved_view_shared ON saved_view (page) WHERE shared AND removed_at IS NULL;
