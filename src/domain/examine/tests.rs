//! The ten checks, each red and green, and what they add up to.

use jiff::civil::{Date, date};

use super::*;
use crate::domain::patent::PatentKind;
use crate::domain::register::RegisterStatus;
use crate::domain::report::{Form, Readability, ReadingFlag, Seen, TextVersion};
use crate::domain::signature::{BadSignature, NotChecked, Signer, Untrusted};

const NUMBER: &str = "202330123456.4";
const TODAY: Date = date(2026, 11, 24);

fn seen<T>(value: T) -> Option<Seen<T>> {
    Some(Seen::new(value, 1, "…"))
}

fn good() -> ReportFacts {
    ReportFacts {
        pages: 2,
        form: seen(Form::DesignEvaluation),
        kind: Some(PatentKind::Design),
        patent_number: seen(right_number()),
        title: seen("台灯".into()),
        holder: seen("宁波明光灯具有限公司".into()),
        filed_on: seen(date(2023, 3, 8)),
        granted_on: seen(date(2023, 9, 1)),
        completed_on: seen(date(2026, 5, 12)),
        text_version: seen(TextVersion::Granted),
        verdicts: vec![ItemVerdict {
            page: Some(2),
            quote: Some("全部外观设计".into()),
            ..ItemVerdict::new("all", Verdict::NoDefectFound)
        }],
        ..ReportFacts::nothing_read(Readability::Text)
    }
}

/// `NUMBER` with its own check digit, so that the test does not count it by hand.
fn right_number() -> String {
    match crate::domain::patent::PatentNumber::parse(NUMBER) {
        Ok(n) => n.to_string(),
        Err(crate::domain::patent::PatentNumberError::CheckDigit { expected, .. }) => format!("{}.{expected}", &NUMBER[..12]),
        Err(other) => panic!("{other}"),
    }
}

fn register() -> RegisterEntry {
    RegisterEntry {
        status: RegisterStatus::InForce,
        holder: None,
        title: None,
        filed_on: None,
        priority_on: None,
        granted_on: None,
        text_version: Some(TextVersion::Granted),
        items_in_force: None,
        as_of: date(2026, 11, 1),
        source: "extract".into(),
        invalidation_pending: None,
    }
}

struct Case {
    facts: ReportFacts,
    register: Option<RegisterEntry>,
    level: Option<AuthenticityLevel>,
    items: Vec<String>,
    title: Option<&'static str>,
    act: Option<Date>,
}

impl Default for Case {
    fn default() -> Self {
        Case {
            facts: good(),
            register: Some(register()),
            level: Some(AuthenticityLevel::B),
            items: vec!["1".into()],
            title: None,
            act: None,
        }
    }
}

impl Case {
    fn examine(&self) -> Examined {
        let number = right_number();
        examine(&Examination {
            facts: &self.facts,
            notice: Some(Claimed {
                number: &number,
                title: self.title,
                holder: Some("宁波明光灯具 有限公司"),
                filed_on: Some(date(2023, 3, 8)),
                granted_on: None,
                asserted_items: &self.items,
                alleged_act_on: self.act,
            }),
            register: self.register.as_ref(),
            granted: self.level,
            on_record: &OnRecord::Nothing,
            today: TODAY,
        })
    }

    fn code(&self, check: Check) -> (CheckResult, String) {
        let examined = self.examine();
        let f = examined.findings.into_iter().find(|f| f.check == check).unwrap();
        (f.result, f.code)
    }
}

#[test]
fn a_good_report_with_proof_of_all_else_is_usable() {
    let examined = Case::default().examine();
    assert_eq!(examined.overall, Overall::Usable, "{:#?}", examined.findings);
    assert!(examined.findings.iter().all(|f| f.result == CheckResult::Pass));
    assert_eq!(examined.findings.len(), 10);
}

