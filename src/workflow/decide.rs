//! Acts of judgement: decide listings, lift measures, change the track. Each names the version of the
//! complaint it was made on; a complaint that changed since answers [`DeskError::Changed`].

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::prepare::Wording;
use super::{Caller, Desk, DeskError};
use crate::domain::complaint::{
    Complaint, Decided, DecisionProposed, DeletionAsked, Determination, Event, LiftDecided, LineDecided, MeasureKind, ReviewDecided,
    SECOND_EXAMINER_WORKING_DAYS, TrackChanged, Transition,
};
use crate::domain::notice::TEXT_CHARS_MAX;
use crate::domain::policy::Track;
use crate::store::{Commit, CommitError, ReliedOn};

/// Codes of reasons for a lift.
pub const LIFT_REASONS: &[(&str, &str)] = &[
    ("manifest_evidence", "Manifest evidence of non-infringement"),
    ("patent_not_in_force", "The patent is no longer in force for what was asserted"),
    ("decision_corrected", "The decision was wrong"),
    ("settled", "The parties settled"),
    ("other", "See the text"),
];

/// A decision.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DecisionForm {
    /// The listings decided.
    pub lines: Vec<LineDecisionForm>,
    /// Reasons in words, at most [`TEXT_CHARS_MAX`] characters; no personal data.
    #[serde(default)]
    pub text: Option<String>,
}

/// A decision on one listing.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LineDecisionForm {
    /// Number of the listing.
    pub line: u32,
    /// Result: `infringing`, `not_infringing`, `undetermined`.
    pub determination: Determination,
    /// Whether a takedown is asked of the platform; only with `infringing`.
    #[serde(default)]
    pub takedown: bool,
    /// Which measure it asks for: `block`, `disconnect`; `delete` only of a platform that a ruling binds. Absent: as
    /// before, and `block` where none was asked.
    #[serde(default)]
    pub measure: Option<MeasureKind>,
    /// Whether it is proposed that the platform end its business with the shop; only with a record of repetition.
    #[serde(default)]
    pub propose_termination: bool,
    /// At least one code of the maintained list.
    pub reasons: Vec<String>,
}

/// A lift.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LiftForm {
    /// The listings.
    pub lines: Vec<u32>,
    /// A code of [`LIFT_REASONS`].
    pub reason: String,
    /// In words.
    #[serde(default)]
    pub text: Option<String>,
}

/// A change of track.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrackForm {
    /// The new track.
    pub to: Track,
    /// Why; required from complex to simple.
    #[serde(default)]
    pub reason: Option<String>,
}

/// What an act of judgement rests on.
#[derive(Clone, Copy, Debug)]
pub struct Judged {
    /// The complaint.
    pub complaint: Uuid,
    /// Its version the examiner saw (`If-Match`).
    pub seen: u32,
}

/// The complaint of which something is recorded that nobody judged; and its version as it was seen, where that is said.
#[derive(Clone, Copy, Debug)]
pub struct Touched {
    /// The complaint.
    pub complaint: Uuid,
    /// Its version (`If-Match`); none: as it is.
    pub seen: Option<u32>,
}

impl Touched {
    pub(super) fn stands(&self, c: &Complaint) -> Result<(), DeskError> {
        match self.seen {
            Some(seen) if seen != c.seq => Err(DeskError::Changed { now: c.seq }),
            _ => Ok(()),
        }
    }
}

impl Desk {
    /// Decides listings: a centre opinion of the named examiner; or asks that what is taken down on a ruling be deleted,
    /// which decides nothing again.
    ///
    /// # Errors
    /// [`DeskError::Rule`] for an empty or doubtful form, [`DeskError::Refused`], [`DeskError::Changed`].
    pub async fn decide(&self, caller: &Caller, at: &Judged, form: DecisionForm) -> Result<u32, DeskError> {
        let (_, today) = self.now();
        let mut lines = self.lines_given(&form.lines).await?;
        check_text(form.text.as_deref())?;
        self.with_records(at.complaint, &form.lines, &mut lines).await?;
        let rule = self.four_eyes().await?.rule;
        self.judge(caller, at, |before| {
            let (examiner, lines, text) = (caller.account, lines.clone(), form.text.clone());
            let only_deletes = before.only_deletes(&lines).ok_or_else(|| {
                DeskError::rule("decision.deletion_apart", "what is decided already, and is to be deleted, is asked by itself")
            })?;
            Ok(match rule.look(before, &lines, today) {
                Ok(alone) if only_deletes => Event::DeletionAsked(DeletionAsked::by_examiner(alone, examiner, lines, text)),
                Ok(alone) => Event::Decided(Decided::by_examiner(alone, examiner, lines, text)),
                Err(rules) => {
                    let due_on = only_deletes.then(|| self.calendar().add_working_days(today, SECOND_EXAMINER_WORKING_DAYS).due);
                    Event::DecisionProposed(DecisionProposed { examiner, lines, text, review: None, due_on, rules })
                }
            })
        })
        .await
    }

