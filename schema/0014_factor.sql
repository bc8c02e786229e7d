-- A second factor at log-in, and passwords that are good for one phone alone.
ALTER TABLE account ADD COLUMN factor_at BIGINT;    -- since when a second factor is asked for

CREATE TABLE factor (
    account_id      BIGINT NOT NULL PRIMARY KEY,
    secret          BYTEA NOT NULL,             -- sealed
    last_step       BIGINT NOT NULL             -- codes of this step of time and before are not taken
);

CREATE TABLE recovery_code (                    -- each good once, instead of a code
    account_id      BIGINT NOT NULL,
    hash            TEXT NOT NULL,              -- SHA-256; it is random, so no dearer one is needed
    PRIMARY KEY (account_id, hash)
);

CREATE TABLE app_password (
    account_id      BIGINT NOT NULL,
    password_id     BIGINT NOT NULL,
    name            TEXT NOT NULL,
    hash            TEXT NOT NULL,              -- SHA-256; it is random, so no dearer one is needed
    device_id       TEXT,                       -- the first phone that used it, for which alone it is good
    created_at      BIGINT NOT NULL,
    used_at         BIGINT,                     -- to the hour
    PRIMARY KEY (account_id, password_id)
);
