//! The policy lab: where the facts of past triages stand, and runs of policies over them. The house: its log, and
//! invitations.

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    triage_facts (filed_at, complaint_id) {
        filed_at -> TsSql,
        complaint_id -> IdSql,
        seq -> Integer,
        policy_version -> BigInt,
        track -> Text,
    }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    simulations (id) {
        id -> IdSql,
        policy_version -> BigInt,
        filed_from -> Nullable<DaySql>,
        filed_to -> Nullable<DaySql>,
        track -> Nullable<Text>,
        state -> Text,
        started_by -> IdSql,
        started_at -> TsSql,
        ended_at -> Nullable<TsSql>,
        total -> Nullable<BigInt>,
        done -> BigInt,
        after_filed_at -> Nullable<TsSql>,
        after_id -> Nullable<IdSql>,
        result -> Text,
    }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    house_log (n) {
        n -> BigInt,
        at -> TsSql,
        kind -> Text,
        account_id -> Nullable<IdSql>,
        about -> Nullable<BigInt>,
        status -> Nullable<Integer>,
        body -> Text,
        hash -> Binary,
    }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    house_log_tip (id) {
        id -> Integer,
        n -> BigInt,
        hash -> Binary,
    }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    invitations (id) {
        id -> IdSql,
        account_id -> IdSql,
        hash -> Binary,
        created_at -> TsSql,
        expires_at -> TsSql,
        used_at -> Nullable<TsSql>,
    }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    automation_switches (n) {
        n -> BigInt,
        at -> TsSql,
        basis -> Text,
        switched_on -> Bool,
        account_id -> Nullable<IdSql>,
        why -> Nullable<Text>,
        policy_version -> Nullable<BigInt>,
        decided -> Nullable<BigInt>,
        reversed -> Nullable<BigInt>,
    }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    account_mails (account_id) {
        account_id -> IdSql,
        sealed -> Binary,
        key -> Binary,
    }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    house_mails (id) {
        id -> IdSql,
        template -> Text,
        sealed -> Binary,
        key -> Binary,
        state -> Text,
        due_at -> TsSql,
        lease_until -> Nullable<TsSql>,
        fence -> BigInt,
        attempts -> Integer,
        last_error -> Nullable<Text>,
        written_at -> TsSql,
        ended_at -> Nullable<TsSql>,
    }
}
