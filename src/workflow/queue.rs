//! The examiners' queue: what waits, how much, and who has it in hand. Its reading is `store::queue`.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::decide::check_text;
use super::lists::{cursor_position, cursor_text, known_words, rows_asked};
use super::versions::as_seen;
use super::views::{QueueItem, QueuePage};
use super::{Caller, Desk, DeskError, Role};
use crate::domain::complaint::{Complaint, Refused};
use crate::domain::notice::{Complainant, Person};
use crate::domain::patent::PatentNumber;
use crate::domain::search::{TEXT_SOUGHT_CHARS_MAX, beginning_of_number, beginning_of_reference, folded};
use crate::domain::statement::SellerWords;
use crate::store::{ClaimRow, MATCHES_MAX, NameSought, Place, QueueFilter, StoreError, TakenFrom, TextSought};
use crate::vault::{NAME_DIGEST_BYTES, SealedRecord};

/// Seconds an examiner keeps a complaint it claimed without touching it.
pub const CLAIM_LEASE_SECONDS: i64 = 1_800;
/// Seconds an examiner keeps a complaint that was given to it; then it is away, and the complaint is anybody's.
pub const ASSIGNMENT_LEASE_SECONDS: i64 = 2 * 86_400;
/// Where counting stops.
pub const COUNT_MAX: usize = 1_000;
/// Complaints of the queue that are looked at to find one an examiner may take.
const CANDIDATES_MAX: usize = 50;
/// Complaints whose marks are written anew at a time.
const COMPLAINTS_AT_ONCE: i64 = 200;

/// A view of the queue: which complaints it shows.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct QueueView {
    /// Track.
    pub track: Option<String>,
    /// State.
    pub state: Option<String>,
    /// Due on or before.
    pub due_before: Option<Date>,
    /// Platform.
    pub platform: Option<String>,
    /// Why it waits: a criterion, why it came back, `second_examiner`, `second_look`.
    pub reason: Option<String>,
    /// Account that filed.
    pub complainant: Option<Uuid>,
    /// Patent number, any spelling.
    pub patent_number: Option<String>,
    /// Who has it: an account, `me`, `nobody`.
    pub assigned: Option<String>,
    /// How a reference, a patent number, an item id or the name of a party begins.
    pub text: Option<String>,
}

/// To whom a complaint is given.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AssignmentForm {
    /// The examiner.
    pub examiner: Uuid,
    /// What it should know; internal.
    #[serde(default)]
    pub text: Option<String>,
}

/// How many complaints wait.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct QueueCounts {
    /// By track and state.
    pub counts: Vec<QueueCount>,
    /// In all, up to [`COUNT_MAX`].
    pub total: usize,
    /// Whether counting stopped there: each count is the least there are.
    pub at_least: bool,
}

/// How many wait on one track in one state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct QueueCount {
    /// Track; null before triage.
    pub track: Option<String>,
    /// State.
    pub state: String,
    /// How many.
    pub count: usize,
}

/// A claim.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ClaimView {
    /// The complaint.
    pub complaint: Uuid,
    /// The examiner.
    pub examiner: Uuid,
    /// It returns to the queue then.
    pub lease_until: Timestamp,
    /// Who gave it to the examiner; null: it took it itself.
    pub assigned_by: Option<Uuid>,
    /// Its version: what hands it over, or gives it back, names as seen.
    pub version: i64,
}

/// Who has a complaint in hand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HolderView {
    /// The claim; null: nobody has it.
    pub claim: Option<ClaimView>,
    /// Its version; 0: nobody has it.
    #[serde(skip)]
    pub version: i64,
}

impl From<ClaimRow> for ClaimView {
    fn from(c: ClaimRow) -> Self {
        let version = c.version();
        ClaimView { complaint: c.complaint_id, examiner: c.examiner, lease_until: c.lease_until, assigned_by: c.assigned_by, version }
    }
}

