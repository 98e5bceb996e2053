//! What a platform says of the listings of a dispatch: by `POST`, or in the body of its answer to the webhook.
//! One shape and one set of checks for both; what is wrong with a row is said in its own result.
//!
//! Not here: what follows from it (`workflow::platform_says`), and keeping it (`store::acks`).

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::calendar::{given_day, shanghai_date};
use super::dispatch::{AckStep, DispatchKind};
use super::notice::TEXT_CHARS_MAX;

/// Most lines of one acknowledgement.
pub const ACK_LINES_MAX: usize = 1_000;
/// Minutes by which a platform's clock may be ahead of ours.
const AHEAD_MINUTES_MAX: i64 = 5;
/// Year before which nothing was listed or sold on any platform.
const FIRST_YEAR: i16 = 1_990;
/// Characters kept of why an answer's acknowledgement could not be read.
const DETAIL_CHARS_MAX: usize = 200;
/// The member of an answer's body that makes it an acknowledgement, as it is looked for before anything is parsed.
const MEMBER: &[u8] = b"\"acknowledgements\"";

/// The refusals that speak against the complaint itself.
pub const LISTED_BEFORE: &str = "listed_before_filing_date";
/// See above.
pub const LICENSED: &str = "licensed_on_file";

/// Reasons a platform may refuse for: closed list.
pub const REFUSAL_REASONS: &[&str] = &[
    "no_such_item",
    "removed_by_seller",
    "removed_by_platform",
    "not_ours",
    "sku_not_separable",
    "evidence_insufficient",
    LISTED_BEFORE,
    LICENSED,
    "invalidated",
    "conflicting_ruling",
    "duplicate",
    "technical",
];

/// Of those, the ones by which nothing is left to be done with the listing: there is nothing of it, or not at this platform,
/// or it is down for another reason, of which a lift says nothing.
pub const NOTHING_LEFT: &[&str] = &["no_such_item", "removed_by_seller", "removed_by_platform", "not_ours"];

/// Measures a platform may say it took: closed list.
pub const MEASURES_TAKEN: &[&str] = &["block", "disconnect", "delete", "terminate"];

/// A platform's answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AckForm {
    /// One row a listing and step.
    pub lines: Vec<AckLineForm>,
}

/// One row of an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AckLineForm {
    /// Number of the listing in the dispatch (`listings[].n`).
    pub n: u32,
    /// Step.
    pub step: AckStep,
    /// With `refused` and `could_not_apply`: one of [`REFUSAL_REASONS`].
    #[serde(default)]
    pub reason: Option<String>,
    /// When it took effect.
    #[serde(default)]
    pub at: Option<Timestamp>,
    /// The measure taken: one of [`MEASURES_TAKEN`].
    #[serde(default)]
    pub measure: Option<String>,
    /// In words.
    #[serde(default)]
    pub note: Option<String>,
    /// Day the item was first listed, by the platform's records.
    #[serde(default, deserialize_with = "given_day")]
    pub first_listed_on: Option<Date>,
    /// Day it was first sold, by the platform's records.
    #[serde(default, deserialize_with = "given_day")]
    pub sold_before: Option<Date>,
}

/// Result of one row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AckResult {
    /// Number of the listing.
    pub n: u32,
    /// Step.
    pub step: AckStep,
    /// [`RECORDED`], [`KNOWN`], or a code of what is wrong.
    pub result: String,
}

/// The row was taken.
pub const RECORDED: &str = "recorded";
/// The same step of the same listing was said before; nothing changed.
pub const KNOWN: &str = "known";

/// A dispatch, as far as an answer to it is held against it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    /// Its kind.
    pub kind: DispatchKind,
    /// Numbers of its lines.
    pub lines: Vec<u32>,
}

