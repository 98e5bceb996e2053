//! The long-running commands, and upkeep.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;
use tokio::sync::watch;

use super::print;
use crate::app::{Service, start_logging, until_asked_to_end};
use crate::config::Config;
use crate::intake::case_file::check_case_file;

/// The service of this process's settings.
pub(super) fn service() -> anyhow::Result<Service> {
    let config = Config::from_environment()?;
    start_logging(config.log_json);
    Service::build(config, std::env::current_exe()?)
}

pub(super) fn serve() -> anyhow::Result<ExitCode> {
    actix_web::rt::System::new().block_on(async {
        let service = service()?;
        service.migrate().await?;
        let (ask, stop) = watch::channel(false);
        tokio::spawn(until_asked_to_end(ask));
        service.serve(stop).await?;
        Ok(ExitCode::SUCCESS)
    })
}

pub(super) async fn worker() -> anyhow::Result<ExitCode> {
    let service = service()?;
    let (ask, stop) = watch::channel(false);
    tokio::spawn(until_asked_to_end(ask));
    service.work(stop).await;
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn migrate() -> anyhow::Result<ExitCode> {
    service()?.migrate().await?;
    Ok(ExitCode::SUCCESS)
}

#[derive(Debug, Args)]
pub(super) struct AuditArgs {
    /// A case file.
    #[arg(requires = "key")]
    file: Option<PathBuf>,
    /// Public key the operator signs case files with, hexadecimal; told by another way than the file.
    #[arg(long, requires = "file")]
    key: Option<String>,
}

pub(super) async fn audit(args: AuditArgs) -> anyhow::Result<ExitCode> {
    if let Some((file, key)) = args.file.zip(args.key) {
        let mut public = [0; 32];
        let read = hex::decode_to_slice(key.trim(), &mut public)
            .map_err(|_| "the key is not 64 hexadecimal digits".to_owned())
            .and_then(|()| check_case_file(&file, &public).map_err(|e| format!("{} cannot be read as a case file: {e}", file.display())));
        let report = match read {
            Ok(report) => report,
            Err(why) => {
                eprintln!("{why}");
                return Ok(ExitCode::from(2));
            }
        };
        print(&serde_json::to_string_pretty(&report)?);
        return Ok(if report.problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) });
    }
    let service = service()?;
    let report = crate::audit::audit(&service.desk).await?;
    print(&serde_json::to_string_pretty(&report)?);
    Ok(if report.problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

pub(super) async fn backup(folder: PathBuf) -> anyhow::Result<ExitCode> {
    let config = Config::from_environment()?;
    start_logging(config.log_json);
    std::fs::create_dir(&folder).with_context(|| format!("{} cannot be made; it must not exist yet", folder.display()))?;
    // Beside a running service: the copy is consistent, and files only ever come, so they go second.
    let store = crate::store::Store::open(&config.database_url, 1)?;
    store.copy_to(&folder.join("fasttrack.sqlite")).await?;
    // Those in a bucket are copied by whoever keeps it.
    if config.files.is_none() {
        copy_folder(&config.data_folder.join("files"), &folder.join("files"))?;
    }
    let key = config.data_folder.join("master.key");
    if key.exists() {
        std::fs::copy(&key, folder.join("master.key"))?;
    }
    print(&format!("copied to {}; the master key is in it or in your settings: without it nothing personal can be read", folder.display()));
    Ok(ExitCode::SUCCESS)
}

fn copy_folder(from: &Path, to: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from).with_context(|| format!("{} cannot be read", from.display()))? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
