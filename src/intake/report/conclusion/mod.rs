//! The verdict on each claim or design, from the sentences of the report.
//!
//! A favourable verdict comes only from a conclusion that is understood to the last character
//! ([`grammar`]); what else the report says ([`details`]) can only cast doubt. The conclusion must speak of
//! every item once, and of no more items than the rest of the report: a digit lost or doubled shows there.
//! Where anything is left unclear, the answer is unknown. The text is read in two orders that must not
//! contradict each other.

mod details;
mod grammar;
mod numbers;
mod sentences;

use std::collections::{BTreeMap, BTreeSet};

use super::super::pdf::layout::{Flow, Sheet, by_place, by_stream};
use crate::domain::report::{ItemVerdict, ReadingFlag, Verdict};
use details::{Detail, details};
use grammar::{Conclusion, Says, Subject, conclusion, speaks_of_grant};
use sentences::{Sentence, Sentences, sentences};

/// So many items need no second place of the report that says so: no slip in a number makes a larger one
/// of at most so many, but for `共1项` with its digit doubled.
const ITEMS_UNCONFIRMED_MAX: u32 = 20;
const ONE_DOUBLED: u32 = 11;

/// Where the first items are gone, one of two digits may be two items of one digit.
const FIRST_UNCONFIRMED_UNDER: u32 = 10;

/// Whether a text speaks of verdicts at all.
pub(super) fn speaks_of_verdicts(text: &str) -> bool {
    let chars: Vec<char> = text.chars().collect();
    let sentence = Sentence { chars, breaks: Vec::new(), page: 1, in_conclusion: false, is_others: false, ticked: false };
    speaks_of_grant(&sentence.chars) || details(&sentence).iter().any(|d| matches!(d, Detail::Lacks(_)))
}

/// Makes every verdict unknown.
pub(super) fn forget(verdicts: &mut [ItemVerdict]) {
    for v in verdicts.iter_mut() {
        v.verdict = Verdict::Unknown;
    }
}

/// The verdicts of a report. `amended`: the text evaluated is one that a decision maintained, whose first
/// items may be gone.
pub(super) fn verdicts(sheets: &[Sheet], amended: bool, flags: &mut BTreeSet<ReadingFlag>) -> Vec<ItemVerdict> {
    of_flows([&by_place(sheets), &by_stream(sheets)], amended, flags)
}

fn of_flows([place, stream]: [&Flow; 2], amended: bool, flags: &mut BTreeSet<ReadingFlag>) -> Vec<ItemVerdict> {
    let (by_place, by_stream) = (Said::of(place, amended), Said::of(stream, amended));
    if by_place.contradicted {
        flags.insert(ReadingFlag::ConclusionContradicted);
    }
    let decided = |said: &Said| said.verdicts.iter().any(|v| v.verdict != Verdict::Unknown);
    // A layout that scatters the conclusion leaves the order in which it was drawn; boxes and their texts
    // may be drawn apart, so where there are boxes that order proves nothing.
    if !decided(&by_place) && !by_place.contradicted && !by_place.boxed && !by_stream.boxed && decided(&by_stream) {
        return by_stream.verdicts;
    }
    let mut found = by_place.verdicts;
    for v in &mut found {
        let second = by_stream.verdicts.iter().find(|o| o.item == v.item);
        if second.is_some_and(|o| o.verdict != v.verdict && o.verdict != Verdict::Unknown) {
            v.verdict = Verdict::Unknown;
            flags.insert(ReadingFlag::ReadingsDisagree);
        }
    }
    found
}

/// Where something is said.
#[derive(Clone, Debug)]
struct Place {
    page: u32,
    quote: String,
}

/// Everything one order of the text says of verdicts.
#[derive(Debug, Default)]
struct Collected {
    says: Vec<(Subject, Says, Place)>,
    /// Something that speaks of the conditions of grant and is not understood.
    unclear: Option<Place>,
    unclear_items: BTreeMap<u32, Place>,
    lacks: BTreeMap<u32, Place>,
    all_lack: Option<Place>,
    not_searched: BTreeMap<u32, Place>,
    searched: BTreeSet<u32>,
    counts: BTreeSet<u32>,
    /// Highest item that sentences beside the conclusion name.
    highest_named: Option<u32>,
}

/// What one order of the text amounts to.
struct Said {
    verdicts: Vec<ItemVerdict>,
    contradicted: bool,
    boxed: bool,
}

impl Said {
    fn of(flow: &Flow, amended: bool) -> Self {
        let Sentences { sentences, boxed, options } = sentences(flow);
        let mut all = Collected::default();
        for sentence in &sentences {
            all.add(sentence, options);
        }
        let (verdicts, contradicted) = all.verdicts(amended);
        Said { verdicts, contradicted, boxed }
    }
}

