-- What governs devices and accounts: groups, policies, who let a device in, what it was ordered, who did what.
ALTER TABLE account ADD COLUMN policy TEXT;     -- JSON; none: the group's, else the organisation's, else as configured
ALTER TABLE organisation ADD COLUMN policy TEXT;
CREATE INDEX account_by_address ON account (organisation_id, email);

CREATE TABLE account_group (
    organisation_id BIGINT NOT NULL,
    group_id        BIGINT NOT NULL,
    name            TEXT NOT NULL,
    policy          TEXT,                       -- JSON
    created_at      BIGINT NOT NULL,
    PRIMARY KEY (organisation_id, group_id)
);
CREATE UNIQUE INDEX account_group_by_name ON account_group (organisation_id, name);

CREATE TABLE group_member (
    organisation_id BIGINT NOT NULL,
    group_id        BIGINT NOT NULL,
    account_id      BIGINT NOT NULL,
    administrator_at BIGINT,                    -- since when the member administers the group
    PRIMARY KEY (organisation_id, group_id, account_id)
);
CREATE INDEX group_member_by_account ON group_member (account_id, group_id);

-- What a list of devices shows and is searched by; `information` has it all, for single devices.
ALTER TABLE device ADD COLUMN organisation_id BIGINT NOT NULL DEFAULT 0;
ALTER TABLE device ADD COLUMN family TEXT NOT NULL DEFAULT '';
ALTER TABLE device ADD COLUMN model TEXT NOT NULL DEFAULT '';
ALTER TABLE device ADD COLUMN version TEXT NOT NULL DEFAULT '';
ALTER TABLE device ADD COLUMN words TEXT NOT NULL DEFAULT '';        -- in small letters
ALTER TABLE device ADD COLUMN standing TEXT NOT NULL DEFAULT 'allowed'; -- allowed, blocked, quarantined
ALTER TABLE device ADD COLUMN standing_by TEXT NOT NULL DEFAULT 'default'; -- default, rule, hand
UPDATE device SET organisation_id = COALESCE((SELECT a.organisation_id FROM account a WHERE a.account_id = device.account_id), 0);
UPDATE device SET standing = 'blocked', standing_by = 'hand' WHERE blocked_at IS NOT NULL;
UPDATE device SET words = LOWER(device_id || ' ' || device_type || ' ' || COALESCE((SELECT a.email || ' ' || a.name FROM account a WHERE a.account_id = device.account_id), ''));
-- All that a search looks at, so that it reads no row that it does not show.
CREATE INDEX device_by_organisation ON device (organisation_id, seen_at, account_id, device_number, standing, family, model, version, words);

CREATE TABLE device_order (                     -- what a device was ordered and has not done yet; one at a time
    account_id      BIGINT NOT NULL,
    device_number   BIGINT NOT NULL,
    organisation_id BIGINT NOT NULL,
    kind            TEXT NOT NULL,              -- resync, folder, policy, wipe-account, wipe-device
    detail          TEXT NOT NULL,              -- JSON: the folders that are to come again
    at              BIGINT NOT NULL,
    look_at         BIGINT NOT NULL,            -- when somebody looks next whether it is done
    PRIMARY KEY (account_id, device_number)
);
CREATE INDEX device_order_by_time ON device_order (look_at);

CREATE TABLE audit (                            -- who did what; each row's hash holds that of the one before
    organisation_id BIGINT NOT NULL,
    audit_id        BIGINT NOT NULL,            -- counts from 1 without a gap
    at              BIGINT NOT NULL,
    actor           TEXT NOT NULL,              -- numbers, no names: what a person had removed must not be here
    action          TEXT NOT NULL,
    object          TEXT NOT NULL,
    detail          TEXT NOT NULL,
    previous        TEXT NOT NULL,
    hash            TEXT NOT NULL,
    PRIMARY KEY (organisation_id, audit_id)
);

CREATE TABLE token (                            -- for programs that use the interface under /api
    organisation_id BIGINT NOT NULL,
    token_id        BIGINT NOT NULL,
    name            TEXT NOT NULL,
    hash            TEXT NOT NULL,              -- SHA-256; the token is random, so no dearer one is needed
    scope           TEXT NOT NULL,              -- JSON: whether it may write, and which groups it is bound to
    created_at      BIGINT NOT NULL,
    used_at         BIGINT,
    revoked_at      BIGINT,
    PRIMARY KEY (organisation_id, token_id)
);
CREATE UNIQUE INDEX token_by_hash ON token (hash);

CREATE TABLE tally (                            -- what was counted in an hour, for plots
    organisation_id BIGINT NOT NULL,
    hour            BIGINT NOT NULL,            -- its beginning
    what            TEXT NOT NULL,
    which           TEXT NOT NULL,
    number          BIGINT NOT NULL,
    PRIMARY KEY (organisation_id, hour, what, which)
);
-- The newest runs of an organisation: a run's number is the time of its end.
CREATE INDEX run_by_time ON run (run_id);
