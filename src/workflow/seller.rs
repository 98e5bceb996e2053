//! The seller's side: access that its platform makes for exactly its listings, what it sees, what it says:
//! answer, non-infringement statement, request for a second look.
//!
//! Law: E-Commerce Law 43; 法发〔2020〕32号 7; Personal Information Protection Law 24.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::act::Beside;
use super::contest::ContestView;
use super::decide::{check_lines, check_text};
use super::review::Asking;
use super::views::Loaded;
use super::{Caller, Desk, DeskError, NamedFiles, ReviewForm, Role, StoredFile};
use crate::domain::complaint::{
    Actor, Basis, Channel, Determination, Event, Forwarder, Ground, HearingEnd, Listing, Measure, MeasureKind, Missing, PartyRef,
    SellerAnswered, SellerNotified, Side, Stage, State, StatementChecked, StatementOutcome, StatementReceived, ToldThrough, Transition,
};
use crate::domain::dispatch::{AckStep, DispatchKind, EffectiveMeasure, comparison_sent, effective_measure};
use crate::domain::notice::{Language, TruthGuarantee};
use crate::domain::policy::Track;
use crate::domain::report::ItemVerdict;
use crate::domain::search::folded;
use crate::domain::statement::{SellerIdentity, SellerWords, StatementParts, answer_to_seller, check_statement};
use crate::store::{PartyRow, SellerAccessRow, SubmissionRow};
use crate::vault::Vault;

/// Days an access lasts, unless the platform says less.
pub const ACCESS_DAYS_MAX: u32 = 180;
/// Most pieces of evidence of one submission.
pub const EVIDENCE_MAX: usize = 32;

/// An access to be made.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccessForm {
    /// The seller's listings in the dispatch (`listings[].n`).
    pub listings: Vec<u32>,
    /// Whether the platform gives this to the verified operator of these listings.
    #[serde(default)]
    pub identified: bool,
    /// Days it lasts, at most [`ACCESS_DAYS_MAX`].
    #[serde(default)]
    pub days: Option<u32>,
}

/// An access as its platform sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AccessView {
    /// Id.
    pub id: Uuid,
    /// The token, shown once.
    pub token: String,
    /// The listings, by line number in the complaint.
    pub lines: Vec<u32>,
    /// When it ends.
    pub expires_at: Timestamp,
    /// Where the seller uses it.
    pub url: String,
}

/// What a seller's caller may touch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SellerSide {
    /// The complaint.
    pub complaint: Uuid,
    /// Its listings.
    pub lines: Vec<u32>,
    /// Whether its platform vouches for who it is.
    pub identified: bool,
}

/// An answer to the complaint.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnswerForm {
    /// The listings; absent: all of the access.
    #[serde(default)]
    pub lines: Option<Vec<u32>>,
    /// What it puts forward.
    pub grounds: Vec<Ground>,
    /// In words.
    pub text: String,
    /// Evidence, by file.
    #[serde(default)]
    pub evidence: Vec<String>,
    /// Who answers.
    #[serde(default)]
    pub seller: Option<SellerIdentity>,
}

/// A non-infringement statement.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatementForm {
    /// The listings; absent: all of the access.
    #[serde(default)]
    pub lines: Option<Vec<u32>>,
    /// What it puts forward.
    pub grounds: Vec<Ground>,
    /// In words.
    #[serde(default)]
    pub text: String,
    /// Evidence, by file.
    #[serde(default)]
    pub evidence: Vec<String>,
    /// Who states it.
    #[serde(default)]
    pub seller: Option<SellerIdentity>,
    /// The written guarantee of truth.
    #[serde(default)]
    pub truth_guarantee: Option<TruthGuarantee>,
}

/// What a statement was answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StatementAnswer {
    /// Id.
    pub statement: Uuid,
    /// `whole`, `deficient`, `no_effect`; null: an examiner checks who states it.
    pub outcome: Option<StatementOutcome>,
    /// What is missing.
    pub missing: Vec<Missing>,
    /// In Chinese, which governs.
    pub message_zh: String,
    /// In English.
    pub message: String,
}

