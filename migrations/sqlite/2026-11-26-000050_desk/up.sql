-- What a complaint that waits for a person is found by, beside its own row: the platforms it is about, why it
-- waits, the items. Gone when it waits no more.
CREATE TABLE desk_marks (
    complaint_id BLOB NOT NULL,
    kind TEXT NOT NULL,
    mark TEXT NOT NULL,
    queue_on TEXT,
    PRIMARY KEY (complaint_id, kind, mark),
    FOREIGN KEY (complaint_id) REFERENCES complaints(id)
) STRICT;
CREATE INDEX desk_marks_queue ON desk_marks (kind, mark, queue_on, complaint_id);

-- How a person's name begins, in keyed digests: gone with the person. The place in the queue is the complaint's.
ALTER TABLE parties ADD COLUMN name_key TEXT;
ALTER TABLE parties ADD COLUMN name_rest BLOB;
ALTER TABLE parties ADD COLUMN queue_on TEXT;
CREATE INDEX parties_waiting_name ON parties (name_key, queue_on, complaint_id) WHERE queue_on IS NOT NULL;

-- The queue by each of its filters.
CREATE INDEX complaints_waiting_state ON complaints (state, queue_on, id) WHERE queue_on IS NOT NULL;
CREATE INDEX complaints_waiting_track ON complaints (track, queue_on, id) WHERE queue_on IS NOT NULL;
CREATE INDEX complaints_waiting_account ON complaints (account_id, queue_on, id) WHERE queue_on IS NOT NULL;
CREATE INDEX complaints_waiting_patent ON complaints (patent_number, queue_on, id) WHERE queue_on IS NOT NULL;
CREATE INDEX complaints_waiting_reference ON complaints (reference) WHERE queue_on IS NOT NULL;

-- Who gave a complaint to whom, where nobody took it himself.
ALTER TABLE desk_claims ADD COLUMN assigned_by BLOB;
CREATE INDEX desk_claims_examiner ON desk_claims (examiner);

-- What examiners tell each other about a complaint: for nobody else. Append-only; a text can be erased.
CREATE TABLE desk_notes (
    id BLOB NOT NULL,
    complaint_id BLOB NOT NULL,
    kind TEXT NOT NULL,
    author BLOB NOT NULL,
    about BLOB,
    at INTEGER NOT NULL,
    sealed BLOB NOT NULL,
    key BLOB NOT NULL,
    erased INTEGER NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY (complaint_id) REFERENCES complaints(id)
) STRICT;
CREATE INDEX desk_notes_complaint ON desk_notes (complaint_id, id);
CREATE TRIGGER desk_notes_no_update BEFORE UPDATE ON desk_notes
WHEN NOT (NEW.erased AND (NEW.id, NEW.complaint_id, NEW.kind, NEW.author, NEW.about, NEW.at)
    IS (OLD.id, OLD.complaint_id, OLD.kind, OLD.author, OLD.about, OLD.at))
BEGIN
    SELECT RAISE(ABORT, 'notes are append-only');
END;
CREATE TRIGGER desk_notes_no_delete BEFORE DELETE ON desk_notes
BEGIN
    SELECT RAISE(ABORT, 'notes are append-only');
END;

-- What brings a complaint back to the top of the queue on a day.
CREATE TABLE desk_reminders (
    id BLOB NOT NULL,
    complaint_id BLOB NOT NULL,
    due_on TEXT NOT NULL,
    sealed BLOB NOT NULL,
    key BLOB NOT NULL,
    erased INTEGER NOT NULL,
    created_by BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    done_by BLOB,
    done_at INTEGER,
    PRIMARY KEY (id),
    FOREIGN KEY (complaint_id) REFERENCES complaints(id)
) STRICT;
CREATE INDEX desk_reminders_complaint ON desk_reminders (complaint_id, id);
CREATE INDEX desk_reminders_open ON desk_reminders (due_on, id) WHERE done_at IS NULL;

-- What is there already is written down by the service: names are sealed.
INSERT INTO jobs (kind, subject, due_at, fence, attempts)
SELECT 'queue_marks', 'all', 0, 0, 0 WHERE EXISTS (SELECT 1 FROM complaints)
ON CONFLICT (kind, subject) DO UPDATE SET progress = NULL, fence = jobs.fence + 1;
