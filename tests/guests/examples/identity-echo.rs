//! Says who is calling.

use usher_sdk::prelude::*;

#[derive(Serialize, JsonSchema)]
struct Seen {
    tenant: String,
    object: String,
    kind: String,
    display_name: Option<String>,
    username: Option<String>,
    roles: Vec<String>,
    scopes: Vec<String>,
}

/// Says who is calling.
#[tool(read_only = true, open_world = false)]
fn identity_echo() -> Result<Seen, Error> {
    let caller = identity::caller();
    Ok(Seen {
        tenant: caller.tenant_id,
        object: caller.object_id,
        kind: format!("{:?}", caller.kind),
        display_name: caller.display_name,
        username: caller.username,
        roles: caller.roles,
        scopes: caller.scopes,
    })
}

usher_sdk::export!(identity_echo);
