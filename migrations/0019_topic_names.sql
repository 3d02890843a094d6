-- +goose Up
-- A topic that a person has named keeps its name; the titles of the others are chosen
-- anew from their items' words as they grow. Until now only those that were split off
-- could be given a name, which isn't told apart from the machine's: they keep theirs.
ALTER TABLE topic ADD COLUMN named boolean NOT NULL DEFAULT false;
UPDATE topic SET named = true WHERE id IN (SELECT to_id FROM topic_act WHERE kind = 'split');
