-- Who governs every organisation of this installation.
CREATE TABLE operator (
    account_id      BIGINT NOT NULL PRIMARY KEY,
    since           BIGINT NOT NULL
);
