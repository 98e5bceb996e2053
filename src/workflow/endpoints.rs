//! Endpoints: where platforms are pushed to, with what they are signed for, how they fare; the log of attempts,
//! a test message, and sending again. For administrators, and for a platform its own by its own key.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::lists::{cursor_position, cursor_text, rows_asked};
use super::versions::{as_seen, first};
use super::{Caller, Desk, DeskError, Role};
use crate::domain::acknowledgement::Acknowledged;
use crate::domain::dispatch::{DispatchKind, test_body, test_draft};
use crate::domain::egress::check_url;
use crate::domain::lane::{AT_ONCE_LIMIT, LaneLimits, PER_SECOND_LIMIT};
use crate::domain::secrets::{EndpointSecrets, SecretInForce};
use crate::store::{AttemptRow, EndpointRow, LaneRow, REDELIVERIES_MAX, StoreError, WebhookKeyRow};
use crate::vault::{random, webhook_public_key};

/// Hours an old secret still signs after a rotation, unless it says otherwise.
pub const SECRET_OVERLAP_HOURS: i64 = 24;
/// Most hours it may.
pub const SECRET_OVERLAP_HOURS_MAX: i64 = 168;
/// Most secrets that sign at once; what would be one more stops at once, the oldest first.
pub const SECRETS_AT_ONCE_MAX: usize = 4;
/// Most endpoints of one platform.
pub const ENDPOINTS_MAX: usize = 20;
/// Days back that failed deliveries can be asked for again.
pub const REDELIVERY_DAYS_MAX: i64 = 30;
/// Random bytes of a secret.
const SECRET_BYTES: usize = 32;

/// An endpoint.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EndpointForm {
    /// Address.
    pub url: String,
    /// Kinds of dispatches it gets; empty: all.
    #[serde(default)]
    pub event_types: Vec<String>,
    /// How much it takes; absent: the defaults.
    #[serde(default)]
    pub limits: LimitsForm,
}

/// Where an endpoint is, and what it gets, from now on.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AddressForm {
    /// Address.
    pub url: String,
    /// Kinds of dispatches it gets; empty: all.
    pub event_types: Vec<String>,
}

/// How much an endpoint takes.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LimitsForm {
    /// Attempts a second; absent: the default.
    #[serde(default)]
    pub per_second_max: Option<u32>,
    /// Attempts at once; absent: the default.
    #[serde(default)]
    pub at_once_max: Option<u32>,
}

/// A rotation of the secret and the key pair.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RotationForm {
    /// Hours the old ones still sign beside the new.
    #[serde(default = "usual_overlap")]
    pub overlap_hours: i64,
}

fn usual_overlap() -> i64 {
    SECRET_OVERLAP_HOURS
}

/// Why an endpoint is paused.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PauseForm {
    /// Shown to whoever looks at it.
    pub why: String,
}

/// How what waited is sent when an endpoint is resumed.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResumptionForm {
    /// Attempts a second until all that waited is sent; absent: its usual rate.
    #[serde(default)]
    pub per_second_max: Option<u32>,
}

/// Which failed deliveries are sent again.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RedeliveriesForm {
    /// Those that failed since.
    pub since: Timestamp,
    /// Only count them.
    #[serde(default)]
    pub dry_run: bool,
}

/// How many deliveries were, or would be, sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Redeliveries {
    /// How many.
    pub count: i64,
    /// Whether they were only counted.
    pub dry_run: bool,
    /// Whether there are more than one request sends again.
    pub more: bool,
}

/// An endpoint as administrators and its platform see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EndpointView {
    /// Id.
    pub id: Uuid,
    /// Platform.
    pub platform: String,
    /// Address.
    pub url: String,
    /// Kinds.
    pub event_types: Vec<String>,
    /// `active` or `paused`.
    pub status: String,
    /// Why it is paused.
    pub paused_why: Option<String>,
    /// Attempts a second it is given at most.
    pub per_second_max: u32,
    /// Attempts at once.
    pub at_once_max: u32,
    /// Failures in a row.
    pub failures: i32,
    /// After too many: nothing is sent before then.
    pub open_until: Option<Timestamp>,
    /// The rate at which what waited for a resumption is being sent.
    pub drain_per_second: Option<i32>,
    /// Where the public keys of `v1a` are.
    pub public_keys: String,
    /// The secret, shown once, when it is made or rotated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
}

