//! Samples of both sides of the law for the matrices: hearing, statement, waiting period, authorities,
//! second looks; and what must hold for any order of them and any days.

use jiff::civil::{Date, date};

use super::*;
use crate::domain::calendar::{Calendar, end_of_day};

const STATEMENT: u128 = 20;
const REVIEW: u128 = 30;

fn both() -> Vec<u32> {
    vec![1, 2]
}

fn party() -> PartyRef {
    PartyRef { party: id(5), digest: "ab".repeat(32) }
}

fn version() -> String {
    "cn-2026".into()
}

pub(super) fn act(act: AuthorityAct, effect: Effect, authority: &str) -> Event {
    let document = AuthorityDocument {
        kind: "judgment".into(),
        number: "(2026)浙02民初118号".into(),
        authority: authority.into(),
        issued_on: date(2026, 12, 1),
        sha256: "67".repeat(32),
        binds_platforms: vec!["ali".into()],
    };
    let lines = both().into_iter().map(|line| AuthorityLine { line, effect }).collect();
    let items_invalid = if act == AuthorityAct::PatentInvalidatedInPart { vec!["1".into()] } else { Vec::new() };
    Event::AuthorityActed(Box::new(AuthorityActed { act, document, items_invalid, lines, examiner: id(3) }))
}

pub(super) const COURT: &str = "宁波市中级人民法院";

fn checked(outcome: StatementOutcome) -> Event {
    let missing = if outcome == StatementOutcome::Deficient { vec![missing()] } else { Vec::new() };
    Event::StatementChecked(StatementChecked { statement: id(STATEMENT), lines: both(), outcome, missing, examiner: None })
}

fn status(by: Date) -> FollowUp {
    FollowUp { what: FollowUpKind::Status, by }
}

fn review(kind: ReviewKind, decision: u32) -> Event {
    Event::ReviewRequested(ReviewRequested {
        review: id(REVIEW),
        kind,
        decision,
        lines: both(),
        side: Side::Seller,
        party: party(),
        due_on: date(2026, 12, 7),
        calendar_version: version(),
    })
}

fn reviewed(examiner: u128, determination: Determination) -> Event {
    let line = |line| LineDecided {
        line,
        determination,
        takedown: determination == Determination::Infringing,
        measure: None,
        repetition: Vec::new(),
        reasons: vec!["other".into()],
    };
    Event::ReviewDecided(ReviewDecided {
        review: id(REVIEW),
        examiner: id(examiner),
        lines: vec![line(1), line(2)],
        text: "经复核".into(),
        seconded_by: None,
    })
}

/// One of each event of this part, and of those whose effect depends on what they say, one of each sort.
pub(super) fn samples() -> Vec<(&'static str, Event)> {
    let mut all = before_decision();
    all.extend(statement());
    all.extend(authority());
    all.extend(second_looks());
    all.extend(super::two::samples());
    all.extend(referrals());
    all
}

/// Referrals, and how they come back.
fn referrals() -> Vec<(&'static str, Event)> {
    let referred = |n, to: ReferredTo, agreement: Option<String>| {
        Event::Referred(Referred {
            referral: id(n),
            to,
            body: "宁波市知识产权纠纷人民调解委员会".into(),
            reason: "双方均有意愿".into(),
            agreement_sha256: agreement,
            case_file_sha256: "89".repeat(32),
            referred_on: date(2026, 12, 1),
            examiner: id(3),
        })
    };
    let ended = ReferralEnded {
        referral: id(40),
        outcome: ReferralOutcome::Agreed,
        document_sha256: Some("67".repeat(32)),
        text: None,
        ended_on: date(2026, 12, 20),
        examiner: id(3),
    };
    vec![
        ("referred to mediation", referred(40, ReferredTo::Mediation, None)),
        ("referred to arbitration, agreed", referred(41, ReferredTo::Arbitration, Some("67".repeat(32)))),
        ("referred to arbitration, no agreement", referred(42, ReferredTo::Arbitration, None)),
        ("referred to adjudication", referred(43, ReferredTo::AdministrativeAdjudication, None)),
        ("referred to a court", referred(44, ReferredTo::Court, None)),
        ("referred, a lead", referred(45, ReferredTo::EnforcementLead, None)),
        ("referral_ended", Event::ReferralEnded(ended)),
    ]
}

