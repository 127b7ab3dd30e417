//! Ledger: reads and adds entries of another protected API, on behalf of the person who is signed in.
//!
//! The API wants a token of its own for each person. The host gets it, by exchanging the one that the person came with, and
//! attaches it; the operator's grant says for which origin and for which scope. What is written here would look the same for
//! an API that is open to everybody.
#![forbid(unsafe_code)]

use usher_sdk::prelude::*;

const ORIGIN: &str = "https://ledger.contoso.example";
const ENTRIES: &str = "https://ledger.contoso.example/entries";

/// An entry that isn't in the ledger yet.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewEntry {
    /// What it is about.
    #[schemars(length(min = 1, max = 200))]
    description: String,
    /// The amount; what is owed is negative.
    #[schemars(range(min = -1e9, max = 1e9))]
    amount: f64,
}

/// An entry of the ledger.
#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
struct Entry {
    id: String,
    description: String,
    amount: f64,
}

#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
struct Entries {
    /// The person's entries, the oldest first.
    entries: Vec<Entry>,
}

/// Lists the ledger's entries of the person who is signed in, the oldest first.
#[tool(
    title = "Ledger entries",
    read_only = true,
    open_world = false,
    requires(http(ORIGIN))
)]
fn list_ledger_entries() -> Result<Entries, Error> {
    http::get(ENTRIES).header("accept", "application/json").json()
}

/// Adds an entry to the ledger, in the name of the person who is signed in.
#[tool(
    title = "Add to ledger",
    destructive = false,
    idempotent = false,
    open_world = false,
    requires(http(ORIGIN))
)]
fn add_ledger_entry(entry: NewEntry) -> Result<Entry, Error> {
    http::post(ENTRIES).send_json(&entry)?.success()?.json()
}

usher_sdk::export!(list_ledger_entries, add_ledger_entry);

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use usher_sdk::describe::Requirement;

    #[test]
    fn the_ledger_is_all_that_is_required() {
        for requires in [list_ledger_entries::describe(), add_ledger_entry::describe()].map(|tool| tool.options) {
            assert_eq!(requires.unwrap().requires, [Requirement::Http(ORIGIN.to_owned())]);
        }
        assert!(ENTRIES.starts_with(ORIGIN));
    }

    #[test]
    fn entries_are_read_whatever_else_the_ledger_says_of_them() {
        let answer =
            r#"{"entries": [{"id": "1", "description": "Lunch", "amount": -12.5, "by": "Megan"}], "next": null}"#;
        let read: Entries = serde_json::from_str(answer).unwrap();
        let [lunch] = &read.entries[..] else {
            panic!("one entry")
        };
        assert_eq!((lunch.description.as_str(), lunch.amount), ("Lunch", -12.5));
    }

    #[test]
    fn an_entry_says_what_it_is_about_and_a_bounded_amount() {
        let schema: serde_json::Value = serde_json::from_str(&add_ledger_entry::describe().input_schema).unwrap();
        assert_eq!(schema["required"], serde_json::json!(["description", "amount"]));
        assert_eq!(schema["properties"]["amount"]["maximum"], 1e9);
    }
}