impl Desk {
    /// Complaints that wait for a human, most urgent first; at the top what a reminder brought back.
    ///
    /// # Errors
    /// [`DeskError::Rule`] for a bad limit, cursor or filter.
    pub async fn queue(
        &self,
        caller: &Caller,
        q: QueueView,
        (limit, cursor): (Option<usize>, Option<&str>),
    ) -> Result<QueuePage, DeskError> {
        let limit = rows_asked(limit)?;
        let after: Option<(bool, Place)> = cursor_position(cursor)?;
        let filter = self.queue_filter(caller, &q).await?;
        let mut rows = self.store.queue_page(filter, (after, limit + 1), self.now()).await?;
        let more = rows.len() > limit;
        rows.truncate(limit);
        let place = |r: &crate::store::QueueRow| match &r.reminder {
            Some(reminder) => (true, (reminder.due_on, reminder.id)),
            None => (false, (r.complaint.queue_on.unwrap_or(Date::MAX), r.complaint.id)),
        };
        let next_cursor = rows.last().filter(|_| more).map(|r| cursor_text(&place(r)));
        let mut items = Vec::with_capacity(rows.len());
        for r in rows {
            items.push(QueueItem {
                id: r.complaint.id,
                reference: r.complaint.reference,
                state: r.complaint.state,
                track: r.complaint.track,
                patent_number: r.complaint.patent_number,
                overall: r.complaint.overall,
                pending: i64::from(r.complaint.pending),
                due_on: r.complaint.due_on,
                filed_at: r.complaint.filed_at,
                version: r.complaint.last_seq,
                reopened: r.complaint.reopened.map(|codes| codes.split(',').map(str::to_owned).collect()),
                claimed_by: r.claim.map(|c| c.examiner),
                reminder: r.reminder.map(|reminder| self.reminder_view(caller, reminder)).transpose()?,
            });
        }
        Ok(QueuePage { items, next_cursor })
    }

    /// How many complaints wait, by track and state; counting stops at [`COUNT_MAX`].
    ///
    /// # Errors
    /// [`DeskError::Rule`] for a bad filter.
    pub async fn queue_counts(&self, caller: &Caller, q: QueueView) -> Result<QueueCounts, DeskError> {
        let filter = self.queue_filter(caller, &q).await?;
        let mut by = std::collections::BTreeMap::new();
        for (track, state, count) in self.store.queue_counted(filter, COUNT_MAX, self.now()).await? {
            *by.entry((track, state)).or_insert(0) += usize::try_from(count).unwrap_or(0);
        }
        let total = by.values().sum();
        let at_least = total >= COUNT_MAX;
        let counts = by.into_iter().map(|((track, state), count)| QueueCount { track, state, count }).collect();
        Ok(QueueCounts { counts, total, at_least })
    }

    pub(super) async fn queue_filter(&self, caller: &Caller, q: &QueueView) -> Result<QueueFilter, DeskError> {
        known_words(q.state.as_deref(), q.track.as_deref())?;
        let number = q.patent_number.as_deref().map(PatentNumber::parse).transpose();
        let number = number.map_err(|e| DeskError::rule("patent.number", e.to_string()))?;
        let (now, today) = self.now();
        let held = match q.assigned.as_deref() {
            None | Some("nobody") => None,
            Some("me") => Some(self.store.queue_held(caller.account, now).await?),
            Some(id) => {
                let id = id.parse().map_err(|_| DeskError::rule("list.filter", "assigned is an account, me or nobody"))?;
                Some(self.store.queue_held(id, now).await?)
            }
        };
        let found = match q.text.as_deref() {
            None => None,
            Some(text) => Some(self.store.queue_matches(self.text_sought(caller, text)?, today).await?),
        };
        // Neither may be cut off: what is left out of one is left out of both.
        if [&held, &found].into_iter().flatten().any(|ids| ids.len() > MATCHES_MAX) {
            return Err(DeskError::rule("queue.text_broad", format!("more than {MATCHES_MAX} complaints are found by that: say more")));
        }
        let among = match (held, found) {
            (Some(held), Some(found)) => Some(held.into_iter().filter(|id| found.contains(id)).collect()),
            (held, found) => held.or(found),
        };
        Ok(QueueFilter {
            track: q.track.clone(),
            state: q.state.clone(),
            due_before: q.due_before,
            platform: q.platform.clone(),
            reason: q.reason.clone(),
            account: q.complainant,
            patent_number: number.map(|n| n.to_string()),
            unclaimed: q.assigned.as_deref() == Some("nobody"),
            among,
        })
    }

