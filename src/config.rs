//! Settings: from the environment (`FASTTRACK_…`), over an optional TOML file, over defaults that work on
//! an empty machine. A setting that is unknown or wrong is named, all of them at once, and nothing starts.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;

use crate::delivery::mail::RelaySettings;
use crate::delivery::schedule::{SCHEDULE_HOURS_MIN, Schedule};
use crate::domain::dispatch::{DELIVER_HOURS_MAX, Issuer};
use crate::domain::egress::EgressRules;
use crate::domain::lane::{AT_ONCE_LIMIT, LaneLimits, PER_SECOND_LIMIT};
use crate::intake::storage::Bucket;

/// What the names of variables begin with.
pub const PREFIX: &str = "FASTTRACK_";
/// The variable that names the file.
pub const FILE_SETTING: &str = "config";

/// Every setting: its name (in the file; upper-case after [`PREFIX`] in the environment), its default, what it is.
pub const SETTINGS: &[(&str, &str, &str)] = &[
    ("listen", "127.0.0.1:8080", "Address and port to listen on"),
    ("public_url", "http://127.0.0.1:8080", "Base of links that others are given"),
    ("data_folder", "fasttrack-data", "Folder for files, the embedded database and the master key"),
    ("files_url", "", "Bucket for files: s3://BUCKET/PREFIX?endpoint=URL&region=NAME, keys by AWS_…; empty: the data folder"),
    ("database_url", "", "postgres://… ; empty: SQLite in the data folder"),
    ("database_connections_max", "10", "Connections to PostgreSQL"),
    ("master_key", "", "32 bytes in base64; empty: a file in the data folder, made at the first start"),
    ("issuer_name", "fasttrack (trial)", "Who issues dispatches"),
    ("issuer_kind", "aid_centre", "aid_centre or patent_authority"),
    ("issuer_code", "快", "What the numbers of documents begin with (机关代字)"),
    ("issuer_contact", "nobody@example.org", "Where platforms can ask"),
    ("livemode", "false", "Whether dispatches are meant; false marks every one as a trial"),
    ("relay_contact", "relay@example.org", "Mail address through which complainants are reached"),
    ("filings_per_hour_max", "600", "Complaints an account may file an hour, unless it has a limit of its own"),
    ("readings_max", "", "Reports read at once, at most 2 an account; empty: two a processor"),
    ("trust_anchors", "", "PEM files, by comma, of the certificates whose signatures on reports prove them genuine"),
    ("ocr", "none", "Engine that reads scanned reports: none or tesseract"),
    ("egress_allow_networks", "", "Private networks endpoints may lie in, by comma: 10.1.0.0/16,127.0.0.0/8"),
    ("egress_allow_http", "false", "Whether endpoints may be http in those networks"),
    (
        "smtp_url",
        "",
        "Mail relay: smtps://user:password@host (TLS), smtp://host:587 (STARTTLS), smtp+plain://127.0.0.1:25 (no TLS, no login); empty: .eml files in the data folder",
    ),
    ("mail_from", "fasttrack <fasttrack@example.org>", "Whom mails are from"),
    ("calendar_file", "", "Holidays in the shape of the built-in file, which it replaces"),
    (
        "waiting_extension",
        "total",
        "How an extension of the waiting period is counted: total (the whole ends by the 20th working day) or extra",
    ),
    (
        "delivery_schedule",
        "0,5,300,1800,7200,18000,36000,50400,72000,86400",
        "Seconds to wait before each attempt to deliver, by comma; 72 to 96 hours in all",
    ),
    ("endpoint_per_second_max", "100", "Attempts a second at an endpoint without a limit of its own"),
    ("endpoint_at_once_max", "8", "Attempts at once at an endpoint without a limit of its own"),
    ("operator_mail", "", "Mail address that is told when a message does not arrive; empty: nobody is"),
    ("log_format", "text", "text or json"),
];

