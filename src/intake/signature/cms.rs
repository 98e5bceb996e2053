//! One signature: SignedData (RFC 5652, and GM/T 0010 under its own names) over bytes that lie outside it.

use der::asn1::{AnyRef, GeneralizedTime, ObjectIdentifier, UtcTime};
use der::{Decode, Tag, Tagged};
use jiff::Timestamp;
use spki::AlgorithmIdentifierRef;

use super::asn1::{self, Element};
use super::certificate::{Certificate, bare};
use super::keys::{self, Hash, Scheme, Unproven};
use crate::domain::signature::BadSignature;

/// Most certificates of one signature that are looked at.
const CERTIFICATES_MAX: usize = 64;

const fn id(text: &str) -> ObjectIdentifier {
    ObjectIdentifier::new_unwrap(text)
}

/// SignedData and what it holds, by RFC 5652 and by GM/T 0010-2012.
const SIGNED_DATA: [(ObjectIdentifier, ObjectIdentifier); 2] =
    [(id("1.2.840.113549.1.7.2"), id("1.2.840.113549.1.7.1")), (id("1.2.156.10197.6.1.4.2.2"), id("1.2.156.10197.6.1.4.2.1"))];
const CONTENT_TYPE: ObjectIdentifier = id("1.2.840.113549.1.9.3");
const MESSAGE_DIGEST: ObjectIdentifier = id("1.2.840.113549.1.9.4");
const SIGNING_TIME: ObjectIdentifier = id("1.2.840.113549.1.9.5");
const SIGNING_CERTIFICATE_V2: ObjectIdentifier = id("1.2.840.113549.1.9.16.2.47");
const TIME_STAMP: ObjectIdentifier = id("1.2.840.113549.1.9.16.2.14");

/// A signature that is the key's of its certificate, over the bytes that were given.
pub(super) struct Sound {
    pub(super) signer: Certificate,
    pub(super) others: Vec<Certificate>,
    pub(super) claimed_at: Option<Timestamp>,
    pub(super) time_stamped: bool,
    pub(super) algorithm: String,
}

/// Why one is not.
pub(super) enum Fault {
    /// The bytes are not those that were signed.
    Altered { signer: Option<String> },
    /// It cannot be relied on.
    Bad(BadSignature),
    /// An algorithm this version does not know.
    Unsupported(String),
}

impl From<Unproven> for Fault {
    fn from(why: Unproven) -> Self {
        match why {
            Unproven::Unknown(name) => Fault::Unsupported(name),
            Unproven::Weak => Fault::Bad(BadSignature::Weak),
            Unproven::Contradiction => Fault::Bad(BadSignature::Algorithm),
            Unproven::Wrong => Fault::Bad(BadSignature::Signature),
        }
    }
}

fn cms<T>(found: Option<T>) -> Result<T, Fault> {
    found.ok_or(Fault::Bad(BadSignature::Cms))
}

fn attributes<T>(found: Option<T>) -> Result<T, Fault> {
    found.ok_or(Fault::Bad(BadSignature::Attributes))
}

/// Verifies a signature (`contents`, padded with zeros) of `parts`. `cades`: it must name its certificate.
pub(super) fn verify(contents: &[u8], parts: &[&[u8]], cades: bool) -> Result<Sound, Fault> {
    let (der, taken) = cms(asn1::to_der(contents))?;
    if contents.get(taken..).is_none_or(|rest| rest.iter().any(|b| *b != 0)) {
        return Err(Fault::Bad(BadSignature::Contents));
    }
    let data = cms(SignedData::parse(&der))?;
    let info = cms(SignerInfo::parse(&data.signer))?;
    let hash = Hash::named(info.digest.oid)?;
    let scheme = Scheme::of(&info.algorithm, Some(hash))?;
    let certificates: Vec<Certificate> = data.certificates.iter().filter_map(|d| Certificate::parse(d)).collect();
    let place = certificates.iter().position(|c| info.is_by(c)).ok_or(Fault::Bad(BadSignature::CertificateMissing))?;
    let signer = certificates[place].clone();
    let key = cms(signer.key())?;
    let (algorithm, claimed_at) = match &info.attributes {
        Some(list) => {
            let signed = Attributes::read(list, data.content_type)?;
            signed.names(&signer, cades)?;
            let algorithm = keys::verify(&key, scheme, &[&cms(retagged(list))?], info.signature)?;
            // After the attributes are known to be the signer's: whose digest is not that of the file.
            if signed.digest != hash.of(parts) {
                return Err(Fault::Altered { signer: Some(signer.subject_shown()) });
            }
            (algorithm, signed.claimed_at)
        }
        None if cades => return Err(Fault::Bad(BadSignature::Attributes)),
        None => match keys::verify(&key, scheme, parts, info.signature) {
            // The file itself was signed: any change of it shows like this.
            Err(Unproven::Wrong) => return Err(Fault::Altered { signer: Some(signer.subject_shown()) }),
            other => (other?, None),
        },
    };
    let others = certificates.into_iter().enumerate().filter(|(n, _)| *n != place).map(|(_, c)| c).collect();
    Ok(Sound { signer, others, claimed_at, time_stamped: info.time_stamped, algorithm })
}

