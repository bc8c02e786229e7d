-- The sweep looks for old tombstones account by account; without this it read every item of every account.
CREATE INDEX item_by_deletion ON item (account_id, deleted_at) WHERE deleted_at IS NOT NULL;
