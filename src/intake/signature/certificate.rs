//! Certificates: what is asked of one, and the names in it.

use der::asn1::{AnyRef, ObjectIdentifier};
use der::{Decode, Encode, Tag, Tagged};
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use spki::SubjectPublicKeyInfoRef;
use x509_cert::certificate::{CertificateInner, Raw};
use x509_cert::ext::pkix::{BasicConstraints, ExtendedKeyUsage, KeyUsage, SubjectKeyIdentifier};
use x509_cert::name::Name;
use x509_cert::time::Time;

use super::asn1;
use super::keys::{self, Scheme, Unproven};

const COMMON_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.3");
const ORGANISATION: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.10");
/// Longest name shown, characters.
const NAME_CHARS_MAX: usize = 100;

/// Critical extensions that are understood: basic constraints, key usage, extended key usage, certificate
/// policies (any will do), subject alternative name (nobody is looked up by it).
const UNDERSTOOD: [ObjectIdentifier; 5] = [
    ObjectIdentifier::new_unwrap("2.5.29.19"),
    ObjectIdentifier::new_unwrap("2.5.29.15"),
    ObjectIdentifier::new_unwrap("2.5.29.37"),
    ObjectIdentifier::new_unwrap("2.5.29.32"),
    ObjectIdentifier::new_unwrap("2.5.29.17"),
];
/// Purposes that a certificate for documents may have: any, document signing (RFC 9336), e-mail, and the
/// names that Adobe and Microsoft gave to document signing.
const PURPOSES: [ObjectIdentifier; 5] = [
    ObjectIdentifier::new_unwrap("2.5.29.37.0"),
    ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.36"),
    ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.4"),
    ObjectIdentifier::new_unwrap("1.2.840.113583.1.1.5"),
    ObjectIdentifier::new_unwrap("1.3.6.1.4.1.311.10.3.12"),
];

/// One certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Certificate {
    der: Vec<u8>,
    /// The part that its issuer signed, as it stands in the file.
    signed: Vec<u8>,
    key: Vec<u8>,
    inner: CertificateInner<Raw>,
}

impl Certificate {
    /// Reads one; none where it is not one.
    pub(super) fn parse(der: &[u8]) -> Option<Self> {
        let inner = CertificateInner::<Raw>::from_der(der).ok()?;
        let parts = asn1::sequence(&AnyRef::from_der(der).ok()?)?;
        let signed = asn1::whole(parts.first()?)?;
        let key = inner.tbs_certificate().subject_public_key_info().to_der().ok()?;
        Some(Certificate { der: der.to_vec(), signed, key, inner })
    }

    pub(super) fn der(&self) -> &[u8] {
        &self.der
    }

    pub(super) fn sha256(&self) -> String {
        hex::encode(Sha256::digest(&self.der))
    }

    pub(super) fn key(&self) -> Option<SubjectPublicKeyInfoRef<'_>> {
        SubjectPublicKeyInfoRef::from_der(&self.key).ok()
    }

    pub(super) fn subject(&self) -> &Name {
        self.inner.tbs_certificate().subject()
    }

    pub(super) fn issuer(&self) -> &Name {
        self.inner.tbs_certificate().issuer()
    }

    /// Serial number as it stands, without leading zeros.
    pub(super) fn serial(&self) -> &[u8] {
        bare(self.inner.tbs_certificate().serial_number().as_bytes())
    }

    pub(super) fn key_identifier(&self) -> Option<Vec<u8>> {
        let (_, id) = self.inner.tbs_certificate().get_extension::<SubjectKeyIdentifier>().ok()??;
        Some(id.0.into_bytes().into_vec())
    }

    /// From when and until when it is valid.
    pub(super) fn window(&self) -> Option<(Timestamp, Timestamp)> {
        let validity = self.inner.tbs_certificate().validity();
        Some((at(validity.not_before)?, at(validity.not_after)?))
    }

    /// Whether `issuer`'s key signed this certificate.
    pub(super) fn is_signed_by(&self, issuer: &Certificate) -> Result<(), Unproven> {
        let own = self.inner.signature_algorithm();
        if own != self.inner.tbs_certificate().signature() {
            return Err(Unproven::Contradiction);
        }
        let scheme = Scheme::of(&own.into(), None)?;
        let key = issuer.key().ok_or(Unproven::Contradiction)?;
        let signature = self.inner.signature().as_bytes().ok_or(Unproven::Wrong)?;
        keys::verify(&key, scheme, &[&self.signed], signature).map(|_| ())
    }

    /// Whether it holds nothing that must be understood and is not.
    pub(super) fn is_understood(&self) -> bool {
        let extensions = self.inner.tbs_certificate().extensions();
        extensions.into_iter().flatten().all(|e| !e.critical || UNDERSTOOD.contains(&e.extn_id))
    }

    /// Whether it may issue certificates with so many authorities between it and the signer.
    pub(super) fn may_issue(&self, between: usize) -> bool {
        let tbs = self.inner.tbs_certificate();
        let Ok(Some((_, basic))) = tbs.get_extension::<BasicConstraints>() else { return false };
        let may_sign = match tbs.get_extension::<KeyUsage>() {
            Ok(usage) => usage.is_none_or(|(_, u)| u.key_cert_sign()),
            Err(_) => false,
        };
        basic.ca && may_sign && basic.path_len_constraint.is_none_or(|most| between <= usize::from(most))
    }

    /// Whether it may sign documents: key usage and extended key usage, where they are there.
    pub(super) fn may_sign_documents(&self) -> bool {
        let usage = match self.inner.tbs_certificate().get_extension::<KeyUsage>() {
            Ok(usage) => usage.is_none_or(|(_, u)| u.digital_signature() || u.non_repudiation()),
            Err(_) => false,
        };
        usage && self.has_purpose()
    }

    /// Whether its extended key usage, where it is there, allows documents.
    pub(super) fn has_purpose(&self) -> bool {
        match self.inner.tbs_certificate().get_extension::<ExtendedKeyUsage>() {
            Ok(usage) => usage.is_none_or(|(_, u)| u.0.iter().any(|p| PURPOSES.contains(p))),
            Err(_) => false,
        }
    }

    /// Subject, for a person.
    pub(super) fn subject_shown(&self) -> String {
        shown(self.subject())
    }

    /// Issuer, for a person.
    pub(super) fn issuer_shown(&self) -> String {
        shown(self.issuer())
    }
}

/// A number without leading zeros.
pub(super) fn bare(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|b| **b == 0).count();
    &number[zeros.min(number.len().saturating_sub(1))..]
}

fn at(time: Time) -> Option<Timestamp> {
    Timestamp::from_second(i64::try_from(time.to_unix_duration().as_secs()).ok()?).ok()
}

/// The common name, or else the organisation, without control characters.
fn shown(name: &Name) -> String {
    let of = |wanted: ObjectIdentifier| name.iter().find(|a| a.oid == wanted).and_then(|a| text(a.value.tag(), a.value.value()));
    let name = of(COMMON_NAME).or_else(|| of(ORGANISATION)).unwrap_or_default();
    name.chars().filter(|c| !c.is_control()).take(NAME_CHARS_MAX).collect()
}

fn text(tag: Tag, bytes: &[u8]) -> Option<String> {
    if tag == Tag::BmpString {
        let units: Vec<u16> = bytes.chunks_exact(2).map(|c| u16::from_be_bytes([c[0], c[1]])).collect();
        return String::from_utf16(&units).ok();
    }
    std::str::from_utf8(bytes).ok().map(str::to_owned)
}
