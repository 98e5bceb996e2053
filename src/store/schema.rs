//! The tables, as both databases have them; `migrations/` is what makes them so, and a test compares
//! the two. Used by the statements of this module only.

mod conduct;
mod desk;
mod issued;
mod lab;
mod outbox;

pub use conduct::*;
pub use desk::*;
pub use issued::*;
pub use lab::*;
pub use outbox::*;

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    accounts (id) {
        id -> IdSql,
        role -> Text,
        name -> Text,
        platform -> Nullable<Text>,
        filings_per_hour_max -> Nullable<BigInt>,
        created_at -> TsSql,
        suspended_at -> Nullable<TsSql>,
        suspended_why -> Nullable<Text>,
        version -> BigInt,
    }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    api_keys (id) {
        id -> IdSql,
        account_id -> IdSql,
        hash -> Binary,
        created_at -> TsSql,
        revoked_at -> Nullable<TsSql>,
    }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    platforms (code) {
        code -> Text,
        name -> Text,
        sites -> Text,
        feed_seq -> BigInt,
        created_at -> TsSql,
        forwarding -> Text,
    }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    platform_rules (platform, version) {
        platform -> Text,
        version -> BigInt,
        body -> Text,
        put_by -> IdSql,
        put_by_role -> Text,
        put_at -> TsSql,
    }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    patents (number) {
        number -> Text,
        version -> BigInt,
        entry -> Text,
        put_by -> IdSql,
        put_at -> TsSql,
    }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    patent_versions (number, version) {
        number -> Text,
        version -> BigInt,
        entry -> Text,
        put_by -> IdSql,
        put_at -> TsSql,
    }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    register_imports (sha256) {
        sha256 -> Text,
        file_name -> Text,
        offset_bytes -> BigInt,
        line_number -> BigInt,
        put -> BigInt,
        unchanged -> BigInt,
        refused -> BigInt,
        started_at -> TsSql,
        updated_at -> TsSql,
        finished_at -> Nullable<TsSql>,
    }
}
diesel::table! {
    register_import_errors (sha256, line_number) {
        sha256 -> Text,
        line_number -> BigInt,
        number -> Text,
        code -> Text,
        message -> Text,
    }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    rights (id) {
        id -> IdSql,
        account_id -> IdSql,
        patent_number -> Text,
        digest -> Text,
        body -> Text,
        sealed -> Binary,
        key -> Binary,
        state -> Text,
        deposited_at -> TsSql,
    }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    right_verifications (right_id, n) {
        right_id -> IdSql,
        n -> Integer,
        part -> Text,
        result -> Text,
        evidence -> Text,
        reasons -> Text,
        examiner -> IdSql,
        at -> TsSql,
    }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    right_files (right_id, file_id) {
        right_id -> IdSql,
        file_id -> IdSql,
    }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    policies (version) {
        version -> BigInt,
        body -> Text,
        created_by -> IdSql,
        created_at -> TsSql,
        active_from -> Nullable<TsSql>,
        activation -> Nullable<BigInt>,
    }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    events (complaint_id, seq) {
        complaint_id -> IdSql,
        seq -> Integer,
        at -> TsSql,
        actor -> Text,
        kind -> Text,
        body -> Text,
        hash -> Binary,
    }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    complaints (id) {
        id -> IdSql,
        reference -> Text,
        account_id -> IdSql,
        client_reference -> Nullable<Text>,
        state -> Text,
        closed_why -> Nullable<Text>,
        track -> Nullable<Text>,
        patent_number -> Text,
        overall -> Nullable<Text>,
        policy_version -> Nullable<BigInt>,
        due_on -> Nullable<DaySql>,
        queue_on -> Nullable<DaySql>,
        filed_at -> TsSql,
        updated_at -> TsSql,
        last_seq -> Integer,
        last_hash -> Binary,
        pending -> Integer,
        sealed_seq -> Integer,
        reopened -> Nullable<Text>,
        referred_by -> Nullable<Text>,
    }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    listings (complaint_id, line) {
        complaint_id -> IdSql,
        line -> Integer,
        product -> Integer,
        site -> Nullable<Text>,
        id_space -> Nullable<Text>,
        item_id -> Nullable<Text>,
        sku -> Nullable<Text>,
        item_key -> Nullable<Text>,
        shop -> Nullable<Text>,
        platform -> Nullable<Text>,
        url -> Nullable<Text>,
        determination -> Text,
        measure -> Text,
        by_human -> Bool,
        live_key -> Nullable<Text>,
        termination_proposed -> Bool,
    }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    notices (complaint_id, seq) {
        complaint_id -> IdSql,
        seq -> Integer,
        body -> Text,
    }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    parties (id) {
        id -> IdSql,
        complaint_id -> IdSql,
        role -> Text,
        sealed -> Binary,
        key -> Binary,
        created_at -> TsSql,
        person_key -> Nullable<Text>,
        name_key -> Nullable<Text>,
        name_rest -> Nullable<Binary>,
        queue_on -> Nullable<DaySql>,
    }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    examinations (complaint_id, seq) {
        complaint_id -> IdSql,
        seq -> Integer,
        body -> Text,
    }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    files (id) {
        id -> IdSql,
        account_id -> IdSql,
        sha256 -> Text,
        bytes -> BigInt,
        media_type -> Text,
        created_at -> TsSql,
    }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    complaint_files (complaint_id, file_id) {
        complaint_id -> IdSql,
        file_id -> IdSql,
    }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    report_readings (sha256, reader_version) {
        sha256 -> Text,
        reader_version -> Integer,
        facts -> Text,
        read_at -> TsSql,
    }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    report_grants (id) {
        id -> IdSql,
        sha256 -> Text,
        level -> Text,
        examiner -> IdSql,
        complaint_id -> Nullable<IdSql>,
        evidence -> Text,
        counts -> Bool,
        at -> TsSql,
        n -> Integer,
    }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    reports (sha256) {
        sha256 -> Text,
        patent_number -> Text,
        account_id -> IdSql,
        filed_at -> TsSql,
    }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    report_revocations (sha256) {
        sha256 -> Text,
        reason -> Text,
        document_sha256 -> Text,
        note -> Text,
        examiner -> IdSql,
        at -> TsSql,
    }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    report_page_readings (id) {
        id -> IdSql,
        sha256 -> Text,
        examiner -> IdSql,
        complaint_id -> IdSql,
        reading -> Text,
        at -> TsSql,
    }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    items (platform, item_key) {
        platform -> Text,
        item_key -> Text,
        version -> BigInt,
        measures_in_force -> Text,
    }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    dispatches (id) {
        id -> IdSql,
        platform -> Text,
        kind -> Text,
        complaint_id -> IdSql,
        seq -> Integer,
        part -> Integer,
        feed_seq -> BigInt,
        issued_at -> TsSql,
        deliver_until -> TsSql,
        body -> Text,
        sha256 -> Text,
    }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    dispatch_lines (dispatch_id, n) {
        dispatch_id -> IdSql,
        n -> Integer,
        line -> Integer,
        item_key -> Text,
        item_version -> BigInt,
    }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    acks (dispatch_id, n, step) {
        dispatch_id -> IdSql,
        n -> Integer,
        step -> Text,
        reason -> Nullable<Text>,
        at -> TsSql,
        received_at -> TsSql,
        measure -> Nullable<Text>,
        note -> Nullable<Text>,
        first_listed_on -> Nullable<DaySql>,
        sold_before -> Nullable<DaySql>,
    }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    mails (id) {
        id -> IdSql,
        complaint_id -> IdSql,
        party_id -> IdSql,
        template -> Text,
        language -> Text,
        reference -> Text,
        state -> Text,
        due_at -> TsSql,
        lease_until -> Nullable<TsSql>,
        fence -> BigInt,
        attempts -> Integer,
        last_error -> Nullable<Text>,
        side -> Text,
        about -> Nullable<IdSql>,
        day -> Nullable<DaySql>,
        written_at -> TsSql,
        ended_at -> Nullable<TsSql>,
    }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    idempotency (account_id, key) {
        account_id -> IdSql,
        key -> Text,
        route -> Text,
        fingerprint -> Binary,
        status -> Integer,
        answer -> Binary,
        created_at -> TsSql,
        complaint_id -> Nullable<IdSql>,
        seq -> Nullable<Integer>,
        cut_at -> Nullable<Integer>,
    }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    desk_claims (complaint_id) {
        complaint_id -> IdSql,
        examiner -> IdSql,
        claimed_at -> TsSql,
        lease_until -> TsSql,
        assigned_by -> Nullable<IdSql>,
    }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    seals (n) {
        n -> BigInt,
        at -> TsSql,
        body -> Text,
        hash -> Binary,
        signature -> Binary,
    }
}

