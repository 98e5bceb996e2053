//! `register import`: what it puts, what it refuses, and that a killed import goes on.

use std::fmt::Write as _;
use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};

use crate::register::Scene;
use crate::support::database::counted;
use crate::support::notices::{LAMP, SHELF, register, today};
use crate::support::{Engine, Service, on_both_databases};

/// A right number with serial `n`, by the check digit of ZC 0006-2003.
fn number(n: usize) -> String {
    let digits = format!("20233{n:07}");
    let weights = [2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5];
    let sum: u32 = digits.chars().zip(weights).map(|(d, w)| d.to_digit(10).unwrap() * w).sum();
    match sum % 11 {
        10 => format!("{digits}.X"),
        rest => format!("{digits}.{rest}"),
    }
}

fn import(service: &Service, file: &std::path::Path) -> (Option<i32>, Value) {
    let done = service.command().args(["register", "import"]).arg(file).output().unwrap();
    let body = serde_json::from_slice(&done.stdout).unwrap_or_else(|_| String::from_utf8_lossy(&done.stderr).into_owned().into());
    (done.status.code(), body)
}

on_both_databases! {
    /// Good rows are put, bad rows are named with their line, complaints hear of what changed.
    async fn an_import_puts_what_is_right_and_names_what_is_not(engine: Engine) {
        let mut at = Scene::open(engine).await;
        at.put(&LAMP, json!({})).await;
        at.put(&SHELF, json!({})).await;
        let id = at.taken_down(&LAMP, &["100000000001"]).await;
        at.platform.wait_for(1).await;
        let file = at.service.folder.path().join("register.csv");
        let (day, lamp, shelf) = (today(), LAMP.number, SHELF.number);
        let rows = [
            "number,status,as_of,source,holder,filed_on,granted_on,text_version,items_in_force".to_owned(),
            format!("ZL{lamp},invalidated,{day},专利公报,宁波明光灯具有限公司,2023-05-10,2023-11-14,granted,"),
            format!("{shelf},in_force,2026-01-02,旧数据,,,,,"),
            format!("202330271846.8,in_force,{day},专利公报,,,,,"),
            format!("{},in_force,{day},专利公报,甲公司,2023-01-05,2023-06-06,granted,1-3、5", number(1)),
            format!("{},unheard_of,{day},专利公报,,,,,", number(2)),
            format!("{},in_force,2999-01-01,专利公报,,,,,", number(3)),
            format!("201710601862.3,in_force,{day},专利公报,,,,,"),
        ];
        std::fs::write(&file, rows.join("\n")).unwrap();
        // What cannot be imported at all is said before anything is opened.
        for (name, text, says) in [
            ("missing.csv", None, "there is no such file"),
            ("register.xlsx", Some("PK"), "ends with neither .csv nor .jsonl"),
            ("bad.csv", Some("number,colour"), "\"colour\" is not one of number, status"),
        ] {
            let wrong = at.service.folder.path().join(name);
            if let Some(text) = text {
                std::fs::write(&wrong, text).unwrap();
            }
            let (code, said) = import(&at.service, &wrong);
            let said = said.as_str().unwrap();
            assert!(code == Some(2) && said.contains(name) && said.contains(says) && said.lines().count() == 1, "{said}");
        }
        if engine == Engine::Sqlite {
            let (code, said) = import(&at.service, &file);
            assert!(code == Some(70) && said.as_str().unwrap().contains("PUT /v1/admin/patents/{patent_number}"), "{said}");
            assert!(at.service.terminate());
        }
        let (code, said) = import(&at.service, &file);
        assert_eq!((code, &said["put"], &said["refused"]), (Some(1), &2.into(), &5.into()), "{said}");
        let errors = std::fs::read_to_string(said["errors"].as_str().unwrap()).unwrap();
        let errors: Vec<Value> = errors.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
        let found: Vec<(u64, &str)> = errors.iter().map(|e| (e["line"].as_u64().unwrap(), e["code"].as_str().unwrap())).collect();
        let expected = [(3, "register.older"), (4, "patent.number"), (6, "row.status"), (7, "register.in_the_future"), (8, "patent.kind_not_accepted")];
        assert_eq!(found, expected);
        let (code, again) = import(&at.service, &file);
        assert_eq!((code, &again["already_done"], &again["put"]), (Some(1), &true.into(), &2.into()), "{again}");
        if engine == Engine::Sqlite {
            at.service.spawn().await;
        }
        at.came_back(&id, "register.invalidated").await;
        assert_eq!(at.platform.wait_for(2).await[1].body["type"], "lift.decided");
        let put = at.service.get(&format!("/v1/admin/patents/{}", number(1)), &at.examiner).await.expect(200);
        assert_eq!((&put["version"], &put["items_in_force"]), (&1.into(), &json!(["1", "2", "3", "5"])));
    }

    /// Killed in the midst, an import goes on where it stood: every row once, and again changes nothing.
    async fn a_killed_import_goes_on(engine: Engine) {
        const ROWS: usize = 12_000;
        let mut service = Service::start(engine).await;
        service.terminate();
        let file = service.folder.path().join("many.jsonl");
        let mut text = String::new();
        for n in 0..ROWS {
            let mut row = register(&LAMP);
            row["number"] = number(n).into();
            writeln!(text, "{row}").unwrap();
        }
        std::fs::write(&file, text).unwrap();
        let lines = "SELECT COALESCE(MAX(line_number), 0) FROM register_imports";
        let mut child = service.command().args(["register", "import"]).arg(&file).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        while counted(&service.database_url, lines) == 0 {
            assert!(child.try_wait().unwrap().is_none(), "the import was over, and nothing had said how far it was");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        child.kill().unwrap();
        assert!(!child.wait().unwrap().success(), "the import was over before it was killed");
        let more = format!("SELECT (SELECT COUNT(*) FROM patents) - ({lines})");
        assert_eq!(counted(&service.database_url, &more), 0, "what is marked as done is there, and no more");

        let (code, done) = import(&service, &file);
        let stood = done["continued_after_line"].as_u64().unwrap();
        assert!(0 < stood && stood < ROWS as u64, "{done}");
        assert_eq!((code, &done["put"], &done["unchanged"], &done["refused"]), (Some(0), &ROWS.into(), &0.into(), &0.into()), "{done}");
        for table in ["patents", "patent_versions"] {
            assert_eq!(counted(&service.database_url, &format!("SELECT COUNT(*) FROM {table}")), ROWS as i64, "{table}");
        }
        let (code, again) = import(&service, &file);
        assert_eq!((code, &again["already_done"]), (Some(0), &true.into()));
        service.spawn().await;
        let (_, examiner) = service.account("examiner", None).await;
        for n in [0, 999, 1_000, ROWS / 2, ROWS - 1] {
            let versions = service.get(&format!("/v1/admin/patents/{}/versions", number(n)), &examiner).await.expect(200);
            assert_eq!(versions["items"].as_array().unwrap().len(), 1, "{n}");
        }
    }
}
