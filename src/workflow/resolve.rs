//! Links that do not tell their item: the platform that serves their site is asked when the complaint is accepted,
//! and says where they lead. Nothing is fetched. What it says is a fact of the triage from then on, and what was
//! asked for such a listing before goes out to it now.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::act::Beside;
use super::{Caller, Desk, DeskError};
use crate::domain::complaint::{Actor, Complaint, Determination, Event, LineResolved, ListingsResolved, Resolution, State};
use crate::domain::dispatch::{DispatchKind, LINES_PER_DISPATCH_MAX};
use crate::domain::listing::{id_space_of, item_id_of};
use crate::domain::notice::NAME_CHARS_MAX;
use crate::store::DispatchRow;

/// What a platform says of the links it was asked about.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResolutionsForm {
    /// One row a listing.
    pub lines: Vec<ResolutionForm>,
}

/// One row.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResolutionForm {
    /// Number of the listing in the dispatch.
    pub n: u32,
    /// What the link is.
    pub outcome: Outcome,
    /// With `resolved`, and only there: the item.
    #[serde(default)]
    pub item_id: Option<String>,
    /// Its site, where it is another one of the platform's than the link's.
    #[serde(default)]
    pub site: Option<String>,
    /// Its SKU, where the link names one.
    #[serde(default)]
    pub sku: Option<String>,
}

/// What a link is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It leads to an item.
    Resolved,
    /// It leads to something else.
    NotAnItem,
    /// It leads nowhere any more.
    Gone,
}

/// Result of one row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ResolutionResult {
    /// Number of the listing.
    pub n: u32,
    /// `recorded`, `known`, or a code of what is wrong.
    pub result: &'static str,
}

impl Desk {
    /// Records where links lead that the caller's platform was asked about, row by row; a row said before is `known`.
    ///
    /// # Errors
    /// [`DeskError::NotFound`] for another platform's dispatch; [`DeskError::Rule`] for too many rows, and for a
    /// dispatch that does not ask.
    pub async fn resolve_listings(
        &self,
        caller: &Caller,
        dispatch: Uuid,
        form: ResolutionsForm,
    ) -> Result<Vec<ResolutionResult>, DeskError> {
        if form.lines.is_empty() || form.lines.len() > LINES_PER_DISPATCH_MAX {
            return Err(DeskError::rule("resolution.lines", format!("1 to {LINES_PER_DISPATCH_MAX} rows are expected")));
        }
        let row = self.platform_dispatch(caller, dispatch).await?;
        let asks = row.kind == DispatchKind::ResolveRequested.word();
        let Some(complaint) = row.complaint_id.filter(|_| asks) else {
            return Err(DeskError::rule("resolution.not_asked", "the dispatch does not ask where links lead"));
        };
        let sites = self.sites_of(&row.platform).await?;
        self.again(async || self.resolve_once(caller, complaint, (&row, &sites, &form)).await).await
    }

    /// The sites that a platform operates.
    pub(super) async fn sites_of(&self, platform: &str) -> Result<Vec<String>, DeskError> {
        Ok(self.store.platforms().await?.into_iter().find(|p| p.code == platform).map(|p| p.sites).unwrap_or_default())
    }

    async fn resolve_once(
        &self,
        caller: &Caller,
        complaint: Uuid,
        (row, sites, form): (&DispatchRow, &[String], &ResolutionsForm),
    ) -> Result<Vec<ResolutionResult>, DeskError> {
        let mut loaded = self.load(complaint).await?;
        let (results, lines) = held(&loaded.complaint, row, (sites, form));
        if lines.is_empty() {
            return Ok(results);
        }
        let (now, today) = self.now();
        let event = Event::ListingsResolved(ListingsResolved { platform: row.platform.clone(), dispatch: row.id, lines });
        let mut t = loaded.complaint.record(&caller.actor(), now, event)?;
        if !matches!(t.after().state, State::Accepted | State::Hearing { .. } | State::Suspended { .. }) {
            self.record(&loaded, t, Beside::default()).await?;
            return Ok(results);
        }
        // Assessed as it is now that the items are known.
        let before = std::mem::replace(&mut loaded.complaint, t.after().clone());
        let assessment = self.reassess(&loaded).await?;
        loaded.complaint = before;
        let service = Actor::System("platforms");
        t = t.and(&service, now, Event::Triaged(self.triaged_again(&loaded.complaint, &assessment, today)))?;
        t = self.open_hearing(t, now, assessment.hear_first)?;
        if !matches!(t.after().state, State::Suspended { .. }) {
            t = self.decide_automatically(t, now, assessment.proof.as_ref()).await?;
        }
        self.commit_reexamined(t, &loaded, &assessment).await?;
        Ok(results)
    }
}

/// The rows held against the complaint: for each its result, and what is to be recorded.
fn held(c: &Complaint, row: &DispatchRow, (sites, form): (&[String], &ResolutionsForm)) -> (Vec<ResolutionResult>, Vec<LineResolved>) {
    let (mut results, mut lines, mut named) = (Vec::new(), Vec::new(), BTreeSet::new());
    for said in &form.lines {
        let result = if named.insert(said.n) { one(c, row, (sites, said)) } else { Err("resolution.line_twice") };
        results.push(ResolutionResult { n: said.n, result: result.as_ref().map_or_else(|code| *code, |_| "recorded") });
        lines.extend(result);
    }
    (results, lines)
}

fn one(c: &Complaint, row: &DispatchRow, (sites, said): (&[String], &ResolutionForm)) -> Result<LineResolved, &'static str> {
    let line = row.lines.iter().find(|l| l.n == said.n).map(|l| l.line).ok_or("resolution.no_such_line")?;
    let listing = c.listing(line).ok_or("resolution.no_such_line")?;
    let resolution = match (said.outcome, &said.item_id) {
        (Outcome::Resolved, Some(item)) => {
            let site = said.site.as_deref().or(listing.filed.site.as_deref()).filter(|s| sites.iter().any(|own| own == s));
            let site = site.ok_or("resolution.site")?.to_owned();
            let item_id = item_id_of(&site, item).ok_or("resolution.item_id")?;
            if said.sku.as_ref().is_some_and(|s| s.is_empty() || s.chars().count() > NAME_CHARS_MAX) {
                return Err("resolution.sku");
            }
            Resolution::Resolved { id_space: id_space_of(&site), site, item_id, sku: said.sku.clone() }
        }
        (Outcome::Resolved, None) => return Err("resolution.item_id"),
        (Outcome::NotAnItem | Outcome::Gone, _) if said.item_id.is_some() || said.site.is_some() || said.sku.is_some() => {
            return Err("resolution.out_of_place");
        }
        (Outcome::NotAnItem, _) => Resolution::NotAnItem,
        (Outcome::Gone, _) => Resolution::Gone,
    };
    match &listing.resolution {
        Some(known) if *known == resolution => Err("known"),
        // A link that led nowhere may lead somewhere again; one that led to an item is not another's.
        Some(Resolution::Resolved { .. }) => Err("resolution.differs"),
        _ if listing.determination == Determination::Withdrawn || matches!(c.state, State::Closed { .. }) => Err("resolution.over"),
        _ => Ok(LineResolved { line, resolution }),
    }
}
