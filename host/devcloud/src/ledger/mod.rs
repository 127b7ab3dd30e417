//! The ledger: a second protected API, to which a tool goes on behalf of its caller.
//!
//! It stands for any API of an organisation that trusts the same Entra: with an app registration of its own, for which the MCP
//! endpoint's app must exchange its caller's token. To a tool it is `https://ledger.contoso.example`; here it is
//! `{authority}/ledger`.
//!
//! | request | answer |
//! |---|---|
//! | `GET /ledger/entries` | `{"entries": […]}`, the caller's own, oldest first |
//! | `POST /ledger/entries` with `{"description": …, "amount": …}` | 201, the entry with its `id`, and its `Location` |
//! | `GET /ledger/entries/{id}` | the entry, or 404 if the caller has none of that id |
//!
//! **What comes in:** requests with a bearer token, verified as any API must: this cloud's signature and issuer, the ledger as
//! audience, the dates, the permission. More than others do it insists on who asks: only the MCP endpoint's app, on
//! behalf of a person. A token that was passed on instead of exchanged has the wrong audience, and doesn't open it.
//!
//! **What goes out:** JSON, and refusals with the challenges of RFC 6750, section 3.
//!
//! **What it never does:** show one person another's entries, or keep any beyond the process.

mod access;
mod entries;

use axum::Json;
use axum::Router;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde_json::{Value, json};

use crate::cloud::Shared;
use access::Refused;
pub(crate) use entries::Entries;
use entries::NewEntry;

/// Everything below `/ledger`.
pub(crate) fn router() -> Router<Shared> {
    Router::new()
        .route("/ledger/entries", get(list).post(add))
        .route("/ledger/entries/{id}", get(read))
}

async fn list(State(cloud): State<Shared>, headers: HeaderMap) -> Result<Json<Value>, Refused> {
    let persona = access::admit(&cloud, &headers).await?;
    Ok(Json(json!({ "entries": cloud.ledger.of(persona) })))
}

async fn read(State(cloud): State<Shared>, Path(id): Path<String>, headers: HeaderMap) -> Result<Response, Refused> {
    let persona = access::admit(&cloud, &headers).await?;
    let entry = cloud
        .ledger
        .of(persona)
        .into_iter()
        .find(|entry| entry.id.to_string() == id);
    Ok(match entry {
        Some(entry) => Json(entry).into_response(),
        None => (StatusCode::NOT_FOUND, Json(json!({ "error": "not_found" }))).into_response(),
    })
}

async fn add(
    State(cloud): State<Shared>,
    headers: HeaderMap,
    entry: Result<Json<NewEntry>, JsonRejection>,
) -> Result<Response, Refused> {
    let persona = access::admit(&cloud, &headers).await?;
    let added = match entry {
        Ok(Json(entry)) => cloud.ledger.add(persona, entry),
        Err(rejection) => Err(rejection.body_text()),
    };
    Ok(match added {
        Ok(entry) => {
            // Relative to the request's own address, whatever name the client knows that by.
            let location = [(header::LOCATION, format!("entries/{}", entry.id))];
            (StatusCode::CREATED, location, Json(entry)).into_response()
        }
        Err(reason) => {
            let body = json!({ "error": "invalid_entry", "message": reason });
            (StatusCode::BAD_REQUEST, Json(body)).into_response()
        }
    })
}
