//! Mail: sends a note to the person who is signed in, and to nobody else.
//!
//! The address isn't an argument. A model that was talked into something by a page that it read has no way to make this
//! tool write to a stranger.
#![forbid(unsafe_code)]

use usher_sdk::prelude::*;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Note {
    /// The subject.
    #[schemars(length(min = 1, max = 200))]
    subject: String,
    /// The text, plain.
    #[schemars(length(min = 1, max = 50_000))]
    text: String,
}

#[derive(Serialize, JsonSchema)]
struct Sent {
    /// Where it was sent.
    to: String,
}

/// The person as Graph knows them. Not everybody has a mailbox's address; everybody has a name to sign in by, which is one in
/// most tenants.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Me {
    mail: Option<String>,
    user_principal_name: String,
}

/// The body of `sendMail`. <https://learn.microsoft.com/graph/api/user-sendmail>
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SendMail<'a> {
    message: Message<'a>,
    save_to_sent_items: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Message<'a> {
    subject: &'a str,
    body: ItemBody<'a>,
    to_recipients: [Recipient<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ItemBody<'a> {
    content_type: &'static str,
    content: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Recipient<'a> {
    email_address: EmailAddress<'a>,
}

#[derive(Serialize)]
struct EmailAddress<'a> {
    address: &'a str,
}

/// Sends a mail to the person who is signed in, from their own mailbox.
#[tool(
    title = "Mail to me",
    destructive = false,
    idempotent = false,
    open_world = false,
    requires(graph("/me"), graph_write("POST /me/sendMail"))
)]
fn send_mail_to_me(note: Note) -> Result<Sent, Error> {
    let me: Me = graph::get("/me").query("$select", "mail,userPrincipalName").json()?;
    let to = me.mail.unwrap_or(me.user_principal_name);
    graph_write::post("/me/sendMail")
        .send_json(&mail(&note, &to))?
        .success()?;
    Ok(Sent { to })
}

fn mail<'a>(note: &'a Note, to: &'a str) -> SendMail<'a> {
    SendMail {
        message: Message {
            subject: &note.subject,
            body: ItemBody {
                content_type: "Text",
                content: &note.text,
            },
            to_recipients: [Recipient {
                email_address: EmailAddress { address: to },
            }],
        },
        save_to_sent_items: false,
    }
}

usher_sdk::export!(send_mail_to_me);

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_is_what_graph_expects() {
        let note = Note {
            subject: "Milk".to_owned(),
            text: "Two, and <b>cheese</b>.".to_owned(),
        };
        assert_eq!(
            serde_json::to_value(mail(&note, "megan@contoso.example")).unwrap(),
            serde_json::json!({
                "message": {
                    "subject": "Milk",
                    "body": {"contentType": "Text", "content": "Two, and <b>cheese</b>."},
                    "toRecipients": [{"emailAddress": {"address": "megan@contoso.example"}}],
                },
                "saveToSentItems": false,
            })
        );
    }

    #[test]
    fn the_address_is_not_an_argument() {
        let arguments = r#"{"subject": "Milk", "text": "Two", "to": "mallory@example.com"}"#;
        let refused = send_mail_to_me::call(arguments, &Context::default());
        assert!(matches!(refused, Err(Error::InvalidParams(text)) if text.starts_with("to: ")));
    }
}
