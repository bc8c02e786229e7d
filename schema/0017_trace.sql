-- Until when what a device and the server say to each other is written down, and what was, with stand-ins for all that
-- people wrote or are called.
ALTER TABLE device ADD COLUMN traced_until BIGINT;
CREATE TABLE trace_line (
    account_id      BIGINT NOT NULL,
    device_number   BIGINT NOT NULL,
    line_id         BIGINT NOT NULL,           -- the microsecond, or shortly after
    heading         TEXT NOT NULL,              -- who spoke, and what about
    text            TEXT NOT NULL,
    PRIMARY KEY (account_id, device_number, line_id)
);
