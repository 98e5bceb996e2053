//! From drafts to dispatches: item versions, what is in force on each item, the body's final text,
//! one delivery an endpoint. Pure; the steps of the transaction call it between reading and writing.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;
use jiff::Timestamp;
use jiff::civil::Date;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{Issued, Plan};
use crate::domain::calendar::shanghai_date;
use crate::domain::complaint::may_be_late_at;
use crate::domain::dispatch::{DispatchDraft, DispatchKind, ItemState};
use crate::domain::job::JobKind;
use crate::store::rows::int;
use crate::store::schema::{deliveries, dispatch_lines, dispatches, endpoints, items};
use crate::store::types::{Id, Ts};
use crate::store::{JobDraft, JobRow, StoreError};

/// An item on a platform and our measures on it.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = items)]
pub(super) struct ItemRow {
    pub(super) platform: String,
    pub(super) item_key: String,
    pub(super) version: i64,
    pub(super) measures_in_force: String,
}

/// As much of an endpoint as decides whether it is sent something.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = endpoints)]
pub(super) struct EndpointBrief {
    #[diesel(serialize_as = Id, deserialize_as = Id)]
    pub(super) id: Uuid,
    pub(super) platform: String,
    pub(super) event_types: String,
}

/// What a platform is sent, with its final body.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = dispatches)]
pub(in crate::store) struct NewDispatch {
    #[diesel(serialize_as = Id, deserialize_as = Id)]
    pub(super) id: Uuid,
    pub(super) platform: String,
    pub(super) kind: String,
    #[diesel(serialize_as = Id, deserialize_as = Id)]
    pub(super) complaint_id: Uuid,
    pub(super) seq: i32,
    pub(super) part: i32,
    pub(in crate::store) feed_seq: i64,
    #[diesel(serialize_as = Ts, deserialize_as = Ts)]
    pub(super) issued_at: Timestamp,
    #[diesel(serialize_as = Ts, deserialize_as = Ts)]
    pub(super) deliver_until: Timestamp,
    pub(super) body: String,
    pub(super) sha256: String,
}

impl NewDispatch {
    /// A draft with its final body, at its number of the feed.
    pub(in crate::store) fn of(draft: &DispatchDraft, states: &[ItemState], feed_seq: i64) -> Self {
        let body = draft.clone().finish(states);
        NewDispatch {
            id: draft.id,
            platform: draft.platform.clone(),
            kind: draft.kind.word().to_owned(),
            complaint_id: draft.complaint,
            seq: int(draft.seq),
            part: int(draft.part),
            feed_seq,
            issued_at: draft.issued_at,
            deliver_until: draft.deliver_until,
            sha256: hex::encode(Sha256::digest(body.as_bytes())),
            body,
        }
    }
}

/// One line of a dispatch.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = dispatch_lines)]
pub(super) struct NewLine {
    #[diesel(serialize_as = Id, deserialize_as = Id)]
    pub(super) dispatch_id: Uuid,
    pub(super) n: i32,
    pub(super) line: i32,
    pub(super) item_key: String,
    pub(super) item_version: i64,
}

/// A dispatch on its way to one endpoint.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = deliveries)]
pub(in crate::store) struct NewDelivery {
    #[diesel(serialize_as = Id, deserialize_as = Id)]
    pub(super) id: Uuid,
    #[diesel(serialize_as = Id, deserialize_as = Id)]
    pub(super) dispatch_id: Uuid,
    #[diesel(serialize_as = Id, deserialize_as = Id)]
    pub(super) endpoint_id: Uuid,
    pub(super) state: String,
    #[diesel(serialize_as = Ts, deserialize_as = Ts)]
    pub(super) due_at: Timestamp,
    pub(super) fence: i64,
    pub(super) attempts: i32,
    #[diesel(serialize_as = Ts, deserialize_as = Ts)]
    pub(super) updated_at: Timestamp,
    #[diesel(serialize_as = Ts, deserialize_as = Ts)]
    pub(super) expires_at: Timestamp,
}

impl NewDelivery {
    /// A dispatch on its way to an endpoint from now on.
    pub(in crate::store) fn of(dispatch: Uuid, endpoint: Uuid, (issued_at, deliver_until): (Timestamp, Timestamp)) -> Self {
        NewDelivery {
            id: Uuid::new_v5(&dispatch, endpoint.as_bytes()),
            dispatch_id: dispatch,
            endpoint_id: endpoint,
            state: "due".to_owned(),
            due_at: issued_at,
            fence: 0,
            attempts: 0,
            updated_at: issued_at,
            expires_at: deliver_until,
        }
    }
}

/// The rows of all dispatches of a batch.
#[derive(Default)]
pub(super) struct Outbox {
    pub(super) dispatches: Vec<NewDispatch>,
    pub(super) lines: Vec<NewLine>,
    pub(super) deliveries: Vec<NewDelivery>,
}

/// The items of a batch, by platform and key.
pub(super) type Items = BTreeMap<(String, String), ItemRow>;

