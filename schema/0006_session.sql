-- Who is logged in on the pages. The token lies here as its hash: a copy of the database opens no session.
CREATE TABLE session (
    account_id      BIGINT NOT NULL,
    token           TEXT NOT NULL,              -- SHA-256 of the cookie's token, in hexadecimal
    created_at      BIGINT NOT NULL,
    seen_at         BIGINT NOT NULL,
    agent           TEXT NOT NULL,              -- the browser, as it calls itself
    PRIMARY KEY (account_id, token)
);
CREATE INDEX session_by_age ON session (account_id, seen_at);
