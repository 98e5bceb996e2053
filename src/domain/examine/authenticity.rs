//! Check four: is the report genuine? By what people granted and by what the file's signature shows.

use super::finding::{Words, finding};
use super::{AuthenticityLevel, Check, CheckResult, Examination, Finding, SuppliedBy};
use crate::domain::signature::{BadSignature, NotChecked, SignatureSeen, Signer, Standing, Untrusted};

use CheckResult::{Fail, Pass, Unknown};

const LAW: &str = "电子签名法 13, 14; 国家知识产权局公告第349号";
const COMPARE: Words<'static> = ("have it compared with a copy obtained from the patent office", "与国家知识产权局出具的副本核对");
const AS_SIGNED: Words<'static> = (
    "supply the file as it was signed, or have it compared with a copy obtained from the patent office",
    "补交签名后未经改动的原文件，或者与国家知识产权局出具的副本核对",
);

pub(super) fn check(x: &Examination, level: Option<AuthenticityLevel>) -> Finding {
    let make = |r, words| finding(Check::Authenticity, r, words, LAW).by(SuppliedBy::Examiner);
    let signature = &x.facts.signature;
    let found = match level {
        Some(AuthenticityLevel::A) => {
            let f = make((Pass, "authenticity.a"), ("signed to a trust anchor", "电子签名可验证至受信根证书")).by(SuppliedBy::Signature);
            return match signature.signer() {
                Some(signer) => Finding { quote: Some(shown(signer)), warning: Some(not_checked(signer)), ..f.saw("A") },
                None => f.saw("A"),
            };
        }
        Some(AuthenticityLevel::Broken) if matches!(signature, SignatureSeen::Altered { .. }) => {
            return of_signature(x);
        }
        Some(AuthenticityLevel::B) => {
            make((Pass, "authenticity.b"), ("compared with a copy of the patent office by two people", "经两人与官方副本核对一致")).saw("B")
        }
        Some(AuthenticityLevel::C) => make((Pass, "authenticity.c"), ("an examiner sighted the original", "判定员已核对原件")).saw("C"),
        Some(AuthenticityLevel::Revoked) => {
            let words = ("a person recorded that it is not genuine", "已由判定员记录该报告不真实");
            return make((Fail, "authenticity.revoked"), words).saw("revoked");
        }
        Some(AuthenticityLevel::Broken) => {
            return make((Fail, "authenticity.broken"), ("found altered or false", "经核实文件被改动或者不真实")).saw("broken");
        }
        Some(AuthenticityLevel::D) if matches!(signature, SignatureSeen::Absent | SignatureSeen::Unknown) => {
            make((Unknown, "authenticity.d"), ("only the complainant's undertaking", "仅有投诉人的承诺"))
                .saw("D")
                .by(SuppliedBy::Complainant)
                .cure(COMPARE)
        }
        Some(AuthenticityLevel::D) | None => return of_signature(x),
    };
    // What a person proved otherwise stands; that the signature says something else is told beside it.
    let beside = of_signature(x);
    let tells = !matches!(signature, SignatureSeen::Absent | SignatureSeen::Unknown);
    Finding { warning: tells.then_some(beside.message), ..found }
}

/// What the signature alone says, where it proves nothing or the contrary.
fn of_signature(x: &Examination) -> Finding {
    let make = |r, words| finding(Check::Authenticity, r, words, LAW).by(SuppliedBy::Signature);
    let signature = &x.facts.signature;
    let with = |f: Finding, signer: &Signer| Finding { quote: Some(shown(signer)), ..f.saw(signature.word()) };
    match signature {
        SignatureSeen::Absent | SignatureSeen::Unknown => {
            make((Unknown, "authenticity.unproven"), ("nobody has shown that it is genuine", "尚未证明报告的真实性"))
                .by(SuppliedBy::Nobody)
                .cure(COMPARE)
        }
        SignatureSeen::Altered { signer } => {
            let f = make((Fail, "authenticity.broken"), ("altered after it was signed", "签名后内容被改动")).saw("broken").cure(AS_SIGNED);
            Finding { quote: signer.clone(), ..f }
        }
        SignatureSeen::Trusted { signer } => with(trusted_in_vain(signer, x), signer),
        SignatureSeen::Untrusted { signer, why } => with(untrusted(*why), signer),
        SignatureSeen::Expired { signer } => {
            let f = make((Unknown, "authenticity.expired"), ("a certificate was not valid when it was signed", "签名时证书不在有效期内"));
            with(f.wanted(format!("{} … {}", signer.valid_from, signer.valid_until)).cure(COMPARE), signer)
        }
        SignatureSeen::Appended { signer, signed_bytes, signed_sha256 } => {
            let words = (
                "bytes were added after it was signed; only the signed revision was read",
                "签名后文件被追加内容；仅读取了签名所覆盖的版本",
            );
            let cure = (
                &*format!("supply the signed revision alone: the first {signed_bytes} bytes, SHA-256 {signed_sha256}"),
                &*format!("仅提交签名所覆盖的版本：文件的前{signed_bytes}字节，SHA-256 {signed_sha256}"),
            );
            with(make((Unknown, "authenticity.appended"), words).cure(cure), signer)
        }
        SignatureSeen::Bad { why } => {
            let (word, words) = bad(*why);
            make((Unknown, "authenticity.bad_signature"), words).saw(word).cure(AS_SIGNED)
        }
        SignatureSeen::Unsupported { format } => {
            let words = (&*format!("signed in a format that is not supported: {format}"), &*format!("签名格式暂不支持验证：{format}"));
            make((Unknown, "authenticity.unsupported_format"), words).saw(format).cure(COMPARE)
        }
    }
}

