//! One attempt to hand one mail to the operator's relay.
//!
//! Not here: what a mail says, when to try again (`schedule`), and writing down what came of it
//! (the courier, which calls [`Relay::send`] while no transaction is open). The relay is named by
//! the operator, so the egress rules do not apply to it.

use std::error::Error as _;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use lettre::message::header::MessageId;
use lettre::message::{Mailbox, MultiPart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::{self, AsyncSmtpTransportBuilder};
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use tokio::sync::Mutex;
use url::Url;

use super::schedule::Verdict;

/// How long handing over one mail may take in all, in seconds.
pub const MAIL_DEADLINE_SECONDS: u64 = 30;

/// How long [`MailAttempted::detail`] is at most, in characters.
pub const DETAIL_CHARS_MAX: usize = 1_024;

/// The longest message id, in bytes.
const MESSAGE_ID_BYTES_MAX: usize = 128;

/// 5xx answers about our login: the operator mends that, so the mail is not lost for it.
const LOGIN_REFUSED_CODES: [u16; 4] = [530, 534, 535, 538];

/// How the connection to the relay is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RelayTls {
    /// Not at all; meant for a relay on the same machine or network.
    None,
    /// The relay is asked to switch to TLS; if it will not, nothing is sent.
    Starttls,
    /// TLS from the first byte.
    Implicit,
}

/// Which relay, and as whom; printing it with `{:?}` does not show the password.
#[derive(Clone, PartialEq, Eq)]
pub struct RelaySettings {
    /// The relay's name or address; its certificate must be for it.
    pub host: String,
    /// Its port, usually 25, 587 (`starttls`) or 465 (`implicit`).
    pub port: u16,
    /// How the connection is protected.
    pub tls: RelayTls,
    /// Who we log in as; only together with a password, and never without TLS.
    pub username: Option<String>,
    /// The password that goes with it.
    pub password: Option<String>,
    /// Whom the mails are from: `address@host` or `Name <address@host>`.
    pub from: String,
}

impl fmt::Debug for RelaySettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RelaySettings")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("tls", &self.tls)
            .field("username", &self.username)
            .field("from", &self.from)
            .finish_non_exhaustive()
    }
}

impl RelaySettings {
    /// Read from `smtps://user:password@host:465` (TLS from the first byte), `smtp://host:587` (STARTTLS, or
    /// nothing is sent) or `smtp+plain://host:25` (no TLS, and so no login); none for anything else.
    pub fn of_url(text: &str, from: String) -> Option<Self> {
        let url = Url::parse(text).ok()?;
        let (tls, port) = match url.scheme() {
            "smtps" => (RelayTls::Implicit, 465),
            "smtp" => (RelayTls::Starttls, 587),
            "smtp+plain" => (RelayTls::None, 25),
            _ => return None,
        };
        if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
            return None;
        }
        let plain = |coded: &str| percent_encoding::percent_decode_str(coded).decode_utf8().ok().map(|t| t.into_owned());
        let username = Some(url.username()).filter(|u| !u.is_empty());
        Some(RelaySettings {
            host: url.host_str().filter(|h| !h.is_empty())?.trim_matches(['[', ']']).to_owned(),
            port: url.port().unwrap_or(port),
            tls,
            username: username.map(plain).map_or(Some(None), |u| u.map(Some))?,
            password: url.password().map(plain).map_or(Some(None), |p| p.map(Some))?,
            from,
        })
    }
}

/// Why settings make no relay.
#[derive(Debug, thiserror::Error)]
pub enum RelayRefused {
    /// The sender is no address.
    #[error("the mail sender is not an address such as `Name <address@host>`")]
    From,
    /// Only one of user name and password is given.
    #[error("the mail relay needs both a user name and a password, or neither")]
    HalfALogin,
    /// A password would travel in the clear.
    #[error("the mail relay's password is not sent without TLS")]
    LoginInTheClear,
    /// The host cannot be checked by a certificate, or the system has no root certificates.
    #[error("TLS to the mail relay cannot be set up")]
    Tls(#[source] smtp::Error),
    /// Without a relay, mails are files: and the folder for them cannot be made.
    #[error("the folder for mails cannot be made")]
    Folder(#[source] std::io::Error),
}

/// One mail, in plain text and HTML.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// The one recipient's bare address.
    pub to: String,
    /// Any text; control characters become spaces.
    pub subject: String,
    /// The body, in plain text of any script.
    pub text: String,
    /// The same in HTML.
    pub html: String,
    /// The delivery's id, of letters, digits, `-`, `_` and `.`, without `<>` or a host. The same for
    /// every attempt, so that a mail handed over twice is recognised.
    pub message_id: String,
    /// What `Date` says.
    pub at: Timestamp,
}

/// What came of one attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailAttempted {
    /// What the schedule goes by.
    pub verdict: Verdict,
    /// For people: what the relay answered or what went wrong; one line of at most
    /// [`DETAIL_CHARS_MAX`] characters.
    pub detail: String,
}

/// The operator's relay, ready to be handed mails.
#[derive(Clone, Debug)]
pub struct Relay {
    /// Each mail gets a connection of its own: one given up at the deadline may still hold an
    /// answer, which must not be taken for the answer to the next mail.
    connection: AsyncSmtpTransportBuilder,
    from: Mailbox,
    deadline: Duration,
}

