//! Conduct: figures and flags for the examiner beside a complaint, and for the party itself, which may answer.
//! Not here: what counts (`domain::conduct`); nothing here touches a complaint or a dispatch.

use jiff::ToSpan;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::decide::{Touched, check_text};
use super::versions::as_seen;
use super::views::Loaded;
use super::{Caller, Desk, DeskError, Role};
use crate::domain::complaint::{Complaint, ReopenedWhy};
use crate::domain::conduct::{
    Against, FLAG_ANSWER_DAYS, Factor, Figures, FlagCounts, REPEATED_WITHIN_DAYS, REPEATED_WRONG_MIN, SELLER_REPEAT_MIN,
};
use crate::domain::examine::Overall;
use crate::domain::notice::Person;
use crate::domain::reference::parse_reference;
use crate::store::{FlagRow, Whose};
use crate::vault::SealedRecord;

/// Complaints named as evidence, at most.
pub const FLAG_EVIDENCE_MAX: usize = 50;
/// Shops of one complaint that are looked up, at most.
pub const SHOPS_MAX: usize = 20;

/// A flag to be raised.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FlagForm {
    /// Whom it is against.
    pub against: Against,
    /// The factor.
    pub factor: Factor,
    /// What was seen, in words the party is shown; no personal data of others.
    pub text: String,
    /// References or ids of complaints of the same account that show it.
    pub complaints: Vec<String>,
}

/// The party's answer.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FlagAnswerForm {
    /// In words.
    pub text: String,
}

/// An examiner takes a flag back.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FlagWithdrawalForm {
    /// Why.
    pub text: String,
}

/// A flag as it is shown, to the party and to the house alike.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FlagView {
    /// Id.
    pub id: Uuid,
    /// Whom it is against.
    pub against: String,
    /// The factor.
    pub factor: String,
    /// Its source, in Chinese.
    pub law: &'static str,
    /// What was seen.
    pub text: String,
    /// References of complaints.
    pub complaints: Vec<String>,
    /// When it was raised and shown to the party.
    pub raised_on: Date,
    /// Last day to answer.
    pub answer_by: Date,
    /// When it was answered.
    pub answered_on: Option<Date>,
    /// The answer; null for who does not judge.
    pub answer: Option<String>,
    /// Whether a policy may look at it.
    pub usable: bool,
    /// When it was taken back.
    pub withdrawn_on: Option<Date>,
    /// Why.
    pub withdrawn_why: Option<String>,
}

/// It is raised, and then answered, taken back, or both.
fn version(row: &FlagRow) -> i64 {
    1 + i64::from(row.answered_on.is_some()) + 2 * i64::from(row.withdrawn_on.is_some())
}

/// What an account is shown of its own conduct.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OwnConduct {
    /// Its figures.
    pub figures: Figures,
    /// Flags against it, and against those it files for.
    pub flags: Vec<FlagView>,
}

/// A factor that the records suggest; a person decides whether it is one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Suggested {
    /// Whom it would be against.
    pub against: Against,
    /// The factor.
    pub factor: Factor,
    /// Its source, in Chinese.
    pub law: &'static str,
    /// References of complaints.
    pub complaints: Vec<String>,
}

/// A shop the complaint is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SellerConduct {
    /// Code of the platform.
    pub platform: String,
    /// The shop, as complaints name it.
    pub shop: String,
    /// Final complaints in which infringement was found and stands.
    pub upheld: i64,
    /// Those of them on this patent.
    pub same_patent: i64,
    /// Whether a referral to the authority is suggested.
    pub referral_suggested: bool,
}

/// What an examiner sees beside a complaint.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ConductShown {
    /// The complainant's figures, through whatever account; null where it was erased.
    pub complainant: Option<Figures>,
    /// The agency's; null where none filed.
    pub agency: Option<Figures>,
    /// Flags.
    pub flags: Vec<FlagView>,
    /// What the records suggest.
    pub suggested: Vec<Suggested>,
    /// The sellers.
    pub sellers: Vec<SellerConduct>,
}