/// What a seller sees of a complaint: its own listings only.
#[derive(Clone, Debug, Serialize)]
pub struct SellerView {
    /// Reference of the complaint.
    pub reference: String,
    /// State.
    pub state: &'static str,
    /// Track.
    pub track: Option<Track>,
    /// Last day of the answer window, where one runs.
    pub answer_by: Option<Date>,
    /// Name of the complainant.
    pub complainant: String,
    /// Patent number.
    pub patent_number: String,
    /// Claims or designs asserted.
    pub asserted_items: Vec<String>,
    /// What the report says of them.
    pub verdicts: Vec<ItemVerdict>,
    /// Its listings.
    pub listings: Vec<SellerListing>,
    /// How the listings' products were compared with the patent, as the platform was told.
    pub comparisons: Vec<serde_json::Value>,
}

/// One of its listings.
#[derive(Clone, Debug, Serialize)]
pub struct SellerListing {
    /// Line number.
    pub line: u32,
    /// Site code.
    pub site: Option<String>,
    /// Item id.
    pub item_id: Option<String>,
    /// First axis.
    pub determination: Determination,
    /// Second axis, as the platform answered.
    pub measure: EffectiveMeasure,
    /// Which measure is asked for; absent: none is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub measure_kind: Option<MeasureKind>,
    /// Whether the end of the platform's business with its shop was proposed.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub termination_proposed: bool,
    /// The day that proposal was withdrawn because its record fell.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub termination_withdrawn_on: Option<Date>,
    /// On what the decision rests.
    pub basis: Option<Basis>,
    /// Whether a person made it: `human`, `automatic`; null while undecided.
    pub by: Option<&'static str>,
    /// Its statement against the measure.
    pub contest: Option<ContestView>,
    /// What is missing in that statement.
    pub missing: Vec<Missing>,
}

impl Desk {
    /// Makes access for a seller, for exactly these listings of a dispatch; the token is shown once.
    ///
    /// # Errors
    /// [`DeskError::NotFound`] for another platform's dispatch; [`DeskError::Rule`] for listings that are not in it.
    pub async fn make_seller_access(&self, caller: &Caller, dispatch: Uuid, form: AccessForm) -> Result<AccessView, DeskError> {
        check_lines(form.listings.iter().copied())?;
        let row = self.platform_dispatch(caller, dispatch).await?;
        let complaint = row.complaint_id.ok_or(DeskError::NotFound)?;
        // Where it is asked only what a link is, nothing is held against anybody yet.
        let tells = row.kind != DispatchKind::ResolveRequested.word();
        let line_of = |n: &u32| row.lines.iter().filter(|_| tells).find(|l| l.n == *n).map(|l| l.line);
        let lines: Option<Vec<u32>> = form.listings.iter().map(line_of).collect();
        let lines = lines.ok_or_else(|| DeskError::rule("seller_access.no_such_listing", "a listing is not in the dispatch"))?;
        let days = form.days.unwrap_or(ACCESS_DAYS_MAX);
        if !(1..=ACCESS_DAYS_MAX).contains(&days) {
            return Err(DeskError::rule("seller_access.days", format!("1 to {ACCESS_DAYS_MAX} days are expected")));
        }
        let (now, today) = self.now();
        let token = Vault::new_seller_token()?;
        let access = SellerAccessRow {
            id: self.ids.next(),
            dispatch_id: dispatch,
            complaint_id: complaint,
            platform: row.platform,
            lines: serde_json::to_string(&lines).unwrap_or_default(),
            identified: form.identified,
            hash: self.vault.api_key_hash(&token).to_vec(),
            created_at: now,
            expires_at: now.checked_add(SignedDuration::from_hours(24 * i64::from(days))).unwrap_or(now),
            revoked_at: None,
        };
        self.store.put_seller_access(access.clone()).await?;
        self.again(async || {
            let loaded = self.load(complaint).await?;
            let through = ToldThrough::Platform;
            let event = Event::SellerNotified(SellerNotified { lines: lines.clone(), through, notified_on: today, evidence_sha256: None });
            match self.record_all(&loaded, vec![(caller.actor(), event)], Beside::default()).await {
                // A complaint that is over has nobody to tell any more; the seller may still look.
                Err(DeskError::Refused(_)) => Ok(loaded.complaint.seq),
                other => other,
            }
        })
        .await?;
        let url = format!("{}/v1/seller/complaint", self.settings.public_url);
        Ok(AccessView { id: access.id, token, lines, expires_at: access.expires_at, url })
    }

    /// Revokes an access.
    ///
    /// # Errors
    /// [`DeskError::NotFound`], also for another platform's.
    pub async fn revoke_seller_access(&self, caller: &Caller, id: Uuid) -> Result<(), DeskError> {
        let platform = caller.platform.as_deref().ok_or(DeskError::NotFound)?;
        Ok(self.store.revoke_seller_access(id, platform, self.clock.now()).await?)
    }

