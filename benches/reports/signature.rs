//! Verifying the signature of a file of two pages, whole: fields, digest, signature, chain of three. The limit
//! is one check of the same primitive alone; a file takes two or three of them.

use std::hint::black_box;
use std::time::Instant;

use fasttrack::domain::signature::SignatureSeen;
use fasttrack::intake::signature::{TrustAnchors, verify};
use p256::ecdsa::signature::hazmat::PrehashVerifier;
use rsa::pkcs1v15::Pkcs1v15Sign;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use sha2::Sha256;
use spki::{ObjectIdentifier, SubjectPublicKeyInfoOwned, SubjectPublicKeyInfoRef};
use x509_cert::Certificate;
use x509_cert::der::{Decode, Encode};

use crate::{figure, fixture, median};

/// Figures, their files, and the curve or key of the primitive.
pub const FILES: [(&str, &str, &str); 4] = [
    ("signature.rsa_ms", "signed/rsa-pades.pdf", "1.2.840.113549.1.1.1"),
    ("signature.p256_ms", "signed/p256-pades.pdf", "1.2.840.10045.3.1.7"),
    ("signature.p384_ms", "signed/p384-pades.pdf", "1.3.132.0.34"),
    ("signature.sm2_ms", "signed/sm2-cms.pdf", "1.2.156.10197.1.301"),
];
/// Times each is done.
const TIMES: usize = 400;

/// One figure.
pub fn against_the_primitive((name, file, primitive): (&str, &str, &str)) {
    let pem = std::fs::read(fixture("signed/anchors.pem")).unwrap();
    let mut anchors = TrustAnchors::default();
    anchors.add_pem(&pem).unwrap();
    let bytes = std::fs::read(fixture(file)).unwrap();
    let whole = milliseconds(|| assert!(matches!(verify(black_box(&bytes), &anchors), SignatureSeen::Trusted { .. })));
    let key = key(&pem, primitive);
    let raw = raw(&key, primitive);
    figure(name, (whole, "ms"), milliseconds(raw));
}

fn milliseconds(mut act: impl FnMut()) -> f64 {
    let one = |act: &mut dyn FnMut()| {
        let begun = Instant::now();
        act();
        begun.elapsed().as_secs_f64() * 1000.0
    };
    median((0..TIMES).map(|_| one(&mut act)).collect())
}

/// The key of the trust anchor of this kind.
fn key(pem: &[u8], primitive: &str) -> Vec<u8> {
    let wanted = ObjectIdentifier::new_unwrap(primitive);
    let is_it = |key: &SubjectPublicKeyInfoOwned| {
        let curve = key.algorithm.parameters.as_ref().and_then(|p| p.decode_as::<ObjectIdentifier>().ok());
        key.algorithm.oid == wanted || curve == Some(wanted)
    };
    CertificateDer::pem_slice_iter(pem)
        .map(|der| Certificate::from_der(&der.unwrap()).unwrap().tbs_certificate().subject_public_key_info().clone())
        .find(is_it)
        .unwrap()
        .to_der()
        .unwrap()
}

/// One check of a signature that is wrong: it takes as long as that of a right one.
fn raw(key: &[u8], primitive: &str) -> Box<dyn FnMut()> {
    let key = SubjectPublicKeyInfoRef::from_der(key).unwrap();
    let point = key.subject_public_key.as_bytes().unwrap().to_vec();
    let digest = [7_u8; 32];
    match primitive {
        "1.2.840.10045.3.1.7" => {
            let key = p256::ecdsa::VerifyingKey::from_sec1_bytes(&point).unwrap();
            let signature = p256::ecdsa::Signature::from_slice(&[0x11; 64]).unwrap();
            Box::new(move || assert!(key.verify_prehash(black_box(&digest), &signature).is_err()))
        }
        "1.3.132.0.34" => {
            let key = p384::ecdsa::VerifyingKey::from_sec1_bytes(&point).unwrap();
            let signature = p384::ecdsa::Signature::from_slice(&[0x11; 96]).unwrap();
            Box::new(move || assert!(key.verify_prehash(black_box(&digest), &signature).is_err()))
        }
        "1.2.156.10197.1.301" => {
            let key = sm2::dsa::VerifyingKey::from_sec1_bytes("1234567812345678", &point).unwrap();
            let signature = sm2::dsa::Signature::from_slice(&[0x11; 64]).unwrap();
            Box::new(move || assert!(key.verify_prehash(black_box(&digest), &signature).is_err()))
        }
        _ => {
            let key = rsa::PublicKey::try_from(key).unwrap();
            Box::new(move || assert!(key.verify(Pkcs1v15Sign::new::<Sha256>(), black_box(&digest), &[0x11; 256]).is_err()))
        }
    }
}
