//! Documents this centre issued, for their readers: written out the first time somebody looks, from the log as it
//! stood at the event, and kept ever since. What a reader may see of one is in `domain::audience`.
//!
//! # Why
//! A document is issued when its number is taken, with the event. To typeset it then would hold up the writer; not
//! to keep what was once shown would let a later version of the words change it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::consultations::own;
use super::prepare::sha256_hex;
use super::{Caller, Desk, DeskError};
use crate::domain::audience::{Audience, may_see, sifted_for_writ};
use crate::domain::calendar::shanghai_date;
use crate::domain::complaint::{Complaint, Event, LineDecided, State, StoredEvent};
use crate::domain::dispatch::{ADVISORY_TEXT, SCOPE_TEXT, lift_reason};
use crate::domain::notice::{Complainant, NoticeCase};
use crate::domain::patent::PatentNumber;
use crate::domain::reasons::{REASONS, ReasonList};
use crate::domain::statement::{FORWARDING_TEXT, SellerWords};
use crate::domain::writ::{WritIssuer, WritKind};
use crate::store::{PartyRow, StoreError, StoredComplaint, WritBytesRow, WritCopyRow, WritRow};
use crate::vault::SealedRecord;
use crate::writ::{paper, typeset};

/// The copy that holds everything.
const WHOLE: &str = "whole";
/// The copy of a platform that asked for an opinion.
const PLATFORM: &str = "platform";
/// What stands for a person that was erased.
const ERASED: &str = "（已删除）";

/// A document as its reader sees it in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WritView {
    /// Id.
    pub id: Uuid,
    /// What it is.
    pub kind: &'static str,
    /// Number (文号).
    pub number: String,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// The day, Asia/Shanghai.
    pub issued_on: Date,
    /// The listings it is about, as far as the reader may know.
    pub lines: Vec<u32>,
    /// SHA-256 of the reader's copy.
    pub sha256: String,
    /// Its size.
    pub bytes: i64,
}

/// Who reads: the whole, or a respondent's copy about some listings only.
enum Reader<'a> {
    Whole,
    Platform,
    Respondent(&'a [u32]),
}

impl Reader<'_> {
    fn audience(&self) -> Audience {
        match self {
            Reader::Whole => Audience::Complainant,
            Reader::Platform => Audience::Platform,
            Reader::Respondent(_) => Audience::Respondent,
        }
    }

    /// The listings of a document that this reader may know of.
    fn lines(&self, row: &WritRow) -> Vec<u32> {
        let all = row.lines();
        match self {
            Reader::Whole | Reader::Platform => all,
            Reader::Respondent(own) => all.into_iter().filter(|l| own.contains(l)).collect(),
        }
    }

    /// The name of its copy.
    fn copy(&self, lines: &[u32]) -> String {
        match self {
            Reader::Whole => WHOLE.to_owned(),
            Reader::Platform => PLATFORM.to_owned(),
            Reader::Respondent(_) => {
                let lines: Vec<String> = lines.iter().map(u32::to_string).collect();
                format!("listings {}", sha256_hex(lines.join(",").as_bytes()))
            }
        }
    }

    fn sees(&self, row: &WritRow) -> Result<bool, StoreError> {
        Ok(may_see(self.audience(), row.kind()?) && !self.lines(row).is_empty())
    }
}

/// What a document is written from.
struct Source {
    complaint: Complaint,
    event: Event,
    case: NoticeCase,
    complainant: Option<Complainant>,
    said: Option<SellerWords>,
    /// The name of the platform that asked.
    addressee: Option<String>,
    /// The words of reasons that leads put on the list.
    reasons: ReasonList,
    /// The people it names, where they are still known.
    parties: [Option<Uuid>; 2],
}

impl Desk {
    /// In whose name documents are issued.
    pub(super) fn writ_issuer(&self) -> WritIssuer {
        let (name, code) = (self.settings.issuer.name.clone(), self.settings.issuer_code.clone());
        WritIssuer { name, code, livemode: self.settings.livemode }
    }

