//! The steps of one transaction over a batch of commits, in one text for both databases.
//!
//! Order: keys answered before, what was relied on, the complaints themselves, the numbers of documents,
//! what hangs on the complaints, the items in the order of their keys (so that two batches never wait for
//! each other), and last the numbers of the feeds. Numbers are held until the commit.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::plan::Plan;
use super::{CommitError, Committed, ReliedOn};
use crate::store::StoreError;
use crate::store::answers::{AnswerKeys, Answers};
use crate::store::error::Fault;

/// What became of each member of a batch, in its order.
pub(super) type Outcomes = Vec<Result<Committed, CommitError>>;

/// What of a batch's surroundings was read at its beginning.
pub(super) struct Seen {
    pub(super) answers: Answers,
    pub(super) registers: BTreeMap<String, i64>,
    pub(super) policy: (i64, i64),
}

impl Seen {
    /// Why a member has no effect, if it has none.
    pub(super) fn refuses(&self, plan: &Plan) -> Result<Option<CommitError>, Fault> {
        if let Some(a) = &plan.answer
            && let Some(stored) = self.answers.get(&(a.account_id, a.key.clone()))
        {
            return Ok(Some(CommitError::Answered(stored.clone()?)));
        }
        for relied in &plan.relied_on {
            let (what, stands) = match relied {
                ReliedOn::Register { number, version } => ("register", self.registers.get(number).copied() == *version),
                ReliedOn::Policy { version, switches } => ("policy", self.policy == (*version, *switches)),
            };
            if !stands {
                return Ok(Some(StoreError::Stale { what }.into()));
            }
        }
        Ok(None)
    }
}

