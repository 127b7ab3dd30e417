//! TOML as it is written here.

/// The longest line of a comment.
const WIDTH: usize = 110;

/// A string, in ASCII and on one line whatever is in it.
pub(super) fn quoted(text: &str) -> String {
    let mut string = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => string.extend(['\\', character]),
            ' ' | '!'..='~' => string.push(character),
            other => string.push_str(&format!("\\U{:08X}", u32::from(other))),
        }
    }
    string.push('"');
    string
}

/// A key, quoted if it must be.
pub(super) fn key(name: &str) -> String {
    let bare = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    if !name.is_empty() && name.bytes().all(bare) {
        name.to_owned()
    } else {
        quoted(name)
    }
}

/// A comment, over as many lines as it takes.
pub(super) fn comment(text: &str) -> String {
    let mut lines = String::new();
    let mut used = 0;
    for word in text.split_whitespace() {
        if used > 0 && used + 1 + word.chars().count() > WIDTH {
            lines.push('\n');
            used = 0;
        }
        if used == 0 {
            lines.push('#');
            used = 1;
        }
        lines.push(' ');
        lines.push_str(word);
        used += 1 + word.chars().count();
    }
    lines.push('\n');
    lines
}

/// Lines that do nothing until somebody takes their `#` away.
pub(super) fn commented_out(lines: &str) -> String {
    lines.lines().map(|line| format!("# {line}\n")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_ends_its_line() {
        assert_eq!(quoted("a\"b\\c\nd\u{2028}"), "\"a\\\"b\\\\c\\U0000000Ad\\U00002028\"");
        assert_eq!(key("add.it"), "\"add.it\"");
        assert_eq!(key("add_it-2"), "add_it-2");
        assert!(
            comment(&"word ".repeat(60))
                .lines()
                .all(|line| line.starts_with("# word") && line.len() <= WIDTH)
        );
    }
}
