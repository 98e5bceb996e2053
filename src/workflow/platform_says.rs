//! What a platform's records say against a complaint: read out of its answers, brought to an examiner at once, and
//! a fact of the triage from then on. What it says is evidence, and no decision. And what it does not do of what it was
//! asked: whether to take a listing down is its own decision, to leave a lift undone or to be unable is not.
//!
//! Law: Patent Law 67 (prior art, prior design), 75(1), 75(2) (licence, prior use).

use jiff::civil::Date;
use uuid::Uuid;

use super::views::Loaded;
use super::{Desk, DeskError};
use crate::domain::acknowledgement::{LICENSED, LISTED_BEFORE, NOTHING_LEFT};
use crate::domain::complaint::{Complaint, LineNotDone, Measure, PlatformLine, ReopenedWhy};
use crate::domain::dispatch::{AckStep, DispatchKind};
use crate::store::{AckRow, DispatchRow};

/// What the answers to one dispatch say against the complaint, by listing.
fn against(acks: &[AckRow], line_of: impl Fn(u32) -> Option<u32>, patent_day: Option<Date>) -> Vec<PlatformLine> {
    let before = |day: Option<Date>| day.filter(|d| patent_day.is_some_and(|p| *d < p));
    let mut found: Vec<PlatformLine> = Vec::new();
    for ack in acks {
        let Some(line) = line_of(ack.n) else { continue };
        let reason = ack.reason.as_deref();
        let says = PlatformLine {
            line,
            first_listed_on: before(ack.first_listed_on),
            sold_before: before(ack.sold_before),
            listed_before: reason == Some(LISTED_BEFORE),
            licensed: reason == Some(LICENSED),
        };
        match found.iter_mut().find(|f| f.line == line) {
            Some(f) => {
                f.first_listed_on = f.first_listed_on.or(says.first_listed_on);
                f.sold_before = f.sold_before.or(says.sold_before);
                f.listed_before |= says.listed_before;
                f.licensed |= says.licensed;
            }
            None => found.push(says),
        }
    }
    found.retain(PlatformLine::speaks_against);
    found.sort_by_key(|f| f.line);
    found
}

/// The listings of a dispatch with which its platform says it does not do what is still asked of it, and did not say
/// otherwise since. A takedown may be refused; see above.
fn not_done(row: &DispatchRow, acks: &[AckRow], c: &Complaint) -> Vec<LineNotDone> {
    let (asked, steps): (_, &[AckStep]) = match DispatchKind::from_word(&row.kind) {
        Some(DispatchKind::Takedown) => (Measure::Requested, &[AckStep::CouldNotApply]),
        Some(DispatchKind::Lift) => (Measure::LiftRequested, &[AckStep::CouldNotApply, AckStep::Refused]),
        _ => return Vec::new(),
    };
    let is_done = |n: u32| acks.iter().any(|a| a.n == n && [AckStep::Applied.word(), AckStep::Lifted.word()].contains(&a.step.as_str()));
    let stands = |line: u32| c.listing(line).is_some_and(|l| l.measure == asked);
    let says = |a: &AckRow| {
        let step = AckStep::from_word(&a.step).filter(|s| steps.contains(s))?;
        let reason = a.reason.clone().filter(|r| !NOTHING_LEFT.contains(&r.as_str()))?;
        let line = row.lines.iter().find(|l| l.n == a.n).map(|l| l.line)?;
        (stands(line) && !is_done(a.n)).then_some(LineNotDone { line, step, reason })
    };
    let mut lines: Vec<LineNotDone> = acks.iter().filter_map(says).collect();
    lines.sort_by_key(|l| (l.line, l.step));
    lines
}

/// The day that art and use must be older than: the priority day, or the filing day; by the register, or by the report.
/// Law: Implementing Rules 11.
fn patent_day(loaded: &Loaded) -> Option<Date> {
    let register = loaded.register.as_ref().and_then(|(_, r)| r.priority_on.or(r.filed_on));
    let report = || {
        let facts = loaded.reading.as_ref()?;
        let day = facts.priority_on.as_ref().or(facts.filed_on.as_ref());
        // A day that was guessed from a picture is nobody's word.
        day.filter(|d| !d.read.is_guess()).map(|d| d.value)
    };
    register.or_else(report)
}

impl Desk {
    /// What platforms said against a complaint, over all its dispatches.
    pub(super) async fn platform_lines(&self, loaded: &Loaded) -> Result<Vec<PlatformLine>, DeskError> {
        let c = &loaded.complaint;
        // Nothing was sent, so nothing was answered.
        if c.hearing.is_none() && c.listings.iter().all(|l| l.measure == Measure::None) {
            return Ok(Vec::new());
        }
        let acks: Vec<AckRow> = self.store.acks_of(c.id).await?.into_iter().filter(AckRow::may_speak_against).collect();
        if acks.is_empty() {
            return Ok(Vec::new());
        }
        let mut all = Vec::new();
        for dispatch in self.store.dispatches_of(c.id).await? {
            let own: Vec<AckRow> = acks.iter().filter(|a| a.dispatch_id == dispatch.id).cloned().collect();
            let line_of = |n| dispatch.lines.iter().find(|l| l.n == n).map(|l| l.line);
            all.extend(against(&own, line_of, patent_day(loaded)));
        }
        Ok(all)
    }

    /// Brings what a platform answered to a dispatch before an examiner, if it speaks against the complaint or leaves
    /// undone what was asked.
    ///
    /// # Errors
    /// The store's; it may be done again.
    pub async fn tell_of_platform(&self, dispatch: Uuid) -> Result<(), DeskError> {
        let row = self.store.dispatch(dispatch).await?;
        let Some(complaint) = row.complaint_id else { return Ok(()) };
        let acks = self.store.acks_of_dispatch(dispatch).await?;
        let day = patent_day(&self.load(complaint).await?);
        let lines = against(&acks, |n| row.lines.iter().find(|l| l.n == n).map(|l| l.line), day);
        if !lines.is_empty() {
            self.tell(&[complaint], |_| Some(ReopenedWhy::PlatformSays { dispatch, lines: lines.clone() })).await?;
        }
        let undone = |c: &Complaint| {
            let lines = not_done(&row, &acks, c);
            (!lines.is_empty()).then_some(ReopenedWhy::NotDone { dispatch, lines })
        };
        self.tell(&[complaint], undone).await.map(drop)
    }
}