/// A public key by which messages to an endpoint can be verified.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WebhookKeyView {
    /// Number, from 1.
    pub number: i32,
    /// `ed25519`.
    pub algorithm: &'static str,
    /// `whpk_` and base64.
    pub public_key: String,
    /// It signed from then on.
    pub from: Timestamp,
    /// Until then; absent: it is the newest.
    pub until: Option<Timestamp>,
}

/// One attempt, as people see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AttemptView {
    /// Number, from 1.
    pub number: i32,
    /// When it began.
    pub at: Timestamp,
    /// `delivered`, or the class of the failure.
    pub outcome: String,
    /// HTTP status, where there was an answer.
    pub status: Option<i32>,
    /// How long it took, milliseconds.
    pub duration_ms: i32,
    /// The headers that were sent; null where nothing was.
    pub request_headers: Option<BTreeMap<String, String>>,
    /// The beginning of the answer's body.
    pub reply: Option<String>,
    /// What went wrong, in words.
    pub detail: Option<String>,
    /// What came of the acknowledgement in the answer's body; null where it held none.
    pub acknowledged: Option<Acknowledged>,
}

/// An attempt in the log of an endpoint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LoggedAttempt {
    /// The dispatch: `webhook-id`.
    pub dispatch: Uuid,
    /// The attempt.
    #[serde(flatten)]
    pub attempt: AttemptView,
}

/// A page of the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AttemptPage {
    /// Newest first.
    pub items: Vec<LoggedAttempt>,
    /// Cursor of the next page.
    pub next_cursor: Option<String>,
}

impl AttemptView {
    /// An attempt; an answer of an address that may not be spoken to is nobody's to read.
    pub(super) fn of(row: AttemptRow, is_allowed: bool) -> Self {
        AttemptView {
            number: row.n,
            at: row.at,
            outcome: row.class,
            status: row.http_status,
            duration_ms: row.elapsed_ms,
            request_headers: row.request.and_then(|text| serde_json::from_str(&text).ok()),
            reply: row.reply.filter(|_| is_allowed),
            detail: row.detail,
            acknowledged: row.acknowledged.filter(|_| is_allowed).and_then(|text| serde_json::from_str(&text).ok()),
        }
    }
}

impl Desk {
    /// Registers an endpoint of a platform and makes its secret and key pair. A platform may register its own.
    ///
    /// # Errors
    /// [`DeskError::NotFound`] for an unknown platform; [`DeskError::Rule`] for an address that may not be called.
    pub async fn create_endpoint(&self, platform: &str, form: EndpointForm) -> Result<EndpointView, DeskError> {
        if !self.store.platforms().await?.iter().any(|p| p.code == platform) {
            return Err(DeskError::NotFound);
        }
        self.may_be_called(&form.url, &form.event_types)?;
        if self.store.endpoints(platform).await?.len() >= ENDPOINTS_MAX {
            return Err(DeskError::rule("endpoint.too_many", format!("a platform has at most {ENDPOINTS_MAX} endpoints")));
        }
        let (per_second_max, at_once_max) = checked(form.limits)?;
        let (id, now) = (self.ids.next(), self.clock.now());
        let (secret, secrets) = new_secret((now, SECRET_OVERLAP_HOURS), None)?;
        let row = EndpointRow {
            id,
            platform: platform.to_owned(),
            url: form.url,
            event_types: form.event_types,
            secrets: self.seal_secrets(id, &secrets)?,
            status: "active".into(),
            paused_why: None,
            created_at: now,
            per_second_max,
            at_once_max,
            version: 1,
        };
        self.store.put_endpoint(row.clone(), self.key_row(id, 1, now)).await?;
        Ok(EndpointView { secret: Some(secret), ..self.endpoint_view(row).await? })
    }

    /// Endpoints of a platform.
    ///
    /// # Errors
    /// The store's.
    pub async fn endpoints(&self, platform: &str) -> Result<Vec<EndpointView>, DeskError> {
        let mut all = Vec::new();
        for row in self.store.endpoints(platform).await? {
            all.push(self.endpoint_view(row).await?);
        }
        Ok(all)
    }

    /// An endpoint the caller may touch: a platform its own, an administrator any.
    async fn endpoint_of(&self, caller: &Caller, id: Uuid) -> Result<EndpointRow, DeskError> {
        let row = self.store.endpoint(id).await?;
        let own = caller.role != Role::Platform || caller.platform.as_deref() == Some(row.platform.as_str());
        if own { Ok(row) } else { Err(DeskError::NotFound) }
    }

