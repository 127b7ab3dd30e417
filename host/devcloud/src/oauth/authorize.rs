//! The authorization endpoint: the sign-in page, or straight back with a code.
//!
//! Entra skips its page when it can tell who it is. Here, `login_hint` names a persona for that, which lets a program
//! without a browser follow the whole flow. A page on some other site must not be able to sign anybody in unseen, so a
//! browser that says that it comes from elsewhere is always shown the page.

use std::time::Instant;

use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, header};
use axum::response::Response;

use super::codes::CodeGrant;
use super::errors::{EntraError, Trace};
use super::params::Params;
use super::request::{AuthorizationRequest, Refusal};
use super::session::Session;
use crate::cloud::{Cloud, Shared};
use crate::pages;
use crate::pages::error::Advice;
use crate::personas::Persona;
use crate::traffic::Endpoint;

/// `GET /{t}/oauth2/v2.0/authorize`.
pub(crate) async fn show(
    State(cloud): State<Shared>,
    Path(tenant): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let trace = Trace::new(&headers);
    let query = query.unwrap_or_default();
    let request = match read(&cloud, &tenant, &query, &trace).await {
        Ok(request) => request,
        Err(refused) => return *refused,
    };
    let hinted = request
        .login_hint
        .as_deref()
        .and_then(Persona::hinted)
        .filter(|_| !from_elsewhere(&headers));
    match (request.prompt.as_deref(), hinted) {
        // Consent is always given here, so asking for it changes nothing.
        (None | Some("none" | "consent"), Some(persona)) => sign_in(&cloud, request, persona, &trace),
        (Some("none"), None) => request.answer_to.refuse(&trace, &EntraError::no_silent_sign_in()),
        _ => pages::sign_in::render(&cloud.addresses, &request),
    }
}

/// `POST /{t}/oauth2/v2.0/authorize?{the same query}`: the sign-in page's form. Nothing of the request is kept between
/// page and form: it comes back in the query and is checked anew.
pub(crate) async fn submit(
    State(cloud): State<Shared>,
    Path(tenant): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    form: String,
) -> Response {
    let trace = Trace::new(&headers);
    let refuse = |error: EntraError, advice: &str| pages::error::render(&error, &Advice::new(advice), &trace);
    if from_elsewhere(&headers) || !same_origin(&headers) {
        return refuse(
            EntraError::malformed_request(),
            "The form was sent by a page of another site, which may not sign you in.",
        );
    }
    let request = match read(&cloud, &tenant, &query.unwrap_or_default(), &trace).await {
        Ok(request) => request,
        Err(refused) => return *refused,
    };
    let form = match Params::parse(&form) {
        Ok(form) => form,
        Err(error) => return refuse(error, "The form was not sent by the sign-in page."),
    };
    if form.get("cancel").is_some() {
        let error = EntraError::declined(&request.client.name);
        return request.answer_to.refuse(&trace, &error);
    }
    match form.get("persona").and_then(Persona::named) {
        Some(persona) => sign_in(&cloud, request, persona, &trace),
        None => refuse(
            EntraError::malformed_request(),
            "Nobody was chosen. Go back and choose whom to sign in as.",
        ),
    }
}

async fn read(cloud: &Cloud, tenant: &str, query: &str, trace: &Trace) -> Result<AuthorizationRequest, Box<Response>> {
    if let Err(failure) = cloud.traffic.arrive(Endpoint::Authorize, None).await {
        let advice = Advice::new("This failure was asked for through the control API. Try again.");
        return Err(Box::new(pages::error::render(
            &EntraError::planned(&failure),
            &advice,
            trace,
        )));
    }
    AuthorizationRequest::read(cloud, tenant, query)
        .await
        .map_err(|refusal| {
            Box::new(match refusal {
                Refusal::Page { error, advice } => pages::error::render(&error, &advice, trace),
                Refusal::Redirect { to, error } => to.refuse(trace, &error),
            })
        })
}

fn sign_in(cloud: &Cloud, request: AuthorizationRequest, persona: &'static Persona, trace: &Trace) -> Response {
    let session = Session::new(&request.claims);
    tracing::info!(persona = persona.name, azp = request.client.id, "signed in");
    if request.asks_for_consent() {
        // Whoever goes on from the page has agreed to what it said.
        cloud.consents.set(persona, request.scopes.audience, true);
    }
    let session_state = session.id.clone();
    let code = cloud.issued.keep(cloud.codes.issue(
        CodeGrant {
            client_id: request.client.id,
            redirect_uri: request.redirect_uri,
            challenge: request.challenge,
            resources: request.resources,
            scopes: request.scopes,
            persona,
            session,
            nonce: request.nonce,
        },
        Instant::now(),
    ));
    request
        .answer_to
        .redirect(trace, &[("code", &code), ("session_state", &session_state)])
}

/// Whether a browser says that another site's page led here (Fetch Metadata). Programs send no such header.
fn from_elsewhere(headers: &HeaderMap) -> bool {
    headers
        .get("sec-fetch-site")
        .is_some_and(|site| site == "cross-site" || site == "same-site")
}

/// Whether the form, if it says where it was shown, was shown by this server.
fn same_origin(headers: &HeaderMap) -> bool {
    let Some(origin) = headers.get(header::ORIGIN) else {
        return true;
    };
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok())
        .unwrap_or_default();
    origin.to_str().is_ok_and(|origin| origin == format!("http://{host}"))
}
