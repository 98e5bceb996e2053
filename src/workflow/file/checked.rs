//! A notice as it comes in: its right filled in, its files found, every problem at once; and, once it passed, which of
//! its listings are filed and which rows are left out.

use std::borrow::Cow;
use std::collections::BTreeSet;

use uuid::Uuid;

use super::Filing;
use crate::domain::complaint::{ListingFiled, item_key_of};
use crate::domain::consultation::{Consultation, ConsultationStated};
use crate::domain::notice::{Complainant, NoticeCase, NoticeForm, NoticeProblem, Person};
use crate::domain::notice_check::{ListingParsed, Notice, check_notice};
use crate::domain::patent::PatentNumber;
use crate::intake::upload::Arriving;
use crate::store::{FileRow, FilingContext};
use crate::workflow::rights::FromRight;
use crate::workflow::views::RowLeftOut;
use crate::workflow::{Caller, Desk, DeskError};

/// A notice that passed, its people and files known.
pub(super) struct Checked {
    pub(super) number: PatentNumber,
    pub(super) asserted_items: Vec<String>,
    pub(super) listings: Vec<ListingParsed>,
    pub(super) case: NoticeCase,
    pub(super) complainant: Complainant,
    pub(super) agent: Option<Person>,
    pub(super) file_ids: Vec<Uuid>,
    pub(super) uploaded: Vec<FileRow>,
    pub(super) arriving: Vec<Arriving>,
    pub(super) consultation: Option<Consultation>,
}

impl Desk {
    pub(super) async fn check(&self, caller: &Caller, filing: Filing) -> Result<Checked, DeskError> {
        let mut form = filing.form;
        // A platform has none; that it names one is among the problems.
        let from_right = match form.right.filter(|_| filing.referred.is_none()) {
            Some(id) => Some(self.fill_from_right(caller, &mut form, id).await?),
            None => None,
        };
        let uploaded: Vec<FileRow> = filing.files.values().map(|f| f.row(caller.account)).collect();
        let referred = filing.referred;
        let place = |pointer: String| if referred.is_some() { format!("/notice{pointer}") } else { pointer };
        let sellers = referred.iter().flat_map(|r| r.own_files.iter().map(|(pointer, name)| (pointer.clone(), name.as_str())));
        let named: Vec<(String, &str)> = form.files().into_iter().map(|(pointer, name)| (place(pointer), name)).chain(sellers).collect();
        let names: Vec<&str> = named.iter().map(|(_, name)| *name).collect();
        let files = self.find_files(caller, &names, filing.files).await?;
        let missing = named.into_iter().filter(|(_, name)| !files.contains_key(*name)).map(|(pointer, name)| unknown_file(pointer, name));
        let mut problems: Vec<NoticeProblem> = referred.iter().flat_map(|r| r.problems.clone()).chain(missing).collect();
        let stated = referred.as_ref().map(|r| ConsultationStated {
            explanation: r.explanation.clone(),
            seller_documents: r.own_files.iter().filter_map(|(_, name)| Some(files.get(name)?.sha256.clone())).collect(),
        });
        form.rename_files(|name| files.get(name).map_or_else(|| name.to_owned(), |f| f.sha256.clone()));
        let mut file_ids: Vec<Uuid> = files.values().map(|f| f.id).filter(|id| uploaded.iter().all(|u| u.id != *id)).collect();
        if let Some(right) = from_right {
            form.report = right.case.report.or(form.report);
            form.documents.splice(0..0, right.case.documents);
            file_ids.extend(right.file_ids);
        }
        let checked = check_notice(form).map_err(|found| found.into_iter().map(|p| NoticeProblem { pointer: place(p.pointer), ..p }));
        let Notice { mut case, complainant, agent, number, asserted_items, listings } = match checked {
            Ok(notice) => notice,
            Err(found) => return Err(DeskError::Notice(found.chain(problems).collect())),
        };
        if let Some(r) = &referred {
            problems.extend(self.not_its_own(&r.consultation.platform, &listings).await?);
        }
        if !problems.is_empty() {
            return Err(DeskError::Notice(problems));
        }
        case.consultation = stated;
        file_ids.sort_unstable();
        file_ids.dedup();
        let consultation = referred.map(|r| r.consultation);
        let arriving = filing.arriving;
        Ok(Checked { number, asserted_items, listings, case, complainant, agent, file_ids, uploaded, arriving, consultation })
    }

