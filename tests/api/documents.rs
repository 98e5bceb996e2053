//! Documents (文书) as people get them: numbered without gaps, hashed, to each reader its own, the same after a
//! restart; and gone with the people they name.

use fasttrack::intake::pdf;
use fasttrack::intake::signature::TrustAnchors;
use fasttrack::writ::{Block, Paper, typeset};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::support::notices::{Deposited, LAMP, PERSONAL, notice};
use crate::support::{Cast, Engine, on_both_databases};

const CENTRE: &str = "测试市知识产权保护中心";
const SELLER: &str = "义乌市某百货店";
const SAID: &str = "我方产品在申请日前已公开销售";

/// What a person sees in a PDF, by the reader that reads reports, without blanks.
fn text(pdf: &[u8]) -> String {
    let document = pdf::open(pdf.to_vec(), &TrustAnchors::default()).unwrap();
    let glyphs = document.pages.iter().flat_map(|p| &p.glyphs);
    glyphs.map(|g| g.ch).filter(|c| !c.is_whitespace()).collect()
}

struct Papers<'a> {
    cast: &'a Cast,
    key: &'a str,
    path: String,
}

impl Papers<'_> {
    async fn all(&self) -> Vec<Value> {
        self.cast.service.get(&self.path, self.key).await.expect(200)["items"].as_array().unwrap().clone()
    }

    async fn kinds(&self) -> Vec<String> {
        self.all().await.iter().map(|d| d["kind"].as_str().unwrap().to_owned()).collect()
    }

    async fn one(&self, kind: &str) -> (Value, Vec<u8>) {
        let all = self.all().await;
        let row = all.iter().find(|d| d["kind"] == kind).unwrap_or_else(|| panic!("no {kind} in {all:#?}")).clone();
        let file = self.cast.service.get(&format!("{}/{}", self.path, row["id"].as_str().unwrap()), self.key).await;
        assert_eq!((file.status, file.header("content-type").as_str()), (200, "application/pdf"), "{:#}", file.body);
        assert_eq!(row["sha256"], hex::encode(Sha256::digest(&file.bytes)));
        assert_eq!(row["bytes"], file.bytes.len());
        (row, file.bytes)
    }
}

fn papers<'a>(cast: &'a Cast, key: &'a str, complaint: &str) -> Papers<'a> {
    Papers { cast, key, path: format!("/v1/complaints/{complaint}/documents") }
}

async fn cast(engine: Engine, at: &str) -> Cast {
    Cast::with(engine, (at, "centre_as_agent"), &[("issuer_name", CENTRE), ("issuer_code", "测知快")]).await
}

