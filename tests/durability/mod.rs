//! What was acknowledged is there, however the host ended.

mod killed;
mod stopped;

use std::path::Path;

use serde_json::{Value, json};
use usher_tests::{Grant, guest};

/// The arguments that record an expense.
fn expense(category: &str, description: &str) -> Value {
    json!({
        "date": "2026-11-22", "amount": 12.5, "category": category, "description": description, "payment_method": "visa",
    })
}

/// The descriptions in an answer of `get_user_expenses`.
fn descriptions(answer: &Value) -> Vec<String> {
    let expenses = answer["expenses"].as_array().unwrap();
    expenses
        .iter()
        .map(|expense| expense["description"].as_str().unwrap().to_owned())
        .collect()
}

/// Puts a program of the tests into a folder of tools.
fn put(tools: &Path, program: &str, grant: &Grant) {
    std::fs::write(tools.join(format!("{program}.wasm")), guest(program)).unwrap();
    std::fs::write(tools.join(format!("{program}.grant.toml")), grant.text()).unwrap();
}

/// A grant to read and write one's own documents.
fn documents(tools: &[&str]) -> Grant {
    Grant::of(tools)
        .gives("log = true")
        .gives("my-documents = { containers = [\"expenses\"] }")
        .gives("my-documents-write = { containers = [\"expenses\"] }")
}
