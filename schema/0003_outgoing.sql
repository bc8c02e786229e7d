-- Messages that phones handed over: here until they are sent, kept among the sent ones and accounted for.
CREATE TABLE outgoing (
    account_id      BIGINT NOT NULL,
    outgoing_id     BIGINT NOT NULL,
    connection      TEXT NOT NULL,
    sender          TEXT NOT NULL,              -- of the envelope
    message_id      TEXT NOT NULL,              -- without brackets
    unseen          TEXT NOT NULL,              -- the fields Bcc, which only the sender's own copy has
    progress        TEXT NOT NULL,              -- JSON: who is still to get it, what is still to be done
    attempts        BIGINT NOT NULL,
    next_at         BIGINT NOT NULL,
    lease_node      TEXT,
    lease_until     BIGINT NOT NULL,
    created_at      BIGINT NOT NULL,
    PRIMARY KEY (account_id, outgoing_id)
);
CREATE INDEX outgoing_by_time ON outgoing (next_at, account_id);

CREATE TABLE outgoing_piece (                   -- the message as it is sent, so that any node may send it
    account_id      BIGINT NOT NULL,
    outgoing_id     BIGINT NOT NULL,
    number          BIGINT NOT NULL,           -- 0: the fields of the header; 1 on: the empty line and the body
    at              BIGINT NOT NULL,           -- pieces come first: without their message they are swept some time later
    content         BYTEA NOT NULL,
    PRIMARY KEY (account_id, outgoing_id, number)
);
CREATE INDEX outgoing_piece_by_age ON outgoing_piece (account_id, at);

CREATE TABLE sent_before (                      -- what a device asked to be sent: a repeat is answered, and not sent again
    account_id      BIGINT NOT NULL,
    device_number   BIGINT NOT NULL,
    request         TEXT NOT NULL,
    at              BIGINT NOT NULL,
    PRIMARY KEY (account_id, device_number, request)
);
CREATE INDEX sent_before_by_age ON sent_before (account_id, at);
