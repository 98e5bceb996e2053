//! The machine as a lawyer reviews it: every state × every event, both axes of a listing × every event,
//! one golden body per event; and what must hold for any sequence of events.

mod law;
mod two;

use std::fmt::Write;

use jiff::Timestamp;
use jiff::civil::date;
use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::domain::automation::MayAutomate;
use crate::domain::consultation::{Consultation, HardBecause, PLATFORM_REFERRAL, Question};
use crate::domain::dispatch::AckStep;
use crate::domain::examine::{Check, SuppliedBy};
use crate::domain::four_eyes::FourEyesRule;
use crate::domain::notice::{Capacity, DocumentKind, Language};
use crate::domain::page_reading::{ReportRead, VerdictOnPage};
use crate::domain::platform_rule::{ReportRule, RequiredReport, RuleResult, RuleSeen};
use crate::domain::policy::{Facts, Policy, Triage};
use crate::domain::register::RegisterChange;
use crate::domain::report::Verdict;

const LINES: u32 = 2;

fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + second).unwrap()
}

fn filed() -> Filed {
    let listing = |line| ListingFiled {
        line,
        product: 0,
        site: Some("taobao".into()),
        id_space: Some("alibaba".into()),
        item_id: Some(format!("63779087552{line}")),
        sku: None,
        shop: Some("小店".into()),
        platform: Some("ali".into()),
    };
    Filed {
        account: id(1),
        reference: "K7TM2-9QXD4".into(),
        client_reference: Some("2026-118".into()),
        filed_via: "api".into(),
        language: Language::Zh,
        patent_number: "202330271846.9".into(),
        asserted_items: vec!["1".into()],
        capacity: Capacity::Patentee,
        complainant: PartyRef { party: id(2), digest: "ab".repeat(32) },
        agent: None,
        alleged_act_on: Some(date(2026, 10, 20)),
        report_sha256: Some("cd".repeat(32)),
        notice_sha256: "ef".repeat(32),
        documents: vec![DocumentFiled { kind: DocumentKind::PatentCertificate, sha256: "01".repeat(32), until: None }],
        listings: (1..=LINES).map(listing).collect(),
        relisting_of: None,
        right: None,
        consultation: None,
    }
}

fn missing() -> Missing {
    Missing {
        code: "notice.truth_guarantee".into(),
        message: "the truth guarantee is missing".into(),
        message_zh: "缺少真实性保证".into(),
        cure: "supply it".into(),
        cure_zh: "请补充".into(),
        law: "E-Commerce Law 42".into(),
    }
}

fn decided(lines: &[u32], determination: Determination, takedown: bool) -> Event {
    let line = |line: &u32| LineDecided {
        line: *line,
        determination,
        takedown,
        measure: None,
        repetition: Vec::new(),
        reasons: vec!["same_design".into()],
    };
    let before = Complaint::file(id(1), &Actor::System("filing"), at(0), filed()).after().clone();
    let alone = FourEyesRule::default().look(&before, &[], date(2026, 9, 1)).unwrap();
    Event::Decided(Decided::by_examiner(alone, id(3), lines.iter().map(line).collect(), Some("整体视觉效果无差异".into())))
}

fn automatic() -> Event {
    let mut facts = Facts::new();
    for check in
        crate::domain::policy::FACTS.iter().map(|(name, ..)| *name).filter(|n| n.starts_with("report.") || n.starts_with("patent."))
    {
        facts.insert(check.to_owned(), crate::domain::policy::FactValue::Word("pass".into()));
    }
    facts.insert("report.overall".into(), crate::domain::policy::FactValue::Word("usable".into()));
    facts.insert("report.authenticity_level".into(), crate::domain::policy::FactValue::Word("B".into()));
    facts.insert("standing.proven".into(), crate::domain::policy::FactValue::Bool(true));
    facts.insert("complaint.unresolved_listings".into(), crate::domain::policy::FactValue::Number(0));
    facts.insert("complaint.unconnected_listings".into(), crate::domain::policy::FactValue::Number(0));
    let mut policy: Policy = crate::domain::policy::default_policy();
    policy.automation.verified_notice = true;
    let triage = Triage { track: Track::Simple, criteria: Vec::new() };
    Event::Decided(Decided::automatic(&MayAutomate::prove(&policy, &triage, &facts).unwrap(), &[1, 2]))
}

