//! The one table of routes: method, path, who may call, and the handler. The guard admits by it, the
//! server serves by it, and tests hold the contract and the roles to it.

use actix_web::web;

use super::{
    accounts, automation, bulk, complaints, conduct, consultations, contest, desk_rules, endpoints, events, examination, files, flags, lab,
    oversight, platform, platform_rules, public, queue, report_pages, reports, rights, seller, service, staff, writs,
};
use crate::workflow::Role;

/// One route.
pub struct Route {
    /// Method.
    pub method: &'static str,
    /// Path, with its parameters in braces.
    pub path: &'static str,
    /// Who may call; empty: anybody, without a key.
    pub roles: &'static [Role],
    /// The handler.
    pub serve: fn() -> actix_web::Route,
}

const ANYBODY: &[Role] = &[];
const FILERS: &[Role] = &[Role::Complainant, Role::Agent];
const DEPOSITORS: &[Role] = &[Role::Complainant, Role::Agent, Role::Examiner, Role::Lead];
const PLATFORMS: &[Role] = &[Role::Platform];
const JUDGES: &[Role] = &[Role::Examiner, Role::Lead];
const STAFF: &[Role] = &[Role::Examiner, Role::Lead, Role::Admin, Role::Auditor];
const REGISTRARS: &[Role] = &[Role::Examiner, Role::Lead, Role::Admin];
const LEADS: &[Role] = &[Role::Lead, Role::Admin];
const OVERSEERS: &[Role] = &[Role::Lead, Role::Admin, Role::Auditor];
const LEAD_ONLY: &[Role] = &[Role::Lead];
const ADMINS: &[Role] = &[Role::Admin];
const SELLERS: &[Role] = &[Role::Seller];
const OPERATORS: &[Role] = &[Role::Admin, Role::Auditor];

macro_rules! routes {
    ($($method:ident $path:literal $roles:ident $handler:path;)*) => {
        /// Every route.
        pub const ROUTES: &[Route] = &[$(Route {
            method: routes!(@word $method),
            path: $path,
            roles: $roles,
            serve: || web::$method().to($handler),
        },)*];
    };
    (@word get) => { "GET" };
    (@word post) => { "POST" };
    (@word put) => { "PUT" };
    (@word delete) => { "DELETE" };
}

