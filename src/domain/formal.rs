//! The formal check (形式审查): is everything there that a notice must have? What is missing and can
//! be supplied is asked for (补正); what can never be accepted is refused (不予受理).
//!
//! Law: E-Commerce Law 42(1); Civil Code 1195; 法发〔2020〕32号 Art. 5.

use jiff::civil::Date;

use super::complaint::{DocumentFiled, Missing};
use super::notice::{Capacity, DocumentKind};

/// Working days for a supplement, counted from the request (policy of the service).
pub const SUPPLEMENT_WORKING_DAYS: u32 = 5;

/// Working days for the formal check (policy of the service).
pub const FORMAL_CHECK_WORKING_DAYS: u32 = 2;

/// What the formal check looks at.
pub struct FormalInput<'a> {
    /// Capacity of the complainant.
    pub capacity: Capacity,
    /// Whether an agent files.
    pub has_agent: bool,
    /// Whether the truth guarantee was given.
    pub truth_guarantee: bool,
    /// Whether a confirmed service address was given.
    pub service_address: bool,
    /// Whether an evaluation report was filed.
    pub has_report: bool,
    /// Documents filed so far.
    pub documents: &'a [DocumentFiled],
    /// Whether a platform referred it for an opinion: what a notice must have was for the platform to check.
    pub referred: bool,
    /// Day of the check, Asia/Shanghai.
    pub today: Date,
    /// Last day of the patent's term by the number or a source beyond the complainant, if it is over.
    pub term_ended_on: Option<Date>,
}

/// Result of the formal check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FormalResult {
    /// 受理
    Accepted,
    /// 补正
    Missing(Vec<Missing>),
    /// 不予受理
    Refused(Vec<Missing>),
}

/// The formal check.
pub fn formal_check(x: &FormalInput) -> FormalResult {
    if let Some(ended) = x.term_ended_on {
        return FormalResult::Refused(vec![Missing::of(
            "patent.term_ended",
            (&format!("the term of the patent ended on {ended}"), &format!("专利权期限已于{ended}届满")),
            ("none: an expired patent cannot be asserted", "无法补正"),
            "专利法 42",
        )]);
    }
    if x.referred {
        return FormalResult::Accepted;
    }
    let mut found = Vec::new();
    let has = |kinds: &[DocumentKind]| x.documents.iter().any(|d| kinds.contains(&d.kind));
    let mut need = |ok: bool, m: fn() -> Missing| {
        if !ok {
            found.push(m());
        }
    };
    need(has(&[DocumentKind::GrantPublication]), grant_publication);
    need(has(&[DocumentKind::PatentCertificate, DocumentKind::RegisterExtract]), certificate);
    need(has(&[DocumentKind::Identity]), identity);
    need(x.truth_guarantee, truth_guarantee);
    need(x.service_address, service_address);
    need(!x.has_agent || power_of_attorney_holds(x), power_of_attorney);
    match x.capacity {
        Capacity::Patentee => {}
        Capacity::CoOwner => need(has(&[DocumentKind::CoownerConsent]), coowner_consent),
        Capacity::ExclusiveLicensee | Capacity::SoleLicensee | Capacity::OrdinaryLicensee => {
            need(has(&[DocumentKind::Licence]), licence);
        }
    }
    let other_proof = has(&[DocumentKind::MaintainingDecision, DocumentKind::Judgment]);
    need(x.has_report || other_proof, report);
    if found.is_empty() { FormalResult::Accepted } else { FormalResult::Missing(found) }
}

fn power_of_attorney_holds(x: &FormalInput) -> bool {
    x.documents.iter().any(|d| d.kind == DocumentKind::PowerOfAttorney && d.until.is_none_or(|until| until >= x.today))
}

impl Missing {
    /// What is missing and what cures it, each in English and Chinese, and the legal source.
    pub(super) fn of(code: &str, message: (&str, &str), cure: (&str, &str), law: &str) -> Self {
        Missing {
            code: code.into(),
            message: message.0.into(),
            message_zh: message.1.into(),
            cure: cure.0.into(),
            cure_zh: cure.1.into(),
            law: law.into(),
        }
    }
}

fn grant_publication() -> Missing {
    Missing::of(
        "document.grant_publication",
        ("the granted claims or pictures are missing", "缺少授权公告文本（权利要求书或者图片照片）"),
        ("supply the grant publication", "补交授权公告文本"),
        "法发〔2020〕32号 5",
    )
}

fn certificate() -> Missing {
    Missing::of(
        "document.certificate_or_extract",
        ("neither the patent certificate nor a register extract was filed", "缺少专利证书或者专利登记簿副本"),
        ("supply one of them", "补交其中之一"),
        "法发〔2020〕32号 5",
    )
}

fn identity() -> Missing {
    Missing::of(
        "document.identity",
        ("the identity document of the complainant is missing", "缺少权利人身份证明"),
        ("supply it", "补交身份证明"),
        "民法典 1195",
    )
}

fn truth_guarantee() -> Missing {
    Missing::of(
        "notice.truth_guarantee",
        ("the written guarantee of truth is missing", "缺少通知真实性的书面保证"),
        ("supply the guarantee", "补交书面保证"),
        "法发〔2020〕32号 5",
    )
}

fn service_address() -> Missing {
    Missing::of(
        "notice.service_address",
        ("no service address was confirmed", "未确认送达地址"),
        ("confirm a service address", "补交送达地址确认书"),
        "电子签名法 11",
    )
}

fn power_of_attorney() -> Missing {
    Missing::of(
        "document.power_of_attorney",
        ("an agent files without a power of attorney that covers today", "代理人未提交有效的授权委托书"),
        ("supply a power of attorney", "补交授权委托书"),
        "民法典 165",
    )
}

fn coowner_consent() -> Missing {
    Missing::of(
        "document.coowner_consent",
        ("the consent of the other owners is missing", "缺少其他共有人的同意"),
        ("supply it", "补交共有人同意书"),
        "专利法 14",
    )
}

fn licence() -> Missing {
    Missing::of(
        "document.licence",
        ("the licence that gives standing is missing", "缺少许可合同"),
        ("supply the licence", "补交许可合同"),
        "法发〔2020〕32号 5",
    )
}

fn report() -> Missing {
    Missing::of(
        "document.evaluation_report",
        ("no evaluation report, maintaining decision or judgment was filed", "缺少专利权评价报告、维持有效的决定或者生效判决"),
        ("supply the evaluation report", "补交专利权评价报告"),
        "专利法 66(2); 法发〔2020〕32号 5",
    )
}
