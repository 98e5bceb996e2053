//! The examiners' desk: finding in the queue, having complaints in hand, notes that stay inside, reminders.

use serde_json::{Value, json};

use crate::support::notices::{Deposited, JUICER, LAMP, notice};
use crate::support::platform::Platform;
use crate::support::{Cast, Engine, database, on_both_databases};

fn ids(list: &Value) -> Vec<&str> {
    list["items"].as_array().unwrap().iter().map(|i| i["id"].as_str().unwrap()).collect()
}

fn id_of(filed: &Value) -> &str {
    filed["id"].as_str().unwrap()
}

fn desk_path(filed: &Value, of: &str) -> String {
    format!("/v1/admin/complaints/{}/{of}", id_of(filed))
}

/// Ids that a view of the queue shows, and the count of the same view.
async fn view(cast: &Cast, (query, key): (&str, &str)) -> Vec<String> {
    let shown = cast.service.get(&format!("/v1/admin/queue?{query}"), key).await.expect(200);
    let counted = cast.service.get(&format!("/v1/admin/queue/counts?{query}"), key).await.expect(200);
    assert_eq!((counted["total"].as_u64(), &counted["at_least"]), (Some(ids(&shown).len() as u64), &false.into()), "{query}: {counted:#}");
    ids(&shown).into_iter().map(str::to_owned).collect()
}

async fn examined(cast: &Cast, id: &str, key: &str) -> Value {
    cast.service.get(&format!("/v1/admin/complaints/{id}"), key).await.expect(200)
}

async fn simple_account(cast: &Cast, filed: &Value) -> String {
    examined(cast, id_of(filed), &cast.examiner).await["account"].as_str().unwrap().to_owned()
}

async fn decided(cast: &Cast, filed: &Value) {
    let form = json!({ "lines": [{ "line": 1, "determination": "infringing", "takedown": true, "reasons": ["same_design"] }] });
    cast.judge(&cast.examiner, id_of(filed), ("decision", &form)).await.expect(201);
}

/// Puts copies of an open complaint past the program, the `from`-th to the `to`-th: of `patent`, found by what it is
/// found by. Nobody opens a copy.
fn put_copies(cast: &Cast, of: &Value, (from, to, patent): (u32, u32, &str)) {
    let url = &cast.service.database_url;
    let id = id_of(of).replace('-', "");
    let (series, new_id, reference, old_id) = match url.starts_with("sqlite:") {
        true => (
            format!("(WITH RECURSIVE s(n) AS (SELECT {from} UNION ALL SELECT n + 1 FROM s WHERE n < {to}) SELECT n FROM s)"),
            "unhex(printf('%032x', k.n))",
            "printf('%010d', k.n)",
            format!("x'{id}'"),
        ),
        false => (
            format!("(SELECT generate_series({from}, {to}) AS n)"),
            "lpad(to_hex(k.n), 32, '0')::uuid",
            "lpad(k.n::text, 10, '0')",
            format!("'{id}'::uuid"),
        ),
    };
    let complaints = format!(
        "INSERT INTO complaints (id, reference, account_id, state, track, patent_number, queue_on, filed_at, updated_at, last_seq, sealed_seq, last_hash, pending) \
         SELECT {new_id}, {reference}, t.account_id, t.state, t.track, '{patent}', t.queue_on, t.filed_at, t.updated_at, t.last_seq, t.last_seq, t.last_hash, t.pending \
         FROM complaints t, {series} k WHERE t.id = {old_id}"
    );
    let marks = format!(
        "INSERT INTO desk_marks (complaint_id, kind, mark, queue_on) \
         SELECT {new_id}, t.kind, t.mark, t.queue_on FROM desk_marks t, {series} k WHERE t.complaint_id = {old_id}"
    );
    for statement in [complaints, marks] {
        assert!(database::tamper(url, &statement), "{statement}");
    }
}

