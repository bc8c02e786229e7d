-- Who is away, and what those who write are answered meanwhile.
CREATE TABLE absence (
    account_id      BIGINT NOT NULL PRIMARY KEY,
    content         TEXT NOT NULL,              -- JSON: what the owner set
    rev             BIGINT NOT NULL,           -- of the content
    since           BIGINT,                     -- mail that came from then on is answered; none: no mail is
    until           BIGINT,                     -- and before then; none: without end
    looked_rev      BIGINT NOT NULL,           -- the inbox was looked through up to that revision
    carrier         TEXT,                       -- who answers: lomme, server; none: that is to be settled
    next_at         BIGINT NOT NULL,           -- when somebody has to see to it
    held_until      BIGINT NOT NULL,           -- a node does, or nobody is to try again until then
    failures        BIGINT NOT NULL
);
CREATE INDEX absence_by_time ON absence (next_at, account_id);
CREATE INDEX absence_here ON absence (since) WHERE carrier = 'lomme';

CREATE TABLE answered (                         -- who was told of an absence, so that nobody is told at each mail
    account_id      BIGINT NOT NULL,
    sender          TEXT NOT NULL,              -- folded to lower case
    said            TEXT NOT NULL,              -- what was said, as a hash
    at              BIGINT NOT NULL,
    PRIMARY KEY (account_id, sender)
);
CREATE INDEX answered_by_age ON answered (account_id, at);