on_both_databases! {
    /// From acceptance to the end of the measure. Each side gets its own copy; the seller's names nobody, the
    /// examiner's is the complainant's. After a restart all is the same to the byte; with a person's record its
    /// documents are gone, and their numbers and hashes stay.
    async fn from_acceptance_to_the_end_of_the_measure(engine: Engine) {
        let mut cast = cast(engine, "2026-11-02 09:00:00").await;
        let (id, takedown) = cast.taken_down("637790875524").await;
        let seller = cast.seller(&takedown, true).await;
        let form = cast.statement(&seller, "prior_use").await;
        cast.service.post("/v1/seller/statements", &seller, &form).await.expect(201);

        let holder = cast.holder.clone();
        let own = papers(&cast, &holder, &id);
        assert_eq!(own.kinds().await, ["acceptance", "opinion", "forwarding"]);
        let (row, bytes) = own.one("acceptance").await;
        assert_eq!((&row["number"], &row["issued_on"]), (&"测知快受〔2026〕1号".into(), &"2026-11-02".into()));
        let read = text(&bytes);
        for said in [CENTRE, "专利侵权投诉受理通知书", "测知快受〔2026〕1号", LAMP.holder, LAMP.number, "2026年11月2日", "盖章处", "NoticeofAcceptance", "试运行文书"] {
            assert!(read.contains(said), "{said} in {read}");
        }
        assert!(read.find("专利侵权投诉受理通知书") < read.find("NoticeofAcceptance"), "the Chinese text comes first");
        assert!(!PERSONAL.iter().any(|p| read.contains(p)), "{read}");
        let (_, forwarded) = own.one("forwarding").await;
        let read = text(&forwarded);
        assert!([SELLER, SAID, "享有先用权", "自本声明到达您之日起十五日内"].iter().all(|said| read.contains(said)), "{read}");
        assert!(!read.contains("92330782MA2BBBBB2Y"), "{read}");

        // What the seller gets is a copy of its own.
        let theirs = Papers { cast: &cast, key: &seller, path: "/v1/seller/documents".into() };
        assert_eq!(theirs.kinds().await, ["opinion", "forwarding"]);
        let (opinion, bytes) = theirs.one("opinion").await;
        let read = text(&bytes);
        assert!(["判定咨询意见书", "测知快判〔2026〕1号", "637790875524", "构成侵权", "不具有强制执行力"].iter().all(|s| read.contains(s)), "{read}");
        assert!(!read.contains(LAMP.holder), "{read}");
        assert_ne!(opinion["sha256"], own.one("opinion").await.0["sha256"]);
        let read = text(&theirs.one("forwarding").await.1);
        assert!(!read.contains(SELLER) && !read.contains(SAID) && !read.contains(LAMP.holder), "{read}");
        let acceptance = row["id"].as_str().unwrap();
        assert_eq!(cast.service.get(&format!("/v1/seller/documents/{acceptance}"), &seller).await.problem(404), "not_found");
        let house = Papers { cast: &cast, key: &cast.examiner, path: format!("/v1/admin/complaints/{id}/issued-documents") };
        assert_eq!(house.one("forwarding").await.1, forwarded);

        // The waiting period begins by recorded service, and ends in silence.
        let file = cast.file(&cast.examiner, "courier's receipt").await;
        let served = json!({ "arrived_on": "2026-11-02", "how": "recorded_service", "evidence": file });
        let shown = cast.shown(&id).await;
        let statement = shown["listings"][0]["contest"]["statement"].as_str().unwrap().to_owned();
        cast.service.post(&format!("/v1/admin/complaints/{id}/statements/{statement}/arrival"), &cast.examiner, &served).await.expect(201);
        cast.service.set_shanghai_time("2026-11-18 00:00:00");
        cast.platform.wait_for(2).await;
        let (ended, bytes) = own.one("measures_ended").await;
        assert_eq!(ended["number"], "测知快终〔2026〕1号");
        assert!(text(&bytes).contains("等待期届满，未收到已经投诉或者起诉的通知"));
        let read = text(&theirs.one("measures_ended").await.1);
        assert!(read.contains("相关平台内经营者") && !read.contains(LAMP.holder), "{read}");

        // The same after a restart, whatever the centre is called by then.
        let before = (own.all().await, own.one("opinion").await.1);
        assert!(cast.service.terminate());
        cast.service.set("issuer_name", "另一中心");
        cast.service.spawn().await;
        let own = papers(&cast, &holder, &id);
        assert_eq!((own.all().await, own.one("opinion").await.1), before);

        // Nothing of it lies in the clear; and erasing a person takes the documents that name it.
        if engine == Engine::Sqlite {
            let kept = std::fs::read(cast.service.database_url.trim_start_matches("sqlite:")).unwrap();
            assert!(!kept.windows(4).any(|w| w == b"%PDF"), "a document lies in the clear");
        }
        cast.service.days_pass(400);
        let erased = json!({ "who": "complainant", "reason": "依请求删除" });
        let path = format!("/v1/admin/complaints/{id}/erasure");
        cast.service.post(&path, &cast.service.admin, &erased).await.expect(201);
        let own = papers(&cast, &holder, &id);
        assert_eq!(own.all().await, before.0, "number and hash stay");
        for row in &before.0 {
            let gone = cast.service.get(&format!("{}/{}", own.path, row["id"].as_str().unwrap()), &holder).await;
            assert_eq!(gone.problem(410), "document.erased");
        }
        cast.ends_sound().await;
    }

    /// What is missing, what is not supplied, what is withdrawn and what can never be accepted.
    async fn supplement_closing_and_non_acceptance(engine: Engine) {
        let cast = cast(engine, "2026-11-02 09:00:00").await;
        let holder = cast.holder.clone();
        let lacking = cast.files_as(&LAMP, &["100000000001"], |form| {
            form.as_object_mut().unwrap().remove("truth_guarantee");
        });
        let lacking = lacking.await;
        let id = lacking["id"].as_str().unwrap().to_owned();
        let own = papers(&cast, &holder, &id);
        let read = text(&own.one("supplement").await.1);
        assert!(["补正通知书", "测知快补〔2026〕1号", "2026年11月9日", "民法典"].iter().all(|s| read.contains(s)), "{read}");
        cast.service.set_shanghai_time("2026-11-10 00:00:00");
        cast.service.until((&format!("/v1/complaints/{id}"), &holder), |c| c["state"] == "closed").await;
        assert_eq!(own.kinds().await, ["supplement", "closing"]);
        assert!(text(&own.one("closing").await.1).contains("逾期未补正，视为撤回，现已结案"));

        let back = cast.files(&LAMP, &["100000000002"]).await;
        let id = back["id"].as_str().unwrap().to_owned();
        cast.service.post(&format!("/v1/complaints/{id}/withdrawal"), &holder, &json!({ "reason": "settled" })).await.expect(201);
        let own = papers(&cast, &holder, &id);
        assert_eq!(own.kinds().await, ["acceptance", "closing"]);
        assert_eq!(own.one("closing").await.0["number"], "测知快结〔2026〕2号");

        cast.service.set_shanghai_time("2038-06-01 09:00:00");
        let late = cast.files(&LAMP, &["100000000003"]).await;
        assert_eq!(late["state"], "closed", "{late:#}");
        let own = papers(&cast, &holder, late["id"].as_str().unwrap());
        assert_eq!(own.kinds().await, ["non_acceptance"]);
        let (row, bytes) = own.one("non_acceptance").await;
        assert_eq!(row["number"], "测知快不受〔2038〕1号", "numbers begin anew with the year");
        assert!(text(&bytes).contains("专利权期限已于2038-05-09届满"), "{}", text(&bytes));
        cast.ends_sound().await;
    }

    /// Filings that come at once, some of them refused, share one series without a gap.
    async fn numbers_without_gaps(engine: Engine) {
        let cast = cast(engine, "2026-11-02 09:00:00").await;
        cast.knows(&LAMP).await;
        let files = Deposited::of(&cast.service, &cast.holder, &LAMP).await;
        // Every item twice: one of each pair is a duplicate.
        let filings = (0..24).map(|n| {
            let item = format!("2000000000{:02}", n / 2);
            let form = notice(&LAMP, &files, &[item.as_str()]);
            let (service, holder) = (&cast.service, &cast.holder);
            async move { service.file(holder, (&format!("gap-{n}"), &form)).await }
        });
        let answers = futures_util::future::join_all(filings).await;
        let filed: Vec<&Value> = answers.iter().filter(|a| a.status == 201).map(|a| &a.body).collect();
        assert_eq!(filed.len(), 12);
        let mut numbers = Vec::new();
        for complaint in filed {
            let (row, _) = papers(&cast, &cast.holder, complaint["id"].as_str().unwrap()).one("acceptance").await;
            let number = row["number"].as_str().unwrap().trim_start_matches("测知快受〔2026〕").trim_end_matches('号');
            numbers.push(number.parse::<u32>().unwrap());
        }
        numbers.sort_unstable();
        assert_eq!(numbers, (1..=12).collect::<Vec<_>>());
        cast.ends_sound().await;
    }
}

