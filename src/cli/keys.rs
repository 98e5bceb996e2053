//! Accounts and keys without a running service: how the first administrator comes to be.

use std::process::ExitCode;

use clap::Args;

use super::print;
use super::process::service;
use crate::workflow::{AccountForm, PlatformForm, Role};

#[derive(Debug, Args)]
pub(super) struct KeysArgs {
    /// complainant, agent, platform, examiner, lead, admin or auditor.
    #[arg(long)]
    role: String,
    /// Name of the account, for people.
    #[arg(long)]
    name: String,
    /// With role platform: its code; the platform is made where there is none.
    #[arg(long)]
    platform: Option<String>,
    /// Sites of a platform that is made, by comma.
    #[arg(long, value_delimiter = ',')]
    sites: Vec<String>,
}

pub(super) async fn keys(args: KeysArgs) -> anyhow::Result<ExitCode> {
    let role = Role::from_word(&args.role).ok_or_else(|| anyhow::anyhow!("{} is no role", args.role))?;
    let service = service()?;
    service.migrate().await?;
    let desk = &service.desk;
    if let Some(code) = &args.platform
        && !desk.all_platforms().await?.iter().any(|p| p.code == *code)
    {
        let form = PlatformForm { code: code.clone(), name: args.name.clone(), sites: args.sites, forwarding: Default::default() };
        desk.create_platform(form).await?;
    }
    let form = AccountForm { role, name: args.name, platform: args.platform, filings_per_hour_max: None, mail: None };
    let account = desk.create_account(form).await?;
    let key = desk.create_key(account.id).await?;
    desk.write_key_made(&account).await?;
    print(&serde_json::json!({ "account": account.id, "role": account.role, "key_id": key.id, "key": key.key }).to_string());
    Ok(ExitCode::SUCCESS)
}
