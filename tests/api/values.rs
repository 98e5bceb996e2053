//! Patent numbers and listing addresses on the command line, held to published data.

use std::io::Write;
use std::process::{Command, Stdio};

use fasttrack::domain::listing::{ListingRef, ParseStatus, Site};
use fasttrack::domain::patent::PatentNumber;
use fasttrack::domain::reference::{parse_reference, reference};
use proptest::prelude::*;
use serde_json::Value;

use crate::support::fixture;
use crate::support::service::PROGRAM;

fn lines_of(args: &[&str], input: &[String]) -> (i32, Vec<Value>) {
    let mut child = Command::new(PROGRAM).args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.join("\n").as_bytes()).unwrap();
    let done = child.wait_with_output().unwrap();
    let text = String::from_utf8(done.stdout).unwrap();
    (done.status.code().unwrap(), text.lines().map(|l| serde_json::from_str(l).unwrap()).collect())
}

fn data(name: &str) -> Value {
    serde_json::from_slice(&std::fs::read(fixture(name)).unwrap()).unwrap()
}

#[test]
fn published_patent_numbers_are_right_and_false_ones_say_which_digit() {
    let data = data("values/patent-numbers.json");
    let valid = data["valid"].as_array().unwrap();
    let inputs: Vec<String> = valid.iter().map(|v| v["number"].as_str().unwrap().to_owned()).collect();
    let (code, found) = lines_of(&["patent", "check", "--json"], &inputs);
    assert_eq!((code, found.len()), (0, valid.len()));
    for (found, expected) in found.iter().zip(valid) {
        assert_eq!((&found["valid"], &found["kind"], &found["number"]), (&true.into(), &expected["kind"], &expected["number"]));
    }
    let false_ones = data["invalid_check_digit"].as_array().unwrap();
    let inputs: Vec<String> = false_ones.iter().map(|v| v["number"].as_str().unwrap().to_owned()).collect();
    let (code, found) = lines_of(&["patent", "check", "--json"], &inputs);
    assert_eq!(code, 1);
    for (found, expected) in found.iter().zip(false_ones) {
        assert_eq!((&found["valid"], &found["problem"]), (&false.into(), &"check_digit".into()));
        assert_eq!(found["expected_digit"], expected["expected_digit"]);
    }
}

#[test]
fn masked_and_overlong_numbers_are_named_as_such() {
    let inputs = ["ZL20063008××××.4".to_owned(), "ZL2015207817282.2".to_owned(), "CN203594924U".to_owned()];
    let (_, found) = lines_of(&["patent", "check", "--json"], &inputs);
    let problems: Vec<&str> = found.iter().map(|f| f["problem"].as_str().unwrap()).collect();
    assert_eq!(problems, ["masked", "too_long", "publication_number"]);
}

#[test]
fn addresses_of_listings_are_read_as_published() {
    let data = data("values/listing-urls.json");
    let cases = data["cases"].as_array().unwrap();
    let inputs: Vec<String> = cases.iter().map(|c| c["url"].as_str().unwrap().to_owned()).collect();
    let (_, found) = lines_of(&["listing", "parse", "--json"], &inputs);
    assert_eq!(found.len(), cases.len());
    for (found, case) in found.iter().zip(cases) {
        for field in ["platform", "item_id", "status"] {
            assert_eq!(found[field], case[field], "{case}");
        }
    }
}

/// A patent number of these twelve digits, with the one check digit that fits.
fn number(digits: &str) -> Option<PatentNumber> {
    "0123456789X".chars().find_map(|check| PatentNumber::parse(&format!("{digits}.{check}")).ok())
}

fn full_width(text: &str) -> String {
    let wide = |c: char| char::from_u32(u32::from(c) + 0xfee0).unwrap();
    text.chars().map(|c| if c.is_ascii_graphic() { wide(c) } else { c }).collect()
}

fn address(site: Site, item: &str) -> String {
    match site {
        Site::Taobao => format!("https://item.taobao.com/item.htm?spm=a1z.2&id={item}&skuId=1"),
        Site::Tmall => format!("https://detail.tmall.com/item.htm?id={item}"),
        Site::Alibaba1688 => format!("https://detail.1688.com/offer/{item}.html"),
        Site::Jd => format!("https://item.jd.com/{item}.html"),
        Site::Pinduoduo => format!("https://mobile.yangkeduo.com/goods.html?goods_id={item}"),
        Site::Douyin => format!("https://haohuo.jinritemai.com/views/product/item2?id={item}"),
    }
}

const SITES: [Site; 6] = [Site::Taobao, Site::Tmall, Site::Alibaba1688, Site::Jd, Site::Pinduoduo, Site::Douyin];

proptest! {
    /// However a number is written, it is one number; and another check digit is not one.
    #[test]
    fn a_number_printed_is_the_number_read(year in 2004..2027_u32, kind in prop::sample::select(vec!['1', '2', '3', '8', '9']), serial in 1..9_999_999_u32) {
        let digits = format!("{year}{kind}{serial:07}");
        let Some(n) = number(&digits) else { return Err(TestCaseError::fail(format!("no check digit fits {digits}"))) };
        let printed = n.to_string();
        let plain: String = printed.chars().filter(|c| *c != '.').collect();
        for written in [printed.clone(), format!("ZL{printed}"), format!("zl {} {}", &plain[..4], &plain[4..]), format!("CN{plain}"), full_width(&printed)] {
            prop_assert_eq!(PatentNumber::parse(&written), Ok(n.clone()), "{}", written);
        }
        let fitting = "0123456789X".chars().filter(|check| PatentNumber::parse(&format!("{digits}.{check}")).is_ok()).count();
        prop_assert_eq!(fitting, 1);
    }

    /// What is printed is read back; a wrong character or two swapped ones are not another reference.
    #[test]
    fn a_reference_printed_is_the_reference_read(bits in any::<u64>(), at in 0..10_usize, other in 0..36_u32) {
        let r = reference(bits);
        prop_assert_eq!(parse_reference(&r), Some(r.clone()));
        prop_assert_eq!(parse_reference(&format!(" {}-{} ", &r[..5].to_lowercase(), &r[5..])), Some(r.clone()));
        let mut wrong: Vec<char> = r.chars().collect();
        wrong[at] = char::from_digit(other, 36).unwrap().to_ascii_uppercase();
        let wrong: String = wrong.iter().collect();
        prop_assert!(parse_reference(&wrong).is_none_or(|read| read == r), "{} reads as another than {}", wrong, r);
        let mut swapped: Vec<char> = r.chars().collect();
        swapped.swap(at, (at + 1) % 9);
        let swapped: String = swapped.iter().collect();
        prop_assert!(at >= 8 || swapped == r || parse_reference(&swapped).is_none(), "{} for {}", swapped, r);
    }

    /// An item is read out of the address its site prints.
    #[test]
    fn an_address_printed_is_the_item_read(site in prop::sample::select(SITES.to_vec()), item in "[1-9][0-9]{8,12}") {
        let read = ListingRef::parse(&address(site, &item));
        prop_assert_eq!((read.status, read.site, read.item_id.as_deref()), (ParseStatus::Resolved, Some(site), Some(item.as_str())));
    }

    /// Whatever is typed: no panic, and an item only with its site.
    #[test]
    fn anything_may_be_typed(text in any::<String>()) {
        let read = ListingRef::parse(&text);
        prop_assert!(read.item_id.is_none() || read.site.is_some());
        prop_assert_eq!(read.status == ParseStatus::Resolved, read.item_id.is_some());
        let _ = (PatentNumber::parse(&text), parse_reference(&text));
    }
}