fn sheet(blocks: Vec<Block>) -> Vec<u8> {
    let issued_on = jiff::civil::date(2026, 11, 2);
    typeset(&Paper { issuer: CENTRE.into(), title: "通知书".into(), number: "测〔2026〕1号".into(), issued_on, blocks }).unwrap()
}

/// A name with a character that the font lacks: it shows as a mark, is named below, and can still be copied.
#[test]
fn a_character_the_font_lacks_does_not_vanish() {
    let read = text(&sheet(vec![Block::Chinese("投诉人：张𬍛、李堃、王喆、陳玥".into())]));
    assert!(read.contains("张𬍛、李堃、王喆、陳玥") && read.contains("U+2C35B"), "{read}");
    assert!(!text(&sheet(vec![Block::Chinese("投诉人：李堃".into())])).contains("U+"));
}

/// Nothing is set outside the text's frame, and nothing is lost between lines and pages.
#[test]
fn lines_stay_within_the_page() {
    let address = format!("https://item.taobao.com/item.htm?id={}", "6377908755".repeat(30));
    let said =
        (0..400).map(|n| format!("（{n}）淘宝网商品 {n}：构成侵权，依照《中华人民共和国专利法》第十一条。{address}")).collect::<Vec<_>>();
    let seal = Block::Seal { issuer: CENTRE.into(), day: "2026年11月2日".into(), place: "（盖章处）".into() };
    let pdf = sheet(said.iter().cloned().map(Block::Chinese).chain([seal]).collect());
    let document = pdf::open(pdf, &TrustAnchors::default()).unwrap();
    assert!(document.pages.len() > 20);
    let mut read = String::new();
    for page in &document.pages {
        for g in &page.glyphs {
            assert!(g.x > 79.0 && g.x < 522.6 && g.y > 30.0 && g.y < 800.0, "{} at {} {} of page {}", g.ch, g.x, g.y, page.number);
            // Not the foot, which stands between a page and the next.
            if g.size > 10.0 && !g.ch.is_whitespace() {
                read.push(g.ch);
            }
        }
    }
    for line in said {
        let line: String = line.chars().filter(|c| !c.is_whitespace()).collect();
        assert!(read.contains(&line), "{line}");
    }
}
