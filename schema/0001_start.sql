-- The tables, one text for SQLite and PostgreSQL: every column is BIGINT or TEXT, every primary key starts with
-- account_id or organisation_id, times are microseconds UTC, a flag is a nullable time.
CREATE TABLE organisation (
    organisation_id BIGINT NOT NULL PRIMARY KEY,
    name            TEXT NOT NULL,
    settings        TEXT NOT NULL               -- JSON: policy, conflict choice per class
);

CREATE TABLE account (
    account_id      BIGINT NOT NULL PRIMARY KEY,
    organisation_id BIGINT NOT NULL,
    email           TEXT NOT NULL,              -- folded to lower case
    login           TEXT NOT NULL,              -- what is before its @
    name            TEXT NOT NULL,
    password        TEXT,                       -- argon2id, PHC string
    administrator_at BIGINT,
    zone            TEXT,                       -- IANA name
    hierarchy_rev   BIGINT NOT NULL,           -- revision of the list of folders
    created_at      BIGINT NOT NULL,
    disabled_at     BIGINT
);
CREATE UNIQUE INDEX account_by_email ON account (email);
CREATE INDEX account_by_login ON account (login);
CREATE INDEX account_by_organisation ON account (organisation_id, account_id);

CREATE TABLE device (
    account_id      BIGINT NOT NULL,
    device_number   BIGINT NOT NULL,
    device_id       TEXT NOT NULL,
    device_type     TEXT NOT NULL,
    information     TEXT NOT NULL,              -- JSON: Settings DeviceInformation, user agent, version
    hierarchy       TEXT NOT NULL,              -- JSON: FolderSync keys, current and previous
    ping            TEXT,                       -- JSON: the last Ping's folders and heartbeat
    requested       TEXT,                       -- JSON: the last Sync's collections, for Partial and empty bodies
    provision       TEXT NOT NULL,              -- JSON: policy keys, hash acknowledged, wipe
    created_at      BIGINT NOT NULL,
    seen_at         BIGINT NOT NULL,
    blocked_at      BIGINT,
    PRIMARY KEY (account_id, device_number)
);
CREATE UNIQUE INDEX device_by_id ON device (account_id, device_id, device_type);

CREATE TABLE folder (
    account_id      BIGINT NOT NULL,
    folder_id       BIGINT NOT NULL,
    parent_id       BIGINT NOT NULL,           -- 0 is the root
    name            TEXT NOT NULL,
    kind            BIGINT NOT NULL,           -- MS-ASCMD FolderSync Type
    connection      TEXT,                       -- none: local
    remote_id       TEXT,
    read_only_at    BIGINT,
    rev             BIGINT NOT NULL,
    pruned_rev      BIGINT NOT NULL,           -- versions replaced up to here may be gone from past
    hierarchy_rev   BIGINT NOT NULL,           -- when this row last changed in the list of folders
    created_rev     BIGINT NOT NULL,           -- of the list of folders
    deleted_at      BIGINT,
    PRIMARY KEY (account_id, folder_id)
);

CREATE TABLE item (
    account_id      BIGINT NOT NULL,
    folder_id       BIGINT NOT NULL,
    item_id         BIGINT NOT NULL,
    rev             BIGINT NOT NULL,
    created_rev     BIGINT NOT NULL,
    sort_time       BIGINT NOT NULL,
    deleted_at      BIGINT,
    writer          BIGINT,                    -- the device that holds exactly this version since it wrote it
    changed_at      BIGINT NOT NULL,
    content         TEXT NOT NULL,              -- JSCalendar, JSContact; of a tombstone the last content
    uid             TEXT,
    remote_id       TEXT,
    etag            TEXT,
    moved_folder    BIGINT,                    -- of a tombstone: where the item went
    moved_item      BIGINT,
    PRIMARY KEY (account_id, folder_id, item_id)
);
CREATE UNIQUE INDEX item_by_rev ON item (account_id, folder_id, rev);
CREATE INDEX item_by_time ON item (account_id, folder_id, sort_time, item_id);
CREATE INDEX item_by_remote ON item (account_id, folder_id, remote_id);
CREATE INDEX item_by_uid ON item (account_id, folder_id, uid);
CREATE INDEX item_by_move ON item (account_id, moved_folder, moved_item) WHERE moved_folder IS NOT NULL;

CREATE TABLE past (
    account_id      BIGINT NOT NULL,
    folder_id       BIGINT NOT NULL,
    item_id         BIGINT NOT NULL,
    rev             BIGINT NOT NULL,
    replaced_rev    BIGINT NOT NULL,           -- the version was the newest in rev .. replaced_rev - 1; never, if it lost a conflict
    replaced_at     BIGINT NOT NULL,
    sort_time       BIGINT NOT NULL,
    deleted_at      BIGINT,
    writer          BIGINT,
    changed_at      BIGINT NOT NULL,
    content         TEXT NOT NULL,
    PRIMARY KEY (account_id, folder_id, item_id, rev)
);
CREATE INDEX past_by_replaced ON past (account_id, folder_id, replaced_rev);
CREATE INDEX past_by_age ON past (account_id, replaced_at);

