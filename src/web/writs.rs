//! Documents this centre issued (文书), for the complainant, for the house, for a platform that asked for an opinion, and
//! for a seller about its own listings.

use actix_web::http::header::{CONTENT_DISPOSITION, X_CONTENT_TYPE_OPTIONS};
use actix_web::{HttpResponse, web};
use bytes::Bytes;
use uuid::Uuid;

use super::guard::Who;
use super::{Problem, Web};
use crate::workflow::WritView;

type Answer = Result<HttpResponse, Problem>;
type Named = web::Path<(String, String)>;

fn list_of(items: Vec<WritView>) -> HttpResponse {
    HttpResponse::Ok().json(serde_json::json!({ "items": items }))
}

/// A PDF of ours: a browser may show it. Its name is its hash; a number is no file name everywhere.
fn pdf((view, bytes): (WritView, Bytes)) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("application/pdf")
        .insert_header((CONTENT_DISPOSITION, format!("inline; filename=\"{}.pdf\"", view.sha256)))
        .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .body(bytes)
}

async fn named(web: &Web, path: Named) -> Result<(Uuid, Uuid), Problem> {
    let (complaint, writ) = path.into_inner();
    Ok((web.desk.complaint_id(&complaint).await?, writ.parse().map_err(|_| Problem::not_found())?))
}

/// `GET /v1/complaints/{complaint_id}/documents`
pub async fn list(web: web::Data<Web>, Who(caller): Who, path: web::Path<String>) -> Answer {
    let id = web.desk.complaint_id(&path).await?;
    Ok(list_of(web.desk.writs(&caller, id).await?))
}

/// `GET /v1/complaints/{complaint_id}/documents/{document_id}`
pub async fn file(web: web::Data<Web>, Who(caller): Who, path: Named) -> Answer {
    let ids = named(&web, path).await?;
    Ok(pdf(web.desk.writ(&caller, ids).await?))
}

/// `GET /v1/platform/referrals/{referral_id}/documents`
pub async fn list_for_platform(web: web::Data<Web>, Who(caller): Who, path: web::Path<String>) -> Answer {
    let id = web.desk.complaint_id(&path).await?;
    Ok(list_of(web.desk.writs_for_platform(&caller, id).await?))
}

/// `GET /v1/platform/referrals/{referral_id}/documents/{document_id}`
pub async fn file_for_platform(web: web::Data<Web>, Who(caller): Who, path: Named) -> Answer {
    let ids = named(&web, path).await?;
    Ok(pdf(web.desk.writ_for_platform(&caller, ids).await?))
}

/// `GET /v1/seller/documents`
pub async fn list_for_seller(web: web::Data<Web>, Who(caller): Who) -> Answer {
    Ok(list_of(web.desk.writs_for_seller(&caller).await?))
}

/// `GET /v1/seller/documents/{document_id}`
pub async fn file_for_seller(web: web::Data<Web>, Who(caller): Who, path: web::Path<String>) -> Answer {
    let writ = path.parse().map_err(|_| Problem::not_found())?;
    Ok(pdf(web.desk.writ_for_seller(&caller, writ).await?))
}

/// `GET /v1/admin/complaints/{complaint_id}/issued-documents`
pub async fn list_for_house(web: web::Data<Web>, path: web::Path<String>) -> Answer {
    let id = web.desk.complaint_id(&path).await?;
    Ok(list_of(web.desk.all_writs(id).await?))
}

/// `GET /v1/admin/complaints/{complaint_id}/issued-documents/{document_id}`
pub async fn file_for_house(web: web::Data<Web>, path: Named) -> Answer {
    let ids = named(&web, path).await?;
    Ok(pdf(web.desk.any_writ(ids).await?))
}
