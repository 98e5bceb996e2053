//! The default policy: the criteria of the service, as data. Automation is off.

use super::{AnyOf, Automation, FactValue};
use super::{Condition, Criterion, Leaf, Op, Operand, Policy};

/// The default policy.
pub fn default_policy() -> Policy {
    Policy {
        name: "default".into(),
        hear_first: true,
        automation: Automation::default(),
        criteria: vec![
            criterion(
                "report.unusable",
                ("评价报告不能使用或者没有评价报告", "The evaluation report cannot be used"),
                "专利法 66(2)",
                any(vec![is("report.overall", "unusable"), unknown("report.overall")]),
            ),
            criterion(
                "report.verdict_unclear",
                ("主张的权利要求或设计的结论、检索范围或者文本不明", "Verdict, coverage or text of an asserted item is unknown"),
                "专利法 66(2); 法释〔2025〕11号",
                any(vec![
                    is("report.verdict", "unknown"),
                    is("report.coverage", "unknown"),
                    is("report.text", "unknown"),
                    is("report.kind", "unknown"),
                    is("report.identity", "unknown"),
                    is("report.superseded", "unknown"),
                    is("report.dates", "unknown"),
                ]),
            ),
            criterion(
                "report.negative",
                ("主张的权利要求或设计被认为不符合授予专利权条件或者未检索", "An asserted item is negative or was not searched"),
                "法释〔2025〕11号",
                any(vec![over("report.asserted_defective", 0), over("report.asserted_not_searched", 0)]),
            ),
            criterion(
                "patent.status_in_doubt",
                ("专利权有效状态不能确定", "Status not in force beyond doubt"),
                "专利法 42, 44; 实施细则 115",
                any(vec![is("patent.in_force", "unknown"), is("patent.in_force", "fail"), is("patent.register_status", "fee_grace")]),
            ),
            criterion(
                "patent.invalidation_pending",
                ("专利权正在无效宣告程序中且无维持决定", "Invalidation pending and nothing maintains the patent"),
                "法释〔2018〕21号 8",
                Condition::All(super::AllOf {
                    all: vec![yes("patent.invalidation_pending"), Condition::Not(super::NotOf { not: Box::new(yes("patent.maintained")) })],
                }),
            ),
            criterion(
                "authority.expired",
                ("授权委托或者实施许可已届满", "The power of attorney or the licence is over"),
                "民法典 173; 法发〔2020〕32号 5",
                yes("authority.expired"),
            ),
            criterion("dispute.ownership", ("存在权属纠纷", "Ownership is disputed"), "法释〔2018〕21号 8", yes("dispute.ownership")),
            criterion(
                "dispute.suit",
                ("存在相关诉讼、裁决程序或者中止", "A suit, case or stay is pending"),
                "民事诉讼法 153",
                yes("dispute.suit"),
            ),
            criterion(
                "comparison.equivalents",
                ("以等同特征主张侵权", "Infringement by equivalents"),
                "法释〔2009〕21号 7",
                yes("comparison.equivalents"),
            ),
            criterion(
                "comparison.incomplete",
                ("比对说明自认缺少特征或者视图不同", "The comparison itself names an absent feature or a different view"),
                "法释〔2009〕21号 7, 11",
                any(vec![yes("comparison.absent"), yes("comparison.different")]),
            ),
            criterion(
                "design.partial_or_gui",
                ("局部外观设计或者图形用户界面", "Partial or GUI design"),
                "专利法 2(4)",
                Condition::Leaf(Leaf {
                    fact: "design.kind".into(),
                    op: Op::In,
                    value: Some(Operand::Many(vec!["partial".into(), "gui".into()])),
                }),
            ),
            criterion(
                "product.class_differs",
                ("产品种类不相同也不相近", "Product class differs"),
                "法释〔2009〕21号 8, 9",
                is("product.class", "different"),
            ),
            criterion(
                "case.large",
                ("被控产品超过 5 种或者店铺超过 20 家", "More than 5 accused products or 20 sellers"),
                "民事诉讼法 42 (群体性)",
                any(vec![over("complaint.accused_products", 5), over("complaint.sellers", 20)]),
            ),
            criterion(
                "seller.answered",
                ("被投诉人作出实质性答复", "The seller gave a substantial answer"),
                "电子商务法 43",
                yes("seller.substantial_answer"),
            ),
            criterion(
                "platform.facts_against",
                ("平台记录显示申请日前已上架或销售，或者已有许可", "Platform facts speak against it"),
                "专利法 67, 75",
                any(vec![yes("platform.listed_before_filing"), yes("platform.sold_before_filing"), yes("platform.licensed_on_file")]),
            ),
            criterion(
                "complainant.malice_flags",
                ("存在恶意投诉标记", "Malice flags"),
                "电子商务法 42(3); 法发〔2020〕32号 6",
                over("complainant.malice_flags", 0),
            ),
        ],
    }
}

fn criterion(code: &str, title: (&str, &str), law: &str, when: Condition) -> Criterion {
    Criterion { code: code.into(), title_zh: title.0.into(), title_en: title.1.into(), law: law.into(), when }
}

fn leaf(fact: &str, op: Op, value: Option<FactValue>) -> Condition {
    Condition::Leaf(Leaf { fact: fact.into(), op, value: value.map(Operand::One) })
}

fn is(fact: &str, word: &str) -> Condition {
    leaf(fact, Op::Is, Some(word.into()))
}

fn yes(fact: &str) -> Condition {
    leaf(fact, Op::Is, Some(true.into()))
}

fn over(fact: &str, n: i64) -> Condition {
    leaf(fact, Op::Over, Some(FactValue::Number(n)))
}

fn unknown(fact: &str) -> Condition {
    leaf(fact, Op::IsUnknown, None)
}

fn any(any: Vec<Condition>) -> Condition {
    Condition::Any(AnyOf { any })
}
