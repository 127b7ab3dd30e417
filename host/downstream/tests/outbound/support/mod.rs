//! What the tests stand on.

mod clock;
mod outside;
mod service;

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};
use usher_downstream::{Graph, GraphSettings};
use usher_entra::{Caller, ClientCredential, Cloud, OnBehalfOf, OnBehalfOfSettings, SignedIn, http_client};
use uuid::Uuid;

pub(crate) use clock::{ManualClock, soon};
pub(crate) use outside::{Outside, request};
pub(crate) use service::{Seen, Service};

pub(crate) const ADMINS: Uuid = Uuid::from_u128(0x9999_9999_9999_4999_8999_9999_9999_9999);
pub(crate) const AUDITORS: Uuid = Uuid::from_u128(0x8888_8888_8888_4888_8888_8888_8888_8888);

const TENANT: Uuid = Uuid::from_u128(0x1111_1111_1111_4111_8111_1111_1111_1111);

pub(crate) fn user(name: &str) -> SignedIn {
    SignedIn::testing(
        Caller::testing(name)
            .with_scope("user_impersonation")
            .expiring_at(u64::MAX / 4)
            .build(),
    )
}

/// The same user with another token.
pub(crate) fn user_with_token(name: &str, token_id: &str) -> SignedIn {
    let caller = Caller::testing(name).with_token_id(token_id).expiring_at(u64::MAX / 4);
    SignedIn::testing(caller.build())
}

/// The form of a token request.
pub(crate) fn form(seen: &Seen) -> BTreeMap<String, String> {
    url::form_urlencoded::parse(&seen.body).into_owned().collect()
}

/// An Entra that grants every exchange a new token.
pub(crate) async fn entra() -> Service {
    let issued = AtomicUsize::new(0);
    Service::new(move |seen| grant(&seen, issued.fetch_add(1, Ordering::SeqCst) + 1)).await
}

/// A token response: the token says what it is for, and which one it is.
pub(crate) fn grant(request: &Seen, number: usize) -> Response {
    let form = form(request);
    assert_eq!(form["requested_token_use"], "on_behalf_of");
    let token = format!("token-{number}-for-{}", form["scope"].split(' ').next().unwrap());
    Json(json!({"token_type": "Bearer", "expires_in": 3600, "access_token": token})).into_response()
}

/// A refusal, as Entra words it.
pub(crate) fn refuse(error: &str, more: Value) -> Response {
    let mut body = json!({"error": error, "error_description": "not for anybody's eyes"});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    (StatusCode::BAD_REQUEST, Json(body)).into_response()
}

pub(crate) fn exchanger(entra: &Service) -> Arc<OnBehalfOf> {
    let settings = OnBehalfOfSettings {
        cloud: Cloud::development(entra.url.clone()).unwrap(),
        tenant: TENANT,
        client_id: Uuid::from_u128(0xaaaa_aaaa_bbbb_4ccc_8ddd_eeee_eeee_eeee),
        cache_entries: 1_000,
        consent_redirect: None,
    };
    let credential = ClientCredential::secret("a secret for tests".to_owned().into()).unwrap();
    OnBehalfOf::new(settings, credential, http_client(&entra.url).unwrap())
}

/// Graph, with the Entra that it takes.
pub(crate) struct World {
    pub(crate) entra: Service,
    pub(crate) service: Service,
    pub(crate) graph: Arc<Graph>,
    pub(crate) clock: Arc<ManualClock>,
}

impl World {
    pub(crate) async fn new<R: IntoResponse>(script: impl Fn(Seen) -> R + Send + Sync + 'static) -> Self {
        Self::of(entra().await, Service::new(script).await, Duration::from_secs(60))
    }

    pub(crate) fn of(entra: Service, service: Service, membership_ttl: Duration) -> Self {
        let scope = "https://graph.microsoft.com/.default".parse().unwrap();
        let base = service.url.join("graph").unwrap();
        let settings = GraphSettings {
            membership_ttl,
            ..GraphSettings::new(base.clone(), scope)
        };
        let clock = Arc::new(ManualClock::default());
        let http = http_client(&base).unwrap();
        let graph = Graph::with_clock(settings, exchanger(&entra), http, Arc::clone(&clock) as _);
        Self {
            entra,
            service,
            graph,
            clock,
        }
    }
}

/// Graph's answer about groups, whichever way it was asked: the caller is in these.
pub(crate) fn members_of(seen: &Seen, groups: &[Uuid]) -> Response {
    let (path, query) = seen.target.split_once('?').unwrap_or((&seen.target, ""));
    if path.ends_with("/checkMemberGroups") {
        let question: Value = serde_json::from_slice(&seen.body).unwrap();
        let asked: Vec<Uuid> = serde_json::from_value(question["groupIds"].clone()).unwrap();
        assert!(asked.len() <= 20, "{}", asked.len());
        let found: Vec<Uuid> = asked.into_iter().filter(|group| groups.contains(group)).collect();
        return Json(json!({"value": found})).into_response();
    }
    assert!(path.ends_with("/me/transitiveMemberOf/microsoft.graph.group"), "{path}");
    let found: Vec<Value> = groups
        .iter()
        .filter(|group| query.contains(&group.to_string()))
        .map(|group| json!({"id": group}))
        .collect();
    Json(json!({"@odata.count": found.len(), "value": found})).into_response()
}

/// A Graph error.
pub(crate) fn graph_error(status: u16, code: &str) -> (StatusCode, Json<Value>) {
    let body = json!({"error": {"code": code, "message": "not for the log"}});
    (StatusCode::from_u16(status).unwrap(), Json(body))
}

/// A 401 that demands claims, as Graph words it.
pub(crate) fn claims_challenge() -> impl IntoResponse {
    let challenge = r#"Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", error="insufficient_claims", claims="eyJhY2Nlc3NfdG9rZW4iOnsibmJmIjp7ImVzc2VudGlhbCI6dHJ1ZSwgInZhbHVlIjoiMTc5NjAwMDAwMCJ9fX0=""#;
    (StatusCode::UNAUTHORIZED, [("www-authenticate", challenge)])
}
