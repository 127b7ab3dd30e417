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
    let target = match request.scopes.audience {
        Audience::Api => format!("<code>{}</code>", Text(addresses.mcp_url())),
        Audience::Graph => "Microsoft Graph’s stand-in, <em>not</em> the MCP server".to_owned(),
    };
    let hinted = request.login_hint.as_deref().and_then(Persona::hinted);
    let tickets: String = PERSONAS.iter().map(|persona| ticket(persona, hinted)).collect();
    let body = format!(
        "<main class=\"split\">\n<header>\n<h1>Who is signing in?</h1>\n\
         <p class=\"lede\"><strong>{client}</strong> wants to sign in to {target}. Choose whom it will act for.</p>\n\
         </header>\n\
         <form method=\"post\">\n<ul class=\"tickets\">\n{tickets}</ul>\n\
         <button class=\"plain\" name=\"cancel\" value=\"1\">Cancel, and tell {client}</button>\n</form>\n\
         <dl class=\"facts\">\n\
         <div><dt>Asks for</dt><dd>{asked}</dd></div>\n\
         <div><dt>Sends you back to</dt><dd><code>{redirect}</code></dd></div>\n\
         <div><dt>Client id</dt><dd><code>{id}</code></dd></div>\n\
         </dl>\n</main>",
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