impl AckLineForm {
    /// What is wrong with this row as an answer to that dispatch, in a code.
    pub fn wrong(&self, dispatch: &Answered, now: Timestamp) -> Option<&'static str> {
        use DispatchKind::{Lift, Takedown};
        let needs_reason = matches!(self.step, AckStep::Refused | AckStep::CouldNotApply);
        let known_reason = self.reason.as_deref().is_some_and(|r| REFUSAL_REASONS.contains(&r));
        let too_early = |day: Option<Date>| day.is_some_and(|d| d.year() < FIRST_YEAR);
        let latest = now + SignedDuration::from_mins(AHEAD_MINUTES_MAX);
        // What was sold today was sold before tomorrow.
        let today = shanghai_date(latest);
        let to_come =
            self.first_listed_on.is_some_and(|d| d > today) || self.sold_before.is_some_and(|d| d.yesterday().is_ok_and(|y| y > today));
        if !dispatch.lines.contains(&self.n) {
            Some("acknowledgement.no_such_line")
        } else if needs_reason && !known_reason {
            Some("acknowledgement.reason")
        } else if !needs_reason && self.reason.is_some() {
            Some("acknowledgement.reason_out_of_place")
        } else if self.step == AckStep::Applied && dispatch.kind != Takedown || self.step == AckStep::Lifted && dispatch.kind != Lift {
            Some("acknowledgement.step_out_of_place")
        } else if self.measure.as_deref().is_some_and(|m| !MEASURES_TAKEN.contains(&m)) {
            Some("acknowledgement.measure")
        } else if to_come || self.at.is_some_and(|at| at > latest) {
            Some("acknowledgement.in_the_future")
        } else if [self.first_listed_on, self.sold_before, self.at.map(shanghai_date)].into_iter().any(too_early) {
            Some("acknowledgement.too_early")
        } else if self.note.as_deref().is_some_and(|n| n.chars().count() > TEXT_CHARS_MAX) {
            Some("field.too_long")
        } else {
            None
        }
    }
}

/// The rows of an answer held against its dispatch: for each its result, and those to be kept by their place.
pub fn checked(lines: Vec<AckLineForm>, dispatch: &Answered, now: Timestamp) -> (Vec<AckResult>, Vec<(usize, AckLineForm)>) {
    let mut results = Vec::with_capacity(lines.len());
    let mut kept = Vec::new();
    for line in lines {
        let wrong = line.wrong(dispatch, now);
        results.push(AckResult { n: line.n, step: line.step, result: wrong.unwrap_or(RECORDED).to_owned() });
        if wrong.is_none() {
            kept.push((results.len() - 1, line));
        }
    }
    (results, kept)
}

/// What the body of an answer to a webhook says of its dispatch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// These rows.
    Rows(Vec<AckLineForm>),
    /// Something that was meant as an acknowledgement and is none.
    Refused(Refusal),
}

/// Why an acknowledgement in an answer's body was not taken at all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// `acknowledgement.unreadable`, `acknowledgement.lines` or `acknowledgement.too_large`.
    pub code: String,
    /// In words.
    pub detail: String,
}

/// What came of the acknowledgement in an answer's body, for the log of attempts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acknowledged {
    /// Why nothing of it was taken.
    pub refused: Option<Refusal>,
    /// Its rows.
    pub rows: Vec<AckResult>,
}

/// An answer's body, of which no more is read than what counts. Its other members are the platform's own business.
#[derive(Deserialize)]
struct Answer {
    acknowledgements: Vec<AckLineForm>,
}

