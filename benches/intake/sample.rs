//! The rows that one filing wrote, read back from the service's own database: the limits write the same
//! rows, with only those values changed that must differ from filing to filing.

/// What a filing writes, and the column by which its rows are found, in the order they are written.
pub const TABLES: [&str; 10] =
    ["complaints", "events", "listings", "parties", "notices", "examinations", "complaint_files", "mails", "writs", "idempotency"];
/// Item of the sample's first listing; the others follow.
pub const FIRST_ITEM: u64 = 500_000_000_000;
/// The sample's idempotency key.
pub const SAMPLE_KEY: &str = "bench-500000000000";
/// Listings of a filing.
pub const LISTINGS: u64 = 3;

/// A value of a row that is written again for every filing.
#[derive(Clone, Debug)]
pub enum Cell {
    /// As it is; none is NULL.
    Same(Option<String>),
    /// An id: the complaint's, its party's, its mail's or its document's.
    Id(u64),
    /// The place of a document in its series.
    Place,
    /// A reference of so many characters.
    Reference(usize),
    /// A text with the item of a listing in it, or with the first item for the idempotency key.
    Item { before: String, listing: u64, after: String },
}

/// Ids that one filing has.
pub const IDS: u64 = 4;

/// The rows of one table.
#[derive(Clone, Debug)]
pub struct Rows {
    pub table: &'static str,
    /// Name and type of each column.
    pub columns: Vec<(String, String)>,
    pub rows: Vec<Vec<Cell>>,
}

/// How the rows of the sample are found.
pub fn condition(table: &str, complaint: &str) -> String {
    match table {
        "complaints" => format!("id = {complaint}"),
        "idempotency" => format!("key = '{SAMPLE_KEY}'"),
        _ => format!("complaint_id = {complaint}"),
    }
}

/// What of a row must differ.
pub fn cell(table: &str, column: &str, value: Option<String>) -> Cell {
    let listing = || {
        let text = value.as_deref()?;
        (0..LISTINGS).find_map(|n| text.split_once(&(FIRST_ITEM + n).to_string()).map(|(before, after)| (n, before, after)))
    };
    match (table, column) {
        ("complaints", "id") | (_, "complaint_id") => Cell::Id(0),
        ("parties", "id") | ("mails", "party_id") => Cell::Id(1),
        ("mails", "id") => Cell::Id(2),
        ("writs", "id") => Cell::Id(3),
        ("writs", "n") => Cell::Place,
        ("complaints" | "mails", "reference") => Cell::Reference(value.map_or(0, |v| v.len())),
        ("listings", _) | ("idempotency", "key") => match listing() {
            Some((listing, before, after)) => Cell::Item { before: before.to_owned(), listing, after: after.to_owned() },
            None => Cell::Same(value),
        },
        _ => Cell::Same(value),
    }
}

/// Bytes of the values of one filing, to be told with the limit.
pub fn bytes(all: &[Rows]) -> usize {
    let cells = all.iter().flat_map(|r| r.rows.iter().flatten());
    cells.map(|c| if let Cell::Same(Some(text)) = c { text.len() } else { 16 }).sum()
}