impl Relay {
    /// Checks the settings; connects to nothing yet.
    ///
    /// # Errors
    /// The first thing the operator has to mend.
    pub fn new(settings: &RelaySettings) -> Result<Self, RelayRefused> {
        let from: Mailbox = settings.from.parse().map_err(|_| RelayRefused::From)?;
        let tls = match settings.tls {
            RelayTls::None => Tls::None,
            RelayTls::Starttls => Tls::Required(tls_parameters(settings)?),
            RelayTls::Implicit => Tls::Wrapper(tls_parameters(settings)?),
        };
        let deadline = Duration::from_secs(MAIL_DEADLINE_SECONDS);
        let mut connection = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&settings.host)
            .port(settings.port)
            .hello_name(ClientId::Domain(from.email.domain().to_owned()))
            .timeout(Some(deadline))
            .tls(tls);
        connection = match (&settings.username, &settings.password) {
            (None, None) => connection,
            (Some(_), Some(_)) if settings.tls == RelayTls::None => {
                return Err(RelayRefused::LoginInTheClear);
            }
            (Some(username), Some(password)) => connection.credentials(Credentials::new(username.clone(), password.clone())),
            _ => return Err(RelayRefused::HalfALogin),
        };
        Ok(Relay { connection, from, deadline })
    }

    /// Hands over `letter` once. A 5xx, or a letter that is no mail, is [`Verdict::Refused`].
    pub async fn send(&self, letter: &Letter) -> MailAttempted {
        let message = match compose(&self.from, letter) {
            Ok(message) => message,
            Err(reason) => return attempted(Verdict::Refused, reason),
        };
        let transport = self.connection.clone().build::<Tokio1Executor>();
        match tokio::time::timeout(self.deadline, transport.send(message)).await {
            Ok(Ok(answer)) => {
                let lines: Vec<&str> = answer.message().collect();
                attempted(Verdict::Accepted, &format!("{} {}", answer.code(), lines.join(" ")))
            }
            Ok(Err(error)) => attempted(judge(&error), &with_sources(&error)),
            Err(_) => attempted(FAILED, "the mail was not handed over before the deadline"),
        }
    }
}

/// Where mails go that no relay takes: a folder of `.eml` files, one a mail, named by its id. Nobody is sent
/// anything by it.
#[derive(Clone, Debug)]
pub struct Folder {
    path: PathBuf,
    from: Mailbox,
    /// One file at a time: threads that make files in one folder only wait for each other.
    turn: Arc<Mutex<()>>,
}

impl Folder {
    /// A folder, made if it is not there; mails are from `from`.
    ///
    /// # Errors
    /// [`RelayRefused::From`]; the folder cannot be made.
    pub fn new(path: PathBuf, from: &str) -> Result<Self, RelayRefused> {
        let from = from.parse().map_err(|_| RelayRefused::From)?;
        std::fs::create_dir_all(&path).map_err(RelayRefused::Folder)?;
        Ok(Folder { path, from, turn: Arc::default() })
    }

    /// Writes `letter` as a file, whole or not at all; the same letter again is the same file.
    pub async fn put(&self, letter: &Letter) -> MailAttempted {
        let message = match compose(&self.from, letter) {
            Ok(message) => message.formatted(),
            Err(reason) => return attempted(Verdict::Refused, reason),
        };
        let file = self.path.join(format!("{}.eml", letter.message_id));
        let begun = file.with_extension("part");
        let _turn = self.turn.lock().await;
        let written = move || {
            std::fs::write(&begun, message)?;
            std::fs::rename(&begun, &file)
        };
        match tokio::task::spawn_blocking(written).await.unwrap_or_else(|e| Err(std::io::Error::other(e))) {
            Ok(()) => attempted(Verdict::Accepted, "written to a file"),
            Err(e) => attempted(FAILED, &e.to_string()),
        }
    }
}

/// The mail itself. Nothing of the letter reaches a header unless it was parsed or cleaned:
/// a line break in an address, a subject or an id cannot start a header of its own.
fn compose(from: &Mailbox, letter: &Letter) -> Result<Message, &'static str> {
    let to: Address = letter.to.parse().map_err(|_| "the recipient is not a mail address")?;
    let id = &letter.message_id;
    let id_byte = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    if id.is_empty() || id.len() > MESSAGE_ID_BYTES_MAX || !id.bytes().all(id_byte) {
        return Err("the message id has characters it must not have");
    }
    let seconds = u64::try_from(letter.at.as_second()).unwrap_or(0);
    Message::builder()
        .from(from.clone())
        .to(Mailbox::new(None, to))
        .subject(one_line(&letter.subject))
        .date(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds))
        .header(MessageId::from(format!("<{id}@{}>", from.email.domain())))
        .multipart(MultiPart::alternative_plain_html(letter.text.clone(), letter.html.clone()))
        .map_err(|_| "the letter is no mail")
}

const FAILED: Verdict = Verdict::Failed { retry_after_seconds: None };

fn tls_parameters(settings: &RelaySettings) -> Result<TlsParameters, RelayRefused> {
    TlsParameters::new(settings.host.clone()).map_err(RelayRefused::Tls)
}

fn judge(error: &smtp::Error) -> Verdict {
    let about_login = error.status().is_some_and(|code| LOGIN_REFUSED_CODES.contains(&u16::from(code)));
    if error.is_permanent() && !about_login { Verdict::Refused } else { FAILED }
}

fn with_sources(error: &smtp::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(found) = source {
        text = format!("{text}: {found}");
        source = found.source();
    }
    text
}

fn attempted(verdict: Verdict, detail: &str) -> MailAttempted {
    let detail = one_line(detail).trim().chars().take(DETAIL_CHARS_MAX).collect();
    MailAttempted { verdict, detail }
}

fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests;
