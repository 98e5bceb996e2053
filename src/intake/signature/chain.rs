//! From a signer's certificate to a trust anchor, with a budget: without one, twenty certificates of one
//! name on one key would take twenty to the power of the depth of checks.

use jiff::Timestamp;

use super::certificate::Certificate;
use crate::domain::signature::Untrusted;

/// Most signatures of certificates that are checked for one file.
pub(super) const CHECKS_MAX: u32 = 24;
/// Most authorities between signer and anchor.
const BETWEEN_MAX: usize = 5;

/// Checks that are left for a file.
pub(super) struct Budget(pub(super) u32);

/// Where a chain leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Chain {
    /// To an anchor, every certificate valid from and until.
    Anchored { anchor: String, window: (Timestamp, Timestamp) },
    /// Nowhere.
    Not(Untrusted),
}

/// Whether a time lies in a window; where there is none, nothing can be said against it.
pub(super) fn covers(window: (Timestamp, Timestamp), at: Option<Timestamp>) -> bool {
    at.is_none_or(|at| window.0 <= at && at <= window.1)
}

/// What a chain is built from.
pub(super) struct Search<'a> {
    pub(super) anchors: &'a [Certificate],
    pub(super) pool: &'a [Certificate],
    pub(super) at: Option<Timestamp>,
    pub(super) budget: &'a mut Budget,
}

impl Search<'_> {
    /// The chain of a signer's certificate: the first that covers the time, or else the first at all.
    pub(super) fn chain(&mut self, signer: &Certificate) -> Chain {
        let Some(window) = signer.window().filter(|_| signer.is_understood()) else {
            return Chain::Not(Untrusted::NoPath);
        };
        let mut best = None;
        let pinned = self.anchors.iter().find(|a| a.der() == signer.der());
        match pinned {
            // A certificate that is itself an anchor needs no authority.
            Some(anchor) => best = Some((anchor.subject_shown(), window)),
            None => self.climb(&mut vec![signer], window, &mut best),
        }
        match best {
            Some(_) if !signer.may_sign_documents() => Chain::Not(Untrusted::Purpose),
            Some((anchor, window)) => Chain::Anchored { anchor, window },
            None if self.budget.0 == 0 => Chain::Not(Untrusted::TooManyChecks),
            None => Chain::Not(Untrusted::NoPath),
        }
    }

    /// Looks for issuers of the last certificate of `path`; answers in `best`.
    fn climb<'c>(&mut self, path: &mut Vec<&'c Certificate>, window: (Timestamp, Timestamp), best: &mut Option<Best>)
    where
        Self: 'c,
    {
        let Some(last) = path.last().copied() else { return };
        let between = path.len() - 1;
        for anchor in self.anchors {
            if anchor.subject() == last.issuer() && anchor.may_issue(between) && self.signed(last, anchor) {
                let Some(window) = anchor.window().map(|w| both(window, w)) else { continue };
                if best.is_none() || covers(window, self.at) {
                    *best = Some((anchor.subject_shown(), window));
                }
                if covers(window, self.at) {
                    return;
                }
            }
        }
        if between >= BETWEEN_MAX {
            return;
        }
        for issuer in self.pool {
            let fits = issuer.subject() == last.issuer() && issuer.may_issue(between) && issuer.is_understood() && issuer.has_purpose();
            if !fits || path.iter().any(|c| c.der() == issuer.der()) || !self.signed(last, issuer) {
                continue;
            }
            let Some(window) = issuer.window().map(|w| both(window, w)) else { continue };
            let mut longer: Vec<&Certificate> = path.clone();
            longer.push(issuer);
            self.climb(&mut longer, window, best);
            if best.as_ref().is_some_and(|(_, w)| covers(*w, self.at)) {
                return;
            }
        }
    }

    fn signed(&mut self, certificate: &Certificate, issuer: &Certificate) -> bool {
        let Some(left) = self.budget.0.checked_sub(1) else { return false };
        self.budget.0 = left;
        certificate.is_signed_by(issuer).is_ok()
    }
}

/// Name of the anchor, and when the chain is valid.
type Best = (String, (Timestamp, Timestamp));

fn both(a: (Timestamp, Timestamp), b: (Timestamp, Timestamp)) -> (Timestamp, Timestamp) {
    (a.0.max(b.0), a.1.min(b.1))
}
