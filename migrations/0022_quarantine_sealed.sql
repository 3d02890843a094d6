-- +goose Up
-- What is 保密, or may be, stays hidden also where it couldn't become an item. What lies
-- in quarantine already can't be asked: all from sources that bring such, and what
-- speaks of 举报, counts as sealed.
ALTER TABLE quarantine ADD COLUMN sealed boolean NOT NULL DEFAULT false;
UPDATE quarantine q SET sealed = true FROM source s, raw r
WHERE s.id = q.source_id AND r.id = q.raw_id
  AND (s.kind IN ('letters', 'ferry') OR s.kind = 'mirror' AND coalesce(s.settings->>'sealed', '') <> ''
       OR position('\xe4b8bee68aa5'::bytea IN coalesce(q.bytes, r.bytes)) > 0);
