-- Who wins in a conflict by the account's own choice, by class, where the organisation leaves that open: JSON.
ALTER TABLE account ADD COLUMN conflict TEXT NOT NULL DEFAULT '{}';
