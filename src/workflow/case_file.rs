//! The case file of a complaint: everything about it in one signed ZIP, for whoever decides next (a court, an
//! authority, a mediator). Made for examiners; it names people.
//!
//! Sent while it is written: nothing but the log and one part of a file is in memory.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use bytes::Bytes;
use futures_util::TryStreamExt;
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};
use tokio::sync::mpsc;
use uuid::Uuid;

use super::views::{AuthenticityShown, Loaded, MailView};
use super::{Caller, Desk, DeskError};
use crate::domain::calendar::shanghai_date;
use crate::domain::complaint::StoredEvent;
use crate::intake::case_file::{CaseFileHead, CaseFileWriter, FORMAT};
use crate::intake::upload::UploadError;
use crate::store::CaseFileRow;
use crate::vault::SealedRecord;

/// Parts of a case file that wait for a slow reader; then writing waits too.
const PARTS_WAITING_MAX: usize = 4;

/// A case file that is being written.
pub struct CaseFile {
    /// The complaint's reference.
    pub reference: String,
    /// Its parts, in order; an error ends it.
    pub parts: mpsc::Receiver<Result<Bytes, std::io::Error>>,
}

/// Where the parts go, and what went there.
struct Parts {
    send: mpsc::Sender<Result<Bytes, std::io::Error>>,
    hash: Sha256,
    bytes: i64,
}

impl Parts {
    /// Sends what is ready; waits while the reader is slow.
    async fn pass(&mut self, part: Bytes) -> Result<(), Stopped> {
        if part.is_empty() {
            return Ok(());
        }
        self.note(&part);
        self.send.send(Ok(part)).await.map_err(|_| Stopped::Gone)
    }

    fn note(&mut self, part: &Bytes) {
        self.hash.update(part);
        self.bytes = self.bytes.saturating_add(i64::try_from(part.len()).unwrap_or(i64::MAX));
    }
}

