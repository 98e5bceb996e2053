//! Whether a signature was made by a key: RSA (PKCS #1 v1.5 and PSS), ECDSA on P-256 and P-384, SM2.

use der::Decode;
use der::asn1::{AnyRef, ObjectIdentifier, UintRef};
use rsa::pkcs1v15::Pkcs1v15Sign;
use rsa::traits::PublicKeyParts;
use rsa::{Pss, PublicKey as RsaKey};
use sha2::{Digest, Sha256, Sha384, Sha512};
use sm2::dsa::signature::MultipartVerifier;
use sm2::dsa::signature::hazmat::PrehashVerifier;
use sm3::Sm3;
use spki::{AlgorithmIdentifierRef, SubjectPublicKeyInfoRef};

use super::asn1;

/// Smallest RSA key, bits.
const RSA_BITS_MIN: u32 = 2048;
/// Longest salt of a PSS signature, bytes.
const SALT_BYTES_MAX: usize = 512;
/// Salt of a PSS signature that states none, bytes. Law: RFC 8017 A.2.3.
const SALT_BYTES_DEFAULT: usize = 20;
/// The identity every Chinese signer signs SM2 under. Law: GM/T 0009-2012 10.
const SM2_IDENTITY: &str = "1234567812345678";

const fn id(text: &str) -> ObjectIdentifier {
    ObjectIdentifier::new_unwrap(text)
}

const RSA: ObjectIdentifier = id("1.2.840.113549.1.1.1");
const RSA_PSS: ObjectIdentifier = id("1.2.840.113549.1.1.10");
const MGF1: ObjectIdentifier = id("1.2.840.113549.1.1.8");
const EC: ObjectIdentifier = id("1.2.840.10045.2.1");
const P256: ObjectIdentifier = id("1.2.840.10045.3.1.7");
const P384: ObjectIdentifier = id("1.3.132.0.34");
const SM2_CURVE: ObjectIdentifier = id("1.2.156.10197.1.301");

/// Names of SM2 signatures: with SM3, the GM/T 0010 name of signing, and that of the curve.
const SM2_SIGNATURES: [ObjectIdentifier; 3] = [id("1.2.156.10197.1.501"), id("1.2.156.10197.1.301.1"), SM2_CURVE];
/// Signature algorithms that say their digest.
const WITH_DIGEST: [(ObjectIdentifier, Family, Hash); 6] = [
    (id("1.2.840.113549.1.1.11"), Family::Rsa, Hash::Sha256),
    (id("1.2.840.113549.1.1.12"), Family::Rsa, Hash::Sha384),
    (id("1.2.840.113549.1.1.13"), Family::Rsa, Hash::Sha512),
    (id("1.2.840.10045.4.3.2"), Family::Ecdsa, Hash::Sha256),
    (id("1.2.840.10045.4.3.3"), Family::Ecdsa, Hash::Sha384),
    (id("1.2.840.10045.4.3.4"), Family::Ecdsa, Hash::Sha512),
];
/// Digests and signatures that are refused: MD5, SHA-1, alone and with RSA and ECDSA.
const WEAK: [ObjectIdentifier; 5] =
    [id("1.2.840.113549.2.5"), id("1.3.14.3.2.26"), id("1.2.840.113549.1.1.4"), id("1.2.840.113549.1.1.5"), id("1.2.840.10045.4.1")];

/// A digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hash {
    Sha256,
    Sha384,
    Sha512,
    Sm3,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Family {
    Rsa,
    Ecdsa,
}

/// How a signature was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scheme {
    Rsa(Hash),
    RsaPss(Hash, usize),
    Ecdsa(Hash),
    Sm2,
}

/// Why a signature is not shown to be a key's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Unproven {
    /// An algorithm this version does not know, by its name.
    Unknown(String),
    /// Not safe any more.
    Weak,
    /// Names that contradict each other or the key.
    Contradiction,
    /// It is not this key's signature of these bytes.
    Wrong,
}

impl Hash {
    /// The digest of a name.
    pub(super) fn named(name: ObjectIdentifier) -> Result<Self, Unproven> {
        const KNOWN: [(ObjectIdentifier, Hash); 4] = [
            (id("2.16.840.1.101.3.4.2.1"), Hash::Sha256),
            (id("2.16.840.1.101.3.4.2.2"), Hash::Sha384),
            (id("2.16.840.1.101.3.4.2.3"), Hash::Sha512),
            (id("1.2.156.10197.1.401"), Hash::Sm3),
        ];
        KNOWN.iter().find(|(known, _)| *known == name).map(|(_, hash)| *hash).ok_or_else(|| unknown(name))
    }

