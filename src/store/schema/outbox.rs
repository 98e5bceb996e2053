//! Where platforms are pushed to, what is on its way to them, and each attempt.

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    endpoints (id) {
        id -> IdSql,
        platform -> Text,
        url -> Text,
        event_types -> Text,
        secrets -> Binary,
        status -> Text,
        paused_why -> Nullable<Text>,
        created_at -> TsSql,
        per_second_max -> Nullable<Integer>,
        at_once_max -> Nullable<Integer>,
        version -> BigInt,
    }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    lanes (endpoint_id) {
        endpoint_id -> IdSql,
        claimed_at -> TsSql,
        spent_until -> TsSql,
        failures -> Integer,
        opened -> Integer,
        open_until -> Nullable<TsSql>,
        drain_per_second -> Nullable<Integer>,
    }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    lane_workers (endpoint_id, worker) {
        endpoint_id -> IdSql,
        worker -> IdSql,
        held -> Integer,
        until -> TsSql,
    }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    webhook_keys (endpoint_id, number) {
        endpoint_id -> IdSql,
        number -> Integer,
        public_key -> Text,
        made_at -> TsSql,
        until -> Nullable<TsSql>,
    }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    deliveries (id) {
        id -> IdSql,
        dispatch_id -> IdSql,
        endpoint_id -> IdSql,
        state -> Text,
        due_at -> TsSql,
        lease_until -> Nullable<TsSql>,
        fence -> BigInt,
        attempts -> Integer,
        last_class -> Nullable<Text>,
        updated_at -> TsSql,
        expires_at -> TsSql,
        attempts_before -> Integer,
        told_at -> Nullable<TsSql>,
    }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    dispatch_pulls (dispatch_id) {
        dispatch_id -> IdSql,
        at -> TsSql,
    }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    attempts (delivery_id, n) {
        delivery_id -> IdSql,
        n -> Integer,
        at -> TsSql,
        http_status -> Nullable<Integer>,
        class -> Text,
        elapsed_ms -> Integer,
        reply -> Nullable<Text>,
        endpoint_id -> Nullable<IdSql>,
        request -> Nullable<Text>,
        detail -> Nullable<Text>,
        acknowledged -> Nullable<Text>,
    }
}
