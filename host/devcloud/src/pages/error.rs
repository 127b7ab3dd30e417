//! The page for refusals that no client may be told by redirect.

use axum::response::Response;

use super::{Page, Text};
use crate::oauth::errors::{EntraError, Trace};

/// What the person in front of the page can do.
pub(crate) struct Advice {
    text: String,
    /// Something to copy, shown below the text.
    code: Option<String>,
}

impl Advice {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            code: None,
        }
    }

    pub(crate) fn with_code(text: impl Into<String>, code: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            code: Some(code.into()),
        }
    }
}

/// Renders a refusal: Entra's words, what to do, and the ids that logs know it by.
pub(crate) fn render(error: &EntraError, advice: &Advice, trace: &Trace) -> Response {
    let code = advice
        .code
        .as_deref()
        .map(|code| format!("<pre><code>{}</code></pre>", Text(code)))
        .unwrap_or_default();
    let body = format!(
        "<main class=\"narrow\">\n<p class=\"eyebrow\">AADSTS{number}</p>\n<h1>This sign-in can’t go on</h1>\n\
         <p class=\"lede\">{message}</p>\n\
         <section class=\"card\"><h2>What to do</h2>\n<p>{advice}</p>{code}</section>\n\
         <dl class=\"facts\">\n<div><dt>Error</dt><dd><code>{error}</code></dd></div>\n\
         <div><dt>Correlation id</dt><dd><code>{correlation}</code></dd></div>\n\
         <div><dt>Trace id</dt><dd><code>{trace_id}</code></dd></div>\n\
         <div><dt>Time</dt><dd>{timestamp}</dd></div>\n</dl>\n</main>",
        number = error.code,
        message = Text(&error.message),
        advice = Text(&advice.text),
        error = Text(error.error),
        correlation = Text(&trace.correlation_id),
        trace_id = Text(&trace.trace_id),
        timestamp = Text(&trace.timestamp),
    );
    Page {
        status: error.status,
        title: "Sign-in refused",
        body,
        form_action: String::new(),
    }
    .response()
}