    /// The caller of a seller's token.
    pub(super) async fn seller_of(&self, hash: &[u8]) -> Result<Option<Caller>, DeskError> {
        let access = self.store.seller_access_by_hash(hash, self.clock.now()).await?;
        Ok(access.map(|a| Caller {
            account: a.id,
            role: Role::Seller,
            platform: None,
            filings_per_hour_max: None,
            seller: Some(SellerSide { complaint: a.complaint_id, lines: a.lines(), identified: a.identified }),
        }))
    }

    /// What the seller sees.
    ///
    /// # Errors
    /// [`DeskError::NotFound`] for a caller that is no seller.
    pub async fn show_to_seller(&self, caller: &Caller) -> Result<SellerView, DeskError> {
        let side = side(caller)?;
        let loaded = self.load(side.complaint).await?;
        let person = self.complainant(&loaded.complaint).await?;
        let dispatches = self.dispatch_summaries(side.complaint).await?;
        let c = &loaded.complaint;
        let listing = |l: &Listing| {
            let kind = if l.measure == Measure::LiftRequested { DispatchKind::Lift } else { DispatchKind::Takedown };
            let last = dispatches.iter().rfind(|d| d.kind == kind && d.lines.contains(&l.filed.line));
            let answered: &[AckStep] = last.and_then(|d| d.answered.get(&l.filed.line)).map_or(&[], Vec::as_slice);
            SellerListing {
                line: l.filed.line,
                site: l.filed.site.clone(),
                item_id: l.filed.item_id.clone(),
                determination: l.determination,
                measure: effective_measure(l.measure, answered),
                measure_kind: l.kind_asked(),
                termination_proposed: !l.repetition.is_empty(),
                termination_withdrawn_on: l.termination_withdrawn_on,
                basis: l.basis,
                by: l.basis.map(|_| if l.by_human { "human" } else { "automatic" }),
                contest: ContestView::of(l),
                missing: match l.contest.as_ref().map(|c| &c.stage) {
                    Some(Stage::Deficient { missing }) => missing.clone(),
                    _ => Vec::new(),
                },
            }
        };
        let own: Vec<&Listing> = c.listings.iter().filter(|l| side.lines.contains(&l.filed.line)).collect();
        let products: std::collections::BTreeSet<u32> = own.iter().map(|l| l.filed.product).collect();
        let comparison = |p: u32| loaded.case.accused_products.get(p as usize).map(|x| comparison_sent(&x.comparison));
        Ok(SellerView {
            reference: c.filed.reference.clone(),
            state: c.state.word(),
            track: c.track,
            answer_by: match &c.state {
                State::Hearing { answer_by } => Some(*answer_by),
                _ => None,
            },
            complainant: person.map_or_else(|| "（已删除）".to_owned(), |p| p.person.name),
            patent_number: c.filed.patent_number.clone(),
            asserted_items: c.filed.asserted_items.clone(),
            verdicts: loaded.examination.verdicts.clone(),
            listings: own.into_iter().map(listing).collect(),
            comparisons: products.into_iter().filter_map(comparison).collect(),
        })
    }

    /// The seller answers; what goes to the merits puts the complaint on the complex track.
    ///
    /// # Errors
    /// [`DeskError::Rule`], [`DeskError::Refused`], [`DeskError::NotFound`] for listings that are not its own.
    pub async fn answer(&self, caller: &Caller, form: AnswerForm) -> Result<Uuid, DeskError> {
        let side = side(caller)?.clone();
        check_text(Some(&form.text))?;
        if form.text.trim().is_empty() || form.grounds.is_empty() {
            return Err(DeskError::rule("answer.incomplete", "a ground and words are expected"));
        }
        let lines = own_lines(&side, form.lines.as_deref())?;
        let evidence = self.evidence(caller, &form.evidence).await?;
        let words = SellerWords { seller: form.seller.clone(), text: form.text.clone(), truth_guarantee: None };
        self.again(async || {
            let loaded = self.load(side.complaint).await?;
            let (now, _) = self.now();
            let c = &loaded.complaint;
            let (answer, party) = (self.ids.next(), self.ids.next());
            let (row, party_ref) = self.sealed_words(&loaded, (party, "seller_answer"), (&words, now))?;
            let substantial = form.grounds.iter().any(|g| *g != Ground::LegitimateSource) && !evidence.is_empty();
            let late = c.hearing.as_ref().is_some_and(|h| h.ended);
            let answered = Event::SellerAnswered(SellerAnswered {
                answer,
                lines: lines.clone(),
                channel: Channel::SellerAccess,
                grounds: form.grounds.clone(),
                substantial,
                late,
                party: party_ref,
                write_in: write_in(form.seller.as_ref()),
                evidence: evidence.iter().map(|f| f.sha256.clone()).collect(),
            });
            let transition = c.record(&caller.actor(), now, answered)?;
            let (transition, examination) = self.after_answer(&loaded, transition, (&lines, substantial)).await?;
            let kept = SubmissionRow {
                id: answer,
                complaint_id: c.id,
                kind: "answer".into(),
                access_id: Some(caller.account),
                party_id: party,
                created_at: now,
            };
            let files = evidence.iter().map(|f| f.id).collect();
            self.record(&loaded, transition, Beside { parties: vec![row], files, submissions: vec![kept], examination }).await?;
            Ok(answer)
        })
        .await
    }

