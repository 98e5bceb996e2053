//! Decisions over a view of the queue. First a preview: what will happen to each complaint, what is left out and why.
//! Then a job of the agenda that decides one after the other, each by an event of its own and on the very version that
//! was previewed, until it is done or stopped.
//!
//! # Why
//! Nobody decides what nobody saw: a complaint that changed since, that another examiner took, or that would now take
//! two where one was shown, is not done, and says so. It stays in the queue.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::decide::{Judged, LineDecisionForm, check_text};
use super::queue::QueueView;
use super::versions::as_seen;
use super::{Caller, Desk, DeskError, Role};
use crate::domain::complaint::{Complaint, Decided, DecisionProposed, Determination, Event, LineDecided};
use crate::domain::four_eyes::{Fired, FourEyesRule};
use crate::store::{BulkItemRow, BulkRow, QueueRow, StoreError};

/// Complaints of one bulk decision.
pub const BULK_COMPLAINTS_MAX: usize = 200;
/// Complaints decided between two looks at whether it was stopped by a restart of the agenda.
const AT_ONCE: usize = 20;

/// A bulk decision, as it is asked for.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BulkForm {
    /// The view: every complaint it shows, at most [`BULK_COMPLAINTS_MAX`].
    pub view: QueueView,
    /// Result for every listing that waits for a decision; of the view's platform only, where it has one.
    pub determination: Determination,
    /// Whether a takedown is asked of the platforms.
    #[serde(default)]
    pub takedown: bool,
    /// Codes of reasons.
    pub reasons: Vec<String>,
    /// In words; goes to the platforms.
    #[serde(default)]
    pub text: Option<String>,
}

/// A bulk decision, as it stands.
#[derive(Clone, Debug, Serialize)]
pub struct BulkView {
    /// Id.
    pub id: Uuid,
    /// Who decides.
    pub examiner: Uuid,
    /// `previewed`, `running`, `done`, `stopped`.
    pub state: String,
    /// What was asked for.
    pub asked: BulkForm,
    /// When it was previewed.
    pub created_at: Timestamp,
    /// When it was started.
    pub started_at: Option<Timestamp>,
    /// When it was done or stopped.
    pub ended_at: Option<Timestamp>,
    /// How far it is.
    pub progress: BulkProgress,
    /// The complaints, by urgency.
    pub items: Vec<BulkItem>,
}

impl BulkView {
    /// Its version: previewed, started, ended. How far it is is none.
    pub fn version(&self) -> i64 {
        version(&self.state)
    }
}

fn version(state: &str) -> i64 {
    match state {
        "previewed" => 1,
        "running" => 2,
        _ => 3,
    }
}

/// How far a bulk decision is, in complaints.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct BulkProgress {
    /// Left out from the beginning.
    pub left_out: usize,
    /// Decided.
    pub decided: usize,
    /// Proposed: a second examiner confirms.
    pub proposed: usize,
    /// Not done, with the reason.
    pub not_done: usize,
    /// Still to be done.
    pub left: usize,
}

/// One complaint of a bulk decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BulkItem {
    /// The complaint.
    pub complaint: Uuid,
    /// Its reference.
    pub reference: String,
    /// Its version at the preview.
    pub version: i32,
    /// The listings.
    pub lines: Vec<u32>,
    /// What will happen, or would have: `decide`, `propose`, `leave_out`.
    pub will: String,
    /// The rules by which it takes two.
    pub rules: Vec<Fired>,
    /// Why it is left out, or was not done: `nothing_waits`, `held`, `proposed_before`, `not_possible`, `changed`, `differs`.
    pub why: Option<String>,
    /// `decided`, `proposed`, `not_done`; null: not yet.
    pub outcome: Option<String>,
    /// When.
    pub at: Option<Timestamp>,
}

/// What happens to a complaint: the event, or why none.
type Will = Result<Event, &'static str>;