#[test]
fn each_check_can_fail_or_stay_unknown() {
    use CheckResult::{Fail, Unknown};
    let with = |change: fn(&mut Case)| {
        let mut case = Case::default();
        change(&mut case);
        case
    };
    let cases: Vec<(Case, Check, CheckResult, &str)> = vec![
        (with(|c| c.facts.form = None), Check::Kind, Unknown, "report.form_unread"),
        (with(|c| c.facts.form = seen(Form::SearchReport)), Check::Kind, Fail, "report.search_report"),
        (with(|c| c.facts.form = seen(Form::UtilityModelEvaluation)), Check::Kind, Fail, "report.wrong_kind"),
        (with(|c| c.facts.flags = vec![ReadingFlag::Simulated]), Check::Kind, Fail, "report.simulated"),
        (with(|c| c.facts.patent_number = seen("202330123456.X".into())), Check::Number, Fail, "patent.check_digit"),
        (with(|c| c.facts.patent_number = None), Check::Number, Unknown, "patent.number_unread"),
        (with(|c| c.facts.patent_number = seen("202123098145.4".into())), Check::Identity, Fail, "report.other_patent"),
        (with(|c| c.facts.filed_on = seen(date(2023, 3, 9))), Check::Identity, Fail, "report.date_differs"),
        (with(|c| c.title = Some("吊灯")), Check::Identity, Unknown, "report.name_differs"),
        (with(|c| c.level = None), Check::Authenticity, Unknown, "authenticity.unproven"),
        (with(|c| c.level = Some(AuthenticityLevel::D)), Check::Authenticity, Unknown, "authenticity.d"),
        (with(|c| c.level = Some(AuthenticityLevel::Broken)), Check::Authenticity, Fail, "authenticity.broken"),
        (with(|c| c.facts.completed_on = seen(date(2023, 8, 31))), Check::Dates, Fail, "report.before_grant"),
        (with(|c| c.facts.completed_on = seen(date(2026, 11, 25))), Check::Dates, Fail, "report.in_the_future"),
        (with(|c| c.facts.completed_on = None), Check::Dates, Unknown, "report.dates_unread"),
        (with(|c| c.facts.text_version = seen(TextVersion::Decision { number: "4".into() })), Check::Text, Unknown, "report.text_amended"),
        (with(|c| c.register.as_mut().unwrap().items_in_force = Some(vec!["2".into()])), Check::Text, Fail, "report.item_not_in_force"),
        (with(|c| c.register = None), Check::InForce, Unknown, "register.missing"),
        (with(|c| c.register.as_mut().unwrap().as_of = date(2026, 10, 24)), Check::InForce, Unknown, "register.too_old"),
        (with(|c| c.register.as_mut().unwrap().status = RegisterStatus::Lapsed), Check::InForce, Fail, "patent.lapsed"),
        (with(|c| c.act = Some(date(2023, 8, 31))), Check::InForce, Fail, "patent.act_before_grant"),
        (with(|c| c.facts.verdicts[0].verdict = Verdict::Unknown), Check::Coverage, Unknown, "report.items_unread"),
        (with(|c| c.facts.verdicts[0].verdict = Verdict::NotSearched), Check::Coverage, Fail, "report.not_searched"),
        (with(|c| c.facts.verdicts[0].verdict = Verdict::Defective), Check::Verdict, Fail, "report.defective"),
    ];
    for (case, check, result, code) in cases {
        assert_eq!(case.code(check), (result, code.to_owned()));
        assert_ne!(case.examine().overall, Overall::Usable, "{code}");
    }
}

fn signer() -> Signer {
    let at = |text: &str| text.parse().unwrap();
    Signer {
        name: "评价报告专用章".into(),
        issuer: "根CA".into(),
        serial: "01".into(),
        certificate_sha256: "00".into(),
        claimed_at: Some(at("2024-05-17T08:00:00Z")),
        valid_from: at("2024-01-01T00:00:00Z"),
        valid_until: at("2025-01-01T00:00:00Z"),
        anchor: Some("根CA".into()),
        format: "ETSI.CAdES.detached".into(),
        algorithm: "ecdsa_p256_sha256".into(),
        signatures: 1,
        not_checked: vec![NotChecked::Revocation],
        anchors: "a".into(),
    }
}

/// Check, code and level for a signature and what people granted.
fn of_signature(signature: SignatureSeen, level: Option<AuthenticityLevel>) -> (CheckResult, String, Option<AuthenticityLevel>) {
    let mut case = Case { level, ..Case::default() };
    case.facts.signature = signature;
    let (result, code) = case.code(Check::Authenticity);
    (result, code, case.examine().authenticity)
}