impl Desk {
    /// What an account is shown of its own conduct.
    ///
    /// # Errors
    /// The store's.
    pub async fn own_conduct(&self, caller: &Caller) -> Result<OwnConduct, DeskError> {
        let (_, today) = self.now();
        let tally = self.store.tally(Whose::Account(caller.account), today).await?;
        let flags = self.store.flags_of(caller.account, None).await?;
        Ok(OwnConduct { figures: tally.into(), flags: flags.into_iter().map(|f| self.flag_view(f, true)).collect() })
    }

    /// The flagged party answers, once.
    ///
    /// # Errors
    /// [`DeskError::NotFound`] for another's flag; [`DeskError::Rule`] where it was answered.
    pub async fn answer_flag(&self, caller: &Caller, id: Uuid, form: FlagAnswerForm) -> Result<FlagView, DeskError> {
        said(&form.text)?;
        if self.store.flag(id).await?.account_id != caller.account {
            return Err(DeskError::NotFound);
        }
        let (_, today) = self.now();
        let sealed = self.vault.seal(id, &form.text)?;
        if !self.store.answer_flag(id, today, (sealed.sealed, sealed.key)).await? {
            return Err(DeskError::rule("flag.answered", "it was answered before"));
        }
        self.recent.forget();
        Ok(self.flag_view(self.store.flag(id).await?, true))
    }

    /// A flag with its version, for the house.
    ///
    /// # Errors
    /// [`DeskError::NotFound`]
    pub async fn flag(&self, caller: &Caller, id: Uuid) -> Result<(i64, FlagView), DeskError> {
        let row = self.store.flag(id).await?;
        let judges = matches!(caller.role, Role::Examiner | Role::Lead);
        Ok((version(&row), self.flag_view(row, judges)))
    }

    /// An examiner raises a flag: from now on the party is shown it and may answer. Answers it with its version.
    ///
    /// # Errors
    /// [`DeskError::Changed`]; [`DeskError::Rule`] for evidence that is not of the same account, and for an agency where none filed.
    pub async fn raise_flag(&self, caller: &Caller, at: &Touched, form: FlagForm) -> Result<(i64, FlagView), DeskError> {
        said(&form.text)?;
        if form.complaints.is_empty() || form.complaints.len() > FLAG_EVIDENCE_MAX {
            return Err(DeskError::rule("flag.evidence", format!("1 to {FLAG_EVIDENCE_MAX} complaints are expected")));
        }
        let loaded = self.load(at.complaint).await?;
        let c = &loaded.complaint;
        at.stands(c)?;
        if c.filed.consultation.is_some() {
            return Err(DeskError::rule("flag.no_party", "who complains to a platform is no party here, and could not answer"));
        }
        if form.against == Against::Agency && !self.files_as_agency(c).await? {
            return Err(DeskError::rule("flag.no_agency", "no agency filed this complaint"));
        }
        let complaints = self.complaints_named(c, &form.complaints).await?;
        let complainant_key = match form.against {
            Against::Complainant => self.store.complainant_key(c.filed.complainant.party).await?,
            Against::Agency => None,
        };
        let (_, today) = self.now();
        let row = FlagRow {
            id: self.ids.next(),
            complaint_id: at.complaint,
            account_id: c.filed.account,
            against: form.against.word().to_owned(),
            complainant_key,
            factor: form.factor.word().to_owned(),
            note: form.text,
            evidence: serde_json::to_string(&complaints).unwrap_or_default(),
            raised_by: caller.account,
            raised_on: today,
            answer_by: self.calendar().add_calendar_days(today, FLAG_ANSWER_DAYS).due,
            answered_on: None,
            answer: None,
            answer_key: None,
            withdrawn_on: None,
            withdrawn_why: None,
        };
        self.store.put_flag(row.clone()).await?;
        self.recent.forget();
        Ok((version(&row), self.flag_view(row, true)))
    }

