//! A platform asks for an opinion on a hard complaint of its own: filing it, and what the platform sees of it. What it
//! is and what may not happen to it: `domain::consultation`. Examiners see it as any complaint.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;
use uuid::Uuid;

use super::file::{Answer, Filing, IdempotencyKey, Referred};
use super::views::{ListingNamed, RowLeftOut};
use super::{Caller, Desk, DeskError, NamedFiles};
use crate::domain::complaint::{Complaint, Determination, Event, StoredEvent};
use crate::domain::consultation::{Consultation, ConsultationForm, HardBecause, Question};
use crate::domain::dispatch::ADVISORY_TEXT;
use crate::domain::notice::NoticeProblem;
use crate::domain::notice_check::ListingParsed;
use crate::intake::upload::Arriving;

/// A consultation as it arrives.
pub struct ConsultationFiling {
    /// What the platform sends.
    pub form: ConsultationForm,
    /// Files that came with it, by part name.
    pub files: NamedFiles,
    /// Those of them that are not on the disk yet.
    pub arriving: Vec<Arriving>,
    /// Its idempotency key.
    pub key: IdempotencyKey,
}

/// A listing that is asked about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ListingAsked {
    /// The listing.
    #[serde(flatten)]
    pub named: ListingNamed,
    /// The opinion; `pending` until there is one.
    pub determination: Determination,
    /// Codes of its reasons.
    pub reasons: Vec<String>,
}

/// An opinion on some of the listings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OpinionView {
    /// When it was given.
    pub issued_at: Timestamp,
    /// The listings it is on.
    pub lines: Vec<u32>,
    /// Reasons in words.
    pub text: Option<String>,
}

/// A consultation as its platform sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ConsultationView {
    /// Id.
    pub id: Uuid,
    /// Reference people read out.
    pub reference: String,
    /// The platform's own reference.
    pub client_reference: Option<String>,
    /// Number of the last event.
    pub version: u32,
    /// State.
    pub state: &'static str,
    /// When it was filed.
    pub filed_at: Timestamp,
    /// Day the opinion is due.
    pub due_on: Option<Date>,
    /// Whether that day may move when the next calendar is announced.
    pub provisional: bool,
    /// Patent number.
    pub patent_number: String,
    /// Asserted items.
    pub asserted_items: Vec<String>,
    /// What was asked.
    pub question: Question,
    /// Why.
    pub hard_because: Vec<HardBecause>,
    /// Overall result of the ten checks of the report; null where none was sent.
    pub overall: Option<String>,
    /// The listings with the opinion on each.
    pub listings: Vec<ListingAsked>,
    /// Rows that were not taken; only in the answer to the request.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rows_left_out: Vec<RowLeftOut>,
    /// The opinions, oldest first; a later one on a listing takes the place of the earlier.
    pub opinions: Vec<OpinionView>,
    /// What an opinion is, and is not.
    pub advisory_text: &'static str,
}

/// What the platform sees of it; `log`: its events, none at its filing.
pub(super) fn consultation_view(
    c: &Complaint,
    asked: &Consultation,
    (log, rows_left_out): (&[StoredEvent], Vec<RowLeftOut>),
) -> ConsultationView {
    let opinion = |e: &StoredEvent| match serde_json::from_str(&e.body) {
        Ok(Event::Decided(d)) => Some(OpinionView { issued_at: e.at, lines: d.lines.iter().map(|l| l.line).collect(), text: d.text }),
        _ => None,
    };
    ConsultationView {
        id: c.id,
        reference: c.filed.reference.clone(),
        client_reference: c.filed.client_reference.clone(),
        version: c.seq,
        state: c.state.word(),
        filed_at: c.filed_at,
        due_on: c.due_on(),
        provisional: c.triaged.as_ref().is_some_and(|t| t.provisional),
        patent_number: c.filed.patent_number.clone(),
        asserted_items: c.filed.asserted_items.clone(),
        question: asked.question,
        hard_because: asked.hard_because.clone(),
        overall: c.examined.as_ref().map(|e| e.overall.clone()),
        listings: c
            .listings
            .iter()
            .map(|l| ListingAsked { named: ListingNamed::of(&l.filed), determination: l.determination, reasons: l.reasons.clone() })
            .collect(),
        rows_left_out,
        opinions: log.iter().filter(|e| e.kind == "decided").filter_map(opinion).collect(),
        advisory_text: ADVISORY_TEXT,
    }
}

impl Desk {
    /// Files a complaint a platform refers for an opinion.
    ///
    /// # Errors
    /// As [`Desk::file_complaint`]; [`DeskError::NotFound`] for who speaks for no platform.
    pub async fn refer_for_opinion(&self, caller: &Caller, filing: ConsultationFiling) -> Result<Answer, DeskError> {
        let ConsultationFiling { form, files, arriving, key } = filing;
        let platform = caller.platform.clone().ok_or(DeskError::NotFound)?;
        let problems = form.problems();
        let own_files = form.own_files().map(|(pointer, name)| (pointer, name.to_owned())).collect();
        let ConsultationForm { notice, question, hard_because, explanation, .. } = form;
        let consultation = Consultation { platform, question, hard_because };
        let referred = Some(Referred { consultation, explanation, own_files, problems });
        self.file_complaint(caller, Filing { form: notice, files, arriving, key: Some(key), referred }).await
    }

    /// A consultation of the caller's platform.
    ///
    /// # Errors
    /// [`DeskError::NotFound`], also for another's and for what is none.
    pub async fn consultation(&self, caller: &Caller, id: Uuid) -> Result<ConsultationView, DeskError> {
        let stored = self.store.complaint(id).await?.ok_or(DeskError::NotFound)?;
        let c = super::writs::replayed(id, &stored.log)?;
        let asked = own(caller, &c)?.clone();
        Ok(consultation_view(&c, &asked, (&stored.log, Vec::new())))
    }

    /// What of these listings is not an item of the platform that refers.
    pub(super) async fn not_its_own(&self, platform: &str, listings: &[ListingParsed]) -> Result<Vec<NoticeProblem>, DeskError> {
        let sites = self.sites_of(platform).await?;
        let problem = |l: &ListingParsed| {
            let (code, message, message_zh) = match (&l.site, &l.item_id) {
                (Some(site), Some(_)) if sites.contains(site) => return None,
                (Some(site), None) if sites.contains(site) => {
                    ("listing.unresolved", "give the item id: the link does not tell it, and it is your own", "请提供本平台商品编号")
                }
                _ => ("listing.not_yours", "not on a site of this platform", "不是本平台的商品链接"),
            };
            Some(NoticeProblem {
                pointer: format!("/notice{}", l.pointer),
                code: code.into(),
                message: message.into(),
                message_zh: message_zh.into(),
            })
        };
        Ok(listings.iter().filter_map(problem).collect())
    }
}

/// What the caller's platform asked; not found where it is another's, or no consultation.
pub(super) fn own<'a>(caller: &Caller, c: &'a Complaint) -> Result<&'a Consultation, DeskError> {
    c.filed.consultation.as_ref().filter(|asked| caller.platform.as_deref() == Some(&asked.platform)).ok_or(DeskError::NotFound)
}
