-- +goose Up
-- What letters bring besides their words: what machine wrote them, what they answer, files; and the public letter box.
ALTER TABLE item
  ADD COLUMN auto   text NOT NULL DEFAULT '' CHECK (auto IN ('', 'reply', 'bounce', 'own', 'bulk')),
  ADD COLUMN sealed boolean NOT NULL DEFAULT false;

-- The messages that a letter answers, by their Message-ID: the items may come in later.
CREATE TABLE item_ref (
  item_id bigint NOT NULL REFERENCES item,
  ref     text NOT NULL,
  PRIMARY KEY (item_id, ref)
);
CREATE INDEX item_ref_back ON item_ref (ref);

-- Attachments' bytes, each once.
CREATE TABLE file (
  digest bytea PRIMARY KEY CHECK (octet_length(digest) = 32), -- SHA-256
  bytes  bytea NOT NULL
);
ALTER TABLE file ALTER COLUMN bytes SET STORAGE EXTERNAL; -- most are compressed already

CREATE TABLE item_file (
  item_id bigint NOT NULL REFERENCES item,
  version int NOT NULL,
  n       int NOT NULL,
  name    text NOT NULL,
  kind    text NOT NULL,                            -- as the bytes say
  size    bigint NOT NULL,
  digest  bytea REFERENCES file,                    -- null: not kept beside the raw, and why
  refused text NOT NULL DEFAULT '',
  PRIMARY KEY (item_id, version, n),
  CHECK ((digest IS NULL) = (refused <> ''))
);
CREATE INDEX item_file_digest ON item_file (digest);

-- A letter of the public box. Neither the code nor what the form carried can be had back from it.
CREATE TABLE letter (
  form       bytea PRIMARY KEY,                     -- digest of the form's own key: sent twice, it is one letter
  code       bytea NOT NULL UNIQUE,                 -- of the query code, by a slow function
  attempt    int NOT NULL,
  created_at timestamptz NOT NULL
);

-- What the office answers in public, every version of it.
CREATE TABLE item_reply (
  item_id   bigint NOT NULL REFERENCES item,
  version   int NOT NULL,
  body      text NOT NULL CHECK (body <> ''),
  person_id bigint NOT NULL DEFAULT 0,
  person    text NOT NULL,
  at        timestamptz NOT NULL,
  PRIMARY KEY (item_id, version)
);
