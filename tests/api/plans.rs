//! How the databases look for what the desk asks: every statement of its reads, as it is sent, is planned on both
//! databases. On PostgreSQL with sequential scans disabled, as the service has them: one that is left has no index to
//! use. On SQLite no large table is read from one end to the other.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;
use std::sync::{Mutex, PoisonError};

use diesel::connection::{Instrumentation, InstrumentationEvent, set_default_instrumentation};
use fasttrack::clock::Clock;
use fasttrack::domain::lane::LaneLimits;
use fasttrack::store::{
    Answered, AttemptRow, Becomes, ComplaintFilter, DeliveryAttempted, DeliveryClaim, Exchange, FeedPart, GivenBack, GroupBy, HouseFilter,
    NameSought, PastFilter, PublishedFilter, QueueFilter, ShopNamed, Step, Store, StoreError, TextSought,
};
use jiff::civil::{Date, date};
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use crate::support::database::{new_database, server_program, tamper};
use crate::support::{Engine, on_both_databases};

/// Tables that grow with complaints, or with what is done.
const LARGE: &[&str] = &[
    "complaints",
    "events",
    "listings",
    "parties",
    "notices",
    "examinations",
    "complaint_files",
    "files",
    "reports",
    "report_grants",
    "outcomes",
    "published",
    "triage_facts",
    "house_log",
    "desk_marks",
    "desk_notes",
    "dispatches",
    "dispatch_lines",
    "items",
    "deliveries",
    "attempts",
    "acks",
    "dispatch_pulls",
    "mails",
    "writs",
    "writ_copies",
    "jobs",
    "idempotency",
    "seller_access",
    "submissions",
    "conduct_flags",
];

/// Indexes that hold what is open, due or standing only.
const PARTIAL: &[&str] = &[
    "complaints_queue",
    "complaints_unsealed",
    "complaints_waiting_state",
    "complaints_waiting_track",
    "complaints_waiting_account",
    "complaints_waiting_patent",
    "complaints_waiting_reference",
    "parties_waiting_name",
    "deliveries_under_way",
    "deliveries_overdue",
    "mails_due",
    "house_mails_due",
    "desk_reminders_open",
    "simulations_running",
];

/// What was asked, by the address of the database.
static ASKED: Mutex<BTreeMap<String, BTreeSet<String>>> = Mutex::new(BTreeMap::new());

/// Writes down the statements of one connection.
#[derive(Default)]
struct Recorder {
    url: String,
}

impl Instrumentation for Recorder {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        match event {
            InstrumentationEvent::StartEstablishConnection { url, .. } => self.url = url.to_owned(),
            InstrumentationEvent::StartQuery { query, .. } => {
                let text = query.to_string();
                let statement = text.split(" -- binds:").next().unwrap_or_default().to_owned();
                let mut all = ASKED.lock().unwrap_or_else(PoisonError::into_inner);
                all.entry(self.url.clone()).or_default().insert(statement);
            }
            _ => {}
        }
    }
}

fn recorder() -> Option<Box<dyn Instrumentation>> {
    Some(Box::new(Recorder::default()))
}

/// The statements that read or change, asked of this database so far; forgets them.
fn taken(url: &str) -> BTreeSet<String> {
    let mut all = ASKED.lock().unwrap_or_else(PoisonError::into_inner);
    let own = all.iter_mut().find(|(other, _)| url.ends_with(other.as_str()) || other.as_str() == url);
    let asked = own.map(|(_, asked)| std::mem::take(asked)).unwrap_or_default();
    asked.into_iter().filter(|s| ["SELECT", "UPDATE", "DELETE"].iter().any(|w| s.starts_with(w))).collect()
}