fn before_decision() -> Vec<(&'static str, Event)> {
    let opened = HearingOpened {
        lines: both(),
        opened_on: date(2026, 11, 27),
        answer_by: date(2026, 12, 4),
        hear_first: true,
        provisional: false,
        calendar_version: version(),
    };
    let ended = |how, ended_on| {
        Event::HearingEnded(HearingEnded { how, ended_on, due_on: date(2026, 12, 14), provisional: false, calendar_version: version() })
    };
    let requested = ListingSupplementRequested {
        lines: both(),
        missing: vec![missing()],
        due_on: date(2026, 12, 4),
        examiner: id(3),
        provisional: false,
        calendar_version: version(),
    };
    let answered = SellerAnswered {
        answer: id(21),
        lines: both(),
        channel: Channel::SellerAccess,
        grounds: vec![Ground::PriorArt],
        substantial: true,
        late: false,
        party: party(),
        write_in: Some(Language::Zh),
        evidence: vec!["89".repeat(32)],
    };
    let notified = SellerNotified { lines: both(), through: ToldThrough::Platform, notified_on: date(2026, 11, 27), evidence_sha256: None };
    let extended = AnswerWindowExtended {
        answer_by: date(2026, 12, 14),
        reason: "证据在境外".into(),
        examiner: id(3),
        provisional: false,
        calendar_version: version(),
    };
    let supplemented = ListingsSupplemented { lines: both(), documents: Vec::new(), notice_sha256: "45".repeat(32) };
    let moved = |clock, from, to| {
        Event::DeadlineMoved(DeadlineMoved { clock, lines: Vec::new(), from, to, provisional: false, calendar_version: version() })
    };
    vec![
        ("supplement_period_ended", Event::SupplementPeriodEnded(SupplementPeriodEnded { due_on: date(2026, 12, 2) })),
        ("listing_supplement_requested", Event::ListingSupplementRequested(requested)),
        ("listings_supplemented", Event::ListingsSupplemented(supplemented)),
        (
            "listing_supplement_period_ended",
            Event::ListingSupplementPeriodEnded(ListingSupplementPeriodEnded { lines: both(), due_on: date(2026, 12, 4) }),
        ),
        ("hearing_opened", Event::HearingOpened(opened)),
        ("seller_notified", Event::SellerNotified(notified)),
        ("seller_answered", Event::SellerAnswered(answered)),
        ("answer_window_extended", Event::AnswerWindowExtended(extended)),
        ("hearing_ended, window", ended(HearingEnd::WindowEnded, date(2026, 12, 4))),
        ("hearing_ended, answered", ended(HearingEnd::Answered, date(2026, 12, 1))),
        ("suspended", Event::Suspended(Suspended { why: "invalidation_pending".into(), text: None, examiner: id(3) })),
        ("resumed", Event::Resumed(Resumed { examiner: id(3), due_on: Some(date(2026, 12, 20)), calendar_version: version() })),
        ("deadline_moved, decision", moved(MovedClock::Decision, date(2026, 11, 27), date(2026, 11, 30))),
        ("deadline_moved, supplement", moved(MovedClock::Supplement, date(2026, 12, 2), date(2026, 12, 3))),
        ("deadline_moved, answer", moved(MovedClock::Answer, date(2026, 12, 4), date(2026, 12, 7))),
    ]
}