    /// Decisions on listings as a form gives them: each once, of a kind an examiner makes, with reasons of the list.
    pub(super) async fn lines_given(&self, forms: &[LineDecisionForm]) -> Result<Vec<LineDecided>, DeskError> {
        check_lines(forms.iter().map(|l| l.line))?;
        let reasons = self.reasons().await?.rule;
        let known: Vec<&str> = reasons.given().collect();
        for line in forms {
            check_reasons(&line.reasons, &known)?;
            if matches!(line.determination, Determination::Pending | Determination::Withdrawn) {
                return Err(DeskError::rule("decision.determination", "infringing, not_infringing or undetermined is expected"));
            }
            if !line.takedown && (line.measure.is_some() || line.propose_termination) {
                return Err(DeskError::rule("decision.measure", "a measure, or a proposal beside it, goes with a takedown only"));
            }
        }
        let decided = |l: &LineDecisionForm| LineDecided {
            line: l.line,
            determination: l.determination,
            takedown: l.takedown,
            measure: l.measure,
            repetition: Vec::new(),
            reasons: l.reasons.clone(),
        };
        Ok(forms.iter().map(decided).collect())
    }

    /// Confirms the decision another examiner proposed.
    ///
    /// # Errors
    /// [`DeskError::Rule`] where none is proposed, [`DeskError::Refused`] for who proposed it, [`DeskError::Changed`].
    pub async fn confirm_decision(&self, caller: &Caller, at: &Judged) -> Result<u32, DeskError> {
        self.judge_all(at, async |loaded| {
            let c = &loaded.complaint;
            let none = || DeskError::rule("decision.none_proposed", "no decision waits for a second examiner");
            let proposed = c.proposed.as_ref().ok_or_else(none)?;
            self.records_stand(c).await?;
            let event = match ReviewDecided::confirmed(proposed, caller.account) {
                Some(on_review) => Event::ReviewDecided(on_review),
                None if c.only_deletes(&proposed.lines) == Some(true) => {
                    Event::DeletionAsked(DeletionAsked::confirmed(proposed, caller.account))
                }
                None => Event::Decided(Decided::confirmed(proposed, caller.account)),
            };
            Ok(vec![(caller.actor(), event)])
        })
        .await
    }

    /// Lifts measures of this complaint.
    ///
    /// # Errors
    /// As [`Desk::decide`].
    pub async fn lift(&self, caller: &Caller, at: &Judged, form: LiftForm) -> Result<u32, DeskError> {
        check_lines(form.lines.iter().copied())?;
        check_text(form.text.as_deref())?;
        check_reasons(std::slice::from_ref(&form.reason), &LIFT_REASONS.iter().map(|(code, _)| *code).collect::<Vec<_>>())?;
        let event =
            Event::LiftDecided(LiftDecided { lines: form.lines, reason: form.reason, examiner: Some(caller.account), text: form.text });
        self.judge(caller, at, |_| Ok(event.clone())).await
    }

    /// Puts a complaint on the other track; from complex to simple only with a reason.
    ///
    /// # Errors
    /// As [`Desk::decide`].
    pub async fn change_track(&self, caller: &Caller, at: &Judged, form: TrackForm) -> Result<u32, DeskError> {
        check_text(form.reason.as_deref())?;
        if form.to == Track::Simple && form.reason.as_deref().is_none_or(|r| r.trim().is_empty()) {
            return Err(DeskError::rule("track.reason_required", "from complex to simple only with a reason"));
        }
        let loaded = self.load(at.complaint).await?;
        if loaded.complaint.track == Some(form.to) {
            return Err(DeskError::rule("track.same", "the complaint is on that track already"));
        }
        let (_, today) = self.now();
        let mut assessment = self.reassess(&loaded).await?;
        assessment.triage.track = form.to;
        let due = self.decision_due(&assessment, today);
        if loaded.complaint.seq != at.seen {
            return Err(DeskError::Changed { now: loaded.complaint.seq });
        }
        let (now, _) = self.now();
        let event = Event::TrackChanged(TrackChanged {
            to: form.to,
            reason: form.reason,
            due_on: due.due,
            from: loaded.complaint.track,
            was_due_on: loaded.complaint.triaged.as_ref().map(|t| t.due_on),
        });
        let transition = loaded.complaint.record(&caller.actor(), now, event)?;
        let transition = self.open_hearing(transition, now, assessment.hear_first)?;
        self.commit_judged(transition, &loaded).await
    }