    /// The documents of a complaint of the caller's own.
    ///
    /// # Errors
    /// [`DeskError::NotFound`], also for another's.
    pub async fn writs(&self, caller: &Caller, id: Uuid) -> Result<Vec<WritView>, DeskError> {
        let stored = self.own_complaint(caller, id).await?;
        self.shown_writs((id, &stored), &Reader::Whole).await
    }

    /// One of them, with its bytes.
    ///
    /// # Errors
    /// [`DeskError::NotFound`], also for another's; `document.erased`.
    pub async fn writ(&self, caller: &Caller, (id, writ): (Uuid, Uuid)) -> Result<(WritView, Bytes), DeskError> {
        let stored = self.own_complaint(caller, id).await?;
        self.writ_bytes((id, &stored), (writ, &Reader::Whole)).await
    }

    /// The documents of a complaint, for the house.
    ///
    /// # Errors
    /// [`DeskError::NotFound`]
    pub async fn all_writs(&self, id: Uuid) -> Result<Vec<WritView>, DeskError> {
        let stored = self.store.complaint(id).await?.ok_or(DeskError::NotFound)?;
        self.shown_writs((id, &stored), &Reader::Whole).await
    }

    /// One of them, with its bytes, for who judges.
    ///
    /// # Errors
    /// [`DeskError::NotFound`], `document.erased`.
    pub async fn any_writ(&self, (id, writ): (Uuid, Uuid)) -> Result<(WritView, Bytes), DeskError> {
        let stored = self.store.complaint(id).await?.ok_or(DeskError::NotFound)?;
        self.writ_bytes((id, &stored), (writ, &Reader::Whole)).await
    }

    /// The documents about a seller's own listings.
    ///
    /// # Errors
    /// [`DeskError::NotFound`] for a caller that is no seller.
    pub async fn writs_for_seller(&self, caller: &Caller) -> Result<Vec<WritView>, DeskError> {
        let side = caller.seller.as_ref().ok_or(DeskError::NotFound)?;
        let stored = self.store.complaint(side.complaint).await?.ok_or(DeskError::NotFound)?;
        self.shown_writs((side.complaint, &stored), &Reader::Respondent(&side.lines)).await
    }

    /// One of them, with its bytes.
    ///
    /// # Errors
    /// [`DeskError::NotFound`] for one that is not about its listings.
    pub async fn writ_for_seller(&self, caller: &Caller, writ: Uuid) -> Result<(WritView, Bytes), DeskError> {
        let side = caller.seller.as_ref().ok_or(DeskError::NotFound)?;
        let stored = self.store.complaint(side.complaint).await?.ok_or(DeskError::NotFound)?;
        self.writ_bytes((side.complaint, &stored), (writ, &Reader::Respondent(&side.lines))).await
    }

    /// The opinions a platform was given in a consultation of its own.
    ///
    /// # Errors
    /// [`DeskError::NotFound`], also for another's.
    pub async fn writs_for_platform(&self, caller: &Caller, id: Uuid) -> Result<Vec<WritView>, DeskError> {
        let stored = self.own_consultation(caller, id).await?;
        self.shown_writs((id, &stored), &Reader::Platform).await
    }

    /// One of them, with its bytes.
    ///
    /// # Errors
    /// [`DeskError::NotFound`], also for another's.
    pub async fn writ_for_platform(&self, caller: &Caller, (id, writ): (Uuid, Uuid)) -> Result<(WritView, Bytes), DeskError> {
        let stored = self.own_consultation(caller, id).await?;
        self.writ_bytes((id, &stored), (writ, &Reader::Platform)).await
    }

    async fn own_consultation(&self, caller: &Caller, id: Uuid) -> Result<StoredComplaint, DeskError> {
        let stored = self.store.complaint(id).await?.ok_or(DeskError::NotFound)?;
        own(caller, &replayed(id, &stored.log)?)?;
        Ok(stored)
    }

