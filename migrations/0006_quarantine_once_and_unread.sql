-- +goose Up
-- What came in once and couldn't be read is in quarantine once, however often the
-- source brings it again: a broken entry stands in a feed for days.
ALTER TABLE quarantine ADD COLUMN digest bytea;
UPDATE quarantine q SET digest = CASE WHEN q.bytes IS NULL THEN r.digest ELSE sha256(q.bytes) END FROM raw r WHERE r.id = q.raw_id;
ALTER TABLE quarantine ALTER COLUMN digest SET NOT NULL;
CREATE INDEX quarantine_same ON quarantine (source_id, digest);

-- Whether the classifier still has to read an item. Not the same as having no
-- verdict: a person may have set fields of it before the machine came to it.
ALTER TABLE item ADD COLUMN unread boolean NOT NULL DEFAULT false;
UPDATE item SET unread = true WHERE verdict IS NULL;
DROP INDEX item_unclassified;
CREATE INDEX item_unread ON item (id) WHERE unread;
