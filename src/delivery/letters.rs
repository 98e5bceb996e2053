//! The words of mails. A subject holds the reference and no personal data; the facts are behind the link.

/// Subject and text of a template in a language, about a complaint; none for a template that is unknown.
pub fn letter(template: &str, language: &str, (reference, link): (&str, &str)) -> Option<(String, String)> {
    let (zh, en) = match template {
        "accepted" => (("已受理", "您的投诉已受理，正在审查。"), ("accepted", "Your complaint was accepted and is being examined.")),
        "supplement_requested" => (
            ("需要补正", "您的投诉缺少材料，请在期限内补正。缺少哪些材料、如何补正，请见下方链接。"),
            ("something is missing", "Something is missing from your complaint. The link says what, how to supply it, and until when."),
        ),
        "supplement_period_ended" => (
            ("逾期未补正，已结案", "补正期限已届满，未收到补正材料，投诉已结案。可以重新提出投诉。"),
            ("closed: not supplemented", "Nothing was supplied in time and your complaint was closed. You may file again."),
        ),
        "not_accepted" => (
            ("不予受理", "您的投诉不予受理，理由请见下方链接。"),
            ("not accepted", "Your complaint was not accepted. The link gives the reasons."),
        ),
        "decided" => (
            ("已作出判定", "您的投诉已有判定，各链接的结果及理由请见下方链接。"),
            ("decided", "There is a decision on your complaint. The link gives the result for each listing, with reasons."),
        ),
        "statement_forwarded" => (
            (
                "收到不存在侵权行为的声明",
                "平台内经营者已就您的投诉提交不存在侵权行为的声明，现转送给您。您可以向有关主管部门投诉或者向人民法院起诉；自声明到达之日起十五日内未提交投诉或者起诉证明的，措施将终止。声明内容请见下方链接。",
            ),
            (
                "a statement of non-infringement",
                "The seller states that there is no infringement. You may complain to the competent authority or sue; without proof of that \
                 within 15 days after the statement arrived, the measures end. The link shows the statement.",
            ),
        ),
        "waiting_period_ended" => (
            ("等待期届满，措施终止", "自声明到达之日起十五日内未收到投诉或者起诉证明，就您的投诉采取的措施已决定终止。"),
            ("the waiting period ended", "No proof of a complaint or suit came within the period, and the measures are lifted."),
        ),
        "follow_up_missed" => (
            ("请告知案件进展", "未按期收到您所提起的投诉或者诉讼的进展情况，审查员将予以核实。请通过下方链接补充。"),
            (
                "how do the proceedings stand?",
                "You were to tell how your proceedings stand. An examiner will look into it; the link takes your answer.",
            ),
        ),
        "authority_acted" => (
            ("收到法院或者行政机关的文书", "已登记与您的投诉有关的文书，其对各链接的影响请见下方链接。"),
            (
                "a document of a court or authority",
                "A document of a court or authority was recorded. The link shows its effect on each listing.",
            ),
        ),
        "review_decided" => (
            ("复核已有结论", "复核已有结论，各链接的结果及理由请见下方链接。"),
            ("review decided", "The review is decided. The link gives the result for each listing, with reasons."),
        ),
        "lift_decided" => (
            ("措施已解除", "就您的投诉采取的措施已决定解除，理由请见下方链接。"),
            ("measures lifted", "Measures taken on your complaint are lifted. The link gives the reasons."),
        ),
        _ => return None,
    };
    let (subject, text) = match language {
        "en" => (format!("Complaint {reference}: {}", en.0), format!("{}\n\n{link}\n\nThe Chinese text governs.\n", en.1)),
        _ => (format!("投诉 {reference}：{}", zh.0), format!("{}\n\n{link}\n", zh.1)),
    };
    Some((subject, text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_template_the_desk_names_has_words_in_both_languages() {
        let contested = ["statement_forwarded", "waiting_period_ended", "follow_up_missed", "authority_acted", "review_decided"];
        for template in contested.into_iter().chain([
            "accepted",
            "supplement_requested",
            "supplement_period_ended",
            "not_accepted",
            "decided",
            "lift_decided",
        ]) {
            for language in ["zh", "en"] {
                let (subject, text) = letter(template, language, ("ABCDE12345", "https://example.org/x")).unwrap();
                assert!(subject.contains("ABCDE12345") && text.contains("https://example.org/x"));
            }
        }
        assert_eq!(letter("unheard_of", "zh", ("", "")), None);
    }

    /// Every mail as it is read, for a lawyer and an editor to review.
    #[test]
    fn mails_as_they_are_read() {
        let source = include_str!("letters.rs");
        let words = source.lines().map_while(|l| (!l.starts_with("#[cfg(test)]")).then_some(l.trim()));
        let templates = words.filter(|l| l.starts_with('"') && l.ends_with("=> (")).filter_map(|l| l.split('"').nth(1));
        let mut all = String::new();
        for template in templates {
            for language in ["zh", "en"] {
                let (subject, text) = letter(template, language, ("2VTKWS8VXT", "https://fasttrack.example/v1/complaints/1")).unwrap();
                all.push_str(&format!("{template}, {language}\n{subject}\n\n{text}\n"));
            }
        }
        assert!(all.contains("decided, en"));
        let mut settings = insta::Settings::new();
        settings.set_snapshot_path(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots"));
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| insta::assert_snapshot!("mails", all));
    }
}
