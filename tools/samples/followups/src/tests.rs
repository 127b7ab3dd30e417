//! What can be said of the tools without a host.

use serde_json::{Value, json};
use usher_sdk::describe::{Requirement, ToolOptions};

use super::*;

fn follow_up(due: &str, subject: &str) -> FollowUp {
    serde_json::from_value(json!({ "id": "1", "subject": subject, "due": due, "about": null })).unwrap()
}

fn refusal<T: Tool>(arguments: Value) -> String {
    match T::call(&arguments.to_string(), &Context::default()) {
        Err(Error::InvalidParams(text)) => text,
        other => panic!("{other:?}"),
    }
}

fn options<T: Tool>() -> ToolOptions {
    T::describe().options.unwrap()
}

#[test]
fn the_schema_of_a_follow_up_says_every_rule() {
    let schema: Value = serde_json::from_str(&add_follow_up::describe().input_schema).unwrap();
    assert_eq!(
        schema,
        json!({
            "type": "object",
            "properties": {
                "subject": { "description": "What it is about.", "type": "string", "minLength": 1, "maxLength": 200 },
                "due": {
                    "description": "The day by which to come back to it, as YYYY-MM-DD.", "type": "string", "format": "date",
                },
                "about": { "description": "What there is to know about it.", "type": "string", "maxLength": 2000 },
            },
            "required": ["subject", "due"],
            "additionalProperties": false,
        })
    );
}

#[test]
fn a_day_that_does_not_exist_is_refused_by_name() {
    let refused = refusal::<add_follow_up>(json!({ "subject": "Milk", "due": "2026-02-30" }));
    assert_eq!(refused, "due: there is no such day as 2026-02-30");
    let refused = refusal::<list_follow_ups>(json!({ "until": "tomorrow" }));
    assert_eq!(refused, "until: `tomorrow` isn't a date as YYYY-MM-DD");
}

#[test]
fn the_address_is_not_an_argument() {
    let schema: Value = serde_json::from_str(&mail_follow_ups::describe().input_schema).unwrap();
    assert_eq!(schema, json!({ "type": "object", "additionalProperties": false }));
}

#[test]
fn no_tool_requires_more_than_it_uses() {
    let read = || Requirement::MyDocuments(FOLLOW_UPS.into());
    let write = || Requirement::MyDocumentsWrite(FOLLOW_UPS.into());
    assert_eq!(options::<add_follow_up>().requires, [write()]);
    assert_eq!(options::<list_follow_ups>().requires, [read()]);
    assert_eq!(options::<finish_follow_up>().requires, [read(), write()]);
}

#[test]
fn the_most_urgent_comes_first() {
    let sorted = most_urgent_first(vec![
        follow_up("2026-12-01", "Budget"),
        follow_up("2026-11-24", "Zoo"),
        follow_up("2026-11-24", "Bakery"),
    ]);
    let subjects: Vec<_> = sorted.iter().map(|follow_up| follow_up.subject.as_str()).collect();
    assert_eq!(subjects, ["Bakery", "Zoo", "Budget"]);
}

#[test]
fn a_mail_is_what_graph_expects() {
    let follow_ups = [
        follow_up("2026-11-24", "Bakery"),
        follow_up("2026-12-01", "<b>Budget</b>"),
    ];
    assert_eq!(
        serde_json::to_value(mail("alice@contoso.example", &follow_ups)).unwrap(),
        json!({
            "message": {
                "subject": "2 follow-ups",
                "body": { "contentType": "Text", "content": "2026-11-24  Bakery\n2026-12-01  <b>Budget</b>" },
                "toRecipients": [{ "emailAddress": { "address": "alice@contoso.example" } }],
            },
            "saveToSentItems": false,
        })
    );
}

#[test]
fn an_unknown_id_and_somebody_elses_look_the_same() {
    let said = unknown(documents::Error::NotFound);
    assert_eq!(said, Error::failed("There is no follow-up with this id."));
}
