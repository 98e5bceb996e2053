//! The words of letters, in text and HTML, out of `letters/`: one file of words a language, one frame for all.
//! A subject holds the reference and no personal data; the facts are behind the link.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use jiff::civil::Date;
use minijinja::{Environment, context};
use serde::Deserialize;

use crate::domain::statement::FORWARDING_TEXT;

/// What is said of one kind of letter.
#[derive(Debug, Deserialize)]
struct Words {
    subject: String,
    text: Vec<String>,
}

/// By side, then by kind of letter.
type Book = BTreeMap<String, BTreeMap<String, Words>>;

// Their test reads them; a letter whose words cannot be read is not sent, and says so.
static ZH: LazyLock<Book> = LazyLock::new(|| toml::from_str(include_str!("letters/zh.toml")).unwrap_or_default());
static EN: LazyLock<Book> = LazyLock::new(|| toml::from_str(include_str!("letters/en.toml")).unwrap_or_default());

/// The frames, compiled once. A frame is named by its ending, by which values are escaped.
static FRAMES: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut frames = Environment::new();
    for (name, frame) in [("letter.txt", include_str!("letters/letter.txt")), ("letter.html", include_str!("letters/letter.html"))] {
        // Their test renders them; a letter without a frame is not sent, and says so.
        let _ = frames.add_template(name, frame);
    }
    frames
});

/// What a letter is written from.
#[derive(Clone, Copy, Debug)]
pub struct Writing<'a> {
    /// To which side.
    pub side: &'a str,
    /// About what.
    pub kind: &'a str,
    /// `zh` or `en`.
    pub language: &'a str,
    /// Reference of the complaint; to the operator, code of the platform.
    pub reference: &'a str,
    /// Where the facts are.
    pub link: &'a str,
    /// The day that matters in it.
    pub day: Option<Date>,
    /// What a seller states, word for word, and who it is; only where the letter serves it.
    pub said: Option<(&'a str, &'a str)>,
    /// Who writes.
    pub issuer: &'a str,
}

/// A letter, written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// Subject.
    pub subject: String,
    /// In plain text.
    pub text: String,
    /// The same in HTML.
    pub html: String,
}

/// Writes a letter; none for a side, kind or language without words.
pub fn write(w: &Writing) -> Option<Written> {
    let (book, begins) = match (w.language, w.side) {
        ("en", "operator") => (&*EN, format!("Platform {}: ", w.reference)),
        (_, "operator") => (&*ZH, format!("平台 {}：", w.reference)),
        ("en", _) => (&*EN, format!("Complaint {}: ", w.reference)),
        _ => (&*ZH, format!("投诉 {}：", w.reference)),
    };
    let words = book.get(w.side)?.get(w.kind)?;
    let subject = format!("{begins}{}", words.subject);
    let paragraphs = filled(words, w.day)?;
    // The Chinese words govern, so they stand below every other.
    let chinese = if w.language == "en" { Some(filled(ZH.get(w.side)?.get(w.kind)?, w.day)?) } else { None };
    let context = context! {
        subject => &subject, paragraphs, chinese, language => w.language, link => w.link, issuer => w.issuer,
        seller => w.said.map(|(seller, _)| seller), said => w.said.map(|(_, text)| text),
    };
    let render = |name| FRAMES.get_template(name).and_then(|frame| frame.render(&context)).ok();
    let (text, html) = (render("letter.txt")?, render("letter.html")?);
    Some(Written { subject, text, html })
}

fn filled(words: &Words, day: Option<Date>) -> Option<Vec<String>> {
    let context = context! { day => day.map(|d| d.to_string()), forwarding_text => FORWARDING_TEXT };
    let fill =
        |paragraph: &String| if paragraph.contains('{') { FRAMES.render_str(paragraph, &context).ok() } else { Some(paragraph.clone()) };
    words.text.iter().map(fill).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::letter::LetterKind;

    fn writing<'a>(side: &'a str, kind: &'a str, language: &'a str) -> Writing<'a> {
        Writing {
            side,
            kind,
            language,
            reference: "2VTKWS8VXT",
            link: "https://fasttrack.example/v1/complaints/1?a=1&b=2",
            day: Some(jiff::civil::date(2026, 10, 8)),
            said: (kind == "statement_forwarded").then_some(("义乌市某百货店", "我方产品在申请日前已公开销售")),
            issuer: "测试市知识产权保护中心",
        }
    }

    /// Both languages have the same letters, and every kind is written to somebody.
    #[test]
    fn every_kind_of_letter_has_words() {
        let all = |book: &Book| -> Vec<(String, String)> {
            book.iter().flat_map(|(side, words)| words.keys().map(|k| (side.clone(), k.clone()))).collect()
        };
        assert_eq!(all(&ZH), all(&EN));
        for (side, kind) in all(&ZH) {
            assert!(
                LetterKind::from_word(&kind).is_some() && ["complainant", "seller", "operator"].contains(&side.as_str()),
                "{side}.{kind}"
            );
        }
        for kind in LetterKind::ALL {
            assert!(all(&ZH).iter().any(|(_, k)| k == kind.word()), "{} has no words", kind.word());
        }
        assert_eq!(write(&writing("complainant", "unheard_of", "zh")), None);
    }

    /// What is put into HTML is text there.
    #[test]
    fn nothing_is_markup_that_is_not_ours() {
        let issuer = "<b>\"中心\"</b>";
        let written = write(&Writing { issuer, ..writing("complainant", "decided", "zh") }).unwrap();
        assert!(!written.html.contains("<b>") && written.html.contains("a=1&amp;b=2"), "{}", written.html);
        assert!(written.text.contains(issuer) && written.text.contains("a=1&b=2"));
    }

    /// Every letter as it is read, for a lawyer and an editor to review.
    #[test]
    fn letters_as_they_are_read() {
        let mut all = String::new();
        for (side, words) in &*ZH {
            for kind in words.keys() {
                for language in ["zh", "en"] {
                    let w = write(&writing(side, kind, language)).unwrap();
                    all.push_str(&format!("==== {side}, {kind}, {language}\n{}\n\n{}\n", w.subject, w.text));
                    if kind == "statement_forwarded" {
                        all.push_str(&format!("---- HTML\n{}\n", w.html));
                    }
                }
            }
        }
        assert!(!all.contains("none") && !all.contains("undefined"));
        let mut settings = insta::Settings::new();
        settings.set_snapshot_path(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots"));
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| insta::assert_snapshot!("mails", all));
    }
}