impl BulkForm {
    fn lines(&self, c: &Complaint) -> Vec<LineDecided> {
        let on_platform = |line: &u32| match &self.view.platform {
            Some(platform) => c.listing(*line).is_some_and(|l| l.filed.platform.as_ref() == Some(platform)),
            None => true,
        };
        let decided = |line| LineDecided {
            line,
            determination: self.determination,
            takedown: self.takedown,
            measure: None,
            repetition: Vec::new(),
            reasons: self.reasons.clone(),
        };
        c.pending_lines().into_iter().filter(on_platform).map(decided).collect()
    }
}

impl Desk {
    /// Previews decisions over a view. Nothing happens yet.
    ///
    /// # Errors
    /// [`DeskError::Rule`] for a bad view, a bad decision, or too many complaints.
    pub async fn preview_bulk(&self, caller: &Caller, mut form: BulkForm) -> Result<BulkView, DeskError> {
        check_text(form.text.as_deref())?;
        let one = LineDecisionForm {
            line: 1,
            determination: form.determination,
            takedown: form.takedown,
            measure: None,
            propose_termination: false,
            reasons: form.reasons.clone(),
        };
        self.lines_given(&[one]).await?;
        let filter = self.queue_filter(caller, &form.view).await?;
        let rows = self.store.queue_page(filter, (None, BULK_COMPLAINTS_MAX + 1), self.now()).await?;
        if rows.len() > BULK_COMPLAINTS_MAX {
            return Err(DeskError::rule("bulk.too_many", format!("the view shows more than {BULK_COMPLAINTS_MAX} complaints: narrow it")));
        }
        // It may be a name, and nobody would erase it here: the complaints it found are kept.
        form.view.text = None;
        let (now, _) = self.now();
        let bulk = BulkRow {
            id: self.ids.next(),
            examiner: caller.account,
            body: serde_json::to_string(&form).unwrap_or_default(),
            state: "previewed".to_owned(),
            created_at: now,
            started_at: None,
            ended_at: None,
        };
        let rule = self.four_eyes().await?.rule;
        let mut items = Vec::with_capacity(rows.len());
        for (row, n) in rows.into_iter().zip(1..) {
            let complaint = self.replayed(row.complaint.id).await?;
            items.push(self.previewed(caller, (&bulk, n, row), (&form, &rule, &complaint)));
        }
        self.store.put_bulk(bulk.clone(), items.clone()).await?;
        shown(bulk, items)
    }

    fn previewed(
        &self,
        caller: &Caller,
        (bulk, n, row): (&BulkRow, i32, QueueRow),
        (form, rule, complaint): (&BulkForm, &FourEyesRule, &Complaint),
    ) -> BulkItemRow {
        let lines = form.lines(complaint);
        let held = row.claim.is_some_and(|c| c.examiner != caller.account);
        let will = if held { Err("held") } else { self.will(caller, complaint, (form, rule, lines.clone())) };
        let (word, rules) = match &will {
            Ok(Event::DecisionProposed(p)) => ("propose", p.rules.clone()),
            Ok(_) => ("decide", Vec::new()),
            Err(_) => ("leave_out", Vec::new()),
        };
        BulkItemRow {
            bulk_id: bulk.id,
            n,
            complaint_id: complaint.id,
            reference: complaint.filed.reference.clone(),
            version: i32::try_from(complaint.seq).unwrap_or(i32::MAX),
            lines: serde_json::to_string(&lines.iter().map(|l| l.line).collect::<Vec<_>>()).unwrap_or_default(),
            will: word.to_owned(),
            rules: serde_json::to_string(&rules).unwrap_or_default(),
            why: will.err().map(str::to_owned),
            outcome: None,
            at: None,
        }
    }

    /// What would be recorded of a complaint as it stands; the tables of moves are asked, and nothing is stored.
    fn will(&self, caller: &Caller, c: &Complaint, (form, rule, lines): (&BulkForm, &FourEyesRule, Vec<LineDecided>)) -> Will {
        if lines.is_empty() {
            return Err("nothing_waits");
        }
        if c.proposed.is_some() {
            return Err("proposed_before");
        }
        let (now, today) = self.now();
        let (examiner, text) = (caller.account, form.text.clone());
        let event = match rule.look(c, &lines, today) {
            Ok(alone) => Event::Decided(Decided::by_examiner(alone, examiner, lines, text)),
            Err(rules) => Event::DecisionProposed(DecisionProposed { examiner, lines, text, review: None, due_on: None, rules }),
        };
        c.record(&caller.actor(), now, event.clone()).map(|_| event).map_err(|_| "not_possible")
    }

