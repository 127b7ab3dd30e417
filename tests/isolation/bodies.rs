//! Breaking out by what is written: the partition's property in every spelling, doubled keys, and names with a history.

use serde_json::json;
use usher_tests::callers;

use super::attempts::{hers_are_untouched, one, refusal, run, stage};

/// Bodies that say whose they are, by the property that their container is partitioned by.
fn claims(property: &str, whose: &str) -> Vec<String> {
    let escaped: String = property
        .chars()
        .map(|character| format!("\\u{:04x}", u32::from(character)))
        .collect();
    vec![
        format!(r#"{{"id":"a","{property}":"{whose}"}}"#),
        format!(r#"{{"{property}":"{whose}","id":"a"}}"#),
        format!(r#"{{"id":"a","{escaped}":"{whose}"}}"#),
        format!(r#"{{"id":"a","{property}":null}}"#),
        format!(r#"{{"id":"a","{property}":["{whose}"]}}"#),
        // Doubled, so that whoever takes the first reads something else than whoever takes the last.
        format!(r#"{{"id":"a","{property}":"{whose}","{property}":"nobody"}}"#),
        format!(r#"{{"id":"a","{property}":"{whose}","{escaped}":"nobody"}}"#),
    ]
}

/// The containers with the properties that make their partition key.
const PROPERTIES: [(&str, &str); 3] = [("expenses", "user_id"), ("ledger", "tid"), ("ledger", "oid")];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_body_says_whose_it_is_however_it_is_spelt() {
    let stage = stage().await;
    let (alice, bob) = (callers::alice(), callers::bob());
    for (container, property) in PROPERTIES {
        for body in claims(property, alice.object_id()) {
            let attempts = [
                json!({ "op": "create", "in": container, "body": body }),
                json!({ "op": "upsert", "in": container, "body": body }),
                json!({ "op": "replace", "in": container, "body": body }),
                json!({ "op": "transact", "in": container, "writes": [["create", body]] }),
                json!({ "op": "transact", "in": container, "writes": [["upsert", body]] }),
                json!({ "op": "transact", "in": container, "writes": [["delete", "a"], ["replace", body]] }),
            ];
            for answer in run(&stage, &bob, "mine", attempts.to_vec()).await {
                assert!(refusal(&answer).starts_with("invalid: "), "{body}: {answer}");
            }
        }
        let left = one(
            &stage,
            &bob,
            "mine",
            json!({ "op": "read", "in": container, "id": "a" }),
        )
        .await;
        assert_eq!(
            left,
            json!({ "id": "a", "note": "bob's" }),
            "the delete before was undone"
        );
    }
    hers_are_untouched(&stage).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_property_that_only_looks_like_the_partitions_is_a_property_like_any_other() {
    let stage = stage().await;
    let (alice, bob) = (callers::alice(), callers::bob());
    for name in [
        "USER_ID",
        "User_Id",
        "user_id ",
        "/user_id",
        "user\u{200b}_id",
        "u\u{455}er_id",
        "\u{ff55}ser_id",
    ] {
        let body = json!({ "id": "mine", name: alice.object_id() });
        let upsert = json!({ "op": "upsert", "in": "expenses", "body": body.to_string() });
        assert_eq!(one(&stage, &bob, "mine", upsert).await, "mine", "{name:?}");
        let read = json!({ "op": "read", "in": "expenses", "id": "mine" });
        assert_eq!(one(&stage, &bob, "mine", read.clone()).await, body);
        assert_eq!(refusal(&one(&stage, &alice, "mine", read).await), "not-found");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_patch_touches_whose_an_item_is() {
    let stage = stage().await;
    let (alice, bob) = (callers::alice(), callers::bob());
    let hers = json!(alice.object_id()).to_string();
    for (container, property) in PROPERTIES {
        let path = format!("/{property}");
        let mut steps = vec![
            json!([["add", path, hers]]),
            json!([["set", path, hers]]),
            json!([["replace", path, hers]]),
            json!([["remove", path]]),
            json!([["increment", path]]),
            json!([["move", "/note", path]]),
            json!([["move", path, "/stolen"]]),
            json!([["move", path, path]]),
            json!([["set", format!("{path}/0"), hers]]),
            json!([["set", format!("{path}/x/y"), hers]]),
            // What goes before is undone with it.
            json!([["set", "/note", "\"changed\""], ["set", path, hers]]),
        ];
        // Pointers that could be read as another one: to the root, empty segments, escapes that aren't.
        for odd in [
            "",
            "/",
            "//",
            property,
            &format!("{path}~"),
            &format!("{path}~2"),
            "/id",
            "/~",
        ] {
            steps.push(json!([["move", "/note", odd]]));
            steps.push(json!([[
                "set",
                odd,
                "{\"user_id\":1,\"tid\":1,\"oid\":1,\"id\":\"x\"}"
            ]]));
        }
        for steps in steps {
            let patch = json!({ "op": "patch", "in": container, "id": "a", "steps": steps });
            let answer = one(&stage, &bob, "mine", patch).await;
            // An empty name is a name (RFC 6901 §5): what it makes is a property of bob's own item.
            if answer == "a" {
                let target = steps[0][2]
                    .as_str()
                    .filter(|_| steps[0][0] == "move")
                    .or(steps[0][1].as_str());
                assert!(matches!(target, Some("/" | "//")), "{steps}: {answer}");
            }
            let read = json!({ "op": "read", "in": container, "id": "a" });
            let read = one(&stage, &bob, "mine", read).await;
            assert_eq!(read["id"], "a", "{steps}");
            assert!(!read.to_string().contains(alice.object_id()), "{steps}: {read}");
            assert!(read.get(property).is_none(), "{steps}: {read}");
            let restore = json!({ "op": "upsert", "in": container, "body": "{\"id\":\"a\",\"note\":\"bob's\"}" });
            assert_eq!(one(&stage, &bob, "mine", restore).await, "a");
        }
    }
    hers_are_untouched(&stage).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_escape_in_a_pointer_is_the_character_that_it_stands_for_and_nothing_else() {
    let stage = stage().await;
    let bob = callers::bob();
    let names = json!([
        ["set", "/a~1b", "1"],
        ["set", "/a~0b", "2"],
        ["set", "/~01", "3"],
        ["set", "/user_id~1x", "4"]
    ]);
    let patch = json!({ "op": "patch", "in": "expenses", "id": "a", "steps": names });
    assert_eq!(one(&stage, &bob, "mine", patch).await, "a");
    let read = one(
        &stage,
        &bob,
        "mine",
        json!({ "op": "read", "in": "expenses", "id": "a" }),
    )
    .await;
    let expected = json!({ "id": "a", "note": "bob's", "a/b": 1, "a~b": 2, "~1": 3, "user_id/x": 4 });
    assert_eq!(read, expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_patchs_condition_asks_about_ones_own_item_only() {
    let stage = stage().await;
    let (alice, bob) = (callers::alice(), callers::bob());
    for condition in [
        format!("FROM c WHERE c.user_id = '{}'", alice.object_id()),
        format!("FROM c WHERE c.user_id = '{}'", bob.object_id()),
        "FROM c WHERE IS_DEFINED(c.user_id)".to_owned(),
        "FROM c WHERE c[\"user_id\"] != null".to_owned(),
    ] {
        let patch = json!({
            "op": "patch", "in": "expenses", "id": "a", "steps": [["set", "/x", "1"]], "condition": condition,
        });
        let answer = one(&stage, &bob, "mine", patch).await;
        assert_eq!(refusal(&answer), "precondition-failed", "{condition}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn names_with_a_history_are_names() {
    let stage = stage().await;
    let (alice, bob) = (callers::alice(), callers::bob());
    for name in [
        "__proto__",
        "constructor",
        "prototype",
        "toString",
        "hasOwnProperty",
        "__defineGetter__",
        "$where",
        "$ref",
        "",
        "partition",
        "position",
        "rowid",
        "body",
    ] {
        let body =
            json!({ "id": format!("named {}", name.len()), name: { "user_id": alice.object_id(), "admin": true } });
        let upsert = json!({ "op": "upsert", "in": "expenses", "body": body.to_string() });
        let id = one(&stage, &bob, "mine", upsert).await;
        let read = one(
            &stage,
            &bob,
            "mine",
            json!({ "op": "read", "in": "expenses", "id": id }),
        )
        .await;
        assert_eq!(read, body);
        let text = format!("SELECT VALUE c[{}] FROM c WHERE c.id = @id", json!(name));
        let query = json!({ "op": "query", "in": "expenses", "text": text, "with": json!({ "@id": id }).to_string() });
        let answer = one(&stage, &bob, "mine", query).await;
        assert_eq!(answer["items"], json!([body[name]]), "{name:?}");
    }
    // And nothing of it has become a property of another item.
    let query = json!({ "op": "query", "in": "expenses", "text": "SELECT c.admin, c.constructor, c.toString FROM c WHERE c.id = 'a'" });
    assert_eq!(one(&stage, &bob, "mine", query).await["items"], json!([{}]));
    hers_are_untouched(&stage).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn numbers_that_no_double_holds_neither_break_an_item_nor_a_neighbour() {
    let stage = stage().await;
    let bob = callers::bob();
    for (number, fits) in [
        ("9007199254740993", true),
        ("123456789012345678901234567890", true),
        ("-0.0", true),
        ("1e308", true),
        ("5e-324", true),
        ("1e309", false),
        ("-1e999", false),
        ("NaN", false),
        ("Infinity", false),
        ("0x10", false),
        ("01", false),
    ] {
        let body = format!("{{\"id\":\"number\",\"n\":{number}}}");
        let answer = one(
            &stage,
            &bob,
            "mine",
            json!({ "op": "upsert", "in": "expenses", "body": body }),
        )
        .await;
        assert_eq!(answer == "number", fits, "{number}: {answer}");
        let steps = [["set", "/n", number]];
        let patch = json!({ "op": "patch", "in": "expenses", "id": "a", "steps": steps });
        let answer = one(&stage, &bob, "mine", patch).await;
        assert_eq!(answer == "a", fits, "{number}: {answer}");
    }
    let increments = vec![["increment", "/n"]; 10];
    let set = json!({ "op": "patch", "in": "expenses", "id": "a", "steps": [["set", "/n", "1.7e308"]] });
    let patch = json!({ "op": "patch", "in": "expenses", "id": "a", "steps": increments });
    run(&stage, &bob, "mine", vec![set, patch]).await;
    let query =
        json!({ "op": "query", "in": "expenses", "text": "SELECT VALUE IS_NUMBER(c.n) FROM c WHERE c.id = 'a'" });
    assert_eq!(one(&stage, &bob, "mine", query).await["items"], json!([true]));
    hers_are_untouched(&stage).await;
}
