//! Documents that are issued.

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    writ_numbers (kind, year) {
        kind -> Text,
        year -> Integer,
        last -> BigInt,
    }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    writs (id) {
        id -> IdSql,
        complaint_id -> IdSql,
        seq -> Integer,
        kind -> Text,
        year -> Integer,
        n -> BigInt,
        number -> Text,
        lines -> Text,
        about -> Nullable<IdSql>,
        issuer -> Text,
        livemode -> Bool,
        issued_at -> TsSql,
    }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    writ_copies (writ_id, copy) {
        writ_id -> IdSql,
        copy -> Text,
        sha256 -> Text,
        bytes -> BigInt,
        made_at -> TsSql,
    }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    writ_bytes (writ_id, copy) {
        writ_id -> IdSql,
        copy -> Text,
        party_id -> Nullable<IdSql>,
        other_party_id -> Nullable<IdSql>,
        sealed -> Binary,
        key -> Binary,
    }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    case_files (complaint_id, sha256) {
        complaint_id -> IdSql,
        sha256 -> Text,
        bytes -> BigInt,
        last_seq -> Integer,
        made_for -> IdSql,
        made_at -> TsSql,
    }
}
