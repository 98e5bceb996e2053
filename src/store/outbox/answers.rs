//! Acknowledgements in the answers to webhooks, written down in the transaction that records the attempt: either
//! both are kept or neither is, and then the message goes out again and is answered again.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use uuid::Uuid;

use super::{DeliveryAttempted, count};
use crate::domain::acknowledgement::{Acknowledged, Answered, KNOWN, Said, checked};
use crate::domain::dispatch::DispatchKind;
use crate::store::AckRow;
use crate::store::types::Id;

/// What some answers said: the rows to be kept, and what is told of each answer.
#[derive(Default)]
pub(super) struct Heard {
    pub(super) rows: Vec<AckRow>,
    /// Of each row, the answer it stood in and its place there.
    places: Vec<(usize, usize)>,
    /// By delivery.
    told: Vec<(Uuid, Acknowledged)>,
}

impl Heard {
    /// What the answers to these attempts said; `lines` are those of their dispatches.
    pub(super) fn of(all: &[&DeliveryAttempted], lines: &[(Id, i32)], now: Timestamp) -> Self {
        let mut heard = Heard::default();
        for d in all {
            let mut acknowledged = Acknowledged { refused: None, rows: Vec::new() };
            match &d.said {
                None => continue,
                Some(Said::Refused(refusal)) => acknowledged.refused = Some(refusal.clone()),
                Some(Said::Rows(rows)) => {
                    let kind = DispatchKind::from_word(&d.kind).unwrap_or(DispatchKind::Test);
                    let own = lines.iter().filter(|(id, _)| id.0 == d.dispatch).map(|(_, n)| count(*n));
                    let (results, kept) = checked(rows.clone(), &Answered { kind, lines: own.collect() }, now);
                    acknowledged.rows = results;
                    for (place, line) in kept {
                        heard.places.push((heard.told.len(), place));
                        heard.rows.push(AckRow::of(d.dispatch, line, now));
                    }
                }
            }
            heard.told.push((d.attempt.delivery_id, acknowledged));
        }
        heard
    }

    /// Dispatches whose answers may be for an examiner.
    pub(super) fn for_examiners(&self) -> BTreeSet<Uuid> {
        self.rows.iter().filter(|r| r.may_concern_an_examiner()).map(|r| r.dispatch_id).collect()
    }

    /// What is told of each answer, by delivery, as it is kept; `new` says of each row whether it was.
    pub(super) fn told(mut self, new: &[bool]) -> BTreeMap<Uuid, String> {
        for ((answer, place), is_new) in self.places.iter().zip(new) {
            let row = self.told.get_mut(*answer).and_then(|(_, a)| a.rows.get_mut(*place));
            if let Some(row) = row.filter(|_| !is_new) {
                row.result = KNOWN.to_owned();
            }
        }
        // Serialising these types cannot fail: string keys only.
        self.told.into_iter().map(|(delivery, a)| (delivery, serde_json::to_string(&a).unwrap_or_default())).collect()
    }
}

/// Keeps what the answers to `$mine` said, within a unit of work of `$go`; answers what is told of each, by delivery.
macro_rules! keep_answers {
    ($go:ident, $mine:expr, $now:expr) => {{
        let spoken: Vec<&DeliveryAttempted> = $mine.filter(|d| d.said.is_some()).collect();
        if spoken.is_empty() {
            BTreeMap::new()
        } else {
            let ids: Vec<Id> = spoken.iter().map(|d| Id(d.dispatch)).collect();
            let lines = dispatch_lines::table
                .filter(dispatch_lines::dispatch_id.eq_any(ids))
                .select((dispatch_lines::dispatch_id, dispatch_lines::n));
            let lines: Vec<(Id, i32)> = $go!(load, lines)?;
            let heard = Heard::of(&spoken, &lines, $now);
            let new = put_acks!($go, &heard.rows);
            for dispatch in heard.for_examiners() {
                let draft = JobDraft { kind: JobKind::PlatformSaid, subject: dispatch.to_string(), due_at: $now };
                ask_for_job!($go, draft.into())?;
            }
            heard.told(&new)
        }
    }};
}
pub(super) use keep_answers;