fn statement() -> Vec<(&'static str, Event)> {
    let received = StatementReceived {
        statement: id(STATEMENT),
        lines: both(),
        channel: Channel::SellerAccess,
        grounds: vec![Ground::PriorUse],
        identified: true,
        truth_guarantee: true,
        party: party(),
        write_in: None,
        evidence: vec!["89".repeat(32)],
        received_on: date(2026, 11, 30),
    };
    let forwarded = StatementForwarded {
        statement: id(STATEMENT),
        lines: both(),
        by: Forwarder::CentreAsAgent,
        forwarded_on: date(2026, 11, 30),
        text_sha256: "ab".repeat(32),
    };
    let arrived = StatementArrived {
        statement: id(STATEMENT),
        lines: both(),
        how: ArrivedBy::Receipt,
        arrived_on: date(2026, 12, 1),
        ends_on: date(2026, 12, 16),
        evidence_sha256: None,
        provisional: false,
        calendar_version: version(),
    };
    let longer = WaitingPeriodExtended {
        statement: id(STATEMENT),
        lines: both(),
        reason: "notarisation".into(),
        document_sha256: "cd".repeat(32),
        ends_on: date(2026, 12, 29),
        cap: ExtensionCap::Total,
        provisional: false,
        calendar_version: version(),
    };
    let ended = |ended_on| WaitingPeriodEnded { statement: id(STATEMENT), lines: both(), ended_on };
    let proven = ProceedingsProven {
        statement: id(STATEMENT),
        lines: both(),
        kind: Proceedings::Suit,
        proof: ProceedingsProof::Acceptance,
        authority: COURT.into(),
        number: None,
        document_sha256: "cd".repeat(32),
        proven_on: date(2026, 12, 10),
        follow: FollowUp { what: FollowUpKind::DocketNumber, by: date(2027, 1, 8) },
        calendar_version: version(),
    };
    let followed = ProceedingsFollowed {
        statement: id(STATEMENT),
        lines: both(),
        number: Some("(2026)浙02民初118号".into()),
        document_sha256: None,
        follow: status(date(2027, 3, 25)),
        calendar_version: version(),
    };
    let missed = FollowUpMissed { statement: id(STATEMENT), lines: both(), follow: proven.follow };
    let moved = DeadlineMoved {
        clock: MovedClock::WaitingPeriod,
        lines: both(),
        from: date(2026, 12, 16),
        to: date(2026, 12, 17),
        provisional: false,
        calendar_version: version(),
    };
    vec![
        ("statement_received", Event::StatementReceived(received)),
        ("statement_checked, whole", checked(StatementOutcome::Whole)),
        ("statement_checked, deficient", checked(StatementOutcome::Deficient)),
        ("statement_checked, no effect", checked(StatementOutcome::NoEffect)),
        ("statement_forwarded", Event::StatementForwarded(forwarded)),
        ("statement_arrived", Event::StatementArrived(arrived)),
        (
            "statement_service_failed",
            Event::StatementServiceFailed(StatementServiceFailed { statement: id(STATEMENT), lines: both(), why: ServiceFailure::Bounced }),
        ),
        ("waiting_period_extended", Event::WaitingPeriodExtended(longer)),
        ("waiting_period_ended", Event::WaitingPeriodEnded(ended(date(2026, 12, 16)))),
        ("waiting_period_ended, extended", Event::WaitingPeriodEnded(ended(date(2026, 12, 29)))),
        ("proceedings_proven", Event::ProceedingsProven(proven)),
        ("proceedings_followed", Event::ProceedingsFollowed(followed)),
        ("follow_up_missed", Event::FollowUpMissed(missed)),
        ("deadline_moved, waiting period", Event::DeadlineMoved(moved)),
    ]
}