    /// An examiner takes a flag back, which is as it was seen: with the answer, if there is one.
    ///
    /// # Errors
    /// [`DeskError::Moved`]; [`DeskError::Rule`] where it was taken back.
    pub async fn withdraw_flag(&self, (id, seen): (Uuid, i64), form: FlagWithdrawalForm) -> Result<(i64, FlagView), DeskError> {
        let row = self.store.flag(id).await?;
        as_seen(seen, version(&row))?;
        said(&form.text)?;
        if row.withdrawn_on.is_some() {
            return Err(DeskError::rule("flag.withdrawn", "it was taken back before"));
        }
        let (_, today) = self.now();
        let done = self.store.withdraw_flag((id, row.answered_on.is_some()), today, form.text).await?;
        self.recent.forget();
        let row = self.store.flag(id).await?;
        if done { Ok((version(&row), self.flag_view(row, true))) } else { Err(DeskError::Moved { now: version(&row) }) }
    }

    /// What is shown beside a complaint; the party's words only to those who judge.
    pub(super) async fn conduct_shown(&self, caller: &Caller, loaded: &Loaded) -> Result<ConductShown, DeskError> {
        let c = &loaded.complaint;
        let (_, today) = self.now();
        let judges = matches!(caller.role, Role::Examiner | Role::Lead);
        let key = self.store.complainant_key(c.filed.complainant.party).await?;
        let complainant = match &key {
            Some(key) => Some(self.store.tally(Whose::Complainant(key.clone()), today).await?.into()),
            None => None,
        };
        let agency = self.files_as_agency(c).await?;
        let agency_figures = if agency { Some(self.store.tally(Whose::Account(c.filed.account), today).await?.into()) } else { None };
        let mut flags = self.store.flags_of(c.filed.account, key.clone()).await?;
        // Of those an agency files for, only this one.
        flags.retain(|f| f.against == Against::Agency.word() || (key.is_some() && f.complainant_key == key) || f.complaint_id == c.id);
        Ok(ConductShown {
            complainant,
            agency: agency_figures,
            flags: flags.into_iter().map(|f| self.flag_view(f, judges)).collect(),
            suggested: self.suggested(loaded, (key, agency), today).await?,
            sellers: self.sellers(c, today).await?,
        })
    }

    async fn suggested(&self, loaded: &Loaded, (key, agency): (Option<String>, bool), today: Date) -> Result<Vec<Suggested>, DeskError> {
        let c = &loaded.complaint;
        let mut found = Vec::new();
        let mut suggest = |against, factor: Factor, complaints| found.push(Suggested { against, factor, law: factor.law(), complaints });
        let own = || vec![c.filed.reference.clone()];
        let revoked = c.reopened.iter().any(|r| matches!(r.why, ReopenedWhy::ReportRevoked { .. }))
            || loaded.grants.iter().any(|g| g.level == "revoked");
        if revoked {
            suggest(Against::Complainant, Factor::FalseProof, own());
        }
        if c.examined.as_ref().is_some_and(|e| e.overall == Overall::Negative.word()) {
            suggest(Against::Complainant, Factor::KnownUnstable, own());
        }
        let from = today.checked_sub(REPEATED_WITHIN_DAYS.days()).unwrap_or(today);
        let limit = i64::try_from(FLAG_EVIDENCE_MAX).unwrap_or(i64::MAX);
        let whose = [
            key.map(|k| (Against::Complainant, Whose::Complainant(k))),
            agency.then_some((Against::Agency, Whose::Account(c.filed.account))),
        ];
        for (against, whose) in whose.into_iter().flatten() {
            let wrong = self.store.wrong_complaints(whose, (from, today), limit).await?;
            if wrong.len() >= REPEATED_WRONG_MIN {
                suggest(against, Factor::RepeatedWrong, wrong);
            }
        }
        Ok(found)
    }