    /// An endpoint the caller may touch, with its version.
    ///
    /// # Errors
    /// [`DeskError::NotFound`]
    pub async fn endpoint(&self, caller: &Caller, id: Uuid) -> Result<(i64, EndpointView), DeskError> {
        let row = self.endpoint_of(caller, id).await?;
        Ok((row.version, self.endpoint_view(row).await?))
    }

    /// The same that is to be changed, at the version that was seen.
    async fn endpoint_at(&self, caller: &Caller, (id, seen): (Uuid, i64)) -> Result<EndpointRow, DeskError> {
        let row = self.endpoint_of(caller, id).await?;
        as_seen(seen, row.version)?;
        Ok(row)
    }

    /// What became of it, where nobody else was first.
    async fn endpoint_changed(&self, id: Uuid, done: Result<(), StoreError>) -> Result<(i64, EndpointView), DeskError> {
        first(done, async || Ok(self.store.endpoint(id).await?.version)).await?;
        let row = self.store.endpoint(id).await?;
        Ok((row.version, self.endpoint_view(row).await?))
    }

    /// Makes a new secret and key pair; the old ones sign beside them for a while.
    ///
    /// # Errors
    /// [`DeskError::NotFound`], [`DeskError::Moved`], [`DeskError::Rule`] for a bad overlap.
    pub async fn rotate_secret(
        &self,
        caller: &Caller,
        (id, seen): (Uuid, i64),
        form: RotationForm,
    ) -> Result<(i64, EndpointView), DeskError> {
        let row = self.endpoint_at(caller, (id, seen)).await?;
        if !(0..=SECRET_OVERLAP_HOURS_MAX).contains(&form.overlap_hours) {
            return Err(DeskError::rule("endpoint.overlap", format!("0 to {SECRET_OVERLAP_HOURS_MAX} hours are expected")));
        }
        let now = self.clock.now();
        let old = EndpointSecrets::parse(&self.vault.open_secret(row.id, &row.secrets)?);
        let (secret, secrets) = new_secret((now, form.overlap_hours), old.as_ref())?;
        let sealed = self.seal_secrets(row.id, &secrets)?;
        // The old ones too: those of before there were key pairs are not known yet.
        let known = secrets.all.iter().rev().map(|s| self.key_row(id, s.key, if s.until.is_some() { row.created_at } else { now }));
        let done = self.store.rotate_endpoint((&row, sealed), known.collect(), later(now, form.overlap_hours)).await;
        let (version, view) = self.endpoint_changed(id, done).await?;
        Ok((version, EndpointView { secret: Some(secret), ..view }))
    }

    /// Whether an endpoint may lie there and get these kinds.
    fn may_be_called(&self, url: &str, event_types: &[String]) -> Result<(), DeskError> {
        check_url(url, &self.settings.egress).map_err(|e| DeskError::rule("endpoint.url_refused", e.to_string()))?;
        if let Some(unknown) = event_types.iter().find(|t| DispatchKind::from_word(t).is_none()) {
            return Err(DeskError::rule("endpoint.event_type", format!("{unknown} is not a kind of dispatch")));
        }
        let once: BTreeSet<&String> = event_types.iter().collect();
        if once.len() != event_types.len() {
            return Err(DeskError::rule("endpoint.event_type", "a kind is named twice"));
        }
        Ok(())
    }

    /// Moves an endpoint to another address, or has it get other kinds: what waits for it goes there, signed as before;
    /// the kinds hold for what is issued from now on.
    ///
    /// # Errors
    /// [`DeskError::NotFound`], [`DeskError::Moved`], [`DeskError::Rule`] for an address that may not be called.
    pub async fn move_endpoint(
        &self,
        caller: &Caller,
        (id, seen): (Uuid, i64),
        form: AddressForm,
    ) -> Result<(i64, EndpointView), DeskError> {
        let row = self.endpoint_at(caller, (id, seen)).await?;
        self.may_be_called(&form.url, &form.event_types)?;
        let done = self.store.move_endpoint(&row, (form.url, form.event_types)).await;
        self.endpoint_changed(id, done).await
    }

    /// Pauses an endpoint: nothing is dropped, deliveries wait.
    ///
    /// # Errors
    /// [`DeskError::NotFound`], [`DeskError::Moved`]
    pub async fn pause_endpoint(
        &self,
        caller: &Caller,
        (id, seen): (Uuid, i64),
        form: PauseForm,
    ) -> Result<(i64, EndpointView), DeskError> {
        self.endpoint_at(caller, (id, seen)).await?;
        super::decide::check_text(Some(&form.why))?;
        let done = self.store.pause_endpoint((id, seen), form.why).await;
        self.endpoint_changed(id, done).await
    }