    /// Who does not judge does not see the people of a complaint, and does not find it by them.
    fn text_sought(&self, caller: &Caller, text: &str) -> Result<TextSought, DeskError> {
        let text = folded(text);
        let length = text.chars().count();
        if length == 0 || length > TEXT_SOUGHT_CHARS_MAX {
            return Err(DeskError::rule("queue.text", format!("1 to {TEXT_SOUGHT_CHARS_MAX} characters are expected")));
        }
        let judges = matches!(caller.role, Role::Examiner | Role::Lead);
        let name = self.vault.name_keys(&text).filter(|_| judges).map(|n| NameSought {
            rest: n
                .rest
                .len()
                .checked_sub(NAME_DIGEST_BYTES)
                .and_then(|at| Some((i32::try_from(at).ok()? + 1, n.rest.get(at..)?.to_vec()))),
            key: n.key,
        });
        Ok(TextSought { reference: beginning_of_reference(&text), number: beginning_of_number(&text), item: Some(text), name })
    }

    /// Claims the most urgent complaint that nobody has and this examiner may decide; never the same to two people.
    ///
    /// # Errors
    /// [`DeskError::Rule`] for a bad filter.
    pub async fn claim_next(&self, caller: &Caller, q: QueueView) -> Result<Option<ClaimView>, DeskError> {
        let filter = QueueFilter { unclaimed: true, ..self.queue_filter(caller, &q).await? };
        for row in self.store.queue_page(filter, (None, CANDIDATES_MAX), self.now()).await? {
            let complaint = self.replayed(row.complaint.id).await?;
            // Who proposed a decision does not confirm it.
            let own = complaint.proposed.as_ref().is_some_and(|p| p.examiner == caller.account);
            if own || complaint.recused.contains(&caller.account) {
                continue;
            }
            let claim = self.new_claim(complaint.id, caller.account, CLAIM_LEASE_SECONDS);
            // Another examiner may have taken it since it was read.
            if self.store.claim(claim.clone(), (TakenFrom::Nobody, None), None).await? {
                return Ok(Some(claim.into()));
            }
        }
        Ok(None)
    }

    /// Who has a complaint in hand.
    ///
    /// # Errors
    /// [`DeskError::NotFound`]
    pub async fn holder(&self, id: Uuid) -> Result<HolderView, DeskError> {
        let held = self.held(id).await?;
        Ok(HolderView { version: held.as_ref().map_or(0, ClaimRow::version), claim: held.map(Into::into) })
    }

    /// The claim that holds a complaint now.
    async fn held(&self, id: Uuid) -> Result<Option<ClaimRow>, DeskError> {
        let now = self.clock.now();
        let held = self.store.claim_of(id).await?.filter(|c| c.lease_until > now);
        if held.is_none() {
            self.replayed(id).await?;
        }
        Ok(held)
    }

    /// Claims one complaint, or extends the claim; where a claim was `seen`, only in its place.
    ///
    /// # Errors
    /// [`DeskError::Rule`] `claim.taken` when another examiner has it; [`DeskError::Moved`], [`Refused::Recused`].
    pub async fn claim(&self, caller: &Caller, (id, seen): (Uuid, Option<i64>)) -> Result<ClaimView, DeskError> {
        self.may_have(id, caller.account).await?;
        let claim = self.new_claim(id, caller.account, CLAIM_LEASE_SECONDS);
        if !self.store.claim(claim, (TakenFrom::Nobody, seen), None).await? {
            if let Some(seen) = seen {
                as_seen(seen, self.holder(id).await?.version)?;
            }
            return Err(DeskError::rule("claim.taken", "another examiner has this complaint"));
        }
        Ok(self.store.claim_of(id).await?.ok_or(DeskError::NotFound)?.into())
    }

