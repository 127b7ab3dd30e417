//! How results and numbers are printed.

use std::time::Duration;

use serde_json::Value;
use usher_inspect::visible;

/// Prints one JSON object, or a text.
pub(super) fn print(json: bool, object: &Value, text: impl FnOnce() -> String) {
    if json {
        println!("{object:#}");
    } else {
        print!("{}", text());
    }
}

/// A `CallToolResult` as people read it: what is text as text, what is structured as JSON, and of the rest what it is.
pub(super) fn result(result: &Value) -> String {
    let structured = result.get("structuredContent");
    let mut text = String::new();
    for block in result["content"].as_array().into_iter().flatten() {
        let Some(said) = block["text"].as_str() else {
            text += &format!("[{}]\n", kind(block));
            continue;
        };
        // For clients that know no structured content, the same stands there as text.
        let twice = structured.is_some() && serde_json::from_str::<Value>(said).ok().as_ref() == structured;
        if !twice {
            text += &lines(said);
        }
    }
    if let Some(structured) = structured {
        text += &lines(&format!("{structured:#}"));
    }
    text
}

fn kind(block: &Value) -> String {
    let word = |key: &str| block[key].as_str().map(visible).unwrap_or_default();
    let more = [word("mimeType"), word("uri")].join(" ");
    format!("{} {}", word("type"), more.trim()).trim_end().to_owned()
}

/// Lines of a component's, with nothing hidden in them.
pub(super) fn lines(text: &str) -> String {
    text.lines().map(|line| visible(line) + "\n").collect()
}

/// A table: the first column to the left, the others to the right.
pub(super) fn rows(table: &[Vec<String>]) -> String {
    let columns = table.iter().map(Vec::len).max().unwrap_or_default();
    let width = |column: usize| {
        let cells = table.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or_default()
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let line = |row: &Vec<String>| {
        let cells = row.iter().zip(&widths).enumerate().map(|(column, (cell, width))| {
            if column == 0 {
                format!("{cell:<width$}")
            } else {
                format!("{cell:>width$}")
            }
        });
        cells.collect::<Vec<_>>().join("   ") + "\n"
    };
    table.iter().map(line).collect()
}

/// A duration.
pub(super) fn milliseconds(duration: Duration) -> String {
    format!("{:.1} ms", duration.as_secs_f64() * 1e3)
}

/// A size.
#[allow(clippy::cast_precision_loss, reason = "shown with one digit after the point")]
pub(super) fn bytes(bytes: usize) -> String {
    match bytes {
        0..1_024 => format!("{bytes} B"),
        1_024..1_048_576 => format!("{:.1} KiB", bytes as f64 / 1_024.0),
        _ => format!("{:.1} MiB", bytes as f64 / 1_048_576.0),
    }
}

/// A number with its thousands apart.
pub(super) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut apart = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            apart.push(',');
        }
        apart.push(digit);
    }
    apart
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_stands_there_twice_is_shown_once() {
        let twice = json!({ "content": [{ "type": "text", "text": "{\"id\":1}" }], "structuredContent": { "id": 1 } });
        assert_eq!(result(&twice), "{\n  \"id\": 1\n}\n");
        let other = json!({ "content": [{ "type": "text", "text": "done\u{1b}[2J" }, { "type": "image", "mimeType": "image/png" }] });
        assert_eq!(result(&other), "done\\u{1b}[2J\n[image image/png]\n");
    }

    #[test]
    fn numbers_are_readable() {
        assert_eq!(
            [0, 999, 1_000, 1_234_567].map(thousands),
            ["0", "999", "1,000", "1,234,567"]
        );
        assert_eq!([1, 2_048, 3 << 20].map(bytes), ["1 B", "2.0 KiB", "3.0 MiB"]);
    }
}
