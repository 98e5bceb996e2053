//! Every route, every role, own and foreign ids: from the table the server itself serves by.

use std::collections::BTreeMap;

use fasttrack::web::ROUTES;
use fasttrack::workflow::Role;
use serde_json::{Value, json};

use crate::support::notices::{Deposited, LAMP, deposit_right, notice, register};
use crate::support::platform::Platform;
use crate::support::{Engine, Service, on_both_databases};

/// What each route answers a caller who may call it, about something of its own with an empty object as
/// body; and about what is somebody else's. A route without a row here fails the test.
const EXPECTED: &[(&str, &str, u16, Option<u16>)] = &[
    ("GET", "/healthz", 200, None),
    ("GET", "/readyz", 200, None),
    ("GET", "/metrics", 200, None),
    ("GET", "/openapi.yaml", 200, None),
    ("GET", "/v1/signing-key", 200, None),
    ("GET", "/v1/webhook-keys/{endpoint_id}", 200, None),
    ("GET", "/v1/event-types", 200, None),
    ("GET", "/docs", 200, None),
    ("GET", "/docs/{asset}", 200, None),
    ("POST", "/v1/invitation-acceptances", 422, None),
    ("GET", "/v1/public/decisions", 200, None),
    ("GET", "/v1/public/statistics", 200, None),
    ("POST", "/v1/files", 201, None),
    ("GET", "/v1/files/{file_id}", 200, Some(404)),
    ("POST", "/v1/rights", 422, None),
    ("GET", "/v1/rights", 200, None),
    ("GET", "/v1/rights/{right_id}", 200, Some(404)),
    ("POST", "/v1/complaints", 400, None),
    ("GET", "/v1/complaints", 200, None),
    ("POST", "/v1/complaint-batches", 400, None),
    ("GET", "/v1/complaints/{complaint_id}", 200, Some(404)),
    ("GET", "/v1/complaints/{complaint_id}/log", 200, Some(404)),
    ("POST", "/v1/complaints/{complaint_id}/supplement", 409, Some(404)),
    ("POST", "/v1/complaints/{complaint_id}/withdrawal", 422, Some(422)),
    ("GET", "/v1/complaints/{complaint_id}/documents", 200, Some(404)),
    ("GET", "/v1/complaints/{complaint_id}/documents/{document_id}", 404, Some(404)),
    ("GET", "/v1/complaints/{complaint_id}/deadlines", 200, Some(404)),
    ("GET", "/v1/complaints/{complaint_id}/statements", 200, Some(404)),
    ("GET", "/v1/complaints/{complaint_id}/statements/{statement_id}/evidence/{sha256}", 404, Some(404)),
    ("POST", "/v1/complaints/{complaint_id}/statements/{statement_id}/receipt", 404, Some(404)),
    ("POST", "/v1/complaints/{complaint_id}/proceedings", 422, Some(422)),
    ("POST", "/v1/complaints/{complaint_id}/proceedings-status", 422, Some(422)),
    ("POST", "/v1/complaints/{complaint_id}/waiting-extension", 422, Some(422)),
    ("POST", "/v1/complaints/{complaint_id}/reviews", 422, Some(422)),
    ("POST", "/v1/report-checks", 422, None),
    ("GET", "/v1/conduct", 200, None),
    ("POST", "/v1/conduct/flags/{flag_id}/answer", 422, None),
    ("GET", "/v1/platform/dispatches", 200, None),
    ("GET", "/v1/platform/dispatches/{dispatch_id}", 200, Some(404)),
    ("POST", "/v1/platform/dispatches/{dispatch_id}/acknowledgements", 422, Some(422)),
    ("POST", "/v1/platform/dispatches/{dispatch_id}/resolutions", 422, Some(422)),
    ("POST", "/v1/platform/relistings", 422, None),
    ("POST", "/v1/platform/referrals", 400, None),
    ("GET", "/v1/platform/referrals", 200, None),
    ("GET", "/v1/platform/referrals/{referral_id}", 404, None),
    ("POST", "/v1/platform/referrals/{referral_id}/withdrawal", 422, None),
    ("GET", "/v1/platform/referrals/{referral_id}/documents", 404, None),
    ("GET", "/v1/platform/referrals/{referral_id}/documents/{document_id}", 404, None),
    ("POST", "/v1/platform/dispatches/{dispatch_id}/redelivery", 201, Some(404)),
    ("GET", "/v1/platform/rule", 200, None),
    ("PUT", "/v1/platform/rule", 428, None),
    ("GET", "/v1/platform/digests/{day}", 200, None),
    ("GET", "/v1/platform/endpoints", 200, None),
    ("POST", "/v1/platform/endpoints", 422, None),
    ("GET", "/v1/platform/endpoints/{endpoint_id}", 200, Some(404)),
    ("PUT", "/v1/platform/endpoints/{endpoint_id}", 428, Some(428)),
    ("PUT", "/v1/platform/endpoints/{endpoint_id}/limits", 428, Some(428)),
    ("POST", "/v1/platform/endpoints/{endpoint_id}/secret", 428, Some(428)),
    ("POST", "/v1/platform/endpoints/{endpoint_id}/pause", 428, Some(428)),
    ("POST", "/v1/platform/endpoints/{endpoint_id}/resumption", 428, Some(428)),
    ("POST", "/v1/platform/endpoints/{endpoint_id}/test", 201, Some(404)),
    ("GET", "/v1/platform/endpoints/{endpoint_id}/attempts", 200, Some(404)),
    ("POST", "/v1/platform/endpoints/{endpoint_id}/redeliveries", 422, Some(422)),
    ("POST", "/v1/platform/dispatches/{dispatch_id}/seller-access", 422, Some(422)),
    ("DELETE", "/v1/platform/seller-access/{access_id}", 404, None),
    ("GET", "/v1/platform/statements/{statement_id}", 404, None),
    ("GET", "/v1/platform/statements/{statement_id}/evidence/{sha256}", 404, None),
    ("POST", "/v1/platform/statements/{statement_id}/forwarding", 422, None),
    ("GET", "/v1/seller/complaint", 200, None),
    ("GET", "/v1/seller/documents", 200, None),
    ("GET", "/v1/seller/documents/{document_id}", 404, None),
    ("POST", "/v1/seller/files", 201, None),
    ("POST", "/v1/seller/answers", 422, None),
    ("POST", "/v1/seller/statements", 422, None),
    ("POST", "/v1/seller/reviews", 422, None),
    ("GET", "/v1/admin/queue", 200, None),
    ("GET", "/v1/admin/queue/counts", 200, None),
    ("POST", "/v1/admin/queue/claims", 204, None),
    ("GET", "/v1/admin/complaints", 200, None),
    ("GET", "/v1/admin/complaints/{complaint_id}", 200, None),
    ("GET", "/v1/admin/complaints/{complaint_id}/claim", 200, None),
    ("POST", "/v1/admin/complaints/{complaint_id}/claim", 201, None),
    ("DELETE", "/v1/admin/complaints/{complaint_id}/claim", 428, None),
    ("POST", "/v1/admin/complaints/{complaint_id}/assignment", 428, None),
    ("POST", "/v1/admin/complaints/{complaint_id}/notes", 422, None),
    ("POST", "/v1/admin/complaints/{complaint_id}/reminders", 422, None),
    ("DELETE", "/v1/admin/complaints/{complaint_id}/reminders/{reminder_id}", 428, None),
    ("GET", "/v1/admin/complaints/{complaint_id}/documents/{sha256}", 404, None),
    ("GET", "/v1/admin/complaints/{complaint_id}/report-pages/{page}", 200, None),
    ("GET", "/v1/admin/complaints/{complaint_id}/pictures/{sha256}", 404, None),
    ("POST", "/v1/admin/complaints/{complaint_id}/report-reading", 428, None),
    ("GET", "/v1/admin/complaints/{complaint_id}/issued-documents", 200, None),
    ("GET", "/v1/admin/complaints/{complaint_id}/issued-documents/{document_id}", 404, None),
    ("POST", "/v1/admin/complaints/{complaint_id}/decision", 428, None),
    ("POST", "/v1/admin/complaints/{complaint_id}/decision-confirmation", 428, None),
    ("POST", "/v1/admin/complaints/{complaint_id}/authenticity", 428, None),
    ("POST", "/v1/admin/complaints/{complaint_id}/lift", 428, None),
    ("POST", "/v1/admin/complaints/{complaint_id}/track", 428, None),
    ("GET", "/v1/admin/complaints/{complaint_id}/deadlines", 200, None),
    ("POST", "/v1/admin/complaints/{complaint_id}/supplement-request", 428, None),
    ("POST", "/v1/admin/complaints/{complaint_id}/hearing-extension", 428, None),
    ("POST", "/v1/admin/complaints/{complaint_id}/seller-notification", 422, None),
    ("POST", "/v1/admin/complaints/{complaint_id}/suspension", 428, None),
    ("POST", "/v1/admin/complaints/{complaint_id}/resumption", 428, None),
    ("POST", "/v1/admin/complaints/{complaint_id}/statements/{statement_id}/check", 428, None),
    ("POST", "/v1/admin/complaints/{complaint_id}/statements/{statement_id}/arrival", 422, None),
    ("POST", "/v1/admin/complaints/{complaint_id}/authority-acts", 422, None),
    ("POST", "/v1/admin/complaints/{complaint_id}/reviews/{review_id}/decision", 428, None),
    ("POST", "/v1/admin/complaints/{complaint_id}/recusal", 422, None),
    ("POST", "/v1/admin/complaints/{complaint_id}/conduct-flags", 422, None),
    ("POST", "/v1/admin/complaints/{complaint_id}/erasure", 428, None),
    ("GET", "/v1/admin/conduct-flags/{flag_id}", 404, None),
    ("POST", "/v1/admin/conduct-flags/{flag_id}/withdrawal", 428, None),
    ("POST", "/v1/admin/complaints/{complaint_id}/referrals", 428, None),
    ("POST", "/v1/admin/complaints/{complaint_id}/referrals/{referral_id}/outcome", 428, None),
    ("POST", "/v1/admin/mails/{mail_id}/bounce", 422, None),
    ("GET", "/v1/admin/calendar/{year}", 200, None),
    ("PUT", "/v1/admin/calendar/{year}", 428, None),
    ("GET", "/v1/admin/publication", 200, None),
    ("PUT", "/v1/admin/publication", 428, None),
    ("POST", "/v1/admin/bulk-decisions", 422, None),
    ("GET", "/v1/admin/bulk-decisions/{bulk_id}", 404, None),
    ("POST", "/v1/admin/bulk-decisions/{bulk_id}/start", 428, None),
    ("POST", "/v1/admin/bulk-decisions/{bulk_id}/stop", 428, None),
    ("GET", "/v1/admin/four-eyes", 200, None),
    ("PUT", "/v1/admin/four-eyes", 428, None),
    ("GET", "/v1/admin/reasons", 200, None),
    ("PUT", "/v1/admin/reasons", 428, None),
    ("POST", "/v1/admin/complaints/{complaint_id}/reconsideration", 428, None),
    ("GET", "/v1/admin/complaints/{complaint_id}/case-file", 200, None),
    ("GET", "/v1/admin/patents/{patent_number}", 200, None),
    ("PUT", "/v1/admin/patents/{patent_number}", 428, None),
    ("GET", "/v1/admin/patents/{patent_number}/versions", 200, None),
    ("GET", "/v1/admin/patents/{patent_number}/reports", 200, None),
    ("GET", "/v1/admin/reports/{sha256}", 404, None),
    ("GET", "/v1/admin/reports/{sha256}/file", 404, None),
    ("POST", "/v1/admin/reports/{sha256}/revocation", 428, None),
    ("GET", "/v1/admin/rights", 200, None),
    ("GET", "/v1/admin/rights/{right_id}", 200, None),
    ("GET", "/v1/admin/rights/{right_id}/documents/{sha256}", 404, None),
    ("POST", "/v1/admin/rights/{right_id}/verification", 428, None),
    ("GET", "/v1/admin/policies", 200, None),
    ("POST", "/v1/admin/policies", 422, None),
    ("GET", "/v1/admin/policies/{version}", 200, None),
    ("POST", "/v1/admin/policies/{version}/activation", 428, None),
    ("GET", "/v1/admin/policies/{version}/diff", 400, None),
    ("GET", "/v1/admin/policies/{version}/simulations", 200, None),
    ("POST", "/v1/admin/policies/{version}/simulations", 201, None),
    ("GET", "/v1/admin/oversight", 200, None),
    ("GET", "/v1/admin/automation", 200, None),
    ("POST", "/v1/admin/automation/{basis}/suspension", 428, None),
    ("POST", "/v1/admin/automation/{basis}/resumption", 428, None),
    ("GET", "/v1/admin/simulations/{simulation_id}", 404, None),
    ("POST", "/v1/admin/simulations/{simulation_id}/stop", 428, None),
    ("GET", "/v1/admin/accounts", 200, None),
    ("POST", "/v1/admin/accounts", 422, None),
    ("GET", "/v1/admin/accounts/{account_id}", 200, None),
    ("POST", "/v1/admin/accounts/{account_id}/suspension", 428, None),
    ("DELETE", "/v1/admin/accounts/{account_id}/suspension", 428, None),
    ("POST", "/v1/admin/invitations", 422, None),
    ("GET", "/v1/admin/house-log", 200, None),
    ("POST", "/v1/admin/accounts/{account_id}/keys", 201, None),
    ("POST", "/v1/admin/accounts/{account_id}/keys/{key_id}/rotation", 428, None),
    ("DELETE", "/v1/admin/accounts/{account_id}/keys/{key_id}", 428, None),
    ("GET", "/v1/admin/platforms", 200, None),
    ("POST", "/v1/admin/platforms", 422, None),
    ("GET", "/v1/admin/platforms/{platform_code}/rule", 200, None),
    ("PUT", "/v1/admin/platforms/{platform_code}/rule", 428, None),
    ("GET", "/v1/admin/platforms/{platform_code}/endpoints", 200, None),
    ("POST", "/v1/admin/platforms/{platform_code}/endpoints", 422, None),
    ("GET", "/v1/admin/endpoints/{endpoint_id}", 200, None),
    ("PUT", "/v1/admin/endpoints/{endpoint_id}", 428, None),
    ("PUT", "/v1/admin/endpoints/{endpoint_id}/limits", 428, None),
    ("POST", "/v1/admin/endpoints/{endpoint_id}/secret", 428, None),
    ("POST", "/v1/admin/endpoints/{endpoint_id}/pause", 428, None),
    ("POST", "/v1/admin/endpoints/{endpoint_id}/resumption", 428, None),
    ("POST", "/v1/admin/endpoints/{endpoint_id}/test", 201, None),
    ("GET", "/v1/admin/endpoints/{endpoint_id}/attempts", 200, None),
    ("POST", "/v1/admin/endpoints/{endpoint_id}/redeliveries", 422, None),
    ("GET", "/v1/admin/dispatches/{dispatch_id}", 200, None),
    ("POST", "/v1/admin/dispatches/{dispatch_id}/redelivery", 201, None),
];

