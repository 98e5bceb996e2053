//! The examiners' desk: by what a complaint is found that waits, what examiners note, what reminds them.

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    desk_marks (complaint_id, kind, mark) {
        complaint_id -> IdSql,
        kind -> Text,
        mark -> Text,
        queue_on -> Nullable<DaySql>,
    }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    desk_rules (kind, version) {
        kind -> Text,
        version -> BigInt,
        body -> Text,
        put_by -> IdSql,
        put_at -> TsSql,
    }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    desk_notes (id) {
        id -> IdSql,
        complaint_id -> IdSql,
        kind -> Text,
        author -> IdSql,
        about -> Nullable<IdSql>,
        at -> TsSql,
        sealed -> Binary,
        key -> Binary,
        erased -> Bool,
    }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    desk_reminders (id) {
        id -> IdSql,
        complaint_id -> IdSql,
        due_on -> DaySql,
        sealed -> Binary,
        key -> Binary,
        erased -> Bool,
        created_by -> IdSql,
        created_at -> TsSql,
        done_by -> Nullable<IdSql>,
        done_at -> Nullable<TsSql>,
    }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    desk_bulks (id) {
        id -> IdSql,
        examiner -> IdSql,
        body -> Text,
        state -> Text,
        created_at -> TsSql,
        started_at -> Nullable<TsSql>,
        ended_at -> Nullable<TsSql>,
    }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    desk_bulk_items (bulk_id, n) {
        bulk_id -> IdSql,
        n -> Integer,
        complaint_id -> IdSql,
        reference -> Text,
        version -> Integer,
        lines -> Text,
        will -> Text,
        rules -> Text,
        why -> Nullable<Text>,
        outcome -> Nullable<Text>,
        at -> Nullable<TsSql>,
    }
}
