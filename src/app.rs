//! Puts the parts together: from settings to a running service. Called by the command line and tests.

use std::path::{Path, PathBuf};
use std::time::Duration;

use actix_web::middleware::from_fn;
use actix_web::{App, HttpServer, web};
use anyhow::Context;
use jiff::SignedDuration;
use tokio::runtime::{Handle, Runtime};
use tokio::sync::watch;
use tracing_actix_web::TracingLogger;

use crate::agenda::Agenda;
use crate::audit::Sealer;
use crate::clock::{Clock, Ids};
use crate::config::Config;
use crate::delivery::courier::{Courier, CourierParts, Post};
use crate::delivery::egress;
use crate::delivery::mail::{Folder, Relay};
use crate::domain::calendar::Calendar;
use crate::intake::ocr::scans::Scans;
use crate::intake::ocr::tesseract::Tesseract;
use crate::intake::reader::Reader;
use crate::intake::signature::TrustAnchors;
use crate::intake::upload::Uploads;
use crate::store::{Lock, SKEW_SECONDS_MAX, Store, lock_data_folder};
use crate::vault::Vault;
use crate::web::{Web, configure, guard};
use crate::workflow::{Desk, DeskParts, Settings};

/// Seconds that requests under way get to end.
const SHUTDOWN_SECONDS: u64 = 20;
/// Seconds a client may take for the head of a request.
const HEAD_DEADLINE_SECONDS: u64 = 10;
/// Seconds between looks at the database's clock.
const CLOCK_LOOK_SECONDS: u64 = 60;
/// Most threads that speak to platforms.
const SENDERS_MAX: usize = 4;
/// File of the master key in the data folder.
const MASTER_KEY_FILE: &str = "master.key";
/// Folder of mails in the data folder, where no relay takes them.
const MAILS_FOLDER: &str = "mails";
/// Folder of files in the data folder.
const FILES_FOLDER: &str = "files";

/// The parts, ready to serve or to work.
pub struct Service {
    /// The desk.
    pub desk: Desk,
    courier: CourierParts,
    config: Config,
    _lock: Option<Lock>,
}

impl Service {
    /// Builds everything from settings. `program` is this program, which reads reports as a child.
    ///
    /// # Errors
    /// A folder that cannot be made, a data folder another process holds, keys that cannot be read.
    pub fn build(config: Config, program: PathBuf) -> anyhow::Result<Self> {
        Self::build_at(config, program, Clock::of_process())
    }

    /// The same with a clock of its own.
    ///
    /// # Errors
    /// As [`Service::build`].
    pub fn build_at(config: Config, program: PathBuf, clock: Clock) -> anyhow::Result<Self> {
        let folder = &config.data_folder;
        std::fs::create_dir_all(folder).with_context(|| format!("the folder {} cannot be made", folder.display()))?;
        let embedded = config.database_url.starts_with("sqlite:");
        let lock = embedded
            .then(|| lock_data_folder(&config.data_folder))
            .transpose()
            .with_context(|| format!("another process works in {}", config.data_folder.display()))?;
        let vault = vault(&config)?;
        let store = Store::open(&config.database_url, config.database_connections_max)?;
        let calendar = calendar(config.calendar_file.as_deref())?;
        let engine = config.reads_scans.then(|| Tesseract::find(program.clone())).transpose().context("FASTTRACK_OCR")?;
        let desk = Desk::new(DeskParts {
            calendar,
            store: store.clone(),
            clock: clock.clone(),
            ids: Ids::Random,
            vault: vault.clone(),
            scans: Scans::new(program.clone(), engine, config.readings_max),
            reader: Reader::new(program, config.readings_max).trusting(&trust_anchors(&config.trust_anchors)?),
            uploads: uploads(&config)?,
            settings: Settings {
                issuer: config.issuer.clone(),
                issuer_code: config.issuer_code.clone(),
                livemode: config.livemode,
                public_url: config.public_url.clone(),
                relay_contact: config.relay_contact.clone(),
                extension_cap: config.waiting_extension,
                egress: config.egress.clone(),
                lane_limits: config.lane_limits,
                tells_operator: config.operator_mail.is_some(),
            },
        });
        let post = match &config.relay {
            Some(relay) => Post::Relay(Relay::new(relay).context("the mail relay")?),
            None => Post::Folder(Folder::new(config.data_folder.join(MAILS_FOLDER), &config.mail_from).context("mails")?),
        };
        let courier = CourierParts {
            worker: Ids::Random.next(),
            store,
            clock,
            vault,
            http: egress::Clients::new(&config.egress).context("the HTTP clients")?,
            rules: config.egress.clone(),
            schedule: config.schedule.clone(),
            limits: config.lane_limits,
            post,
            issuer: config.issuer.name.clone(),
            operator_mail: config.operator_mail.clone(),
            public_url: config.public_url.clone(),
        };
        Ok(Service { desk, courier, config, _lock: lock })
    }