on_both_databases! {
    /// The table of routes and the table above are one, and every answer is as it says.
    async fn every_route_for_every_role(engine: Engine) {
        let routes: Vec<(&str, &str)> = ROUTES.iter().map(|r| (r.method, r.path)).collect();
        let rows: Vec<(&str, &str)> = EXPECTED.iter().map(|(m, p, ..)| (*m, *p)).collect();
        assert_eq!(routes, rows, "a route without a row, or a row without a route");

        let service = Service::start(engine).await;
        let platform = Platform::connect(&service, "ali", &["taobao"]).await;
        let mut keys: BTreeMap<Role, String> = BTreeMap::new();
        for role in Role::ALL {
            let key = match role {
                Role::Admin => service.admin.clone(),
                Role::Platform => platform.key.clone(),
                // Below: its platform makes the access, for a dispatch.
                Role::Seller => continue,
                other => service.account(other.word(), None).await.1,
            };
            keys.insert(role, key);
        }
        let ids = Ids::make(&service, (&keys, &platform)).await;
        let access = format!("/v1/platform/dispatches/{}/seller-access", ids.common["dispatch_id"]);
        let made = service.post(&access, &platform.key, &json!({ "listings": [1] })).await.expect(201);
        keys.insert(Role::Seller, made["token"].as_str().unwrap().to_owned());
        for (method, path, own, foreign) in EXPECTED {
            let route = ROUTES.iter().find(|r| r.method == *method && r.path == *path).unwrap();
            if route.roles.is_empty() {
                let request = service.request(method, &ids.fill(path, Role::Complainant), "");
                let request = if *method == "GET" { request } else { request.json(&json!({})) };
                assert_eq!(service.send(request).await.status, *own, "{method} {path}");
                continue;
            }
            let bare = ids.fill(path, Role::Complainant);
            let nobody = service.send(service.request(method, &bare, "").json(&json!({}))).await;
            assert_eq!(nobody.problem(401), "unauthenticated", "{method} {path}");
            let stranger = service.send(service.request(method, &bare, "ftk_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA").json(&json!({}))).await;
            assert_eq!(stranger.problem(401), "unauthenticated", "{method} {path}");
            for (role, key) in &keys {
                let may = route.roles.contains(role);
                let answer = service.send(service.request(method, &ids.fill(path, *role), key).json(&json!({}))).await;
                let expected = if may { *own } else { 403 };
                assert_eq!(answer.status, expected, "{method} {path} as {}: {:#}", role.word(), answer.body);
                if path.ends_with("/claim") && answer.status == 201 {
                    // So that the next role finds it free.
                    service.delete(&ids.fill(path, *role), key).await.expect(204);
                }
                if let Some(foreign) = foreign.filter(|_| may) {
                    let answer = service.send(service.request(method, &ids.foreign(path), key).json(&json!({}))).await;
                    assert_eq!(answer.status, foreign, "{method} {path} of another as {}", role.word());
                }
            }
        }
    }
}

