//! The words of writs, out of `words/`: one book a language. Each kind has a title and paragraphs; codes have words
//! of their own.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use jiff::civil::Date;
use minijinja::value::Serde;
use minijinja::{Environment, State, UndefinedBehavior};
use serde::Deserialize;
use serde_json::Value;

use super::page::{Block, Paper};
use crate::domain::writ::WritKind;

/// What is said by one kind of writ. A paragraph that comes out empty is left out; a line break in one begins
/// another.
#[derive(Debug, Deserialize)]
struct Words {
    title: String,
    text: Vec<String>,
}

/// The words of a language.
#[derive(Debug, Default, Deserialize)]
struct Book {
    /// Above the head, where nothing is meant.
    trial: String,
    /// In the place of the seal.
    seal: String,
    /// To whom, where the copy names nobody.
    to_respondent: String,
    writs: BTreeMap<String, Words>,
    /// By group, then by code.
    terms: BTreeMap<String, BTreeMap<String, String>>,
}

static ZH: LazyLock<Book> = LazyLock::new(|| toml::from_str(include_str!("words/zh.toml")).unwrap_or_default());
static EN: LazyLock<Book> = LazyLock::new(|| toml::from_str(include_str!("words/en.toml")).unwrap_or_default());

const TRANSLATION: &str = "以下英文译文仅供参考，以中文为准。The following is a courtesy translation; the Chinese text governs.";

/// Why a writ has no words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the writ has no words: {0}")]
pub struct WordsError(String);

/// A writ in words, from the facts its reader may see.
///
/// # Errors
/// [`WordsError`] where a fact that it cannot be without is missing.
pub fn paper(kind: WritKind, facts: &Value) -> Result<Paper, WordsError> {
    let fact = |name: &str| facts[name].as_str().map(str::to_owned).ok_or_else(|| WordsError(format!("{name} is missing")));
    let (issuer, number) = (fact("issuer")?, fact("number")?);
    let issued_on: Date = fact("issued_on")?.parse().map_err(|_| WordsError("issued_on is no day".into()))?;
    let trial = facts["livemode"] != Value::Bool(true);
    let words = |book: &'static Book| book.writs.get(kind.word()).ok_or_else(|| WordsError(format!("none for {}", kind.word())));
    let (zh, en) = (words(&ZH)?, words(&EN)?);
    let named = facts["addressee"].as_str().or(facts["complainant"].as_str());
    let addressee = |book: &Book, colon: &str| match named {
        Some(name) => format!("{name}{colon}"),
        None => format!("{}{colon}", book.to_respondent),
    };
    let mut blocks = Vec::new();
    if trial {
        blocks.push(Block::Warning(format!("{}　{}", ZH.trial, EN.trial)));
    }
    blocks.push(Block::Head(issuer.clone()));
    blocks.push(Block::Title(zh.title.clone()));
    blocks.push(Block::Centred(number.clone()));
    blocks.push(Block::Addressee(addressee(&ZH, "：")));
    blocks.extend(paragraphs(&ZH, zh, facts)?.into_iter().map(Block::Chinese));
    blocks.push(Block::Seal { issuer: issuer.clone(), day: zh_day(issued_on), place: ZH.seal.clone() });
    blocks.push(Block::Translation(TRANSLATION.to_owned()));
    blocks.push(Block::Title(en.title.clone()));
    blocks.push(Block::Centred(number.clone()));
    blocks.push(Block::English(addressee(&EN, ":")));
    blocks.extend(paragraphs(&EN, en, facts)?.into_iter().map(Block::English));
    blocks.push(Block::English(format!("{issuer}, {}", en_day(issued_on))));
    Ok(Paper { issuer, title: zh.title.clone(), number, issued_on, blocks })
}

fn paragraphs(book: &'static Book, words: &Words, facts: &Value) -> Result<Vec<String>, WordsError> {
    let mut frames = Environment::new();
    frames.set_undefined_behavior(UndefinedBehavior::Chainable);
    // {{ code | said("ground") }}; a code without a word of its own stands for itself.
    frames.add_filter("said", move |code: &str, group: &str| {
        book.terms.get(group).and_then(|g| g.get(code)).map_or(code, String::as_str).to_owned()
    });
    frames.add_filter("zh", |_: &State, day: &str| day.parse().map_or(day.to_owned(), zh_day));
    frames.add_filter("en", |_: &State, day: &str| day.parse().map_or(day.to_owned(), en_day));
    let mut all = Vec::new();
    for text in &words.text {
        let filled = frames.render_str(text, Serde(facts)).map_err(|e| WordsError(e.to_string()))?;
        all.extend(filled.lines().map(str::trim).filter(|l| !l.is_empty()).map(str::to_owned));
    }
    Ok(all)
}

