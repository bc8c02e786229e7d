-- What an organisation and its accounts do not use, as names with commas between.
ALTER TABLE organisation ADD COLUMN switched_off TEXT NOT NULL DEFAULT '';
ALTER TABLE account ADD COLUMN switched_off TEXT NOT NULL DEFAULT '';
-- Since when the account's folders have yet to follow.
ALTER TABLE account ADD COLUMN unsettled_at BIGINT;
CREATE INDEX account_unsettled ON account (account_id) WHERE unsettled_at IS NOT NULL;
-- When the folder was last taken off the list though the account keeps it; below created_rev: it came back.
ALTER TABLE folder ADD COLUMN hidden_rev BIGINT;