/// What a platform refers for an opinion.
fn consulted() -> Filed {
    let consultation = Consultation {
        platform: "ali".into(),
        question: Question::SellerDefence,
        hard_because: vec![HardBecause::MajorSocialImpact, HardBecause::HardToDetermine],
    };
    Filed { filed_via: PLATFORM_REFERRAL.into(), consultation: Some(consultation), ..filed() }
}

fn triaged(track: Track) -> Event {
    Event::Triaged(Triaged {
        track,
        policy_version: 0,
        facts: Facts::from([("report.overall".to_owned(), crate::domain::policy::FactValue::Word("usable".into()))]),
        sources: Default::default(),
        met: Vec::new(),
        platform_rules: Vec::new(),
        due_on: date(2026, 11, 27),
        provisional: false,
        calendar_version: "2026".into(),
    })
}

fn triaged_by_rules() -> Event {
    let report = ReportRule { required: RequiredReport::Positive, patents_filed_from: Some(date(2010, 1, 1)) };
    let not_met = RuleSeen {
        platform: "ali".into(),
        version: 2,
        report,
        result: RuleResult::NotMet,
        code: "report.defective".into(),
        check: Some(Check::Verdict),
        filed_on: None,
        supplied_by: SuppliedBy::Report,
    };
    let older = RuleSeen {
        platform: "jd".into(),
        report: ReportRule { required: RequiredReport::Any, ..report },
        result: RuleResult::Met,
        code: "platform_rule.filed_before".into(),
        check: None,
        filed_on: Some(date(2009, 12, 31)),
        supplied_by: SuppliedBy::Register,
        ..not_met.clone()
    };
    match triaged(Track::Simple) {
        Event::Triaged(t) => Event::Triaged(Triaged { platform_rules: vec![not_met, older], ..t }),
        other => other,
    }
}

fn withdrawn(lines: &[u32]) -> Event {
    Event::Withdrawn(Withdrawn { lines: lines.to_vec(), reason: "settled".into() })
}

fn lift(lines: &[u32], examiner: Option<Uuid>) -> Event {
    Event::LiftDecided(LiftDecided { lines: lines.to_vec(), reason: "settled".into(), examiner, text: None })
}

fn reopened(why: ReopenedWhy) -> Event {
    Event::Reopened(Reopened { why, due_on: date(2026, 11, 27), calendar_version: "2026".into() })
}

/// One of each event, and of those whose effect depends on what they name, one of each sort; named as a
/// reader sees them. [`every_event_has_a_sample`] holds it complete.
fn samples() -> Vec<(&'static str, Event)> {
    let mut all = first_samples();
    all.extend(law::samples());
    all
}