    /// What follows from an answer: the hearing ends when it was the last; and what goes to the merits is a
    /// fact of triage, which may put a complaint that is still to be decided on the complex track.
    async fn after_answer(
        &self,
        loaded: &Loaded,
        t: Transition,
        (lines, substantial): (&[u32], bool),
    ) -> Result<(Transition, Option<String>), DeskError> {
        let (now, today) = self.now();
        let hearing = Actor::System("hearing");
        let c = &loaded.complaint;
        if matches!(c.state, State::Hearing { .. }) {
            let ended = t.after().all_heard().then(|| Event::HearingEnded(c.hearing_ended(HearingEnd::Answered, today, &self.calendar())));
            return Ok((if let Some(ended) = ended { t.and(&hearing, now, ended)? } else { t }, None));
        }
        let undecided = lines.iter().any(|l| c.listing(*l).is_some_and(|l| l.determination == Determination::Pending));
        if c.state != State::Accepted || c.track != Some(Track::Simple) || !substantial || !undecided {
            return Ok((t, None));
        }
        let assessment = self.reassess_answered(loaded, true).await?;
        let due = self.decision_due(&assessment, today);
        let t = t.and(&hearing, now, Event::Triaged(assessment.triaged_event(&due)))?;
        Ok((self.open_hearing(t, now, assessment.hear_first)?, Some(assessment.kept().body())))
    }

    /// The seller states that there is no infringement, against the measure on its listings.
    ///
    /// # Errors
    /// [`DeskError::Refused`] where no measure is asked, or a statement is under way; [`DeskError::NotFound`]
    /// for listings that are not its own.
    pub async fn state_non_infringement(&self, caller: &Caller, form: StatementForm) -> Result<StatementAnswer, DeskError> {
        let side = side(caller)?.clone();
        check_text(Some(&form.text))?;
        let lines = own_lines(&side, form.lines.as_deref())?;
        let evidence = self.evidence(caller, &form.evidence).await?;
        let platform = self.store.seller_access(caller.account).await?.platform;
        let mandated = self.all_platforms().await?.into_iter().any(|p| p.code == platform && p.forwarding == "centre_as_agent");
        let words = SellerWords { seller: form.seller.clone(), text: form.text.clone(), truth_guarantee: form.truth_guarantee.clone() };
        let guarantee = form.truth_guarantee.as_ref().is_some_and(|t| t.accepted);
        let (outcome, missing) = check_statement(&StatementParts {
            identity: form.seller.as_ref().is_some_and(|s| !s.name.trim().is_empty() && !s.id_number.trim().is_empty()),
            grounds: &form.grounds,
            text: !form.text.trim().is_empty(),
            evidence: evidence.len(),
            truth_guarantee: guarantee,
        });
        // Whole in form, but nobody vouches for who states it: an examiner checks.
        let outcome = (side.identified || outcome != StatementOutcome::Whole).then_some(outcome);
        self.again(async || {
            let loaded = self.load(side.complaint).await?;
            let (now, today) = self.now();
            let (statement, party) = (self.ids.next(), self.ids.next());
            let (row, party_ref) = self.sealed_words(&loaded, (party, "seller_statement"), (&words, now))?;
            let received = StatementReceived {
                statement,
                lines: lines.clone(),
                channel: Channel::SellerAccess,
                grounds: form.grounds.clone(),
                identified: side.identified,
                truth_guarantee: guarantee,
                party: party_ref,
                write_in: write_in(form.seller.as_ref()),
                evidence: evidence.iter().map(|f| f.sha256.clone()).collect(),
                received_on: today,
            };
            let mut events = vec![(caller.actor(), Event::StatementReceived(received))];
            if let Some(outcome) = outcome {
                let checked = StatementChecked { statement, lines: lines.clone(), outcome, missing: missing.clone(), examiner: None };
                events.push((Actor::System("statement"), Event::StatementChecked(checked)));
                if outcome == StatementOutcome::Whole && mandated {
                    let forwarded = self.forwarded((statement, lines.clone()), Forwarder::CentreAsAgent, (&words.text, today));
                    events.push((Actor::System("statement"), Event::StatementForwarded(forwarded)));
                }
            }
            let kept = SubmissionRow {
                id: statement,
                complaint_id: side.complaint,
                kind: "statement".into(),
                access_id: Some(caller.account),
                party_id: party,
                created_at: now,
            };
            let files = evidence.iter().map(|f| f.id).collect();
            let beside = Beside { parties: vec![row], files, submissions: vec![kept], ..Beside::default() };
            self.record_all(&loaded, events, beside).await?;
            let (zh, en) = outcome.map_or(("声明已收到，将核实身份", "received; who states it is being checked"), answer_to_seller);
            Ok(StatementAnswer { statement, outcome, missing: missing.clone(), message_zh: zh.into(), message: en.into() })
        })
        .await
    }

