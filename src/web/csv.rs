//! Tables for spreadsheets: CSV by RFC 4180, and no cell that a spreadsheet would run. Every value comes out of
//! the body that is given as JSON, so that the two cannot say different things.

use std::borrow::Cow;

use csv::{Terminator, WriterBuilder};
use serde_json::Value;

/// What a cell must not begin with: spreadsheets take it for a formula.
const FORMULA_BEGINS: &[char] = &['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

const DECISION_COLUMNS: &[&str] =
    &["reference", "ending", "decided_on", "final_from", "track", "patent_number", "asserted_items", "overall", "overturned"];
const LINE_COLUMNS: &[&str] = &["platform", "determination", "measure", "basis", "by", "reasons", "listings"];
const FIGURE_COLUMNS: &[&str] = &[
    "track",
    "complaints",
    "infringing",
    "not_infringing",
    "undetermined",
    "withdrawn",
    "not_accepted",
    "supplement_missing",
    "automatic_share",
    "reversal_rate",
    "clerical_failure_rate",
    "substantive_failure_rate",
    "hours_median",
    "hours_p95",
];

/// A cell that is text to whoever opens it.
fn safe(text: &str) -> Cow<'_, str> {
    if text.starts_with(FORMULA_BEGINS) { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => safe(text).into_owned(),
        // A number or a word of ours: a negative number is a number.
        Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::Array(all) => safe(&all.iter().map(cell).collect::<Vec<_>>().join(" ")).into_owned(),
        Value::Object(_) => safe(&value.to_string()).into_owned(),
    }
}

fn table(columns: &[&str], rows: impl Iterator<Item = Vec<String>>) -> Result<Vec<u8>, csv::Error> {
    let mut writer = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(Vec::new());
    writer.write_record(columns)?;
    for row in rows {
        writer.write_record(row)?;
    }
    writer.into_inner().map_err(|e| e.into_error().into())
}

fn items<'a>(body: &'a Value, name: &str) -> &'a [Value] {
    body[name].as_array().map_or(&[], Vec::as_slice)
}

/// A page of decisions: a row for each group of listings that were decided alike.
///
/// # Errors
/// None that is known: it writes to memory.
pub(super) fn decisions(body: &Value) -> Result<Vec<u8>, csv::Error> {
    let columns: Vec<&str> = DECISION_COLUMNS.iter().chain(LINE_COLUMNS).copied().collect();
    let row = |decision: &Value, line: &Value| {
        let own = DECISION_COLUMNS.iter().map(|name| cell(&decision[*name]));
        own.chain(LINE_COLUMNS.iter().map(|name| cell(&line[*name]))).collect()
    };
    let rows = items(body, "items").iter().flat_map(|d| items(d, "lines").iter().map(move |l| row(d, l)));
    table(&columns, rows)
}

/// The figures: a row a track.
///
/// # Errors
/// None that is known: it writes to memory.
pub(super) fn statistics(body: &Value) -> Result<Vec<u8>, csv::Error> {
    let columns: Vec<&str> = ["year", "as_of"].iter().chain(FIGURE_COLUMNS).copied().collect();
    let row = |track: &Value| {
        let own = [cell(&body["year"]), cell(&body["as_of"])];
        own.into_iter().chain(FIGURE_COLUMNS.iter().map(|name| cell(&track[*name]))).collect()
    };
    table(&columns, items(body, "tracks").iter().map(row))
}

/// Oversight: a row for each group, of the queue, of what was decided and of what was answered; and for each track of what became final.
/// A cell is empty where its row has no such figure.
///
/// # Errors
/// None that is known: it writes to memory.
pub(super) fn oversight(body: &Value) -> Result<Vec<u8>, csv::Error> {
    let columns: Vec<String> = oversight_columns();
    let named: Vec<&str> = columns.iter().map(String::as_str).collect();
    let mut rows = Vec::new();
    let mut row = |section: &str, group: &str, key: &Value, figures: &Value| {
        let own = [cell(&body["from"]), cell(&body["to"]), section.to_owned(), group.to_owned(), cell(key)];
        rows.push(own.into_iter().chain(columns.iter().skip(5).map(|name| figure(figures, name))).collect());
    };
    for section in ["queue", "decided", "opinions"] {
        row(section, "all", &Value::Null, &body[section]["all"]);
        for group in ["track", "platform", "examiner"] {
            for of in items(&body[section], &format!("by_{group}")) {
                row(section, group, &of["key"], of);
            }
        }
    }
    for of in items(body, "final") {
        row("final", "track", &of["track"], of);
    }
    table(&named, rows.into_iter())
}

fn oversight_columns() -> Vec<String> {
    let own = ["from", "to", "section", "group", "key", "open", "unclaimed", "claimed", "overdue", "due_soon", "oldest_filed_at"];
    let decided = ["complaints", "automatic", "overturned", "overturned_rate", "late", "late_rate", "decided", "unfounded", "clerical"];
    let steps = ["acceptance", "hearing", "decision"];
    let times = steps.iter().flat_map(|step| ["mean", "median", "p95"].iter().map(move |of| format!("{step}_hours_{of}")));
    own.iter().chain(&decided).map(|name| (*name).to_owned()).chain(times).collect()
}

/// A figure by the name of its column: of the object itself, of a share in it, of a step in it.
fn figure(of: &Value, name: &str) -> String {
    if let Some((step, time)) = name.split_once("_hours_") {
        let step = items(of, "steps").iter().find(|s| s["step"] == step);
        return step.map_or(String::new(), |s| cell(&s[format!("hours_{time}")]));
    }
    if let Some(share) = name.strip_suffix("_rate") {
        return cell(&of[share]["rate"]);
    }
    match &of[name] {
        Value::Object(share) => cell(share.get("count").unwrap_or(&Value::Null)),
        plain => cell(plain),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn no_cell_is_a_formula_and_every_line_ends_in_crlf() {
        for begin in FORMULA_BEGINS {
            let written = cell(&json!(format!("{begin}cmd|'/c calc'!A1")));
            assert!(written.starts_with('\''), "{written:?}");
        }
        let body = json!({ "items": [{
            "reference": "=1+1", "asserted_items": ["@a", "2"], "overturned": false,
            "lines": [{ "platform": "a\"b,c", "reasons": ["+x"], "listings": 3, "basis": null }],
        }] });
        let text = String::from_utf8(decisions(&body).unwrap()).unwrap();
        let (head, rows) = text.split_once("\r\n").unwrap();
        assert!(head.starts_with("reference,ending,"), "{head}");
        assert_eq!(rows, "'=1+1,,,,,,''@a 2,,false,\"a\"\"b,c\",,,,,''+x,3\r\n".replace("''", "'"));
    }
}