#[test]
fn each_state_of_a_signature_has_its_own_answer() {
    use CheckResult::{Fail, Pass, Unknown};
    let signer = || Box::new(signer());
    let timeless = |until: &str| {
        let timeless = Signer { claimed_at: None, valid_until: until.parse().unwrap(), ..*signer() };
        SignatureSeen::Trusted { signer: Box::new(timeless) }
    };
    let future = Signer { claimed_at: Some("2026-11-25T00:00:00Z".parse().unwrap()), ..*signer() };
    let appended = SignatureSeen::Appended { signer: signer(), signed_bytes: 7, signed_sha256: "ab".into() };
    let cases = [
        (SignatureSeen::Trusted { signer: signer() }, Pass, "authenticity.a", Some(AuthenticityLevel::A)),
        (timeless("2027-01-01T00:00:00Z"), Pass, "authenticity.a", Some(AuthenticityLevel::A)),
        (timeless("2026-01-01T00:00:00Z"), Unknown, "authenticity.expired", None),
        (SignatureSeen::Trusted { signer: Box::new(future) }, Unknown, "authenticity.signed_in_the_future", None),
        (SignatureSeen::Altered { signer: None }, Fail, "authenticity.broken", Some(AuthenticityLevel::Broken)),
        (SignatureSeen::Absent, Unknown, "authenticity.unproven", None),
        (SignatureSeen::Unknown, Unknown, "authenticity.unproven", None),
        (SignatureSeen::Untrusted { signer: signer(), why: Untrusted::NoPath }, Unknown, "authenticity.signer_untrusted", None),
        (SignatureSeen::Untrusted { signer: signer(), why: Untrusted::Purpose }, Unknown, "authenticity.certificate_purpose", None),
        (SignatureSeen::Expired { signer: signer() }, Unknown, "authenticity.expired", None),
        (appended, Unknown, "authenticity.appended", None),
        (SignatureSeen::Bad { why: BadSignature::ByteRange }, Unknown, "authenticity.bad_signature", None),
        (SignatureSeen::Unsupported { format: "GM.SES".into() }, Unknown, "authenticity.unsupported_format", None),
    ];
    for (signature, result, code, level) in cases {
        assert_eq!(of_signature(signature.clone(), None), (result, code.to_owned(), level), "{signature:?}");
        let mut case = Case { level: None, ..Case::default() };
        case.facts.signature = signature;
        let f = case.examine().findings.into_iter().find(|f| f.check == Check::Authenticity).unwrap();
        assert!(f.result == Pass || f.cure.is_some() && f.cure_zh.is_some(), "{f:?}");
    }
}

#[test]
fn what_people_granted_and_what_the_signature_shows_add_up() {
    use AuthenticityLevel::{A, B, Broken, C, D};
    use CheckResult::{Fail, Pass, Unknown};
    let trusted = || SignatureSeen::Trusted { signer: Box::new(signer()) };
    let altered = || SignatureSeen::Altered { signer: None };
    assert_eq!(of_signature(trusted(), Some(C)), (Pass, "authenticity.a".into(), Some(A)));
    assert_eq!(of_signature(trusted(), Some(Broken)), (Fail, "authenticity.broken".into(), Some(Broken)), "a person's no stands");
    assert_eq!(of_signature(altered(), Some(B)), (Fail, "authenticity.broken".into(), Some(Broken)));
    let bad = || SignatureSeen::Bad { why: BadSignature::Weak };
    assert_eq!(of_signature(bad(), Some(B)), (Pass, "authenticity.b".into(), Some(B)));
    assert_eq!(of_signature(bad(), Some(D)), (Unknown, "authenticity.bad_signature".into(), Some(D)));
    let mut case = Case::default();
    case.facts.signature = bad();
    let f = case.examine().findings.into_iter().find(|f| f.check == Check::Authenticity).unwrap();
    assert!(f.warning.is_some(), "level B passes, and the signature is told beside it");
}

#[test]
fn a_reading_holds_for_the_anchors_it_was_made_under() {
    let untrusted = SignatureSeen::Untrusted { signer: Box::new(signer()), why: Untrusted::NoPath };
    assert!(untrusted.holds_under("a") && !untrusted.holds_under("b"));
    assert!(SignatureSeen::Absent.holds_under("b") && SignatureSeen::Altered { signer: None }.holds_under("b"));
}

#[test]
fn an_expired_patent_fails_whatever_the_register_says() {
    let mut case = Case::default();
    case.facts.filed_on = seen(date(2011, 3, 8));
    case.register.as_mut().unwrap().filed_on = Some(date(2011, 3, 8));
    assert_eq!(case.code(Check::InForce), (CheckResult::Fail, "patent.expired".into()));
}

#[test]
fn within_the_grace_period_it_is_in_force_with_a_warning() {
    let mut case = Case::default();
    case.register.as_mut().unwrap().status = RegisterStatus::FeeGrace;
    let examined = case.examine();
    let f = examined.findings.iter().find(|f| f.check == Check::InForce).unwrap();
    assert!(f.result == CheckResult::Pass && f.warning.is_some() && f.cure.is_some());
}

