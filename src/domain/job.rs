//! Kinds of things the service does by itself when their time comes. When is in the store, how is a verb
//! of the desk, and `agenda` brings the two together.

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum JobKind {
    /// A period of a complaint (the subject, by id) runs out.
    Deadlines,
    /// A mail (the subject, by id) that carried a statement was taken, or was not.
    Service,
    /// The calendar of a year (the subject) was put: last days may move.
    CalendarPut,
    /// The register changed: complaints on the patent (the subject: number, blank, version of the entry)
    /// hear of it.
    RegisterChanged,
    /// A person recorded that a report (the subject, by SHA-256) is false: complaints with it hear of it.
    ReportRevoked,
    /// A report (the subject, by SHA-256) was proven: complaints whose report it replaces or contradicts
    /// hear of it.
    ReportProven,
    /// How complaints ended is written anew, for those from before it was kept.
    Outcomes,
    /// More is known of a report (the subject, by SHA-256) than before: it was proven, or an examiner read its
    /// pages. Complaints with it that are under way are examined again.
    ReportKnownBetter,
    /// By what complaints are found in the queue is written anew, for those from before it was kept.
    QueueMarks,
    /// Decisions over a view of the queue (the subject, by id) go on.
    BulkDecision,
    /// A platform's answer to a dispatch (the subject, by id) says something against its complaint, or that it does not do
    /// what it was asked.
    PlatformSaid,
    /// What platforms were issued on a day (the subject) should be answered by now: was it?
    AnswersOwed,
    /// A platform said nothing of a dispatch (the subject, by id) that it may have had long enough.
    PlatformSilent,
    /// A delivery (the subject, by id) was given up, or waits although its time is over.
    Undelivered,
    /// An endpoint said that it is gone, to a delivery (the subject, by id), and was paused.
    EndpointPaused,
    /// A policy is run over past complaints (the subject: the run, by id).
    Simulation,
    /// What was decided without a human was taken back: is it too often?
    AutomationWatch,
    /// A complaint (the subject, by id) may count no more in records of repetition, or was proposed with one: do they stand?
    TerminationRecords,
}

impl JobKind {
    /// All kinds.
    pub const ALL: [JobKind; 18] = [
        JobKind::Deadlines,
        JobKind::Service,
        JobKind::CalendarPut,
        JobKind::RegisterChanged,
        JobKind::ReportRevoked,
        JobKind::ReportProven,
        JobKind::Outcomes,
        JobKind::ReportKnownBetter,
        JobKind::QueueMarks,
        JobKind::BulkDecision,
        JobKind::PlatformSaid,
        JobKind::AnswersOwed,
        JobKind::PlatformSilent,
        JobKind::Undelivered,
        JobKind::EndpointPaused,
        JobKind::Simulation,
        JobKind::AutomationWatch,
        JobKind::TerminationRecords,
    ];

    /// The word used in SQL and logs.
    pub fn word(self) -> &'static str {
        match self {
            JobKind::Deadlines => "deadlines",
            JobKind::Service => "service",
            JobKind::CalendarPut => "calendar_put",
            JobKind::RegisterChanged => "register_changed",
            JobKind::ReportRevoked => "report_revoked",
            JobKind::ReportProven => "report_proven",
            JobKind::Outcomes => "outcomes",
            JobKind::ReportKnownBetter => "report_known_better",
            JobKind::QueueMarks => "queue_marks",
            JobKind::BulkDecision => "bulk_decision",
            JobKind::PlatformSaid => "platform_said",
            JobKind::AnswersOwed => "answers_owed",
            JobKind::PlatformSilent => "platform_silent",
            JobKind::Undelivered => "undelivered",
            JobKind::EndpointPaused => "endpoint_paused",
            JobKind::Simulation => "simulation",
            JobKind::AutomationWatch => "automation_watch",
            JobKind::TerminationRecords => "termination_records",
        }
    }

    /// The kind of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        JobKind::ALL.into_iter().find(|k| k.word() == word)
    }
}
