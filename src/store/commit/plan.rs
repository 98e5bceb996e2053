//! From a commit to the rows it writes. Pure, and done by the caller's task: a writer thread has
//! better things to do.

use jiff::Timestamp;
use uuid::Uuid;

use super::{Commit, ReliedOn};
use crate::domain::complaint::Event;
use crate::domain::dispatch::DispatchDraft;
use crate::domain::job::JobKind;
use crate::domain::letter::{LetterDraft, letters};
use crate::domain::repetition::bears_on_records;
use crate::domain::writ::{WritDraft, WritIssuer, writs};
use crate::store::SubmissionRow;
use crate::store::marks::{MarkRow, Marked};
use crate::store::projection::expected_projection;
use crate::store::rows::{
    ComplaintRow, EventRow, ExaminationRow, GrantRow, IdempotencyRow, ListingRow, MailRow, NoticeRow, PageReadingRow, PartyRow, int,
};
use crate::store::schema::complaint_files;
use crate::store::types::Id;
use crate::store::{Ended, FileRow, JobDraft, JobRow, ReadingRow, ReportRow, TriageRow, expected_outcome, expected_triage};

/// A file that a complaint uses.
#[derive(Clone, Debug, diesel::Insertable)]
#[diesel(table_name = complaint_files)]
pub(super) struct ComplaintFileRow {
    #[diesel(serialize_as = Id, deserialize_as = Id)]
    pub(super) complaint_id: Uuid,
    #[diesel(serialize_as = Id, deserialize_as = Id)]
    pub(super) file_id: Uuid,
}

/// The projection of a complaint that is there already, and the event it must still stand at.
#[derive(Clone, Debug)]
pub(super) struct Moved {
    pub(super) row: ComplaintRow,
    pub(super) before_seq: i32,
}

/// The rows of one commit.
pub(super) struct Plan {
    pub(super) answer: Option<IdempotencyRow>,
    pub(super) relied_on: Vec<ReliedOn>,
    pub(super) events: Vec<EventRow>,
    /// Exactly one of `filed` and `moved` has one row.
    pub(super) filed: Vec<ComplaintRow>,
    pub(super) moved: Vec<Moved>,
    pub(super) listings_filed: Vec<ListingRow>,
    pub(super) listings_moved: Vec<ListingRow>,
    pub(super) parties: Vec<PartyRow>,
    /// By what a new complaint is found, while it waits for a person.
    pub(super) marks: Vec<MarkRow>,
    /// The same of one that is there already.
    pub(super) marked: Option<Marked>,
    pub(super) notices: Vec<NoticeRow>,
    pub(super) examinations: Vec<ExaminationRow>,
    pub(super) files: Vec<ComplaintFileRow>,
    pub(super) uploaded: Vec<FileRow>,
    pub(super) readings: Vec<ReadingRow>,
    pub(super) mails: Vec<MailRow>,
    pub(super) grants: Vec<GrantRow>,
    pub(super) submissions: Vec<SubmissionRow>,
    pub(super) reports: Vec<ReportRow>,
    pub(super) page_readings: Vec<PageReadingRow>,
    /// What is to be done; also when something happens to the complaint by itself, or what it rests on ends, next.
    pub(super) jobs: Vec<JobRow>,
    /// The complaint, where nothing more happens to it by itself.
    pub(super) alarm_off: Option<Uuid>,
    pub(super) drafts: Vec<DispatchDraft>,
    /// Its last triage, where this is one.
    pub(super) triages: Vec<TriageRow>,
    /// How it ended, where it did.
    pub(super) ended: Option<Ended>,
    /// What this centre issues, before it is numbered.
    pub(super) writs: Vec<WritDraft>,
    /// In whose name.
    pub(super) issuer: WritIssuer,
}

/// What two members of one batch must not share.
#[derive(PartialEq, Eq, Hash)]
pub(super) enum Key {
    Complaint(Uuid),
    Answer(Uuid, String),
    Live(String),
    Job(String, String),
}

