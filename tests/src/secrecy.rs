//! Finding secrets in texts: those that are known, whole or in part, and whatever has the shape of a signed token.

/// Parts that are shorter could be in a text by chance.
const SHORTEST: usize = 16;

/// Letters at the beginning of each needle by which they are found at once.
const STEM: usize = 8;

/// What is looked for.
#[derive(Debug)]
pub struct Secrets {
    /// Sorted.
    needles: Vec<String>,
}

impl Secrets {
    /// From what was issued, one a line. Of a token in three parts (RFC 7515 §7.1) the payload and the signature each count;
    /// its header is no secret, since all tokens of one key begin with it.
    #[must_use]
    pub fn of(issued: &str) -> Self {
        let mut needles: Vec<String> = issued.lines().flat_map(parts).map(str::to_owned).collect();
        assert!(
            needles.iter().all(|needle| needle.bytes().all(is_of_secrets)),
            "a secret of other characters wouldn't be found"
        );
        needles.sort();
        needles.dedup();
        Self { needles }
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.needles.len()
    }

    /// Where in a text the first secret is, as the line around it with the secret cut short: who reads the failure must not
    /// learn it either.
    #[must_use]
    pub fn found_in(&self, text: &str) -> Option<String> {
        let known = words(text).find_map(|(start, word)| {
            let at = (0..=word.len() - SHORTEST).find(|&at| self.begins(&word[at..]))?;
            Some(start + at)
        });
        known.or_else(|| token_shape(text)).map(|at| around(text, at))
    }

    /// Whether one of them stands at the beginning of a text.
    fn begins(&self, text: &str) -> bool {
        let Some(stem) = text.get(..STEM) else { return false };
        let first = self.needles.partition_point(|needle| needle.as_str() < stem);
        self.needles[first..]
            .iter()
            .take_while(|needle| needle.starts_with(stem))
            .any(|needle| text.starts_with(needle.as_str()))
    }
}

/// Whether a secret can have this in it: base64url, and what Entra and tests put between.
fn is_of_secrets(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~')
}

/// The parts of a text that are long enough to hold a secret and have no other characters, each with its place. Most of a log
/// has none.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let split = text.split(|character: char| !u8::try_from(character).is_ok_and(is_of_secrets));
    split
        .filter(|word| word.len() >= SHORTEST)
        .map(|word| (word.as_ptr().addr() - text.as_ptr().addr(), word))
}

/// What of a secret may not be seen.
fn parts(secret: &str) -> Vec<&str> {
    let all: Vec<&str> = secret.split('.').collect();
    let telling = match all[..] {
        [header, payload, signature] if header.starts_with("eyJ") => vec![payload, signature],
        _ => vec![secret],
    };
    telling.into_iter().filter(|part| part.len() >= SHORTEST).collect()
}

/// Where something is that looks like a signed token: `eyJ….….…`, base64url between dots.
fn token_shape(text: &str) -> Option<usize> {
    let length = |text: &str| {
        text.bytes()
            .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
            .count()
    };
    text.match_indices("eyJ").map(|(at, _)| at).find(|&at| {
        let header = length(&text[at..]);
        let Some(rest) = text[at + header..].strip_prefix('.') else {
            return false;
        };
        let payload = length(rest);
        header >= SHORTEST && payload >= SHORTEST && rest[payload..].starts_with('.')
    })
}

/// What stands before a place in its line, and the first letters of what is there.
fn around(text: &str, at: usize) -> String {
    let start = text[..at].rfind('\n').map_or(0, |end| end + 1);
    let mut from = start.max(at.saturating_sub(200));
    while !text.is_char_boundary(from) {
        from += 1;
    }
    let shown: String = text[at..].chars().take(6).collect();
    format!("{}{shown}…", &text[from..at])
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "eyJhbGciOiJSUzI1NiJ9.eyJvaWQiOiIxMjM0NTY3ODkwIn0.c2lnbmF0dXJlLXNpZ25hdHVyZQ";

    fn found(text: &str) -> Option<String> {
        Secrets::of(&format!("{TOKEN}\n1.AVeryOpaqueCodeOfEntra\nshort\n")).found_in(text)
    }

    #[test]
    fn each_telling_part_of_a_token_is_found() {
        for part in [
            "eyJvaWQiOiIxMjM0NTY3ODkwIn0",
            "c2lnbmF0dXJlLXNpZ25hdHVyZQ",
            "1.AVeryOpaqueCodeOfEntra",
        ] {
            let line = found(&format!("first\nüber: {part} end")).unwrap_or_else(|| panic!("{part} isn't found"));
            assert!(line.starts_with("über: ") && !line.contains(part), "{line}");
        }
    }

    #[test]
    fn what_has_the_shape_of_a_token_is_found_though_nobody_issued_it() {
        let other = "eyJhbGciOiJSUzI1NiJ9.eyJvaWQiOiIwMDAwMDAwMDAwIn0.";
        assert!(found(&format!("bearer={other}")).is_some());
    }

    #[test]
    fn ordinary_texts_are_not_taken_for_secrets() {
        for text in [
            "",
            "short",
            "eyJhbGciOiJSUzI1NiJ9",
            "eyJ.eyJ.eyJ",
            "1.AVeryOpaqueCodeOfX",
            "über 0x1",
        ] {
            assert_eq!(found(text), None, "{text}");
        }
    }
}