CREATE TABLE sync_state (
    account_id      BIGINT NOT NULL,
    device_number   BIGINT NOT NULL,
    folder_id       BIGINT NOT NULL,
    sync_key        BIGINT NOT NULL,           -- the current key
    state           TEXT NOT NULL,              -- JSON: both slots, results under the previous key
    options         TEXT NOT NULL,              -- JSON: Sync Options, replaced as a whole
    used_at         BIGINT NOT NULL,
    PRIMARY KEY (account_id, device_number, folder_id)
);

CREATE TABLE aside (                            -- an item that could not be written for a device (for people to see; what
                                                -- counts is in sync_state), or read from a back office
    account_id      BIGINT NOT NULL,
    folder_id       BIGINT NOT NULL,
    device_number   BIGINT NOT NULL,           -- 0: on the back office's side
    item            TEXT NOT NULL,              -- item id in decimal, or the remote id
    rev             BIGINT NOT NULL,
    program         TEXT NOT NULL,              -- version of Lomme that failed
    reason          TEXT NOT NULL,
    at              BIGINT NOT NULL,
    PRIMARY KEY (account_id, folder_id, device_number, item)
);

CREATE TABLE access (                           -- an account's log-in to a connection
    account_id      BIGINT NOT NULL,
    connection      TEXT NOT NULL,
    user_name       TEXT,
    secret          BYTEA,                       -- encrypted
    identity        TEXT,
    created_at      BIGINT NOT NULL,
    paused_at       BIGINT,
    notice          TEXT,
    PRIMARY KEY (account_id, connection)
);

CREATE TABLE pull (                             -- when a folder is pulled next, and from where
    account_id      BIGINT NOT NULL,
    connection      TEXT NOT NULL,
    folder_id       BIGINT NOT NULL,           -- 0: the connection's list of collections
    cursor          TEXT,
    next_at         BIGINT NOT NULL,
    lease_node      TEXT,
    lease_until     BIGINT NOT NULL,
    failures        BIGINT NOT NULL,
    last_at         BIGINT,
    last_message    TEXT,
    PRIMARY KEY (account_id, connection, folder_id)
);
CREATE INDEX pull_by_time ON pull (next_at, account_id);

CREATE TABLE outbox (                           -- writes owed to a back office; one row an item, newest version wins
    account_id      BIGINT NOT NULL,
    folder_id       BIGINT NOT NULL,
    item_id         BIGINT NOT NULL,
    connection      TEXT NOT NULL,
    rev             BIGINT NOT NULL,           -- newest version owed
    base_rev        BIGINT NOT NULL,           -- the version the back office last had
    idempotency_key TEXT NOT NULL,
    sent_rev        BIGINT,                    -- an attempt under this key carried that version and its answer is unknown
    attempts        BIGINT NOT NULL,
    next_at         BIGINT NOT NULL,
    lease_node      TEXT,
    lease_until     BIGINT NOT NULL,
    created_at      BIGINT NOT NULL,
    device_wins_at  BIGINT,                    -- the phone's Conflict said that its version replaces the server's
    PRIMARY KEY (account_id, folder_id, item_id)
);
CREATE INDEX outbox_by_time ON outbox (next_at, account_id);

CREATE TABLE result (                           -- the log users see: one row an attempt
    account_id      BIGINT NOT NULL,
    result_id       BIGINT NOT NULL,
    at              BIGINT NOT NULL,
    connection      TEXT,
    device_number   BIGINT,
    folder_id       BIGINT,
    item_id         BIGINT,
    direction       TEXT NOT NULL,              -- in, out
    outcome         TEXT NOT NULL,              -- accepted, conflict, refused, later, aside
    message         TEXT NOT NULL,
    PRIMARY KEY (account_id, result_id)
);

CREATE TABLE run (                              -- one row a pull run
    account_id      BIGINT NOT NULL,
    run_id          BIGINT NOT NULL,
    connection      TEXT NOT NULL,
    started_at      BIGINT NOT NULL,
    ended_at        BIGINT NOT NULL,
    pulled          BIGINT NOT NULL,
    removed         BIGINT NOT NULL,
    conflicts       BIGINT NOT NULL,
    errors          BIGINT NOT NULL,
    message         TEXT NOT NULL,
    PRIMARY KEY (account_id, run_id)
);

CREATE TABLE person (                           -- last snapshot of the company directory
    organisation_id BIGINT NOT NULL,
    connection      TEXT NOT NULL,
    remote_id       TEXT NOT NULL,
    collection      TEXT NOT NULL,              -- people, companies
    name            TEXT NOT NULL,              -- folded, for sorting
    words           TEXT NOT NULL,              -- folded, for searching
    rev             TEXT,
    content         TEXT NOT NULL,              -- JSContact
    PRIMARY KEY (organisation_id, connection, remote_id)
);
CREATE INDEX person_by_name ON person (organisation_id, name);
CREATE TABLE person_pull (                      -- where the snapshot of the directory stands
    organisation_id BIGINT NOT NULL,
    connection      TEXT NOT NULL,
    collection      TEXT NOT NULL,
    cursor          TEXT,
    next_at         BIGINT NOT NULL,
    lease_node      TEXT,
    lease_until     BIGINT NOT NULL,
    PRIMARY KEY (organisation_id, connection, collection)
);
