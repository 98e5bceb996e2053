//! Samples of what takes two examiners: decisions on a negative report, deletions, proposals to end the business with a
//! shop. Who may decide it alone is the desk's rule; what is confirmed must be what was proposed.

use std::sync::Arc;

use jiff::civil::date;

use super::law::COURT;
use super::*;
use crate::domain::four_eyes::DecidesAlone;
use crate::domain::repetition::{Earlier, Fallen, FellWhy, bears_on_records, counts};

/// A judgment that binds a platform.
pub(super) fn ruling(platform: &str) -> Arc<AuthorityDocument> {
    Arc::new(AuthorityDocument {
        kind: "judgment".into(),
        number: "(2026)浙02民初118号".into(),
        authority: COURT.into(),
        issued_on: date(2026, 12, 1),
        sha256: "67".repeat(32),
        binds_platforms: vec![platform.into()],
    })
}

fn against(line: u32) -> LineDecided {
    LineDecided {
        line,
        determination: Determination::Infringing,
        takedown: true,
        measure: None,
        repetition: Vec::new(),
        reasons: vec!["same_design".into()],
    }
}

fn proposed(lines: Vec<LineDecided>) -> DecisionProposed {
    DecisionProposed {
        examiner: id(3), lines, text: Some("整体视觉效果无差异".into()), review: None, due_on: None, rules: Vec::new()
    }
}

fn alone() -> DecidesAlone {
    let before = Complaint::file(id(1), &Actor::System("filing"), at(0), filed()).after().clone();
    FourEyesRule::default().look(&before, &[], date(2026, 9, 1)).unwrap()
}

fn record(complaints: u128) -> Vec<Earlier> {
    let earlier = |n: u128| Earlier {
        complaint: id(50 + n),
        reference: format!("2VTKWS8VX{n}"),
        patent_number: "202330271846.9".into(),
        ended_on: date(2026, 5, 6),
        final_from: date(2026, 6, 8),
    };
    (0..complaints).map(earlier).collect()
}

pub(super) fn samples() -> Vec<(&'static str, Event)> {
    let negative = Examined {
        report_sha256: Some("cd".repeat(32)),
        reader_version: 1,
        overall: "negative".into(),
        checks: Vec::new(),
        register_version: Some(1),
        authenticity: Some("B".into()),
        text_version: Some(TextVersion::Granted),
    };
    let first = proposed(vec![against(1), against(2)]);
    let confirmed = |p: &DecisionProposed, by: u128| Event::Decided(Decided::confirmed(p, id(by)));
    let deletes = |line| LineDecided { measure: Some(MeasureKind::Delete), ..against(line) };
    let deletion = proposed(vec![deletes(1), deletes(2)]);
    let with =
        |line: LineDecided| Event::Decided(Decided::by_examiner(alone(), id(3), vec![line.clone(), LineDecided { line: 2, ..line }], None));
    let fallen =
        |e: Earlier| Fallen { complaint: e.complaint, reference: e.reference, patent_number: e.patent_number, why: FellWhy::Overturned };
    let fallen = record(1).into_iter().map(fallen).collect();
    let withdrawal = TerminationWithdrawn { lines: vec![1, 2], fallen, withdrawn_on: date(2026, 12, 3) };
    vec![
        ("examined, negative", Event::Examined(negative)),
        ("decision_proposed", Event::DecisionProposed(first.clone())),
        ("decided, confirmed by another", confirmed(&first, 4)),
        ("decided, confirmed by the same", confirmed(&first, 3)),
        ("decided, confirmed something else", confirmed(&proposed(vec![against(1)]), 4)),
        ("decision_proposed, deletion", Event::DecisionProposed(deletion.clone())),
        ("deletion_asked", Event::DeletionAsked(DeletionAsked::by_examiner(alone(), id(3), deletion.lines.clone(), None))),
        ("deletion_asked, confirmed by another", Event::DeletionAsked(DeletionAsked::confirmed(&deletion, id(4)))),
        ("deletion_asked, confirmed by the same", Event::DeletionAsked(DeletionAsked::confirmed(&deletion, id(3)))),
        ("decided, to be disconnected", with(LineDecided { measure: Some(MeasureKind::Disconnect), ..against(1) })),
        ("decided, to be deleted", with(deletes(1))),
        ("decided, a measure without a takedown", with(LineDecided { measure: Some(MeasureKind::Block), takedown: false, ..against(1) })),
        ("decided, termination proposed", with(LineDecided { repetition: record(2), ..against(1) })),
        ("decided, termination proposed on one earlier complaint", with(LineDecided { repetition: record(1), ..against(1) })),
        ("termination_withdrawn", Event::TerminationWithdrawn(withdrawal)),
    ]
}

