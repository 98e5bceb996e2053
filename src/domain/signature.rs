//! What the digital signatures of a file show, and what was not checked. How they are verified is
//! `intake::signature`; what follows for a report is `examine`.
//!
//! A signature's time is what the signer says: no time stamp is verified. So a signature counts when its
//! certificates were valid at the time it claims, and that time has come; where it claims none, when they
//! are valid on the day it is looked at.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::calendar::shanghai_date;

/// Who signed, with what, and what was checked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signer {
    /// Common name in the certificate, or its organisation.
    pub name: String,
    /// The same of who issued the certificate.
    pub issuer: String,
    /// Serial number of the certificate, hexadecimal.
    pub serial: String,
    /// SHA-256 of the certificate, hexadecimal.
    pub certificate_sha256: String,
    /// When it was signed, in the signer's own words.
    pub claimed_at: Option<Timestamp>,
    /// From when every certificate of the chain is valid; of the signer's alone where there is no chain.
    pub valid_from: Timestamp,
    /// Until when.
    pub valid_until: Timestamp,
    /// Name of the trust anchor the chain ends at.
    pub anchor: Option<String>,
    /// Format of the signature, as the file names it.
    pub format: String,
    /// Algorithms: `ecdsa_p256_sha256`, `rsa_sha256`, `rsa_pss_sha256`, `sm2_sm3`, …
    pub algorithm: String,
    /// Signatures in the file; this is the one that counts.
    pub signatures: u32,
    /// What was not checked.
    pub not_checked: Vec<NotChecked>,
    /// Which trust anchors it was checked against: the digest of the set.
    pub anchors: String,
}

/// Something about a signature that is not checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NotChecked {
    /// Whether the certificate was revoked.
    Revocation,
    /// A time stamp that came with it.
    TimeStamp,
}

/// Why a sound signature is not trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Untrusted {
    /// No chain of certificates leads to a trust anchor.
    NoPath,
    /// The certificate is not meant for signing documents.
    Purpose,
    /// Finding out would have taken more checks of certificates than are made for one file.
    TooManyChecks,
}

/// Why a signature cannot be relied on, although nothing shows that the file was altered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BadSignature {
    /// The bytes speak of a signature that no form field of the file leads to.
    Unreachable,
    /// The field's value cannot be read.
    Unreadable,
    /// The signed range is malformed.
    ByteRange,
    /// What the signed range leaves out is not the signature, whole and alone.
    Contents,
    /// The signature is not one that can be read.
    Cms,
    /// Its signed attributes break a rule.
    Attributes,
    /// A digest or key that is no longer safe (SHA-1, MD5, RSA under 2048 bits).
    Weak,
    /// Algorithms that contradict each other or the key.
    Algorithm,
    /// The signer's certificate is not in it.
    CertificateMissing,
    /// It was not made by the key of the certificate.
    Signature,
    /// More signatures than are looked at.
    TooMany,
}

/// What the digital signatures of a file show. Words are stable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum SignatureSeen {
    /// None.
    Absent,
    /// The whole file is as it was signed, and the chain ends at a trust anchor.
    Trusted {
        /// Who signed.
        signer: Box<Signer>,
    },
    /// The whole file is as it was signed; who signed is not known to be trusted.
    Untrusted {
        /// Who signed, in its own words.
        signer: Box<Signer>,
        /// Why it is not trusted.
        why: Untrusted,
    },
    /// The same as trusted, but a certificate was not valid when it says it was signed.
    Expired {
        /// Who signed.
        signer: Box<Signer>,
    },
    /// What was signed is whole, and bytes were added after it. Facts are read of the signed revision only.
    Appended {
        /// Who signed that revision.
        signer: Box<Signer>,
        /// Size of the signed revision: the first so many bytes.
        signed_bytes: u64,
        /// Its SHA-256, hexadecimal.
        signed_sha256: String,
    },
    /// Bytes that were signed were changed afterwards.
    Altered {
        /// Who had signed, by the certificate that came with it.
        signer: Option<String>,
    },
    /// There is one that cannot be relied on.
    Bad {
        /// Why.
        why: BadSignature,
    },
    /// There is one in a format or algorithm this version does not know.
    Unsupported {
        /// The format, as the file names it.
        format: String,
    },
    /// The file could not be searched for one.
    Unknown,
}

/// How a trusted signature stands on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It counts.
    Good,
    /// It claims no time, and its certificates are not valid today.
    NotValidToday,
    /// It claims a time that has not come.
    InTheFuture,
}

impl SignatureSeen {
    /// The word used in JSON.
    pub fn word(&self) -> &'static str {
        match self {
            SignatureSeen::Absent => "absent",
            SignatureSeen::Trusted { .. } => "trusted",
            SignatureSeen::Untrusted { .. } => "untrusted",
            SignatureSeen::Expired { .. } => "expired",
            SignatureSeen::Appended { .. } => "appended",
            SignatureSeen::Altered { .. } => "altered",
            SignatureSeen::Bad { .. } => "bad",
            SignatureSeen::Unsupported { .. } => "unsupported",
            SignatureSeen::Unknown => "unknown",
        }
    }

    /// The signer of a signature that is sound.
    pub fn signer(&self) -> Option<&Signer> {
        match self {
            SignatureSeen::Trusted { signer }
            | SignatureSeen::Untrusted { signer, .. }
            | SignatureSeen::Expired { signer }
            | SignatureSeen::Appended { signer, .. } => Some(signer),
            SignatureSeen::Absent
            | SignatureSeen::Altered { .. }
            | SignatureSeen::Bad { .. }
            | SignatureSeen::Unsupported { .. }
            | SignatureSeen::Unknown => None,
        }
    }

    /// Whether this would still be the answer under a set of trust anchors, given its digest: what was
    /// checked against another set must be read again.
    pub fn holds_under(&self, anchors: &str) -> bool {
        self.signer().is_none_or(|s| s.anchors == anchors)
    }
}

impl Signer {
    /// How a trusted signature stands on a day in Shanghai.
    pub fn standing(&self, today: Date) -> Standing {
        match self.claimed_at {
            Some(claimed) if shanghai_date(claimed) > today => Standing::InTheFuture,
            Some(_) => Standing::Good,
            None if (shanghai_date(self.valid_from)..=shanghai_date(self.valid_until)).contains(&today) => Standing::Good,
            None => Standing::NotValidToday,
        }
    }
}