routes! {
    get "/healthz" ANYBODY service::health;
    get "/readyz" ANYBODY service::ready;
    get "/metrics" OPERATORS oversight::metrics;
    get "/openapi.yaml" ANYBODY service::openapi;
    get "/v1/signing-key" ANYBODY service::signing_key;
    get "/v1/webhook-keys/{endpoint_id}" ANYBODY endpoints::keys;
    get "/v1/event-types" ANYBODY events::list;
    get "/docs" ANYBODY service::docs;
    get "/docs/{asset}" ANYBODY service::asset;

    post "/v1/invitation-acceptances" ANYBODY staff::accept;

    get "/v1/public/decisions" ANYBODY public::decisions;
    get "/v1/public/statistics" ANYBODY public::statistics;

    post "/v1/files" DEPOSITORS files::deposit;
    get "/v1/files/{file_id}" DEPOSITORS files::show;

    post "/v1/rights" FILERS rights::deposit;
    get "/v1/rights" FILERS rights::list;
    get "/v1/rights/{right_id}" FILERS rights::show;

    post "/v1/complaints" FILERS complaints::file;
    get "/v1/complaints" FILERS complaints::list;
    post "/v1/complaint-batches" FILERS complaints::file_batch;
    get "/v1/complaints/{complaint_id}" FILERS complaints::show;
    get "/v1/complaints/{complaint_id}/log" FILERS complaints::log;
    post "/v1/complaints/{complaint_id}/supplement" FILERS complaints::supplement;
    post "/v1/complaints/{complaint_id}/withdrawal" FILERS complaints::withdraw;
    get "/v1/complaints/{complaint_id}/documents" FILERS writs::list;
    get "/v1/complaints/{complaint_id}/documents/{document_id}" FILERS writs::file;
    get "/v1/complaints/{complaint_id}/deadlines" FILERS contest::deadlines;
    get "/v1/complaints/{complaint_id}/statements" FILERS contest::statements;
    get "/v1/complaints/{complaint_id}/statements/{statement_id}/evidence/{sha256}" FILERS contest::statement_evidence;
    post "/v1/complaints/{complaint_id}/statements/{statement_id}/receipt" FILERS contest::receipt;
    post "/v1/complaints/{complaint_id}/proceedings" FILERS contest::prove_proceedings;
    post "/v1/complaints/{complaint_id}/proceedings-status" FILERS contest::follow_proceedings;
    post "/v1/complaints/{complaint_id}/waiting-extension" FILERS contest::extend_waiting;
    post "/v1/complaints/{complaint_id}/reviews" FILERS contest::request_review;
    post "/v1/report-checks" DEPOSITORS complaints::check_report;

    get "/v1/conduct" FILERS flags::own;
    post "/v1/conduct/flags/{flag_id}/answer" FILERS flags::answer;

    get "/v1/platform/dispatches" PLATFORMS platform::feed;
    get "/v1/platform/dispatches/{dispatch_id}" PLATFORMS platform::dispatch;
    post "/v1/platform/dispatches/{dispatch_id}/acknowledgements" PLATFORMS platform::acknowledge;
    post "/v1/platform/dispatches/{dispatch_id}/resolutions" PLATFORMS platform::resolve;
    post "/v1/platform/relistings" PLATFORMS platform::relisting;
    post "/v1/platform/referrals" PLATFORMS consultations::refer;
    get "/v1/platform/referrals" PLATFORMS consultations::list;
    get "/v1/platform/referrals/{referral_id}" PLATFORMS consultations::show;
    post "/v1/platform/referrals/{referral_id}/withdrawal" PLATFORMS consultations::withdraw;
    get "/v1/platform/referrals/{referral_id}/documents" PLATFORMS writs::list_for_platform;
    get "/v1/platform/referrals/{referral_id}/documents/{document_id}" PLATFORMS writs::file_for_platform;
    post "/v1/platform/dispatches/{dispatch_id}/redelivery" PLATFORMS endpoints::redeliver_own;
    get "/v1/platform/rule" PLATFORMS platform_rules::show_own;
    put "/v1/platform/rule" PLATFORMS platform_rules::put_own;
    get "/v1/platform/digests/{day}" PLATFORMS platform::digest;
    get "/v1/platform/endpoints" PLATFORMS endpoints::list_own;
    post "/v1/platform/endpoints" PLATFORMS endpoints::create_own;
    get "/v1/platform/endpoints/{endpoint_id}" PLATFORMS endpoints::show;
    put "/v1/platform/endpoints/{endpoint_id}" PLATFORMS endpoints::change;
    put "/v1/platform/endpoints/{endpoint_id}/limits" PLATFORMS endpoints::limit;
    post "/v1/platform/endpoints/{endpoint_id}/secret" PLATFORMS endpoints::rotate;
    post "/v1/platform/endpoints/{endpoint_id}/pause" PLATFORMS endpoints::pause;
    post "/v1/platform/endpoints/{endpoint_id}/resumption" PLATFORMS endpoints::resume;
    post "/v1/platform/endpoints/{endpoint_id}/test" PLATFORMS endpoints::test;
    get "/v1/platform/endpoints/{endpoint_id}/attempts" PLATFORMS endpoints::attempts;
    post "/v1/platform/endpoints/{endpoint_id}/redeliveries" PLATFORMS endpoints::redeliver_failed;

    post "/v1/platform/dispatches/{dispatch_id}/seller-access" PLATFORMS seller::make_access;
    delete "/v1/platform/seller-access/{access_id}" PLATFORMS seller::revoke_access;
    get "/v1/platform/statements/{statement_id}" PLATFORMS seller::statement;
    get "/v1/platform/statements/{statement_id}/evidence/{sha256}" PLATFORMS seller::statement_evidence;
    post "/v1/platform/statements/{statement_id}/forwarding" PLATFORMS seller::forwarding;

    get "/v1/seller/complaint" SELLERS seller::show;
    get "/v1/seller/documents" SELLERS writs::list_for_seller;
    get "/v1/seller/documents/{document_id}" SELLERS writs::file_for_seller;
    post "/v1/seller/files" SELLERS files::deposit;
    post "/v1/seller/answers" SELLERS seller::answer;
    post "/v1/seller/statements" SELLERS seller::state;
    post "/v1/seller/reviews" SELLERS seller::request_review;

    get "/v1/admin/queue" STAFF queue::list;
    get "/v1/admin/queue/counts" STAFF queue::counts;
    post "/v1/admin/queue/claims" JUDGES queue::claim_next;
    get "/v1/admin/complaints" STAFF examination::list;
    get "/v1/admin/complaints/{complaint_id}" STAFF examination::show;
    get "/v1/admin/complaints/{complaint_id}/claim" STAFF queue::holder;
    post "/v1/admin/complaints/{complaint_id}/claim" JUDGES queue::claim;
    delete "/v1/admin/complaints/{complaint_id}/claim" JUDGES queue::release;
    post "/v1/admin/complaints/{complaint_id}/assignment" JUDGES queue::assign;
    post "/v1/admin/complaints/{complaint_id}/notes" JUDGES queue::note;
    post "/v1/admin/complaints/{complaint_id}/reminders" JUDGES queue::remind;
    delete "/v1/admin/complaints/{complaint_id}/reminders/{reminder_id}" JUDGES queue::end_reminder;
    get "/v1/admin/complaints/{complaint_id}/documents/{sha256}" JUDGES examination::document;
    get "/v1/admin/complaints/{complaint_id}/report-pages/{page}" JUDGES report_pages::page;
    get "/v1/admin/complaints/{complaint_id}/pictures/{sha256}" JUDGES report_pages::picture;
    post "/v1/admin/complaints/{complaint_id}/report-reading" JUDGES report_pages::read;
    get "/v1/admin/complaints/{complaint_id}/issued-documents" STAFF writs::list_for_house;
    get "/v1/admin/complaints/{complaint_id}/issued-documents/{document_id}" JUDGES writs::file_for_house;
    post "/v1/admin/complaints/{complaint_id}/decision" JUDGES examination::decide;
    post "/v1/admin/complaints/{complaint_id}/decision-confirmation" JUDGES examination::confirm_decision;
    post "/v1/admin/complaints/{complaint_id}/authenticity" JUDGES examination::grant_authenticity;
    post "/v1/admin/complaints/{complaint_id}/lift" JUDGES examination::lift;
    post "/v1/admin/complaints/{complaint_id}/track" JUDGES examination::change_track;
    get "/v1/admin/complaints/{complaint_id}/deadlines" STAFF conduct::deadlines;
    post "/v1/admin/complaints/{complaint_id}/supplement-request" JUDGES conduct::request_supplement;
    post "/v1/admin/complaints/{complaint_id}/hearing-extension" JUDGES conduct::extend_answer;
    post "/v1/admin/complaints/{complaint_id}/seller-notification" JUDGES conduct::record_notification;
    post "/v1/admin/complaints/{complaint_id}/suspension" JUDGES conduct::suspend;
    post "/v1/admin/complaints/{complaint_id}/resumption" JUDGES conduct::resume;
    post "/v1/admin/complaints/{complaint_id}/statements/{statement_id}/check" JUDGES conduct::check_statement;
    post "/v1/admin/complaints/{complaint_id}/statements/{statement_id}/arrival" JUDGES conduct::record_arrival;
    post "/v1/admin/complaints/{complaint_id}/authority-acts" JUDGES conduct::record_authority;
    post "/v1/admin/complaints/{complaint_id}/reviews/{review_id}/decision" JUDGES conduct::decide_review;
    post "/v1/admin/complaints/{complaint_id}/recusal" JUDGES conduct::recuse;
    post "/v1/admin/complaints/{complaint_id}/conduct-flags" JUDGES flags::raise;
    post "/v1/admin/complaints/{complaint_id}/erasure" ADMINS flags::erase;
    get "/v1/admin/conduct-flags/{flag_id}" STAFF flags::show;
    post "/v1/admin/conduct-flags/{flag_id}/withdrawal" JUDGES flags::withdraw;
    post "/v1/admin/complaints/{complaint_id}/referrals" JUDGES conduct::refer;
    post "/v1/admin/complaints/{complaint_id}/referrals/{referral_id}/outcome" JUDGES conduct::end_referral;
    post "/v1/admin/mails/{mail_id}/bounce" REGISTRARS conduct::bounce_mail;
    get "/v1/admin/calendar/{year}" STAFF conduct::calendar;
    put "/v1/admin/calendar/{year}" ADMINS conduct::put_calendar;
    get "/v1/admin/publication" STAFF public::rule;
    put "/v1/admin/publication" ADMINS public::put_rule;
    post "/v1/admin/bulk-decisions" JUDGES bulk::preview;
    get "/v1/admin/bulk-decisions/{bulk_id}" STAFF bulk::show;
    post "/v1/admin/bulk-decisions/{bulk_id}/start" JUDGES bulk::start;
    post "/v1/admin/bulk-decisions/{bulk_id}/stop" JUDGES bulk::stop;
    get "/v1/admin/four-eyes" STAFF desk_rules::four_eyes;
    put "/v1/admin/four-eyes" LEADS desk_rules::put_four_eyes;
    get "/v1/admin/reasons" STAFF desk_rules::reasons;
    put "/v1/admin/reasons" LEADS desk_rules::put_reasons;
    post "/v1/admin/complaints/{complaint_id}/reconsideration" JUDGES examination::reconsider;
    get "/v1/admin/complaints/{complaint_id}/case-file" JUDGES examination::case_file;
    get "/v1/admin/patents/{patent_number}" STAFF examination::register_entry;
    put "/v1/admin/patents/{patent_number}" REGISTRARS examination::put_register_entry;
    get "/v1/admin/patents/{patent_number}/versions" STAFF examination::register_versions;

    get "/v1/admin/patents/{patent_number}/reports" STAFF reports::on_patent;
    get "/v1/admin/reports/{sha256}" STAFF reports::show;
    get "/v1/admin/reports/{sha256}/file" JUDGES reports::file;
    post "/v1/admin/reports/{sha256}/revocation" JUDGES reports::revoke;

    get "/v1/admin/rights" STAFF rights::list_all;
    get "/v1/admin/rights/{right_id}" STAFF rights::show_any;
    get "/v1/admin/rights/{right_id}/documents/{sha256}" JUDGES rights::document;
    post "/v1/admin/rights/{right_id}/verification" JUDGES rights::verify;

    get "/v1/admin/policies" STAFF examination::policies;
    post "/v1/admin/policies" LEADS examination::store_policy;
    get "/v1/admin/policies/{version}" STAFF examination::policy;
    post "/v1/admin/policies/{version}/activation" LEADS examination::activate_policy;
    get "/v1/admin/policies/{version}/diff" STAFF lab::diff;
    get "/v1/admin/policies/{version}/simulations" STAFF lab::simulations;
    post "/v1/admin/policies/{version}/simulations" LEADS lab::simulate;
    get "/v1/admin/oversight" OVERSEERS oversight::show;
    get "/v1/admin/automation" STAFF automation::show;
    post "/v1/admin/automation/{basis}/suspension" LEADS automation::switch_off;
    post "/v1/admin/automation/{basis}/resumption" LEAD_ONLY automation::switch_on;
    get "/v1/admin/simulations/{simulation_id}" STAFF lab::simulation;
    post "/v1/admin/simulations/{simulation_id}/stop" LEADS lab::stop;

    get "/v1/admin/accounts" OPERATORS accounts::list;
    post "/v1/admin/accounts" ADMINS accounts::create;
    get "/v1/admin/accounts/{account_id}" OPERATORS staff::account;
    post "/v1/admin/accounts/{account_id}/suspension" ADMINS staff::suspend;
    delete "/v1/admin/accounts/{account_id}/suspension" ADMINS staff::reinstate;
    post "/v1/admin/invitations" ADMINS staff::invite;
    get "/v1/admin/house-log" OPERATORS staff::house_log;
    post "/v1/admin/accounts/{account_id}/keys" ADMINS accounts::create_key;
    post "/v1/admin/accounts/{account_id}/keys/{key_id}/rotation" ADMINS staff::rotate_key;
    delete "/v1/admin/accounts/{account_id}/keys/{key_id}" ADMINS accounts::revoke_key;
    get "/v1/admin/platforms" OPERATORS accounts::platforms;
    post "/v1/admin/platforms" ADMINS accounts::create_platform;
    get "/v1/admin/platforms/{platform_code}/rule" STAFF platform_rules::show;
    put "/v1/admin/platforms/{platform_code}/rule" ADMINS platform_rules::put;
    get "/v1/admin/platforms/{platform_code}/endpoints" OPERATORS endpoints::list;
    post "/v1/admin/platforms/{platform_code}/endpoints" ADMINS endpoints::create;
    get "/v1/admin/endpoints/{endpoint_id}" OPERATORS endpoints::show;
    put "/v1/admin/endpoints/{endpoint_id}" ADMINS endpoints::change;
    put "/v1/admin/endpoints/{endpoint_id}/limits" ADMINS endpoints::limit;
    post "/v1/admin/endpoints/{endpoint_id}/secret" ADMINS endpoints::rotate;
    post "/v1/admin/endpoints/{endpoint_id}/pause" ADMINS endpoints::pause;
    post "/v1/admin/endpoints/{endpoint_id}/resumption" ADMINS endpoints::resume;
    post "/v1/admin/endpoints/{endpoint_id}/test" ADMINS endpoints::test;
    get "/v1/admin/endpoints/{endpoint_id}/attempts" OPERATORS endpoints::attempts;
    post "/v1/admin/endpoints/{endpoint_id}/redeliveries" ADMINS endpoints::redeliver_failed;
    get "/v1/admin/dispatches/{dispatch_id}" STAFF examination::dispatch;
    post "/v1/admin/dispatches/{dispatch_id}/redelivery" ADMINS endpoints::redeliver;
}

/// The route of a method and path pattern.
pub fn find(method: &str, path: &str) -> Option<&'static Route> {
    ROUTES.iter().find(|r| r.method == method && r.path == path)
}
