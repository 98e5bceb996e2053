//! How complaints ended, what is published, and what is said of those who complain.

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    outcomes (complaint_id) {
        complaint_id -> IdSql,
        account_id -> IdSql,
        ending -> Text,
        track -> Nullable<Text>,
        ended_on -> DaySql,
        automatic -> Bool,
        overturned -> Bool,
        upheld -> Bool,
        seconds -> Nullable<BigInt>,
        final_from -> Nullable<DaySql>,
        complainant_key -> Nullable<Text>,
        basis -> Nullable<Text>,
        policy_version -> Nullable<BigInt>,
        decided_at -> Nullable<TsSql>,
        examiner -> Nullable<IdSql>,
        late -> Nullable<Bool>,
        seconds_to_acceptance -> Nullable<BigInt>,
        seconds_of_hearing -> Nullable<BigInt>,
        consulted -> Bool,
    }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    published (complaint_id) {
        complaint_id -> IdSql,
        reference -> Text,
        ending -> Text,
        decided_on -> DaySql,
        final_from -> DaySql,
        body -> Text,
    }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    publication_rules (version) {
        version -> BigInt,
        body -> Text,
        put_by -> IdSql,
        put_at -> TsSql,
    }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    conduct_flags (id) {
        id -> IdSql,
        complaint_id -> IdSql,
        account_id -> IdSql,
        against -> Text,
        complainant_key -> Nullable<Text>,
        factor -> Text,
        note -> Text,
        evidence -> Text,
        raised_by -> IdSql,
        raised_on -> DaySql,
        answer_by -> DaySql,
        answered_on -> Nullable<DaySql>,
        answer -> Nullable<Binary>,
        answer_key -> Nullable<Binary>,
        withdrawn_on -> Nullable<DaySql>,
        withdrawn_why -> Nullable<Text>,
    }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    erasures (id) {
        id -> IdSql,
        complaint_id -> IdSql,
        who -> Text,
        reason -> Text,
        erased_by -> IdSql,
        at -> TsSql,
    }
}