    /// Resumes an endpoint.
    ///
    /// # Errors
    /// [`DeskError::NotFound`], [`DeskError::Moved`], [`DeskError::Rule`] for a bad rate.
    pub async fn resume_endpoint(
        &self,
        caller: &Caller,
        (id, seen): (Uuid, i64),
        form: ResumptionForm,
    ) -> Result<(i64, EndpointView), DeskError> {
        self.endpoint_at(caller, (id, seen)).await?;
        let (drain, _) = checked(LimitsForm { per_second_max: form.per_second_max, at_once_max: None })?;
        let done = self.store.resume_endpoint((id, seen), drain).await;
        self.endpoint_changed(id, done).await
    }

    /// Puts how much an endpoint takes.
    ///
    /// # Errors
    /// [`DeskError::NotFound`], [`DeskError::Moved`], [`DeskError::Rule`] for a bad limit.
    pub async fn limit_endpoint(
        &self,
        caller: &Caller,
        (id, seen): (Uuid, i64),
        form: LimitsForm,
    ) -> Result<(i64, EndpointView), DeskError> {
        self.endpoint_at(caller, (id, seen)).await?;
        let limits = checked(form)?;
        let done = self.store.set_endpoint_limits((id, seen), limits).await;
        self.endpoint_changed(id, done).await
    }

    /// Sends a test message to one endpoint, whatever types it takes; it has its place in the feed.
    ///
    /// # Errors
    /// [`DeskError::NotFound`]
    pub async fn test_endpoint(&self, caller: &Caller, id: Uuid) -> Result<Uuid, DeskError> {
        let row = self.endpoint_of(caller, id).await?;
        let (dispatch, now) = (self.ids.next(), self.clock.now());
        let body = test_body((dispatch, id, now), &self.settings.issuer, self.settings.livemode);
        self.store.issue_test(test_draft((dispatch, now), row.platform, body), id).await?;
        Ok(dispatch)
    }

    /// The log of attempts at an endpoint, newest first.
    ///
    /// # Errors
    /// [`DeskError::NotFound`], [`DeskError::Rule`] for a bad limit or cursor.
    pub async fn attempts_at(
        &self,
        caller: &Caller,
        id: Uuid,
        (limit, cursor): (Option<usize>, Option<&str>),
    ) -> Result<AttemptPage, DeskError> {
        let limit = rows_asked(limit)?;
        let before: Option<(Timestamp, Uuid)> = cursor_position(cursor)?;
        let endpoint = self.endpoint_of(caller, id).await?;
        let is_allowed = check_url(&endpoint.url, &self.settings.egress).is_ok();
        let mut rows = self.store.attempts_at(id, before, limit + 1).await?;
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next_cursor = rows.last().filter(|_| more).map(|(_, a)| cursor_text(&(a.at, a.delivery_id)));
        let logged = |(dispatch, row)| LoggedAttempt { dispatch, attempt: AttemptView::of(row, is_allowed) };
        Ok(AttemptPage { items: rows.into_iter().map(logged).collect(), next_cursor })
    }

    /// Sends again what failed at an endpoint since, or counts it.
    ///
    /// # Errors
    /// [`DeskError::NotFound`], [`DeskError::Rule`] for a day too long ago.
    pub async fn redeliver_failed(&self, caller: &Caller, id: Uuid, form: RedeliveriesForm) -> Result<Redeliveries, DeskError> {
        self.endpoint_of(caller, id).await?;
        let now = self.clock.now();
        if form.since < later(now, -24 * REDELIVERY_DAYS_MAX) || form.since > now {
            return Err(DeskError::rule("redelivery.since", format!("a time within the last {REDELIVERY_DAYS_MAX} days is expected")));
        }
        let all = self.store.count_failed(id, form.since).await?;
        let count = match form.dry_run {
            true => all,
            false => i64::try_from(self.store.redeliver_failed(id, form.since, now).await?).unwrap_or(i64::MAX),
        };
        Ok(Redeliveries { count, dry_run: form.dry_run, more: all > REDELIVERIES_MAX })
    }

