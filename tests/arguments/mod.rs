//! Arguments that don't fit a tool's schema: the caller, who may be a model, is told which field and which rule, and can do better.
//!
//! The answer is a result with `isError` and status 200, in both eras: an error of the protocol, or another status, would end the
//! connection of some clients instead of reaching the model. Nothing is stored, and nothing of the argument is said back.

use reqwest::StatusCode;
use serde_json::{Value, json};
use usher_tests::{Host, mcp};

use crate::protocol::stage::{host, token};
use crate::protocol::wire::{Answer, Ask, Session, structured, text};

const TOOL: &str = "add_user_expense";

/// Arguments that fit, with fields replaced; null removes one.
fn expense(changes: Value) -> Value {
    let mut expense = json!({
        "date": "2026-11-22", "amount": 12.5, "category": "food", "description": "Lunch", "payment_method": "visa",
    });
    let members = expense.as_object_mut().unwrap();
    for (name, value) in changes.as_object().unwrap() {
        members.remove(name);
        if !value.is_null() {
            members.insert(name.clone(), value.clone());
        }
    }
    expense
}

/// A host, and somebody who has recorded nothing.
struct Desk {
    host: Host,
    token: String,
    session: Session,
}

impl Desk {
    async fn open() -> Self {
        let host = host().await;
        let token = token(&host, "member").await;
        let session = Session::open(&host, &token).await;
        Self { host, token, session }
    }

    /// Sends arguments in both eras; each must be refused by these words at the beginning of a line.
    async fn refuses(&self, arguments: Value, told: &str) {
        let modern = Ask::call(&self.token, TOOL, &arguments).to(&self.host).await;
        assert_refused(&modern, told);
        let legacy = self.session.call(TOOL, &arguments).to(&self.host).await;
        assert_refused(&legacy, told);
        assert_eq!(
            modern.result()["content"],
            legacy.result()["content"],
            "both eras are told the same"
        );
    }

    /// Sends a JSON text for an amount that no JSON value can hold.
    async fn refuses_amount(&self, text: &str, told: &str) {
        let arguments = expense(json!({ "amount": "AMOUNT" }));
        let modern = mcp::call(1, TOOL, &arguments).to_string().replace("\"AMOUNT\"", text);
        let modern = Ask::call(&self.token, TOOL, &arguments)
            .body(modern)
            .to(&self.host)
            .await;
        assert_refused(&modern, told);
        let legacy = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": { "name": TOOL, "arguments": arguments } });
        let legacy = legacy.to_string().replace("\"AMOUNT\"", text);
        let legacy = self.session.send(&Value::Null).body(legacy).to(&self.host).await;
        assert_refused(&legacy, told);
    }

    async fn assert_nothing_was_stored(&self) {
        let own = Ask::call(&self.token, "get_user_expenses", &json!({}))
            .to(&self.host)
            .await;
        assert_eq!(structured(&own.result())["expenses"], json!([]));
    }
}

#[track_caller]
fn assert_refused(answer: &Answer, told: &str) {
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    let result = answer.result();
    assert_eq!(result["isError"], true, "{result}");
    assert!(result["structuredContent"].is_null(), "{result}");
    let text = text(&result);
    assert!(
        text.lines().any(|line| line.starts_with(told)),
        "it should say `{told}`, and says `{text}`"
    );
    assert!(text.len() < 1_000, "it is short: {text}");
}

#[tokio::test]
async fn errors_when_a_field_is_of_the_wrong_type() {
    let desk = Desk::open().await;
    for (field, value, told) in [
        ("amount", json!("12.5"), "amount: "),
        ("amount", json!(true), "amount: "),
        ("amount", json!([12.5]), "amount: "),
        ("date", json!(20_261_122), "date: "),
        ("category", json!(["food"]), "category: must be one of"),
        ("description", json!({ "text": "Lunch" }), "description: "),
        ("payment_method", json!(1), "payment_method: must be one of"),
    ] {
        desk.refuses(expense(json!({ field: value })), told).await;
    }
    let mut with_null = expense(json!({}));
    with_null["amount"] = Value::Null;
    desk.refuses(with_null, "amount: ").await;
    desk.assert_nothing_was_stored().await;
}

#[tokio::test]
async fn errors_when_a_field_is_missing_or_unknown() {
    let desk = Desk::open().await;
    for field in ["date", "amount", "category", "description", "payment_method"] {
        desk.refuses(expense(json!({ field: null })), &format!("{field}: is required"))
            .await;
    }
    desk.refuses(json!({}), "date: is required").await;
    desk.refuses(expense(json!({ "currency": "EUR" })), "currency: is not a known field")
        .await;
    for field in ["user_id", "id", "_etag", "ttl", "Amount"] {
        desk.refuses(
            expense(json!({ field: "x" })),
            &format!("{field}: is not a known field"),
        )
        .await;
    }
    desk.assert_nothing_was_stored().await;
}

#[tokio::test]
async fn errors_when_the_amount_is_not_positive_or_out_of_range() {
    let desk = Desk::open().await;
    for amount in [json!(0), json!(0.0), json!(-0.0), json!(-1), json!(-1e300)] {
        desk.refuses(expense(json!({ "amount": amount })), "amount: must be greater than 0")
            .await;
    }
    desk.refuses(expense(json!({ "amount": 1e300 })), "amount: must be at most")
        .await;
    desk.assert_nothing_was_stored().await;
}

