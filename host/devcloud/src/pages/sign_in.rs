//! The sign-in page: who is asking for what, and whom to be.

use axum::http::StatusCode;
use axum::response::Response;

use super::{Page, Text, initial};
use crate::addresses::Addresses;
use crate::clients::redirects::form_action_sources;
use crate::oauth::request::AuthorizationRequest;
use crate::oauth::scopes::Audience;
use crate::personas::{PERSONAS, Persona};

/// Renders the page. Its form has no address of its own, so it goes to where the page is, with the whole query.
pub(crate) fn render(addresses: &Addresses, request: &AuthorizationRequest) -> Response {
    let client = Text(&request.client.name);
    let hinted = request.login_hint.as_deref().and_then(Persona::hinted);
    let tickets = |troubled: bool| -> String {
        let listed = PERSONAS.iter().filter(|persona| persona.trouble.is_some() == troubled);
        listed.map(|persona| ticket(persona, hinted)).collect()
    };
    let (heading, lede) = purpose(addresses, request);
    // Whom the client hinted at must be in sight.
    let open = if hinted.is_some_and(|hinted| hinted.trouble.is_some()) {
        " open"
    } else {
        ""
    };
    let body = format!(
        "<main class=\"split\">\n<header>\n<h1>{heading}</h1>\n<p class=\"lede\">{lede}</p>\n</header>\n\
         <form method=\"post\">\n<ul class=\"tickets\">\n{ordinary}</ul>\n\
         <details class=\"more\"{open}><summary>Trouble, on demand</summary>\n\
         <p class=\"hint\">People with whom something is the matter, to see what your client and your tools make of it.</p>\n\
         <ul class=\"tickets\">\n{troubled}</ul>\n</details>\n\
         <button class=\"plain\" name=\"cancel\" value=\"1\">Cancel, and tell {client}</button>\n</form>\n\
         <dl class=\"facts\">\n\
         <div><dt>Asks for</dt><dd>{asked}</dd></div>\n\
         <div><dt>Sends you back to</dt><dd><code>{redirect}</code></dd></div>\n\
         <div><dt>Client id</dt><dd><code>{id}</code></dd></div>\n\
         </dl>\n</main>",
        ordinary = tickets(false),
        troubled = tickets(true),
        asked = asked(request),
        redirect = Text(&request.redirect_uri),
        id = Text(&request.client.id),
    );
    Page {
        status: StatusCode::OK,
        title: "Sign in",
        body,
        form_action: form_action_sources(&request.answer_to.url),
    }
    .response()
}

/// What the page is for: its heading, and a sentence below it.
fn purpose(addresses: &Addresses, request: &AuthorizationRequest) -> (&'static str, String) {
    let client = Text(&request.client.name);
    if request.asks_for_consent() {
        let other = match request.scopes.audience {
            Audience::Ledger => "the ledger",
            _ => "Microsoft Graph’s stand-in",
        };
        let lede = format!(
            "<strong>{client}</strong> wants to ask {other} on somebody’s behalf. Whoever you choose agrees to it."
        );
        return ("Who agrees?", lede);
    }
    let target = match request.scopes.audience {
        Audience::Api => format!("<code>{}</code>", Text(addresses.mcp_url())),
        Audience::Ledger => "the ledger, <em>not</em> the MCP server".to_owned(),
        Audience::Graph | Audience::TokenExchange => {
            "Microsoft Graph’s stand-in, <em>not</em> the MCP server".to_owned()
        }
    };
    let lede = format!("<strong>{client}</strong> wants to sign in to {target}. Choose whom it will act for.");
    ("Who is signing in?", lede)
}

fn asked(request: &AuthorizationRequest) -> String {
    let scopes = request.scopes.text.split_ascii_whitespace();
    let items: String = scopes
        .map(|scope| format!("<li><code>{}</code></li>", Text(scope)))
        .collect();
    format!("<ul class=\"scopes\">{items}</ul>")
}

fn ticket(persona: &Persona, hinted: Option<&Persona>) -> String {
    // The one that the client hinted at has the focus, so that Enter is enough.
    let focus = if hinted.is_some_and(|hinted| hinted.name == persona.name) {
        " autofocus"
    } else {
        ""
    };
    let tags: String = persona
        .roles
        .iter()
        .map(|role| format!("<span class=\"tag\">{}</span>", Text(role)))
        .collect();
    format!(
        "<li><button class=\"ticket\" name=\"persona\" value=\"{name}\"{focus}>\
         <span class=\"stub stub-{name}\" aria-hidden=\"true\">{initial}</span>\
         <span class=\"who\"><span class=\"name\">{display_name}{tags}</span>\
         <span class=\"username\"><code>{name}</code><span>{username}</span></span>\
         <span class=\"what\">{summary}</span></span></button></li>\n",
        name = Text(persona.name),
        initial = Text(initial(persona.display_name)),
        display_name = Text(persona.display_name),
        username = Text(persona.username),
        summary = Text(persona.summary),
    )
}