    /// Sends a dispatch again to every endpoint, whatever became of it before.
    ///
    /// # Errors
    /// [`DeskError::NotFound`], also where no endpoint was to get it, and for another platform's.
    pub async fn redeliver(&self, caller: &Caller, dispatch: Uuid) -> Result<(), DeskError> {
        if caller.role == Role::Platform {
            self.platform_dispatch(caller, dispatch).await?;
        }
        Ok(self.store.redeliver(dispatch, self.clock.now()).await?)
    }

    /// The public keys by which messages to an endpoint can be verified, newest first. For everybody.
    ///
    /// # Errors
    /// [`DeskError::NotFound`]
    pub async fn webhook_keys(&self, endpoint: Uuid) -> Result<Vec<WebhookKeyView>, DeskError> {
        let rows = self.store.webhook_keys(endpoint).await?;
        let shown = |r: WebhookKeyRow| WebhookKeyView {
            number: r.number,
            algorithm: "ed25519",
            public_key: r.public_key,
            from: r.made_at,
            until: r.until,
        };
        if rows.is_empty() {
            // Of before there were key pairs: its first signs since they are.
            let row = self.store.endpoint(endpoint).await?;
            return Ok(vec![shown(self.key_row(endpoint, 1, row.created_at))]);
        }
        Ok(rows.into_iter().map(shown).collect())
    }

    fn key_row(&self, endpoint: Uuid, number: u32, made_at: Timestamp) -> WebhookKeyRow {
        let public_key = webhook_public_key(&self.vault.webhook_key(endpoint, number));
        WebhookKeyRow { endpoint_id: endpoint, number: i32::try_from(number).unwrap_or(i32::MAX), public_key, made_at, until: None }
    }

    fn seal_secrets(&self, id: Uuid, secrets: &EndpointSecrets) -> Result<Vec<u8>, DeskError> {
        Ok(self.vault.seal_secret(id, &secrets.bytes())?)
    }

    async fn endpoint_view(&self, row: EndpointRow) -> Result<EndpointView, DeskError> {
        let lane = match self.store.lane(row.id).await {
            Err(StoreError::NotFound) => LaneRow { failures: 0, open_until: None, drain_per_second: None },
            lane => lane?,
        };
        let LaneLimits { per_second_max, at_once_max } = self.settings.lane_limits;
        let own = |limit: Option<i32>, default| limit.and_then(|n| u32::try_from(n).ok()).unwrap_or(default);
        Ok(EndpointView {
            id: row.id,
            platform: row.platform,
            url: row.url,
            event_types: row.event_types,
            status: row.status,
            paused_why: row.paused_why,
            per_second_max: own(row.per_second_max, per_second_max),
            at_once_max: own(row.at_once_max, at_once_max),
            failures: lane.failures,
            open_until: lane.open_until.filter(|until| *until > self.clock.now()),
            drain_per_second: lane.drain_per_second,
            public_keys: format!("{}/v1/webhook-keys/{}", self.settings.public_url, row.id),
            secret: None,
        })
    }
}

/// The limits as they are kept.
fn checked(limits: LimitsForm) -> Result<(Option<i32>, Option<i32>), DeskError> {
    let within = |limit: Option<u32>, most: u32| match limit {
        Some(n) if !(1..=most).contains(&n) => Err(DeskError::rule("endpoint.limit", format!("{n} is not between 1 and {most}"))),
        other => Ok(other.and_then(|n| i32::try_from(n).ok())),
    };
    Ok((within(limits.per_second_max, PER_SECOND_LIMIT)?, within(limits.at_once_max, AT_ONCE_LIMIT)?))
}

fn later(at: Timestamp, hours: i64) -> Timestamp {
    at.checked_add(SignedDuration::from_hours(hours)).unwrap_or(at)
}

/// A new secret before the old ones, which sign on for some hours.
fn new_secret((now, overlap_hours): (Timestamp, i64), old: Option<&EndpointSecrets>) -> Result<(String, EndpointSecrets), DeskError> {
    let secret = format!("whsec_{}", STANDARD.encode(random::<SECRET_BYTES>()?));
    let until = later(now, overlap_hours);
    let key = old.and_then(|o| o.all.iter().map(|s| s.key).max()).unwrap_or(0) + 1;
    let mut all = vec![SecretInForce { secret: secret.clone(), until: None, key }];
    for s in old.iter().flat_map(|o| &o.all) {
        let ends = s.until.map_or(until, |u| u.min(until));
        if ends > now {
            all.push(SecretInForce { secret: s.secret.clone(), until: Some(ends), key: s.key });
        }
    }
    all.truncate(SECRETS_AT_ONCE_MAX);
    Ok((secret, EndpointSecrets { all }))
}
