-- What phones wrote in drafts: the message that a version of an item is, by the name that its content has for it.
CREATE TABLE draft_piece (
    account_id      BIGINT NOT NULL,
    draft_id        BIGINT NOT NULL,
    number          BIGINT NOT NULL,
    at              BIGINT NOT NULL,           -- it stays for some days, so that a phone that goes on writing asks no mailbox
    owed_at         BIGINT,                    -- its mailbox has yet to get it: till then it stays in any case
    content         BYTEA NOT NULL,
    PRIMARY KEY (account_id, draft_id, number)
);
CREATE INDEX draft_piece_by_age ON draft_piece (account_id, at);
