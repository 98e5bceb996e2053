//! A backlog, written past the program: dispatches with a line and an item each, and their deliveries.

use crate::support::database::tamper;

/// Where the numbers of the bench begin in the platform's feed: after any that the program gives.
const FIRST_FEED_SEQ: u64 = 1_000_000_000;
/// Rows of one statement.
const ROWS: usize = 100_000;

/// Writes backlogs into one database.
pub struct Backlog<'a> {
    url: &'a str,
    body_bytes: usize,
    next: u64,
}

impl<'a> Backlog<'a> {
    /// Of bodies of so many bytes.
    pub fn of(url: &'a str, body_bytes: usize) -> Self {
        Backlog { url, body_bytes, next: FIRST_FEED_SEQ }
    }

    /// So many due deliveries to an endpoint of the platform `ali`.
    pub fn put(&mut self, endpoint: &str, deliveries: usize) {
        let mut left = deliveries;
        while left > 0 {
            let some = left.min(ROWS);
            self.put_some(endpoint, some);
            left -= some;
        }
    }

    fn put_some(&mut self, endpoint: &str, n: usize) {
        let (from, until) = (self.next, self.next + n as u64);
        self.next = until;
        let embedded = self.url.starts_with("sqlite:");
        let endpoint = if embedded { format!("X'{}'", endpoint.replace('-', "")) } else { format!("'{endpoint}'::uuid") };
        let (id, nil, now, later) = match embedded {
            true => ("randomblob(16)", "zeroblob(16)", "unixepoch() * 1000000", "(unixepoch() + 345600) * 1000000"),
            false => ("gen_random_uuid()", "'00000000-0000-0000-0000-000000000000'::uuid", "now()", "now() + interval '4 days'"),
        };
        let series = match embedded {
            true => format!("(WITH RECURSIVE s(n) AS (SELECT {from} UNION ALL SELECT n + 1 FROM s WHERE n + 1 < {until}) SELECT n FROM s)"),
            false => format!("(SELECT n FROM generate_series({from}::bigint, {until}::bigint - 1) n) AS s"),
        };
        let body = "x".repeat(self.body_bytes);
        let ours = format!("FROM dispatches WHERE platform = 'ali' AND feed_seq >= {from} AND feed_seq < {until}");
        let statements = format!(
            "BEGIN;
             INSERT INTO dispatches (id, platform, kind, complaint_id, seq, part, feed_seq, issued_at, deliver_until, body, sha256)
             SELECT {id}, 'ali', 'takedown.decided', {nil}, 1, 1, n, {now}, {later}, '{body}', '{}' FROM {series};
             INSERT INTO items (platform, item_key, version, measures_in_force) SELECT 'ali', 'bench/' || feed_seq, 1, '[]' {ours};
             INSERT INTO dispatch_lines (dispatch_id, n, line, item_key, item_version) SELECT id, 1, 1, 'bench/' || feed_seq, 1 {ours};
             INSERT INTO deliveries (id, dispatch_id, endpoint_id, state, due_at, fence, attempts, updated_at, expires_at)
             SELECT {id}, id, {endpoint}, 'due', issued_at, 0, 0, issued_at, deliver_until {ours};
             COMMIT;",
            "0".repeat(64),
        );
        // `psql -c` takes one statement, or many as one transaction of its own.
        let statements = if embedded { statements } else { statements.replace("BEGIN;", "").replace("COMMIT;", "") };
        assert!(tamper(self.url, &statements), "the backlog could not be written");
    }
}
