-- An administrator lets a connection rest: what phones do meanwhile waits.
ALTER TABLE connection ADD COLUMN paused_at BIGINT;
