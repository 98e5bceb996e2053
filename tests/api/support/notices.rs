//! Notices as rights holders file them.

use serde_json::{Value, json};

use super::{Service, fixture};

/// What a complainant says of people and of how it came by the evidence: never for a platform, never in the
/// log, never in what the service writes about itself. Every message of every test is searched for it.
pub const PERSONAL: [&str; 7] =
    ["91330200MA2AAAAA1X", "13800138000", "宁波市海曙区某路1号", "ip@holder.example", "service@holder.example", "王某", "自北仑仓库购得"];

/// A right with a demonstration report.
pub struct Right {
    pub number: &'static str,
    pub report: &'static str,
    pub kind: &'static str,
    pub title: &'static str,
    pub holder: &'static str,
    pub filed_on: &'static str,
    pub granted_on: &'static str,
}

pub const LAMP: Right = Right {
    number: "202330271846.9",
    report: "reports/demo-design.pdf",
    kind: "design",
    title: "台灯",
    holder: "宁波明光灯具有限公司",
    filed_on: "2023-05-10",
    granted_on: "2023-11-14",
};

pub const SHELF: Right = Right {
    number: "202230418527.1",
    report: "reports/demo-design-2.pdf",
    kind: "design",
    title: "折叠置物架",
    holder: "义乌市顺合日用品有限公司",
    filed_on: "2022-07-04",
    granted_on: "2022-12-09",
};

pub const JUICER: Right = Right {
    number: "202122467913.2",
    report: "reports/demo-utility-partly.pdf",
    kind: "utility_model",
    title: "一种便携式榨汁杯",
    holder: "台州市乐沃电器有限公司",
    filed_on: "2021-10-13",
    granted_on: "2022-04-05",
};

pub const STAND: Right = Right {
    number: "202221735804.2",
    report: "reports/demo-utility.pdf",
    kind: "utility_model",
    title: "一种可调节手机支架",
    holder: "深圳市途安科技有限公司",
    filed_on: "2022-07-06",
    granted_on: "2022-11-25",
};

/// Its report is a scan.
pub const CUP: Right = Right {
    number: "202330562917.0",
    report: "reports/demo-scanned.pdf",
    kind: "design",
    title: "保温杯",
    holder: "永康市清源杯业有限公司",
    filed_on: "2023-08-31",
    granted_on: "2024-02-20",
};

/// Files of a complete complaint, deposited.
pub struct Deposited {
    pub report: String,
    pub grant: String,
    pub certificate: String,
    pub identity: String,
}

impl Deposited {
    pub async fn of(service: &Service, key: &str, right: &Right) -> Self {
        // In force by the register: otherwise every complaint would be complex, and its seller heard first.
        let mut entry = register(right);
        entry["as_of"] = service.today().to_string().into();
        service.put(&format!("/v1/admin/patents/{}", right.number), &service.admin, &entry).await.expect(200);
        Self::alone(service, key, right).await
    }

    /// The files, and nothing said of the register.
    pub async fn alone(service: &Service, key: &str, right: &Right) -> Self {
        let document = |name: &str| format!("%PDF-1.4 {name} {}", right.number).into_bytes();
        Deposited {
            report: service.deposit(key, &fixture(right.report)).await,
            grant: service.deposit_bytes(key, document("grant")).await,
            certificate: service.deposit_bytes(key, document("certificate")).await,
            identity: service.deposit_bytes(key, document("identity")).await,
        }
    }
}

/// A complete notice about these items of Taobao.
pub fn notice(right: &Right, files: &Deposited, item_ids: &[&str]) -> Value {
    let comparison = match right.kind {
        "design" => json!({
            "kind": "design", "design_kind": "single", "product_class": "same",
            "views": [{ "view": "主视图", "result": "same" }, { "view": "左视图", "result": "similar" }],
            "picture_source": PERSONAL[6],
        }),
        _ => json!({
            "kind": "utility_model",
            "features": [{ "item": "4", "feature": "底座与支臂铰接", "accused": "底座与支臂铰接", "correspondence": "literal" }],
        }),
    };
    let listings: Vec<Value> =
        item_ids.iter().map(|id| json!({ "url": format!("https://item.taobao.com/item.htm?id={id}"), "shop": "小店" })).collect();
    json!({
        "patent": { "number": format!("ZL{}", right.number), "title": right.title, "holder": right.holder, "filed_on": right.filed_on, "granted_on": right.granted_on },
        "asserted_items": [if right.kind == "design" { "1" } else { "4" }],
        "complainant": {
            "kind": "organisation", "name": right.holder, "id_kind": "uscc", "id_number": PERSONAL[0],
            "country": "CN", "email": PERSONAL[3], "phone": PERSONAL[1], "address": PERSONAL[2],
        },
        "capacity": "patentee",
        "service_address": { "email": PERSONAL[4], "confirmed": true },
        "truth_guarantee": { "accepted": true, "signed_by": PERSONAL[5], "signed_on": "2026-11-01" },
        "alleged_act_on": "2026-10-20",
        "accused_products": [{ "name": "同款", "comparison": comparison, "listings": listings }],
        "report": files.report,
        "documents": [
            { "kind": "grant_publication", "file": files.grant },
            { "kind": "patent_certificate", "file": files.certificate },
            { "kind": "identity", "file": files.identity },
        ],
    })
}

/// A right as it is deposited.
pub fn right_form(right: &Right, files: &Deposited) -> Value {
    let whole = notice(right, files, &["1"]);
    let fields = ["patent", "complainant", "capacity", "service_address", "report", "documents"];
    Value::Object(fields.into_iter().map(|f| (f.to_owned(), whole[f].clone())).collect())
}

/// A notice that names a right and says nothing that the right says.
pub fn notice_by(id: &str, (right, files): (&Right, &Deposited), item_ids: &[&str]) -> Value {
    let mut form = notice(right, files, item_ids);
    for field in ["patent", "complainant", "capacity", "service_address", "report", "documents"] {
        form.as_object_mut().unwrap().remove(field);
    }
    form["right"] = id.into();
    form
}

/// Deposits a right; answers its id.
pub async fn deposit_right(service: &Service, key: &str, (right, files): (&Right, &Deposited)) -> String {
    let made = service.post("/v1/rights", key, &right_form(right, files)).await.expect(201);
    made["id"].as_str().unwrap().to_owned()
}

/// An examiner verifies a part of a right.
pub async fn verify_part(service: &Service, examiner: &str, (id, part): (&str, &str)) -> Value {
    let form = json!({ "part": part, "result": "verified", "evidence": "与原件核对一致" });
    service.post(&format!("/v1/admin/rights/{id}/verification"), examiner, &form).await.expect(201)
}

/// What a register says of a right in force.
pub fn register(right: &Right) -> Value {
    json!({
        "status": "in_force", "holder": right.holder, "title": right.title, "filed_on": right.filed_on, "granted_on": right.granted_on,
        "text_version": { "version": "granted" }, "as_of": today(), "source": "专利登记簿副本",
    })
}

/// Today in Shanghai.
pub fn today() -> String {
    fasttrack::domain::calendar::shanghai_date(fasttrack::clock::Clock::System.now()).to_string()
}