    async fn own_complaint(&self, caller: &Caller, id: Uuid) -> Result<StoredComplaint, DeskError> {
        let stored = self.store.complaint(id).await?.ok_or(DeskError::NotFound)?;
        let own = replayed(id, &stored.log)?.filed.account == caller.account;
        if own { Ok(stored) } else { Err(DeskError::NotFound) }
    }

    async fn shown_writs(&self, (id, stored): (Uuid, &StoredComplaint), reader: &Reader<'_>) -> Result<Vec<WritView>, DeskError> {
        let mut shown = Vec::new();
        for row in self.store.writs_of(id).await? {
            if reader.sees(&row)? {
                let (copy, _) = self.written_out(stored, (&row, reader)).await?;
                shown.push(view(&row, reader, copy)?);
            }
        }
        Ok(shown)
    }

    async fn writ_bytes(
        &self,
        (id, stored): (Uuid, &StoredComplaint),
        (writ, reader): (Uuid, &Reader<'_>),
    ) -> Result<(WritView, Bytes), DeskError> {
        let row = self.store.writs_of(id).await?.into_iter().find(|w| w.id == writ).ok_or(DeskError::NotFound)?;
        if !reader.sees(&row)? {
            return Err(DeskError::NotFound);
        }
        let (copy, sealed) = self.written_out(stored, (&row, reader)).await?;
        let sealed =
            sealed.ok_or_else(|| DeskError::rule("document.erased", "a person it names was erased, and the document with them"))?;
        let text: String = self.vault.open(copy_id(&copy), &SealedRecord { sealed: sealed.sealed, key: sealed.key })?;
        let bytes = STANDARD.decode(text).map_err(|e| StoreError::corrupt("writ_bytes", writ, e))?;
        Ok((view(&row, reader, copy)?, bytes.into()))
    }

    /// A reader's copy as it was first written out; now, where it was not yet.
    async fn written_out(
        &self,
        stored: &StoredComplaint,
        (row, reader): (&WritRow, &Reader<'_>),
    ) -> Result<(WritCopyRow, Option<WritBytesRow>), DeskError> {
        let lines = reader.lines(row);
        let copy = reader.copy(&lines);
        if let Some(made) = self.store.writ_copy(row.id, &copy).await? {
            return Ok(made);
        }
        let source = self.source(stored, row).await?;
        let facts = sifted_for_writ(facts(&source, (row, &lines))?, reader.audience());
        let paper = paper(row.kind()?, &facts)?;
        let bytes = tokio::task::spawn_blocking(move || typeset(&paper))
            .await
            .map_err(|e| DeskError::Store(StoreError::Unavailable { why: e.to_string() }))??;
        let made = WritCopyRow {
            writ_id: row.id,
            copy: copy.clone(),
            sha256: sha256_hex(&bytes),
            bytes: i64::try_from(bytes.len()).unwrap_or(i64::MAX),
            made_at: self.clock.now(),
        };
        let record = self.vault.seal(copy_id(&made), &STANDARD.encode(&bytes))?;
        let [party_id, other_party_id] = match reader {
            Reader::Whole => source.parties,
            // A respondent's copy, and a platform's, names nobody.
            Reader::Respondent(_) | Reader::Platform => [None, None],
        };
        let sealed = WritBytesRow { writ_id: row.id, copy: copy.clone(), party_id, other_party_id, sealed: record.sealed, key: record.key };
        self.store.put_writ_copy(made, sealed).await?;
        // Another process may have been first.
        self.store.writ_copy(row.id, &copy).await?.ok_or(DeskError::NotFound)
    }

    async fn source(&self, stored: &StoredComplaint, row: &WritRow) -> Result<Source, DeskError> {
        let id = row.complaint_id;
        let corrupt = |why: String| DeskError::Store(StoreError::corrupt("writs", row.id, why));
        let at = stored.log.iter().find(|e| i64::from(e.seq) == i64::from(row.seq)).ok_or_else(|| corrupt("no such event".into()))?;
        let event: Event = serde_json::from_str(&at.body).map_err(|e| corrupt(e.to_string()))?;
        // With what was recorded in the same step: an acceptance names the track it leads to.
        let until = stored.log.iter().take_while(|e| e.seq <= at.seq || e.at == at.at).count();
        let complaint = replayed(id, stored.log.get(..until).unwrap_or(&stored.log))?;
        let case = serde_json::from_str(&stored.notice).map_err(|e| corrupt(e.to_string()))?;
        let parties = self.store.parties(id).await?;
        let find = |party: Uuid| parties.iter().find(|p| p.id == party);
        let complainant = find(complaint.filed.complainant.party);
        let said = match row.about {
            None => None,
            Some(statement) => find(self.store.submission(statement).await?.party_id),
        };
        let ids = [complainant.map(|p| p.id), said.map(|p| p.id)];
        let (complainant, said) = (self.opened(complainant)?, self.opened(said)?);
        let reasons = self.reasons().await?.rule;
        let platforms = self.platforms().await?;
        let asked = complaint.filed.consultation.as_ref();
        let addressee = asked.and_then(|a| platforms.iter().find(|p| p.code == a.platform)).map(|p| p.name.clone());
        Ok(Source { complaint, event, case, complainant, said, addressee, reasons, parties: ids })
    }

    fn opened<T: serde::de::DeserializeOwned>(&self, row: Option<&PartyRow>) -> Result<Option<T>, DeskError> {
        let open = |p: &PartyRow| self.vault.open(p.id, &SealedRecord { sealed: p.sealed.clone(), key: p.key.clone() });
        Ok(row.map(open).transpose()?)
    }
}

pub(super) fn replayed(id: Uuid, log: &[StoredEvent]) -> Result<Complaint, DeskError> {
    Complaint::replay(id, log).map_err(|e| DeskError::Store(StoreError::corrupt("events", id, e)))
}

fn copy_id(copy: &WritCopyRow) -> Uuid {
    Uuid::new_v5(&copy.writ_id, copy.copy.as_bytes())
}

fn view(row: &WritRow, reader: &Reader, copy: WritCopyRow) -> Result<WritView, DeskError> {
    Ok(WritView {
        id: row.id,
        kind: row.kind()?.word(),
        number: row.number.clone(),
        issued_at: row.issued_at,
        issued_on: shanghai_date(row.issued_at),
        lines: reader.lines(row),
        sha256: copy.sha256,
        bytes: copy.bytes,
    })
}

/// Every fact of a document, about these of its listings; the audience's table takes away what a reader may not see.
fn facts(source: &Source, (row, lines): (&WritRow, &[u32])) -> Result<Value, DeskError> {
    let c = &source.complaint;
    let number = PatentNumber::parse(&c.filed.patent_number).map_err(|e| StoreError::corrupt("events", c.id, e))?;
    let kind = row.kind()?;
    let mut facts = json!({
        "number": row.number,
        "issued_on": shanghai_date(row.issued_at),
        "filed_on": shanghai_date(c.filed_at),
        "issuer": row.issuer,
        "livemode": row.livemode,
        "reference": c.filed.reference,
        "complainant": source.complainant.as_ref().map_or(ERASED, |x| x.person.name.as_str()),
        "patent": { "number": c.filed.patent_number, "kind": number.kind().word(), "title": source.case.patent.title },
        "asserted_items": c.filed.asserted_items,
        "track": c.track,
        "due_on": c.triaged.as_ref().map(|t| t.due_on),
        "listings": listings(source, lines),
        "advisory_text": ADVISORY_TEXT,
        "forwarding_text": FORWARDING_TEXT,
    });
    if let Some(asked) = &c.filed.consultation {
        facts["addressee"] = source.addressee.as_deref().unwrap_or(&asked.platform).into();
        facts["consulted"] = true.into();
    }
    if kind == WritKind::MeasuresEnded {
        facts["lift"] = json!({ "reason": lift_reason(&source.event), "scope_text": SCOPE_TEXT });
    }
    if let State::Closed { why } = &c.state {
        facts["closed_why"] = why.word().into();
    }
    match &source.event {
        Event::SupplementRequested(s) => {
            facts["missing"] = json!(s.missing);
            facts["due_on"] = json!(s.due_on);
            facts["listings"] = json!([]);
        }
        Event::ListingSupplementRequested(s) => {
            facts["missing"] = json!(s.missing);
            facts["due_on"] = json!(s.due_on);
        }
        Event::NotAccepted(n) => facts["missing"] = json!(n.reasons),
        Event::Referred(r) => {
            facts["referral"] = json!({ "to": r.to, "body": r.body, "reason": r.reason, "case_file_sha256": r.case_file_sha256 });
        }
        Event::Decided(d) => facts["text"] = json!(d.text),
        Event::LiftDecided(l) => facts["text"] = json!(l.text),
        Event::ReviewDecided(r) => {
            facts["text"] = json!(r.text);
            facts["reviewed"] = true.into();
        }
        _ => {}
    }
    if let Some(statement) = row.about {
        facts["statement"] = stated(c, statement, source.said.as_ref());
    }
    Ok(facts)
}

fn stated(c: &Complaint, statement: Uuid, said: Option<&SellerWords>) -> Value {
    let contest = c.listings.iter().filter_map(|l| l.contest.as_ref()).find(|x| x.statement == statement);
    json!({
        "grounds": contest.map(|x| x.grounds.clone()).unwrap_or_default(),
        "received_on": contest.map(|x| x.received_on),
        "seller": said.map_or(ERASED, |s| s.seller.as_ref().map_or("", |x| x.name.as_str())),
        "text": said.map_or(ERASED, |s| s.text.as_str()),
    })
}

fn listings(source: &Source, lines: &[u32]) -> Vec<Value> {
    let c = &source.complaint;
    let decided: &[LineDecided] = match &source.event {
        Event::Decided(d) => &d.lines,
        Event::ReviewDecided(r) => &r.lines,
        _ => &[],
    };
    let shown = |line: &u32| {
        let filed = &c.listing(*line)?.filed;
        let decision = decided.iter().find(|d| d.line == *line);
        let item = match (&filed.item_id, &filed.sku) {
            (Some(item), Some(sku)) => format!("{item} / {sku}"),
            (Some(item), None) => item.clone(),
            (None, _) => "（链接未解析）".to_owned(),
        };
        Some(json!({
            "line": line,
            "site": filed.site.as_deref().unwrap_or(""),
            "item": item,
            "determination": decision.map(|d| d.determination),
            "takedown": decision.is_some_and(|d| d.takedown),
            "measure_kind": decision.and_then(|d| d.measure),
            "termination_proposed": decision.is_some_and(|d| !d.repetition.is_empty()),
            "reasons": decision.iter().flat_map(|d| &d.reasons).map(|code| in_words(&source.reasons, code)).collect::<Vec<_>>(),
        }))
    };
    lines.iter().filter_map(shown).collect()
}

/// A reason: by its code, where documents have words for that, otherwise in those of the list.
fn in_words(list: &ReasonList, code: &str) -> String {
    let built_in = REASONS.iter().any(|(known, ..)| *known == code);
    let put = list.find(code).filter(|_| !built_in);
    put.map_or_else(|| code.to_owned(), |r| format!("{}（{}）", r.title_zh, r.title_en))
}

#[cfg(test)]
mod tests {
    use crate::domain::reasons::REASONS;
    use crate::workflow::LIFT_REASONS;

    /// A code without words would stand in a document as it is.
    #[test]
    fn every_reason_has_words_in_documents() {
        let zh: toml::Table = toml::from_str(include_str!("../writ/words/zh.toml")).unwrap();
        let reasons = REASONS.iter().map(|(code, ..)| ("reason", *code));
        for (group, code) in reasons.chain(LIFT_REASONS.iter().map(|(code, _)| ("lift", *code))) {
            assert!(zh["terms"][group].get(code).is_some(), "{group} {code}");
        }
    }
}
