//! The page at the root, for whoever opens the address to see what it is.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::{Page, Text, initial};
use crate::cloud::Shared;
use crate::personas::{PERSONAS, Persona};

/// `GET /`.
pub(crate) async fn show(State(cloud): State<Shared>) -> Response {
    let addresses = &cloud.addresses;
    let endpoints: String = [
        ("MCP server", addresses.mcp_url().to_owned()),
        ("Issuer", addresses.issuer()),
        ("Discovery", addresses.discovery()),
        ("Signing keys", addresses.jwks_uri()),
        ("Authorization endpoint", addresses.authorization_endpoint()),
        ("Token endpoint", addresses.token_endpoint()),
        ("Registration endpoint", addresses.registration_endpoint()),
        ("Microsoft Graph", addresses.graph()),
        ("Second API, the ledger", addresses.ledger()),
        ("Managed identity endpoint", addresses.identity_endpoint()),
        ("For programs", format!("{}/dev.json", addresses.authority())),
        ("Scope", addresses.scope()),
        ("Tenant", addresses.tenant_id().to_owned()),
        ("Audience of tokens", addresses.client_id().to_owned()),
    ]
    .iter()
    .map(|(name, value)| {
        format!(
            "<div><dt>{}</dt><dd><code>{}</code></dd></div>\n",
            Text(name),
            Text(value)
        )
    })
    .collect();
    let tickets = |troubled: bool| -> String {
        let listed = PERSONAS.iter().filter(|persona| persona.trouble.is_some() == troubled);
        listed.map(ticket).collect()
    };
    let body = format!(
        "<main class=\"split\">\n<header>\n<h1>A stand-in for Microsoft Entra ID</h1>\n\
         <p class=\"lede\">It signs people in to the MCP server on this machine, with the tokens, keys and errors that \
         Entra has. There is nothing to do here: connect an MCP client to the MCP server’s address, and it will bring \
         you back when somebody has to sign in.</p>\n</header>\n\
         <section>\n<h2>Who can sign in</h2>\n<ul class=\"tickets\">\n{ordinary}</ul>\n\
         <details class=\"more\"><summary>Trouble, on demand</summary>\n<ul class=\"tickets\">\n{troubled}</ul>\n\
         </details>\n\
         <p class=\"hint\">A bearer token for scripts: <code>usher dev token --as member</code></p>\n</section>\n\
         <dl class=\"facts\">\n{endpoints}</dl>\n</main>",
        ordinary = tickets(false),
        troubled = tickets(true),
    );
    Page {
        status: StatusCode::OK,
        title: "Development Entra",
        body,
        form_action: String::new(),
    }
    .response()
}

fn ticket(persona: &Persona) -> String {
    format!(
        "<li class=\"ticket\"><span class=\"stub stub-{name}\" aria-hidden=\"true\">{initial}</span>\
         <span class=\"who\"><span class=\"name\">{display_name}</span>\
         <span class=\"username\"><code>{name}</code><span>{object_id}</span></span>\
         <span class=\"what\">{summary}</span></span></li>\n",
        name = Text(persona.name),
        initial = Text(initial(persona.display_name)),
        display_name = Text(persona.display_name),
        object_id = Text(persona.object_id),
        summary = Text(persona.summary),
    )
}