    pub(super) async fn judge(
        &self,
        caller: &Caller,
        at: &Judged,
        event: impl Fn(&Complaint) -> Result<Event, DeskError>,
    ) -> Result<u32, DeskError> {
        let loaded = self.load(at.complaint).await?;
        let before = &loaded.complaint;
        if before.seq != at.seen {
            return Err(DeskError::Changed { now: before.seq });
        }
        let (now, _) = self.now();
        let transition = before.record(&caller.actor(), now, event(before)?)?;
        self.commit_judged(transition, &loaded).await
    }

    async fn commit_judged(&self, transition: Transition, loaded: &super::views::Loaded) -> Result<u32, DeskError> {
        let version = transition.after().seq;
        let complaint = loaded.complaint.id;
        let commit = self.commit_of(transition, loaded).await?;
        match self.store.commit(commit).await {
            Ok(_) => Ok(version),
            Err(CommitError::Answered(_)) => Ok(version),
            Err(CommitError::Store(e)) if e.is_stale() => Err(DeskError::Changed { now: self.load(complaint).await?.complaint.seq }),
            Err(CommitError::Store(e)) => Err(e.into()),
        }
    }

    /// A commit of `transition` with the dispatches and mails that follow.
    pub(super) async fn commit_of(&self, transition: Transition, loaded: &super::views::Loaded) -> Result<Commit, DeskError> {
        let assessment = self.reassess(loaded).await?;
        let person = self.complainant(&loaded.complaint).await?;
        let wording = Wording {
            case: &loaded.case,
            complainant: person.as_ref().map_or("（已删除）", |c| c.person.name.as_str()),
            assessment: &assessment,
        };
        let dispatches = self.dispatches(&transition, &loaded.complaint, &wording);
        let ends_at = super::reexamine::next_end(&transition, &loaded.log, assessment.last_day_of_term);
        // What leaves without a human rests on the policy and the register as they are at the commit.
        let number = loaded.complaint.filed.patent_number.clone();
        let version = loaded.register.as_ref().map(|(v, _)| *v);
        let seen = [
            ReliedOn::Register { number, version },
            ReliedOn::Policy { version: assessment.policy_version, switches: assessment.switches },
        ];
        let automatic = transition.events().iter().any(|e| matches!(e, Event::Decided(d) if d.examiner().is_none()));
        let relied_on = seen.into_iter().filter(|_| automatic).collect();
        Ok(Commit { dispatches, ends_at, relied_on, ..Commit::of(transition, self.writ_issuer()) })
    }
}

pub(super) fn check_lines(lines: impl Iterator<Item = u32>) -> Result<(), DeskError> {
    let all: Vec<u32> = lines.collect();
    let mut once = all.clone();
    once.sort_unstable();
    once.dedup();
    if all.is_empty() {
        return Err(DeskError::rule("decision.no_lines", "name at least one listing"));
    }
    if once.len() != all.len() {
        return Err(DeskError::rule("decision.line_twice", "a listing is named twice"));
    }
    Ok(())
}

/// A text of at most [`TEXT_CHARS_MAX`] characters.
pub(super) fn check_text(text: Option<&str>) -> Result<(), DeskError> {
    match text {
        Some(t) if t.chars().count() > TEXT_CHARS_MAX => {
            Err(DeskError::rule("field.too_long", format!("at most {TEXT_CHARS_MAX} characters")))
        }
        _ => Ok(()),
    }
}

pub(super) fn check_reasons(given: &[String], known: &[&str]) -> Result<(), DeskError> {
    if given.is_empty() {
        return Err(DeskError::rule("decision.no_reason", "give at least one reason code"));
    }
    match given.iter().find(|g| !known.contains(&g.as_str())) {
        Some(unknown) => Err(DeskError::rule("decision.unknown_reason", format!("{unknown} is not one of {}", known.join(", ")))),
        None => Ok(()),
    }
}
