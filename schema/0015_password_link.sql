-- Links by which somebody who forgot the password makes another one.
CREATE TABLE password_link (
    account_id      BIGINT NOT NULL,
    hash            TEXT NOT NULL,              -- SHA-256 of what is in the link; that is random
    created_at      BIGINT NOT NULL,
    PRIMARY KEY (account_id, hash)
);

CREATE TABLE recovery (                         -- where such links go besides the account's own address
    account_id      BIGINT NOT NULL PRIMARY KEY,
    email           TEXT NOT NULL
);
