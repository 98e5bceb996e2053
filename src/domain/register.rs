//! The patent register as far as an examiner or an import supplied it: the only source, beside an
//! official document, that can prove a patent in force. Written by `PUT /v1/admin/patents/{number}` and
//! `fasttrack register import`, both through one verb.
//!
//! [`changes`] says what a new entry changes that a complaint under way must hear of.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::report::TextVersion;

/// Age in days above which a register entry proves nothing any more (`register_age_days_max`).
pub const REGISTER_AGE_DAYS_MAX: i32 = 30;

/// Legal status, after the words of the patent office's query system.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RegisterStatus {
    /// 专利权维持
    InForce,
    /// 等年费滞纳金: annual fee overdue, within the six-month grace period. Law: Implementing Rules 115.
    FeeGrace,
    /// 未缴年费专利权终止，等恢复
    LapsedRestorable,
    /// 未缴年费终止失效
    Lapsed,
    /// 届满终止失效
    Expired,
    /// 无效宣告失效: all claims or designs
    Invalidated,
    /// 放弃专利权 (by the holder, or for a twin invention)
    Abandoned,
    /// 等待颁证公告: not granted yet
    NotGranted,
}

impl RegisterStatus {
    /// All of them.
    pub const ALL: [RegisterStatus; 8] = [
        RegisterStatus::InForce,
        RegisterStatus::FeeGrace,
        RegisterStatus::LapsedRestorable,
        RegisterStatus::Lapsed,
        RegisterStatus::Expired,
        RegisterStatus::Invalidated,
        RegisterStatus::Abandoned,
        RegisterStatus::NotGranted,
    ];

    /// The status of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        RegisterStatus::ALL.into_iter().find(|s| s.word() == word)
    }

    /// Whether the right exists: an overdue fee does not end it within the grace period.
    pub fn is_in_force(self) -> bool {
        matches!(self, RegisterStatus::InForce | RegisterStatus::FeeGrace)
    }

    /// Whether the right has ended. `not_granted` is neither: it contradicts the report, for a person to see.
    pub fn has_ended(self) -> bool {
        !self.is_in_force() && self != RegisterStatus::NotGranted
    }

    /// The word used in JSON.
    pub fn word(self) -> &'static str {
        match self {
            RegisterStatus::InForce => "in_force",
            RegisterStatus::FeeGrace => "fee_grace",
            RegisterStatus::LapsedRestorable => "lapsed_restorable",
            RegisterStatus::Lapsed => "lapsed",
            RegisterStatus::Expired => "expired",
            RegisterStatus::Invalidated => "invalidated",
            RegisterStatus::Abandoned => "abandoned",
            RegisterStatus::NotGranted => "not_granted",
        }
    }
}

/// One entry of the register.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegisterEntry {
    /// Legal status.
    pub status: RegisterStatus,
    /// Patentee, as the register prints it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holder: Option<String>,
    /// Title or product.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Filing date.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filed_on: Option<Date>,
    /// Priority date.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority_on: Option<Date>,
    /// Date of the grant announcement.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub granted_on: Option<Date>,
    /// The text now in force (`granted`, or an invalidation decision's number); unknown when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text_version: Option<TextVersion>,
    /// The claims or designs of that text in force ("1", "2"); unknown when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub items_in_force: Option<Vec<String>>,
    /// The day the register was looked at.
    pub as_of: Date,
    /// Where it was looked up (a document, a query system), as the examiner names it.
    pub source: String,
    /// An invalidation request is pending.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invalidation_pending: Option<bool>,
}

impl RegisterEntry {
    /// Whether it is recent enough to prove anything on `today`.
    pub fn is_fresh(&self, today: Date) -> bool {
        let age = self.as_of.until(today).map_or(i32::MAX, |span| span.get_days());
        (0..=REGISTER_AGE_DAYS_MAX).contains(&age)
    }

    /// Whether none of `items` can carry a measure any more: the right has ended, or the text in force
    /// has none of them. `false` also where that is not known.
    ///
    /// Law: Patent Law 42, 44, 47(1); a measure needs a right (E-Commerce Law 42).
    pub fn carries_none_of(&self, items: &[String], today: Date) -> bool {
        let gone = |in_force: &Vec<String>| items.iter().all(|i| !in_force.contains(i));
        self.is_fresh(today) && (self.status.has_ended() || self.items_in_force.as_ref().is_some_and(gone))
    }
}

