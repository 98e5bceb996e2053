//! The deadlines of a complaint, each with the words that explain it.

use jiff::civil::Date;
use serde::Serialize;
use uuid::Uuid;

use super::Loaded;
use crate::domain::calendar::{Calendar, Due, Pause, Period, Unit, shanghai_date};
use crate::domain::complaint::{ClockName, Deadline, Force, Reached, Sent, deadlines, platform_deadlines};
use crate::domain::dispatch::DispatchKind;
use crate::store::{AckRow, Receipt};
use crate::workflow::act::dated;
use crate::workflow::{Caller, Desk, DeskError};

/// One deadline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DeadlineView {
    /// Which clock.
    pub clock: ClockName,
    /// Title in Chinese.
    pub title_zh: &'static str,
    /// Title in English.
    pub title: &'static str,
    /// The listings it concerns; empty: the whole complaint.
    pub lines: Vec<u32>,
    /// The statement or review it belongs to.
    pub of: Option<Uuid>,
    /// Where its force comes from.
    pub force: Force,
    /// Legal source.
    pub law: &'static str,
    /// `running`, `paused`, `over` (it ran out), `ended` (what it was for happened).
    pub state: &'static str,
    /// Last day, Asia/Shanghai; it ends at 24:00.
    pub due_on: Date,
    /// Whether that day may move when the next calendar is announced.
    pub provisional: bool,
    /// Version of the calendar.
    pub calendar_version: String,
    /// The day it ended.
    pub ended_on: Option<Date>,
    /// How it is counted, one part after the other.
    pub segments: Vec<SegmentView>,
}

/// One part of a deadline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SegmentView {
    /// The day it starts; not counted.
    pub from: Date,
    /// How much.
    pub amount: u32,
    /// Of what.
    pub unit: Unit,
    /// When it stood still.
    pub pauses: Vec<Pause>,
    /// Last day.
    pub due_on: Date,
    /// In English.
    pub explanation: String,
    /// In Chinese, which governs.
    pub explanation_zh: String,
}

impl DeadlineView {
    fn of(d: Deadline, calendar: &Calendar, today: Date) -> Option<Self> {
        let (title_zh, title, force, law) = d.clock.about();
        let counted = d.due(calendar);
        let last = counted.last()?;
        let due_on = d.due_on(calendar)?;
        let state = match (d.ended_on, d.is_paused()) {
            (Some(_), _) => "ended",
            (None, true) => "paused",
            (None, false) if today > due_on => "over",
            (None, false) => "running",
        };
        Some(DeadlineView {
            clock: d.clock,
            title_zh,
            title,
            lines: d.lines.clone(),
            of: d.of,
            force,
            law,
            state,
            due_on,
            provisional: last.provisional,
            calendar_version: last.calendar_version.clone(),
            ended_on: d.ended_on,
            segments: segments(&d.periods, &counted),
        })
    }
}

fn segments(periods: &[Period], counted: &[Due]) -> Vec<SegmentView> {
    let mut from = None;
    let one = |(p, due): (&Period, &Due)| {
        let begins = from.replace(due.due).unwrap_or(p.from);
        SegmentView {
            from: begins,
            amount: p.amount,
            unit: p.unit,
            pauses: p.pauses.clone(),
            due_on: due.due,
            explanation: due.explanation.clone(),
            explanation_zh: due.explanation_zh.clone(),
        }
    };
    periods.iter().zip(counted).map(one).collect()
}

impl Desk {
    /// The deadlines of a complaint of the caller's own.
    ///
    /// # Errors
    /// [`DeskError::NotFound`]
    pub async fn deadlines(&self, caller: &Caller, id: Uuid) -> Result<Vec<DeadlineView>, DeskError> {
        self.load_own(caller, id).await?;
        self.all_deadlines(id).await
    }

    /// The deadlines of any complaint.
    ///
    /// # Errors
    /// [`DeskError::NotFound`]
    pub async fn all_deadlines(&self, id: Uuid) -> Result<Vec<DeadlineView>, DeskError> {
        self.deadlines_of(&self.load(id).await?).await
    }

    /// The deadlines of a complaint that is loaded.
    pub(in crate::workflow) async fn deadlines_of(&self, loaded: &Loaded) -> Result<Vec<DeadlineView>, DeskError> {
        let id = loaded.complaint.id;
        let (_, today) = self.now();
        let calendar = self.calendar();
        let log = dated(id, &loaded.log)?;
        let mut all = deadlines(&loaded.complaint, &log);
        all.extend(platform_deadlines(&loaded.complaint, &log, &self.sent(id).await?));
        Ok(all.into_iter().filter_map(|d| DeadlineView::of(d, &calendar, today)).collect())
    }

    /// What platforms were sent about a complaint, and when they said what.
    pub(in crate::workflow) async fn sent(&self, id: Uuid) -> Result<Vec<Sent>, DeskError> {
        let (acks, receipts) = (self.store.acks_of(id).await?, self.store.receipts_of(id).await?);
        let mut all = Vec::new();
        for row in self.store.dispatches_of(id).await? {
            let own: Vec<&AckRow> = acks.iter().filter(|a| a.dispatch_id == row.id).collect();
            let Receipt { pushed, delivered_at, pulled_at } = receipts.get(&row.id).copied().unwrap_or_default();
            let answered_at = own.iter().map(|a| a.received_at).min();
            let reached = Reached { issued_at: row.issued_at, pushed, delivered_at, pulled_at, answered_at };
            let line = |n: u32| row.lines.iter().find(|l| l.n == n).map(|l| l.line);
            let answered = own.iter().filter(|a| a.ends()).filter_map(|a| Some((line(a.n)?, shanghai_date(a.received_at)))).collect();
            all.push(Sent {
                dispatch: row.id,
                kind: DispatchKind::from_word(&row.kind).unwrap_or(DispatchKind::Test),
                lines: row.lines.iter().map(|l| l.line).collect(),
                received_on: reached.received_at().map(shanghai_date),
                answered,
            });
        }
        Ok(all)
    }
}