/// Something of each kind, for those who own things.
struct Ids {
    own: BTreeMap<(Role, &'static str), String>,
    common: BTreeMap<&'static str, String>,
    foreign: BTreeMap<&'static str, String>,
}

impl Ids {
    async fn make(service: &Service, (keys, platform): (&BTreeMap<Role, String>, &Platform)) -> Self {
        let mut own = BTreeMap::new();
        let (mut last, mut right) = (String::new(), String::new());
        let examiner = &keys[&Role::Examiner];
        service.put(&format!("/v1/admin/patents/{}", LAMP.number), examiner, &register(&LAMP)).await.expect(200);
        for role in [Role::Complainant, Role::Agent, Role::Examiner, Role::Lead] {
            let key = &keys[&role];
            own.insert((role, "file_id"), service.deposit_bytes(key, format!("%PDF- of {}", role.word()).into_bytes()).await);
            if matches!(role, Role::Complainant | Role::Agent) {
                let files = Deposited::of(service, key, &LAMP).await;
                let filed = service.file(key, ("roles", &notice(&LAMP, &files, &["100000000001"]))).await.expect(201);
                last = filed["id"].as_str().unwrap().to_owned();
                own.insert((role, "complaint_id"), last.clone());
                right = deposit_right(service, key, (&LAMP, &files)).await;
                own.insert((role, "right_id"), right.clone());
                let decision =
                    json!({ "lines": [{ "line": 1, "determination": "infringing", "takedown": true, "reasons": ["same_design"] }] });
                service
                    .post_if(&format!("/v1/admin/complaints/{last}/decision"), examiner, (&filed["version"], &decision))
                    .await
                    .expect(201);
            }
        }
        let dispatch = platform.wait_for(2).await[0].id.clone();
        own.insert((Role::Platform, "dispatch_id"), dispatch.clone());
        // Somebody else's: another account's file and complaint, another platform's dispatch.
        let (_, other) = service.account("complainant", None).await;
        let elsewhere = Platform::connect(service, "jingdong", &["jd"]).await;
        let files = Deposited::of(service, &other, &LAMP).await;
        let mut form = notice(&LAMP, &files, &[]);
        form["accused_products"][0]["listings"] = json!([{ "url": "https://item.jd.com/100012031548.html" }]);
        let filed = service.file(&other, ("roles", &form)).await.expect(201);
        let their_right = deposit_right(service, &other, (&LAMP, &files)).await;
        let id = filed["id"].as_str().unwrap().to_owned();
        let decision = json!({ "lines": [{ "line": 1, "determination": "infringing", "takedown": true, "reasons": ["same_design"] }] });
        service.post_if(&format!("/v1/admin/complaints/{id}/decision"), examiner, (&filed["version"], &decision)).await.expect(201);
        let theirs = elsewhere.wait_for(1).await[0].id.clone();
        let accounts = service.get("/v1/admin/accounts", &service.admin).await.expect(200);
        let account = accounts["items"][0]["id"].as_str().unwrap().to_owned();
        let common = BTreeMap::from([
            ("asset", "swagger-ui.css".to_owned()),
            ("statement_id", "01890000-0000-7000-8000-000000000000".to_owned()),
            ("reminder_id", "01890000-0000-7000-8000-000000000000".to_owned()),
            ("bulk_id", "01890000-0000-7000-8000-000000000000".to_owned()),
            ("referral_id", "01890000-0000-7000-8000-000000000000".to_owned()),
            ("review_id", "01890000-0000-7000-8000-000000000000".to_owned()),
            ("document_id", "01890000-0000-7000-8000-000000000000".to_owned()),
            ("access_id", "01890000-0000-7000-8000-000000000000".to_owned()),
            ("flag_id", "01890000-0000-7000-8000-000000000000".to_owned()),
            ("basis", "verified_notice".to_owned()),
            ("simulation_id", "01890000-0000-7000-8000-000000000000".to_owned()),
            ("mail_id", "01890000-0000-7000-8000-000000000000".to_owned()),
            ("year", "2026".to_owned()),
            ("day", "2026-11-25".to_owned()),
            ("complaint_id", last),
            ("right_id", right),
            ("dispatch_id", dispatch),
            ("file_id", files.report.clone()),
            ("sha256", "0".repeat(64)),
            ("patent_number", LAMP.number.to_owned()),
            ("version", "0".to_owned()),
            ("page", "1".to_owned()),
            ("account_id", account),
            ("key_id", "01890000-0000-7000-8000-000000000000".to_owned()),
            ("platform_code", "ali".to_owned()),
            ("endpoint_id", platform.endpoint.clone()),
        ]);
        let foreign = BTreeMap::from([
            ("complaint_id", id),
            ("dispatch_id", theirs),
            ("file_id", files.report),
            ("sha256", "0".repeat(64)),
            ("statement_id", "01890000-0000-7000-8000-000000000000".to_owned()),
            ("document_id", "01890000-0000-7000-8000-000000000000".to_owned()),
            ("endpoint_id", elsewhere.endpoint.clone()),
            ("right_id", their_right),
        ]);
        Ids { own, common, foreign }
    }