fn zh_day(day: Date) -> String {
    format!("{}年{}月{}日", day.year(), day.month(), day.day())
}

fn en_day(day: Date) -> String {
    day.strftime("%-d %B %Y").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::complaint::{AuthorityAct, MeasureKind, ReferredTo};
    use crate::writ::typeset;
    use serde_json::json;

    fn facts(kind: WritKind) -> Value {
        json!({
            "number": kind.number("测知快", (2026, 12)), "issued_on": "2026-11-02", "filed_on": "2026-11-01", "issuer": "测试市知识产权保护中心",
            "livemode": false, "reference": "2VTKWS8VXT", "complainant": "宁波明光灯具有限公司", "track": "simple",
            "patent": { "number": "202330271846.9", "kind": "design", "title": "台灯" }, "asserted_items": ["1", "2"], "due_on": "2026-11-09",
            "listings": [
                { "line": 1, "site": "taobao", "item": "637790875524", "determination": "infringing", "takedown": true, "measure_kind": "disconnect",
                  "termination_proposed": true, "reasons": ["same_design"] },
                { "line": 2, "site": "jd", "item": "100012031548", "determination": "not_infringing", "takedown": false, "reasons": ["design_differs", "other"] },
            ],
            "missing": [{ "message_zh": "缺少专利权评价报告", "message": "the evaluation report is missing", "cure_zh": "提交报告", "cure": "supply it", "law": "专利法 66" }],
            "statement": { "grounds": ["prior_use", "not_the_same"], "received_on": "2026-11-05", "seller": "义乌市某百货店", "text": "我方产品在申请日前已公开销售\n附发票" },
            "text": "整体视觉效果无实质性差异", "lift": { "reason": "waiting_period_ended", "scope_text": crate::domain::dispatch::SCOPE_TEXT },
            "referral": { "to": "mediation", "body": "宁波市知识产权纠纷人民调解委员会", "reason": "双方均有调解意愿", "case_file_sha256": "ab".repeat(32) },
            "closed_why": "withdrawn", "advisory_text": crate::domain::dispatch::ADVISORY_TEXT, "forwarding_text": crate::domain::statement::FORWARDING_TEXT,
        })
    }

    #[test]
    fn every_kind_and_every_code_has_words_in_both_languages() {
        let keys = |book: &Book| -> Vec<(String, String)> {
            book.terms.iter().flat_map(|(group, terms)| terms.keys().map(|t| (group.clone(), t.clone()))).collect()
        };
        assert_eq!(keys(&ZH), keys(&EN));
        for kind in WritKind::ALL {
            assert!(ZH.writs.contains_key(kind.word()) && EN.writs.contains_key(kind.word()), "{}", kind.word());
        }
        let kinds = [MeasureKind::Block, MeasureKind::Disconnect, MeasureKind::Delete];
        assert!(kinds.iter().all(|k| ZH.terms["measure"].contains_key(k.word())));
        assert!(ReferredTo::ALL.iter().all(|r| ZH.terms["referral"].contains_key(r.word())));
        assert!(AuthorityAct::ALL.iter().all(|a| ZH.terms["lift"].contains_key(a.word())));
    }

    /// Every writ as it is read, for a lawyer and an editor to review; to the complainant and to a respondent.
    #[test]
    fn writs_as_they_are_read() {
        let mut all = String::new();
        for kind in WritKind::ALL {
            let mut readers = vec![("complainant", facts(*kind))];
            let respondent = crate::domain::audience::Audience::Respondent;
            if crate::domain::audience::may_see(respondent, *kind) {
                readers.push(("respondent", crate::domain::audience::sifted_for_writ(facts(*kind), respondent)));
            }
            for (reader, facts) in readers {
                all.push_str(&format!("==== {}, {reader}\n", kind.word()));
                for block in paper(*kind, &facts).unwrap().blocks {
                    all.push_str(&format!("{block}\n"));
                }
            }
        }
        for word in ["none", "undefined", "{{", "not_the_same", "same_design"] {
            assert!(!all.contains(word), "{word}");
        }
        let mut settings = insta::Settings::new();
        settings.set_snapshot_path(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots"));
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| insta::assert_snapshot!("writs", all));
    }

    #[test]
    fn the_same_facts_are_the_same_bytes() {
        let make = |facts: &Value| typeset(&paper(WritKind::Opinion, facts).unwrap()).unwrap();
        let once = make(&facts(WritKind::Opinion));
        assert!(once.starts_with(b"%PDF-1.7") && once == make(&facts(WritKind::Opinion)));
        let mut other = facts(WritKind::Opinion);
        other["issued_on"] = "2026-11-03".into();
        assert_ne!(once, make(&other));
    }
}
