//! Texts that people read, kept as files: whoever changes one sees what becomes of it.

use std::path::Path;

/// Setting this writes the files anew instead of comparing.
const UPDATE: &str = "USHER_TEST_UPDATE_GOLDEN";

/// Compares a text with the file of a folder of `tests/`, such as `loading/golden/no-grant.txt`.
///
/// Addresses and the numbers of functions differ from build to build of a component, so they count as `…`.
#[track_caller]
pub fn assert_is(file: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    let text = without_numbers(&without_numbers(text, "0x"), "wasm function ") + "\n";
    if std::env::var_os(UPDATE).is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        return;
    }
    let expected = std::fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("tests/{file}: {error}; to write it, set {UPDATE}=1. It would be:\n{text}"));
    assert_eq!(
        text, expected,
        "tests/{file} says otherwise; if that is meant, set {UPDATE}=1 and look at the difference"
    );
}

/// The text with `…` in the place of each hexadecimal number that follows `mark`.
fn without_numbers(text: &str, mark: &str) -> String {
    let mut rest = text;
    let mut plain = String::new();
    while let Some(at) = rest.find(mark) {
        let (before, number) = rest.split_at(at + mark.len());
        plain.push_str(before);
        plain.push('…');
        rest = number.trim_start_matches(|digit: char| digit.is_ascii_hexdigit());
    }
    plain + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_do_not_count() {
        assert_eq!(without_numbers("at 0x1f3a, 0x2: x", "0x"), "at 0x…, 0x…: x");
        assert_eq!(without_numbers("none", "0x"), "none");
    }
}
