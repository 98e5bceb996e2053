//! Platforms, and what they answer to a dispatch. Where they are pushed to: `endpoints`; what they pull: `feed`.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Caller, Desk, DeskError};
use crate::domain::acknowledgement::{ACK_LINES_MAX, AckForm, AckResult, Answered, KNOWN, checked};
use crate::domain::dispatch::DispatchKind;
use crate::domain::job::JobKind;
use crate::domain::notice::NAME_CHARS_MAX;
use crate::store::{AckRow, JobDraft, PlatformRow};

/// Most sites of one platform.
pub const SITES_MAX: usize = 100;
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
        let answered = Answered { kind, lines: row.lines.iter().map(|l| l.n).collect() };
        let now = self.clock.now();
        let (mut results, kept) = checked(form.lines, &answered, now);
        let (places, rows): (Vec<usize>, Vec<AckRow>) = kept.into_iter().map(|(at, l)| (at, AckRow::of(dispatch, l, now))).unzip();
        let concerns = rows.iter().any(AckRow::may_concern_an_examiner);
        let job = concerns.then(|| JobDraft { kind: JobKind::PlatformSaid, subject: dispatch.to_string(), due_at: now });
        let new = self.store.record_acks(rows, job).await?;
        for (at, is_new) in places.into_iter().zip(new) {
            if !is_new {
                results[at].result = KNOWN.into();
            }
        }
        Ok(results)
    }
}

/// Whether a text may be the code of a platform or site.
fn is_code(text: &str) -> bool {
    (2..=32).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_' || b == b'-')
}
