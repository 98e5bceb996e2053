//! What courts and authorities do, recorded by an examiner with the document; the effect on each listing
//! follows from the act.

use serde::{Deserialize, Serialize};

use super::act::Beside;
use super::decide::{check_lines, check_text};
use super::{Caller, Desk, DeskError, Touched};
use crate::domain::complaint::{AuthorityAct, AuthorityActed, AuthorityDocument, AuthorityLine, Event, effect_of};
use crate::domain::notice::NAME_CHARS_MAX;

/// What a court or authority did.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuthorityForm {
    /// The act.
    pub act: AuthorityAct,
    /// What the document is: `judgment`, `ruling`, `decision`, `notice`, `agreement`, …
    pub kind: String,
    /// Its number (文号).
    pub number: String,
    /// Who issued it.
    pub authority: String,
    /// When.
    pub issued_on: jiff::civil::Date,
    /// The document: a file of the examiner's.
    pub file: String,
    /// Platforms it names or was served on, by code.
    #[serde(default)]
    pub binds_platforms: Vec<String>,
    /// Items declared invalid, for an invalidation in part.
    #[serde(default)]
    pub items_invalid: Vec<String>,
    /// The listings; absent: all.
    #[serde(default)]
    pub lines: Option<Vec<u32>>,
}

impl Desk {
    /// Records what a court or authority did, and lets it take effect.
    ///
    /// # Errors
    /// [`DeskError::Rule`] for an incomplete document, [`DeskError::Refused`].
    pub async fn record_authority(&self, caller: &Caller, at: &Touched, form: AuthorityForm) -> Result<u32, DeskError> {
        let id = at.complaint;
        let (_, today) = self.now();
        for text in [&form.kind, &form.number, &form.authority] {
            check_text(Some(text))?;
            if text.trim().is_empty() || text.chars().count() > NAME_CHARS_MAX {
                return Err(DeskError::rule("authority.document", "kind, number and authority of the document are expected"));
            }
        }
        if form.issued_on > today {
            return Err(DeskError::rule("authority.in_the_future", "the document is dated in the future"));
        }
        if (form.act == AuthorityAct::PatentInvalidatedInPart) == form.items_invalid.is_empty() {
            return Err(DeskError::rule("authority.items", "name the invalid items for an invalidation in part, and only then"));
        }
        if let Some(lines) = &form.lines {
            check_lines(lines.iter().copied())?;
        }
        let file = self.own_file(caller, &form.file).await?;
        let document = AuthorityDocument {
            kind: form.kind.clone(),
            number: form.number.clone(),
            authority: form.authority.trim().to_owned(),
            issued_on: form.issued_on,
            sha256: file.sha256.clone(),
            binds_platforms: form.binds_platforms.clone(),
        };
        self.again(async || {
            let loaded = self.load(id).await?;
            at.stands(&loaded.complaint)?;
            let c = &loaded.complaint;
            let all_invalid = c.filed.asserted_items.iter().all(|i| form.items_invalid.contains(i));
            let named = |line: u32| form.lines.as_ref().is_none_or(|lines| lines.contains(&line));
            let lines: Vec<AuthorityLine> = c
                .listings
                .iter()
                .filter(|l| named(l.filed.line))
                .map(|l| AuthorityLine { line: l.filed.line, effect: effect_of(form.act, &document.authority, l, all_invalid) })
                .collect();
            let event = Event::AuthorityActed(Box::new(AuthorityActed {
                act: form.act,
                document: document.clone(),
                items_invalid: form.items_invalid.clone(),
                lines,
                examiner: caller.account,
            }));
            let beside = Beside { files: vec![file.id], ..Beside::default() };
            self.record_all(&loaded, vec![(caller.actor(), event)], beside).await
        })
        .await
    }
}
