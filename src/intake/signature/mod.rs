//! The digital signatures of a PDF: who signed what, and whether it is still so.
//!
//! Order of the checks of one signature:
//! 1. [`fields`]: every form field of type `Sig` with a value, readable or not, is a signature. What it
//!    signs begins with the file, leaves out exactly its own `/Contents`, and ends within the file.
//! 2. [`cms`]: one signer, content outside; attributes once each; the key's signature over them; the
//!    digest of the bytes. RSA, ECDSA on P-256 and P-384, SM2 ([`keys`]); SHA-1, MD5 and RSA under 2048
//!    bits are refused.
//! 3. [`chain`]: from the certificate to a trust anchor ([`anchors`]), valid at the time claimed, within
//!    a budget of checks. Name constraints and other critical extensions that are not understood end a chain.
//!
//! Then what they show together: one that was altered tells against the file; of the sound ones the best
//! trusted counts, and where it does not reach the end of the file, bytes were appended: then only the
//! revision it signs is read.
//!
//! Time stamps and revocation are named as not checked.
//!
//! # Why here
//! Verifying, chain included, runs in the reading child: certificates are as hostile as pages. The child
//! has no files, so it is told the trust anchors before the document. What it answers holds for those
//! anchors only and carries their digest; a stored reading made under others is read again. It knows no
//! clock: whether a claimed time has come is for `domain::signature` to say, so a reading never goes stale.

mod anchors;
mod asn1;
mod certificate;
mod chain;
mod cms;
mod fields;
mod keys;

use hayro_syntax::Pdf;
use sha2::{Digest, Sha256};

pub use anchors::{ANCHORS_MAX, AnchorsError, TrustAnchors};

use crate::domain::signature::{BadSignature, NotChecked, SignatureSeen, Signer, Untrusted};
use chain::{Budget, CHECKS_MAX, Chain, Search, covers};
use cms::Fault;
use fields::Found;

/// Formats that are understood, and whether each must name its certificate.
const FORMATS: [(&str, bool); 2] = [("adbe.pkcs7.detached", false), ("ETSI.CAdES.detached", true)];
/// A time stamp over the whole document; it is nobody's signature.
const DOCUMENT_TIME_STAMP: &str = "ETSI.RFC3161";

/// What the signatures of a file show.
pub fn verify(bytes: &[u8], anchors: &TrustAnchors) -> SignatureSeen {
    match Pdf::new(bytes.to_vec()) {
        Ok(pdf) => seen(&pdf, anchors),
        Err(_) => SignatureSeen::Unknown,
    }
}

/// What the signatures of an opened file show.
pub(super) fn seen(pdf: &Pdf, anchors: &TrustAnchors) -> SignatureSeen {
    let bytes = pdf.data().as_ref();
    match fields::find(pdf, bytes) {
        Ok(found) if found.is_empty() => SignatureSeen::Absent,
        Ok(found) => together(&found, bytes, anchors),
        Err(why) => SignatureSeen::Bad { why },
    }
}

/// A sound signature, with how far its chain leads.
struct Checked {
    end: usize,
    signer: Signer,
    trust: Trust,
}

/// The worse comes first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Trust {
    Not(Untrusted),
    Expired,
    Full,
}

/// Altered before bad before what is sound: a file is as good as the worst that is said of it.
fn together(found: &[Found<'_>], bytes: &[u8], anchors: &TrustAnchors) -> SignatureSeen {
    let mut budget = Budget(CHECKS_MAX);
    let stamped = found.iter().any(|f| f.format == DOCUMENT_TIME_STAMP);
    let (mut sound, mut unsupported, mut altered, mut bad) = (Vec::new(), None, None, None);
    for f in found {
        match one(f, anchors, &mut budget) {
            Ok(mut checked) => {
                checked.signer.signatures = u32::try_from(found.len()).unwrap_or(u32::MAX);
                if stamped && !checked.signer.not_checked.contains(&NotChecked::TimeStamp) {
                    checked.signer.not_checked.push(NotChecked::TimeStamp);
                }
                sound.push(checked);
            }
            Err(Fault::Altered { signer }) => altered = altered.or(Some(signer)),
            Err(Fault::Bad(why)) => bad = bad.or(Some(why)),
            Err(Fault::Unsupported(format)) => unsupported = unsupported.or(Some(format)),
        }
    }
    if let Some(signer) = altered {
        return SignatureSeen::Altered { signer };
    }
    if let Some(why) = bad {
        return SignatureSeen::Bad { why };
    }
    let best = sound.into_iter().max_by_key(|c| (c.trust, c.end));
    match (best, unsupported) {
        (Some(best), _) => verdict(best, bytes),
        (None, Some(format)) => SignatureSeen::Unsupported { format },
        (None, None) => SignatureSeen::Bad { why: BadSignature::Unreadable },
    }
}

fn verdict(best: Checked, bytes: &[u8]) -> SignatureSeen {
    let signer = Box::new(best.signer);
    if best.end != bytes.len() {
        return SignatureSeen::Appended {
            signer,
            signed_bytes: u64::try_from(best.end).unwrap_or(u64::MAX),
            signed_sha256: hex::encode(Sha256::digest(&bytes[..best.end])),
        };
    }
    match best.trust {
        Trust::Full => SignatureSeen::Trusted { signer },
        Trust::Expired => SignatureSeen::Expired { signer },
        Trust::Not(why) => SignatureSeen::Untrusted { signer, why },
    }
}

fn one(found: &Found<'_>, anchors: &TrustAnchors, budget: &mut Budget) -> Result<Checked, Fault> {
    let Some((_, cades)) = FORMATS.iter().find(|(name, _)| *name == found.format) else {
        return Err(Fault::Unsupported(found.format.clone()));
    };
    let range = found.range.as_ref().map_err(|why| Fault::Bad(*why))?;
    let sound = cms::verify(&range.contents, &[range.before, range.behind], *cades)?;
    let claimed_at = sound.claimed_at.or(found.claimed_at);
    let mut search = Search { anchors: anchors.certificates(), pool: &sound.others, at: claimed_at, budget };
    let own = sound.signer.window().ok_or(Fault::Bad(BadSignature::Cms))?;
    let (trust, window, anchor) = match search.chain(&sound.signer) {
        Chain::Anchored { anchor, window } if covers(window, claimed_at) => (Trust::Full, window, Some(anchor)),
        Chain::Anchored { anchor, window } => (Trust::Expired, window, Some(anchor)),
        Chain::Not(why) => (Trust::Not(why), own, None),
    };
    let mut not_checked = vec![NotChecked::Revocation];
    if sound.time_stamped {
        not_checked.push(NotChecked::TimeStamp);
    }
    let signer = Signer {
        name: sound.signer.subject_shown(),
        issuer: sound.signer.issuer_shown(),
        serial: hex::encode(sound.signer.serial()),
        certificate_sha256: sound.signer.sha256(),
        claimed_at,
        valid_from: window.0,
        valid_until: window.1,
        anchor,
        format: found.format.clone(),
        algorithm: sound.algorithm,
        signatures: 1,
        not_checked,
        anchors: anchors.id(),
    };
    Ok(Checked { end: range.end, signer, trust })
}

#[cfg(test)]
mod tests;
