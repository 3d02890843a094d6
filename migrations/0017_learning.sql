-- +goose Up
-- Models that learning made (候选模型), numbered, complete and never changed: the
-- shipped one is number 0 and has no row. Which one speaks is the setting "model".
-- They lie here and not in a folder so that every node reads the same bytes.
CREATE TABLE model (
  id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name     text NOT NULL,
  made_at  timestamptz NOT NULL,
  made_by  text NOT NULL,
  digest   bytea NOT NULL CHECK (octet_length(digest) = 32), -- SHA-256 of weights
  weights  bytea NOT NULL CHECK (octet_length(weights) BETWEEN 1 AND 8388608),
  report   jsonb NOT NULL -- what it learnt from, and how it compares with the one then in use
);

-- What people have set right, for learning to read without walking over all items.
CREATE INDEX item_corrected ON item (id) WHERE corrected <> '{}';