/// What one proposed to delete, another confirms; who proposed it does not, and nothing else is confirmed.
#[test]
fn a_deletion_is_confirmed_as_it_was_proposed() {
    let (_, on_a_ruling) = law::complaints().into_iter().find(|(label, _)| *label == "decided, on a ruling").unwrap();
    let all = samples();
    let sample = |label: &str| all.iter().find(|(l, _)| *l == label).unwrap().1.clone();
    let waits = on_a_ruling.clone().moved(&sample("decision_proposed, deletion")).unwrap();
    assert_eq!(waits.clone().moved(&sample("deletion_asked, confirmed by the same")), Err(Refused::FourEyes));
    assert!(matches!(waits.clone().moved(&sample("decided, confirmed by another")), Err(Refused::State { .. })));
    let deleted = waits.clone().moved(&sample("deletion_asked, confirmed by another")).unwrap();
    assert_eq!((deleted.proposed.as_ref(), deleted.listings[0].kind_asked()), (None, Some(MeasureKind::Delete)));
    assert_eq!(deleted.listings[0].basis, Some(Basis::CourtRuling));
    // Asked once, it is asked; the body that ordered it ends it.
    let again = Refused::Listing { line: 1, event: "deletion_asked", why: ListingRefused::DeletionAsked };
    assert_eq!(deleted.clone().moved(&sample("deletion_asked")), Err(again));
    let lifted = deleted.clone().moved(&law::act(AuthorityAct::JudgmentNotInfringing, Effect::Lift, COURT)).unwrap();
    assert_eq!(lifted.listings[0].kind_asked(), None);
    // A later order of the same court that does not bind the platform asks for what can be taken back.
    let mut later = law::act(AuthorityAct::JudgmentInfringing, Effect::Takedown, COURT);
    if let Event::AuthorityActed(a) = &mut later {
        a.document.binds_platforms.clear();
    }
    assert_eq!(deleted.clone().moved(&later).unwrap().listings[0].kind_asked(), Some(MeasureKind::Block));
}

/// Once withdrawn it is withdrawn, whatever became of the complaint, and nothing else of the listing moves; made anew it
/// stands again; a lift ends it without a word of its own.
#[test]
fn a_proposal_is_withdrawn_once() {
    let (_, proposed) = law::complaints().into_iter().find(|(label, _)| *label == "decided, termination proposed").unwrap();
    let all = super::samples();
    let sample = |label: &str| all.iter().find(|(l, _)| *l == label).unwrap().1.clone();
    let withdrawn = proposed.clone().moved(&sample("termination_withdrawn")).unwrap();
    for (before, after) in proposed.listings.iter().zip(&withdrawn.listings) {
        let same = Listing { repetition: before.repetition.clone(), termination_withdrawn_on: None, ..after.clone() };
        assert_eq!((&same, after.repetition.is_empty()), (before, true));
        assert_eq!(after.termination_withdrawn_on, Some(date(2026, 12, 3)));
    }
    let again = Refused::Listing { line: 1, event: "termination_withdrawn", why: ListingRefused::NoTermination };
    assert_eq!(withdrawn.clone().moved(&sample("termination_withdrawn")), Err(again.clone()));
    let closed = Complaint { state: State::Closed { why: ClosedWhy::Withdrawn }, ..proposed.clone() };
    assert!(closed.moved(&sample("termination_withdrawn")).is_ok());
    let anew = Complaint {
        state: State::Accepted,
        listings: withdrawn.listings.iter().map(|l| Listing { reopened: true, ..l.clone() }).collect(),
        ..withdrawn
    };
    let anew = anew.moved(&sample("decided, termination proposed")).unwrap();
    assert!(anew.listings.iter().all(|l| l.repetition == record(2) && l.termination_withdrawn_on.is_none()));
    let lifted = proposed.moved(&sample("lift_decided all")).unwrap();
    assert!(lifted.listings.iter().all(|l| l.repetition.is_empty() && l.termination_withdrawn_on.is_none()));
    assert_eq!(lifted.moved(&sample("termination_withdrawn")), Err(again));
}

/// Whatever event it is by which a finding counts no more, and whatever proposes on a record: the records are looked at.
#[test]
fn no_finding_falls_unseen() {
    let (mut fell, mut proposed) = (0, 0);
    for (state, complaint) in complaints().into_iter().chain(law::complaints()) {
        // The states of the matrix are made up: what counts was decided by a person.
        let listings = complaint.listings.iter().map(|l| Listing { by_human: l.by_human || l.basis.is_none(), ..l.clone() }).collect();
        let complaint = Complaint { listings, ..complaint };
        for (label, event) in super::samples() {
            let Ok(t) = complaint.record(&Actor::System("test"), at(1), event) else { continue };
            let falls = |(a, b): (&Listing, &Listing)| counts(a) && !counts(b) && b.by_human;
            let proposes = |(a, b): (&Listing, &Listing)| a.repetition.is_empty() && !b.repetition.is_empty();
            let lines = || complaint.listings.iter().zip(&t.after().listings);
            fell += usize::from(lines().any(falls));
            proposed += usize::from(lines().any(proposes));
            assert!(bears_on_records(&t) || !lines().any(|l| falls(l) || proposes(l)), "{state}: {label}");
        }
    }
    assert!(fell > 20 && proposed > 0, "{fell} {proposed}");
}