/// The settings, checked.
#[derive(Clone, Debug)]
pub struct Config {
    /// Address to listen on.
    pub listen: SocketAddr,
    /// Base of links, without a trailing slash.
    pub public_url: String,
    /// Data folder.
    pub data_folder: PathBuf,
    /// The bucket files lie in; without one they lie in the data folder.
    pub files: Option<Bucket>,
    /// Database URL; `sqlite:` where none was given.
    pub database_url: String,
    /// Connections to PostgreSQL.
    pub database_connections_max: usize,
    /// Master key, where it was given.
    pub master_key: Option<Secret>,
    /// Who issues dispatches.
    pub issuer: Issuer,
    /// What the numbers of documents begin with.
    pub issuer_code: String,
    /// Whether dispatches are meant.
    pub livemode: bool,
    /// Relay contact.
    pub relay_contact: String,
    /// Filings an account may make an hour.
    pub filings_per_hour_max: u32,
    /// Reports read at once.
    pub readings_max: usize,
    /// Files of trust anchors.
    pub trust_anchors: Vec<PathBuf>,
    /// Whether scanned reports are read by tesseract.
    pub reads_scans: bool,
    /// Where endpoints may lie.
    pub egress: EgressRules,
    /// The mail relay; without one, mails are files in the data folder.
    pub relay: Option<RelaySettings>,
    /// Whom mails are from.
    pub mail_from: String,
    /// The holidays, where a file gives them.
    pub calendar_file: Option<PathBuf>,
    /// How an extension of the waiting period is counted.
    pub waiting_extension: crate::domain::complaint::ExtensionCap,
    /// How long to wait before each attempt to deliver.
    pub schedule: Schedule,
    /// What endpoints take that have no limits of their own.
    pub lane_limits: LaneLimits,
    /// Who is told when a message does not arrive.
    pub operator_mail: Option<String>,
    /// Whether logs are JSON.
    pub log_json: bool,
}

/// A secret that does not print itself.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(pub String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// Every setting that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("settings are wrong:\n  {}", .0.join("\n  "))]
pub struct ConfigError(pub Vec<String>);

/// Takes settings one by one and remembers what is wrong with them.
struct Taking {
    values: BTreeMap<String, String>,
    wrong: Vec<String>,
}

impl Taking {
    fn text(&self, name: &str) -> String {
        let default = SETTINGS.iter().find(|(n, _, _)| *n == name).map_or("", |(_, d, _)| d);
        self.values.get(name).map_or(default, String::as_str).to_owned()
    }

    fn optional(&self, name: &str) -> Option<String> {
        Some(self.text(name)).filter(|t| !t.is_empty())
    }

    fn parsed<T: std::str::FromStr>(&mut self, name: &str, expected: &str) -> Option<T> {
        let text = self.text(name);
        let parsed = text.trim().parse().ok();
        if parsed.is_none() {
            self.wrong(name, &format!("{text:?} is not {expected}"));
        }
        parsed
    }

    fn one_of<T: Copy>(&mut self, name: &str, words: &[(&str, T)]) -> Option<T> {
        let text = self.text(name);
        let found = words.iter().find(|(w, _)| *w == text).map(|(_, v)| *v);
        if found.is_none() {
            let all: Vec<&str> = words.iter().map(|(w, _)| *w).collect();
            self.wrong(name, &format!("{text:?} is none of {}", all.join(", ")));
        }
        found
    }

    fn wrong(&mut self, name: &str, why: &str) {
        self.wrong.push(format!("{PREFIX}{}: {why}", name.to_uppercase()));
    }
}

impl Config {
    /// The settings of this process.
    ///
    /// # Errors
    /// [`ConfigError`] with every setting that is wrong.
    pub fn from_environment() -> Result<Self, ConfigError> {
        let env: BTreeMap<String, String> = std::env::vars_os()
            .filter_map(|(n, v)| Some((n.into_string().ok()?, v.into_string().ok()?)))
            .filter_map(|(n, v)| Some((n.strip_prefix(PREFIX)?.to_lowercase(), v)))
            .collect();
        let file = match env.get(FILE_SETTING) {
            None => None,
            Some(path) => Some(std::fs::read_to_string(path).map_err(|e| ConfigError(vec![format!("{PREFIX}CONFIG: {path}: {e}")]))?),
        };
        Self::from_values(env, file.as_deref())
    }

