//! Repeated infringement: the record on which a platform may be advised to end its business with a shop (终止交易和服务).
//! It is only ever proposed, with the record, and the platform decides. A proposal whose record falls is taken back.
//!
//! Law: E-Commerce Law 42(1); 法发〔2020〕32号 3: a platform may end it with who infringes repeatedly and deliberately
//! (多次、故意). Whether it was deliberate is no finding of this service.
//!
//! # Why
//! Any earlier complaint that falls takes the whole proposal with it, also where enough of them are left: the record that was
//! proposed on is not true any more, and whether what is left is enough, two examiners decide anew. What only casts doubt on
//! one (an appeal that waits, a statement under way) takes nothing back until it is decided: else whoever is to lose its shop
//! would end the proposal by asking.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::complaint::{Complaint, Determination, Event, Listing, Measure, Transition};

/// Earlier complaints upheld against a shop from which on a termination may be proposed: three with the one at hand, as
/// 多次 is read elsewhere (法释〔2013〕8号 3). Policy.
pub const EARLIER_MIN: usize = 2;
/// Most earlier complaints a record names, the latest first.
pub const RECORD_MAX: usize = 20;

/// What goes with a proposal, in Chinese.
pub const PROPOSAL_TEXT: &str = "record 所列为该店铺此前经人工判定或者由有权机关认定构成侵权、已经终局且未被推翻的投诉。是否属于多次、故意侵权，是否终止交易和服务，由贵平台依法自行决定；本项仅为建议，不具有约束力。";

/// What goes with the withdrawal of a proposal, in Chinese.
pub const WITHDRAWAL_TEXT: &str = "此前就 shop 所列店铺提出的终止交易和服务的建议，其所依据的重复侵权记录已不成立（见 fallen），该建议自 withdrawn_on 起撤回，请勿再以其为依据；在本通知之后才送达的同一建议亦同。本投诉就商品链接所请求的措施不变。";
/// What goes with a lift that ends a proposal, in Chinese.
pub const ENDED_TEXT: &str = "本投诉所请求的措施终止，此前在本投诉中就该店铺提出的终止交易和服务的建议同时撤回，请勿再以其为依据。";

/// An earlier complaint in which a person or an authority found infringement against the same shop, final and not
/// overturned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Earlier {
    /// The complaint.
    pub complaint: Uuid,
    /// Its reference.
    pub reference: String,
    /// Its patent.
    pub patent_number: String,
    /// The day it ended, Asia/Shanghai.
    pub ended_on: Date,
    /// The day from which on it was final.
    pub final_from: Date,
}

/// Why an earlier complaint does not count any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FellWhy {
    /// The finding was overturned: on appeal, on evidence, by an authority, with the patent.
    Overturned,
    /// Who complained took it back.
    Withdrawn,
    /// The measure it led to was lifted for another reason.
    Lifted,
}

/// An earlier complaint of a record that does not count any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fallen {
    /// The complaint.
    pub complaint: Uuid,
    /// Its reference.
    pub reference: String,
    /// Its patent.
    pub patent_number: String,
    /// Why.
    pub why: FellWhy,
}

/// Whether a person or an authority found a listing infringing, and that stands.
pub fn counts(l: &Listing) -> bool {
    l.determination == Determination::Infringing && l.by_human && l.measure != Measure::LiftRequested
}

/// Why what a complaint found of the listings of a shop does not count any more; none: some of it does.
pub fn fell(c: &Complaint, of_shop: impl Fn(&Listing) -> bool) -> Option<FellWhy> {
    let all: Vec<&Listing> = c.listings.iter().filter(|l| of_shop(l)).collect();
    let determined = |l: &Listing| matches!(l.determination, Determination::NotInfringing | Determination::Undetermined);
    match () {
        () if all.iter().any(|l| counts(l)) => None,
        () if all.iter().any(|l| l.overturned || determined(l)) => Some(FellWhy::Overturned),
        () if all.iter().any(|l| l.determination == Determination::Withdrawn) => Some(FellWhy::Withdrawn),
        () => Some(FellWhy::Lifted),
    }
}

/// Whether records of repetition have to be looked at because of a transition: a finding may count no more that they name, or
/// a proposal goes out whose record fell while it was confirmed.
pub fn bears_on_records(t: &Transition) -> bool {
    let proposes = |lines: &[super::complaint::LineDecided]| lines.iter().any(|l| !l.repetition.is_empty());
    let may_have_fallen = |line: &u32| t.after().listing(*line).is_some_and(|l| l.filed.shop.is_some() && l.by_human && !counts(l));
    t.events().iter().any(|event| match event {
        Event::Decided(d) if proposes(&d.lines) => true,
        Event::ReviewDecided(r) if proposes(&r.lines) => true,
        // The first decision on a listing takes nothing back.
        Event::Decided(_) => event.lines().iter().any(|n| may_have_fallen(n) && t.after().listing(*n).is_some_and(|l| l.overturned)),
        Event::ReviewDecided(_) | Event::LiftDecided(_) | Event::WaitingPeriodEnded(_) | Event::Withdrawn(_) | Event::AuthorityActed(_) => {
            event.lines().iter().any(may_have_fallen)
        }
        _ => false,
    })
}