/// From filing to decision, and what the complainant takes back.
fn first_samples() -> Vec<(&'static str, Event)> {
    let supplemented = Supplemented { documents: Vec::new(), report_sha256: Some("23".repeat(32)), notice_sha256: "45".repeat(32) };
    let examined = Examined {
        report_sha256: Some("cd".repeat(32)),
        reader_version: 1,
        overall: "usable".into(),
        checks: vec![CheckResult { check: "report.kind".into(), result: "pass".into(), code: "report.kind_ok".into() }],
        register_version: Some(1),
        authenticity: Some("B".into()),
        text_version: Some(TextVersion::Granted),
    };
    let granted = AuthenticityGranted { report_sha256: "cd".repeat(32), level: "B".into(), examiner: id(3), counts: true };
    let verdict = VerdictOnPage { item: "1".into(), verdict: Verdict::NoDefectFound, page: 2 };
    let read = ReportRead { report_sha256: "cd".repeat(32), examiner: id(3), verdicts: vec![verdict], facts: vec!["title".into()] };
    let changed =
        TrackChanged {
            to: Track::Complex, reason: Some("产品类别有疑问".into()), due_on: date(2026, 12, 5), from: None, was_due_on: None
        };
    let ended = ReopenedWhy::AuthorityEnded { document: DocumentKind::PowerOfAttorney, last_day: date(2026, 11, 25) };
    use Determination::{Infringing, NotInfringing, Undetermined};
    vec![
        ("filed", Event::Filed(Box::new(filed()))),
        (
            "supplement_requested",
            Event::SupplementRequested(SupplementRequested {
                missing: vec![missing()],
                due_on: date(2026, 12, 2),
                calendar_version: "2026".into(),
            }),
        ),
        ("filed by a platform's referral", Event::Filed(Box::new(consulted()))),
        ("supplemented", Event::Supplemented(supplemented)),
        ("not_accepted", Event::NotAccepted(NotAccepted { reasons: vec![missing()] })),
        ("accepted", Event::Accepted),
        ("examined", Event::Examined(examined)),
        ("triaged simple", triaged(Track::Simple)),
        ("triaged complex", triaged(Track::Complex)),
        ("triaged by platforms' rules", triaged_by_rules()),
        ("track_changed", Event::TrackChanged(changed)),
        ("authenticity_granted", Event::AuthenticityGranted(granted)),
        ("report_read", Event::ReportRead(read)),
        ("decided all infringing, takedown", decided(&[1, 2], Infringing, true)),
        ("decided all infringing, no takedown", decided(&[1, 2], Infringing, false)),
        ("decided all not infringing", decided(&[1, 2], NotInfringing, false)),
        ("decided all not infringing, takedown", decided(&[1, 2], NotInfringing, true)),
        ("decided all undetermined", decided(&[1, 2], Undetermined, false)),
        ("decided one of two", decided(&[1], Infringing, true)),
        ("decided automatically", automatic()),
        ("lift_decided all", lift(&[1, 2], Some(id(3)))),
        ("lift_decided one of two", lift(&[1], None)),
        ("withdrawn all", withdrawn(&[1, 2])),
        ("withdrawn one of two", withdrawn(&[1])),
        ("reopened, register", reopened(ReopenedWhy::Register { version: 3, changes: vec![RegisterChange::Lapsed] })),
        ("reopened, report revoked", reopened(ReopenedWhy::ReportRevoked { report_sha256: "cd".repeat(32), reason: "not_issued".into() })),
        ("reopened, report superseded", reopened(ReopenedWhy::ReportSuperseded { report_sha256: "cd".repeat(32), by: "23".repeat(32) })),
        ("reopened, report conflict", reopened(ReopenedWhy::ReportConflict { report_sha256: "cd".repeat(32), with: "23".repeat(32) })),
        ("reopened, term ended", reopened(ReopenedWhy::TermEnded { last_day: date(2026, 11, 25) })),
        ("reopened, authority ended", reopened(ended)),
        (
            "reopened, a platform says",
            reopened(ReopenedWhy::PlatformSays {
                dispatch: id(7),
                lines: vec![PlatformLine {
                    line: 1,
                    first_listed_on: Some(date(2022, 3, 1)),
                    sold_before: None,
                    listed_before: false,
                    licensed: true,
                }],
            }),
        ),
        ("reopened, undelivered", reopened(ReopenedWhy::Undelivered { dispatch: id(7), endpoint: id(8), attempts: 10 })),
        (
            "reopened, unacknowledged",
            reopened(ReopenedWhy::Unacknowledged { dispatch: id(7), last_day: date(2026, 11, 24), unanswered: vec![1] }),
        ),
        (
            "reopened, not done",
            reopened(ReopenedWhy::NotDone {
                dispatch: id(7),
                lines: vec![LineNotDone { line: 1, step: AckStep::CouldNotApply, reason: "technical".into() }],
            }),
        ),
        (
            "reopened, relisted",
            reopened(ReopenedWhy::Relisted {
                platform: "ali".into(),
                dispatch: id(7),
                line: 1,
                site: "taobao".into(),
                item_id: "637790875999".into(),
                shop: Some("某店".into()),
            }),
        ),
        (
            "listings_resolved",
            Event::ListingsResolved(ListingsResolved {
                platform: "ali".into(),
                dispatch: id(7),
                lines: vec![
                    LineResolved {
                        line: 1,
                        resolution: Resolution::Resolved {
                            site: "tmall".into(),
                            id_space: "alibaba".into(),
                            item_id: "637790875999".into(),
                            sku: None,
                        },
                    },
                    LineResolved { line: 2, resolution: Resolution::Gone },
                ],
            }),
        ),
        ("reconsidered", Event::Reconsidered(Reconsidered { examiner: id(3), text: "已核对，维持".into() })),
    ]
}