fn authority() -> Vec<(&'static str, Event)> {
    use AuthorityAct as A;
    vec![
        ("authority_acted: judgment_infringing, takedown", act(A::JudgmentInfringing, Effect::Takedown, COURT)),
        ("authority_acted: judgment_not_infringing, lift", act(A::JudgmentNotInfringing, Effect::Lift, COURT)),
        ("authority_acted: judgment_not_infringing, keep", act(A::JudgmentNotInfringing, Effect::Keep, COURT)),
        ("authority_acted: adjudication_infringing, takedown", act(A::AdjudicationInfringing, Effect::Takedown, COURT)),
        ("authority_acted: suit_withdrawn, resume", act(A::SuitWithdrawn, Effect::Resume, COURT)),
        ("authority_acted: preservation_granted, takedown", act(A::PreservationGranted, Effect::Takedown, COURT)),
        ("authority_acted: reverse_preservation_granted, lift", act(A::ReversePreservationGranted, Effect::Lift, COURT)),
        (
            "authority_acted: reverse_preservation_granted, lift, another court",
            act(A::ReversePreservationGranted, Effect::Lift, "杭州市中级人民法院"),
        ),
        ("authority_acted: preservation_ended, lift", act(A::PreservationEnded, Effect::Lift, COURT)),
        ("authority_acted: patent_invalidated, lift", act(A::PatentInvalidated, Effect::Lift, "国家知识产权局")),
        ("authority_acted: patent_invalidated, examine", act(A::PatentInvalidated, Effect::Examine, "国家知识产权局")),
        ("authority_acted: patent_invalidated_in_part, examine", act(A::PatentInvalidatedInPart, Effect::Examine, "国家知识产权局")),
        ("authority_acted: patent_lapsed, lift", act(A::PatentLapsed, Effect::Lift, "国家知识产权局")),
        ("authority_acted: settled, lift", act(A::Settled, Effect::Lift, "当事人")),
        ("authority_acted: report_corrected, examine", act(A::ReportCorrected, Effect::Examine, "国家知识产权局")),
    ]
}

fn second_looks() -> Vec<(&'static str, Event)> {
    vec![
        ("review_requested: appeal", review(ReviewKind::Appeal, 1)),
        ("review_requested: human", review(ReviewKind::Human, 1)),
        ("review_decided by another, changed", reviewed(4, Determination::NotInfringing)),
        ("review_decided by another, upheld", reviewed(4, Determination::Infringing)),
        ("review_decided by the first", reviewed(3, Determination::NotInfringing)),
        ("examiner_recused", Event::ExaminerRecused(ExaminerRecused { examiner: id(3), why: "advised_a_party".into() })),
    ]
}

/// Complaints in the middle of what this part is about.
pub(super) fn complaints() -> Vec<(&'static str, Complaint)> {
    let filed = Complaint::born(id(9), at(0), filed());
    let after = |c: &Complaint, labels: &[&str]| {
        let samples = super::samples();
        labels.iter().fold(c.clone(), |c, label| {
            let (_, event) = samples.iter().find(|(l, _)| l == label).unwrap();
            c.moved(event).unwrap_or_else(|e| panic!("{label}: {e}"))
        })
    };
    let hearing = after(&filed, &["accepted", "triaged complex", "hearing_opened"]);
    let taken_down = after(&filed, &["accepted", "triaged simple", "decided all infringing, takedown"]);
    let waiting = after(&taken_down, &["statement_received", "statement_checked, whole", "statement_forwarded", "statement_arrived"]);
    let negative = after(&filed, &["accepted", "examined, negative", "triaged complex"]);
    vec![
        ("accepted, negative report", negative.clone()),
        ("accepted, proposed on a negative report", after(&negative, &["decision_proposed"])),
        ("hearing, opened", hearing.clone()),
        ("hearing, opened, suspended", after(&hearing, &["suspended"])),
        ("accepted, heard", after(&hearing, &["hearing_ended, window"])),
        ("accepted, supplement for listings", after(&hearing, &["hearing_ended, window", "listing_supplement_requested"])),
        ("decided, statement waiting", waiting.clone()),
        ("decided, proceedings proven", after(&waiting, &["proceedings_proven"])),
        ("decided, appealed", after(&taken_down, &["review_requested: appeal"])),
        ("decided, decided on appeal", after(&taken_down, &["review_requested: appeal", "review_decided by another, changed"])),
        ("decided, examiner recused", after(&taken_down, &["examiner_recused"])),
        ("decided, termination proposed", after(&filed, &["accepted", "triaged simple", "decided, termination proposed"])),
        ("decided, on a ruling", after(&taken_down, &["authority_acted: judgment_infringing, takedown"])),
    ]
}

