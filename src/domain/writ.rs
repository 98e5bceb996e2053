//! Writs (文书): the documents this centre issues about a complaint, which of them follow from what happened,
//! and how they are numbered (文号). What they say in words is `writ`'s business; who may see which, and what of
//! it, is in [`super::audience`].
//!
//! Law: E-Commerce Law 42, 43; Civil Code 1195, 1196; GB/T 9704 (form of official documents).

use std::collections::BTreeSet;

use jiff::Timestamp;
use uuid::Uuid;

use super::calendar::shanghai_date;
use super::complaint::{Event, State, Transition};
use super::dispatch::{DispatchDraft, DispatchKind};

macro_rules! writ_kinds {
    ($($(#[$doc:meta])* $kind:ident $word:literal $sign:literal;)+) => {
        /// What a writ is.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum WritKind { $($(#[$doc])* $kind),+ }

        impl WritKind {
            /// All kinds.
            pub const ALL: &[WritKind] = &[$(WritKind::$kind),+];

            /// The word used in JSON, SQL and among the words of writs.
            pub fn word(self) -> &'static str {
                match self { $(WritKind::$kind => $word),+ }
            }

            /// The kind of a word.
            pub fn from_word(word: &str) -> Option<Self> {
                match word { $($word => Some(WritKind::$kind),)+ _ => None }
            }

            /// What stands for the kind in a number.
            fn sign(self) -> &'static str {
                match self { $(WritKind::$kind => $sign),+ }
            }
        }
    };
}

writ_kinds! {
    /// 受理通知书
    Acceptance "acceptance" "受";
    /// 补正通知书
    Supplement "supplement" "补";
    /// 不予受理通知书
    NonAcceptance "non_acceptance" "不受";
    /// 转送通知书: a statement is forwarded. Law: E-Commerce Law 43(2).
    Forwarding "forwarding" "转";
    /// 判定咨询意见书
    Opinion "opinion" "判";
    /// 终止措施通知书
    MeasuresEnded "measures_ended" "终";
    /// 结案告知书
    Closing "closing" "结";
    /// 转介告知书
    Referral "referral" "介";
}

impl WritKind {
    /// The number of the `n`th writ of this kind of a year: gapless in each series.
    pub fn number(self, code: &str, (year, n): (i32, i64)) -> String {
        format!("{code}{}〔{year}〕{n}号", self.sign())
    }
}

/// A writ to be issued. It gets its number with the transition it follows from, in one transaction; it is
/// written out later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WritDraft {
    /// Id: of complaint, event and kind.
    pub id: Uuid,
    /// Kind.
    pub kind: WritKind,
    /// The event it follows from.
    pub seq: u32,
    /// The listings it is about; those of the whole complaint where the event names none.
    pub lines: Vec<u32>,
    /// The statement it is about.
    pub about: Option<Uuid>,
    /// When.
    pub issued_at: Timestamp,
    /// Its year, Asia/Shanghai: numbers begin anew.
    pub year: i32,
}

/// Who issues writs, as it was called when it did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WritIssuer {
    /// Its name.
    pub name: String,
    /// What its numbers begin with (机关代字).
    pub code: String,
    /// False: what it issues is marked as a trial.
    pub livemode: bool,
}

/// The writs that follow from a transition, of which `sent` goes to platforms.
pub fn writs(t: &Transition, sent: &[DispatchDraft]) -> Vec<WritDraft> {
    let all: Vec<u32> = t.after().listings.iter().map(|l| l.filed.line).collect();
    let mut drafts = Vec::new();
    for (stored, event) in t.numbered() {
        let mut put = |kind: WritKind, (lines, about): (Vec<u32>, Option<Uuid>)| {
            let id = Uuid::new_v5(&t.after().id, format!("{}/writ/{}", stored.seq, kind.word()).as_bytes());
            let year = i32::from(shanghai_date(stored.at).year());
            drafts.push(WritDraft { id, kind, seq: stored.seq, lines, about, issued_at: stored.at, year });
        };
        // A platform is answered by an opinion, and told nothing else in writing.
        let consulted = t.after().filed.consultation.is_some();
        if let Some((kind, lines, about)) = told(event).filter(|(kind, ..)| !consulted || *kind == WritKind::Opinion) {
            put(kind, (lines.unwrap_or_else(|| all.clone()), about));
        }
        let lifts = sent.iter().filter(|d| d.kind == DispatchKind::Lift && d.seq == stored.seq);
        let lifted: BTreeSet<u32> = lifts.flat_map(|d| d.lines.iter().map(|l| l.line)).collect();
        if !lifted.is_empty() {
            put(WritKind::MeasuresEnded, (lifted.into_iter().collect(), None));
        }
        let closes = matches!(event, Event::Withdrawn(_) | Event::SupplementPeriodEnded(_) | Event::ListingSupplementPeriodEnded(_));
        if closes && !consulted && matches!(t.after().state, State::Closed { .. }) {
            put(WritKind::Closing, (all.clone(), None));
        }
    }
    drafts
}

/// The writ an event gives rise to by itself, its listings (none: all) and the statement it is about.
fn told(event: &Event) -> Option<(WritKind, Option<Vec<u32>>, Option<Uuid>)> {
    match event {
        Event::Accepted => Some((WritKind::Acceptance, None, None)),
        Event::SupplementRequested(_) => Some((WritKind::Supplement, None, None)),
        Event::ListingSupplementRequested(s) => Some((WritKind::Supplement, Some(s.lines.clone()), None)),
        Event::NotAccepted(_) => Some((WritKind::NonAcceptance, None, None)),
        Event::StatementForwarded(s) => Some((WritKind::Forwarding, Some(s.lines.clone()), Some(s.statement))),
        // An automatic decision determines nothing: it is no opinion.
        Event::Decided(d) if d.examiner().is_some() => Some((WritKind::Opinion, Some(d.lines.iter().map(|l| l.line).collect()), None)),
        Event::Referred(r) if r.to.is_waited_for() => Some((WritKind::Referral, None, None)),
        Event::ReviewDecided(r) => Some((WritKind::Opinion, Some(r.lines.iter().map(|l| l.line).collect()), None)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_tell_kind_year_and_place() {
        assert_eq!(WritKind::Acceptance.number("甬知快", (2026, 12)), "甬知快受〔2026〕12号");
        let signs: BTreeSet<&str> = WritKind::ALL.iter().map(|k| k.sign()).collect();
        assert_eq!(signs.len(), WritKind::ALL.len(), "two kinds would share their numbers");
        for kind in WritKind::ALL {
            assert_eq!(WritKind::from_word(kind.word()), Some(*kind));
        }
    }
}
