//! Proof that nothing was changed: seals over the logs, and reading everything back.
//!
//! A seal is a signed list of (complaint, number and hash of its last event) and the end of the house log,
//! chained to the seal before. Whoever changes a log that was sealed must also forge a signature.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tokio::sync::watch;
use uuid::Uuid;

use crate::domain::complaint::{Complaint, chain};
use crate::domain::house_log::{Hashed, HouseDraft, HouseEvent, chain as house_chain};
use crate::store::{ListingRow, SealRow, Sealable, StoreError, expected_marks, expected_outcome, expected_projection, expected_triage};
use crate::workflow::Desk;

/// Seconds between seals.
pub const SEAL_EVERY_SECONDS: u64 = 60;
/// Most logs of one seal.
const LOGS_PER_SEAL_MAX: i64 = 1_000;
/// Complaints read at a time.
const PAGE: i64 = 200;

/// The body of a seal.
#[derive(Serialize, Deserialize)]
struct SealBody {
    logs: Vec<SealedLog>,
    /// The end of the house log; absent in seals from before there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    house: Option<SealedHouse>,
}

#[derive(Serialize, Deserialize)]
struct SealedHouse {
    n: i64,
    hash: String,
}

#[derive(Serialize, Deserialize)]
struct SealedLog {
    complaint: Uuid,
    seq: u32,
    hash: String,
}

/// Seals what grew, from time to time.
pub struct Sealer {
    desk: Desk,
}

impl Sealer {
    /// A sealer.
    pub fn new(desk: Desk) -> Self {
        Sealer { desk }
    }

    /// Works until `stop`.
    pub async fn run(self, mut stop: watch::Receiver<bool>) {
        while !*stop.borrow() {
            tokio::select! {
                () = tokio::time::sleep(Duration::from_secs(SEAL_EVERY_SECONDS)) => {}
                changed = stop.changed() => if changed.is_err() { return },
            }
            match self.seal().await {
                Ok(0) => {}
                Ok(logs) => tracing::info!(logs, "sealed"),
                // Another process put that seal first, or the database is away: next time.
                Err(e) => tracing::warn!(error = %e, "not sealed"),
            }
        }
    }

    /// Seals every log that grew; answers how many.
    ///
    /// # Errors
    /// The store's.
    pub async fn seal(&self) -> Result<usize, StoreError> {
        let mut all = 0;
        loop {
            let store = self.desk.store();
            let logs = store.unsealed(LOGS_PER_SEAL_MAX).await?;
            let last = store.last_seal().await?;
            let house = store.house_log_tip().await?;
            let sealed = last.as_ref().and_then(|l| serde_json::from_str::<SealBody>(&l.body).ok()?.house);
            if logs.is_empty() && sealed.map_or(0, |h| h.n) == house.0 {
                return Ok(all);
            }
            let row = self.row(last.as_ref(), (&logs, house));
            all += logs.len();
            store.put_seal(row, logs).await?;
        }
    }

    fn row(&self, last: Option<&SealRow>, (logs, (n, hash)): (&[Sealable], (i64, [u8; 32]))) -> SealRow {
        let sealed = |l: &Sealable| SealedLog { complaint: l.complaint, seq: l.seq, hash: hex::encode(l.hash) };
        let house = (n > 0).then(|| SealedHouse { n, hash: hex::encode(hash) });
        let body = serde_json::to_string(&SealBody { logs: logs.iter().map(sealed).collect(), house }).unwrap_or_default();
        let hash = seal_hash(last.map(|l| l.hash.as_slice()), &body);
        SealRow {
            n: last.map_or(1, |l| l.n + 1),
            at: self.desk.clock().now(),
            signature: self.desk.vault().sign(&hash).to_vec(),
            hash: hash.to_vec(),
            body,
        }
    }
}

fn seal_hash(previous: Option<&[u8]>, body: &str) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(previous.unwrap_or(&[0; 32]));
    hash.update(body.as_bytes());
    hash.finalize().into()
}

/// What an audit found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct AuditReport {
    /// Complaints read.
    pub complaints: usize,
    /// Events read.
    pub events: usize,
    /// Seals read.
    pub seals: usize,
    /// Entries of the house log read.
    pub house: usize,
    /// What is wrong, with the complaint or seal it is wrong with.
    pub problems: Vec<AuditProblem>,
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AuditProblem {
    /// `complaint ID`, `seal N` or `house log N`.
    pub of: String,
    /// `chain`, `replay`, `projection`, `seal`.
    pub kind: &'static str,
    /// What.
    pub what: String,
}

/// Reads everything back: every chain, every replay, every projection, every seal.
///
/// # Errors
/// The store's; what is wrong with the content is in the report.
pub async fn audit(desk: &Desk) -> Result<AuditReport, StoreError> {
    let mut report = AuditReport::default();
    let mut after = Uuid::nil();
    loop {
        let ids = desk.store().complaint_ids(after, PAGE).await?;
        let Some(last) = ids.last() else { break };
        after = *last;
        for id in ids {
            report.complaints += 1;
            audit_complaint(desk, id, &mut report).await?;
        }
    }
    audit_house_log(desk, &mut report).await?;
    audit_seals(desk, &mut report).await?;
    Ok(report)
}

