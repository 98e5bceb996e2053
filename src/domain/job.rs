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
}

impl JobKind {
    /// All kinds.
    pub const ALL: [JobKind; 3] = [JobKind::Deadlines, JobKind::Service, JobKind::CalendarPut];

    /// The word used in SQL and logs.
    pub fn word(self) -> &'static str {
        match self {
            JobKind::Deadlines => "deadlines",
            JobKind::Service => "service",
            JobKind::CalendarPut => "calendar_put",
        }
    }

    /// The kind of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        JobKind::ALL.into_iter().find(|k| k.word() == word)
    }
}