    /// A bulk decision, as it stands.
    ///
    /// # Errors
    /// [`DeskError::NotFound`]
    pub async fn bulk(&self, id: Uuid) -> Result<BulkView, DeskError> {
        let (row, items) = self.store.bulk(id).await?;
        shown(row, items)
    }

    /// Starts what was previewed: by who previewed it.
    ///
    /// # Errors
    /// [`DeskError::Moved`]; [`DeskError::Rule`] where it was started or stopped before, or is another's.
    pub async fn start_bulk(&self, caller: &Caller, (id, seen): (Uuid, i64)) -> Result<BulkView, DeskError> {
        let (row, _) = self.store.bulk(id).await?;
        as_seen(seen, version(&row.state))?;
        if row.examiner != caller.account {
            return Err(DeskError::rule("bulk.not_yours", "who previewed it starts it"));
        }
        if row.state != "previewed" {
            return Err(DeskError::rule("bulk.ended", "it was started or stopped before"));
        }
        let done = self.store.start_bulk(id, self.clock.now()).await?;
        self.bulk_moved(id, done).await
    }

    /// Stops it: what is decided stays, the rest is left as it is. By who previewed it, or a lead.
    ///
    /// # Errors
    /// [`DeskError::Moved`]; [`DeskError::Rule`] where it has ended, or is another's.
    pub async fn stop_bulk(&self, caller: &Caller, (id, seen): (Uuid, i64)) -> Result<BulkView, DeskError> {
        let (row, _) = self.store.bulk(id).await?;
        as_seen(seen, version(&row.state))?;
        if row.examiner != caller.account && caller.role != Role::Lead {
            return Err(DeskError::rule("bulk.not_yours", "who previewed it stops it, or a lead examiner"));
        }
        if row.ended_at.is_some() {
            return Err(DeskError::rule("bulk.ended", "it has ended"));
        }
        let done = self.store.end_bulk(id, (row.state, "stopped"), self.clock.now()).await?;
        self.bulk_moved(id, done).await
    }

    async fn bulk_moved(&self, id: Uuid, done: bool) -> Result<BulkView, DeskError> {
        let bulk = self.bulk(id).await?;
        if done { Ok(bulk) } else { Err(DeskError::Moved { now: bulk.version() }) }
    }

    /// Goes on with a bulk decision, a few complaints; answers whether more is to be done.
    ///
    /// # Errors
    /// The store's: it is gone on with later.
    pub async fn go_on_with_bulk(&self, id: Uuid) -> Result<bool, DeskError> {
        for _ in 0..AT_ONCE {
            let (row, items) = self.store.bulk(id).await?;
            if row.state != "running" {
                return Ok(false);
            }
            let Some(item) = items.iter().find(|i| i.outcome.is_none() && i.will != "leave_out") else {
                self.store.end_bulk(id, (row.state, "done"), self.clock.now()).await?;
                return Ok(false);
            };
            let ended = self.decide_item(&row, item).await?;
            self.store.end_bulk_item((id, item.n), ended, self.clock.now()).await?;
        }
        Ok(true)
    }