    /// Fills in what the right says, but its files, which are known by their hashes.
    async fn fill_from_right(&self, caller: &Caller, form: &mut NoticeForm, id: Uuid) -> Result<FromRight, DeskError> {
        let said = [
            ("/patent", form.patent.is_some()),
            ("/complainant", form.complainant.is_some()),
            ("/capacity", form.capacity.is_some()),
            ("/agent", form.agent.is_some()),
        ];
        let again = said.into_iter().filter(|(_, said)| *said).map(|(pointer, _)| pointer);
        let problems: Vec<NoticeProblem> = again.map(says_this).collect();
        if !problems.is_empty() {
            return Err(DeskError::Notice(problems));
        }
        let mut right = self.taken_from_right(caller, id).await?.map_err(|problem| DeskError::Notice(vec![problem]))?;
        if right.case.report.is_some() && form.report.is_some() {
            return Err(DeskError::Notice(vec![says_this("/report")]));
        }
        form.patent = Some(right.case.patent.clone());
        form.capacity = Some(right.case.capacity);
        form.complainant = Some(right.complainant.clone());
        form.agent = right.agent.take();
        if form.service_address.is_none() {
            form.service_address = right.service_address.take();
        }
        Ok(right)
    }

    /// The listings that are filed, and the rows that are left out with the reason.
    pub(super) async fn rows(&self, checked: &Checked, context: &FilingContext) -> Result<Rows, DeskError> {
        let platforms = self.platforms().await?;
        let mut rows = Rows { listings: Vec::new(), kept: BTreeSet::new(), left_out: Vec::new() };
        for l in &checked.listings {
            let live = item_key(l).and_then(|key| context.live.iter().find(|x| x.item_key == key));
            let again = |c: Uuid| context.relisting.as_ref().is_some_and(|r| r.complaint == c);
            if let Some(earlier) = &l.repeats {
                rows.left_out.push(RowLeftOut::repeated(&l.pointer, earlier));
                continue;
            }
            if let Some(live) = live.filter(|x| !again(x.complaint)) {
                rows.left_out.push(RowLeftOut::duplicate(&l.pointer, &live.reference));
                continue;
            }
            let platform = l.site.as_ref().and_then(|site| platforms.iter().find(|p| p.sites.contains(site))).map(|p| p.code.clone());
            rows.kept.insert(l.pointer.clone());
            rows.listings.push(ListingFiled {
                line: u32::try_from(rows.listings.len() + 1).unwrap_or(u32::MAX),
                product: l.product,
                site: l.site.clone(),
                id_space: l.id_space.clone(),
                item_id: l.item_id.clone(),
                sku: l.sku.clone(),
                shop: l.stated.shop.clone(),
                platform,
            });
        }
        Ok(rows)
    }
}

impl Checked {
    /// The case with the listings that are filed only: line `n` is its `n`-th listing.
    pub(super) fn case_of(&self, kept: &BTreeSet<String>) -> Cow<'_, NoticeCase> {
        if kept.len() == self.listings.len() {
            return Cow::Borrowed(&self.case);
        }
        let mut case = self.case.clone();
        for (p, product) in case.accused_products.iter_mut().enumerate() {
            let mut i = 0;
            product.listings.retain(|_| {
                i += 1;
                kept.contains(&format!("/accused_products/{p}/listings/{}", i - 1))
            });
        }
        Cow::Owned(case)
    }
}

/// What becomes of the listings of a notice.
pub(super) struct Rows {
    pub(super) listings: Vec<ListingFiled>,
    pub(super) kept: BTreeSet<String>,
    pub(super) left_out: Vec<RowLeftOut>,
}

pub(super) fn item_key(l: &ListingParsed) -> Option<String> {
    item_key_of(l.id_space.as_deref(), l.item_id.as_deref(), l.sku.as_deref())
}

pub(super) fn relisted(checked: &Checked, caller: &Caller, context: &FilingContext) -> Result<Option<Uuid>, DeskError> {
    if checked.case.relisting_of.is_none() {
        return Ok(None);
    }
    match &context.relisting {
        Some(r) if r.account == caller.account && r.patent_number == checked.number.to_string() => Ok(Some(r.complaint)),
        _ => Err(DeskError::Notice(vec![NoticeProblem {
            pointer: "/relisting_of".into(),
            code: "reference.not_found".into(),
            message: "no complaint of yours about this patent has this reference".into(),
            message_zh: "没有找到您就该专利提出的该编号投诉".into(),
        }])),
    }
}

fn says_this(pointer: &str) -> NoticeProblem {
    NoticeProblem {
        pointer: pointer.into(),
        code: "right.says_this".into(),
        message: "the right that is named says this; name no right to say it otherwise".into(),
        message_zh: "所引用的权利已包含此项；如需另行填写，请勿引用该权利".into(),
    }
}

pub(in crate::workflow) fn unknown_file(pointer: String, name: &str) -> NoticeProblem {
    NoticeProblem {
        pointer,
        code: "file.not_found".into(),
        message: format!("no file of yours and no part of this request is called {name:?}"),
        message_zh: "没有找到该文件：既不是您上传过的文件，也不是本次请求的附件".into(),
    }
}
