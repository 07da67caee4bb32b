-- Keep submissions and their grades by month, on PostgreSQL. Run once, with the service stopped:
--
--     psql "$URL" --single-transaction --set ON_ERROR_STOP=1 --file deploy/partitions.sql
--
-- An id begins with the moment at which it was made, so months are ranges of ids, and the id alone
-- tells where a submission lies. A grade lies beside its submission, also one made years later: so
-- that a month goes as a whole. What is there already becomes the first partition, as it is; checking
-- it for that is one pass over the table.

CREATE FUNCTION first_id(moment timestamptz) RETURNS uuid LANGUAGE sql IMMUTABLE
    RETURN (lpad(to_hex((extract(epoch FROM moment) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid;

-- The partitions with this name. That a grade has its submission can be promised only within one.
CREATE PROCEDURE add_partition(name text, bounds text) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE TABLE submission_%s PARTITION OF submission %s', name, bounds);
    EXECUTE format('CREATE TABLE grade_%s PARTITION OF grade %s', name, bounds);
    EXECUTE format('ALTER TABLE grade_%1$s ADD PRIMARY KEY (id),
                        ADD FOREIGN KEY (submission_id) REFERENCES submission_%1$s (id)', name);
END $$;

-- The partitions of the month that begins on this day.
CREATE PROCEDURE add_month(month date) LANGUAGE plpgsql AS $$
BEGIN
    CALL add_partition(to_char(month, 'YYYY_MM'), format(
        'FOR VALUES FROM (%L) TO (%L)',
        first_id(month::timestamp AT TIME ZONE 'UTC'),
        first_id((month + interval '1 month') AT TIME ZONE 'UTC')));
END $$;

-- The old tables step aside, with the names of their indexes, and leave their guards.
ALTER TABLE submission RENAME TO submission_before;
ALTER TABLE grade RENAME TO grade_before;
DROP TRIGGER guard_submission ON submission_before;
DROP TRIGGER guard_grade ON grade_before;
DO $$
DECLARE
    index record;
BEGIN
    FOR index IN SELECT indexname AS name FROM pg_indexes
        WHERE schemaname = current_schema AND tablename IN ('submission_before', 'grade_before')
    LOOP
        EXECUTE format('ALTER INDEX %I RENAME TO %I', index.name, 'before_' || index.name);
    END LOOP;
END $$;

CREATE TABLE submission (LIKE submission_before INCLUDING DEFAULTS INCLUDING CONSTRAINTS)
    PARTITION BY RANGE (id);
ALTER TABLE submission
    ADD CONSTRAINT pk_submission PRIMARY KEY (id),
    ADD CONSTRAINT fk_submission_question_id FOREIGN KEY (question_id) REFERENCES question (id),
    ADD CONSTRAINT fk_submission_version_id FOREIGN KEY (version_id) REFERENCES question_version (id),
    ADD CONSTRAINT fk_submission_translation_id FOREIGN KEY (translation_id) REFERENCES translation (id);
CREATE INDEX ix_submission_caller_submitted_at_id ON submission (caller, submitted_at, id);
CREATE INDEX ix_submission_submitted_at_id ON submission (submitted_at, id);
CREATE INDEX ix_submission_learner_submitted_at_id ON submission (learner, submitted_at, id);
CREATE INDEX ix_submission_question_id_submitted_at_id ON submission (question_id, submitted_at, id);
CREATE INDEX ix_submission_version_id ON submission (version_id);
-- A key of a repeated request is looked for in every month.
CREATE INDEX ix_submission_idempotency_key ON submission (caller, question_id, idempotency_key);

-- A constraint of partitions cannot promise that a key is used once in all of them, so keys have a
-- table of their own, in which a submission writes its key before itself. Where the key is there the
-- submission is passed over, as it is by ON CONFLICT DO NOTHING; a twin waits here for the first one.
CREATE TABLE submission_key (
    caller varchar(36) NOT NULL,
    question_id uuid NOT NULL,
    idempotency_key varchar(255) NOT NULL,
    submission_id uuid NOT NULL,
    CONSTRAINT pk_submission_key PRIMARY KEY (caller, question_id, idempotency_key)
);
INSERT INTO submission_key
    SELECT caller, question_id, idempotency_key, id FROM submission_before
    WHERE idempotency_key IS NOT NULL;

CREATE FUNCTION use_key_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO submission_key VALUES (NEW.caller, NEW.question_id, NEW.idempotency_key, NEW.id)
        ON CONFLICT DO NOTHING;
    IF FOUND THEN
        RETURN NEW;
    END IF;
    -- The key of a submission that went with its month is free. Locked by a statement before the one
    -- that looks: so that the look is later than whatever another has done with the key.
    PERFORM FROM submission_key
        WHERE (caller, question_id, idempotency_key)
            = (NEW.caller, NEW.question_id, NEW.idempotency_key)
        FOR UPDATE;
    UPDATE submission_key AS used SET submission_id = NEW.id
        WHERE (caller, question_id, idempotency_key)
            = (NEW.caller, NEW.question_id, NEW.idempotency_key)
        AND NOT EXISTS (SELECT FROM submission WHERE id = used.submission_id);
    IF FOUND THEN
        RETURN NEW;
    END IF;
    RETURN NULL;
END $$;

CREATE TABLE grade (LIKE grade_before INCLUDING DEFAULTS INCLUDING CONSTRAINTS)
    PARTITION BY RANGE (submission_id);
ALTER TABLE grade
    ADD CONSTRAINT fk_grade_regrade_id FOREIGN KEY (regrade_id) REFERENCES regrade (id);
CREATE INDEX ix_grade_submission_id_id ON grade (submission_id, id);
CREATE UNIQUE INDEX ix_grade_submission_id_regrade_id_is_undo
    ON grade (submission_id, regrade_id, is_undo) WHERE regrade_id IS NOT NULL;

DO $$
DECLARE
    this_month date := date_trunc('month', now() AT TIME ZONE 'UTC');
    next_month date := this_month + interval '1 month';
    above uuid := first_id(next_month::timestamp AT TIME ZONE 'UTC');
BEGIN
    EXECUTE format('ALTER TABLE submission ATTACH PARTITION submission_before
                        FOR VALUES FROM (MINVALUE) TO (%L)', above);
    EXECUTE format('ALTER TABLE grade ATTACH PARTITION grade_before
                        FOR VALUES FROM (MINVALUE) TO (%L)', above);
    -- A year ahead. Before it is over: CALL add_month('2027-12-01'), and so on.
    FOR ahead IN 0..11 LOOP
        CALL add_month((next_month + make_interval(months => ahead))::date);
    END LOOP;
    -- Should months run out, no answer is refused.
    CALL add_partition('later', 'DEFAULT');
END $$;

CREATE TRIGGER use_key_once BEFORE INSERT ON submission
    FOR EACH ROW WHEN (NEW.idempotency_key IS NOT NULL) EXECUTE FUNCTION use_key_once();
CREATE TRIGGER guard_submission BEFORE UPDATE OR DELETE ON submission
    FOR EACH ROW EXECUTE FUNCTION keep_history();
CREATE TRIGGER guard_grade BEFORE UPDATE OR DELETE ON grade
    FOR EACH ROW EXECUTE FUNCTION keep_history();