#[test]
fn negative_part_and_unsearched_add_up_as_the_rules_say() {
    let verdicts = |words: &[Verdict]| {
        let mut case = Case { items: (1..=words.len()).map(|n| n.to_string()).collect(), ..Case::default() };
        case.facts.verdicts = words.iter().enumerate().map(|(i, v)| ItemVerdict::new((i + 1).to_string(), *v)).collect();
        case.examine().overall
    };
    use Verdict::{Defective, NoDefectFound, NotSearched, Unknown};
    assert_eq!(verdicts(&[NoDefectFound, NoDefectFound]), Overall::Usable);
    assert_eq!(verdicts(&[Defective, Defective]), Overall::Negative);
    assert_eq!(verdicts(&[Defective, NoDefectFound]), Overall::UsableInPart);
    assert_eq!(verdicts(&[NotSearched, NoDefectFound]), Overall::UsableInPart);
    assert_eq!(verdicts(&[NotSearched, NotSearched]), Overall::Unusable);
    assert_eq!(verdicts(&[Unknown, NoDefectFound]), Overall::Unverified);
    assert_eq!(verdicts(&[Unknown, Defective]), Overall::UsableInPart);
}

#[test]
fn without_a_notice_a_good_report_is_sound_by_itself() {
    let facts = good();
    let by_itself = |facts: &ReportFacts| {
        examine(&Examination { facts, notice: None, register: None, granted: None, on_record: &OnRecord::Nothing, today: TODAY })
    };
    let examined = by_itself(&facts);
    assert_eq!(examined.overall, Overall::Unverified);
    assert!(examined.is_sound_by_itself());
    let mut unread = good();
    unread.completed_on = None;
    assert!(!by_itself(&unread).is_sound_by_itself());
}

#[test]
fn items_are_normalised() {
    assert_eq!(normal_item("权利要求１"), Some("1".into()));
    assert_eq!(normal_item("设计 02"), Some("2".into()));
    assert_eq!(normal_item("0"), None);
    assert_eq!(normal_item("1-3"), None);
    assert_eq!(normal_item("12345"), None);
}

#[test]
fn nothing_fails_by_ocr_and_a_verdict_by_ocr_is_unknown_until_an_examiner_read_it() {
    use crate::domain::page_reading::{OnPage, PageReading, VerdictOnPage};
    use crate::domain::report::ReadBy;

    let mut facts = good();
    facts.readability = Readability::Ocr { engine: "test".into(), read_pages: vec![1, 2] };
    let guess = |confidence| ReadBy::Ocr { confidence };
    facts.verdicts =
        vec![ItemVerdict { proposed: Some(Verdict::NoDefectFound), read: guess(90), ..ItemVerdict::new("all", Verdict::Unknown) }];
    // In the future, as far as OCR can tell; and a form it is not sure of.
    facts.completed_on = Some(Seen { read: guess(95), ..Seen::new(date(2027, 5, 12), 1, "…") });
    facts.form = Some(Seen { read: guess(OCR_CONFIDENCE_MIN - 1), ..Seen::new(Form::DesignEvaluation, 1, "…") });
    let register = register();
    let found = |facts: &ReportFacts| {
        let x = Examination {
            facts,
            notice: None,
            register: Some(&register),
            granted: Some(AuthenticityLevel::B),
            on_record: &OnRecord::Nothing,
            today: TODAY,
        };
        let examined = examine(&x);
        [Check::Kind, Check::Dates, Check::Verdict].map(|check| examined.findings.iter().find(|f| f.check == check).unwrap().clone())
    };
    let [kind, dates, verdict] = found(&facts);
    assert_eq!((kind.result, kind.confidence), (CheckResult::Unknown, Some(OCR_CONFIDENCE_MIN - 1)));
    assert_eq!((dates.result, dates.code.as_str()), (CheckResult::Unknown, "report.in_the_future"));
    assert_eq!((verdict.result, verdict.code.as_str()), (CheckResult::Unknown, "report.verdict_by_ocr"));
    assert!([&kind, &dates, &verdict].iter().all(|f| f.cure.is_some()));
    let read = PageReading {
        form: Some(OnPage { value: Form::DesignEvaluation, page: 1 }),
        completed_on: Some(OnPage { value: date(2026, 5, 12), page: 1 }),
        verdicts: vec![VerdictOnPage { item: "all".into(), verdict: Verdict::NoDefectFound, page: 2 }],
        ..PageReading::default()
    };
    for f in found(&facts.with_readings(&[read])) {
        assert_eq!((f.result, f.supplied_by), (CheckResult::Pass, SuppliedBy::Examiner), "{f:?}");
    }
}