impl Collected {
    /// `options`: the conclusion is one of several with a box before each.
    fn add(&mut self, sentence: &Sentence, options: bool) {
        let place = Place { page: sentence.page, quote: super::quote(&sentence.text()) };
        if !speaks_of_grant(&sentence.chars) {
            // That something was not searched is heeded whoever says it.
            return self.add_details(sentence, &place, |d| !sentence.is_others || matches!(d, Detail::NotSearched(_)));
        }
        // Beside options with boxes one without a box is an option whose box was lost.
        let boxless = options && sentence.in_conclusion && !sentence.ticked;
        if let Some(Conclusion { says, count }) = conclusion(sentence).filter(|_| !sentence.is_others && !boxless) {
            self.counts.extend(count);
            self.says.extend(says.into_iter().map(|(whom, what)| (whom, what, place.clone())));
            return;
        }
        self.add_details(sentence, &place, |d| matches!(d, Detail::NotSearched(_)));
        let items = numbers::named(&sentence.chars);
        if sentence.is_others {
            return;
        }
        if sentence.in_conclusion || (items.is_empty() && !sentence.is_general()) {
            self.unclear = Some(place);
        } else {
            self.unclear_items.extend(items.into_iter().map(|n| (n, place.clone())));
        }
    }

    fn add_details(&mut self, sentence: &Sentence, place: &Place, counts: impl Fn(&Detail) -> bool) {
        for detail in details(sentence).into_iter().filter(counts) {
            let first = |map: &mut BTreeMap<u32, Place>, items: BTreeSet<u32>| {
                for n in items {
                    map.entry(n).or_insert_with(|| place.clone());
                }
            };
            match detail {
                Detail::Lacks(items) if items.is_empty() => self.all_lack = Some(place.clone()),
                Detail::Lacks(items) => first(&mut self.lacks, items),
                Detail::NotSearched(items) => first(&mut self.not_searched, items),
                Detail::Searched(items) => self.searched.extend(items),
                Detail::Count(n) => {
                    self.counts.insert(n);
                }
                Detail::Named(items) => self.highest_named = self.highest_named.max(items.last().copied()),
            }
        }
    }

    /// The items that the conclusion names.
    fn concluded(&self) -> BTreeSet<u32> {
        self.says
            .iter()
            .flat_map(|(whom, ..)| match whom {
                Subject::All(items) | Subject::Items(items) | Subject::Rest(items) => items.iter().copied(),
            })
            .collect()
    }

    /// One verdict an item, and whether the report contradicts itself.
    fn verdicts(&self, amended: bool) -> (Vec<ItemVerdict>, bool) {
        let concluded = self.concluded();
        let rest = self.says.iter().any(|(whom, ..)| matches!(whom, Subject::Rest(_)));
        let known = concluded.iter().chain(self.not_searched.keys()).copied();
        let count = self.counts.first().copied().filter(|_| self.counts.len() == 1);
        let highest = known.chain(self.lacks.keys().copied().filter(|_| self.says.is_empty())).max();
        let Some(highest) = highest.max(count.filter(|_| rest)) else { return self.of_the_whole() };
        let keys: BTreeSet<u32> = if rest {
            (1..=highest).collect()
        } else {
            concluded.iter().chain(self.not_searched.keys()).chain(self.lacks.keys()).copied().collect()
        };
        let sound = self.unclear.is_none()
            && !self.overlaps(&concluded)
            && self.covers(&keys, highest, amended)
            && (!rest || self.rest_is_confirmed(&keys));
        let mut contradicted = false;
        let verdicts = keys
            .into_iter()
            .filter_map(|n| {
                let (verdict, place, contradicts) = self.verdict_of(n, &concluded)?;
                contradicted |= contradicts;
                let verdict = if sound || self.says.is_empty() && self.unclear.is_none() { verdict } else { Verdict::Unknown };
                Some(item(n.to_string(), verdict, place))
            })
            .collect();
        (verdicts, contradicted)
    }

    /// Whether the conclusion's own lists share an item: then one of them is not what was meant.
    fn overlaps(&self, concluded: &BTreeSet<u32>) -> bool {
        concluded.iter().any(|n| {
            let says = |wanted: Says| self.about(*n, concluded).any(|(says, _)| says == wanted);
            says(Says::Good) && says(Says::Bad)
        })
    }