fn listings() -> Vec<(&'static str, Listing)> {
    let born = Complaint::born(id(9), at(0), filed()).listings[0].clone();
    let asked = Listing {
        determination: Determination::Infringing,
        measure: Measure::Requested,
        basis: Some(Basis::CentreOpinion),
        by_human: true,
        ..born.clone()
    };
    let contest = |stage| Contest { statement: id(STATEMENT), grounds: vec![Ground::PriorUse], received_on: date(2026, 11, 30), stage };
    let with = |stage| Listing { contest: Some(contest(stage)), ..asked.clone() };
    let waits = |extended| Stage::Waiting {
        arrived_on: date(2026, 12, 1),
        how: ArrivedBy::ServiceAddress,
        ends_on: if extended { date(2026, 12, 29) } else { date(2026, 12, 16) },
        extended,
    };
    let kept = |missed| Stage::Kept {
        follow: FollowUp { what: FollowUpKind::DocketNumber, by: date(2027, 1, 8) },
        missed,
        before: Box::new(waits(false)),
    };
    let missing = Awaited { due_on: date(2026, 12, 4), missing: vec![missing()] };
    vec![
        ("pending", born.clone()),
        ("pending, supplement awaited", Listing { awaited: Some(missing), ..born.clone() }),
        ("takedown asked", asked.clone()),
        (
            "takedown asked, on a ruling",
            Listing { rests_on: Some(super::two::ruling("ali")), basis: Some(Basis::CourtRuling), ..asked.clone() },
        ),
        (
            "takedown asked, on a ruling that binds another",
            Listing { rests_on: Some(super::two::ruling("jd")), basis: Some(Basis::CourtRuling), ..asked.clone() },
        ),
        (
            "deletion asked",
            Listing {
                rests_on: Some(super::two::ruling("ali")),
                measure_kind: MeasureKind::Delete,
                basis: Some(Basis::CourtRuling),
                ..asked.clone()
            },
        ),
        ("takedown asked, reopened", Listing { reopened: true, ..asked.clone() }),
        ("statement received", with(Stage::Received)),
        ("statement deficient", with(Stage::Deficient { missing: vec![super::missing()] })),
        ("statement without effect", with(Stage::NoEffect)),
        ("statement checked", with(Stage::Checked)),
        ("statement forwarded", with(Stage::Forwarded { by: Forwarder::CentreAsAgent, failed: false })),
        ("statement forwarded, its mail failed", with(Stage::Forwarded { by: Forwarder::CentreAsAgent, failed: true })),
        ("waiting period", with(waits(false))),
        ("waiting period, extended", with(waits(true))),
        ("proceedings proven", with(kept(false))),
        ("proceedings proven, follow-up missed", with(kept(true))),
        ("lift asked", Listing { measure: Measure::LiftRequested, ..asked.clone() }),
        (
            "not infringing",
            Listing { determination: Determination::NotInfringing, basis: Some(Basis::CentreOpinion), by_human: true, ..born.clone() },
        ),
        ("withdrawn", Listing { determination: Determination::Withdrawn, ..born }),
    ]
}

