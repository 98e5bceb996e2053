//! The rights and notices of the demonstration. Names and numbers are invented.

use serde_json::{Value, json};

/// A right with its report.
pub(super) struct Right {
    pub(super) number: &'static str,
    pub(super) title: &'static str,
    pub(super) holder: &'static str,
    pub(super) dates: (&'static str, &'static str),
    pub(super) report: &'static [u8],
}

pub(super) const LAMP: Right = Right {
    number: "ZL202330271846.9",
    title: "台灯",
    holder: "宁波明光灯具有限公司",
    dates: ("2023-05-10", "2023-11-14"),
    report: include_bytes!("../../../tests/fixtures/reports/demo-design.pdf"),
};

pub(super) const JUICER: Right = Right {
    number: "ZL202122467913.2",
    title: "一种便携式榨汁杯",
    holder: "台州市乐沃电器有限公司",
    dates: ("2021-10-13", "2022-04-05"),
    report: include_bytes!("../../../tests/fixtures/reports/demo-utility-partly.pdf"),
};

pub(super) const CUP: Right = Right {
    number: "ZL202330562917.0",
    title: "保温杯",
    holder: "永康市清源杯业有限公司",
    dates: ("2023-08-31", "2024-02-20"),
    report: include_bytes!("../../../tests/fixtures/reports/demo-scanned.pdf"),
};

/// Files of a complaint, by id.
pub(super) struct Files {
    pub(super) report: String,
    pub(super) grant: String,
    pub(super) certificate: String,
    pub(super) identity: String,
}

/// A notice about one item of Taobao.
pub(super) fn notice(right: &Right, files: &Files, (asserted, item): (&str, &str)) -> Value {
    let comparison = if right.number.as_bytes().get(6) == Some(&b'3') {
        json!({ "kind": "design", "design_kind": "single", "product_class": "same",
                "views": [{ "view": "主视图", "result": "same" }, { "view": "俯视图", "result": "similar" }] })
    } else {
        json!({ "kind": "utility_model", "features": [
            { "item": asserted, "feature": "杯体与刀座可拆卸连接", "accused": "杯体与刀座螺纹连接，可拆卸", "correspondence": "literal" }] })
    };
    json!({
        "patent": { "number": right.number, "title": right.title, "holder": right.holder, "filed_on": right.dates.0, "granted_on": right.dates.1 },
        "asserted_items": [asserted],
        "complainant": { "kind": "organisation", "name": right.holder, "id_kind": "uscc", "id_number": "91330200MA2DEMO01X", "country": "CN", "email": "ip@holder.example" },
        "capacity": "patentee",
        "service_address": { "email": "service@holder.example", "confirmed": true },
        "truth_guarantee": { "accepted": true, "signed_by": "王某", "signed_on": "2026-11-01" },
        "accused_products": [{ "name": format!("{}同款", right.title), "comparison": comparison,
                               "listings": [{ "url": format!("https://item.taobao.com/item.htm?id={item}"), "shop": "某某小店" }] }],
        "report": files.report,
        "documents": [
            { "kind": "grant_publication", "file": files.grant },
            { "kind": "patent_certificate", "file": files.certificate },
            { "kind": "identity", "file": files.identity },
        ],
    })
}

/// What a right says of itself: it is deposited once, and notices that name it do not say it again.
const OF_THE_RIGHT: [&str; 6] = ["patent", "complainant", "capacity", "service_address", "report", "documents"];

/// A right as it is deposited.
pub(super) fn right(right: &Right, files: &Files) -> Value {
    let whole = notice(right, files, ("1", "0"));
    Value::Object(OF_THE_RIGHT.into_iter().map(|field| (field.to_owned(), whole[field].clone())).collect())
}

/// A notice that names a right.
pub(super) fn notice_by(id: &Value, right: &Right, (asserted, item): (&str, &str)) -> Value {
    let nothing = Files { report: String::new(), grant: String::new(), certificate: String::new(), identity: String::new() };
    names_right(notice(right, &nothing, (asserted, item)), id)
}

/// A notice that names a right, and says nothing that the right says.
pub(super) fn names_right(mut form: Value, id: &Value) -> Value {
    if let Some(fields) = form.as_object_mut() {
        fields.retain(|name, _| !OF_THE_RIGHT.contains(&name.as_str()));
    }
    form["right"] = id.clone();
    form
}
