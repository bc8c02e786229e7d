-- Conversations whose messages always go to one folder, as a phone said; by what phones call them, in hexadecimal.
CREATE TABLE conversation (
    account_id      BIGINT NOT NULL,
    conversation    TEXT NOT NULL,
    folder_id       BIGINT NOT NULL,
    since           BIGINT NOT NULL,           -- what came before was moved then, and may be where somebody has put it since
    PRIMARY KEY (account_id, conversation)
);