    /// The seller asks for a second look.
    ///
    /// # Errors
    /// [`DeskError::Refused`], [`DeskError::Rule`], [`DeskError::NotFound`].
    pub async fn request_review_as_seller(&self, caller: &Caller, form: ReviewForm) -> Result<u32, DeskError> {
        let side = side(caller)?.clone();
        let asking = Asking { side: Side::Seller, own: Some(side.lines), access: Some(caller.account) };
        self.ask_for_review(caller, side.complaint, (asking, form)).await
    }

    fn sealed_words(
        &self,
        loaded: &Loaded,
        (party, role): (Uuid, &str),
        (words, now): (&SellerWords, Timestamp),
    ) -> Result<(PartyRow, PartyRef), DeskError> {
        let complaint_id = loaded.complaint.id;
        let json = serde_json::to_string(words).unwrap_or_default();
        let record = self.vault.seal(party, words)?;
        let names = words.seller.as_ref().and_then(|s| self.vault.name_keys(&folded(&s.name)));
        let row = PartyRow {
            id: party,
            complaint_id,
            role: role.to_owned(),
            sealed: record.sealed,
            key: record.key,
            created_at: now,
            person_key: None,
            name_key: names.as_ref().map(|n| n.key.clone()),
            name_rest: names.map(|n| n.rest),
            queue_on: None,
        };
        Ok((row, PartyRef { party, digest: self.vault.person_digest(complaint_id, &json) }))
    }

    async fn evidence(&self, caller: &Caller, named: &[String]) -> Result<Vec<StoredFile>, DeskError> {
        if named.len() > EVIDENCE_MAX {
            return Err(DeskError::rule("list.too_long", format!("at most {EVIDENCE_MAX} pieces of evidence")));
        }
        let mut files = Vec::with_capacity(named.len());
        for name in named {
            files.push(self.own_file(caller, name).await?);
        }
        Ok(files)
    }

    /// A file of the caller's own, by id.
    pub(super) async fn own_file(&self, caller: &Caller, name: &str) -> Result<StoredFile, DeskError> {
        let found = self.find_files(caller, &[name], NamedFiles::new()).await?;
        found.into_values().next().ok_or_else(|| DeskError::rule("file.not_found", format!("no file of yours is called {name:?}")))
    }
}

/// The language a seller can be written to in; none where it gave no address.
fn write_in(seller: Option<&SellerIdentity>) -> Option<Language> {
    seller.filter(|s| !s.email.trim().is_empty()).map(|s| s.language)
}

fn side(caller: &Caller) -> Result<&SellerSide, DeskError> {
    caller.seller.as_ref().ok_or(DeskError::NotFound)
}

/// The listings a seller names, all its own; all of them where it names none.
fn own_lines(side: &SellerSide, named: Option<&[u32]>) -> Result<Vec<u32>, DeskError> {
    let lines = named.unwrap_or(&side.lines);
    check_lines(lines.iter().copied())?;
    if lines.iter().all(|l| side.lines.contains(l)) { Ok(lines.to_vec()) } else { Err(DeskError::NotFound) }
}
