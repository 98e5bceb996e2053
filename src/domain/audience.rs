//! Who may see what: the one table of the fields that go out about a complaint. What a platform is sent is
//! sifted by it; the contract's schemas are held to it, and every body that goes out to the schemas.
//!
//! A field that is not here goes to nobody. Rules: product, "What a platform is sent … Never in it"; Law:
//! Personal Information Protection Law 6 (no more than the purpose needs).
//!
//! Not here: what is written to people in words (mails, the notice to forward): see their modules; of writs, the
//! facts they are written from are.

mod fields;

use std::collections::HashSet;
use std::sync::LazyLock;

use serde::Serialize;
use serde_json::Value;

pub use fields::{FIELDS, WRIT_FIELDS};

use super::writ::WritKind;

/// Who is told something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    /// The house: who judges. Administrators and auditors see the same without the people.
    Examiner,
    /// The platform on which the listing is.
    Platform,
    /// The seller.
    Respondent,
    /// Whoever filed.
    Complainant,
    /// Everybody.
    Public,
}

impl Audience {
    /// All audiences.
    pub const ALL: [Audience; 5] = [Audience::Examiner, Audience::Platform, Audience::Respondent, Audience::Complainant, Audience::Public];
}

/// A field of the bodies that go out.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Its path: `listings[].item_id`; with `…` at its end, all below it (for examiners only).
    pub path: &'static str,
    /// Who may see it.
    pub seen_by: &'static [Audience],
}

/// Whether an audience may see a writ of this kind; of it, what [`WRIT_FIELDS`] says.
pub fn may_see(audience: Audience, kind: WritKind) -> bool {
    match kind {
        // A platform's own: the opinion it asked for.
        WritKind::Opinion => audience != Audience::Public,
        WritKind::Forwarding | WritKind::MeasuresEnded | WritKind::Referral => {
            matches!(audience, Audience::Examiner | Audience::Complainant | Audience::Respondent)
        }
        WritKind::Acceptance | WritKind::Supplement | WritKind::NonAcceptance | WritKind::Closing => {
            matches!(audience, Audience::Examiner | Audience::Complainant)
        }
    }
}

/// Every path of a table that an audience may be sent, and the paths that lead there.
fn paths_to(table: &'static [Field], audience: Audience) -> HashSet<&'static str> {
    let mut all = HashSet::new();
    for field in table.iter().filter(|f| f.seen_by.contains(&audience)) {
        all.insert(field.path);
        let ends = field.path.char_indices().filter(|(_, c)| matches!(c, '.' | '[')).map(|(i, _)| i);
        all.extend(ends.map(|end| &field.path[..end]));
        all.extend(field.path.match_indices("[]").map(|(i, _)| &field.path[..i + 2]));
    }
    all
}

static PATHS: LazyLock<Vec<HashSet<&str>>> = LazyLock::new(|| Audience::ALL.map(|a| paths_to(FIELDS, a)).into());

/// What `audience` is sent, without what the table does not give it.
pub fn sifted(audience: Audience, mut body: Value) -> Value {
    let at = Audience::ALL.iter().position(|a| *a == audience);
    let Some(allowed) = at.and_then(|at| PATHS.get(at)) else { return Value::Null };
    sift(&mut body, &mut String::new(), allowed);
    body
}

/// The facts of a writ, without what the table does not give `audience`.
pub fn sifted_for_writ(mut facts: Value, audience: Audience) -> Value {
    sift(&mut facts, &mut String::new(), &paths_to(WRIT_FIELDS, audience));
    facts
}

fn sift(value: &mut Value, path: &mut String, allowed: &HashSet<&str>) {
    let here = path.len();
    match value {
        Value::Object(fields) => fields.retain(|name, value| {
            if here > 0 {
                path.push('.');
            }
            path.push_str(name);
            let kept = allowed.contains(path.as_str());
            if kept {
                sift(value, path, allowed);
            }
            path.truncate(here);
            kept
        }),
        Value::Array(all) => {
            path.push_str("[]");
            all.iter_mut().for_each(|v| sift(v, path, allowed));
            path.truncate(here);
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests;
