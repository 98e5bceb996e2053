//! The one table of routes: method, path, who may call, and the handler. The guard admits by it, the
//! server serves by it, and tests hold the contract and the roles to it.

use actix_web::web;

use super::{accounts, complaints, examination, files, platform, queue, service};
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
const ADMINS: &[Role] = &[Role::Admin];
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
    get "/openapi.yaml" ANYBODY service::openapi;
    get "/docs" ANYBODY service::docs;
    get "/docs/{asset}" ANYBODY service::asset;

    post "/v1/files" DEPOSITORS files::deposit;
    get "/v1/files/{file_id}" DEPOSITORS files::show;

    post "/v1/complaints" FILERS complaints::file;
    get "/v1/complaints" FILERS complaints::list;
    post "/v1/complaint-batches" FILERS complaints::file_batch;
    get "/v1/complaints/{complaint_id}" FILERS complaints::show;
    get "/v1/complaints/{complaint_id}/log" FILERS complaints::log;
    post "/v1/complaints/{complaint_id}/supplement" FILERS complaints::supplement;
    post "/v1/complaints/{complaint_id}/withdrawal" FILERS complaints::withdraw;
    post "/v1/report-checks" DEPOSITORS complaints::check_report;

    get "/v1/platform/dispatches" PLATFORMS platform::feed;
    get "/v1/platform/dispatches/{dispatch_id}" PLATFORMS platform::dispatch;
    post "/v1/platform/dispatches/{dispatch_id}/acknowledgements" PLATFORMS platform::acknowledge;

    get "/v1/admin/queue" STAFF queue::list;
    get "/v1/admin/queue/counts" STAFF queue::counts;
    post "/v1/admin/queue/claims" JUDGES queue::claim_next;
    get "/v1/admin/complaints" STAFF examination::list;
    get "/v1/admin/complaints/{complaint_id}" STAFF examination::show;
    post "/v1/admin/complaints/{complaint_id}/claim" JUDGES queue::claim;
    delete "/v1/admin/complaints/{complaint_id}/claim" JUDGES queue::release;
    get "/v1/admin/complaints/{complaint_id}/documents/{sha256}" JUDGES examination::document;
    post "/v1/admin/complaints/{complaint_id}/decision" JUDGES examination::decide;
    post "/v1/admin/complaints/{complaint_id}/authenticity" JUDGES examination::grant_authenticity;
    post "/v1/admin/complaints/{complaint_id}/lift" JUDGES examination::lift;
    post "/v1/admin/complaints/{complaint_id}/track" JUDGES examination::change_track;
    get "/v1/admin/patents/{patent_number}" STAFF examination::register_entry;
    put "/v1/admin/patents/{patent_number}" REGISTRARS examination::put_register_entry;

    get "/v1/admin/policies" STAFF examination::policies;
    post "/v1/admin/policies" LEADS examination::store_policy;
    get "/v1/admin/policies/{version}" STAFF examination::policy;
    post "/v1/admin/policies/{version}/activation" LEADS examination::activate_policy;

    get "/v1/admin/accounts" OPERATORS accounts::list;
    post "/v1/admin/accounts" ADMINS accounts::create;
    post "/v1/admin/accounts/{account_id}/keys" ADMINS accounts::create_key;
    delete "/v1/admin/accounts/{account_id}/keys/{key_id}" ADMINS accounts::revoke_key;
    get "/v1/admin/accounts/{account_id}/rights/{patent_number}" STAFF examination::right;
    put "/v1/admin/accounts/{account_id}/rights/{patent_number}" JUDGES examination::put_right;
    get "/v1/admin/platforms" OPERATORS accounts::platforms;
    post "/v1/admin/platforms" ADMINS accounts::create_platform;
    get "/v1/admin/platforms/{platform_code}/endpoints" OPERATORS accounts::endpoints;
    post "/v1/admin/platforms/{platform_code}/endpoints" ADMINS accounts::create_endpoint;
    post "/v1/admin/endpoints/{endpoint_id}/secret" ADMINS accounts::rotate_secret;
    post "/v1/admin/endpoints/{endpoint_id}/pause" ADMINS accounts::pause_endpoint;
    post "/v1/admin/endpoints/{endpoint_id}/resumption" ADMINS accounts::resume_endpoint;
    get "/v1/admin/dispatches/{dispatch_id}" STAFF examination::dispatch;
    post "/v1/admin/dispatches/{dispatch_id}/redelivery" ADMINS accounts::redeliver;
}

/// The route of a method and path pattern.
pub fn find(method: &str, path: &str) -> Option<&'static Route> {
    ROUTES.iter().find(|r| r.method == method && r.path == path)
}