/// Why writing stops.
#[derive(Debug, thiserror::Error)]
enum Stopped {
    #[error("nobody reads it any more")]
    Gone,
    #[error(transparent)]
    Desk(#[from] DeskError),
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

impl From<crate::store::StoreError> for Stopped {
    fn from(e: crate::store::StoreError) -> Self {
        Stopped::Desk(e.into())
    }
}

impl From<UploadError> for Stopped {
    fn from(e: UploadError) -> Self {
        Stopped::Desk(e.into())
    }
}

impl Desk {
    /// Begins the case file of a complaint.
    ///
    /// # Errors
    /// [`DeskError::NotFound`]; what fails later ends the parts with an error.
    pub async fn case_file(&self, caller: &Caller, id: Uuid) -> Result<CaseFile, DeskError> {
        let loaded = self.load(id).await?;
        let reference = loaded.complaint.filed.reference.clone();
        let (send, parts) = mpsc::channel(PARTS_WAITING_MAX);
        let (desk, made_for) = (self.clone(), caller.account);
        tokio::spawn(async move {
            let mut to = Parts { send: send.clone(), hash: Sha256::new(), bytes: 0 };
            match desk.write_case_file(&loaded, made_for, &mut to).await {
                Ok(()) | Err(Stopped::Gone) => {}
                Err(e) => {
                    tracing::warn!(complaint = %id, error = %e, "a case file is not whole");
                    let _ = send.send(Err(std::io::Error::other("the case file could not be written whole"))).await;
                }
            }
        });
        Ok(CaseFile { reference, parts })
    }

    async fn write_case_file(&self, loaded: &Loaded, made_for: Uuid, to: &mut Parts) -> Result<(), Stopped> {
        let mut out = CaseFileWriter::default();
        let c = &loaded.complaint;
        out.add("summary.md", "what happened, for people", summary(loaded).as_bytes())?;
        out.add_log(&loaded.log)?;
        add_json(&mut out, ("decisions.json", "what was decided, lifted and ruled, from the log"), &decisions(loaded))?;
        add_json(&mut out, ("notice.json", "the notice, without people"), &loaded.case)?;
        add_json(&mut out, ("examination.json", "findings, verdicts and criteria"), &loaded.examination)?;
        add_json(&mut out, ("report.json", "what the report says, with page and quote"), &loaded.reading.as_deref())?;
        let register = loaded.register.as_ref().map(|(version, entry)| serde_json::json!({ "version": version, "entry": **entry }));
        add_json(&mut out, ("register.json", "the register's entry"), &register)?;
        let grants: Vec<AuthenticityShown> = loaded.grants.iter().cloned().map(Into::into).collect();
        add_json(&mut out, ("authenticity.json", "levels granted to the report"), &grants)?;
        let letters: Vec<MailView> = self.store.mails_of(c.id).await?.into_iter().map(Into::into).collect();
        add_json(&mut out, ("letters.json", "letters to people, and what came of each"), &letters)?;
        to.pass(out.ready()).await?;
        let writs = self.all_writs(c.id).await?;
        add_json(&mut out, ("issued.json", "documents issued, by number and hash"), &writs)?;
        for writ in writs {
            match self.any_writ((c.id, writ.id)).await {
                Ok((_, bytes)) => out.add(&format!("issued/{}.pdf", writ.id), &format!("{} {}", writ.kind, writ.number), &bytes)?,
                // Its number and hash stand in the list above.
                Err(DeskError::Rule { code: "document.erased", .. }) => {}
                Err(e) => return Err(e.into()),
            }
            to.pass(out.ready()).await?;
        }
        for party in self.store.parties(c.id).await? {
            // One that was erased stays away.
            let sealed = SealedRecord { sealed: party.sealed, key: party.key };
            if let Ok(person) = self.vault.open::<Value>(party.id, &sealed) {
                add_json(&mut out, (&format!("people/{}-{}.json", party.role, party.id), &party.role), &person)?;
            }
        }
        for d in self.store.dispatches_of(c.id).await? {
            out.add(&format!("dispatches/{}-{:08}.json", d.platform, d.feed_seq), &d.kind, d.body.as_bytes())?;
            to.pass(out.ready()).await?;
        }
        out.begin("acknowledgements.jsonl", "what platforms answered, one line each")?;
        for ack in self.store.acks_of(c.id).await? {
            out.write(&serde_json::to_vec(&ack).map_err(std::io::Error::from)?)?;
            out.write(b"\n")?;
        }
        let own = self.store.files_of_complaint(c.id).await?;
        for (sha256, document) in documents(loaded, &own) {
            self.add_document(&mut out, (&sha256, &document), to).await?;
        }
        let head = CaseFileHead {
            format: FORMAT.to_owned(),
            complaint: c.id,
            reference: c.filed.reference.clone(),
            last_seq: c.seq,
            last_hash: hex::encode(c.hash),
            made_at: self.clock.now(),
            made_for,
            public_key: hex::encode(self.vault.public_key()),
        };
        let rest = out.finish(head, |manifest| self.vault.sign(manifest))?;
        to.note(&rest);
        // Noted before its last part leaves: who has the whole file finds it known.
        let row = CaseFileRow {
            complaint_id: c.id,
            sha256: hex::encode(to.hash.clone().finalize()),
            bytes: to.bytes,
            last_seq: i32::try_from(c.seq).unwrap_or(i32::MAX),
            made_for,
            made_at: self.clock.now(),
        };
        self.store.put_case_file(row).await?;
        to.send.send(Ok(rest)).await.map_err(|_| Stopped::Gone)
    }

    async fn add_document(&self, out: &mut CaseFileWriter, (sha256, document): (&str, &Document), to: &mut Parts) -> Result<(), Stopped> {
        let mut parts = match self.uploads.parts(sha256).await {
            // Named in the log and never a file of ours: what a platform or an authority keeps.
            Err(UploadError::Missing(_)) if !document.filed => return Ok(()),
            other => other?,
        };
        out.begin(&format!("documents/{sha256}"), &document.what)?;
        while let Some(part) = parts.try_next().await? {
            out.write(&part)?;
            to.pass(out.ready()).await?;
        }
        Ok(())
    }
}

fn summary(loaded: &Loaded) -> String {
    let c = &loaded.complaint;
    let mut text = format!(
        "# 投诉案卷 Case file {}\n\n专利号 Patent: {}\n\n状态 State: {}\n\n通道 Track: {}\n\n评价报告结论 Report: {}\n\n",
        c.filed.reference,
        c.filed.patent_number,
        c.state.word(),
        c.track.map_or("-", |t| t.word()),
        c.examined.as_ref().map_or("-", |e| e.overall.as_str()),
    );
    text.push_str("## 商品链接 Listings\n\n| # | 商品 item | 判定 determination | 措施 measure |\n| --- | --- | --- | --- |\n");
    for l in &c.listings {
        let item = l.filed.item_key().unwrap_or_else(|| "-".into());
        let _ = writeln!(text, "| {} | {} | {} | {} |", l.filed.line, item, l.determination.word(), l.measure.word());
    }
    text.push_str("\n## 审查意见 Findings\n\n");
    for f in &loaded.examination.findings {
        let _ = writeln!(text, "- {}: {} ({})\n  {}\n  {}", f.check.word(), f.result.word(), f.code, f.message_zh, f.message);
    }
    text.push_str("\n## 经过 What happened\n\n| # | 日期 day | 事件 event |\n| --- | --- | --- |\n");
    for e in &loaded.log {
        let _ = writeln!(text, "| {} | {} | {} |", e.seq, shanghai_date(e.at), e.kind);
    }
    text
}

fn add_json(out: &mut CaseFileWriter, (path, what): (&str, &str), value: &impl Serialize) -> std::io::Result<()> {
    out.add(path, what, &serde_json::to_vec_pretty(value)?)
}

/// The events that decide something, as they are in the log.
fn decisions(loaded: &Loaded) -> Vec<Value> {
    let kinds = [
        "decided",
        "decision_proposed",
        "deletion_asked",
        "termination_withdrawn",
        "lift_decided",
        "waiting_period_ended",
        "authority_acted",
        "review_decided",
        "withdrawn",
    ];
    let shown = |e: &StoredEvent| {
        let body: Value = serde_json::from_str(&e.body).unwrap_or_default();
        serde_json::json!({ "seq": e.seq, "at": e.at, "actor": e.actor, "event": body })
    };
    loaded.log.iter().filter(|e| kinds.contains(&e.kind.as_str())).map(shown).collect()
}

/// A document of the complaint.
struct Document {
    what: String,
    /// It was filed here: without it the case file is not whole.
    filed: bool,
}

/// Every document by SHA-256: those filed, and those the log names.
///
/// Of what the log names only files of this complaint: people write in it, and a file's hash is no key to it.
fn documents(loaded: &Loaded, own: &BTreeSet<String>) -> BTreeMap<String, Document> {
    let mut all: BTreeMap<String, Document> = BTreeMap::new();
    for d in &loaded.complaint.documents {
        let kind = serde_json::to_value(d.kind).ok();
        let what = kind.as_ref().and_then(Value::as_str).unwrap_or_default().to_owned();
        all.insert(d.sha256.clone(), Document { what, filed: true });
    }
    for sha256 in loaded.case.files() {
        all.entry(sha256.to_owned()).or_insert_with(|| Document { what: "named by the notice".to_owned(), filed: true });
    }
    for sha256 in loaded.log.iter().flat_map(|e| hashes(&e.body)).filter(|sha256| own.contains(sha256)) {
        all.entry(sha256).or_insert_with(|| Document { what: "named by the log".to_owned(), filed: false });
    }
    all
}

/// What in a text looks like a SHA-256.
fn hashes(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric());
    words.filter(|w| w.len() == 64 && w.bytes().all(|b| b.is_ascii_hexdigit())).map(str::to_owned).collect()
}
