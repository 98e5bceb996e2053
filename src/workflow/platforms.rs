//! Platforms, and what they answer to a dispatch. Where they are pushed to: `endpoints`; what they pull: `feed`.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Caller, Desk, DeskError};
use crate::domain::dispatch::{AckStep, DispatchKind};
use crate::domain::job::JobKind;
use crate::domain::notice::{NAME_CHARS_MAX, TEXT_CHARS_MAX};
use crate::store::{AckRow, DispatchRow, JobDraft, PlatformRow};

/// Most sites of one platform.
pub const SITES_MAX: usize = 100;
/// Most lines of one acknowledgement.
pub const ACK_LINES_MAX: usize = 1_000;

/// Reasons a platform may refuse for: closed list.
pub const REFUSAL_REASONS: &[&str] = &[
    "no_such_item",
    "removed_by_seller",
    "removed_by_platform",
    "not_ours",
    "sku_not_separable",
    "evidence_insufficient",
    "listed_before_filing_date",
    "licensed_on_file",
    "invalidated",
    "conflicting_ruling",
    "duplicate",
    "technical",
];

/// Measures a platform may say it took: closed list.
pub const MEASURES_TAKEN: &[&str] = &["block", "disconnect", "delete", "terminate"];

/// A platform.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlatformForm {
    /// Code, 2 to 32 of `a-z 0-9 _ -`.
    pub code: String,
    /// Name.
    pub name: String,
    /// Sites it operates, by site code (`taobao`, `tmall`).
    pub sites: Vec<String>,
    /// Who forwards sellers' statements. Law: E-Commerce Law 43(2): the platform, unless it mandated this centre.
    #[serde(default)]
    pub forwarding: ForwardingDuty,
}

/// Who forwards sellers' statements to complainants.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ForwardingDuty {
    /// The platform itself.
    #[default]
    Platform,
    /// This centre, in the platform's name.
    CentreAsAgent,
}

impl ForwardingDuty {
    /// The word used in JSON and SQL.
    pub fn word(self) -> &'static str {
        match self {
            ForwardingDuty::Platform => "platform",
            ForwardingDuty::CentreAsAgent => "centre_as_agent",
        }
    }
}

/// A platform's answer.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AckForm {
    /// One row a listing and step.
    pub lines: Vec<AckLineForm>,
}

/// One row of an answer.
#[derive(Clone, Debug, Serialize, Deserialize)]
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
    #[serde(default)]
    pub first_listed_on: Option<Date>,
    /// Day it was first sold, by the platform's records.
    #[serde(default)]
    pub sold_before: Option<Date>,
}

/// Result of one row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AckResult {
    /// Number of the listing.
    pub n: u32,
    /// Step.
    pub step: AckStep,
    /// `recorded`, `known`, or a code of what is wrong.
    pub result: String,
}

impl Desk {
    /// Registers a platform.
    ///
    /// # Errors
    /// [`DeskError::Rule`]; a site can have one platform only.
    pub async fn create_platform(&self, form: PlatformForm) -> Result<PlatformRow, DeskError> {
        if !is_code(&form.code) {
            return Err(DeskError::rule("platform.code", "2 to 32 of a-z 0-9 _ -"));
        }
        if form.name.trim().is_empty() || form.name.chars().count() > NAME_CHARS_MAX || form.sites.is_empty() {
            return Err(DeskError::rule("platform.incomplete", "a name and at least one site are expected"));
        }
        let once: std::collections::BTreeSet<&String> = form.sites.iter().collect();
        if form.sites.len() > SITES_MAX || once.len() != form.sites.len() || !form.sites.iter().all(|s| is_code(s)) {
            return Err(DeskError::rule(
                "platform.sites",
                format!("at most {SITES_MAX} codes of sites, each once, 2 to 32 of a-z 0-9 _ -"),
            ));
        }
        let known = self.store.platforms().await?;
        if let Some(other) = known.iter().find(|p| p.sites.iter().any(|s| form.sites.contains(s))) {
            return Err(DeskError::rule("platform.site_taken", format!("a site of it belongs to {}", other.code)));
        }
        let forwarding = form.forwarding.word().to_owned();
        let row = PlatformRow { code: form.code, name: form.name, sites: form.sites, created_at: self.clock.now(), forwarding };
        self.store.put_platform(row.clone()).await?;
        self.recent.forget();
        Ok(row)
    }