    /// The digest of parts, one behind the other.
    pub(super) fn of(self, parts: &[&[u8]]) -> Vec<u8> {
        fn digest<D: Digest>(parts: &[&[u8]]) -> Vec<u8> {
            let mut d = D::new();
            parts.iter().for_each(|p| d.update(p));
            d.finalize().to_vec()
        }
        match self {
            Hash::Sha256 => digest::<Sha256>(parts),
            Hash::Sha384 => digest::<Sha384>(parts),
            Hash::Sha512 => digest::<Sha512>(parts),
            Hash::Sm3 => digest::<Sm3>(parts),
        }
    }

    fn word(self) -> &'static str {
        match self {
            Hash::Sha256 => "sha256",
            Hash::Sha384 => "sha384",
            Hash::Sha512 => "sha512",
            Hash::Sm3 => "sm3",
        }
    }
}

fn unknown(name: ObjectIdentifier) -> Unproven {
    if WEAK.contains(&name) { Unproven::Weak } else { Unproven::Unknown(name.to_string()) }
}

impl Scheme {
    /// The scheme of a signature's algorithm. A signed message says its digest beside it; a certificate does not.
    pub(super) fn of(algorithm: &AlgorithmIdentifierRef<'_>, beside: Option<Hash>) -> Result<Self, Unproven> {
        let name = algorithm.oid;
        let scheme = if let Some((_, family, hash)) = WITH_DIGEST.iter().find(|(known, ..)| *known == name) {
            match family {
                Family::Rsa => Scheme::Rsa(*hash),
                Family::Ecdsa => Scheme::Ecdsa(*hash),
            }
        } else if SM2_SIGNATURES.contains(&name) {
            Scheme::Sm2
        } else if name == RSA_PSS {
            pss(algorithm.parameters)?
        } else {
            match (name, beside) {
                (RSA, Some(hash)) => Scheme::Rsa(hash),
                // Some makers name the key where the signature is to be named.
                (EC, Some(Hash::Sm3)) => Scheme::Sm2,
                (EC, Some(hash)) => Scheme::Ecdsa(hash),
                _ => return Err(unknown(name)),
            }
        };
        match beside {
            Some(hash) if hash != scheme.hash() => Err(Unproven::Contradiction),
            _ if scheme != Scheme::Sm2 && scheme.hash() == Hash::Sm3 => Err(Unproven::Unknown(format!("{name} sm3"))),
            _ => Ok(scheme),
        }
    }

    fn hash(self) -> Hash {
        match self {
            Scheme::Rsa(hash) | Scheme::RsaPss(hash, _) | Scheme::Ecdsa(hash) => hash,
            Scheme::Sm2 => Hash::Sm3,
        }
    }
}

/// The parameters of PSS; what they leave out is SHA-1, which is refused.
fn pss(parameters: Option<AnyRef<'_>>) -> Result<Scheme, Unproven> {
    let parts = parameters.as_ref().and_then(asn1::sequence).ok_or(Unproven::Weak)?;
    let (mut hash, mut mask, mut salt) = (None, None, SALT_BYTES_DEFAULT);
    for part in &parts {
        let inner = asn1::elements(part.value()).and_then(asn1::only).ok_or(Unproven::Contradiction)?;
        let algorithm = || inner.decode_as::<AlgorithmIdentifierRef<'_>>().map_err(|_| Unproven::Contradiction);
        match asn1::context(part) {
            Some(0) => hash = Some(Hash::named(algorithm()?.oid)?),
            Some(1) => mask = Some(mask_hash(&algorithm()?)?),
            Some(2) => {
                let length: u16 = inner.decode_as().map_err(|_| Unproven::Contradiction)?;
                salt = usize::from(length);
            }
            _ => {}
        }
    }
    match (hash, mask) {
        (Some(hash), Some(mask)) if hash == mask && salt <= SALT_BYTES_MAX => Ok(Scheme::RsaPss(hash, salt)),
        (Some(_), Some(_)) => Err(Unproven::Unknown(RSA_PSS.to_string())),
        _ => Err(Unproven::Weak),
    }
}