/// What a new entry changes that complaints under way must hear of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RegisterChange {
    /// 宣告全部无效. Law: Patent Law 47(1).
    Invalidated,
    /// 宣告部分无效: claims or designs are gone. Law: Patent Law 47(1).
    InvalidatedInPart,
    /// Another text is in force: verdicts on the old one do not speak of it.
    Amended,
    /// Ended for want of a fee, or abandoned. Law: Patent Law 44; Implementing Rules 115.
    Lapsed,
    /// 届满. Law: Patent Law 42.
    Expired,
    /// In force again after it had lapsed. Law: Implementing Rules 6.
    Restored,
    /// An invalidation decision no longer stands: what it took away is back. Law: Patent Law 46(2).
    DecisionRevoked,
    /// Another patentee. Law: Patent Law 10.
    HolderChanged,
    /// Filing or grant date corrected: the term is another one.
    DatesChanged,
    /// The register says that nothing was granted.
    NotGranted,
}

impl RegisterChange {
    /// The word used in JSON.
    pub fn word(self) -> &'static str {
        match self {
            RegisterChange::Invalidated => "invalidated",
            RegisterChange::InvalidatedInPart => "invalidated_in_part",
            RegisterChange::Amended => "amended",
            RegisterChange::Lapsed => "lapsed",
            RegisterChange::Expired => "expired",
            RegisterChange::Restored => "restored",
            RegisterChange::DecisionRevoked => "decision_revoked",
            RegisterChange::HolderChanged => "holder_changed",
            RegisterChange::DatesChanged => "dates_changed",
            RegisterChange::NotGranted => "not_granted",
        }
    }

    /// Whether it may give back what was taken: complaints whose measures were lifted hear of it too.
    pub fn gives_back(self) -> bool {
        matches!(self, RegisterChange::Restored | RegisterChange::DecisionRevoked)
    }
}