struct SignedData<'a> {
    content_type: ObjectIdentifier,
    certificates: Vec<Vec<u8>>,
    signer: Element<'a>,
}

impl<'a> SignedData<'a> {
    /// Reads one with detached content and exactly one signer.
    fn parse(der: &'a [u8]) -> Option<Self> {
        let info = asn1::sequence(&AnyRef::from_der(der).ok()?)?;
        let [name, content] = info.as_slice() else { return None };
        let (_, content_type) = SIGNED_DATA.into_iter().find(|(signed, _)| asn1::oid(name) == Some(*signed))?;
        let data = asn1::sequence(&asn1::only(asn1::elements(content.value())?)?)?;
        let [_version, _digests, inner, rest @ ..] = data.as_slice() else { return None };
        let inner = asn1::only(asn1::sequence(inner)?)?;
        if asn1::oid(&inner) != Some(content_type) {
            return None;
        }
        let (signers, rest) = rest.split_last()?;
        let mut certificates = Vec::new();
        for part in rest.iter().filter(|p| asn1::context(p) == Some(0)) {
            for certificate in asn1::elements(part.value())?.iter().take(CERTIFICATES_MAX) {
                certificates.push(asn1::whole(certificate)?);
            }
        }
        Some(SignedData { content_type, certificates, signer: asn1::only(asn1::set(signers)?)? })
    }
}

struct SignerInfo<'a> {
    id: Element<'a>,
    digest: AlgorithmIdentifierRef<'a>,
    attributes: Option<Element<'a>>,
    algorithm: AlgorithmIdentifierRef<'a>,
    signature: &'a [u8],
    time_stamped: bool,
}

impl<'a> SignerInfo<'a> {
    fn parse(info: &Element<'a>) -> Option<Self> {
        let parts = asn1::sequence(info)?;
        let [_version, id, digest, rest @ ..] = parts.as_slice() else { return None };
        let (attributes, rest) = match rest.split_first()? {
            (first, rest) if asn1::context(first) == Some(0) => (Some(*first), rest),
            _ => (None, rest),
        };
        let [algorithm, signature, unsigned @ ..] = rest else { return None };
        let time_stamped = unsigned
            .iter()
            .filter_map(|u| asn1::elements(u.value()))
            .flatten()
            .any(|a| asn1::sequence(&a).and_then(|parts| asn1::oid(parts.first()?)) == Some(TIME_STAMP));
        Some(SignerInfo {
            id: *id,
            digest: digest.decode_as().ok()?,
            attributes,
            algorithm: algorithm.decode_as().ok()?,
            signature: asn1::octets(signature)?,
            time_stamped,
        })
    }

    /// Whether it says that this certificate's key signed: by issuer and serial number, or by key identifier.
    fn is_by(&self, certificate: &Certificate) -> bool {
        if asn1::context(&self.id) == Some(0) {
            return certificate.key_identifier().is_some_and(|id| id == self.id.value());
        }
        let Some(parts) = asn1::sequence(&self.id) else { return false };
        let [issuer, serial] = parts.as_slice() else { return false };
        issuer.decode_as().is_ok_and(|name: x509_cert::name::Name| name == *certificate.issuer())
            && serial.tag() == Tag::Integer
            && bare(serial.value()) == certificate.serial()
    }
}