fn told(l: &Listing) -> String {
    let mut text = format!("{} / {}", l.determination.word(), l.measure.word());
    if let Some(contest) = &l.contest {
        let _ = write!(text, " / {}", contest.stage.word());
        if let Stage::Waiting { ends_on, .. } = &contest.stage {
            let _ = write!(text, " to {ends_on}");
        }
        if let Stage::Kept { missed: true, .. } = &contest.stage {
            text.push_str(", missed");
        }
        if let Stage::Forwarded { failed: true, .. } = &contest.stage {
            text.push_str(", failed");
        }
    }
    let marks = [
        (l.rests_on.is_some(), "on a ruling"),
        (l.measure_kind == MeasureKind::Disconnect, "to be disconnected"),
        (l.measure_kind == MeasureKind::Delete, "to be deleted"),
        (!l.repetition.is_empty(), "termination proposed"),
        (l.awaited.is_some(), "supplement awaited"),
        (l.reopened, "reopened"),
        (l.overturned, "overturned"),
    ];
    for (so, word) in marks {
        if so {
            let _ = write!(text, ", {word}");
        }
    }
    text
}

/// The third table: a listing at every step of a contest × every event that names it.
#[test]
fn matrix_of_contests() {
    let mut text = String::from("A listing at every step × every event that names it; what changes nothing is left out.\n");
    for (label, listing) in listings() {
        let _ = writeln!(text, "\n{label}: {}", told(&listing));
        for (name, event) in super::samples() {
            match listing_after(&listing, &event) {
                // Other reasons for the same change nothing.
                Ok(after) if (Listing { reasons: listing.reasons.clone(), ..after.clone() }) == listing => {}
                Ok(after) => {
                    let _ = writeln!(text, "    {name:<66} → {}", told(&after));
                }
                Err(why) => {
                    let _ = writeln!(text, "    {name:<66} – {why}");
                }
            }
        }
    }
    snapshot("matrix_contests", &text);
}

/// What an act of an authority does, for every act and every step.
#[test]
fn matrix_of_authority_acts() {
    let mut text = String::from("Every act of a court or authority × a listing at every step: its effect.\n");
    for act in AuthorityAct::ALL {
        let _ = writeln!(text, "\n{}", act.word());
        for (label, listing) in listings() {
            let by = |authority| format!("{:?}", effect_of(act, authority, &listing, true)).to_lowercase();
            let (same, other) = (by(COURT), by("另一机关"));
            let other = if other == same { String::new() } else { format!("; of another body: {other}") };
            let _ = writeln!(text, "    {label:<40} {same}{other}");
        }
    }
    snapshot("matrix_authority_acts", &text);
}

/// A contest without its measure, a measure that nobody asked, a ruling that was lifted: none can come about.
fn is_legal(c: &Complaint) -> Result<(), String> {
    for l in &c.listings {
        let asked = l.measure == Measure::Requested;
        if (l.contest.is_some() || l.rests_on.is_some()) && !asked {
            return Err(format!("line {}: contested or on a ruling without a measure", l.filed.line));
        }
        if l.contest.as_ref().is_some_and(|x| !x.stage.is_spent()) && l.rests_on.is_some() {
            return Err(format!("line {}: contested although it rests on a ruling", l.filed.line));
        }
        let more = l.measure_kind != MeasureKind::Block || !l.repetition.is_empty();
        let bound = l.rests_on.as_ref().is_some_and(|d| d.binds(l.filed.platform.as_deref()));
        if (more && !asked) || (l.measure_kind == MeasureKind::Delete && !bound) {
            return Err(format!("line {}: more than a takedown without one, or deleted without a ruling", l.filed.line));
        }
        if l.measure != Measure::None && l.basis.is_none() {
            return Err(format!("line {}: a measure nobody decided", l.filed.line));
        }
    }
    if matches!(c.state, State::Accepted | State::Hearing { .. }) && c.track.is_some() && c.pending_lines().is_empty() {
        return Err("nothing is pending and it is not decided".into());
    }
    if matches!(c.state, State::Suspended { .. }) != c.before_suspension.is_some() {
        return Err("suspended from nowhere".into());
    }
    Ok(())
}