    async fn sellers(&self, c: &Complaint, today: Date) -> Result<Vec<SellerConduct>, DeskError> {
        let shop = |l: &crate::domain::complaint::Listing| Some((l.filed.platform.clone()?, l.filed.shop.clone()?));
        let shops: std::collections::BTreeSet<(String, String)> = c.listings.iter().filter_map(shop).collect();
        let shops = shops.into_iter().take(SHOPS_MAX).collect();
        let found = self.store.upheld_against(shops, (&c.filed.patent_number, today)).await?;
        let shown = |s: crate::store::UpheldAgainst| SellerConduct {
            referral_suggested: s.same_patent >= SELLER_REPEAT_MIN,
            platform: s.platform,
            shop: s.shop,
            upheld: s.complaints,
            same_patent: s.same_patent,
        };
        Ok(found.into_iter().map(shown).collect())
    }

    /// How many flags count for a complaint of this account and complainant today.
    pub(super) async fn flags_that_count(&self, account: Uuid, complainant: Complains<'_>) -> Result<FlagCounts, DeskError> {
        let standing = self.standing_flags().await?;
        let (_, today) = self.now();
        let usable: Vec<&FlagRow> = standing.iter().filter(|f| f.times().is_usable(today)).collect();
        if usable.is_empty() {
            return Ok(FlagCounts::default());
        }
        let key = match complainant {
            Complains::Person(person) => Some(self.person_key(person)),
            Complains::Party(party) => self.store.complainant_key(party).await?,
        };
        let agency = usable.iter().filter(|f| f.against == Against::Agency.word() && f.account_id == account).count();
        let complainant = usable.iter().filter(|f| key.is_some() && f.complainant_key == key).count();
        Ok(FlagCounts { complainant, agency })
    }

    /// Keyed digest by which a complainant is the same through whatever account it files.
    pub(super) fn person_key(&self, person: &Person) -> String {
        self.vault.identity_digest(&format!("{:?} {}", person.id_kind, person.id_number.trim().to_uppercase()))
    }

    async fn files_as_agency(&self, c: &Complaint) -> Result<bool, DeskError> {
        Ok(self.store.account(c.filed.account).await?.role == Role::Agent.word())
    }

    /// References of complaints, each of the same account as `c`.
    async fn complaints_named(&self, c: &Complaint, named: &[String]) -> Result<Vec<String>, DeskError> {
        let mut references = Vec::new();
        for name in named {
            let foreign = || DeskError::rule("flag.evidence", format!("{name} is no complaint of this account"));
            let id = match (name.parse::<Uuid>(), parse_reference(name)) {
                (Ok(id), _) => id,
                (_, Some(reference)) => self.store.complaint_by_reference(&reference).await.map_err(|_| foreign())?,
                _ => return Err(foreign()),
            };
            let row = self.store.projected(id).await.map_err(|_| foreign())?.complaint;
            if row.account_id != c.filed.account {
                return Err(foreign());
            }
            references.push(row.reference);
        }
        Ok(references)
    }

    fn flag_view(&self, f: FlagRow, with_answer: bool) -> FlagView {
        let (_, today) = self.now();
        let usable = f.times().is_usable(today);
        let sealed = f.answer.zip(f.answer_key).filter(|_| with_answer);
        FlagView {
            id: f.id,
            law: Factor::from_word(&f.factor).map_or("", Factor::law),
            against: f.against,
            factor: f.factor,
            text: f.note,
            complaints: serde_json::from_str(&f.evidence).unwrap_or_default(),
            raised_on: f.raised_on,
            answer_by: f.answer_by,
            answered_on: f.answered_on,
            // What cannot be opened was erased.
            answer: sealed.and_then(|(sealed, key)| self.vault.open(f.id, &SealedRecord { sealed, key }).ok()),
            usable,
            withdrawn_on: f.withdrawn_on,
            withdrawn_why: f.withdrawn_why,
        }
    }
}

/// Who complains, as it is known.
pub(super) enum Complains<'a> {
    /// By what it says of itself.
    Person(&'a Person),
    /// By its record.
    Party(Uuid),
}

fn said(text: &str) -> Result<(), DeskError> {
    check_text(Some(text))?;
    if text.trim().is_empty() { Err(DeskError::rule("flag.text", "say it in words")) } else { Ok(()) }
}