#[tokio::test]
async fn errors_when_the_amount_is_a_number_that_json_cannot_carry() {
    let desk = Desk::open().await;
    for number in ["NaN", "Infinity", "-Infinity", "1e400", "-1e400"] {
        desk.refuses_amount(number, "amount: must be a finite number").await;
    }
    desk.assert_nothing_was_stored().await;
}

#[tokio::test]
async fn errors_when_the_date_does_not_exist_or_is_written_otherwise() {
    let desk = Desk::open().await;
    for date in ["2026-02-30", "2025-02-29", "2026-13-01", "2026-00-10", "2026-04-31"] {
        desk.refuses(expense(json!({ "date": date })), "date: must be a valid date")
            .await;
    }
    for date in [
        "",
        "22.11.2026",
        "2026-11-22T00:00:00Z",
        "2026/11/22",
        "yesterday",
        "2026-11-2",
        "２０２６-11-22",
        "2026-11-22\n",
    ] {
        desk.refuses(expense(json!({ "date": date })), "date: must ").await;
    }
    desk.assert_nothing_was_stored().await;
}

#[tokio::test]
async fn errors_when_the_description_is_empty_or_too_long() {
    let desk = Desk::open().await;
    desk.refuses(
        expense(json!({ "description": "" })),
        "description: must be at least 1 characters long",
    )
    .await;
    desk.refuses(
        expense(json!({ "description": "x".repeat(501) })),
        "description: must be at most 500 characters long",
    )
    .await;
    desk.refuses(
        expense(json!({ "description": "x".repeat(10 << 20) })),
        "description: must be at most 500 characters long",
    )
    .await;
    desk.assert_nothing_was_stored().await;
    // Characters, not bytes.
    let longest = expense(json!({ "description": "ü".repeat(500) }));
    let answer = Ask::call(&desk.token, TOOL, &longest).to(&desk.host).await;
    assert!(structured(&answer.result())["id"].is_string(), "{answer:?}");
}

#[tokio::test]
async fn errors_when_a_choice_is_not_among_those_offered() {
    let desk = Desk::open().await;
    for category in ["rent", "Food", "", " food"] {
        let told =
            "category: must be one of [\"entertainment\",\"food\",\"gadget\",\"other\",\"shopping\",\"transport\"]";
        desk.refuses(expense(json!({ "category": category })), told).await;
    }
    desk.refuses(
        expense(json!({ "payment_method": "bitcoin" })),
        "payment_method: must be one of [\"amex\",\"cash\",\"visa\"]",
    )
    .await;
    desk.assert_nothing_was_stored().await;
}

#[tokio::test]
async fn every_fault_is_named_at_once() {
    let desk = Desk::open().await;
    let wrong = expense(json!({ "amount": -1, "category": "rent", "date": "2026-02-30" }));
    for told in ["amount: ", "category: ", "date: "] {
        desk.refuses(wrong.clone(), told).await;
    }
    desk.assert_nothing_was_stored().await;
}

#[tokio::test]
async fn errors_when_an_argument_nests_without_end() {
    let desk = Desk::open().await;
    let mut deep = json!("bottom");
    for _ in 0..100 {
        deep = json!([deep]);
    }
    desk.refuses(expense(json!({ "description": deep })), "description: ")
        .await;
    desk.refuses(expense(json!({ "extra": deep })), "extra: is not a known field")
        .await;
    desk.assert_nothing_was_stored().await;
}

#[tokio::test]
async fn errors_when_the_arguments_are_no_object_or_not_there() {
    let desk = Desk::open().await;
    for arguments in [json!([]), json!("date"), json!(5), json!(true)] {
        // Not a `tools/call` at all, by the protocol's own schema.
        let answer = Ask::call(&desk.token, TOOL, &arguments).to(&desk.host).await;
        assert_eq!(
            (answer.status, answer.code()),
            (StatusCode::OK, -32602),
            "{arguments}: {answer:?}"
        );
        let answer = desk.session.call(TOOL, &arguments).to(&desk.host).await;
        assert_eq!(
            (answer.status, answer.code()),
            (StatusCode::OK, -32602),
            "{arguments}: {answer:?}"
        );
    }
    let absent = Ask::modern(&desk.token, "tools/call", json!({ "name": TOOL }))
        .to(&desk.host)
        .await;
    assert_refused(&absent, "date: is required");
    desk.assert_nothing_was_stored().await;
}

#[tokio::test]
async fn nothing_of_an_argument_is_said_back_or_logged() {
    const PRIVATE: &str = "a-diagnosis-that-is-nobodys-business";
    let desk = Desk::open().await;
    for changes in [
        json!({ "category": PRIVATE }),
        json!({ "date": PRIVATE }),
        json!({ "amount": PRIVATE }),
    ] {
        let answer = Ask::call(&desk.token, TOOL, &expense(changes)).to(&desk.host).await;
        assert!(!answer.body.contains(PRIVATE), "{answer:?}");
    }
    let good = expense(json!({ "description": PRIVATE }));
    assert!(structured(&Ask::call(&desk.token, TOOL, &good).to(&desk.host).await.result())["id"].is_string());
    assert!(
        !desk.host.data().output().contains(PRIVATE),
        "{}",
        desk.host.data().output()
    );
}
