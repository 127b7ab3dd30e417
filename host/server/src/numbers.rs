//! Numbers that JSON can't carry.
//!
//! Some clients write `NaN`, `Infinity` or `1e400` into the arguments of a call, and the body is no JSON then (RFC 8259 §6), or
//! holds a number that no double can. Such a call deserves an answer that names the field, as any other wrong argument gets. So
//! when a body doesn't parse, and only then, these tokens are looked for; if they stand in the arguments of a `tools/call` and
//! are all that is wrong, the call is read with `null` in their places, goes through everything that a call goes through, and
//! ends before it runs. Everywhere else a body that doesn't parse is an error.

use std::fmt::Write as _;

use axum::body::Bytes;
use serde::de::IgnoredAny;
use serde_json::Value;

/// How deep arrays and objects may nest: what serde_json allows.
const DEPTH: usize = 128;
/// How many fields are named. More help nobody.
const NAMED: usize = 5;

/// A call that is readable now, and why it must not run.
#[derive(Debug)]
pub(crate) struct Repaired {
    /// The body with `null` in the place of each such number.
    pub(crate) body: Bytes,
    /// The arguments that held them.
    pub(crate) fields: NotFinite,
}

/// Arguments that are no finite numbers: a JSON Pointer (RFC 6901) within the arguments, for each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NotFinite(Vec<String>);

impl NotFinite {
    /// One line for each field, as for other wrong arguments.
    pub(crate) fn lines(&self) -> String {
        let mut lines = String::new();
        for path in self.0.iter().take(NAMED) {
            if !lines.is_empty() {
                lines.push('\n');
            }
            // A `String` takes everything.
            let _ = write!(lines, "{}: must be a finite number", path.trim_start_matches('/'));
        }
        lines
    }
}

/// Repairs a `tools/call` whose arguments hold such numbers. None if the body is something else, or is wrong in another way.
pub(crate) fn repair(body: &[u8]) -> Option<Repaired> {
    let found = Scan::new(body).run()?;
    if found.is_empty() {
        return None;
    }
    let mut fields = Vec::with_capacity(found.len());
    let mut repaired = Vec::with_capacity(body.len());
    let mut copied = 0;
    for Found { start, end, path } in found {
        let within = path
            .strip_prefix("/params/arguments")
            .filter(|within| within.starts_with('/'))?;
        fields.push(within.to_owned());
        repaired.extend_from_slice(&body[copied..start]);
        repaired.extend_from_slice(b"null");
        copied = end;
    }
    repaired.extend_from_slice(&body[copied..]);
    let message: Value = serde_json::from_slice(&repaired).ok()?;
    (message["method"] == "tools/call").then(|| Repaired {
        body: repaired.into(),
        fields: NotFinite(fields),
    })
}

/// A token that stands where a value should and is no number that a double can hold.
struct Found {
    start: usize,
    end: usize,
    path: String,
}

/// Where the scan is: in an array at an index, or in an object after a key.
enum Step {
    Index(usize),
    Key(String),
}

/// Goes over a text that is nearly JSON. It only keeps track of where it is; whether the rest is JSON is for the parser to say.
struct Scan<'a> {
    text: &'a [u8],
    at: usize,
    path: Vec<Step>,
    found: Vec<Found>,
}

impl<'a> Scan<'a> {
    fn new(text: &'a [u8]) -> Self {
        Self {
            text,
            at: 0,
            path: Vec::new(),
            found: Vec::new(),
        }
    }

    /// None if the text isn't nearly JSON.
    fn run(mut self) -> Option<Vec<Found>> {
        let mut key: Option<String> = None;
        while let Some(&byte) = self.text.get(self.at) {
            match byte {
                b' ' | b'\t' | b'\n' | b'\r' => self.at += 1,
                b'{' | b'[' => {
                    if self.path.len() == DEPTH {
                        return None;
                    }
                    self.path.push(if byte == b'[' {
                        Step::Index(0)
                    } else {
                        Step::Key(String::new())
                    });
                    self.at += 1;
                }
                b'}' | b']' => {
                    self.path.pop()?;
                    self.at += 1;
                }
                b',' => {
                    if let Some(Step::Index(index)) = self.path.last_mut() {
                        *index += 1;
                    }
                    self.at += 1;
                }
                b':' => {
                    *self.path.last_mut()? = Step::Key(key.take()?);
                    self.at += 1;
                }
                b'"' => {
                    let text = self.string()?;
                    // It is a key if a colon follows; a string value is forgotten.
                    key = self.is_key().then(|| serde_json::from_slice(text)).transpose().ok()?;
                }
                _ => self.bare_word()?,
            }
        }
        self.path.is_empty().then_some(self.found)
    }