fn trusted_in_vain(signer: &Signer, x: &Examination) -> Finding {
    let make = |code, words| finding(Check::Authenticity, (Unknown, code), words, LAW).by(SuppliedBy::Signature).cure(COMPARE);
    match signer.standing(x.today) {
        Standing::InTheFuture => make("authenticity.signed_in_the_future", ("signed at a time that has not come", "签名所称时间晚于今日"))
            .wanted(format!("≤ {}", x.today)),
        Standing::NotValidToday | Standing::Good => make(
            "authenticity.expired",
            ("it does not say when it was signed, and a certificate is not valid today", "签名未载明时间，且证书今日不在有效期内"),
        )
        .wanted(format!("{} … {}", signer.valid_from, signer.valid_until)),
    }
}

fn untrusted(why: Untrusted) -> Finding {
    let make = |code, words| finding(Check::Authenticity, (Unknown, code), words, LAW).by(SuppliedBy::Signature).cure(COMPARE);
    match why {
        Untrusted::NoPath => make(
            "authenticity.signer_untrusted",
            ("signed, but not by anybody who is known to be trusted here", "已签名，但签名证书不能验证至受信根证书"),
        ),
        Untrusted::Purpose => make(
            "authenticity.certificate_purpose",
            ("signed with a certificate that is not meant for documents", "签名证书的用途不是文件签名"),
        ),
        Untrusted::TooManyChecks => make(
            "authenticity.too_many_certificates",
            ("the certificates that came with the signature are too many to check", "随签名附带的证书过多，无法逐一验证"),
        ),
    }
}

fn bad(why: BadSignature) -> (&'static str, Words<'static>) {
    match why {
        BadSignature::Unreachable => {
            ("unreachable", ("the file holds a signature that its form does not lead to", "文件含有签名数据，但表单中没有对应的签名域"))
        }
        BadSignature::Unreadable => ("unreadable", ("the signature field cannot be read", "签名域无法读取")),
        BadSignature::ByteRange => ("byte_range", ("the signed range is malformed", "签名所覆盖的字节范围有误")),
        BadSignature::Contents => ("contents", ("the signed range leaves out more than the signature", "签名范围之外含有签名以外的内容")),
        BadSignature::Cms => ("cms", ("the signature itself cannot be read", "签名数据无法读取")),
        BadSignature::Attributes => ("attributes", ("the attributes of the signature break a rule", "签名属性不符合规范")),
        BadSignature::Weak => {
            ("weak", ("the signature uses a digest or key that is no longer safe", "签名使用了不再安全的摘要算法或者密钥"))
        }
        BadSignature::Algorithm => ("algorithm", ("the algorithms of the signature contradict each other", "签名算法相互矛盾")),
        BadSignature::CertificateMissing => ("certificate_missing", ("the signer's certificate is missing", "缺少签名人的证书")),
        BadSignature::Signature => ("signature", ("the signature was not made by the certificate's key", "签名与证书的密钥不符")),
        BadSignature::TooMany => ("too_many", ("the file holds too many signatures", "文件含有过多签名")),
    }
}

/// Who signed and when, in one line.
fn shown(signer: &Signer) -> String {
    let when = signer.claimed_at.map(|t| format!(", {t}")).unwrap_or_default();
    format!("{} ({}){when}", signer.name, signer.issuer)
}

fn not_checked(signer: &Signer) -> String {
    let words: Vec<&str> = signer
        .not_checked
        .iter()
        .map(|n| match n {
            NotChecked::Revocation => "revocation",
            NotChecked::TimeStamp => "the time stamp",
        })
        .collect();
    format!("not checked: {}", words.join(", "))
}