/// Reads what an answer's body says; nothing where it does not speak of acknowledgements, or has none. A body that
/// was cut off (not `whole`) never counts as one.
pub fn said_in(body: &[u8], whole: bool) -> Option<Said> {
    memchr::memmem::find(body, MEMBER)?;
    let refused = |code: &str, detail: String| {
        let detail = detail.chars().take(DETAIL_CHARS_MAX).collect();
        Some(Said::Refused(Refusal { code: code.to_owned(), detail }))
    };
    if !whole {
        return refused("acknowledgement.too_large", "the answer is longer than what is read of one".to_owned());
    }
    let rows = match serde_json::from_slice::<Answer>(body) {
        Ok(answer) => answer.acknowledgements,
        Err(e) => return refused("acknowledgement.unreadable", e.to_string()),
    };
    if rows.iter().any(|r| r.note.as_deref().is_some_and(|n| n.contains('\0'))) {
        return refused("acknowledgement.unreadable", "the character U+0000 is in no value".to_owned());
    }
    match rows.len() {
        0 => None,
        n if n > ACK_LINES_MAX => refused("acknowledgement.lines", format!("1 to {ACK_LINES_MAX} rows are expected, {n} came")),
        _ => Some(Said::Rows(rows)),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn code(body: &str) -> Option<String> {
        match said_in(body.as_bytes(), true) {
            Some(Said::Refused(r)) => Some(r.code),
            _ => None,
        }
    }

    #[test]
    fn an_answer_that_speaks_of_something_else_says_nothing() {
        for body in ["", "ok", "<html>", r#"{"code":0,"message":"acknowledgements later"}"#, r#"{"acknowledgements":[]}"#] {
            assert_eq!(said_in(body.as_bytes(), true), None, "{body}");
        }
    }

    #[test]
    fn rows_are_read_beside_what_the_platform_says_to_itself() {
        let said = said_in(br#"{"code":0,"acknowledgements":[{"n":1,"step":"received"},{"n":1,"step":"applied"}],"trace":{"id":7}}"#, true);
        let Some(Said::Rows(rows)) = said else { panic!("{said:?}") };
        assert_eq!(rows.iter().map(|r| (r.n, r.step)).collect::<Vec<_>>(), [(1, AckStep::Received), (1, AckStep::Applied)]);
    }

    #[test]
    fn what_was_meant_and_is_none_says_why() {
        for body in [
            r#"{"acknowledgements":"all"}"#,
            r#"{"acknowledgements":[{"n":1}]}"#,
            r#"{"acknowledgements":[{"n":1,"step":"seen"}]}"#,
            r#"{"acknowledgements":[{"n":1,"step":"received","who":"me"}]}"#,
            r#"{"data":{"acknowledgements":[{"n":1,"step":"received"}]}}"#,
            r#"{"acknowledgements":[{"n":1,"step":"received","note":"\u0000"}]}"#,
            r#"{"acknowledgements":[{"n":1,"step":"received"}]"#,
        ] {
            assert_eq!(code(body).as_deref(), Some("acknowledgement.unreadable"), "{body}");
        }
        let many =
            format!(r#"{{"acknowledgements":[{}{{"n":1,"step":"received"}}]}}"#, r#"{"n":1,"step":"received"},"#.repeat(ACK_LINES_MAX));
        assert_eq!(code(&many).as_deref(), Some("acknowledgement.lines"));
    }

    #[test]
    fn what_was_cut_off_never_counts() {
        let body = br#"{"acknowledgements":[{"n":1,"step":"applied"}]}"#;
        assert!(matches!(said_in(body, false), Some(Said::Refused(r)) if r.code == "acknowledgement.too_large"));
    }

    #[test]
    fn days_no_database_keeps_are_refused_by_row() {
        let dispatch = Answered { kind: DispatchKind::Takedown, lines: vec![1] };
        let now = "2026-11-24T07:00:00Z".parse().unwrap();
        let row = |json: &str| serde_json::from_str::<AckLineForm>(json).unwrap().wrong(&dispatch, now);
        assert_eq!(row(r#"{"n":1,"step":"received","sold_before":"-009999-01-01"}"#), Some("acknowledgement.too_early"));
        assert_eq!(row(r#"{"n":1,"step":"received","first_listed_on":"1989-12-31"}"#), Some("acknowledgement.too_early"));
        assert_eq!(row(r#"{"n":1,"step":"received","at":"1989-12-31T15:59:59Z"}"#), Some("acknowledgement.too_early"));
        assert_eq!(row(r#"{"n":1,"step":"received","at":"1989-12-31T16:00:00Z","sold_before":"1990-01-01"}"#), None);
    }

    #[test]
    fn what_is_to_come_was_not_listed_or_sold() {
        let dispatch = Answered { kind: DispatchKind::Takedown, lines: vec![1] };
        // In Shanghai it is the 25th in five minutes, which is how far a platform's clock may be ahead.
        let now = "2026-11-24T15:55:00Z".parse().unwrap();
        let day = |field: &str, day: &str| {
            let row = format!(r#"{{"n":1,"step":"received","{field}":"{day}"}}"#);
            serde_json::from_str::<AckLineForm>(&row).unwrap().wrong(&dispatch, now)
        };
        assert_eq!((day("first_listed_on", "2026-11-25"), day("sold_before", "2026-11-26")), (None, None));
        for (field, late) in [("first_listed_on", "2026-11-26"), ("sold_before", "2026-11-27"), ("first_listed_on", "9999-12-31")] {
            assert_eq!(day(field, late), Some("acknowledgement.in_the_future"), "{field} {late}");
        }
    }

    proptest! {
        /// A stranger chooses these bytes.
        #[test]
        fn no_answer_panics(head in ".{0,40}", tail in ".{0,80}", whole: bool) {
            said_in(format!("{head}\"acknowledgements\"{tail}").as_bytes(), whole);
        }
    }
}