    /// Decides one complaint as it was previewed, or says why not.
    async fn decide_item(&self, bulk: &BulkRow, item: &BulkItemRow) -> Result<(&'static str, Option<String>), DeskError> {
        let form = asked(bulk)?;
        let not_done = |why: &str| Ok(("not_done", Some(why.to_owned())));
        let account = self.store.account(bulk.examiner).await?;
        // Suspended meanwhile, it decides nothing more.
        let judges = |r: &Role| account.suspended_at.is_none() && matches!(r, Role::Examiner | Role::Lead);
        let Some(role) = Role::from_word(&account.role).filter(judges) else {
            return not_done("not_possible");
        };
        let caller = Caller { account: bulk.examiner, role, platform: None, filings_per_hour_max: None, seller: None };
        let claim = self.store.claim_of(item.complaint_id).await?.filter(|c| c.lease_until > self.clock.now());
        if claim.is_some_and(|c| c.examiner != bulk.examiner) {
            return not_done("held");
        }
        let seen = u32::try_from(item.version).unwrap_or(0);
        let complaint = self.replayed(item.complaint_id).await?;
        let rule = self.four_eyes().await?.rule;
        let will = match self.will(&caller, &complaint, (&form, &rule, form.lines(&complaint))) {
            _ if complaint.seq != seen => return self.changed(&caller, (&form, item)).await,
            Err(why) => return not_done(why),
            Ok(event) => event,
        };
        let (word, outcome) = match will {
            Event::DecisionProposed(_) => ("propose", "proposed"),
            _ => ("decide", "decided"),
        };
        if word != item.will {
            return not_done("differs");
        }
        match self.judge(&caller, &Judged { complaint: item.complaint_id, seen }, |_| Ok(will.clone())).await {
            Ok(_) => Ok((outcome, None)),
            Err(DeskError::Changed { .. }) => self.changed(&caller, (&form, item)).await,
            Err(DeskError::Refused(_)) => not_done("not_possible"),
            Err(e) => Err(e),
        }
    }

    /// A complaint moved since it was previewed: by this very decision, where the service ended before it wrote that down.
    async fn changed(&self, caller: &Caller, (form, item): (&BulkForm, &BulkItemRow)) -> Result<(&'static str, Option<String>), DeskError> {
        let stored = self.store.complaint(item.complaint_id).await?.ok_or(DeskError::NotFound)?;
        let next = stored.log.iter().find(|e| i64::from(e.seq) == i64::from(item.version) + 1 && e.actor == caller.actor().text());
        let ours = |lines: &[LineDecided], text: &Option<String>| {
            let same = |l: &LineDecided| l.determination == form.determination && l.takedown == form.takedown && l.reasons == form.reasons;
            lines.iter().all(same) && *text == form.text
        };
        match next.map(|e| serde_json::from_str::<Event>(&e.body)) {
            Some(Ok(Event::Decided(d))) if ours(&d.lines, &d.text) => Ok(("decided", None)),
            Some(Ok(Event::DecisionProposed(p))) if ours(&p.lines, &p.text) => Ok(("proposed", None)),
            _ => Ok(("not_done", Some("changed".to_owned()))),
        }
    }
}

fn asked(row: &BulkRow) -> Result<BulkForm, DeskError> {
    let corrupt = |e: serde_json::Error| StoreError::Corrupt { table: "desk_bulks", id: row.id.to_string(), why: e.to_string() };
    Ok(serde_json::from_str(&row.body).map_err(corrupt)?)
}

fn shown(row: BulkRow, items: Vec<BulkItemRow>) -> Result<BulkView, DeskError> {
    let asked = asked(&row)?;
    let mut progress = BulkProgress::default();
    for item in &items {
        match (item.will.as_str(), item.outcome.as_deref()) {
            ("leave_out", _) => progress.left_out += 1,
            (_, Some("decided")) => progress.decided += 1,
            (_, Some("proposed")) => progress.proposed += 1,
            (_, Some(_)) => progress.not_done += 1,
            (_, None) => progress.left += 1,
        }
    }
    let item = |i: BulkItemRow| BulkItem {
        complaint: i.complaint_id,
        reference: i.reference,
        version: i.version,
        lines: serde_json::from_str(&i.lines).unwrap_or_default(),
        will: i.will,
        rules: serde_json::from_str(&i.rules).unwrap_or_default(),
        why: i.why,
        outcome: i.outcome,
        at: i.at,
    };
    Ok(BulkView {
        id: row.id,
        examiner: row.examiner,
        state: row.state,
        asked,
        created_at: row.created_at,
        started_at: row.started_at,
        ended_at: row.ended_at,
        progress,
        items: items.into_iter().map(item).collect(),
    })
}