on_both_databases! {
    /// Counting stops at a thousand, and says so; by every filter. One below, it is exact.
    async fn counting_stops_at_a_thousand(engine: Engine) {
        const FULL: u64 = 1_000;
        let cast = Cast::at(engine, "2026-11-20 09:00:00", "platform").await;
        let simple = cast.files(&LAMP, &["100000000001"]).await;
        cast.files_complex(&["100000000002"]).await;
        let counted = async |query: &str| {
            let c = cast.service.get(&format!("/v1/admin/queue/counts?{query}"), &cast.examiner).await.expect(200);
            let sum: u64 = c["counts"].as_array().unwrap().iter().map(|g| g["count"].as_u64().unwrap()).sum();
            assert_eq!(sum, c["total"], "{query}: {c:#}");
            (sum, c["at_least"] == true)
        };
        let other = "202230555555.0";
        put_copies(&cast, &simple, (1, 998, LAMP.number));
        put_copies(&cast, &simple, (999, 2_200, other));
        assert_eq!(counted(&format!("patent_number={}", LAMP.number)).await, (FULL - 1, false));
        put_copies(&cast, &simple, (2_201, 2_201, LAMP.number));
        assert_eq!(counted(&format!("patent_number={}", LAMP.number)).await, (FULL, true));
        for many in ["", "track=simple", "state=accepted", "platform=ali", "due_before=2026-12-31", "assigned=nobody", "platform=ali&track=simple&state=accepted"] {
            assert_eq!(counted(many).await, (FULL, true), "{many}");
        }
        assert_eq!(counted(&format!("complainant={}", simple_account(&cast, &simple).await)).await, (FULL, true));
        // What is above hides nothing that is few.
        for (few, count) in [("track=complex", 1), ("assigned=me", 0), ("platform=jingdong", 0), ("due_before=2026-11-01", 0)] {
            assert_eq!(counted(few).await, (count, false), "{few}");
        }
        cast.service.post(&desk_path(&simple, "claim"), &cast.examiner, &json!({})).await.expect(201);
        assert_eq!((counted("assigned=me").await, counted("assigned=nobody").await), ((1, false), (FULL, true)));
        // What a text finds may not be cut off: it is said instead.
        let broad = cast.service.get("/v1/admin/queue/counts?text=100000000001", &cast.examiner).await;
        assert_eq!(broad.problem(422), "queue.text_broad");
        assert_eq!(counted(&format!("text={}", simple["reference"].as_str().unwrap())).await, (1, false));
        // The list behind goes on where counting stopped.
        let (mut seen, mut next) = (0, Some(String::new()));
        while let Some(cursor) = next {
            let page = cast.service.get(&format!("/v1/admin/queue?limit=200{cursor}"), &cast.examiner).await.expect(200);
            seen += ids(&page).len();
            next = page["next_cursor"].as_str().map(|c| format!("&cursor={c}"));
        }
        assert_eq!(seen, 2_203);
    }

    /// What was stored before there were marks and names to find it by is found once the service wrote them: a job of
    /// the migration, which goes on where it stood.
    async fn what_was_there_before_the_marks_is_found(engine: Engine) {
        let cast = Cast::at(engine, "2026-11-02 09:00:00", "platform").await;
        let mut all = Vec::new();
        for n in 0..3 {
            let item = format!("20000000010{n}");
            all.push(id_of(&cast.files(&LAMP, &[&item]).await).to_owned());
        }
        let sought = ["platform=ali", "text=200000000101", "text=%E5%AE%81%E6%B3%A2%E6%98%8E%E5%85%89"];
        let mut before = Vec::new();
        for query in sought {
            before.push(view(&cast, (query, &cast.examiner)).await);
        }
        assert_eq!((before[0].len(), before[1].len(), before[2].len()), (3, 1, 3));
        // As it was before that migration, which then ran.
        let url = &cast.service.database_url;
        assert!(database::tamper(url, "DELETE FROM desk_marks; UPDATE parties SET name_key = NULL, name_rest = NULL, queue_on = NULL"));
        for query in sought {
            assert_eq!(view(&cast, (query, &cast.examiner)).await, Vec::<String>::new(), "{query}");
        }
        let (due_at, after) = (if engine == Engine::Sqlite { "0" } else { "'epoch'" }, all.iter().min().unwrap());
        // The first was done, and its worker died; then from the beginning.
        let job = |progress: &str| {
            let set = format!("due_at = {due_at}, progress = {progress}, fence = jobs.fence + 1");
            format!(
                "INSERT INTO jobs (kind, subject, due_at, progress, fence, attempts) VALUES ('queue_marks', 'all', {due_at}, {progress}, 0, 0)
                 ON CONFLICT (kind, subject) DO UPDATE SET {set}"
            )
        };
        assert!(database::tamper(url, &job(&format!("'{after}'"))));
        cast.service.until(("/v1/admin/queue?platform=ali", &cast.examiner), |q| q["items"].as_array().unwrap().len() == 2).await;
        assert!(!view(&cast, ("platform=ali", &cast.examiner)).await.contains(after), "it went on where it stood");
        assert!(database::tamper(url, &job("NULL")));
        cast.service.until(("/v1/admin/queue?platform=ali", &cast.examiner), |q| q["items"].as_array().unwrap().len() == 3).await;
        for (query, before) in sought.iter().zip(before) {
            assert_eq!(view(&cast, (query, &cast.examiner)).await, before, "{query}");
        }
        cast.ends_sound().await;
    }

    /// Each filter alone and with others, in full-width digits and as people type; what is decided is found no longer,
    /// and comes back with a second look. Who does not judge finds nobody by name.
    async fn the_queue_is_found_by_what_people_type(engine: Engine) {
        let cast = Cast::at(engine, "2026-11-20 09:00:00", "platform").await;
        let _jd = Platform::connect(&cast.service, "jd", &["jd"]).await;
        let (auditor, lamp_holder) = (cast.service.account("auditor", None).await.1, &cast.holder);
        let lamp = cast.files(&LAMP, &["637790875524", "637790875525"]).await;
        let juicer = cast.files_complex(&["700000000002"]).await;
        let (account, other) = cast.service.account("agent", None).await;
        let files = Deposited::of(&cast.service, &other, &LAMP).await;
        let mut form = notice(&LAMP, &files, &[]);
        form["accused_products"][0]["listings"] = json!([{ "url": "https://item.jd.com/100012031548.html" }]);
        form["truth_guarantee"]["signed_on"] = cast.service.today().to_string().into();
        form["alleged_act_on"] = cast.service.today().to_string().into();
        form["complainant"]["name"] = "Ｎｉｎｇｂｏ Lamp Ltd".into();
        let foreign = cast.service.file(&other, ("foreign", &form)).await.expect(201);
        assert_eq!((&lamp["track"], &juicer["track"]), (&"simple".into(), &"complex".into()));

        let reference = lamp["reference"].as_str().unwrap();
        let typed = format!("{}-{}", reference[..4].to_lowercase(), &reference[4..6]);
        let (l, j, f) = (id_of(&lamp), id_of(&juicer), id_of(&foreign));
        let cases: Vec<(String, Vec<&str>)> = vec![
            ("track=complex".into(), vec![j]),
            ("state=accepted".into(), vec![l, f]),
            ("platform=jd".into(), vec![f]),
            ("platform=ali".into(), vec![l, j]),
            ("platform=ali&track=simple".into(), vec![l]),
            ("reason=comparison.equivalents".into(), vec![j]),
            ("reason=comparison.equivalents&platform=ali".into(), vec![j]),
            ("reason=comparison.equivalents&platform=jd".into(), vec![]),
            (format!("complainant={account}"), vec![f]),
            (format!("patent_number=ZL%20{}", LAMP.number), vec![l, f]),
            (format!("patent_number={}&platform=jd", LAMP.number), vec![f]),
            ("assigned=nobody".into(), vec![l, f, j]),
            ("assigned=me".into(), vec![]),
            (format!("text={typed}"), vec![l]),
            // ＺＬ ２０２１２２
            ("text=%EF%BC%BA%EF%BC%AC%20%EF%BC%92%EF%BC%90%EF%BC%92%EF%BC%91%EF%BC%92%EF%BC%92".into(), vec![j]),
            ("text=2023302718469".into(), vec![l, f]),
            ("text=63779087552".into(), vec![l]),
            ("text=100012031548".into(), vec![f]),
            // 宁波明光, 台州, ningbo l
            ("text=%E5%AE%81%E6%B3%A2%E6%98%8E%E5%85%89".into(), vec![l]),
            ("text=%E5%8F%B0%E5%B7%9E".into(), vec![j]),
            ("text=NINGBO%20l".into(), vec![f]),
            ("text=NINGBO%20x".into(), vec![]),
            ("text=%E5%AE%81%E6%B3%A2%E6%98%8E%E5%85%89&platform=jd".into(), vec![]),
        ];
        for (query, expected) in &cases {
            let mut found = view(&cast, (query, &cast.examiner)).await;
            let mut expected: Vec<String> = expected.iter().map(|id| (*id).to_owned()).collect();
            found.sort_unstable();
            expected.sort_unstable();
            assert_eq!(found, expected, "{query}");
        }
        assert_eq!(view(&cast, ("text=%E5%AE%81%E6%B3%A2%E6%98%8E%E5%85%89", &auditor)).await, [""; 0]);
        assert_eq!(cast.service.get("/v1/admin/queue?text=%20", &cast.examiner).await.problem(422), "queue.text");
        assert_eq!(cast.service.get("/v1/admin/queue?assigned=somebody", &cast.examiner).await.problem(422), "list.filter");

        // Decided, it waits no more and is found by nothing; asked for a second look, it is back, by all of it.
        let line = |n: u32| json!({ "line": n, "determination": "not_infringing", "reasons": ["design_differs"] });
        let form = json!({ "lines": [line(1), line(2)] });
        cast.judge(&cast.examiner, l, ("decision", &form)).await.expect(201);
        for query in ["text=63779087552", "text=%E5%AE%81%E6%B3%A2%E6%98%8E%E5%85%89", "platform=ali&track=simple"] {
            assert_eq!(view(&cast, (query, &cast.examiner)).await, [""; 0], "{query}");
        }
        let appeal = json!({ "kind": "appeal", "text": "请复查主视图" });
        cast.service.post(&format!("/v1/complaints/{l}/reviews"), lamp_holder, &appeal).await.expect(201);
        for query in ["text=63779087552", "text=%E5%AE%81%E6%B3%A2%E6%98%8E%E5%85%89", "reason=second_look", "platform=ali&state=decided"] {
            assert_eq!(view(&cast, (query, &cast.examiner)).await, [l], "{query}");
        }
        cast.ends_sound().await;
    }

    /// Never the same to two; handed over by who has it, assigned by a lead, given back; away, it is anybody's. Who
    /// recused itself is passed over.
    async fn a_complaint_is_in_one_hand_at_a_time(engine: Engine) {
        let cast = Cast::at(engine, "2026-11-20 09:00:00", "platform").await;
        let (lead_id, lead) = cast.service.account("lead", None).await;
        let (third_id, third) = cast.service.account("examiner", None).await;
        let first = cast.files(&LAMP, &["100000000001"]).await;
        let second = cast.files(&LAMP, &["100000000002"]).await;
        let claim = |key: String| {
            let service = &cast.service;
            async move { service.post("/v1/admin/queue/claims", &key, &json!({})).await }
        };
        let (a, b) = tokio::join!(claim(cast.examiner.clone()), claim(cast.second.clone()));
        let (a, b) = (a.expect(201), b.expect(201));
        assert_ne!(a["complaint"], b["complaint"]);
        assert_eq!(claim(third.clone()).await.status, 204);
        let mine = view(&cast, ("assigned=me", &cast.examiner)).await;
        assert_eq!(mine, [a["complaint"].as_str().unwrap()]);
        assert_eq!(view(&cast, (&format!("assigned={}", b["examiner"].as_str().unwrap()), &lead)).await, [b["complaint"].as_str().unwrap()]);

        // To a named examiner by who has it, and by nobody else but a lead.
        let of_a = |act: &str| format!("/v1/admin/complaints/{}/{act}", a["complaint"].as_str().unwrap());
        let to_third = json!({ "examiner": third_id, "text": "请核对主视图" });
        assert_eq!(cast.service.post(&of_a("assignment"), &cast.second, &to_third).await.problem(409), "claim.not_held");
        let given = cast.service.post(&of_a("assignment"), &cast.examiner, &to_third).await.expect(201);
        assert_eq!((&given["examiner"], &given["assigned_by"]), (&third_id.clone().into(), &a["examiner"]));
        let holder_id = examined(&cast, id_of(&first), &lead).await["account"].clone();
        let nobody = json!({ "examiner": holder_id });
        assert_eq!(cast.service.post(&of_a("assignment"), &lead, &nobody).await.problem(422), "assignment.examiner");
        assert_eq!(cast.service.post(&of_a("claim"), &cast.examiner, &json!({})).await.problem(409), "claim.taken");
        assert_eq!(cast.service.delete(&of_a("claim"), &cast.second).await.problem(409), "claim.taken");
        // An hour later claims are over, and what was given is not; its holder looking at it shortens nothing.
        cast.service.set_shanghai_time("2026-11-20 10:00:00");
        cast.service.post(&of_a("claim"), &third, &json!({})).await.expect(201);
        let free = view(&cast, ("assigned=nobody", &third)).await;
        assert_eq!(free, [b["complaint"].as_str().unwrap()]);
        cast.service.set_shanghai_time("2026-11-20 20:00:00");
        assert_eq!(view(&cast, ("assigned=me", &third)).await, [a["complaint"].as_str().unwrap()]);
        let to_lead = json!({ "examiner": lead_id });
        cast.service.post(&of_a("assignment"), &lead, &to_lead).await.expect(201);
        cast.service.delete(&of_a("claim"), &lead).await.expect(204);
        let told: Vec<String> = examined(&cast, a["complaint"].as_str().unwrap(), &lead).await["notes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|n| format!("{} {}", n["kind"].as_str().unwrap(), n["text"].as_str().unwrap_or("-")))
            .collect();
        assert_eq!(told, ["handed_over 请核对主视图", "assigned -", "released -"]);
        // Given and not touched for two days: away.
        cast.service.post(&of_a("assignment"), &lead, &json!({ "examiner": third_id })).await.expect(201);
        cast.service.set_shanghai_time("2026-11-22 20:30:00");
        assert_eq!(view(&cast, ("assigned=me", &third)).await, [""; 0]);

        // Recused, it is neither claimed nor given; the other one is.
        let why = json!({ "why": "interest" });
        cast.service.post(&of_a("recusal"), &third, &why).await.expect(201);
        assert_eq!(claim(third.clone()).await.expect(201)["complaint"], b["complaint"]);
        assert_eq!(claim(third.clone()).await.status, 204);
        assert_eq!(cast.service.post(&of_a("assignment"), &lead, &json!({ "examiner": third_id })).await.problem(409), "complaint.not_possible");
        assert_eq!(cast.service.post(&of_a("claim"), &third, &json!({})).await.problem(409), "complaint.not_possible");
        assert!([id_of(&first), id_of(&second)].contains(&a["complaint"].as_str().unwrap()));
    }

    /// On its day a reminder brings a complaint to the top, decided or not, with its text; done, it goes. Notes and
    /// reminders are read by who judges, are in nothing that leaves, cannot be changed, and go with who is erased.
    async fn notes_stay_inside_and_reminders_come_back(engine: Engine) {
        const NOTE: &str = "与平台电话核实：卖家称已停售";
        const REMINDER: &str = "查询无效宣告结果";
        let cast = Cast::at(engine, "2026-11-20 09:00:00", "platform").await;
        let auditor = cast.service.account("auditor", None).await.1;
        let over = cast.files(&LAMP, &["100000000001"]).await;
        cast.service.post(&desk_path(&over, "notes"), &cast.examiner, &json!({ "text": NOTE })).await.expect(201);
        assert_eq!(cast.service.post(&desk_path(&over, "notes"), &cast.examiner, &json!({ "text": " " })).await.problem(422), "note.text");
        decided(&cast, &over).await;
        let takedown = cast.platform.wait_for(1).await[0].clone();
        // So that its silence does not bring the complaint back as well.
        cast.acknowledge(&takedown, "applied").await;
        let day = json!({ "on": "2026-11-24", "text": REMINDER });
        let set = cast.service.post(&desk_path(&over, "reminders"), &cast.examiner, &day).await.expect(201);
        let past = json!({ "on": "2026-11-19", "text": REMINDER });
        assert_eq!(cast.service.post(&desk_path(&over, "reminders"), &cast.examiner, &past).await.problem(422), "reminder.day");
        let waits = cast.files(&LAMP, &["100000000002"]).await;
        let also = cast.files(&JUICER, &["100000000003"]).await;

        cast.service.set_shanghai_time("2026-11-23 23:59:00");
        assert!(!view(&cast, ("", &cast.second)).await.contains(&id_of(&over).to_owned()));
        cast.service.set_shanghai_time("2026-11-24 00:00:30");
        let top = cast.service.get("/v1/admin/queue", &cast.second).await.expect(200);
        assert_eq!((ids(&top)[0], &top["items"][0]["reminder"]["text"]), (id_of(&over), &REMINDER.into()));
        assert_eq!(ids(&top).len(), 3);
        // Page by page it is the same, each once; filters hold for it too.
        let one = cast.service.get("/v1/admin/queue?limit=1", &cast.second).await.expect(200);
        let next = format!("/v1/admin/queue?limit=2&cursor={}", one["next_cursor"].as_str().unwrap());
        let rest = cast.service.get(&next, &cast.second).await.expect(200);
        assert_eq!([ids(&one), ids(&rest)].concat(), ids(&top));
        assert_eq!(view(&cast, ("text=100000000001", &cast.second)).await, [id_of(&over)]);
        assert_eq!(view(&cast, ("state=decided&platform=ali", &cast.second)).await, [id_of(&over)]);
        assert!(!view(&cast, ("track=complex", &cast.second)).await.contains(&id_of(&over).to_owned()));
        // What it brings back is the next to be claimed.
        let claimed = cast.service.post("/v1/admin/queue/claims", &cast.second, &json!({})).await.expect(201);
        assert_eq!(claimed["complaint"], id_of(&over));
        let done = format!("{}/{}", desk_path(&over, "reminders"), set["id"].as_str().unwrap());
        cast.service.delete(&done, &cast.second).await.expect(204);
        assert_eq!(cast.service.delete(&done, &cast.second).await.problem(409), "reminder.done");
        assert_eq!(view(&cast, ("", &cast.second)).await.len(), 2);
        assert!([id_of(&waits), id_of(&also)].iter().all(|id| *id != id_of(&over)));

        // Read by who judges; by nobody else, in no message, no letter's subject, no case file.
        let seen = examined(&cast, id_of(&over), &cast.second).await;
        assert_eq!((&seen["notes"][0]["text"], &seen["reminders"][0]["text"]), (&NOTE.into(), &REMINDER.into()));
        let masked = examined(&cast, id_of(&over), &auditor).await;
        assert_eq!((&masked["notes"][0]["text"], &masked["reminders"][0]["text"]), (&Value::Null, &Value::Null));
        let own = cast.service.get(&format!("/v1/complaints/{}", id_of(&over)), &cast.holder).await.expect(200);
        let file = cast.service.get(&desk_path(&over, "case-file"), &cast.examiner).await.bytes;
        for bytes in [own.to_string().as_bytes(), &takedown.bytes, &file] {
            for word in [NOTE, REMINDER] {
                assert!(!bytes.windows(word.len()).any(|w| w == word.as_bytes()), "{word} left the house");
            }
        }
        // The person is erased once the complaint is final, and every text with it; who wrote and when stays.
        cast.service.set_shanghai_time("2027-03-01 09:00:00");
        let erasure = json!({ "who": "complainant", "reason": "申请删除" });
        cast.service.post(&desk_path(&over, "erasure"), &cast.service.admin, &erasure).await.expect(201);
        let seen = examined(&cast, id_of(&over), &cast.second).await;
        let (note, reminder) = (&seen["notes"][0], &seen["reminders"][0]);
        assert_eq!((&note["text"], &note["erased"], &reminder["text"], &reminder["erased"]), (&Value::Null, &true.into(), &Value::Null, &true.into()));
        assert_eq!(note["author"], reminder["created_by"]);
    }
}
