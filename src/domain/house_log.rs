//! The house log: what is done to the service itself and not to one complaint, by whom, and what it was
//! answered; refused or not. One chain of hashes over all of it.
//!
//! An act over HTTP is two entries: `asked` is written before anything happens, `answered` after it. So
//! nothing is ever done without an entry, and an act whose process died in the middle shows as one without an
//! answer. What the service or the command line does by itself is one entry, written with its effect.
//!
//! Not here: personal data. An entry holds ids, routes and codes.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// Most characters of a path that are kept.
const PATH_CHARS_MAX: usize = 200;

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum HouseEvent {
    /// An account asked for something.
    Asked {
        /// Word of its role.
        role: String,
        /// Method.
        method: String,
        /// The route, with its parameters in braces.
        route: String,
        /// The path, where it holds nothing but ids.
        path: Option<String>,
    },
    /// It was answered.
    Answered {
        /// Status.
        status: u16,
        /// Code of the problem, where it was refused.
        code: Option<String>,
        /// Where what was made is.
        made: Option<String>,
    },
    /// An account and its key were made on the command line.
    KeyMadeOnCommandLine {
        /// The account.
        account: Uuid,
        /// Word of its role.
        role: String,
    },
    /// People took too much back: automation switched itself off.
    AutomationSwitchedOff {
        /// Word of the basis.
        basis: String,
        /// The policy that was active.
        policy_version: i64,
        /// Decisions it rests on.
        decided: u64,
        /// Of those, taken back.
        reversed: u64,
    },
    /// An invitation was accepted: its account has a key.
    InvitationAccepted {
        /// The invitation.
        invitation: Uuid,
        /// The account.
        account: Uuid,
    },
}

impl HouseEvent {
    /// The `type` of the body.
    pub fn kind(&self) -> &'static str {
        match self {
            HouseEvent::Asked { .. } => "asked",
            HouseEvent::Answered { .. } => "answered",
            HouseEvent::KeyMadeOnCommandLine { .. } => "key_made_on_command_line",
            HouseEvent::AutomationSwitchedOff { .. } => "automation_switched_off",
            HouseEvent::InvitationAccepted { .. } => "invitation_accepted",
        }
    }

    /// What an account asks for. A path in which somebody typed anything but ids is left out: it may name a person.
    pub fn asked(role: &str, (method, route, path): (&str, &str, &str)) -> Self {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '-' | '_' | '.');
        let path = (path.len() <= PATH_CHARS_MAX && path.chars().all(plain)).then(|| path.to_owned());
        HouseEvent::Asked { role: role.to_owned(), method: method.to_owned(), route: route.to_owned(), path }
    }

    /// The body as it is hashed and stored.
    pub fn body(&self) -> String {
        // Serialising these types cannot fail: string keys only.
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// An entry before it has its number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HouseDraft {
    /// When.
    pub at: Timestamp,
    /// Who; absent: the service itself, or whoever may use its machine.
    pub account: Option<Uuid>,
    /// The entry it answers.
    pub about: Option<i64>,
    /// What.
    pub event: HouseEvent,
}

impl HouseDraft {
    /// The status it was answered with.
    pub fn status(&self) -> Option<i32> {
        match &self.event {
            HouseEvent::Answered { status, .. } => Some(i32::from(*status)),
            _ => None,
        }
    }
}

/// What of an entry its hash is over.
#[derive(Clone, Copy, Debug)]
pub struct Hashed<'a> {
    /// Its number, from 1.
    pub n: i64,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub account: Option<Uuid>,
    /// The entry it answers.
    pub about: Option<i64>,
    /// The body as stored; kind and status are in it.
    pub body: &'a str,
}

/// Hash of an entry over the one before; that of none is 32 zeros.
pub fn chain(previous: &[u8; 32], e: &Hashed) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(b"fasttrack house log 1\0");
    hash.update(previous);
    hash.update(e.n.to_be_bytes());
    hash.update(e.at.as_microsecond().to_be_bytes());
    hash.update(e.account.unwrap_or_default().as_bytes());
    hash.update(e.about.unwrap_or_default().to_be_bytes());
    hash.update(e.body.as_bytes());
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_that_may_name_a_person_is_left_out() {
        let path = |p: &str| match HouseEvent::asked("admin", ("PUT", "/v1/admin/patents/{patent_number}", p)) {
            HouseEvent::Asked { path, .. } => path,
            _ => None,
        };
        assert_eq!(path("/v1/admin/patents/202330271846.9").as_deref(), Some("/v1/admin/patents/202330271846.9"));
        assert_eq!(path("/v1/admin/patents/%E6%9D%8E"), None);
        assert_eq!(path(&format!("/v1/{}", "a".repeat(PATH_CHARS_MAX))), None);
    }

    #[test]
    fn every_part_of_an_entry_is_hashed() {
        let e = Hashed { n: 1, at: Timestamp::UNIX_EPOCH, account: None, about: None, body: "{}" };
        let hash = chain(&[0; 32], &e);
        let later = Timestamp::from_second(1).unwrap();
        let others = [
            chain(&[1; 32], &e),
            chain(&[0; 32], &Hashed { n: 2, ..e }),
            chain(&[0; 32], &Hashed { at: later, ..e }),
            chain(&[0; 32], &Hashed { account: Some(Uuid::from_u128(1)), ..e }),
            chain(&[0; 32], &Hashed { about: Some(1), ..e }),
            chain(&[0; 32], &Hashed { body: "{ }", ..e }),
        ];
        assert!(others.iter().all(|other| *other != hash));
    }
}