    /// Gives a complaint to a named examiner: a lead any, an examiner what it has (a hand-over).
    ///
    /// # Errors
    /// [`DeskError::Rule`] where the caller does not have it, or the other is no examiner; [`DeskError::Moved`],
    /// [`Refused::Recused`].
    pub async fn assign(&self, caller: &Caller, (id, seen): (Uuid, i64), form: AssignmentForm) -> Result<ClaimView, DeskError> {
        as_seen(seen, self.holder(id).await?.version)?;
        check_text(form.text.as_deref())?;
        let judges = match self.store.account(form.examiner).await {
            Ok(account) => account.suspended_at.is_none() && [Role::Examiner.word(), Role::Lead.word()].contains(&account.role.as_str()),
            Err(StoreError::NotFound) => false,
            Err(e) => return Err(e.into()),
        };
        if !judges {
            return Err(DeskError::rule("assignment.examiner", "an account of an examiner is expected"));
        }
        self.may_have(id, form.examiner).await?;
        let claim = ClaimRow { assigned_by: Some(caller.account), ..self.new_claim(id, form.examiner, ASSIGNMENT_LEASE_SECONDS) };
        let (from, kind) = match caller.role {
            Role::Lead => (TakenFrom::Anybody, "assigned"),
            _ => (TakenFrom::Holder(caller.account), "handed_over"),
        };
        let note = self.note_row(caller, (id, kind, Some(form.examiner)), form.text.as_deref().unwrap_or(""))?;
        if !self.store.claim(claim.clone(), (from, Some(seen)), Some(note)).await? {
            as_seen(seen, self.holder(id).await?.version)?;
            return Err(DeskError::rule("claim.not_held", "hand over what you have; a lead examiner assigns the rest"));
        }
        Ok(claim.into())
    }

    /// Gives a complaint back to the queue: an examiner its own, a lead anybody's.
    ///
    /// # Errors
    /// [`DeskError::Rule`] `claim.taken` where another examiner has it; [`DeskError::Moved`].
    pub async fn release(&self, caller: &Caller, (id, seen): (Uuid, i64)) -> Result<(), DeskError> {
        // What is given back is what was seen: read twice, it could be another's by then.
        let held = self.held(id).await?;
        as_seen(seen, held.as_ref().map_or(0, ClaimRow::version))?;
        let Some(held) = held else { return Ok(()) };
        if held.examiner != caller.account && caller.role != Role::Lead {
            return Err(DeskError::rule("claim.taken", "another examiner has this complaint"));
        }
        let told = held.examiner != caller.account || held.assigned_by.is_some();
        let note = told.then(|| self.note_row(caller, (id, "released", Some(held.examiner)), "")).transpose()?;
        if self.store.release(held, note).await? { Ok(()) } else { as_seen(seen, self.holder(id).await?.version) }
    }

    fn new_claim(&self, complaint: Uuid, examiner: Uuid, seconds: i64) -> ClaimRow {
        let now = self.clock.now();
        let lease_until = now.checked_add(SignedDuration::from_secs(seconds)).unwrap_or(now);
        ClaimRow { complaint_id: complaint, examiner, claimed_at: now, lease_until, assigned_by: None }
    }

    async fn may_have(&self, complaint: Uuid, examiner: Uuid) -> Result<(), DeskError> {
        if self.replayed(complaint).await?.recused.contains(&examiner) { Err(Refused::Recused.into()) } else { Ok(()) }
    }

    /// Writes by what complaints are found in the queue anew, a few from where it stands; answers where it stands then.
    ///
    /// # Errors
    /// The store's.
    pub async fn rewrite_marks(&self, progress: Option<&str>) -> Result<Option<String>, DeskError> {
        let after = progress.and_then(|p| p.parse().ok()).unwrap_or(Uuid::nil());
        let ids = self.store.complaint_ids(after, COMPLAINTS_AT_ONCE).await?;
        for id in &ids {
            let mut names = Vec::new();
            for party in self.store.parties(*id).await? {
                let record = SealedRecord { sealed: party.sealed, key: party.key };
                let name = match party.role.as_str() {
                    "complainant" => Some(self.vault.open::<Complainant>(party.id, &record)?.person.name),
                    "agent" => Some(self.vault.open::<Person>(party.id, &record)?.name),
                    "seller_answer" | "seller_statement" => self.vault.open::<SellerWords>(party.id, &record)?.seller.map(|s| s.name),
                    _ => None,
                };
                names.extend(name.and_then(|n| self.vault.name_keys(&folded(&n))).map(|n| (party.id, n.key, n.rest)));
            }
            self.store.put_marks(&self.replayed(*id).await?, names).await?;
        }
        Ok(ids.last().map(Uuid::to_string))
    }

    /// A complaint, as its log says, without what is beside it.
    pub(super) async fn replayed(&self, id: Uuid) -> Result<Complaint, DeskError> {
        let stored = self.store.complaint(id).await?.ok_or(DeskError::NotFound)?;
        let corrupt =
            |e: crate::domain::complaint::ReplayError| StoreError::Corrupt { table: "events", id: id.to_string(), why: e.to_string() };
        Ok(Complaint::replay(id, &stored.log).map_err(corrupt)?)
    }
}
