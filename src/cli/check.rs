//! Patent numbers and addresses, checked without a service.

use std::process::ExitCode;

use serde_json::{Value, json};

use super::{LinesArgs, print};
use crate::domain::listing::{ListingRef, ParseStatus, Site};
use crate::domain::patent::{PatentNumber, PatentNumberError};

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
