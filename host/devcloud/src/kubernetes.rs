//! A Kubernetes cluster, as far as Entra sees one: the issuer of projected service account tokens, whose keys anybody
//! may fetch (Kubernetes documentation, "Service account issuer discovery").

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::cloud::{Cloud, Shared};
use crate::keys::KeyError;

/// `GET /kubernetes/.well-known/openid-configuration`.
pub(crate) async fn configuration(State(cloud): State<Shared>) -> Json<Value> {
    let issuer = cloud.addresses.cluster_issuer();
    Json(json!({
        "issuer": issuer,
        "jwks_uri": format!("{issuer}/openid/v1/jwks"),
        "response_types_supported": ["id_token"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
    }))
}

/// `GET /kubernetes/openid/v1/jwks`.
pub(crate) async fn keys(State(cloud): State<Shared>) -> Response {
    let document =
        tokio::task::spawn_blocking(move || cloud.cluster.get().map(|key| json!({ "keys": [key.plain_jwk()] })));
    match document.await {
        Ok(Ok(document)) => Json(document).into_response(),
        _ => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// The token that the kubelet writes into a pod: about the service account of a namespace, for an audience, ending
/// `lifetime` seconds from now.
pub(crate) fn projected_token(
    cloud: &Cloud,
    (namespace, account): (&str, &str),
    audience: &str,
    lifetime: i64,
    patch: &Map<String, Value>,
) -> Result<String, KeyError> {
    let now = OffsetDateTime::now_utc().unix_timestamp();
    let mut claims = Map::new();
    claims.insert("aud".into(), json!([audience]));
    claims.insert("exp".into(), json!(now.saturating_add(lifetime)));
    claims.insert("iat".into(), json!(now));
    claims.insert("nbf".into(), json!(now));
    claims.insert("iss".into(), json!(cloud.addresses.cluster_issuer()));
    claims.insert("jti".into(), json!(Uuid::new_v4().to_string()));
    let about = json!({
        "namespace": namespace,
        "serviceaccount": { "name": account, "uid": Uuid::new_v4().to_string() },
    });
    claims.insert("kubernetes.io".into(), about);
    let subject = format!("system:serviceaccount:{namespace}:{account}");
    claims.insert("sub".into(), json!(subject));
    crate::tokens::merge(&mut claims, patch);
    let key = cloud.cluster.get()?;
    key.sign(&json!({ "alg": "RS256", "kid": key.kid() }), &Value::Object(claims))
}
