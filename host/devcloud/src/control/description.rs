//! `GET /dev.json`: the names, addresses and secrets of this cloud, none of which opens anything elsewhere.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use crate::addresses::LEDGER_CLIENT_ID;
use crate::clients::credentials::SERVICE_ACCOUNT;
use crate::clients::{
    APPLICATIONS, AZURE_CLI_CLIENT_ID, MANAGED_IDENTITY_CLIENT_ID, MANAGED_IDENTITY_PRINCIPAL_ID,
    MANAGED_IDENTITY_RESOURCE_ID, VSCODE_CLIENT_ID,
};
use crate::cloud::{Cloud, Shared};
use crate::graph;
use crate::personas::PERSONAS;

/// The origin for which the ledger stands in: what an operator's grant names.
const LEDGER_ORIGIN: &str = "https://ledger.contoso.example";

pub(super) async fn show(State(cloud): State<Shared>) -> Json<Value> {
    Json(description(&cloud))
}

/// Everything that a program needs to know of this cloud.
pub(crate) fn description(cloud: &Cloud) -> Value {
    let addresses = &cloud.addresses;
    let personas: Vec<Value> = PERSONAS
        .iter()
        .map(|persona| {
            json!({
                "name": persona.name,
                "display_name": persona.display_name,
                "object_id": persona.object_id,
                "username": persona.username,
                "roles": persona.roles,
                "scopes": persona.scopes,
                "trouble": persona.trouble,
                "summary": persona.summary,
            })
        })
        .collect();
    let daemons: Vec<Value> = APPLICATIONS
        .iter()
        .filter(|application| application.has_secret && application.client_id != addresses.client_id())
        .map(|application| {
            json!({
                "name": application.name,
                "client_id": application.client_id,
                "object_id": application.object_id,
                "roles": application.roles,
            })
        })
        .collect();
    json!({
        "mcp": addresses.mcp_url(),
        "issuer": addresses.issuer(),
        "authority": addresses.authority(),
        "graph": addresses.graph(),
        "groups": graph::groups::names().collect::<BTreeMap<_, _>>(),
        "tenant": addresses.tenant_id(),
        "client_id": addresses.client_id(),
        "client_secret": cloud.state().client_secret,
        "scope": addresses.scope(),
        "public_client_ids": [VSCODE_CLIENT_ID, AZURE_CLI_CLIENT_ID],
        "daemons": daemons,
        "personas": personas,
        "ledger": {
            "origin": LEDGER_ORIGIN,
            "url": addresses.ledger(),
            "scope": addresses.ledger_scope(),
            "client_id": LEDGER_CLIENT_ID,
        },
        "managed_identity": {
            "endpoint": addresses.identity_endpoint(),
            "header": cloud.identity_header,
            "client_id": MANAGED_IDENTITY_CLIENT_ID,
            "principal_id": MANAGED_IDENTITY_PRINCIPAL_ID,
            "resource_id": MANAGED_IDENTITY_RESOURCE_ID,
        },
        "imds": addresses.authority(),
        "kubernetes": { "issuer": addresses.cluster_issuer(), "subject": SERVICE_ACCOUNT },
        "discovery": addresses.discovery(),
        "jwks_uri": addresses.jwks_uri(),
        "authorization_endpoint": addresses.authorization_endpoint(),
        "token_endpoint": addresses.token_endpoint(),
        "registration_endpoint": addresses.registration_endpoint(),
        "consent_redirect": addresses.consented(),
        "dev_token_endpoint": format!("{}/dev/token", addresses.authority()),
    })
}