    /// Whether the conclusion speaks of every item, and of as many as the rest of the report.
    fn covers(&self, keys: &BTreeSet<u32>, highest: u32, amended: bool) -> bool {
        if self.counts.len() > 1 || self.counts.first().is_some_and(|n| !amended && *n != highest) {
            return false;
        }
        if self.highest_named.is_some_and(|n| n > highest) {
            return false;
        }
        // Where "the rest" has no list, the count is all there is, and confirms nothing.
        let counted = self.counts.contains(&highest) && self.concluded().contains(&highest);
        let confirmed = self.highest_named == Some(highest) || counted;
        let first = keys.first().copied().filter(|_| amended).unwrap_or(1);
        // 2-9 without its dash.
        if first >= FIRST_UNCONFIRMED_UNDER && !confirmed {
            return false;
        }
        (first..=highest).all(|n| keys.contains(&n))
            && (confirmed || (highest <= ITEMS_UNCONFIRMED_MAX && highest != ONE_DOUBLED) || !may_be_a_slip(highest))
    }

    /// What concerns "the rest" has no list of its own: the details must speak of every defective item and of
    /// no other.
    fn rest_is_confirmed(&self, keys: &BTreeSet<u32>) -> bool {
        let concluded = self.concluded();
        let counted = !self.counts.is_empty() || self.highest_named == keys.last().copied();
        counted
            && keys.iter().all(|n| {
                let bad = self.about(*n, &concluded).any(|(says, _)| says == Says::Bad);
                bad == (self.lacks.contains_key(n) || self.all_lack.is_some())
            })
    }

    /// What the conclusion says of an item.
    fn about<'a>(&'a self, n: u32, concluded: &'a BTreeSet<u32>) -> impl Iterator<Item = (Says, &'a Place)> {
        self.says.iter().filter_map(move |(whom, says, place)| {
            let concerned = match whom {
                Subject::All(items) => items.is_empty() || items.contains(&n),
                Subject::Items(items) => items.contains(&n),
                Subject::Rest(_) => !concluded.contains(&n) && !self.not_searched.contains_key(&n),
            };
            concerned.then_some((*says, place))
        })
    }

    fn verdict_of<'a>(&'a self, n: u32, concluded: &'a BTreeSet<u32>) -> Option<(Verdict, &'a Place, bool)> {
        let good = self.about(n, concluded).find(|(says, _)| *says == Says::Good).map(|s| s.1);
        let bad = self.about(n, concluded).find(|(says, _)| *says == Says::Bad).map(|s| s.1);
        let lacks = self.lacks.get(&n).or(self.all_lack.as_ref());
        let not_searched = self.not_searched.get(&n);
        let beyond = !self.searched.is_empty() && !self.searched.contains(&n);
        if let Some(place) = self.unclear_items.get(&n) {
            return Some((Verdict::Unknown, place, false));
        }
        if let Some(place) = good {
            let doubt = bad.or(lacks).or(not_searched);
            let doubtful = doubt.is_some() || beyond;
            let verdict = if doubtful { Verdict::Unknown } else { Verdict::NoDefectFound };
            return Some((verdict, doubt.unwrap_or(place), doubtful));
        }
        if let Some(place) = bad {
            return Some((Verdict::Defective, place, false));
        }
        if let Some(place) = not_searched {
            return Some((Verdict::NotSearched, place, false));
        }
        // Where there is no conclusion a lack stands for one; where there is one it must speak of the item.
        lacks.map(|place| (if self.says.is_empty() { Verdict::Defective } else { Verdict::Unknown }, place, false))
    }

    /// The verdict of a report that counts no items.
    fn of_the_whole(&self) -> (Vec<ItemVerdict>, bool) {
        let first = |wanted: Says| self.says.iter().find(|(_, says, _)| *says == wanted).map(|s| &s.2);
        let (good, bad) = (first(Says::Good), first(Says::Bad));
        let lacks = self.all_lack.as_ref().or(self.lacks.values().next());
        let unclear = self.unclear.as_ref().or(self.unclear_items.values().next());
        let (verdict, place, contradicted) = match (unclear, good, bad) {
            (Some(place), ..) => (Verdict::Unknown, place, false),
            (None, Some(_), Some(place)) => (Verdict::Unknown, place, true),
            (None, Some(place), None) => match lacks {
                Some(place) => (Verdict::Unknown, place, true),
                None => (Verdict::NoDefectFound, place, false),
            },
            (None, None, bad) => match bad.or(lacks) {
                Some(place) => (Verdict::Defective, place, false),
                None => return (Vec::new(), false),
            },
        };
        (vec![item("all".into(), verdict, place)], contradicted)
    }
}

/// Whether doubling a digit of a smaller number, or swapping two of its digits, gives this one.
fn may_be_a_slip(n: u32) -> bool {
    let digits: Vec<char> = n.to_string().chars().collect();
    digits.windows(2).any(|pair| pair[0] == pair[1] || (pair[1] != '0' && pair[1] < pair[0]))
}

fn item(item: String, verdict: Verdict, place: &Place) -> ItemVerdict {
    ItemVerdict { page: Some(place.page), quote: Some(place.quote.clone()), ..ItemVerdict::new(item, verdict) }
}

#[cfg(test)]
mod tests;
