//! Tools whose descriptions can't be served.

use serde_json::json;
use usher_runtime::Outcome;
use usher_tests::{Slot, Stage, callers, described};

use super::{Grant, refused};

/// A component that says this of its tool must be refused.
async fn refused_as(case: &str, texts: &[(Slot, &str)]) {
    refused(case, &described(texts), &Grant::of(&["described"])).await;
}

/// The program itself is fine: it is what a test writes into it that is refused.
#[tokio::test]
async fn a_good_description_is_served_as_it_was_written() {
    let schema = r##"{"type":"object","properties":{"n":{"$ref":"#/$defs/n"}},"$defs":{"n":{"type":"integer"}}}"##;
    let texts = [
        (Slot::Name, "A-name_1.x"),
        (Slot::Description, "Ünïcode, too."),
        (Slot::InputSchema, schema),
    ];
    let grant = Grant::of(&["A-name_1.x"]);
    let setting = Stage::setting()
        .file("good.wasm", &described(&texts))
        .file("good.grant.toml", grant.text().as_bytes());
    let stage = setting.open().await;
    let tool = stage.tool("A-name_1.x");
    assert_eq!(tool.description().description, "Ünïcode, too.");
    assert_eq!(tool.description().input_schema, schema);
    assert!(tool.check_arguments(&json!({ "n": "1" })).is_err());
    let called = stage.call(&callers::alice(), "A-name_1.x", json!({ "n": 1 })).await;
    assert!(matches!(called, Ok(Outcome::Complete { .. })), "{called:?}");
}

#[tokio::test]
async fn a_name_of_64_characters_is_served_and_one_of_65_is_not() {
    let (longest, too_long) = ("n".repeat(64), "n".repeat(65));
    let grant = Grant::of(&[&longest]);
    let good = described(&[(Slot::Name, &longest)]);
    let stage = Stage::setting()
        .file("good.wasm", &good)
        .file("good.grant.toml", grant.text().as_bytes())
        .open()
        .await;
    assert_eq!(stage.tool(&longest).name(), longest);
    refused_as("name-of-65", &[(Slot::Name, &too_long)]).await;
}

#[tokio::test]
async fn an_illegal_name_is_refused() {
    refused_as("name-illegal", &[(Slot::Name, "drop table")]).await;
}

#[tokio::test]
async fn a_name_that_only_looks_legal_is_refused() {
    // A Cyrillic letter in the place of the first.
    refused_as("name-look-alike", &[(Slot::Name, "\u{430}dd_user_expense")]).await;
}

#[tokio::test]
async fn an_empty_name_is_refused() {
    refused_as("name-empty", &[(Slot::Name, "")]).await;
}

#[tokio::test]
async fn a_doubled_name_is_refused() {
    refused_as("name-doubled", &[(Slot::SecondName, "described")]).await;
}

#[tokio::test]
async fn an_empty_description_is_refused() {
    refused_as("description-empty", &[(Slot::Description, "")]).await;
}

#[tokio::test]
async fn an_input_schema_that_is_not_json_is_refused() {
    refused_as("input-schema-not-json", &[(Slot::InputSchema, r#"{"type":"object""#)]).await;
}

#[tokio::test]
async fn an_input_schema_that_is_not_of_an_object_is_refused() {
    refused_as("input-schema-no-object", &[(Slot::InputSchema, r#"{"type":"array"}"#)]).await;
}

#[tokio::test]
async fn an_input_schema_with_an_invalid_keyword_is_refused() {
    let schema = r#"{"type":"object","properties":{"n":{"type":"integer","minimum":"one"}}}"#;
    refused_as("input-schema-invalid", &[(Slot::InputSchema, schema)]).await;
}

#[tokio::test]
async fn an_input_schema_that_refers_elsewhere_is_refused_and_nothing_is_fetched() {
    let schema = r#"{"type":"object","properties":{"n":{"$ref":"http://127.0.0.1:9/schema.json"}}}"#;
    refused_as("input-schema-remote", &[(Slot::InputSchema, schema)]).await;
}

#[tokio::test]
async fn an_input_schema_that_refers_to_a_file_is_refused() {
    let schema = r#"{"type":"object","properties":{"n":{"$ref":"file:///etc/passwd"}}}"#;
    refused_as("input-schema-file", &[(Slot::InputSchema, schema)]).await;
}

#[tokio::test]
async fn an_input_schema_that_refers_to_nothing_is_refused() {
    let schema = r##"{"type":"object","properties":{"n":{"$ref":"#/$defs/missing"}}}"##;
    refused_as("input-schema-dangling", &[(Slot::InputSchema, schema)]).await;
}

#[tokio::test]
async fn an_input_schema_with_a_pattern_that_does_not_compile_is_refused() {
    let schema = r#"{"type":"object","properties":{"n":{"type":"string","pattern":"("}}}"#;
    refused_as("input-schema-pattern", &[(Slot::InputSchema, schema)]).await;
}

#[tokio::test]
async fn an_output_schema_that_is_invalid_is_refused() {
    refused_as("output-schema-invalid", &[(Slot::OutputSchema, r#"{"type":"objekt"}"#)]).await;
}

#[tokio::test]
async fn a_meta_that_is_not_an_object_is_refused() {
    refused_as("meta-no-object", &[(Slot::Meta, "[1]")]).await;
}
