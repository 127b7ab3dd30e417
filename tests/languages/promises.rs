//! What the tools do.

use serde_json::{Value, json};

use super::trial::{Trial, text};

/// Added in any order, listed by day and then by subject, with all that was said.
pub(crate) async fn most_urgent_first(trial: &Trial) {
    trial.add("member", "Budget", "2026-12-01").await;
    let with_more = json!({ "subject": "Zoo", "due": "2026-11-24", "about": "Ask for the keeper." });
    let zoo = trial.call("member", "add_follow_up", with_more).await;
    let bakery = trial.add("member", "Bakery", "2026-11-24").await;
    let listed = trial.call("member", "list_follow_ups", json!({})).await;
    assert_eq!(
        listed["follow_ups"][0],
        json!({ "id": bakery, "subject": "Bakery", "due": "2026-11-24", "about": null })
    );
    assert_eq!(
        listed["follow_ups"][1],
        json!({ "id": zoo["id"], "subject": "Zoo", "due": "2026-11-24", "about": "Ask for the keeper." })
    );
    assert_eq!(listed["follow_ups"][2]["subject"], "Budget");
    assert_eq!(listed["follow_ups"].as_array().unwrap().len(), 3);
}

/// The day that is asked for is still in.
pub(crate) async fn until_a_day(trial: &Trial) {
    for (subject, due) in [
        ("Early", "2026-11-23"),
        ("On the day", "2026-11-24"),
        ("Late", "2026-11-25"),
    ] {
        trial.add("member", subject, due).await;
    }
    let until = json!({ "until": "2026-11-24" });
    assert_eq!(trial.subjects("member", until).await, ["Early", "On the day"]);
    assert!(
        trial
            .subjects("member", json!({ "until": "2026-11-22" }))
            .await
            .is_empty()
    );
}

/// Once: a second time there is none.
pub(crate) async fn finished(trial: &Trial) {
    let id = trial.add("member", "Milk", "2026-11-24").await;
    trial.add("member", "Bread", "2026-11-24").await;
    let done = trial.call("member", "finish_follow_up", json!({ "id": id })).await;
    assert_eq!(done, json!({ "finished": "Milk" }));
    assert_eq!(trial.subjects("member", json!({})).await, ["Bread"]);
    let again = trial.failure("member", "finish_follow_up", json!({ "id": id })).await;
    assert_eq!(again, "There is no follow-up with this id.");
}

/// An id that is somebody else's is as unknown as one that never was.
pub(crate) async fn own_alone(trial: &Trial) {
    let id = trial.add("member", "Private", "2026-11-24").await;
    assert!(trial.subjects("member-2", json!({})).await.is_empty());
    for id in [&id, "never-was"] {
        let refused = trial.failure("member-2", "finish_follow_up", json!({ "id": id })).await;
        assert_eq!(refused, "There is no follow-up with this id.");
    }
    let mailed = trial.call("member-2", "mail_follow_ups", json!({})).await;
    assert_eq!(mailed["count"], 0);
    assert_eq!(trial.subjects("member", json!({})).await, ["Private"]);
}

/// From their own mailbox to their own address, by Microsoft Graph.
pub(crate) async fn mailed_to_oneself(trial: &Trial) {
    trial.add("member", "Budget", "2026-12-01").await;
    trial.add("member", "Büro <b>aufräumen</b>", "2026-11-24").await;
    trial.add("member-2", "Private", "2026-11-24").await;
    let mailed = trial.call("member", "mail_follow_ups", json!({})).await;
    assert_eq!(mailed, json!({ "to": "alice@contoso.example", "count": 2 }));
    assert_eq!(
        trial.mails().await,
        json!([{
            "persona": "member",
            "message": {
                "subject": "2 follow-ups",
                "body": { "contentType": "Text", "content": "2026-11-24  Büro <b>aufräumen</b>\n2026-12-01  Budget" },
                "toRecipients": [{ "emailAddress": { "address": "alice@contoso.example" } }],
            },
            "saveToSentItems": false,
        }])
    );
}

/// The address is known, and nothing is sent.
pub(crate) async fn nothing_to_mail(trial: &Trial) {
    let mailed = trial.call("member", "mail_follow_ups", json!({})).await;
    assert_eq!(mailed, json!({ "to": "alice@contoso.example", "count": 0 }));
    assert_eq!(trial.mails().await, json!([]));
}

/// The host knows the format `date`, so the tool isn't even asked.
pub(crate) async fn not_a_day(trial: &Trial) {
    for due in ["2026-02-30", "2026-13-01", "1900-02-29"] {
        let arguments = json!({ "subject": "Milk", "due": due });
        let refused = trial.failure("member", "add_follow_up", arguments).await;
        assert_eq!(refused, "due: must be a valid date", "{due}");
    }
    let refused = trial
        .failure("member", "list_follow_ups", json!({ "until": "2026-02-30" }))
        .await;
    assert_eq!(refused, "until: must be a valid date");
    assert!(trial.subjects("member", json!({})).await.is_empty());
}

/// What the schema says, the host checks: nothing is stored, and the argument is named.
pub(crate) async fn wrong_arguments(trial: &Trial) {
    let long = "x".repeat(201);
    for (tool, arguments, named) in [
        ("add_follow_up", json!({ "due": "2026-11-24" }), "subject"),
        (
            "add_follow_up",
            json!({ "subject": "", "due": "2026-11-24" }),
            "subject",
        ),
        (
            "add_follow_up",
            json!({ "subject": long, "due": "2026-11-24" }),
            "subject",
        ),
        ("add_follow_up", json!({ "subject": "Milk", "due": 20_261_124 }), "due"),
        (
            "add_follow_up",
            json!({ "subject": "Milk", "due": "2026-11-24", "about": "x".repeat(2001) }),
            "about",
        ),
        (
            "add_follow_up",
            json!({ "subject": "Milk", "due": "2026-11-24", "owner": "member-2" }),
            "owner",
        ),
        ("finish_follow_up", json!({ "id": "" }), "id"),
        ("mail_follow_ups", json!({ "to": "mallory@example.com" }), "known"),
    ] {
        let refused = trial.failure("member", tool, arguments).await;
        assert!(refused.contains(named), "{tool}: {named} isn't named: {refused}");
    }
    assert!(trial.subjects("member", json!({})).await.is_empty());
}

/// For clients that don't read structured content.
pub(crate) async fn text_as_well(trial: &Trial) {
    trial.add("member", "Milk", "2026-11-24").await;
    let result = trial.result("member", "list_follow_ups", json!({})).await;
    let as_text: Value = serde_json::from_str(&text(&result)).unwrap();
    assert_eq!(as_text, result["structuredContent"]);
}

/// Letters of all scripts, quotes, lines, and what means something to JSON, SQL or HTML.
pub(crate) async fn any_text(trial: &Trial) {
    let subject = "Müller's \"Ärger\" — 日本語 🦀 \\ </script> ' OR 1=1 --";
    let about = "one\ntwo\ttabs\r\n\u{0}null\u{7f}";
    let arguments = json!({ "subject": subject, "due": "2026-11-24", "about": about });
    trial.call("member", "add_follow_up", arguments).await;
    let listed = trial.call("member", "list_follow_ups", json!({})).await;
    assert_eq!(listed["follow_ups"][0]["subject"], subject);
    assert_eq!(listed["follow_ups"][0]["about"], about);
}