    /// Brings the tables up to this version.
    ///
    /// # Errors
    /// The store's.
    pub async fn migrate(&self) -> anyhow::Result<()> {
        self.desk.store().migrate().await.context("the tables could not be brought up to date")
    }

    /// Serves the API and works outbox and agenda until `stop`.
    ///
    /// # Errors
    /// The address cannot be listened on.
    pub async fn serve(self, stop: watch::Receiver<bool>) -> anyhow::Result<()> {
        self.desk.load_calendar().await.context("the calendar")?;
        let state = web::Data::new(Web::new(self.desk.clone(), self.config.filings_per_hour_max));
        let state_of_app = state.clone();
        let server = HttpServer::new(move || {
            App::new().app_data(state_of_app.clone()).wrap(from_fn(guard)).wrap(TracingLogger::default()).configure(configure)
        })
        .client_request_timeout(Duration::from_secs(HEAD_DEADLINE_SECONDS))
        .shutdown_timeout(SHUTDOWN_SECONDS)
        .disable_signals()
        .bind(self.config.listen)
        .with_context(|| format!("{} cannot be listened on", self.config.listen))?
        .run();
        tracing::info!(address = %self.config.listen, "listening");
        let desk = self.desk.clone();
        tokio::spawn(async move {
            if let Err(why) = desk.warm_reader().await {
                tracing::error!(why, "no reading child could be started");
            }
        });
        let handle = server.handle();
        let senders = Senders::start().context("the senders")?;
        let worker = tokio::spawn(work(Courier::new(self.courier, senders.handle.clone()), self.desk, stop.clone()));
        let mut until = stop;
        let stopper = tokio::spawn(async move {
            let _ = until.wait_for(|stop| *stop).await;
            state.stop();
            handle.stop(true).await;
        });
        server.await?;
        stopper.abort();
        worker.await?;
        Ok(())
    }

    /// Works outbox and agenda only, until `stop`.
    pub async fn work(self, stop: watch::Receiver<bool>) {
        work(Courier::new(self.courier, Handle::current()), self.desk, stop).await;
    }
}

/// The threads that speak to platforms, beside those that serve.
struct Senders {
    handle: Handle,
    runtime: Option<Runtime>,
}

impl Senders {
    fn start() -> std::io::Result<Self> {
        let threads = std::thread::available_parallelism().map_or(SENDERS_MAX, usize::from).min(SENDERS_MAX);
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(threads).thread_name("sender").enable_all().build()?;
        Ok(Senders { handle: runtime.handle().clone(), runtime: Some(runtime) })
    }
}