/// Writes a batch; yields `Result<Outcomes, Fault>`. `$go` is the macro that runs a query,
/// `$insert` the one that inserts the rows of new commits. A fault means that
/// nothing of the batch was written and its members must go one by one.
macro_rules! write_batch {
    ($go:ident, $insert:ident, $plans:expr) => {{
        use diesel::prelude::*;

        use crate::store::commit::{Committed, issue, steps};
        use crate::store::schema::{
            automation_switches, complaint_files, complaints, deliveries, dispatch_lines, dispatches, endpoints, files, items, jobs,
            listings, patents, platforms, policies, report_page_readings, reports,
        };
        use crate::store::types::{Day, Id, Ts};
        let plans: &[&crate::store::commit::plan::Plan] = $plans;

        let asks = steps::Asks::of(plans);
        let mut seen = steps::Seen { answers: Default::default(), registers: Default::default(), policy: (0, 0) };
        if !asks.are_none() {
            type Found = (Vec<crate::store::rows::IdempotencyRow>, Vec<(String, i64)>, Vec<i64>, Vec<i64>);
            let (answers, registers, policy, switches): Found = $go!(
                together,
                crate::store::answers::answer_rows!(asks.answers),
                patents::table.filter(patents::number.eq_any(asks.registers.clone())).select((patents::number, patents::version)),
                policies::table
                    .filter(policies::active_from.le(asks.policy_at.map(Ts)))
                    .order((policies::active_from.desc(), policies::version.desc()))
                    .select(policies::version)
                    .limit(1),
                automation_switches::table.order(automation_switches::n.desc()).select(automation_switches::n).limit(1)
            )?;
            seen.answers = crate::store::answers::answers_of!($go, answers);
            seen.registers = registers.into_iter().collect();
            seen.policy = (policy.first().copied().unwrap_or(0), switches.first().copied().unwrap_or(0));
        }

        let mut outcomes = Vec::with_capacity(plans.len());
        let mut live: Vec<&crate::store::commit::plan::Plan> = Vec::with_capacity(plans.len());
        for plan in plans {
            match seen.refuses(plan)? {
                Some(why) => outcomes.push(Err(why)),
                None => {
                    outcomes.push(Ok(Committed::default()));
                    live.push(plan);
                }
            }
        }

        for moved in live.iter().flat_map(|p| &p.moved) {
            let r = &moved.row;
            let before = complaints::table.filter(complaints::id.eq(Id(r.id))).filter(complaints::last_seq.eq(moved.before_seq));
            let set = (
                complaints::state.eq(&r.state),
                complaints::closed_why.eq(&r.closed_why),
                complaints::track.eq(&r.track),
                complaints::overall.eq(&r.overall),
                complaints::policy_version.eq(r.policy_version),
                complaints::due_on.eq(r.due_on.map(Day)),
                complaints::queue_on.eq(r.queue_on.map(Day)),
                complaints::updated_at.eq(Ts(r.updated_at)),
                complaints::last_seq.eq(r.last_seq),
                complaints::last_hash.eq(&r.last_hash),
                complaints::pending.eq(r.pending),
                complaints::reopened.eq(&r.reopened),
            );
            if $go!(execute, diesel::update(before).set(set))? != 1 {
                crate::store::commit::steps::return_fault(crate::store::StoreError::Stale { what: "complaint" })?;
            }
        }
        let writs = crate::store::writs::number_writs!($go, &live);
        $insert!(&live, &writs)?;
        for (complaint, row) in live.iter().flat_map(|p| p.uploads()) {
            crate::store::files::put_file!($go, row)?;
            // The account may have had these bytes under another id.
            let same = files::table.filter(files::account_id.eq(Id(row.account_id))).filter(files::sha256.eq(&row.sha256));
            let Id(file_id) = $go!(first, same.select(files::id))?;
            let used = crate::store::commit::plan::ComplaintFileRow { complaint_id: complaint, file_id };
            $go!(execute, diesel::insert_into(complaint_files::table).values(used).on_conflict_do_nothing())?;
        }
        for row in live.iter().flat_map(|p| &p.readings) {
            crate::store::files::put_reading!($go, row)?;
        }
        for l in live.iter().flat_map(|p| &p.listings_moved) {
            let set = (
                listings::site.eq(&l.site),
                listings::id_space.eq(&l.id_space),
                listings::item_id.eq(&l.item_id),
                listings::sku.eq(&l.sku),
                listings::item_key.eq(&l.item_key),
                listings::determination.eq(&l.determination),
                listings::measure.eq(&l.measure),
                listings::by_human.eq(l.by_human),
                listings::live_key.eq(&l.live_key),
                listings::termination_proposed.eq(l.termination_proposed),
            );
            $go!(execute, diesel::update(listings::table.find((Id(l.complaint_id), l.line))).set(set))?;
        }
        let rows: Vec<crate::store::SubmissionRow> = live.iter().flat_map(|p| p.submissions.iter().cloned()).collect();
        if !rows.is_empty() {
            $go!(execute, diesel::insert_into(crate::store::schema::submissions::table).values(rows))?;
        }
        for row in live.iter().flat_map(|p| &p.reports) {
            $go!(execute, diesel::insert_into(reports::table).values(row.clone()).on_conflict_do_nothing())?;
        }
        for marked in live.iter().filter_map(|p| p.marked.as_ref()) {
            crate::store::marks::put_marked!($go, marked);
        }
        for ended in live.iter().filter_map(|p| p.ended.as_ref()) {
            crate::store::outcomes::put_ended!($go, ended);
        }
        for row in live.iter().flat_map(|p| &p.page_readings) {
            $go!(execute, diesel::insert_into(report_page_readings::table).values(row.clone()))?;
        }
        for complaint in live.iter().filter_map(|p| p.alarm_off) {
            let gone = jobs::table.find((crate::domain::job::JobKind::Deadlines.word(), complaint.to_string()));
            $go!(execute, diesel::delete(gone))?;
        }

        let drafts = || live.iter().flat_map(|p| &p.drafts);
        if drafts().next().is_some() {
            for row in issue::owed(drafts()) {
                // Once a day: the first of it says so for all.
                let asked = diesel::insert_into(jobs::table).values(row).on_conflict((jobs::kind, jobs::subject)).do_nothing();
                $go!(execute, asked)?;
            }
            let mut known: issue::Items = Default::default();
            for row in issue::items_of(drafts()) {
                // Writing the row locks it, in the order of the keys.
                let put = diesel::insert_into(items::table)
                    .values(row.clone())
                    .on_conflict((items::platform, items::item_key))
                    .do_update()
                    .set(items::version.eq(items::version));
                $go!(execute, put)?;
                let query = items::table.find((row.platform.clone(), row.item_key.clone())).select(issue::ItemRow::as_select());
                let now: issue::ItemRow = $go!(first, query)?;
                known.insert((row.platform, row.item_key), now);
            }
            let counts = issue::counts(drafts());
            let codes: Vec<String> = counts.keys().cloned().collect();
            let query =
                endpoints::table.filter(endpoints::platform.eq_any(codes)).order(endpoints::id).select(issue::EndpointBrief::as_select());
            let brief: Vec<issue::EndpointBrief> = $go!(load, query)?;
            let mut next = std::collections::BTreeMap::new();
            for (code, n) in counts {
                let set = diesel::update(platforms::table.find(code.clone())).set(platforms::feed_seq.eq(platforms::feed_seq + n));
                if $go!(execute, set)? != 1 {
                    crate::store::commit::steps::return_fault(crate::store::StoreError::NotFound)?;
                }
                let last: i64 = $go!(first, platforms::table.find(code.clone()).select(platforms::feed_seq))?;
                next.insert(code, last - n + 1);
            }
            let mut outbox = issue::Outbox::default();
            let mut at = 0;
            for outcome in &mut outcomes {
                if let Ok(committed) = outcome {
                    if let Some(plan) = live.get(at) {
                        issue::move_items(plan, &mut known)?;
                        committed.dispatches = issue::issue(plan, &known, &brief, (&mut next, &mut outbox))?;
                    }
                    at += 1;
                }
            }
            for item in known.values() {
                let set = (items::version.eq(item.version), items::measures_in_force.eq(&item.measures_in_force));
                $go!(execute, diesel::update(items::table.find((item.platform.clone(), item.item_key.clone()))).set(set))?;
            }
            $go!(execute, diesel::insert_into(dispatches::table).values(outbox.dispatches))?;
            for part in outbox.lines.chunks(crate::store::commit::ROWS_PER_INSERT_MAX) {
                $go!(execute, diesel::insert_into(dispatch_lines::table).values(part.to_vec()))?;
            }
            if !outbox.deliveries.is_empty() {
                $go!(execute, diesel::insert_into(deliveries::table).values(outbox.deliveries))?;
            }
        }
        Ok::<_, crate::store::error::Fault>(outcomes)
    }};
}
pub(super) use write_batch;