async fn audit_complaint(desk: &Desk, id: Uuid, report: &mut AuditReport) -> Result<(), StoreError> {
    let of = format!("complaint {id}");
    let mut wrong = |kind, what: String| report.problems.push(AuditProblem { of: of.clone(), kind, what });
    let Some(stored) = desk.store().complaint(id).await? else {
        wrong("chain", "there is a projection and no log".into());
        return Ok(());
    };
    report.events += stored.log.len();
    let mut previous = [0; 32];
    for event in &stored.log {
        if chain(&previous, id, event) != event.hash {
            wrong("chain", format!("event {} does not follow from the one before", event.seq));
            break;
        }
        previous = event.hash;
    }
    let projected = desk.store().projected(id).await?;
    match Complaint::replay(id, &stored.log) {
        Err(e) => wrong("replay", e.to_string()),
        Ok(complaint) => {
            let urls: Vec<Option<String>> = projected.listings.iter().map(|l| l.url.clone()).collect();
            let updated_at = stored.log.last().map_or(complaint.filed_at, |e| e.at);
            let (row, listings) = expected_projection(&complaint, updated_at, &urls);
            if row != projected.complaint {
                wrong("projection", "the complaint's row is not what its log says".into());
            }
            for (expected, found) in listings.iter().zip(&projected.listings).filter(|(a, b)| a != b) {
                wrong("projection", differs(expected, found));
            }
            if expected_outcome(&complaint) != desk.store().outcome(id).await? {
                wrong("projection", "how it ended is kept otherwise than its log says".into());
            }
            if expected_marks(&complaint) != desk.store().marks(id).await? {
                wrong("projection", "it is found in the queue otherwise than its log says".into());
            }
            if expected_triage(&complaint, stored.log.iter()) != desk.store().triage_row(&complaint).await? {
                wrong("projection", "its last triage is kept otherwise than its log says".into());
            }
            if listings.len() != projected.listings.len() {
                wrong("projection", format!("{} listings, {} expected", projected.listings.len(), listings.len()));
            }
        }
    }
    Ok(())
}

fn differs(expected: &ListingRow, found: &ListingRow) -> String {
    format!("line {}: {} {}, expected {} {}", found.line, found.determination, found.measure, expected.determination, expected.measure)
}

async fn audit_house_log(desk: &Desk, report: &mut AuditReport) -> Result<(), StoreError> {
    // Read first: what is written meanwhile comes after it.
    let (end, end_hash) = desk.store().house_log_tip().await?;
    let (mut n, mut previous) = (0, [0; 32]);
    let mut wrong = |n: i64, what: &str| {
        report.problems.push(AuditProblem { of: format!("house log {n}"), kind: "chain", what: what.to_owned() });
    };
    let mut read = 0;
    loop {
        let entries = desk.store().house_entries(n, PAGE).await?;
        if entries.is_empty() {
            break;
        }
        for entry in entries {
            read += 1;
            let e = Hashed { n: entry.n, at: entry.at, account: entry.account_id, about: entry.about, body: &entry.body };
            let event: Option<HouseEvent> = serde_json::from_str(&entry.body).ok();
            let told = event.map(|event| (event.kind().to_owned(), HouseDraft { at: e.at, account: None, about: None, event }.status()));
            if entry.n != n + 1 {
                wrong(entry.n, "an entry before it is missing");
            }
            if house_chain(&previous, &e).as_slice() != entry.hash.as_slice() {
                wrong(entry.n, "it does not follow from the one before");
            }
            if told != Some((entry.kind.clone(), entry.status)) {
                wrong(entry.n, "it is listed otherwise than its body says");
            }
            if entry.n == end && entry.hash.as_slice() != end_hash.as_slice() {
                wrong(entry.n, "the log's end says another hash");
            }
            (n, previous) = (entry.n, entry.hash.as_slice().try_into().unwrap_or_default());
        }
    }
    if n < end {
        wrong(n, &format!("it is the last, and the log's end says {end}"));
    }
    report.house = read;
    Ok(())
}

async fn audit_seals(desk: &Desk, report: &mut AuditReport) -> Result<(), StoreError> {
    let mut previous: Option<Vec<u8>> = None;
    let mut n = 0;
    loop {
        let seals = desk.store().seals(n, PAGE).await?;
        if seals.is_empty() {
            return Ok(());
        }
        for seal in seals {
            report.seals += 1;
            n += 1;
            let of = format!("seal {}", seal.n);
            let mut wrong = |what: &str| report.problems.push(AuditProblem { of: of.clone(), kind: "seal", what: what.to_owned() });
            if seal.n != n {
                wrong("a seal before it is missing");
                n = seal.n;
            }
            let hash = seal_hash(previous.as_deref(), &seal.body);
            if hash.as_slice() != seal.hash.as_slice() {
                wrong("its hash does not follow from its body and the seal before");
            }
            if !desk.vault().verify(&seal.hash, &seal.signature) {
                wrong("its signature is not ours");
            }
            let body = serde_json::from_str::<SealBody>(&seal.body).ok();
            if let Some(sealed) = body.as_ref().and_then(|b| b.house.as_ref()) {
                let entry = desk.store().house_entries(sealed.n - 1, 1).await?.into_iter().find(|e| e.n == sealed.n);
                if entry.map(|e| hex::encode(e.hash)).as_ref() != Some(&sealed.hash) {
                    wrong(&format!("entry {} of the house log is not what was sealed", sealed.n));
                }
            }
            for log in body.map(|b| b.logs).unwrap_or_default() {
                let stored = desk.store().complaint(log.complaint).await?;
                let event = stored.as_ref().and_then(|s| s.log.iter().find(|e| e.seq == log.seq));
                if event.map(|e| hex::encode(e.hash)) != Some(log.hash) {
                    wrong(&format!("event {} of complaint {} is not what was sealed", log.seq, log.complaint));
                }
            }
            previous = Some(seal.hash);
        }
    }
}
