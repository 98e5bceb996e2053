//! What is only proposed beside a measure, that business with a shop be ended: how it is told, how it is taken back, and that
//! it ends with the measure.
//!
//! Law: E-Commerce Law 42(1); 法发〔2020〕32号 3.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::domain::complaint::{Complaint, Event, Listing};
use crate::domain::repetition::{ENDED_TEXT, Earlier, PROPOSAL_TEXT, WITHDRAWAL_TEXT};

/// What is proposed for the shops of these listings in the message of `event`, each with its record.
pub(super) fn proposed(event: &Event, listings: &[&Listing]) -> Vec<Value> {
    let by_shop: BTreeMap<(&str, &str), &[Earlier]> = listings
        .iter()
        .filter_map(|l| Some(((l.filed.site.as_deref()?, l.filed.shop.as_deref()?), proposed_now(event, l))))
        .filter(|(_, record)| !record.is_empty())
        .collect();
    let proposal = |((site, shop), record): ((&str, &str), &[Earlier])| json!({ "kind": "terminate", "site": site, "shop": shop, "text": PROPOSAL_TEXT, "record": record });
    by_shop.into_iter().map(proposal).collect()
}

/// The record with which the end of the business with a listing's shop is proposed in the message of `event`: where that
/// was decided, and where it could not be told before.
fn proposed_now<'a>(event: &'a Event, l: &'a Listing) -> &'a [Earlier] {
    let lines = match event {
        Event::Decided(d) => &d.lines,
        Event::ReviewDecided(r) => &r.lines,
        Event::ListingsResolved(_) => return &l.repetition,
        _ => return &[],
    };
    lines.iter().find(|x| x.line == l.filed.line).map_or(&[], |x| x.repetition.as_slice())
}

/// Why what was proposed for the shop of these listings does not stand any more.
pub(super) fn withdrawn(event: &Event, listings: &[&Listing]) -> Value {
    let (Event::TerminationWithdrawn(w), Some(listing)) = (event, listings.first()) else { return Value::Null };
    let filed = &listing.filed;
    json!({ "site": filed.site, "shop": filed.shop, "withdrawn_on": w.withdrawn_on, "text": WITHDRAWAL_TEXT, "fallen": w.fallen })
}

/// The proposals that end with the measures of these listings: for shops for which none stands any more.
pub(super) fn ended((before, after): (&Complaint, &Complaint), listings: &[&Listing]) -> Vec<Value> {
    let shop = |l: &Listing| Some((l.filed.site.clone()?, l.filed.shop.clone()?)).filter(|_| !l.repetition.is_empty());
    let still: BTreeSet<_> = after.listings.iter().filter_map(shop).collect();
    let stood: BTreeSet<_> = listings.iter().filter_map(|l| shop(before.listing(l.filed.line)?)).collect();
    let ends = |(site, shop): &(String, String)| json!({ "kind": "terminate", "site": site, "shop": shop, "text": ENDED_TEXT });
    stood.difference(&still).map(ends).collect()
}