/// What has to be looked at before a batch is written.
pub(super) struct Asks {
    pub(super) answers: AnswerKeys,
    /// The patents whose register entry members relied on.
    pub(super) registers: Vec<String>,
    /// The time at which the active policy matters, where a member relied on it.
    pub(super) policy_at: Option<Timestamp>,
}

impl Asks {
    pub(super) fn of(plans: &[&Plan]) -> Self {
        let answers = plans.iter().filter_map(|p| p.answer.as_ref()).map(|a| (a.account_id, a.key.clone()));
        let registers = plans.iter().flat_map(|p| &p.relied_on).filter_map(|r| match r {
            ReliedOn::Register { number, .. } => Some(number.clone()),
            ReliedOn::Policy { .. } => None,
        });
        let registers: BTreeSet<String> = registers.collect();
        let relies = |p: &&&Plan| p.relied_on.iter().any(|r| matches!(r, ReliedOn::Policy { .. }));
        Asks {
            answers: AnswerKeys::of(answers),
            registers: registers.into_iter().collect(),
            policy_at: plans.iter().filter(relies).filter_map(|p| p.tip()).map(|e| e.at).max(),
        }
    }

    pub(super) fn are_none(&self) -> bool {
        self.answers.keys.is_empty() && self.registers.is_empty() && self.policy_at.is_none()
    }
}

/// Ends the transaction with an error of ours.
pub(super) fn return_fault(e: StoreError) -> Result<(), Fault> {
    Err(Fault::Store(e))
}
