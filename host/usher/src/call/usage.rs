//! What a call asked of the host, added up by function.

use std::time::Duration;

use serde_json::{Value, json};
use usher_capabilities::Entry;

use super::shown::{bytes, milliseconds, rows};

/// One function's part.
#[derive(Debug, Clone)]
pub(super) struct Used {
    function: String,
    times: usize,
    /// None where nothing was done: in a replay.
    took: Option<Duration>,
    asked: usize,
    answered: usize,
}

/// Adds up, in the order of first use.
pub(super) fn of<'a>(calls: impl Iterator<Item = (&'a Entry, Option<Duration>)>) -> Vec<Used> {
    let mut all: Vec<Used> = Vec::new();
    for (entry, took) in calls {
        let question = &entry.question;
        let function = format!("{}.{}", question.interface, question.function);
        let at = all
            .iter()
            .position(|used| used.function == function)
            .unwrap_or_else(|| {
                all.push(Used {
                    function,
                    times: 0,
                    took: None,
                    asked: 0,
                    answered: 0,
                });
                all.len() - 1
            });
        let used = &mut all[at];
        used.times += 1;
        used.took = took.map(|took| used.took.unwrap_or_default() + took);
        used.asked += question.arguments.iter().map(length).sum::<usize>();
        used.answered += length(&entry.answer);
    }
    all
}

/// As a table.
pub(super) fn text(all: &[Used]) -> String {
    if all.is_empty() {
        return "The tool asked nothing of the host.\n".to_owned();
    }
    let timed = all.iter().any(|used| used.took.is_some());
    let mut table = vec![vec!["host call".to_owned(), "times".to_owned()]];
    if timed {
        table[0].push("time".to_owned());
    }
    table[0].extend(["asked", "answered"].map(str::to_owned));
    for used in all {
        let mut row = vec![used.function.clone(), used.times.to_string()];
        if timed {
            row.push(milliseconds(used.took.unwrap_or_default()));
        }
        row.extend([bytes(used.asked), bytes(used.answered)]);
        table.push(row);
    }
    rows(&table)
}

/// As JSON.
pub(super) fn json(all: &[Used]) -> Vec<Value> {
    all.iter()
        .map(|used| {
            let mut row = json!({
                "function": used.function,
                "times": used.times,
                "bytes-asked": used.asked,
                "bytes-answered": used.answered,
            });
            if let Some(took) = used.took {
                row["milliseconds"] = json!(took.as_secs_f64() * 1e3);
            }
            row
        })
        .collect()
}

/// The bytes of a value as JSON: near enough to those that cross, and the same at each run.
fn length(value: &Value) -> usize {
    value.to_string().len()
}

#[cfg(test)]
mod tests {
    use usher_capabilities::Question;

    use super::*;

    fn entry(function: &str) -> Entry {
        Entry {
            question: Question {
                interface: "my-documents".to_owned(),
                function: function.to_owned(),
                arguments: vec![json!("notes")],
            },
            answer: json!({ "Err": "NotFound" }),
        }
    }

    #[test]
    fn calls_are_added_up_by_function_in_the_order_of_first_use() {
        let entries = [entry("read"), entry("query"), entry("read")];
        let second = Some(Duration::from_secs(1));
        let all = of(entries.iter().map(|entry| (entry, second)));
        let seen: Vec<_> = all
            .iter()
            .map(|used| (used.function.as_str(), used.times, used.took))
            .collect();
        assert_eq!(
            seen,
            [
                ("my-documents.read", 2, Some(Duration::from_secs(2))),
                ("my-documents.query", 1, second)
            ]
        );
        assert_eq!((all[0].asked, all[0].answered), (14, 36));
    }
}
