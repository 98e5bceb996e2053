//! Patent numbers, addresses and periods, checked without a service.

use std::process::ExitCode;

use clap::Args;
use serde_json::{Value, json};

use super::{LinesArgs, print};
use crate::domain::calendar::Calendar;
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

/// A period to count.
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("period").required(true))]
pub(super) struct DeadlineArgs {
    /// The day it starts (Asia/Shanghai); not counted.
    #[arg(long)]
    from: jiff::civil::Date,
    /// Calendar days; the last moves off rest days.
    #[arg(long, group = "period")]
    calendar_days: Option<u32>,
    /// Working days.
    #[arg(long, group = "period")]
    working_days: Option<u32>,
    /// One JSON object.
    #[arg(long)]
    json: bool,
}

pub(super) fn deadline(args: &DeadlineArgs) -> ExitCode {
    let calendar = Calendar::built_in();
    let due = match (args.calendar_days, args.working_days) {
        (Some(days), _) => calendar.add_calendar_days(args.from, days),
        (None, days) => calendar.add_working_days(args.from, days.unwrap_or(0)),
    };
    if args.json {
        print(&json!({ "from": args.from, "due": due.due, "provisional": due.provisional, "explanation": due.explanation_zh }).to_string());
    } else {
        print(&format!("{}\n{}\n{}", due.due, due.explanation_zh, due.explanation));
    }
    ExitCode::SUCCESS
}
