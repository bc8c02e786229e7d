-- Of a mail folder: from when on everything is here, in microseconds; none until it was pulled for a phone.
ALTER TABLE pull ADD COLUMN reach BIGINT;