/// The signed attributes as they were signed: a SET, where the file has a context tag.
fn retagged(list: &Element<'_>) -> Option<Vec<u8>> {
    const SET: u8 = 0x31;
    let mut der = asn1::whole(list)?;
    *der.first_mut()? = SET;
    Some(der)
}

struct Attributes<'a> {
    digest: &'a [u8],
    claimed_at: Option<Timestamp>,
    /// Digest of the certificate that signs, and with what it was made.
    certificate: Option<(Hash, &'a [u8])>,
}

impl<'a> Attributes<'a> {
    fn read(list: &Element<'a>, content_type: ObjectIdentifier) -> Result<Self, Fault> {
        let mut all: Vec<(ObjectIdentifier, Element<'a>)> = Vec::new();
        for attribute in attributes(asn1::elements(list.value()))? {
            let parts = attributes(asn1::sequence(&attribute))?;
            let [name, values] = parts.as_slice() else { return Err(Fault::Bad(BadSignature::Attributes)) };
            let name = attributes(asn1::oid(name))?;
            // What is read may stand there once, with one value; the rest is not looked at.
            if [CONTENT_TYPE, MESSAGE_DIGEST, SIGNING_TIME, SIGNING_CERTIFICATE_V2].contains(&name) {
                let value = attributes(asn1::set(values).and_then(asn1::only))?;
                if all.iter().any(|(other, _)| *other == name) {
                    return Err(Fault::Bad(BadSignature::Attributes));
                }
                all.push((name, value));
            }
        }
        let find = |wanted| all.iter().find(|(name, _)| *name == wanted).map(|(_, value)| *value);
        if find(CONTENT_TYPE).and_then(|v| asn1::oid(&v)) != Some(content_type) {
            return Err(Fault::Bad(BadSignature::Attributes));
        }
        let digest = attributes(find(MESSAGE_DIGEST).and_then(|v| asn1::octets(&v)))?;
        let claimed_at = find(SIGNING_TIME).map(|v| attributes(time(&v))).transpose()?;
        let certificate =
            find(SIGNING_CERTIFICATE_V2).map(|v| attributes(named_certificate(&v))).transpose()?.map(|(algorithm, digest)| {
                let hash = algorithm.map_or(Ok(Hash::Sha256), Hash::named);
                hash.map(|hash| (hash, digest))
            });
        Ok(Attributes { digest, claimed_at, certificate: certificate.transpose()? })
    }

    /// Whether the certificate they name is the signer's; `must`: they have to name one.
    fn names(&self, signer: &Certificate, must: bool) -> Result<(), Fault> {
        match self.certificate {
            Some((hash, digest)) if hash.of(&[signer.der()]) == digest => Ok(()),
            None if !must => Ok(()),
            _ => Err(Fault::Bad(BadSignature::Attributes)),
        }
    }
}

/// The first certificate of `SigningCertificateV2`: its digest, and the digest's name where it is not SHA-256.
fn named_certificate<'a>(value: &Element<'a>) -> Option<(Option<ObjectIdentifier>, &'a [u8])> {
    let first = *asn1::sequence(asn1::sequence(value)?.first()?)?.first()?;
    let parts = asn1::sequence(&first)?;
    match parts.as_slice() {
        [digest, ..] if digest.tag() == Tag::OctetString => Some((None, digest.value())),
        [algorithm, digest, ..] => {
            let algorithm: AlgorithmIdentifierRef<'_> = algorithm.decode_as().ok()?;
            Some((Some(algorithm.oid), asn1::octets(digest)?))
        }
        _ => None,
    }
}

fn time(value: &Element<'_>) -> Option<Timestamp> {
    let since_1970 = match value.tag() {
        Tag::UtcTime => value.decode_as::<UtcTime>().ok()?.to_unix_duration(),
        _ => value.decode_as::<GeneralizedTime>().ok()?.to_unix_duration(),
    };
    Timestamp::from_second(i64::try_from(since_1970.as_secs()).ok()?).ok()
}
