//! A path, taken apart.

use std::fmt::Write as _;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::error::PathError;
use super::look_alike::{look_alike, normalized};

/// The longest path that is read, in bytes, as it was written.
pub(super) const MAX_BYTES: usize = 1024;

/// What stays as it is: RFC 3986 `pchar`, without `&`, `+`, `;` and `*`, which forms, matrix parameters and patterns give a
/// meaning to.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'!')
    .remove(b'$')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b',')
    .remove(b'=')
    .remove(b':')
    .remove(b'@');

/// Segments with `$` that documented requests of OData services end in (OData 4.01, part 2, "URL Conventions", §4). None of them
/// carries other requests within, as `$batch` does.
const SYSTEM_SEGMENTS: [&str; 3] = ["$value", "$count", "$ref"];

/// Which further rules hold for a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// Microsoft Graph: `$value`, `$count`, `$ref` and no other segment with `$`; no slash at the end.
    Graph,
    /// Another service: a slash at the end is a path of its own, and so is the bare slash.
    Http,
}

/// The decoded segments of a path: what is compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Segments(Vec<String>);

impl Segments {
    /// Takes a path apart, percent-encoded or not, and decodes it once.
    pub(crate) fn parse(path: &str, dialect: Dialect) -> Result<Self, PathError> {
        if path.len() > MAX_BYTES {
            return Err(PathError::TooLong);
        }
        let below = path.strip_prefix('/').ok_or(PathError::NotAbsolute)?;
        if below.starts_with(['/', '\\']) {
            return Err(PathError::NotAbsolute);
        }
        let mut rest = below.split('/').peekable();
        let mut segments = Vec::new();
        while let Some(raw) = rest.next() {
            let last = rest.peek().is_none();
            if raw.is_empty() && !(last && dialect == Dialect::Http) {
                return Err(PathError::EmptySegment);
            }
            segments.push(segment(raw, dialect)?);
        }
        Ok(Self(segments))
    }

    pub(crate) fn iter(&self) -> impl ExactSizeIterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// The path in the one encoding that is sent.
    pub(crate) fn encode(&self) -> String {
        let mut path = String::new();
        for segment in &self.0 {
            write!(path, "/{}", utf8_percent_encode(segment, ENCODED))
                .expect("a String takes all that is written to it");
        }
        path
    }
}

/// One segment, decoded and looked at.
fn segment(raw: &str, dialect: Dialect) -> Result<String, PathError> {
    let quoted = || raw.to_owned();
    if !escapes_are_whole(raw) {
        return Err(PathError::Encoding(quoted()));
    }
    let decoded = percent_decode_str(raw)
        .decode_utf8()
        .map_err(|_| PathError::Encoding(quoted()))?
        .into_owned();
    let forbidden =
        |character: &char| matches!(character, '/' | '\\' | '%' | '?' | '#' | ';') || character.is_control();
    if let Some(character) = decoded.chars().find(forbidden) {
        return Err(PathError::Character(quoted(), character));
    }
    if let Some(character) = look_alike(&decoded) {
        return Err(PathError::LookAlike(quoted(), character));
    }
    if dialect == Dialect::Graph && decoded.starts_with('@') {
        return Err(PathError::Character(quoted(), '@'));
    }
    // A drive item is addressed as `root:/folder/name:`, so what stands beside a colon is the name of a file or a folder.
    for part in normalized(&decoded).split(':') {
        if part != part.trim() || part.ends_with('.') {
            return Err(PathError::Dots(quoted()));
        }
        if dialect == Dialect::Graph && part.starts_with('$') && !SYSTEM_SEGMENTS.contains(&part) {
            return Err(PathError::System(decoded));
        }
    }
    Ok(decoded)
}

/// Whether each `%` begins an escape: decoders leave others as they are, each in its own way.
fn escapes_are_whole(raw: &str) -> bool {
    raw.split('%').skip(1).all(|rest| {
        let mut digits = rest.bytes();
        matches!((digits.next(), digits.next()), (Some(first), Some(second))
            if first.is_ascii_hexdigit() && second.is_ascii_hexdigit())
    })
}