impl Plan {
    pub(super) fn of(commit: Commit) -> Plan {
        let is_new = commit.transition.is_new();
        let written = letters(&commit.transition);
        let papers = writs(&commit.transition, &commit.dispatches);
        let items_changed = commit.transition.events().iter().any(|e| matches!(e, Event::ListingsResolved(_)));
        let touched = commit.transition.events().iter().any(touches_listings);
        let records = bears_on_records(&commit.transition);
        let (complaint, stored) = commit.transition.into_parts();
        let id = complaint.id;
        let updated_at = stored.last().map_or(complaint.filed_at, |e| e.at);
        let (row, listings) = expected_projection(&complaint, updated_at, &commit.urls);
        let ended = expected_outcome(&complaint);
        let last_seq = int(complaint.seq);
        let alarm_at = complaint.alarm_at().into_iter().chain(commit.ends_at).min();
        let before_seq = last_seq - i32::try_from(stored.len()).unwrap_or(0);
        let triages = expected_triage(&complaint, stored.iter()).into_iter().collect();
        let events: Vec<EventRow> = stored.into_iter().map(|e| EventRow::of(id, e)).collect();
        let queue_on = row.queue_on;
        let marked = Marked { items_changed, ..Marked::of(&complaint, queue_on) };
        let (marks, marked) = if is_new { (marked.all(), None) } else { (vec![], Some(marked)) };
        let (filed, moved) = if is_new { (vec![row], vec![]) } else { (vec![], vec![Moved { row, before_seq }]) };
        let (listings_filed, listings_moved) = match (is_new, touched) {
            (true, _) => (listings, vec![]),
            (false, true) => (vec![], listings),
            (false, false) => (vec![], vec![]),
        };
        let alarm = alarm_at.map(|due_at| JobDraft { kind: JobKind::Deadlines, subject: id.to_string(), due_at });
        // People took back what was decided without one: is it too often?
        let watched = ended.as_ref().filter(|(row, _)| row.automatic && row.overturned);
        let watch = watched.map(|_| JobDraft { kind: JobKind::AutomationWatch, subject: "all".to_owned(), due_at: updated_at });
        let records = records.then(|| JobDraft { kind: JobKind::TerminationRecords, subject: id.to_string(), due_at: updated_at });
        let alarm_off = Some(id).filter(|_| !is_new && alarm.is_none());
        let body = |body: String| (id, last_seq, body);
        let notice = commit.notice.map(body);
        let examination = commit.examination.map(body);
        Plan {
            answer: commit.idempotency.map(|a| a.row(id, last_seq)),
            relied_on: commit.relied_on,
            events,
            filed,
            moved,
            listings_filed,
            listings_moved,
            parties: commit.parties.into_iter().map(|p| PartyRow { queue_on: queue_on.filter(|_| p.name_key.is_some()), ..p }).collect(),
            marks,
            marked,
            notices: notice.map(|(complaint_id, seq, body)| NoticeRow { complaint_id, seq, body }).into_iter().collect(),
            examinations: examination.map(|(complaint_id, seq, body)| ExaminationRow { complaint_id, seq, body }).into_iter().collect(),
            uploaded: commit.uploaded,
            readings: commit.reading.into_iter().collect(),
            files: commit.files.iter().map(|file| ComplaintFileRow { complaint_id: id, file_id: *file }).collect(),
            mails: written.into_iter().map(|l| mail_row((l, id, &complaint.filed.reference, updated_at))).collect(),
            grants: commit.grant.into_iter().collect(),
            submissions: commit.submissions,
            reports: commit.report.into_iter().collect(),
            page_readings: commit.page_reading.into_iter().collect(),
            jobs: commit.jobs.into_iter().chain(alarm).chain(watch).chain(records).map(JobRow::from).collect(),
            alarm_off,
            drafts: commit.dispatches,
            triages,
            ended,
            writs: papers,
            issuer: commit.issuer,
        }
    }

    /// The complaint, and the number and hash of the last event written.
    pub(super) fn tip(&self) -> Option<&EventRow> {
        self.events.last()
    }

    /// The files that came with the request, each beside the complaint.
    pub(super) fn uploads(&self) -> impl Iterator<Item = (Uuid, &FileRow)> {
        self.tip().into_iter().flat_map(|e| self.uploaded.iter().map(|file| (e.complaint_id, file)))
    }

    pub(super) fn keys(&self) -> Vec<Key> {
        let complaint = self.tip().map(|e| Key::Complaint(e.complaint_id));
        let answer = self.answer.as_ref().map(|a| Key::Answer(a.account_id, a.key.clone()));
        let listings = self.listings_filed.iter().chain(&self.listings_moved);
        let live = listings.filter_map(|l| l.live_key.clone()).map(Key::Live);
        let jobs = self.jobs.iter().map(|j| Key::Job(j.kind.clone(), j.subject.clone()));
        complaint.into_iter().chain(answer).chain(live).chain(jobs).collect()
    }
}

/// Whether the rows of listings may differ after `event`.
fn touches_listings(event: &Event) -> bool {
    !matches!(
        event,
        Event::SupplementRequested(_)
            | Event::Supplemented(_)
            | Event::Accepted
            | Event::Examined(_)
            | Event::Triaged(_)
            | Event::TrackChanged(_)
            | Event::AuthenticityGranted(_)
            | Event::ReportRead(_)
            | Event::HearingOpened(_)
            | Event::SellerNotified(_)
            | Event::SellerAnswered(_)
            | Event::AnswerWindowExtended(_)
            | Event::HearingEnded(_)
            | Event::Suspended(_)
            | Event::Resumed(_)
            | Event::ReviewRequested(_)
            | Event::ExaminerRecused(_)
            | Event::DecisionProposed(_)
            | Event::DeadlineMoved(_)
            | Event::Reopened(_)
            | Event::Reconsidered(_)
            | Event::Referred(_)
            | Event::ReferralEnded(_)
    )
}

fn mail_row((letter, complaint, reference, at): (LetterDraft, Uuid, &str, Timestamp)) -> MailRow {
    MailRow {
        id: letter.id,
        complaint_id: complaint,
        party_id: letter.party,
        template: letter.kind.word().to_owned(),
        language: letter.language.word().to_owned(),
        reference: reference.to_owned(),
        state: "due".to_owned(),
        due_at: at,
        fence: 0,
        attempts: 0,
        side: letter.side.word().to_owned(),
        about: letter.about,
        day: letter.day,
        written_at: at,
    }
}