    /// All platforms.
    ///
    /// # Errors
    /// The store's.
    pub async fn all_platforms(&self) -> Result<Vec<PlatformRow>, DeskError> {
        Ok(self.store.platforms().await?)
    }

    /// Records what a platform answers, row by row; a row said before is `known`.
    ///
    /// # Errors
    /// [`DeskError::NotFound`] for another platform's dispatch; [`DeskError::Rule`] for too many rows.
    pub async fn acknowledge(&self, caller: &Caller, dispatch: Uuid, form: AckForm) -> Result<Vec<AckResult>, DeskError> {
        if form.lines.is_empty() || form.lines.len() > ACK_LINES_MAX {
            return Err(DeskError::rule("acknowledgement.lines", format!("1 to {ACK_LINES_MAX} rows are expected")));
        }
        let row = self.platform_dispatch(caller, dispatch).await?;
        let kind = DispatchKind::from_word(&row.kind).unwrap_or(DispatchKind::Test);
        let now = self.clock.now();
        let mut results = Vec::new();
        let mut rows: Vec<(usize, AckRow)> = Vec::new();
        for line in form.lines {
            let wrong = wrong_row(&line, &row, kind, now);
            results.push(AckResult { n: line.n, step: line.step, result: wrong.unwrap_or("recorded").to_owned() });
            if wrong.is_none() {
                rows.push((results.len() - 1, ack_row(dispatch, line, now)));
            }
        }
        let speaks = rows.iter().any(|(_, r)| super::platform_says::may_speak_against(r));
        let job = speaks.then(|| JobDraft { kind: JobKind::PlatformSaid, subject: dispatch.to_string(), due_at: now });
        let new = self.store.record_acks(rows.iter().map(|(_, r)| r.clone()).collect(), job).await?;
        for ((at, _), is_new) in rows.iter().zip(new) {
            if !is_new {
                results[*at].result = "known".into();
            }
        }
        Ok(results)
    }
}

/// Whether a text may be the code of a platform or site.
fn is_code(text: &str) -> bool {
    (2..=32).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_' || b == b'-')
}

fn wrong_row(line: &AckLineForm, dispatch: &DispatchRow, kind: DispatchKind, now: Timestamp) -> Option<&'static str> {
    let needs_reason = matches!(line.step, AckStep::Refused | AckStep::CouldNotApply);
    let known_reason = line.reason.as_deref().is_some_and(|r| REFUSAL_REASONS.contains(&r));
    if !dispatch.lines.iter().any(|l| l.n == line.n) {
        Some("acknowledgement.no_such_line")
    } else if needs_reason && !known_reason {
        Some("acknowledgement.reason")
    } else if !needs_reason && line.reason.is_some() {
        Some("acknowledgement.reason_out_of_place")
    } else if line.step == AckStep::Applied && kind != DispatchKind::Takedown || line.step == AckStep::Lifted && kind != DispatchKind::Lift
    {
        Some("acknowledgement.step_out_of_place")
    } else if line.measure.as_deref().is_some_and(|m| !MEASURES_TAKEN.contains(&m)) {
        Some("acknowledgement.measure")
    } else if line.at.is_some_and(|at| at > now + SignedDuration::from_mins(5)) {
        Some("acknowledgement.in_the_future")
    } else if line.note.as_deref().is_some_and(|n| n.chars().count() > TEXT_CHARS_MAX) {
        Some("field.too_long")
    } else {
        None
    }
}

fn ack_row(dispatch: Uuid, line: AckLineForm, now: Timestamp) -> AckRow {
    AckRow {
        dispatch_id: dispatch,
        n: line.n,
        step: line.step.word().to_owned(),
        reason: line.reason,
        at: line.at.unwrap_or(now),
        received_at: now,
        measure: line.measure,
        note: line.note,
        first_listed_on: line.first_listed_on,
        sold_before: line.sold_before,
    }
}