    fn fill(&self, path: &str, role: Role) -> String {
        self.filled(path, |name| self.own.get(&(role, name)).or_else(|| self.common.get(name)))
    }

    fn foreign(&self, path: &str) -> String {
        self.filled(path, |name| self.foreign.get(name))
    }

    fn filled<'a>(&'a self, path: &str, value: impl Fn(&'static str) -> Option<&'a String>) -> String {
        let mut path = path.to_owned();
        for name in self.common.keys() {
            let slot = format!("{{{name}}}");
            if path.contains(&slot) {
                path = path.replace(&slot, value(name).unwrap_or_else(|| panic!("nothing for {slot}")));
            }
        }
        path
    }
}

/// A write looks at no query, but the one that may be tried without effect: whoever asks for a dry run where there is
/// none is refused, and does not find it done.
#[test]
fn a_write_takes_no_query() {
    crate::support::run(async {
        let service = Service::start(Engine::Sqlite).await;
        let platform = Platform::connect(&service, "ali", &["taobao"]).await;
        let mut keys = BTreeMap::from([(Role::Admin, service.admin.clone()), (Role::Platform, platform.key.clone())]);
        let mut refused = 0;
        for route in ROUTES.iter().filter(|r| r.method != "GET" && r.roles != [Role::Seller]) {
            let key = match route.roles.first() {
                None => String::new(),
                Some(role) => match keys.get(role) {
                    Some(key) => key.clone(),
                    None => keys.entry(*role).or_insert(service.account(role.word(), None).await.1).clone(),
                },
            };
            let path: Vec<&str> =
                route.path.split('/').map(|s| if s.starts_with('{') { "01890000-0000-7000-8000-000000000000" } else { s }).collect();
            let answer =
                service.send(service.request(route.method, &format!("{}?dry_run=true", path.join("/")), &key).json(&json!({}))).await;
            if (route.method, route.path) == ("POST", "/v1/complaints") {
                assert_eq!(answer.problem(422), "body.invalid");
                continue;
            }
            assert_eq!(answer.problem(400), "query.invalid", "{} {}", route.method, route.path);
            refused += 1;
        }
        assert!(refused > 80, "{refused}");
    });
}

/// A key that is revoked stops to work within seconds; a new one of the same account works.
#[test]
fn a_revoked_key_stops_to_work() {
    crate::support::run(async {
        let service = Service::start(Engine::Sqlite).await;
        let (id, key) = service.account("examiner", None).await;
        let made = service.post(&format!("/v1/admin/accounts/{id}/keys"), &service.admin, &json!({})).await.expect(201);
        let second = made["key"].as_str().unwrap();
        service.get("/v1/admin/queue", second).await.expect(200);
        let path = format!("/v1/admin/accounts/{id}/keys/{}", made["id"].as_str().unwrap());
        let gone = service.delete(&path, &service.admin).await;
        assert_eq!((gone.status, gone.body), (204, Value::Null));
        tokio::time::sleep(std::time::Duration::from_millis(5_300)).await;
        assert_eq!(service.get("/v1/admin/queue", second).await.problem(401), "unauthenticated");
        service.get("/v1/admin/queue", &key).await.expect(200);
    });
}
