//! The certificates an operator trusts. None is built in: which authority seals evaluation reports is the
//! operator's to know. A certificate that is no authority stands for itself only.

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use sha2::{Digest, Sha256};

use super::certificate::Certificate;

/// Most trust anchors.
pub const ANCHORS_MAX: usize = 100;

/// A set of trust anchors.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrustAnchors {
    certificates: Vec<Certificate>,
}

/// Why there is no set.
#[derive(Debug, thiserror::Error)]
pub enum AnchorsError {
    /// Not PEM.
    #[error("not PEM: {0}")]
    Pem(String),
    /// A certificate that cannot be read, by its place.
    #[error("certificate {0} cannot be read")]
    Certificate(usize),
    /// No certificate in the text.
    #[error("no certificate in it")]
    Empty,
    /// More than [`ANCHORS_MAX`].
    #[error("more than {ANCHORS_MAX} certificates")]
    TooMany,
}

impl TrustAnchors {
    /// Adds the certificates of a PEM text.
    ///
    /// # Errors
    /// [`AnchorsError`]: what is not understood is not left out.
    pub fn add_pem(&mut self, text: &[u8]) -> Result<(), AnchorsError> {
        let mut any = false;
        for (n, found) in CertificateDer::pem_slice_iter(text).enumerate() {
            let der = found.map_err(|e| AnchorsError::Pem(e.to_string()))?;
            self.add(&der).ok_or(AnchorsError::Certificate(n + 1))?;
            any = true;
        }
        match any {
            false => Err(AnchorsError::Empty),
            true if self.certificates.len() > ANCHORS_MAX => Err(AnchorsError::TooMany),
            true => Ok(()),
        }
    }

    fn add(&mut self, der: &[u8]) -> Option<()> {
        let certificate = Certificate::parse(der)?;
        if !self.certificates.contains(&certificate) {
            self.certificates.push(certificate);
            self.certificates.sort_by(|a, b| a.der().cmp(b.der()));
        }
        Some(())
    }

    /// The digest of the set: the same for the same certificates in any order.
    pub fn id(&self) -> String {
        let mut digest = Sha256::new();
        for c in &self.certificates {
            digest.update(Sha256::digest(c.der()));
        }
        hex::encode(digest.finalize())
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.certificates.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.certificates.is_empty()
    }

    /// As the reading child is told them: the certificates one behind the other.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.certificates.iter().flat_map(|c| c.der().iter().copied()).collect()
    }

    /// Back from [`TrustAnchors::to_bytes`].
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut anchors = TrustAnchors::default();
        for element in super::asn1::elements(bytes)? {
            anchors.add(&super::asn1::whole(&element)?)?;
        }
        Some(anchors)
    }

    pub(super) fn certificates(&self) -> &[Certificate] {
        &self.certificates
    }
}