impl Drop for Senders {
    fn drop(&mut self) {
        // Their attempts have ended; a runtime may not be waited for where others run.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

async fn work(courier: Courier, desk: Desk, stop: watch::Receiver<bool>) {
    let agenda = Agenda::new(desk.clone());
    let sealer = Sealer::new(desk.clone());
    tokio::join!(courier.run(stop.clone()), agenda.run(stop.clone()), sealer.run(stop.clone()), watch_clock(desk, stop));
}

/// Says in the log that the clock is wrong: a process that only works has no other voice.
async fn watch_clock(desk: Desk, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        // A database that is away is told of by whoever needs it.
        if let Ok(ahead) = desk.clock_ahead().await
            && ahead.abs() > SignedDuration::from_secs(SKEW_SECONDS_MAX)
        {
            tracing::error!(seconds = ahead.as_secs(), "clock.skew: this clock is ahead of the database's, or behind it");
        }
        tokio::select! {
            () = tokio::time::sleep(Duration::from_secs(CLOCK_LOOK_SECONDS)) => {}
            _ = stop.wait_for(|stop| *stop) => break,
        }
    }
}

/// Where files lie.
fn uploads(config: &Config) -> anyhow::Result<Uploads> {
    if let Some(bucket) = &config.files {
        return Uploads::in_bucket(bucket).context("FASTTRACK_FILES_URL");
    }
    let folder = config.data_folder.join(FILES_FOLDER);
    std::fs::create_dir_all(&folder).with_context(|| format!("the folder {} cannot be made", folder.display()))?;
    Ok(Uploads::in_folder(&folder)?)
}

/// The trust anchors of these PEM files.
///
/// # Errors
/// A file that cannot be read, or holds anything else than certificates.
pub fn trust_anchors(files: &[PathBuf]) -> anyhow::Result<TrustAnchors> {
    let mut anchors = TrustAnchors::default();
    for file in files.iter().filter(|f| !f.as_os_str().is_empty()) {
        let text = std::fs::read(file).with_context(|| format!("FASTTRACK_TRUST_ANCHORS: {} cannot be read", file.display()))?;
        anchors.add_pem(&text).with_context(|| format!("FASTTRACK_TRUST_ANCHORS: {}", file.display()))?;
    }
    Ok(anchors)
}

/// The calendar of the file, or the one this program was built with.
fn calendar(file: Option<&Path>) -> anyhow::Result<Calendar> {
    let Some(file) = file else { return Ok(Calendar::built_in()) };
    let text = std::fs::read_to_string(file).with_context(|| format!("FASTTRACK_CALENDAR_FILE: {} cannot be read", file.display()))?;
    Calendar::read(&text).with_context(|| format!("FASTTRACK_CALENDAR_FILE: {} is not a calendar", file.display()))
}

/// The vault of the master key that was given, or of the one in the data folder, made at the first start.
fn vault(config: &Config) -> anyhow::Result<Vault> {
    let text = match &config.master_key {
        Some(secret) => secret.0.clone(),
        None => master_key_file(&config.data_folder.join(MASTER_KEY_FILE))?,
    };
    Vault::new(&text).context("the master key")
}

fn master_key_file(path: &Path) -> anyhow::Result<String> {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;

    let make = || -> anyhow::Result<String> {
        let key = Vault::new_master_key()?;
        let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
        file.write_all(key.as_bytes())?;
        file.sync_all()?;
        Ok(key)
    };
    match std::fs::read_to_string(path) {
        Ok(key) => Ok(key),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => make().with_context(|| format!("{} cannot be made", path.display())),
        Err(e) => Err(e).with_context(|| format!("{} cannot be read", path.display())),
    }
}

/// Says stop when the process is asked to end.
pub async fn until_asked_to_end(stop: watch::Sender<bool>) {
    use tokio::signal::unix::{SignalKind, signal};
    let asked = async {
        match signal(SignalKind::terminate()) {
            Ok(mut terminate) => tokio::select! {
                _ = terminate.recv() => {}
                _ = tokio::signal::ctrl_c() => {}
            },
            Err(_) => {
                let _ = tokio::signal::ctrl_c().await;
            }
        }
    };
    asked.await;
    tracing::info!("asked to end; requests under way are finished first");
    let _ = stop.send(true);
}

/// Shared by every process that shows what it does.
pub fn start_logging(json: bool) {
    use tracing_subscriber::EnvFilter;
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info,actix_server=warn"));
    let logs = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // A second call (tests) changes nothing.
    let _ = if json { logs.json().try_init() } else { logs.with_ansi(false).try_init() };
}