/// Every state, by what leads to it; `accepted` before and after triage, for only then can it be decided.
fn complaints() -> Vec<(&'static str, Complaint)> {
    let born = Complaint::born(id(9), at(0), filed());
    let state = |state: State, track: Option<Track>| Complaint { state, track, ..born.clone() };
    let with = |determination, measure, state: State| {
        let listings = born.listings.iter().map(|l| Listing { determination, measure, ..l.clone() }).collect();
        Complaint { listings, track: Some(Track::Simple), state, ..born.clone() }
    };
    let back = match reopened(ReopenedWhy::Register { version: 3, changes: vec![RegisterChange::HolderChanged] }) {
        Event::Reopened(r) => vec![r],
        _ => vec![],
    };
    let decided = with(Determination::Infringing, Measure::Requested, State::Decided);
    let asked = Complaint::born(id(9), at(0), consulted());
    let opined = asked.listings.iter().map(|l| Listing { determination: Determination::Infringing, ..l.clone() }).collect();
    vec![
        ("consultation, filed", asked.clone()),
        ("consultation, accepted, triaged", Complaint { state: State::Accepted, track: Some(Track::Complex), ..asked.clone() }),
        ("consultation, decided", Complaint { state: State::Decided, track: Some(Track::Simple), listings: opined, ..asked }),
        ("filed", state(State::Filed, None)),
        ("awaiting_supplement", state(State::AwaitingSupplement { due_on: date(2026, 12, 2) }, None)),
        ("accepted, not triaged", state(State::Accepted, None)),
        ("accepted, triaged", state(State::Accepted, Some(Track::Simple))),
        ("hearing", state(State::Hearing { answer_by: date(2026, 12, 4) }, Some(Track::Complex))),
        ("decided, takedown asked", with(Determination::Infringing, Measure::Requested, State::Decided)),
        ("decided, takedown asked, came back", Complaint { reopened: back, ..decided }),
        ("decided, lift asked", with(Determination::Infringing, Measure::LiftRequested, State::Decided)),
        ("decided, nothing asked", with(Determination::NotInfringing, Measure::None, State::Decided)),
        ("suspended", state(State::Suspended { why: "suit".into() }, Some(Track::Complex))),
        ("closed, not accepted", state(State::Closed { why: ClosedWhy::NotAccepted }, None)),
        ("closed, withdrawn", with(Determination::Withdrawn, Measure::LiftRequested, State::Closed { why: ClosedWhy::Withdrawn })),
        ("closed, no supplement", state(State::Closed { why: ClosedWhy::SupplementMissing }, None)),
    ]
}