/// Items whose measures the drafts change, in the order in which they are locked.
pub(super) fn items_of<'a>(drafts: impl Iterator<Item = &'a DispatchDraft>) -> Vec<ItemRow> {
    let changing = drafts.filter(|d| d.kind.changes_items());
    let keys: BTreeSet<(&String, &String)> = changing.flat_map(|d| d.lines.iter().map(move |l| (&d.platform, &l.item_key))).collect();
    keys.into_iter()
        .map(|(platform, item_key)| ItemRow {
            platform: platform.clone(),
            item_key: item_key.clone(),
            version: 0,
            measures_in_force: "[]".to_owned(),
        })
        .collect()
}

/// How many dispatches each platform gets, in the order in which their counters are taken.
pub(super) fn counts<'a>(drafts: impl Iterator<Item = &'a DispatchDraft>) -> BTreeMap<String, i64> {
    let mut counts = BTreeMap::new();
    for draft in drafts {
        *counts.entry(draft.platform.clone()).or_insert(0) += 1;
    }
    counts
}

/// That the platforms' answers to these are owed, day by day as they are issued.
pub(super) fn owed<'a>(drafts: impl Iterator<Item = &'a DispatchDraft>) -> Vec<JobRow> {
    let days = drafts.filter(|d| d.kind.changes_items()).map(|d| (shanghai_date(d.issued_at), may_be_late_at(d.issued_at)));
    let job = |(day, due_at): (Date, Timestamp)| JobDraft { kind: JobKind::AnswersOwed, subject: day.to_string(), due_at }.into();
    days.collect::<BTreeMap<_, _>>().into_iter().map(job).collect()
}

/// Moves the items of one commit: its measures added or removed, each item one version further.
///
/// # Errors
/// [`StoreError::Corrupt`] for an item that cannot be read.
pub(super) fn move_items(plan: &Plan, items: &mut Items) -> Result<(), StoreError> {
    let mut moved = BTreeSet::new();
    for draft in plan.drafts.iter().filter(|d| d.kind.changes_items()) {
        for line in &draft.lines {
            let key = (draft.platform.clone(), line.item_key.clone());
            let Some(item) = items.get_mut(&key) else { continue };
            let mut measures = measures(item)?;
            measures.retain(|m| *m != draft.complaint);
            if draft.kind == DispatchKind::Takedown {
                measures.push(draft.complaint);
                measures.sort();
            }
            item.measures_in_force = serde_json::to_string(&measures).map_err(|e| StoreError::corrupt("items", &line.item_key, e))?;
            if moved.insert(key) {
                item.version += 1;
            }
        }
    }
    Ok(())
}

fn measures(item: &ItemRow) -> Result<Vec<Uuid>, StoreError> {
    serde_json::from_str(&item.measures_in_force).map_err(|e| StoreError::corrupt("items", &item.item_key, e))
}

/// The final bodies of one commit, numbered from what `next` says for each platform, which is moved on.
///
/// # Errors
/// [`StoreError::Corrupt`] for an item or endpoint that cannot be read.
pub(super) fn issue(
    plan: &Plan,
    items: &Items,
    endpoints: &[EndpointBrief],
    (next, outbox): (&mut BTreeMap<String, i64>, &mut Outbox),
) -> Result<Vec<Issued>, StoreError> {
    let mut issued = Vec::new();
    for draft in &plan.drafts {
        let feed_seq = next.get_mut(&draft.platform).ok_or(StoreError::NotFound)?;
        let states = states(draft, items)?;
        for (n, (line, state)) in draft.lines.iter().zip(&states).enumerate() {
            outbox.lines.push(NewLine {
                dispatch_id: draft.id,
                n: i32::try_from(n + 1).unwrap_or(i32::MAX),
                line: int(line.line),
                item_key: line.item_key.clone(),
                item_version: state.version,
            });
        }
        deliver(draft, endpoints, &mut outbox.deliveries)?;
        outbox.dispatches.push(NewDispatch::of(draft, &states, *feed_seq));
        issued.push(Issued { id: draft.id, platform: draft.platform.clone(), feed_seq: *feed_seq });
        *feed_seq += 1;
    }
    Ok(issued)
}

fn states(draft: &DispatchDraft, items: &Items) -> Result<Vec<ItemState>, StoreError> {
    let state = |key: &String| match items.get(&(draft.platform.clone(), key.clone())) {
        Some(item) => Ok(ItemState { version: item.version, measures_in_force: measures(item)? }),
        // A message that changes no item.
        None => Ok(ItemState { version: 0, measures_in_force: Vec::new() }),
    };
    draft.lines.iter().map(|l| state(&l.item_key)).collect()
}

/// One delivery for each endpoint of the platform that wants this kind. A paused endpoint's waits with it.
fn deliver(draft: &DispatchDraft, endpoints: &[EndpointBrief], out: &mut Vec<NewDelivery>) -> Result<(), StoreError> {
    for endpoint in endpoints.iter().filter(|e| e.platform == draft.platform) {
        let kinds: Vec<String> =
            serde_json::from_str(&endpoint.event_types).map_err(|e| StoreError::corrupt("endpoints", endpoint.id, e))?;
        if !draft.kind.goes_to(&kinds) {
            continue;
        }
        out.push(NewDelivery::of(draft.id, endpoint.id, (draft.issued_at, draft.deliver_until)));
    }
    Ok(())
}