diesel::allow_columns_to_appear_in_same_group_by_clause!(listings::platform, outcomes::automatic, outcomes::overturned, outcomes::late);
diesel::joinable!(api_keys -> accounts (account_id));
diesel::joinable!(desk_marks -> complaints (complaint_id));
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    jobs (kind, subject) {
        kind -> Text,
        subject -> Text,
        due_at -> TsSql,
        lease_until -> Nullable<TsSql>,
        fence -> BigInt,
        attempts -> Integer,
        progress -> Nullable<Text>,
        last_error -> Nullable<Text>,
    }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    calendars (year, version) {
        year -> Integer,
        version -> BigInt,
        body -> Text,
        put_by -> IdSql,
        put_at -> TsSql,
    }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    seller_access (id) {
        id -> IdSql,
        dispatch_id -> IdSql,
        complaint_id -> IdSql,
        platform -> Text,
        lines -> Text,
        identified -> Bool,
        hash -> Binary,
        created_at -> TsSql,
        expires_at -> TsSql,
        revoked_at -> Nullable<TsSql>,
    }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    submissions (id) {
        id -> IdSql,
        complaint_id -> IdSql,
        kind -> Text,
        access_id -> Nullable<IdSql>,
        party_id -> IdSql,
        created_at -> TsSql,
    }
}
diesel::allow_tables_to_appear_in_same_query!(
    accounts,
    api_keys,
    platforms,
    platform_rules,
    endpoints,
    lanes,
    webhook_keys,
    patents,
    patent_versions,
    register_imports,
    register_import_errors,
    rights,
    right_verifications,
    right_files,
    policies,
    events,
    complaints,
    listings,
    notices,
    parties,
    examinations,
    files,
    complaint_files,
    report_readings,
    report_grants,
    reports,
    report_revocations,
    report_page_readings,
    items,
    dispatches,
    dispatch_lines,
    deliveries,
    attempts,
    dispatch_pulls,
    acks,
    mails,
    idempotency,
    desk_claims,
    seals,
    jobs,
    calendars,
    seller_access,
    submissions,
    outcomes,
    published,
    publication_rules,
    conduct_flags,
    erasures,
    writ_numbers,
    writs,
    writ_copies,
    writ_bytes,
    case_files,
    desk_bulk_items,
    desk_bulks,
    desk_marks,
    desk_notes,
    desk_rules,
    desk_reminders,
    triage_facts,
    simulations,
    house_log,
    house_log_tip,
    invitations,
    automation_switches,
    account_mails,
    house_mails,
);
