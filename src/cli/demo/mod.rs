//! The demonstration: the service on an empty folder, a small platform beside it, and a handful of
//! complaints with real reports, filed through HTTP only, with every call shown. Only the time is moved from
//! within: fifteen days are a long demonstration.

mod calls;
mod notices;
mod receiver;
mod sides;
mod stories;
mod story;

use std::collections::BTreeMap;
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;
use tokio::sync::watch;

use crate::app::{Service, until_asked_to_end};
use crate::clock::Clock;
use crate::config::Config;
use crate::workflow::{AccountForm, Role};
use calls::Calls;
use receiver::Receiver;

/// Port that is tried first.
const PORT_FIRST: u16 = 8080;

#[derive(Debug, Args)]
pub(super) struct DemoArgs {
    /// Exits when the story is told.
    #[arg(long)]
    once: bool,
    /// Which story: `tour`, one of the outcomes by name, or `all`. A name that is none lists them.
    #[arg(long, default_value = stories::TOUR)]
    story: String,
}

pub(super) fn demo(args: DemoArgs) -> anyhow::Result<ExitCode> {
    actix_web::rt::System::new().block_on(tell(args))
}

async fn tell(args: DemoArgs) -> anyhow::Result<ExitCode> {
    let chosen = stories::chosen(&args.story)?;
    let clock = Clock::ahead();
    let folder = tempfile::Builder::new().prefix("fasttrack-demo-").tempdir()?;
    let port = free_port()?;
    let url = format!("http://127.0.0.1:{port}");
    let settings = BTreeMap::from([
        ("listen".to_owned(), format!("127.0.0.1:{port}")),
        ("public_url".to_owned(), url.clone()),
        ("data_folder".to_owned(), folder.path().display().to_string()),
        ("issuer_name".to_owned(), "演示市知识产权保护中心".to_owned()),
        ("egress_allow_networks".to_owned(), "127.0.0.0/8".to_owned()),
        ("egress_allow_http".to_owned(), "true".to_owned()),
    ]);
    let service = Service::build_at(Config::from_values(settings, None)?, std::env::current_exe()?, clock.clone())?;
    service.migrate().await?;
    // The first administrator; everything after this goes through HTTP.
    let form = AccountForm { role: Role::Admin, name: "demo admin".into(), platform: None, filings_per_hour_max: None, mail: None };
    let account = service.desk.create_account(form).await?;
    let admin = service.desk.create_key(account.id).await?.key;
    let (ask, stop) = watch::channel(false);
    let serving = actix_web::rt::spawn(service.serve(stop));
    let calls = Calls::new(&url)?;
    calls.wait_until_ready().await?;
    let receiver = Receiver::start().await?;

    println!("fasttrack, demonstration · 演示\nservice   {url}\nplatform  {}\n", receiver.url);
    let mut told = story::Telling::begin((&calls, &receiver, &clock), &admin).await?;
    for story in chosen {
        story.tell(&mut told).await?;
    }
    let keys = told.keys();

    println!("\nkeys · 密钥");
    for (who, key) in &keys {
        println!("  {who:<12} {key}");
    }
    println!("docs · 文档   {url}/docs");
    let holder = keys.iter().find(|(who, _)| *who == "complainant").map_or("", |(_, key)| key);
    let examiner = keys.iter().find(|(who, _)| *who == "examiner").map_or("", |(_, key)| key);
    println!("try · 试试\n  curl -s -H 'Authorization: Bearer {holder}' {url}/v1/complaints");
    println!("  curl -s -H 'Authorization: Bearer {examiner}' {url}/v1/admin/queue");
    if args.once {
        ask.send(true).ok();
    } else {
        println!("\nrunning until Ctrl-C; everything is in {} and goes with it", folder.path().display());
        until_asked_to_end(ask).await;
    }
    serving.await.context("the service")??;
    Ok(ExitCode::SUCCESS)
}

fn free_port() -> anyhow::Result<u16> {
    let bind = |port: u16| std::net::TcpListener::bind(("127.0.0.1", port)).and_then(|l| l.local_addr());
    let address = bind(PORT_FIRST).or_else(|_| bind(0))?;
    Ok(address.port())
}
