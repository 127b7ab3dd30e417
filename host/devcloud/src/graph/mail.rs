//! Mail that an application sends for a person. Nobody gets it: it is kept to be looked at.

use std::collections::VecDeque;
use std::sync::Mutex;

use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::Call;
use super::answer::{Answer, GraphError};

/// Messages that are kept; the oldest makes way.
const KEPT: usize = 100;

/// What was sent, oldest first.
#[derive(Default)]
pub(crate) struct Mail(Mutex<VecDeque<Sent>>);

struct Sent {
    /// The short name of who sent it.
    persona: &'static str,
    message: Value,
    in_sent_items: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SendMail {
    message: Map<String, Value>,
    #[serde(default = "yes")]
    save_to_sent_items: bool,
}

fn yes() -> bool {
    true
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Recipient {
    email_address: EmailAddress,
}

#[derive(Deserialize)]
struct EmailAddress {
    address: String,
}

/// `POST /me/sendMail`: accepted for delivery, which says nothing of its arrival.
pub(crate) fn send(call: &Call<'_>) -> Result<Answer, GraphError> {
    call.request.only_options(&[])?;
    call.caller.must(&["Mail.Send"])?;
    let mail: SendMail = call.request.json()?;
    check_recipients(&mail.message)?;
    call.data().mail.keep(Sent {
        persona: call.caller.persona.name,
        message: Value::Object(mail.message),
        in_sent_items: mail.save_to_sent_items,
    });
    Ok(Answer::empty(StatusCode::ACCEPTED))
}

/// There must be somebody to send to, and each must have an address.
fn check_recipients(message: &Map<String, Value>) -> Result<(), GraphError> {
    let mut any = false;
    for list in ["toRecipients", "ccRecipients", "bccRecipients"] {
        let Some(list) = message.get(list) else { continue };
        let recipients: Vec<Recipient> =
            serde_json::from_value(list.clone()).map_err(|_| GraphError::invalid_recipients())?;
        for recipient in recipients {
            any = true;
            let address = recipient.email_address.address;
            if !matches!(address.split_once('@'), Some((name, domain)) if !name.is_empty() && !domain.is_empty()) {
                return Err(GraphError::invalid_recipients());
            }
        }
    }
    if any {
        Ok(())
    } else {
        Err(GraphError::invalid_recipients())
    }
}

impl Mail {
    fn keep(&self, sent: Sent) {
        let mut kept = self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        if kept.len() >= KEPT {
            kept.pop_front();
        }
        kept.push_back(sent);
    }

    /// Everything kept, for whoever checks what a tool has sent.
    pub(crate) fn list(&self) -> Value {
        let kept = self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let sent = kept.iter().map(
            |sent| json!({ "persona": sent.persona, "message": sent.message, "saveToSentItems": sent.in_sent_items }),
        );
        Value::Array(sent.collect())
    }
}