    /// The settings of an environment (names without prefix, lower case) over those of a file.
    ///
    /// # Errors
    /// [`ConfigError`] with every setting that is wrong.
    pub fn from_values(env: BTreeMap<String, String>, file: Option<&str>) -> Result<Self, ConfigError> {
        let mut taking = Taking { values: BTreeMap::new(), wrong: Vec::new() };
        match file.map(toml::from_str::<toml::Table>).transpose() {
            Err(e) => taking.wrong.push(format!("the file: {}", e.message())),
            Ok(table) => {
                for (name, value) in table.into_iter().flatten() {
                    let text = match value {
                        toml::Value::String(s) => s,
                        other => other.to_string(),
                    };
                    taking.values.insert(name, text);
                }
            }
        }
        taking.values.extend(env.into_iter().filter(|(n, _)| n != FILE_SETTING));
        let unknown: Vec<String> = taking.values.keys().filter(|n| !SETTINGS.iter().any(|(s, _, _)| s == n)).cloned().collect();
        for name in unknown {
            taking.wrong(&name, "there is no such setting");
        }
        let config = take(&mut taking);
        match config {
            Some(config) if taking.wrong.is_empty() => Ok(config),
            _ => Err(ConfigError(taking.wrong)),
        }
    }
}

fn take(t: &mut Taking) -> Option<Config> {
    let listen = t.parsed("listen", "an address and port");
    let connections = t.parsed("database_connections_max", "a number");
    let livemode = t.parsed("livemode", "true or false");
    let filings = t.parsed("filings_per_hour_max", "a number");
    let kind = t.one_of("issuer_kind", &[("aid_centre", "aid_centre"), ("patent_authority", "patent_authority")]);
    let extension = [("total", crate::domain::complaint::ExtensionCap::Total), ("extra", crate::domain::complaint::ExtensionCap::Extra)];
    let waiting_extension = t.one_of("waiting_extension", &extension);
    let log_json = t.one_of("log_format", &[("text", false), ("json", true)]);
    let readings = match t.optional("readings_max") {
        None => Some(2 * std::thread::available_parallelism().map_or(2, usize::from)),
        Some(_) => t.parsed("readings_max", "a number"),
    };
    let reads_scans = t.one_of("ocr", &[("none", false), ("tesseract", true)]);
    let egress = egress(t);
    let relay = relay(t);
    let schedule = schedule(t);
    let lane_limits = lane_limits(t);
    let operator_mail = t.optional("operator_mail");
    if operator_mail.as_deref().is_some_and(|address| !is_address(address)) {
        t.wrong("operator_mail", "one mail address is expected");
    }
    let public_url = t.text("public_url").trim_end_matches('/').to_owned();
    if !public_url.starts_with("http://") && !public_url.starts_with("https://") {
        t.wrong("public_url", "an http or https address is expected");
    }
    let data_folder = PathBuf::from(t.text("data_folder"));
    let database_url = t.optional("database_url").unwrap_or_else(|| format!("sqlite:{}", data_folder.join("fasttrack.sqlite").display()));
    if !["sqlite:", "postgres://", "postgresql://"].iter().any(|p| database_url.starts_with(p)) {
        t.wrong("database_url", "postgres://… or sqlite:PATH is expected");
    }
    let files = files(t);
    Some(Config {
        listen: listen?,
        public_url,
        data_folder,
        files: files?,
        database_url,
        database_connections_max: connections?,
        master_key: t.optional("master_key").map(Secret),
        issuer: Issuer { name: t.text("issuer_name"), kind: kind?.to_owned(), contact: t.text("issuer_contact") },
        issuer_code: t.text("issuer_code"),
        livemode: livemode?,
        relay_contact: t.text("relay_contact"),
        filings_per_hour_max: filings?,
        readings_max: readings?,
        trust_anchors: t.text("trust_anchors").split(',').map(str::trim).filter(|p| !p.is_empty()).map(PathBuf::from).collect(),
        reads_scans: reads_scans?,
        egress: egress?,
        relay: relay?,
        mail_from: t.text("mail_from"),
        calendar_file: t.optional("calendar_file").map(PathBuf::from),
        waiting_extension: waiting_extension?,
        schedule: schedule?,
        lane_limits: lane_limits?,
        operator_mail,
        log_json: log_json?,
    })
}

/// Shorter, and a platform that is away for a long weekend misses decisions; longer than a message is of use,
/// and nothing more would be tried.
fn schedule(t: &mut Taking) -> Option<Schedule> {
    let waits: Result<Vec<u32>, _> = t.text("delivery_schedule").split(',').map(|wait| wait.trim().parse()).collect();
    let seconds = SCHEDULE_HOURS_MIN * 3_600..=DELIVER_HOURS_MAX * 3_600;
    match waits {
        Ok(waits) if seconds.contains(&waits.iter().map(|w| i64::from(*w)).sum()) => Some(Schedule::new(waits)),
        _ => {
            let expected = format!("seconds by comma are expected, {SCHEDULE_HOURS_MIN} to {DELIVER_HOURS_MAX} hours in all");
            t.wrong("delivery_schedule", &expected);
            None
        }
    }
}

