//! Mail to the person who is signed in, and to nobody else: the address isn't an argument of any tool.

use serde::{Deserialize, Serialize};

use crate::FollowUp;

/// The person as Graph knows them. Not everybody has a mailbox's address; everybody has a name to sign in by, which is one in
/// most tenants.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Me {
    mail: Option<String>,
    user_principal_name: String,
}

impl Me {
    pub(crate) fn address(self) -> String {
        self.mail.unwrap_or(self.user_principal_name)
    }
}

/// The body of `sendMail`. <https://learn.microsoft.com/graph/api/user-sendmail>
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SendMail<'a> {
    message: Message<'a>,
    save_to_sent_items: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Message<'a> {
    subject: String,
    body: ItemBody,
    to_recipients: [Recipient<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ItemBody {
    content_type: &'static str,
    content: String,
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

/// The follow-ups, a line each, to this address.
pub(crate) fn mail<'a>(to: &'a str, follow_ups: &[FollowUp]) -> SendMail<'a> {
    let lines: Vec<String> = follow_ups
        .iter()
        .map(|follow_up| format!("{}  {}", follow_up.due, follow_up.subject))
        .collect();
    SendMail {
        message: Message {
            subject: format!("{} follow-ups", follow_ups.len()),
            body: ItemBody {
                content_type: "Text",
                content: lines.join("\n"),
            },
            to_recipients: [Recipient {
                email_address: EmailAddress { address: to },
            }],
        },
        save_to_sent_items: false,
    }
}