fn any_step() -> impl Strategy<Value = (usize, i64)> {
    (0..super::samples().len(), 0..40_i64)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    /// Any order of events and days, with the clocks running between them: only legal states, every clock
    /// that is due can be recorded, and the log replays.
    #[test]
    fn any_order_of_events_and_days(steps in proptest::collection::vec(any_step(), 0..40), jumps_back in any::<bool>()) {
        let actor = Actor::System("test");
        let calendar = Calendar::built_in();
        let samples = super::samples();
        let first = Complaint::file(id(9), &actor, at(0), filed());
        let mut log = first.stored().to_vec();
        let mut c = first.after().clone();
        let mut now = at(0);
        for (n, (which, days)) in steps.into_iter().enumerate() {
            let back = jumps_back && n % 5 == 4;
            let hours = 24 * if back { -days } else { days };
            now = now.checked_add(jiff::SignedDuration::from_hours(hours)).unwrap();
            let mut rounds = 0;
            while let Some(event) = c.passed(now, &calendar) {
                let name = event.name();
                let moved = c.record(&actor, now, event);
                prop_assert!(moved.is_ok(), "the clock's own {name} is refused in {}: {:?}", c.state.word(), moved.err());
                let moved = moved.unwrap();
                log.extend_from_slice(moved.stored());
                c = moved.after().clone();
                rounds += 1;
                prop_assert!(rounds < 20, "the clock never rests");
            }
            prop_assert!(c.alarm_at().is_none_or(|alarm| alarm > now), "an alarm is over and nothing happened");
            if let Ok(moved) = c.record(&actor, now, samples[which].1.clone()) {
                log.extend_from_slice(moved.stored());
                c = moved.after().clone();
            }
            if let Err(why) = is_legal(&c) {
                prop_assert!(false, "{why}");
            }
        }
        prop_assert_eq!(&Complaint::replay(id(9), &log).unwrap(), &c);
    }
}

/// The waiting period ends at 24:00 of its last day: not a second before, and the lift is then due.
#[test]
fn the_waiting_period_ends_at_midnight() {
    let (_, waiting) = complaints().into_iter().find(|(label, _)| *label == "decided, statement waiting").unwrap();
    let calendar = Calendar::built_in();
    let end = end_of_day(date(2026, 12, 16));
    assert_eq!(waiting.alarm_at(), Some(end));
    let second = jiff::SignedDuration::from_secs(1);
    assert_eq!(waiting.passed(end.checked_sub(second).unwrap(), &calendar), None);
    let Some(Event::WaitingPeriodEnded(ended)) = waiting.passed(end, &calendar) else { panic!("it did not end") };
    assert_eq!((ended.lines, ended.ended_on), (vec![1, 2], date(2026, 12, 16)));
}

/// Proceedings that come to nothing after the period let the lift leave at once; before its end, the period runs on.
#[test]
fn proceedings_that_come_to_nothing() {
    let (_, kept) = complaints().into_iter().find(|(label, _)| *label == "decided, proceedings proven").unwrap();
    let resumed = kept.moved(&act(AuthorityAct::SuitWithdrawn, Effect::Resume, COURT)).unwrap();
    assert_eq!(resumed.alarm_at(), Some(end_of_day(date(2026, 12, 16))));
    let later = end_of_day(date(2027, 2, 1));
    assert!(matches!(resumed.passed(later, &Calendar::built_in()), Some(Event::WaitingPeriodEnded(_))));
}

/// 法释〔2020〕9号 3 can be read both ways; the switch says which reading counts.
#[test]
fn an_extension_is_counted_as_the_switch_says() {
    let last_day = |cap| {
        let periods = extended(date(2026, 9, 20), cap);
        let deadline = Deadline { clock: ClockName::WaitingPeriod, lines: both(), of: None, periods, stored_due: None, ended_on: None };
        deadline.due(&Calendar::built_in()).last().unwrap().due
    };
    assert_eq!(last_day(ExtensionCap::Total), date(2026, 10, 23));
    assert_eq!(last_day(ExtensionCap::Extra), date(2026, 11, 4));
}
