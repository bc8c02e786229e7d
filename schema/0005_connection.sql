-- Back offices that administrators added to their organisations, beside those of the configuration.
CREATE TABLE connection (
    organisation_id BIGINT NOT NULL,
    name            TEXT NOT NULL,              -- no other has it, of whatever organisation
    settings        TEXT NOT NULL,              -- JSON: the keys of [[connection]] but the secrets
    secrets         BYTEA,                      -- those, as JSON, sealed
    changed_at      BIGINT NOT NULL,
    PRIMARY KEY (organisation_id, name)
);
CREATE UNIQUE INDEX connection_by_name ON connection (name);
