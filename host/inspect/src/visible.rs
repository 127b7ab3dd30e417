//! What a component says of itself, made safe to read in a terminal and a log.
//!
//! A component's texts are written by whoever wrote the component. Shown as they are, they could move the cursor, reverse the
//! order of what follows (bidirectional controls), or hold instructions for a model in characters that no font draws. Here
//! each such character is shown by its number, so that a person sees all that a model would.

/// A text on one line, with whatever can't be seen written as an escape: `\n`, `\u{202e}`.
#[must_use]
pub fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' | '\r' | '\t' => shown.extend(character.escape_default()),
            seen if is_seen(seen) => shown.push(seen),
            hidden => shown.extend(hidden.escape_unicode()),
        }
    }
    shown
}

/// How many characters of a long text are shown of its start, and of its end: what is said last is what a model heeds most.
const START: usize = 400;
const END: usize = 150;

/// A text made visible. Of a long one the start and the end, with how much is missing between.
pub(crate) fn excerpt(text: &str) -> String {
    let count = text.chars().count();
    if count <= START + END {
        return visible(text);
    }
    let start: String = text.chars().take(START).collect();
    let end: String = text.chars().skip(count - END).collect();
    let missing = count - START - END;
    format!("{} … ({missing} characters more) … {}", visible(&start), visible(&end))
}

/// A JSON text in which strings can hide nothing: what can't be seen is written as JSON's own escape (RFC 8259 §7), so that
/// it is the same document. Line feeds outside strings stay.
#[must_use]
pub fn visible_json(json: &str) -> String {
    let mut shown = String::with_capacity(json.len());
    for character in json.chars() {
        if character == '\n' || is_seen(character) {
            shown.push(character);
        } else {
            for unit in character.encode_utf16(&mut [0; 2]) {
                shown += &format!("\\u{unit:04x}");
            }
        }
    }
    shown
}

/// Whether a font draws it, and nothing else happens. Combining marks are seen: they belong to the writing of many languages.
fn is_seen(character: char) -> bool {
    match character {
        '"' | '\'' | '\\' => true,
        // Letters and marks by their category, but blank or used to smuggle bytes: fillers, variation selectors.
        '\u{115f}' | '\u{1160}' | '\u{2800}' | '\u{3164}' | '\u{ffa0}' => false,
        '\u{fe00}'..='\u{fe0e}' | '\u{e0100}'..='\u{e01ef}' => false,
        // After a letter, the standard library escapes what isn't printable (controls, formats, spaces but the usual one) and
        // lets combining marks be.
        other => !['a', other]
            .iter()
            .collect::<String>()
            .escape_debug()
            .any(|c| c == '\\'),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_hides_nothing_and_stays_the_same_document() {
        let value = serde_json::json!({ "a\u{202e}": ["\u{e0041}", "Zürich", "\u{9b}2J"] });
        let shown = visible_json(&format!("{value:#}"));
        assert!(
            shown.contains(r"a\u202e") && shown.contains(r"\udb40\udc41") && shown.contains("Zürich"),
            "{shown}"
        );
        assert!(!shown.contains('\u{9b}'), "{shown}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&shown).ok(), Some(value));
    }

    #[test]
    fn of_a_long_text_both_ends_are_shown_and_how_much_is_missing() {
        let shown = excerpt(&format!("first {} last", "x".repeat(START + END)));
        assert!(shown.starts_with("first x") && shown.ends_with("x last"), "{shown}");
        assert!(shown.contains("… (11 characters more) …"), "{shown}");
    }

    #[test]
    fn writing_is_left_as_it_is() {
        for text in [
            "Lists «my» expenses: \"all\" of them, c:\\x",
            "Zürich, e\u{301}",
            "हिन्दी 中文 عربى",
            "✔️",
        ] {
            assert_eq!(visible(text), text);
        }
    }

    #[test]
    fn what_no_font_draws_or_what_moves_other_text_is_shown_by_its_number() {
        for (text, shown) in [
            ("a\u{202e}b", "a\\u{202e}b"),
            ("a\u{200b}b", "a\\u{200b}b"),
            ("\u{1b}[2Jb", "\\u{1b}[2Jb"),
            ("a\nb\t", "a\\nb\\t"),
            // Tag characters and variation selectors: text for a model alone.
            ("\u{e0041}", "\\u{e0041}"),
            ("x\u{e0100}\u{fe01}", "x\\u{e0100}\\u{fe01}"),
            ("\u{3164}", "\\u{3164}"),
            ("a\u{a0}b", "a\\u{a0}b"),
        ] {
            assert_eq!(visible(text), shown);
        }
    }
}