/// What `after` changes against `before`, sorted. Without an entry before, the patent is taken to be as
/// complaints assume it: granted and in force as granted.
pub fn changes(before: Option<&RegisterEntry>, after: &RegisterEntry) -> Vec<RegisterChange> {
    let mut found = Vec::new();
    status_change(before.map_or(RegisterStatus::InForce, |b| b.status), after.status, &mut found);
    text_change(before, after, &mut found);
    if let Some(before) = before {
        let differ = |a: Option<&String>, b: Option<&String>| a.zip(b).is_some_and(|(a, b)| a.trim() != b.trim());
        if differ(before.holder.as_ref(), after.holder.as_ref()) {
            found.push(RegisterChange::HolderChanged);
        }
        let moved = |a: Option<Date>, b: Option<Date>| a.zip(b).is_some_and(|(a, b)| a != b);
        if moved(before.filed_on, after.filed_on) || moved(before.granted_on, after.granted_on) {
            found.push(RegisterChange::DatesChanged);
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

fn status_change(before: RegisterStatus, after: RegisterStatus, found: &mut Vec<RegisterChange>) {
    use RegisterStatus::{Abandoned, Expired, FeeGrace, InForce, Invalidated, Lapsed, LapsedRestorable, NotGranted};
    if before == after {
        return;
    }
    if before == Invalidated {
        found.push(RegisterChange::DecisionRevoked);
    }
    match after {
        Invalidated => found.push(RegisterChange::Invalidated),
        Expired => found.push(RegisterChange::Expired),
        NotGranted => found.push(RegisterChange::NotGranted),
        // From restorable to final is the same end.
        Lapsed if before == LapsedRestorable => {}
        Lapsed | LapsedRestorable | Abandoned => found.push(RegisterChange::Lapsed),
        InForce | FeeGrace if before.has_ended() && before != Invalidated => found.push(RegisterChange::Restored),
        InForce | FeeGrace => {}
    }
}

fn text_change(before: Option<&RegisterEntry>, after: &RegisterEntry, found: &mut Vec<RegisterChange>) {
    let granted = TextVersion::Granted;
    let text_before = before.map_or(Some(&granted), |b| b.text_version.as_ref());
    let items_before = before.and_then(|b| b.items_in_force.as_ref());
    let lost = items_before.zip(after.items_in_force.as_ref()).is_some_and(|(b, a)| b.iter().any(|i| !a.contains(i)));
    let regained = items_before.zip(after.items_in_force.as_ref()).is_some_and(|(b, a)| a.iter().any(|i| !b.contains(i)));
    let (was, is) = (text_before, after.text_version.as_ref());
    let back = matches!((was, is), (Some(TextVersion::Decision { .. }), Some(TextVersion::Granted)));
    if back {
        found.push(RegisterChange::DecisionRevoked);
    } else if was.zip(is).is_some_and(|(a, b)| a != b) {
        found.push(RegisterChange::Amended);
    } else if regained {
        found.push(RegisterChange::DecisionRevoked);
    }
    if lost {
        found.push(RegisterChange::InvalidatedInPart);
    }
}

#[cfg(test)]
mod tests {
    use super::RegisterChange::{
        Amended, DatesChanged, DecisionRevoked, Expired, HolderChanged, Invalidated, InvalidatedInPart, Lapsed, NotGranted, Restored,
    };
    use super::*;
    use jiff::civil::date;

    fn entry(status: RegisterStatus) -> RegisterEntry {
        RegisterEntry {
            status,
            holder: Some("甲公司".into()),
            title: None,
            filed_on: Some(date(2023, 5, 10)),
            priority_on: None,
            granted_on: Some(date(2023, 11, 14)),
            text_version: Some(TextVersion::Granted),
            items_in_force: Some(vec!["1".into(), "2".into()]),
            as_of: date(2026, 11, 25),
            source: "专利登记簿副本".into(),
            invalidation_pending: None,
        }
    }

    fn decision(number: &str) -> Option<TextVersion> {
        Some(TextVersion::Decision { number: number.into() })
    }

    #[test]
    fn each_change_that_matters_is_named_and_no_other() {
        use RegisterStatus as S;
        let plain = entry(S::InForce);
        let of = |before: &RegisterEntry, change: &dyn Fn(&mut RegisterEntry)| {
            let mut after = before.clone();
            change(&mut after);
            changes(Some(before), &after)
        };
        assert_eq!(of(&plain, &|e| e.as_of = date(2026, 11, 26)), []);
        assert_eq!(of(&plain, &|e| e.status = S::FeeGrace), []);
        assert_eq!(of(&plain, &|e| e.status = S::Invalidated), [Invalidated]);
        assert_eq!(of(&plain, &|e| e.status = S::LapsedRestorable), [Lapsed]);
        assert_eq!(of(&plain, &|e| e.status = S::Abandoned), [Lapsed]);
        assert_eq!(of(&plain, &|e| e.status = S::Expired), [Expired]);
        assert_eq!(of(&plain, &|e| e.status = S::NotGranted), [NotGranted]);
        assert_eq!(of(&plain, &|e| e.holder = Some("乙公司".into())), [HolderChanged]);
        assert_eq!(of(&plain, &|e| e.holder = None), [], "not said is not another");
        assert_eq!(of(&plain, &|e| e.filed_on = Some(date(2023, 5, 11))), [DatesChanged]);
        let amended = of(&plain, &|e| e.text_version = decision("561234"));
        assert_eq!(amended, [Amended]);
        let part = |e: &mut RegisterEntry| {
            e.text_version = decision("561234");
            e.items_in_force = Some(vec!["2".into()]);
        };
        assert_eq!(of(&plain, &part), [InvalidatedInPart, Amended]);
        let mut partly = plain.clone();
        part(&mut partly);
        assert_eq!(changes(Some(&partly), &plain), [DecisionRevoked]);
        assert_eq!(of(&entry(S::Invalidated), &|e| e.status = S::InForce), [DecisionRevoked]);
        assert_eq!(of(&entry(S::LapsedRestorable), &|e| e.status = S::InForce), [Restored]);
        assert_eq!(of(&entry(S::LapsedRestorable), &|e| e.status = S::Lapsed), []);
        assert_eq!(changes(None, &plain), []);
        assert_eq!(changes(None, &entry(S::Invalidated)), [Invalidated]);
    }

    #[test]
    fn a_measure_is_carried_until_it_is_shown_that_nothing_carries_it() {
        let today = date(2026, 11, 25);
        let items = |all: &[&str]| all.iter().map(|i| (*i).to_owned()).collect::<Vec<_>>();
        let ended = entry(RegisterStatus::Invalidated);
        assert!(ended.carries_none_of(&items(&["1"]), today));
        assert!(!ended.carries_none_of(&items(&["1"]), date(2026, 12, 26)), "an old entry shows nothing");
        let mut part = entry(RegisterStatus::InForce);
        part.items_in_force = Some(items(&["2"]));
        assert!(part.carries_none_of(&items(&["1"]), today));
        assert!(!part.carries_none_of(&items(&["1", "2"]), today));
        part.items_in_force = None;
        assert!(!part.carries_none_of(&items(&["1"]), today));
        assert!(!entry(RegisterStatus::NotGranted).carries_none_of(&items(&["1"]), today));
    }
}
