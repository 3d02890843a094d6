-- +goose Up
-- A raw is begun again after whatever cut it short. Only one that dies while it is read
-- is a poison; one that was read and lost its second commit to a killed database or
-- node isn't. Until now both counted alike.
ALTER TABLE raw ADD COLUMN readings int NOT NULL DEFAULT 0;
