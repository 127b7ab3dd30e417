//! Mail sent for a person.

use serde_json::{Value, json};

use crate::stage::{Answer, Graph};
use crate::support::Running;

fn mail(to: &Value) -> Value {
    json!({ "message": {
        "subject": "Expenses of November",
        "body": { "contentType": "Text", "content": "See attachment." },
        "toRecipients": to,
    }})
}

fn recipient(address: &str) -> Value {
    json!({ "emailAddress": { "address": address } })
}

#[tokio::test]
async fn what_is_sent_is_accepted_and_kept_to_be_looked_at() {
    let cloud = Running::start().await;
    let member = Graph::with(&cloud, "member", "Mail.Send").await;
    let mut mail = mail(&json!([recipient("bob@contoso.example")]));
    let sent = member.post("/me/sendMail", &mail).await;
    assert_eq!((sent.status.as_u16(), sent.body), (202, Value::Null));
    mail["saveToSentItems"] = json!(false);
    assert_eq!(member.post("/me/sendMail", &mail).await.status, 202);
    let kept = cloud.get_json(&cloud.url("/dev/mail")).await;
    assert_eq!(
        kept,
        json!({ "sent": [
            { "persona": "member", "message": mail["message"], "saveToSentItems": true },
            { "persona": "member", "message": mail["message"], "saveToSentItems": false },
        ]})
    );
}

#[tokio::test]
async fn errors_when_there_is_nobody_to_send_to() {
    let cloud = Running::start().await;
    let member = Graph::of(&cloud, "member").await;
    for to in [
        json!([]),
        json!(["bob@contoso.example"]),
        json!([recipient("bob")]),
        json!([recipient("@contoso.example")]),
        json!([recipient("bob@contoso.example"), recipient("")]),
    ] {
        let answer = member.post("/me/sendMail", &mail(&to)).await;
        answer.assert_error(400, "ErrorInvalidRecipients");
    }
    let unknown = json!({ "message": {}, "sendTomorrow": true });
    member
        .post("/me/sendMail", &unknown)
        .await
        .assert_error(400, "BadRequest");
    let text = member
        .request(reqwest::Method::POST, "/me/sendMail")
        .header("content-type", "text/plain");
    let text = text.body(mail(&json!([recipient("bob@contoso.example")])).to_string());
    Answer::of(text.send().await.unwrap())
        .await
        .assert_error(400, "BadRequest");
    assert_eq!(cloud.get_json(&cloud.url("/dev/mail")).await, json!({ "sent": [] }));
}