/// The lines of a statement's plan.
fn plan(url: &str, statement: &str) -> Vec<String> {
    if let Some(path) = url.strip_prefix("sqlite:") {
        use diesel::{Connection, QueryableByName, RunQueryDsl};
        #[derive(QueryableByName)]
        struct Line {
            #[diesel(sql_type = diesel::sql_types::Text)]
            detail: String,
        }
        let mut conn = diesel::SqliteConnection::establish(path).unwrap();
        let lines: Vec<Line> = diesel::sql_query(format!("EXPLAIN QUERY PLAN {statement}")).load(&mut conn).unwrap();
        return lines.into_iter().map(|l| l.detail).collect();
    }
    // As a prepared statement is planned, whatever is bound.
    let binds = (1..200).take_while(|n| statement.contains(&format!("${n}"))).count();
    let nothing = if binds == 0 { String::new() } else { format!("({})", vec!["NULL"; binds].join(", ")) };
    let script = format!(
        "SET enable_seqscan = off; SET jit = off; SET plan_cache_mode = force_generic_plan; PREPARE asked AS {statement}; EXPLAIN EXECUTE asked{nothing}"
    );
    let done =
        Command::new(server_program("psql")).args(["-X", "-q", "-t", "-A", "-v", "ON_ERROR_STOP=1", "-c", &script, url]).output().unwrap();
    assert!(done.status.success(), "{statement}: {}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8_lossy(&done.stdout).lines().map(str::to_owned).collect()
}

/// The table of a line of a plan that reads one from one end to the other. SQLite: `SCAN t`, or `SCAN t USING INDEX i`,
/// which reads no less; the latter is fine where the index is small, or a page ends it.
fn read_whole(line: &str, ended: bool) -> Option<&str> {
    let table = match line.split_once("Seq Scan on ") {
        Some((_, rest)) => rest.split_whitespace().next(),
        None => {
            let rest = line.strip_prefix("SCAN ")?;
            let index = rest.split_once(" INDEX ").and_then(|(_, index)| index.split_whitespace().next());
            if index.is_some_and(|i| ended || PARTIAL.contains(&i)) {
                return None;
            }
            rest.split_whitespace().next()
        }
    };
    table.map(|t| t.trim_matches('"'))
}

/// The table that SQLite names by what a statement calls it: `` `listings` AS `earlier` ``.
fn called<'a>(statement: &'a str, name: &'a str) -> &'a str {
    let bare = |word: &'a str| word.trim_matches(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
    let words: Vec<&str> = statement.split_whitespace().map(bare).collect();
    let found = words.windows(3).find(|w| w[1].eq_ignore_ascii_case("as") && w[2] == name && LARGE.contains(&w[0]));
    found.map_or(name, |w| w[0])
}

/// What is read in the order of an index may stand below these: they end it after a page. Below others it is read
/// to its end, as PostgreSQL does where it may not read the table itself.
const ENDED_EARLY: &[&str] = &["Limit", "LockRows", "Nested Loop", "Unique", "Incremental Sort"];

/// The table of an index that is read to its end, and the line above.
fn index_whole(lines: &[String], n: usize) -> Option<(&str, &str)> {
    let line = &lines[n];
    let rest = line.split_once(" Scan using ").filter(|(before, _)| before.contains("Index"))?.1;
    let mut words = rest.split_whitespace();
    let (index, table) = (words.next()?, words.nth(1)?);
    let depth = |l: &str| l.len() - l.trim_start().len();
    let entered = lines[n + 1..].iter().take_while(|l| !l.contains("->")).any(|l| l.trim_start().starts_with("Index Cond"));
    let above = lines[..n].iter().rev().find(|l| (l.contains("->") || depth(l) == 0) && depth(l) < depth(line))?.trim();
    let above = above.trim_start_matches("->").trim();
    let fine = entered || PARTIAL.contains(&index) || ENDED_EARLY.iter().any(|w| above.starts_with(w));
    (!fine).then_some((table, above))
}

/// What of a statement's plan reads a large table from one end to the other.
fn whole(statement: &str, lines: &[String]) -> Option<String> {
    let large = |table: &str| LARGE.contains(&called(statement, table));
    // A page in the order of an index: what is sorted afterwards is read to its end first, but where only those are
    // sorted that the index holds as equal.
    let sorted = |l: &String| l.contains("TEMP B-TREE") && !l.contains("RIGHT PART OF ORDER BY") && !l.contains("LAST");
    let ended = statement.contains(" LIMIT ") && !lines.iter().any(sorted);
    let tables = lines.iter().filter_map(|l| read_whole(l, ended).filter(|t| large(t)).map(|_| l.clone()));
    let indexes = (0..lines.len())
        .filter_map(|n| index_whole(lines, n).filter(|(t, _)| large(t)).map(|(_, above)| format!("{above} of {}", lines[n])));
    tables.chain(indexes).next()
}

/// A page of a table in the order of its key, as SQLite keeps it.
fn is_a_page(statement: &str, lines: &[String]) -> bool {
    !statement.contains(" WHERE ") && statement.contains(" LIMIT ") && !lines.iter().any(|l| l.contains("TEMP B-TREE"))
}

const DAY: Date = date(2026, 11, 26);

fn now() -> Timestamp {
    "2026-11-26T06:00:00Z".parse().unwrap()
}

/// Nothing is there: what is looked up by its id is not found, and was asked for all the same.
fn asked<T>(found: Result<T, StoreError>) {
    match found {
        Ok(_) | Err(StoreError::NotFound) => {}
        Err(e) => panic!("{e}"),
    }
}

async fn asks_the_queue(s: &Store) {
    let (text, id) = (|t: &str| Some(t.to_owned()), Uuid::from_u128(1));
    let filters = [
        QueueFilter::default(),
        QueueFilter { track: text("simple"), ..Default::default() },
        QueueFilter { state: text("accepted"), ..Default::default() },
        QueueFilter { due_before: Some(DAY), ..Default::default() },
        QueueFilter { platform: text("ali"), ..Default::default() },
        QueueFilter { reason: text("register"), ..Default::default() },
        QueueFilter { account: Some(id), ..Default::default() },
        QueueFilter { patent_number: text("202330271846.9"), ..Default::default() },
        QueueFilter { unclaimed: true, ..Default::default() },
        QueueFilter { among: Some(vec![id]), ..Default::default() },
        QueueFilter { platform: text("ali"), state: text("accepted"), track: text("simple"), unclaimed: true, ..Default::default() },
    ];
    for filter in filters {
        for after in [None, Some((false, (DAY, id)))] {
            s.queue_page(filter.clone(), (after, 50), (now(), DAY)).await.unwrap();
        }
        s.queue_counted(filter, 1_000, (now(), DAY)).await.unwrap();
    }
    let rest = Some((1, vec![0; 4]));
    let name = |rest| Some(NameSought { key: "k".into(), rest });
    let sought = TextSought { reference: text("2VT"), number: text("2023"), item: text("1000"), name: name(None) };
    s.queue_matches(sought, DAY).await.unwrap();
    s.queue_matches(TextSought { name: name(rest), ..Default::default() }, DAY).await.unwrap();
    s.queue_held(id, now()).await.unwrap();
}

async fn asks_for_a_complaint(s: &Store) {
    let (text, id) = (|t: &str| Some(t.to_owned()), Uuid::from_u128(1));
    asked(s.complaint(id).await);
    asked(s.complaint_by_reference("2VTKWS8VXT").await);
    asked(s.parties(id).await);
    asked(s.projected(id).await);
    asked(s.claim_of(id).await);
    asked(s.marks(id).await);
    asked(s.notes(id).await);
    asked(s.reminders(id).await);
    asked(s.outcome(id).await);
    asked(s.mails_of(id).await);
    asked(s.writs_of(id).await);
    asked(s.dispatches_of(id).await);
    asked(s.acks_of(id).await);
    asked(s.attempts_of(id).await);
    asked(s.receipts_of(id).await);
    asked(s.deliveries_of(id).await);
    asked(s.flags_of(id, text("k")).await);
    asked(s.references(vec![id]).await);
    let shop = ShopNamed { platform: "ali".into(), site: "taobao".into(), shop: "小店".into() };
    asked(s.earlier_infringements(&shop, (id, DAY)).await);
    asked(s.standing_infringements(&shop, vec![id]).await);
    asked(s.terminations_proposed(id, id, 20).await);
    asked(s.upheld_against(vec![("ali".into(), "小店".into())], ("202330271846.9", DAY)).await);
    let filters = [
        ComplaintFilter::default(),
        ComplaintFilter { account: Some(id), ..Default::default() },
        ComplaintFilter { state: text("accepted"), ..Default::default() },
        ComplaintFilter { track: text("simple"), ..Default::default() },
        ComplaintFilter { patent_number: text("202330271846.9"), ..Default::default() },
        ComplaintFilter { reference: text("2VTKWS8VXT"), ..Default::default() },
        ComplaintFilter { client_reference: text("a"), ..Default::default() },
        ComplaintFilter { item_key: text("alibaba/1"), ..Default::default() },
    ];
    for filter in filters {
        for after in [None, Some((now(), id))] {
            asked(s.complaints_page(filter.clone(), after, 50).await);
        }
    }
}

async fn asks_the_house(s: &Store) {
    let id = Uuid::from_u128(1);
    for refused in [false, true] {
        for account in [None, Some(id)] {
            asked(s.house_acts(HouseFilter { account, refused }, Some(9), 50).await);
        }
    }
    asked(s.house_entries(0, 50).await);
    asked(s.house_log_tip().await);
    asked(s.accounts_page(id, 50).await);
    asked(s.account_by_key_hash(&[0; 32], now()).await);
    asked(s.keys_of(id).await);
    asked(s.invitation(&[0; 32], now()).await);
    asked(s.mails_of_role("lead").await);
    asked(s.claim_house_mails(now(), now(), 9).await);
    asked(s.policies_page(0, 50).await);
    asked(s.jobs(50).await);
    asked(s.claim_jobs(now(), now(), 9).await);
}

async fn asks_the_lab_and_the_overseers(s: &Store) {
    let (id, period) = (Uuid::from_u128(1), (now(), now()));
    let bounded = PastFilter { from: Some(now()), before: Some(now()), track: Some("simple".into()) };
    for after in [None, Some((now(), id))] {
        asked(s.past_triages(&bounded, after, 1_000).await);
        asked(s.past_triages(&PastFilter::default(), after, 1_000).await);
    }
    asked(s.past_triages_count(&bounded).await);
    asked(s.simulation(id).await);
    asked(s.simulations(1, Some(id), 50).await);
    asked(s.stop_simulation(id, now()).await);
    asked(s.automation_switches().await);
    asked(s.decided_counts(now()).await);
    asked(s.open_queue().await);
    asked(s.platforms_of(vec![id]).await);
    asked(s.claims_held(now()).await);
    for what in [Answered::Complaints, Answered::Consultations] {
        for by in GroupBy::ALL {
            asked(s.work_decided(period, (what, by)).await);
            for step in Step::ALL {
                asked(s.step_times(period, (what, by, step)).await);
            }
        }
    }
    asked(s.outcome_counts((DAY, DAY)).await);
    asked(s.seconds_at("simple", (DAY, DAY), vec![0]).await);
    let filter = PublishedFilter { endings: vec!["infringing".into()], decided_from: DAY, today: DAY };
    for after in [None, Some((DAY, "2VTKWS8VXT".to_owned()))] {
        asked(s.published_page(filter.clone(), after, 50).await);
    }
}

/// One delivery that is due, so that a claim goes its whole way.
fn put_delivery(url: &str) {
    let embedded = url.starts_with("sqlite:");
    let id = |n: u128| if embedded { format!("X'{}'", Uuid::from_u128(n).simple()) } else { format!("'{}'", Uuid::from_u128(n)) };
    let at = if embedded { "1" } else { "now()" };
    let (endpoint, dispatch, delivery, complaint) = (id(1), id(2), id(3), id(4));
    let empty = if url.starts_with("sqlite:") { "X''" } else { "''" };
    let later = if at == "1" { "9000000000000000" } else { "'2200-01-01'" };
    let put = [
        format!("INSERT INTO platforms (code, name, sites, created_at) VALUES ('ali', 'A', '[]', {at})"),
        format!(
            "INSERT INTO endpoints (id, platform, url, event_types, secrets, status, created_at) \
             VALUES ({endpoint}, 'ali', 'https://example.com/', '[]', {empty}, 'active', {at})"
        ),
        format!("INSERT INTO lanes (endpoint_id, claimed_at, spent_until, failures, opened) VALUES ({endpoint}, {at}, {at}, 0, 0)"),
        format!(
            "INSERT INTO dispatches (id, platform, kind, complaint_id, seq, part, feed_seq, issued_at, deliver_until, body, sha256) \
             VALUES ({dispatch}, 'ali', 'takedown.decided', {complaint}, 1, 1, 1, {at}, {later}, '{{}}', 'x')"
        ),
        format!("INSERT INTO dispatch_lines (dispatch_id, n, line, item_key, item_version) VALUES ({dispatch}, 1, 1, 'taobao/1', 1)"),
        "INSERT INTO items (platform, item_key, version, measures_in_force) VALUES ('ali', 'taobao/1', 1, '[]')".to_owned(),
        format!(
            "INSERT INTO deliveries (id, dispatch_id, endpoint_id, state, due_at, fence, attempts, updated_at, expires_at) \
             VALUES ({delivery}, {dispatch}, {endpoint}, 'due', {at}, 0, 0, {at}, {later})"
        ),
    ];
    for statement in put {
        assert!(tamper(url, &statement), "{statement}");
    }
}

/// A feed of two weeks.
const LONG_FEED: &str = "INSERT INTO dispatches (id, platform, kind, complaint_id, seq, part, feed_seq, issued_at, deliver_until, body, sha256)
    SELECT gen_random_uuid(), 'ali', 'takedown.decided', gen_random_uuid(), 1, 1, n, now() + n * interval '1 minute', now(), repeat('x', 600), 'x'
    FROM generate_series(2, 20000) n; ANALYZE dispatches";

async fn asks_the_outbox(s: &Store) {
    let (id, now) = (Uuid::from_u128(1), Clock::System.now());
    let limits = LaneLimits { per_second_max: 50, at_once_max: 8 };
    let claim = DeliveryClaim { now, room: 8, limits };
    let lease_until = now + SignedDuration::from_secs(60);
    let claimed = s.exchange(Exchange { lease_until, claim: Some(claim), ..Exchange::default() }, now).await.unwrap().claimed.deliveries;
    let [one] = claimed.as_slice() else { panic!("{claimed:?}") };
    let attempt = AttemptRow {
        delivery_id: one.id,
        n: 1,
        at: now,
        http_status: Some(500),
        class: "status".into(),
        elapsed_ms: 1,
        reply: None,
        endpoint_id: Some(one.endpoint),
        request: None,
        detail: None,
        acknowledged: None,
    };
    let becomes = Becomes::DueAgain(now + SignedDuration::from_secs(60));
    let done = DeliveryAttempted {
        attempt,
        fence: one.fence,
        endpoint: one.endpoint,
        dispatch: one.dispatch,
        kind: one.kind.clone(),
        said: None,
        overran: true,
        becomes,
    };
    let back = vec![GivenBack { id, endpoint: one.endpoint, fence: 1 }];
    assert_eq!(
        s.exchange(Exchange { lease_until, ended: vec![done], back, ..Exchange::default() }, now).await.unwrap().lost,
        Vec::<Uuid>::new()
    );
    asked(s.tell_overdue(now, 9).await);
    asked(s.count_failed(id, now).await);
    asked(s.redeliver_failed(id, now, now).await);
    asked(s.redeliver(id, now).await);
    asked(s.attempts_at(id, Some((now, id)), 50).await);
    asked(s.attempts_of(id).await);
    asked(s.delivery_to(id).await);
    asked(s.dispatch(id).await);
    asked(s.dispatch_page("ali", 0, 50).await);
    asked(s.issued_between("ali", (now, now)).await);
    asked(s.feed_sums("ali", 0, 50).await);
    let part = FeedPart { platform: "ali".into(), after: 0, last: 9, issued: (Timestamp::MIN, Timestamp::MAX) };
    assert_eq!(s.unanswered(part.clone(), 500).await.unwrap(), (vec![Uuid::from_u128(2)], 9));
    assert_eq!(s.unanswered(part, 1).await.unwrap(), (vec![Uuid::from_u128(2)], 1), "there may be more");
    asked(s.put_pulled(&[Uuid::from_u128(2)], now).await);
    asked(s.receipts_of(Uuid::from_u128(4)).await);
    asked(s.acks_of_dispatch(id).await);
    asked(s.acks_of_dispatches(vec![id]).await);
    asked(s.claim_mails(now, now, 9).await);
}

on_both_databases! {
    async fn nothing_large_is_read_from_one_end_to_the_other(engine: Engine) {
        let folder = tempfile::tempdir().unwrap();
        let url = new_database(engine, folder.path());
        let _ = set_default_instrumentation(recorder);
        let store = Store::open(&url, 2).unwrap();
        store.migrate().await.unwrap();
        put_delivery(&url);
        taken(&url);
        asks_the_queue(&store).await;
        asks_for_a_complaint(&store).await;
        asks_the_house(&store).await;
        asks_the_lab_and_the_overseers(&store).await;
        asks_the_outbox(&store).await;
        let statements = taken(&url);
        assert!(statements.len() > 80, "only {} statements were seen", statements.len());
        let mut wrong = Vec::new();
        // A list of nothing, which is here since nothing is, is not looked for.
        for statement in statements.iter().filter(|s| !s.contains("(1=0)")) {
            let lines = plan(&url, statement);
            if let Some(line) = whole(statement, &lines).filter(|_| !is_a_page(statement, &lines)) {
                wrong.push(format!("{line}\n    of {statement}"));
            }
        }
        assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), statements.len(), wrong.join("\n"));
        // Whom a finding that falls concerns is looked for among what is proposed, not among all that was filed.
        let concerned = statements.iter().find(|s| s.contains("termination_proposed") && s.contains("named")).unwrap();
        let lines = plan(&url, concerned);
        assert!(lines.iter().any(|l| l.contains("listings_proposed")), "{lines:#?}");
        // What has no index is seen: else this test could not fail.
        let by_hash = match engine {
            Engine::Sqlite => "SELECT * FROM complaints WHERE last_hash = ?",
            Engine::Postgres => "SELECT * FROM complaints WHERE last_hash = $1",
        };
        let reads_whole = |statement: &str| whole(statement, &plan(&url, statement));
        assert!(reads_whole(by_hash).is_some());
        if engine == Engine::Postgres {
            // As an index is, where the table itself may not be read.
            let joined = "SELECT count(*) FROM items JOIN dispatch_lines USING (item_key)";
            assert!(reads_whole(joined).is_some(), "{:?}", plan(&url, joined));
            // A day of a feed is found among the days, also where the feed is long and the planner knows it.
            let of_a_day = statements.iter().find(|s| s.contains("min(") && s.contains("feed_seq")).unwrap();
            assert!(tamper(&url, LONG_FEED));
            let lines = plan(&url, of_a_day);
            assert!(lines.iter().any(|l| l.contains("dispatches_issued")), "{lines:#?}");
        } else {
            // In the order of an index to its end; to its end for an order that none has; and what a statement calls otherwise.
            let all = "SELECT account_id FROM complaints ORDER BY account_id, filed_at, id";
            let sorted = "SELECT account_id FROM complaints ORDER BY id LIMIT 50";
            let counted = "SELECT count(*) FROM `complaints` AS `c`";
            for wrong in [all, &sorted.replace("BY id", "BY pending, id"), counted] {
                assert!(reads_whole(wrong).is_some(), "{wrong}: {:?}", plan(&url, wrong));
            }
            for fine in [sorted, &format!("{all} LIMIT 50"), "SELECT id FROM complaints WHERE queue_on IS NOT NULL ORDER BY queue_on, id"] {
                assert_eq!(reads_whole(fine).filter(|_| !is_a_page(fine, &plan(&url, fine))), None, "{fine}");
            }
        }
    }
}
