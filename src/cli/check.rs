//! Reports, patent numbers and addresses, checked without a service.

use std::path::PathBuf;
use std::process::ExitCode;

use bytes::Bytes;
use clap::Args;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{LinesArgs, print};
use crate::clock::Clock;
use crate::domain::calendar::shanghai_date;
use crate::domain::examine::{Examination, Examined, Overall, examine};
use crate::domain::listing::{ListingRef, ParseStatus, Site};
use crate::domain::patent::{PatentNumber, PatentNumberError};
use crate::domain::report::{Readability, ReportFacts, Seen, TextVersion};
use crate::intake::reader::Reader;

#[derive(Debug, Args)]
pub(super) struct ReportArgs {
    /// The files.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// One JSON object a file.
    #[arg(long)]
    json: bool,
    /// PEM files of the certificates whose signatures prove a report genuine.
    #[arg(long, env = "FASTTRACK_TRUST_ANCHORS", value_delimiter = ',')]
    trust_anchors: Vec<PathBuf>,
}

/// Read, and usable or unverified only by what no file can show.
const USABLE: u8 = 0;
/// Read, and not so.
const NOT_USABLE: u8 = 1;
/// Not readable.
const NOT_READABLE: u8 = 2;

pub(super) async fn reports(args: ReportArgs) -> anyhow::Result<ExitCode> {
    let reader = Reader::new(std::env::current_exe()?, 1).trusting(&crate::app::trust_anchors(&args.trust_anchors)?);
    let today = shanghai_date(Clock::System.now());
    let mut worst = USABLE;
    for file in &args.files {
        let (facts, sha256) = match std::fs::read(file) {
            Ok(bytes) => {
                let sha256 = hex::encode(Sha256::digest(&bytes));
                (reader.read(Uuid::nil(), Bytes::from(bytes)).await, Some(sha256))
            }
            Err(e) => {
                eprintln!("{}: {e}", file.display());
                (ReportFacts::nothing_read(Readability::Unreadable { why: "no_such_file".into() }), None)
            }
        };
        let examined = examine(&Examination { facts: &facts, notice: None, register: None, granted: None, superseded_by: None, today });
        worst = worst.max(exit_of(&facts, &examined));
        let file = file.display().to_string();
        if args.json {
            print(&report_json(&file, sha256.as_deref(), (&facts, &examined)).to_string());
        } else {
            print(&report_text(&file, &facts, &examined));
        }
    }
    Ok(ExitCode::from(worst))
}

fn exit_of(facts: &ReportFacts, examined: &Examined) -> u8 {
    match facts.readability {
        Readability::Text if examined.is_sound_by_itself() => USABLE,
        Readability::Text => NOT_USABLE,
        Readability::Scanned | Readability::Unreadable { .. } => NOT_READABLE,
    }
}

fn value<T: ToString>(seen: Option<&Seen<T>>) -> Option<String> {
    seen.map(|s| s.value.to_string())
}

fn report_json(file: &str, sha256: Option<&str>, (facts, examined): (&ReportFacts, &Examined)) -> Value {
    let text_version = facts.text_version.as_ref().map(|t| match &t.value {
        TextVersion::Granted => json!("granted"),
        TextVersion::Decision { number } => json!({ "decision": { "number": number } }),
    });
    let findings: Vec<Value> = examined
        .findings
        .iter()
        .map(|f| {
            json!({
                "check": f.check, "result": f.result, "code": f.code, "seen": f.seen, "expected": f.expected,
                "page": f.page, "quote": f.quote, "message": f.message, "message_zh": f.message_zh,
            })
        })
        .collect();
    json!({
        "file": file,
        "sha256": sha256,
        "overall": examined.overall,
        "facts": {
            "readability": facts.readability,
            "pages": facts.pages,
            "form": facts.form.as_ref().map(|f| f.value.code()),
            "kind": facts.kind,
            "patent_number": value(facts.patent_number.as_ref()),
            "title": value(facts.title.as_ref()),
            "holder": value(facts.holder.as_ref()),
            "requester": value(facts.requester.as_ref()),
            "filed_on": value(facts.filed_on.as_ref()),
            "priority_on": value(facts.priority_on.as_ref()),
            "granted_on": value(facts.granted_on.as_ref()),
            "completed_on": value(facts.completed_on.as_ref()),
            "text_version": text_version,
            "report_examiner": value(facts.report_examiner.as_ref()),
            "corrected": facts.corrected,
            "flags": facts.flags,
            "signature": facts.signature,
        },
        "verdicts": facts.verdicts,
        "findings": findings,
    })
}

fn report_text(file: &str, facts: &ReportFacts, examined: &Examined) -> String {
    let mut lines = vec![format!("{file}: {}", examined.overall.word())];
    if facts.readability != Readability::Text {
        lines.push(format!("  {:?}", facts.readability));
    }
    for verdict in &facts.verdicts {
        lines.push(format!("  item {}: {}", verdict.item, verdict.verdict.word()));
    }
    for f in &examined.findings {
        let seen = f.seen.as_deref().map(|s| format!(" ({s})")).unwrap_or_default();
        lines.push(format!("  {:<20} {:<8} {}{seen}", f.check.word(), f.result.word(), f.message));
    }
    if examined.overall == Overall::Unverified && examined.is_sound_by_itself() {
        lines.push("  nothing speaks against it but what no file can show by itself".into());
    }
    lines.join("\n")
}

pub(super) fn patents(args: LinesArgs) -> anyhow::Result<ExitCode> {
    let as_json = args.json;
    args.each(|input| {
        let parsed = PatentNumber::parse(input);
        if as_json {
            print(&patent_json(input, &parsed).to_string());
        } else {
            print(&match &parsed {
                Ok(n) => format!("{input}: {n} {}", n.kind().word()),
                Err(e) => format!("{input}: {e}"),
            });
        }
        parsed.is_ok()
    })
}

fn patent_json(input: &str, parsed: &Result<PatentNumber, PatentNumberError>) -> Value {
    match parsed {
        Ok(n) => json!({ "input": input, "valid": true, "kind": n.kind(), "number": n.to_string(), "problem": null }),
        Err(e) => {
            let expected = match e {
                PatentNumberError::CheckDigit { expected, .. } | PatentNumberError::CheckDigitMissing { expected } => {
                    Some(expected.to_string())
                }
                _ => None,
            };
            let mut out = json!({ "input": input, "valid": false, "kind": null, "number": null, "problem": e.word() });
            if let Some(expected) = expected {
                out["expected_digit"] = expected.into();
            }
            out
        }
    }
}

pub(super) fn listings(args: LinesArgs) -> anyhow::Result<ExitCode> {
    let as_json = args.json;
    args.each(|input| {
        let found = ListingRef::parse(input);
        let platform = found.site.map(Site::code);
        if as_json {
            let line = json!({ "input": input, "platform": platform, "item_id": found.item_id, "status": found.status.word() });
            print(&line.to_string());
        } else {
            let item = found.item_id.as_deref().unwrap_or("-");
            print(&format!("{input}: {} {} {item}", found.status.word(), platform.unwrap_or("-")));
        }
        matches!(found.status, ParseStatus::Resolved | ParseStatus::Unresolved)
    })
}