fn snapshot(name: &str, text: &str) {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots");
    let mut settings = insta::Settings::new();
    settings.set_snapshot_path(folder);
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

/// The first word of each sample is the event's type, and no type is without one.
#[test]
fn every_event_has_a_sample() {
    let source = include_str!("event.rs");
    let names: Vec<&str> =
        source.lines().filter(|l| l.trim().starts_with("Event::") && l.contains("=> \"")).map(|l| l.split('"').nth(1).unwrap()).collect();
    assert!(names.len() >= 12);
    for name in names {
        assert!(samples().iter().any(|(_, e)| e.name() == name), "no sample of {name}: the matrix and the golden bodies would not show it");
    }
    for (label, event) in samples() {
        assert!(label.starts_with(event.name()), "{label}");
    }
}

#[test]
fn every_state_is_in_the_matrix() {
    let source = include_str!("mod.rs");
    let words = source.lines().filter(|l| l.trim().starts_with("State::") && l.contains("=> \"")).map(|l| l.split('"').nth(1).unwrap());
    for word in words {
        assert!(State::WORDS.contains(&word), "{word} is not among the words");
        assert!(complaints().iter().any(|(_, c)| c.state.word() == word), "no complaint in state {word}");
    }
}

/// The first table: what every event does to a complaint in every state.
#[test]
fn matrix_of_complaints() {
    let mut text = String::from("Every state of a complaint × every event. A complaint has two listings.\n");
    for (state, complaint) in complaints().into_iter().chain(law::complaints()) {
        let _ = writeln!(text, "\n{state}");
        for (label, event) in samples() {
            let told = match complaint.clone().moved(&event) {
                Ok(after) => {
                    let track =
                        after.track.filter(|_| after.track != complaint.track).map_or(String::new(), |t| format!(", track {}", t.word()));
                    format!("→ {}{track}", after.state.word())
                }
                Err(Refused::State { .. }) => "–".to_owned(),
                Err(refused) => format!("– {refused}"),
            };
            let _ = writeln!(text, "    {label:<38} {told}");
        }
    }
    snapshot("matrix_complaints", &text);
}

/// The second table: what every event does to a listing, for every pair of both axes that can come about.
#[test]
fn matrix_of_listings() {
    let mut text = String::from("Both axes of a listing (determination / measure) × every event that names it.\n");
    let events: Vec<_> = first_samples().into_iter().filter(|(label, _)| !label.contains("one of two")).collect();
    let mut known = vec![Complaint::born(id(9), at(0), filed()).listings[0].clone()];
    let mut next = 0;
    while let Some(listing) = known.get(next).cloned() {
        next += 1;
        let _ = writeln!(text, "\n{} / {}", listing.determination.word(), listing.measure.word());
        for (label, event) in &events {
            let told = match listing_after(&listing, event) {
                Ok(after) if after == listing => continue,
                Ok(after) => {
                    let same = |l: &Listing| (l.determination, l.measure) == (after.determination, after.measure);
                    if !known.iter().any(same) {
                        known.push(after.clone());
                    }
                    format!("→ {} / {}", after.determination.word(), after.measure.word())
                }
                Err(why) => format!("– {why}"),
            };
            let _ = writeln!(text, "    {label:<38} {told}");
        }
    }
    snapshot("matrix_listings", &text);
}

/// People look events up with their legal source.
#[test]
fn every_event_stands_in_the_readme() {
    let readme = include_str!("../../../README.md");
    let table = readme.split("### States and events").nth(1).and_then(|t| t.split("\n#").next()).unwrap();
    for (label, event) in samples() {
        assert!(table.contains(&format!("`{}`", event.name())), "{label}");
    }
}

/// Bodies as they are hashed: a stored event is never read differently.
#[test]
fn golden_bodies() {
    let mut text = String::new();
    for (label, event) in samples() {
        let body = event.body();
        let read: Event = serde_json::from_str(&body).unwrap();
        assert_eq!((&read, read.body()), (&event, body.clone()), "{label}");
        let _ = writeln!(text, "{label}\n{body}\n");
    }
    snapshot("event_bodies", &text);
}

fn any_event() -> impl Strategy<Value = Event> {
    let fixed = (0..samples().len()).prop_map(|n| samples().swap_remove(n).1);
    let lines = proptest::collection::vec(0..LINES + 2, 0..4);
    let named = (lines, 0..3_u8, any::<bool>()).prop_map(|(lines, sort, flag)| match sort {
        0 => decided(&lines, if flag { Determination::Infringing } else { Determination::Undetermined }, flag),
        1 => lift(&lines, None),
        _ => withdrawn(&lines),
    });
    prop_oneof![2 => fixed, 1 => named]
}

/// What casts doubt on a decision is not over because a platform could not be reached afterwards.
#[test]
fn a_later_reason_hides_no_earlier_one() {
    let says = ReopenedWhy::TermEnded { last_day: date(2026, 11, 20) };
    let late = ReopenedWhy::Undelivered { dispatch: id(7), endpoint: id(8), attempts: 10 };
    let mut all = Complaint::file(id(9), &Actor::System("test"), at(0), filed());
    let decision = decided(&[1, 2], Determination::Infringing, true);
    for event in [Event::Accepted, triaged(Track::Simple), decision, reopened(says), reopened(late)] {
        all = all.and(&Actor::System("test"), at(1), event).unwrap();
    }
    let c = all.after();
    assert_eq!(c.came_back_because(), ["patent.term_ended", "dispatch.undelivered"]);
    assert_eq!(crate::domain::outcome::final_from(c), None);
    let mut lost = all.clone();
    let invalid = ReopenedWhy::Register { changes: vec![RegisterChange::Invalidated], version: 2 };
    let late = ReopenedWhy::Undelivered { dispatch: id(17), endpoint: id(8), attempts: 10 };
    for event in [reopened(invalid), reopened(late), lift(&[1], Some(id(3)))] {
        lost = lost.and(&Actor::System("test"), at(2), event).unwrap();
    }
    assert_eq!(lost.after().listings.iter().map(|l| l.overturned).collect::<Vec<_>>(), [true, false], "it was never right");
    let reconsidered = Event::Reconsidered(Reconsidered { examiner: id(3), text: "ok".into() });
    let seen = c.record(&Actor::System("test"), at(2), reconsidered).unwrap();
    assert!(seen.after().reopened.is_empty() && crate::domain::outcome::final_from(seen.after()).is_some());
}

proptest! {
    /// Whatever is asked in whatever order: a move is made and replays to the very same, or it is refused
    /// and nothing changed.
    #[test]
    fn any_sequence_replays_or_is_refused(events in proptest::collection::vec(any_event(), 0..24)) {
        let actor = Actor::System("test");
        let first = Complaint::file(id(9), &actor, at(0), filed());
        let mut log = first.stored().to_vec();
        let mut complaint = first.after().clone();
        for (n, event) in events.into_iter().enumerate() {
            if let Ok(moved) = complaint.record(&actor, at(n as i64 + 1), event) {
                log.extend_from_slice(moved.stored());
                complaint = moved.after().clone();
            }
            prop_assert_eq!(&Complaint::replay(id(9), &log).unwrap(), &complaint);
        }
        for l in &complaint.listings {
            prop_assert!(l.measure == Measure::None || l.basis.is_some(), "a measure nobody decided: {:?}", l);
        }
    }

    /// A log somebody else wrote, with a proper chain: it replays or says which event is wrong.
    #[test]
    fn a_foreign_log_never_panics(events in proptest::collection::vec(any_event(), 0..16)) {
        let mut writer = Complaint::born(id(9), at(0), filed());
        let log: Vec<StoredEvent> = events.iter().enumerate().map(|(n, e)| writer.store(&Actor::System("test"), at(n as i64), e)).collect();
        match Complaint::replay(id(9), &log) {
            Ok(c) => prop_assert_eq!(c.seq as usize, log.len()),
            Err(ReplayError::Refused { seq, .. }) => prop_assert!(seq >= 2 && seq as usize <= log.len()),
            Err(ReplayError::NoFiling) => prop_assert!(log.first().is_none_or(|e| e.kind != "filed")),
            Err(other) => prop_assert!(false, "{}", other),
        }
    }

    /// One byte of one body, another time, a missing or swapped event: the chain says so.
    #[test]
    fn an_edited_log_does_not_replay(which in 0..5_usize, how in 0..4_u8) {
        let actor = Actor::System("test");
        let moves = [Event::Accepted, triaged(Track::Simple), decided(&[1, 2], Determination::Infringing, true), lift(&[1], None)];
        let mut all = Complaint::file(id(9), &actor, at(0), filed());
        for (n, event) in moves.into_iter().enumerate() {
            all = all.and(&actor, at(n as i64 + 1), event).unwrap();
        }
        let mut log = all.stored().to_vec();
        match how {
            0 => log[which].body = log[which].body.replacen(':', ": ", 1),
            1 => log[which].at = at(99),
            2 => log[which].actor = "examiner:somebody".into(),
            _ => { log.swap(which, (which + 1) % 5); }
        }
        prop_assert!(Complaint::replay(id(9), &log).is_err());
        prop_assert!(Complaint::replay(id(8), all.stored()).is_err(), "another complaint's log");
    }
}
