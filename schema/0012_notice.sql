-- Mail of our own that waits to be sent, each to one person.
CREATE TABLE notice (
    account_id      BIGINT NOT NULL,
    notice_id       BIGINT NOT NULL,
    recipient       TEXT NOT NULL,              -- the address
    content         BYTEA NOT NULL,             -- the message, sealed: a link in it may let somebody in
    attempts        BIGINT NOT NULL,
    next_at         BIGINT NOT NULL,            -- when it is tried next; while a node sends it, when that node is given up
    last_at         BIGINT NOT NULL,            -- then it is not worth sending any more
    PRIMARY KEY (account_id, notice_id)
);
CREATE INDEX notice_by_time ON notice (next_at);
