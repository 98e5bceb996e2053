//! The catalogue of facts a policy may name: name, type, words. One table; the validator, the
//! documentation and the builder of facts hold to it.

/// Type of a fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FactType {
    /// Yes or no.
    Bool,
    /// A count.
    Number,
    /// One of these words.
    Words(&'static [&'static str]),
}

const RESULT: FactType = FactType::Words(&["pass", "fail", "unknown"]);

/// Every fact: name, type, and what it says.
pub const FACTS: &[(&str, FactType, &str)] = &[
    (
        "report.overall",
        FactType::Words(&["usable", "usable_in_part", "negative", "unverified", "unusable"]),
        "Overall result of the ten checks",
    ),
    ("report.kind", RESULT, "Check report.kind"),
    ("patent.number", RESULT, "Check patent.number"),
    ("report.identity", RESULT, "Check report.identity"),
    ("report.authenticity", RESULT, "Check report.authenticity"),
    ("report.dates", RESULT, "Check report.dates"),
    ("report.superseded", RESULT, "Check report.superseded"),
    ("report.text", RESULT, "Check report.text"),
    ("report.coverage", RESULT, "Check report.coverage"),
    ("report.verdict", RESULT, "Check report.verdict"),
    ("patent.in_force", RESULT, "Check patent.in_force"),
    ("report.readable", FactType::Bool, "Text could be read from the report, or an examiner read its verdicts"),
    ("report.authenticity_level", FactType::Words(&["A", "B", "C", "D", "broken", "revoked"]), "Authenticity level granted"),
    ("report.asserted_defective", FactType::Number, "Asserted items the report finds defective"),
    ("report.asserted_unknown", FactType::Number, "Asserted items without a readable verdict"),
    ("report.asserted_not_searched", FactType::Number, "Asserted items that were not searched"),
    ("patent.kind", FactType::Words(&["utility_model", "design", "pct_utility_model"]), "Kind of patent"),
    (
        "patent.register_status",
        FactType::Words(&["in_force", "fee_grace", "lapsed_restorable", "lapsed", "expired", "invalidated", "abandoned", "not_granted"]),
        "Status in the register",
    ),
    ("patent.invalidation_pending", FactType::Bool, "An invalidation request was accepted; by the register, or yes by the complainant"),
    ("patent.maintained", FactType::Bool, "A decision that maintains the patent was filed"),
    ("dispute.ownership", FactType::Bool, "Somebody else claims the right"),
    ("dispute.suit", FactType::Bool, "A suit or case on the same facts is pending"),
    ("comparison.equivalents", FactType::Bool, "A feature is only met by equivalents"),
    ("comparison.absent", FactType::Bool, "A feature is absent, by the complainant's own comparison"),
    ("comparison.different", FactType::Bool, "A view differs, by the complainant's own comparison"),
    (
        "design.kind",
        FactType::Words(&["single", "similar", "set", "assembled", "variable_state", "partial", "gui"]),
        "Sort of design; the hardest of all products",
    ),
    ("product.class", FactType::Words(&["same", "similar", "different"]), "Product class against the patent's; the worst of all products"),
    ("complaint.accused_products", FactType::Number, "Accused products"),
    ("complaint.listings", FactType::Number, "Listings"),
    ("complaint.sellers", FactType::Number, "Shops named; unknown when a listing names none"),
    (
        "complaint.capacity",
        FactType::Words(&["patentee", "co_owner", "exclusive_licensee", "sole_licensee", "ordinary_licensee"]),
        "Capacity of the complainant",
    ),
    ("complaint.unresolved_listings", FactType::Number, "Listings whose item is not known yet"),
    ("complaint.unconnected_listings", FactType::Number, "Listings on platforms without an account"),
    ("identity.proven", FactType::Bool, "An examiner verified who the complainant is"),
    ("standing.proven", FactType::Bool, "An examiner verified the complainant's standing for this patent, and its identity"),
    ("documents.verified", FactType::Bool, "An examiner verified the patent documents of the right"),
    ("authority.expired", FactType::Bool, "The power of attorney or the licence that was filed is over"),
    ("relisting.determined", FactType::Bool, "Every listing is an item a human found infringing before, and that determination stands"),
    ("seller.substantial_answer", FactType::Bool, "The seller gave a substantial answer"),
    ("platform.listed_before_filing", FactType::Bool, "The platform says it was listed before the filing date"),
    ("platform.sold_before_filing", FactType::Bool, "The platform says it was sold before the filing date"),
    ("platform.licensed_on_file", FactType::Bool, "The platform has a licence on file"),
    ("platform.rule_not_met", FactType::Number, "Listings whose platform's own rule is not met; unknown where no platform has one"),
    ("platform.rule_unknown", FactType::Number, "Listings of which it is not known whether their platform's own rule is met"),
    ("complainant.malice_flags", FactType::Number, "Malice flags the complainant could answer"),
    ("agency.malice_flags", FactType::Number, "Malice flags the agency that filed could answer"),
];

/// Facts that are always known: the service counts them itself, or everybody has to say them.
pub const ALWAYS_KNOWN: &[&str] = &[
    "patent.kind",
    "patent.maintained",
    "complaint.accused_products",
    "complaint.listings",
    "complaint.capacity",
    "complaint.unresolved_listings",
    "complaint.unconnected_listings",
    "complainant.malice_flags",
    "agency.malice_flags",
];

/// Facts of which only yes is ever said: that nobody says it is no "no".
pub const NEVER_NO: &[&str] = &[
    "dispute.ownership",
    "dispute.suit",
    "seller.substantial_answer",
    "platform.listed_before_filing",
    "platform.sold_before_filing",
    "platform.licensed_on_file",
];

/// Type of the fact called `name`.
pub fn fact_type(name: &str) -> Option<FactType> {
    FACTS.iter().find(|(n, _, _)| *n == name).map(|(_, t, _)| *t)
}
