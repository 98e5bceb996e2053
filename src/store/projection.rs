//! From a complaint to the rows that stand for it in lists. Pure: `commit` writes what this says and
//! `audit` compares with it.

use jiff::Timestamp;
use jiff::civil::Date;

use super::rows::{ComplaintRow, ListingRow, int};
use crate::domain::complaint::{ClosedWhy, Complaint, Determination, Listing, Measure, State};

/// The projection that the log of `complaint` asks for, its last event being of `updated_at`.
/// `urls` by line: they are not in the log.
pub fn expected_projection(complaint: &Complaint, updated_at: Timestamp, urls: &[Option<String>]) -> (ComplaintRow, Vec<ListingRow>) {
    let listings = complaint.listings.iter().enumerate();
    let listings = listings.map(|(i, l)| listing(complaint, l, urls.get(i).cloned().flatten()));
    (complaint_row(complaint, updated_at), listings.collect())
}

fn complaint_row(c: &Complaint, updated_at: Timestamp) -> ComplaintRow {
    let due_on = c.due_on();
    ComplaintRow {
        id: c.id,
        reference: c.filed.reference.clone(),
        account_id: c.filed.account,
        client_reference: c.filed.client_reference.clone(),
        state: c.state.word().to_owned(),
        closed_why: closed_why(&c.state).map(str::to_owned),
        track: c.track.map(|t| t.word().to_owned()),
        patent_number: c.filed.patent_number.clone(),
        overall: c.examined.as_ref().map(|e| e.overall.clone()),
        policy_version: c.triaged.as_ref().map(|t| t.policy_version),
        due_on,
        queue_on: (waits_for_a_person(&c.state) || c.needs_a_person()).then(|| due_on.unwrap_or(Date::MAX)),
        filed_at: c.filed_at,
        updated_at,
        last_seq: int(c.seq),
        last_hash: c.hash.to_vec(),
        pending: i32::try_from(c.pending_lines().len()).unwrap_or(i32::MAX),
        reopened: (!c.reopened.is_empty()).then(|| c.came_back_because().join(",")),
        referred_by: c.filed.consultation.as_ref().map(|asked| asked.platform.clone()),
    }
}

fn closed_why(state: &State) -> Option<&'static str> {
    match state {
        State::Closed { why: ClosedWhy::NotAccepted } => Some("not_accepted"),
        State::Closed { why: ClosedWhy::Withdrawn } => Some("withdrawn"),
        State::Closed { why: ClosedWhy::SupplementMissing } => Some("supplement_missing"),
        _ => None,
    }
}

fn waits_for_a_person(state: &State) -> bool {
    match state {
        State::Filed | State::Accepted | State::Hearing { .. } | State::Suspended { .. } => true,
        State::AwaitingSupplement { .. } | State::Decided | State::Closed { .. } => false,
    }
}

fn listing(c: &Complaint, l: &Listing, url: Option<String>) -> ListingRow {
    let filed = &l.filed;
    let item_key = filed.item_key();
    let live_key = item_key.as_ref().filter(|_| is_live(c, l)).map(|item| live_key(c, item));
    ListingRow {
        complaint_id: c.id,
        line: int(filed.line),
        product: int(filed.product),
        site: filed.site.clone(),
        id_space: filed.id_space.clone(),
        item_id: filed.item_id.clone(),
        sku: filed.sku.clone(),
        item_key,
        shop: filed.shop.clone(),
        platform: filed.platform.clone(),
        url,
        determination: l.determination.word().to_owned(),
        measure: l.measure.word().to_owned(),
        by_human: l.by_human,
        live_key,
        termination_proposed: !l.repetition.is_empty(),
    }
}

fn live_key(c: &Complaint, item_key: &str) -> String {
    live_key_of(c.filed.account, &c.filed.patent_number, item_key)
}

/// Key under which a listing is live: one account, one right, one item.
pub(crate) fn live_key_of(account: uuid::Uuid, patent_number: &str, item_key: &str) -> String {
    format!("{account}|{patent_number}|{item_key}")
}

/// A listing keeps another complaint about it out while it is undecided or a takedown stands. A
/// re-listing stands beside the complaint it repeats, and what its platform resolved beside whatever names the same item:
/// that came to light too late to refuse it.
fn is_live(c: &Complaint, l: &Listing) -> bool {
    let open = !matches!(c.state, State::Closed { .. });
    let stands = l.determination == Determination::Infringing && l.measure == Measure::Requested;
    open && c.filed.relisting_of.is_none() && l.resolution.is_none() && (l.determination == Determination::Pending || stands)
}
