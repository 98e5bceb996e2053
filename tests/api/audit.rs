//! The log cannot be changed, and where somebody with the database in hand does it, `audit` says so.

use serde_json::Value;

use crate::support::database::tamper;
use crate::support::notices::{Deposited, LAMP, notice};
use crate::support::{Engine, Service, on_both_databases};

fn audited(service: &Service) -> (bool, Value) {
    let done = service.command().arg("audit").output().unwrap();
    (done.status.success(), serde_json::from_slice(&done.stdout).unwrap())
}

async fn with_a_complaint(engine: Engine) -> Service {
    let mut service = Service::start(engine).await;
    let (_, holder) = service.account("complainant", None).await;
    let files = Deposited::of(&service, &holder, &LAMP).await;
    service.file(&holder, ("a-1", &notice(&LAMP, &files, &["100000000001"]))).await.expect(201);
    assert!(service.terminate());
    service
}

on_both_databases! {
    /// Both databases refuse to change the log.
    async fn the_log_is_append_only(engine: Engine) {
        let service = with_a_complaint(engine).await;
        assert!(!tamper(&service.database_url, "UPDATE events SET actor = 'nobody'"));
        assert!(!tamper(&service.database_url, "DELETE FROM events"));
        if engine == Engine::Postgres {
            assert!(!tamper(&service.database_url, "TRUNCATE events CASCADE"));
        }
        let (sound, report) = audited(&service);
        assert!(sound && report["events"] == 4, "{report:#}");
    }

    /// A changed projection is found.
    async fn a_changed_row_is_found(engine: Engine) {
        let service = with_a_complaint(engine).await;
        assert!(tamper(&service.database_url, "UPDATE complaints SET state = 'closed'"));
        assert!(tamper(&service.database_url, "UPDATE listings SET determination = 'infringing'"));
        let (sound, report) = audited(&service);
        let kinds: Vec<&str> = report["problems"].as_array().unwrap().iter().map(|p| p["kind"].as_str().unwrap()).collect();
        assert_eq!((sound, kinds), (false, vec!["projection", "projection"]));
    }

    /// A log that was changed past the triggers is found.
    async fn a_changed_log_is_found(engine: Engine) {
        let service = with_a_complaint(engine).await;
        let disarm = match engine {
            Engine::Sqlite => "DROP TRIGGER events_no_update",
            Engine::Postgres => "ALTER TABLE events DISABLE TRIGGER ALL",
        };
        assert!(tamper(&service.database_url, disarm));
        assert!(tamper(&service.database_url, "UPDATE events SET body = replace(body, '台灯', '吊灯'), actor = 'system:other' WHERE seq = 2"));
        let (sound, report) = audited(&service);
        assert!(!sound);
        assert!(report["problems"].as_array().unwrap().iter().any(|p| p["kind"] == "chain"), "{report:#}");
    }
}

/// The embedded database and the files are copied beside a running service, and the copy serves.
#[test]
fn a_backup_of_a_running_service_can_be_served() {
    crate::support::run(async {
        let service = Service::start(Engine::Sqlite).await;
        let (_, holder) = service.account("complainant", None).await;
        let files = Deposited::of(&service, &holder, &LAMP).await;
        let filed = service.file(&holder, ("b-1", &notice(&LAMP, &files, &["100000000001"]))).await.expect(201);
        let copy = service.folder.path().join("copy");
        let done = service.command().arg("backup").arg(&copy).output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        let again = service.command().arg("backup").arg(&copy).output().unwrap();
        assert!(!again.status.success(), "a backup overwrites nothing");
        let restored = service
            .command()
            .env("FASTTRACK_DATA_FOLDER", &copy)
            .env("FASTTRACK_DATABASE_URL", format!("sqlite:{}", copy.join("fasttrack.sqlite").display()))
            .arg("audit")
            .output()
            .unwrap();
        let report: Value = serde_json::from_slice(&restored.stdout).unwrap();
        assert_eq!((&report["complaints"], &report["problems"]), (&1.into(), &Value::Array(vec![])), "{filed}");
        assert!(service.data_folder().join("master.key").exists() && copy.join("master.key").exists());
    });
}