fn lane_limits(t: &mut Taking) -> Option<LaneLimits> {
    let mut limit = |name: &str, most: u32| {
        let n: u32 = t.parsed(name, "a number")?;
        if !(1..=most).contains(&n) {
            t.wrong(name, &format!("1 to {most} is expected"));
        }
        Some(n)
    };
    let per_second_max = limit("endpoint_per_second_max", PER_SECOND_LIMIT);
    let at_once_max = limit("endpoint_at_once_max", AT_ONCE_LIMIT);
    Some(LaneLimits { per_second_max: per_second_max?, at_once_max: at_once_max? })
}

fn is_address(text: &str) -> bool {
    let plain = !text.contains(|c: char| c.is_whitespace() || c == ',' || c == '<');
    plain && text.split_once('@').is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty() && !domain.contains('@'))
}

fn egress(t: &mut Taking) -> Option<EgressRules> {
    let allow_http = t.parsed("egress_allow_http", "true or false")?;
    let text = t.text("egress_allow_networks");
    let mut allow_private = Vec::new();
    for network in text.split(',').map(str::trim).filter(|n| !n.is_empty()) {
        match network.parse() {
            Ok(network) => allow_private.push(network),
            Err(_) => t.wrong("egress_allow_networks", &format!("{network:?} is not a network")),
        }
    }
    Some(EgressRules { allow_private, allow_http, allow_ports: Vec::new() })
}

fn files(t: &mut Taking) -> Option<Option<Bucket>> {
    let Some(text) = t.optional("files_url") else { return Some(None) };
    let read = Bucket::of_url(&text);
    if read.is_none() {
        // Not what was given: somebody may have put a key in it.
        t.wrong("files_url", "s3://BUCKET/PREFIX?endpoint=URL&region=NAME is expected, without keys");
    }
    read.map(Some)
}

fn relay(t: &mut Taking) -> Option<Option<RelaySettings>> {
    let Some(text) = t.optional("smtp_url") else { return Some(None) };
    let from = t.text("mail_from");
    let read = RelaySettings::of_url(&text, from);
    if read.is_none() {
        // Not what was given: it holds a password.
        t.wrong("smtp_url", "smtps://user:password@host:465, smtp://host:587 or smtp+plain://host:25 is expected");
    }
    read.map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn env(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect()
    }

    #[test]
    fn the_defaults_are_a_whole_configuration() {
        let config = Config::from_values(env(&[]), None).unwrap();
        assert_eq!(config.database_url, "sqlite:fasttrack-data/fasttrack.sqlite");
        assert!(!config.livemode && config.relay.is_none());
        assert_eq!(config.schedule, Schedule::default());
    }

    #[test]
    fn the_environment_stands_over_the_file() {
        let file = Some("listen = \"0.0.0.0:1\"\nfilings_per_hour_max = 7\n");
        let config = Config::from_values(env(&[("listen", "127.0.0.1:2")]), file).unwrap();
        assert_eq!((config.listen.port(), config.filings_per_hour_max), (2, 7));
    }

    #[test]
    fn every_wrong_setting_is_named_at_once() {
        let given = [
            ("listen", "nowhere"),
            ("smtp_url", "https://user:pass@mail"),
            ("files_url", "s3://key:pass@centre/files"),
            ("lisen", "x"),
            ("egress_allow_networks", "10.0.0.0/99"),
            ("delivery_schedule", "0,5,300"),
            ("endpoint_at_once_max", "0"),
            ("endpoint_per_second_max", "10001"),
            ("operator_mail", "nobody"),
        ];
        let ConfigError(wrong) = Config::from_values(env(&given), None).unwrap_err();
        for name in given.map(|(name, _)| format!("FASTTRACK_{}", name.to_uppercase())) {
            let name = name.as_str();
            assert!(wrong.iter().any(|w| w.starts_with(name)), "{name} in {wrong:?}");
        }
        assert!(!wrong.iter().any(|w| w.contains("pass@")), "a password is not repeated: {wrong:?}");
    }

    #[test]
    fn a_secret_does_not_print_itself() {
        let config = Config::from_values(env(&[("master_key", "abcdef")]), None).unwrap();
        assert!(!format!("{config:?}").contains("abcdef"));
    }
}
