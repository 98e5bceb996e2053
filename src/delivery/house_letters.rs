//! The words of letters to people of the house: both languages in one letter, the Chinese first.

use minijinja::{Environment, context};

use crate::domain::house_letter::{HouseLetter, HouseLetterKind};

/// A letter, written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// Subject.
    pub subject: &'static str,
    /// In plain text.
    pub text: String,
    /// The same in HTML.
    pub html: String,
}

const OFF: [&str; 2] = [
    "自动判定（{{ basis }}）已自行停用：近期 {{ decided }} 件自动判定中有 {{ reversed }} 件被撤销，超过策略设定的比例。此后每件投诉由判定员处理。查明原因后，只有主任判定员可以重新启用。",
    "Automation on the basis {{ basis }} switched itself off: of {{ decided }} recent decisions without a human, {{ reversed }} were taken back, more than the policy allows. Every complaint goes to an examiner from now on. Only a lead switches it on again.",
];
const INVITATION: [&str; 2] = [
    "您被邀请使用本系统，角色：{{ role }}。请在 {{ until }} 之前以下列一次性令牌向 {{ link }} 提交 {\"token\": \"…\"}，换取您的密钥。令牌只能使用一次，请勿转发。",
    "You are invited to this service as {{ role }}. Post {\"token\": \"…\"} with this token to {{ link }} before {{ until }} to get your key. It works once; do not pass it on.",
];

fn words(kind: HouseLetterKind) -> (&'static str, &'static [&'static str]) {
    match kind {
        HouseLetterKind::AutomationSwitchedOff => ("自动判定已停用 · Automation is switched off", &OFF),
        HouseLetterKind::Invitation => ("使用邀请 · Invitation", &INVITATION),
    }
}

/// Writes a letter; none where its words cannot be filled.
pub fn write(kind: HouseLetterKind, letter: &HouseLetter, (link, issuer): (&str, &str)) -> Option<Written> {
    let (subject, paragraphs) = words(kind);
    let frames = Environment::new();
    let mut context = letter.words.clone();
    context.insert("link".to_owned(), link.to_owned());
    let fill = |p: &&str| frames.render_str(p, &context).ok();
    let mut paragraphs: Vec<String> = paragraphs.iter().map(fill).collect::<Option<_>>()?;
    paragraphs.extend(letter.words.get("token").cloned());
    paragraphs.push(issuer.to_owned());
    let text = paragraphs.join("\n\n") + "\n";
    let mut page = Environment::new();
    page.add_template("letter.html", "<!doctype html><meta charset=\"utf-8\">{% for p in paragraphs %}<p>{{ p }}</p>{% endfor %}").ok()?;
    let html = page.get_template("letter.html").and_then(|t| t.render(context! { paragraphs })).ok()?;
    Some(Written { subject, text, html })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_words_and_html_is_escaped() {
        for kind in HouseLetterKind::ALL {
            let names = ["basis", "decided", "reversed", "role", "until", "token"];
            let words = names.iter().map(|n| ((*n).to_owned(), format!("<{n}>"))).collect();
            let letter = HouseLetter { to: "lead@example.org".into(), words };
            let written = write(kind, &letter, ("https://x.example", "中心")).unwrap();
            assert!(written.text.ends_with("中心\n") && !written.text.contains("{{"), "{}", written.text);
            assert!(!written.html.contains("<basis>") && !written.html.contains("<token>"), "{}", written.html);
        }
    }
}