    /// Passes over a string and gives it back with its quotes.
    fn string(&mut self) -> Option<&'a [u8]> {
        let start = self.at;
        let mut end = start + 1;
        loop {
            match self.text.get(end)? {
                b'\\' => end += 2,
                b'"' => break,
                _ => end += 1,
            }
        }
        self.at = end + 1;
        self.text.get(start..self.at)
    }

    fn is_key(&self) -> bool {
        let rest = &self.text[self.at..];
        rest.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b':')
    }

    /// Passes over a number, a literal or such a token.
    fn bare_word(&mut self) -> Option<()> {
        let start = self.at;
        let length = self.text[start..]
            .iter()
            .take_while(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'+' | b'-' | b'.'))
            .count();
        if length == 0 {
            return None;
        }
        self.at += length;
        if is_not_finite(&self.text[start..self.at]) {
            self.found.push(Found {
                start,
                end: self.at,
                path: self.pointer(),
            });
        }
        Some(())
    }

    fn pointer(&self) -> String {
        let mut pointer = String::new();
        for step in &self.path {
            pointer.push('/');
            match step {
                // A `String` takes everything.
                Step::Index(index) => {
                    let _ = write!(pointer, "{index}");
                }
                Step::Key(key) => pointer.push_str(&key.replace('~', "~0").replace('/', "~1")),
            }
        }
        pointer
    }
}

/// The spellings of JavaScript, Python and C, and numbers in JSON's own grammar that are out of a double's range.
fn is_not_finite(word: &[u8]) -> bool {
    let unsigned = word
        .strip_prefix(b"-")
        .or_else(|| word.strip_prefix(b"+"))
        .unwrap_or(word);
    let named = [&b"nan"[..], b"inf", b"infinity"]
        .iter()
        .any(|name| unsigned.eq_ignore_ascii_case(name));
    let is_number =
        || serde_json::from_slice::<IgnoredAny>(word).is_ok() && unsigned.first().is_some_and(u8::is_ascii_digit);
    named || (is_number() && serde_json::from_slice::<f64>(word).is_err())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn call(arguments: &str) -> String {
        format!(r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":"t","arguments":{arguments}}}}}"#)
    }

    fn lines(arguments: &str) -> Option<String> {
        let repaired = repair(call(arguments).as_bytes())?;
        serde_json::from_slice::<Value>(&repaired.body).unwrap();
        Some(repaired.fields.lines())
    }

    #[test]
    fn the_field_of_a_number_that_json_cannot_carry_is_named() {
        for token in [
            "NaN",
            "Infinity",
            "-Infinity",
            "nan",
            "inf",
            "1e400",
            "-1e400",
            "1E+999",
        ] {
            let named = lines(&format!(r#"{{"amount": {token}}}"#));
            assert_eq!(named.as_deref(), Some("amount: must be a finite number"), "{token}");
        }
    }

    #[test]
    fn nested_fields_are_named_by_their_path() {
        assert_eq!(
            lines(r#"{"a/b":{"c":[0,{"d":NaN}]},"e":Infinity}"#).as_deref(),
            Some("a~1b/c/1/d: must be a finite number\ne: must be a finite number")
        );
    }

    #[test]
    fn strings_and_keys_that_look_like_it_are_left_alone() {
        assert_eq!(
            lines(r#"{"NaN":"NaN","x":"say \"NaN\", 1e400","amount":NaN}"#).as_deref(),
            Some("amount: must be a finite number")
        );
        assert!(lines(r#"{"x":"NaN"}"#).is_none());
    }

    #[test]
    fn a_body_that_is_wrong_in_another_way_is_not_repaired() {
        for arguments in [
            r#"{"amount":NaN,}"#,
            r#"{"amount":NaN"#,
            r#"{"amount":NaN}}"#,
            r#"{"amount":nothing}"#,
            r#"{amount:NaN}"#,
            r#"{"a":01,"b":NaN}"#,
        ] {
            assert!(lines(arguments).is_none(), "{arguments}");
        }
        assert!(
            repair(b"").is_none() && repair(b"NaN").is_none() && repair(b"\"").is_none() && repair(b"\"\\").is_none()
        );
    }

    #[test]
    fn only_the_arguments_of_a_call_are_repaired() {
        assert!(
            repair(br#"{"jsonrpc":"2.0","id":NaN,"method":"tools/call","params":{"name":"t","arguments":{}}}"#)
                .is_none()
        );
        assert!(
            repair(br#"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"arguments":{"x":NaN}}}"#).is_none()
        );
        assert!(
            repair(br#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"t","arguments":NaN}}"#)
                .is_none()
        );
    }

    #[test]
    fn nesting_without_end_is_given_up() {
        assert!(repair("[".repeat(1 << 20).as_bytes()).is_none());
    }
}