fn mask_hash(algorithm: &AlgorithmIdentifierRef<'_>) -> Result<Hash, Unproven> {
    let of = algorithm.parameters.and_then(|p| p.decode_as::<AlgorithmIdentifierRef<'_>>().ok());
    match of {
        Some(of) if algorithm.oid == MGF1 => Hash::named(of.oid),
        _ => Err(Unproven::Unknown(RSA_PSS.to_string())),
    }
}

/// Whether `signature` is the key's, made by this scheme over the parts one behind the other. Answers the
/// algorithm's word.
pub(super) fn verify(key: &SubjectPublicKeyInfoRef<'_>, scheme: Scheme, parts: &[&[u8]], signature: &[u8]) -> Result<String, Unproven> {
    let hash = scheme.hash();
    match scheme {
        Scheme::Rsa(_) => {
            rsa(key)?.verify(pkcs1(hash)?, &hash.of(parts), signature).map_err(|_| Unproven::Wrong)?;
            Ok(format!("rsa_{}", hash.word()))
        }
        Scheme::RsaPss(_, salt) => {
            verify_pss(&rsa(key)?, (hash, salt), &hash.of(parts), signature)?;
            Ok(format!("rsa_pss_{}", hash.word()))
        }
        Scheme::Ecdsa(_) => match curve(key)? {
            P256 => {
                let point = p256::ecdsa::VerifyingKey::from_sec1_bytes(point(key)).map_err(|_| Unproven::Contradiction)?;
                let signature = p256::ecdsa::Signature::from_der(signature).map_err(|_| Unproven::Wrong)?;
                point.verify_prehash(&hash.of(parts), &signature).map_err(|_| Unproven::Wrong)?;
                Ok(format!("ecdsa_p256_{}", hash.word()))
            }
            P384 => {
                let point = p384::ecdsa::VerifyingKey::from_sec1_bytes(point(key)).map_err(|_| Unproven::Contradiction)?;
                let signature = p384::ecdsa::Signature::from_der(signature).map_err(|_| Unproven::Wrong)?;
                point.verify_prehash(&hash.of(parts), &signature).map_err(|_| Unproven::Wrong)?;
                Ok(format!("ecdsa_p384_{}", hash.word()))
            }
            SM2_CURVE => Err(Unproven::Contradiction),
            other => Err(Unproven::Unknown(other.to_string())),
        },
        Scheme::Sm2 => {
            if curve(key)? != SM2_CURVE {
                return Err(Unproven::Contradiction);
            }
            let point = sm2::dsa::VerifyingKey::from_sec1_bytes(SM2_IDENTITY, point(key)).map_err(|_| Unproven::Contradiction)?;
            point.multipart_verify(parts, &sm2_signature(signature).ok_or(Unproven::Wrong)?).map_err(|_| Unproven::Wrong)?;
            Ok("sm2_sm3".to_owned())
        }
    }
}

fn rsa(key: &SubjectPublicKeyInfoRef<'_>) -> Result<RsaKey, Unproven> {
    if key.algorithm.oid != RSA {
        return Err(Unproven::Contradiction);
    }
    let key = RsaKey::try_from(key.clone()).map_err(|_| Unproven::Weak)?;
    if key.n().bit_width() < RSA_BITS_MIN { Err(Unproven::Weak) } else { Ok(key) }
}

fn pkcs1(hash: Hash) -> Result<Pkcs1v15Sign, Unproven> {
    match hash {
        Hash::Sha256 => Ok(Pkcs1v15Sign::new::<Sha256>()),
        Hash::Sha384 => Ok(Pkcs1v15Sign::new::<Sha384>()),
        Hash::Sha512 => Ok(Pkcs1v15Sign::new::<Sha512>()),
        Hash::Sm3 => Err(Unproven::Contradiction),
    }
}

fn verify_pss(key: &RsaKey, (hash, salt): (Hash, usize), digest: &[u8], signature: &[u8]) -> Result<(), Unproven> {
    let done = match hash {
        Hash::Sha256 => key.verify(Pss::<Sha256>::new_with_salt(salt), digest, signature),
        Hash::Sha384 => key.verify(Pss::<Sha384>::new_with_salt(salt), digest, signature),
        Hash::Sha512 => key.verify(Pss::<Sha512>::new_with_salt(salt), digest, signature),
        Hash::Sm3 => return Err(Unproven::Contradiction),
    };
    done.map_err(|_| Unproven::Wrong)
}

/// The curve a key lies on.
fn curve(key: &SubjectPublicKeyInfoRef<'_>) -> Result<ObjectIdentifier, Unproven> {
    if key.algorithm.oid != EC {
        return Err(if key.algorithm.oid == RSA { Unproven::Contradiction } else { unknown(key.algorithm.oid) });
    }
    key.algorithm.parameters.and_then(|p| p.decode_as().ok()).ok_or(Unproven::Contradiction)
}

fn point<'a>(key: &SubjectPublicKeyInfoRef<'a>) -> &'a [u8] {
    key.subject_public_key.as_bytes().unwrap_or_default()
}

/// An SM2 signature in DER: a sequence of two numbers, each at most 32 bytes.
fn sm2_signature(der: &[u8]) -> Option<sm2::dsa::Signature> {
    let numbers = asn1::sequence(&AnyRef::from_der(der).ok()?)?;
    let [r, s] = numbers.as_slice() else { return None };
    let mut bytes = [0_u8; 64];
    for (number, half) in [r, s].into_iter().zip(bytes.chunks_exact_mut(32)) {
        let number = number.decode_as::<UintRef<'_>>().ok()?;
        let number = number.as_bytes();
        half.get_mut(32_usize.checked_sub(number.len())?..)?.copy_from_slice(number);
    }
    sm2::dsa::Signature::from_slice(&bytes).ok()
}
