//! Words that several findings share.

/// A text of the program's own as a sentence: an upper-case letter at its start, a stop at its end.
pub(super) fn sentence(text: &str) -> String {
    let text = text.trim();
    let mut characters = text.chars();
    let Some(first) = characters.next() else {
        return String::new();
    };
    // What begins with a key, a path or an address begins as that does.
    let first_word = text.split_whitespace().next().unwrap_or_default();
    let is_word = first_word
        .chars()
        .all(|character| character.is_alphabetic() || character == '\'');
    let start = if is_word {
        first.to_uppercase().to_string()
    } else {
        first.to_string()
    };
    let end = if text.ends_with(['.', '!', '?', '|']) || text.contains('\n') {
        ""
    } else {
        "."
    };
    format!("{start}{}{end}", characters.as_str())
}

/// How far a moment is from now, in the unit that a person would take; negative is past.
pub(super) fn distance(seconds: i64) -> String {
    let amount = seconds.unsigned_abs();
    let amount = match amount {
        0..120 => format!("{amount} s"),
        120..7_200 => format!("{} min", amount / 60),
        7_200..172_800 => format!("{} h", amount / 3_600),
        _ => format!("{} days", amount / 86_400),
    };
    if seconds < 0 {
        format!("{amount} ago")
    } else {
        format!("in {amount}")
    }
}

/// `1 key`, `2 keys`.
pub(super) fn count(number: usize, of: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {of}{plural}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_becomes_a_sentence_unless_it_begins_with_a_name() {
        assert_eq!(sentence("the file can't be read"), "The file can't be read.");
        assert_eq!(sentence("public-url isn't set"), "public-url isn't set.");
        assert_eq!(sentence("/etc/x: gone."), "/etc/x: gone.");
        assert_eq!(sentence(""), "");
    }

    #[test]
    fn a_distance_is_told_in_the_unit_that_a_person_would_take() {
        for (seconds, told) in [
            (0, "in 0 s"),
            (119, "in 119 s"),
            (3_599, "in 59 min"),
            (-7_200, "2 h ago"),
            (200_000, "in 2 days"),
            (i64::MIN, "106751991167300 days ago"),
        ] {
            assert_eq!(distance(seconds), told);
        }
    }
}
