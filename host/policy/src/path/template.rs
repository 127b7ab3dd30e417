//! A path with parameters, as a grant and a tool's requirement list it.

use std::collections::BTreeSet;
use std::fmt;
use std::hash::{Hash, Hasher};

use percent_encoding::percent_decode_str;
use thiserror::Error;

use super::error::PathError;
use super::segments::{Dialect, Segments};

/// Literals and parameters: `/me/messages/{id}`, `/me/drive/root:/{file}:/content`.
///
/// A `{parameter}` stands for one segment or for a part of one, has at least one character, and never has a slash or a colon,
/// which separate. It never begins with `$`. Outside the names of drive items (between colons: `root:/{folder}/{file}:`) it has
/// no quotes and no parentheses either, and isn't a qualified name such as `microsoft.graph.delta`, so that a key can't become a
/// function; inside parentheses, no comma and no equals sign, so that one argument can't become two.
///
/// Two templates are equal if they are equal up to the names of their parameters.
#[derive(Clone)]
pub struct PathTemplate {
    text: Box<str>,
    segments: Vec<Vec<Part>>,
}

/// Why a text isn't a template.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TemplateError {
    /// A literal that no path can have.
    #[error("{template:?} can't be a path: {why}")]
    Path {
        /// The template.
        template: String,
        /// What is wrong with it.
        why: PathError,
    },
    /// A query in it.
    #[error("{0:?} has a query: leave it out, and allow its options by name, as in query = [\"$select\"]")]
    Query(String),
    /// `$batch`, which carries requests within.
    #[error("{0:?} would let through requests that aren't in the list: list each of them instead of `$batch`")]
    Batch(String),
    /// A wildcard.
    #[error(
        "{0:?} has a `*`, which isn't a pattern here: write {{name}} for one segment, and one path for each length"
    )]
    Wildcard(String),
    /// A version, which the host writes.
    #[error("{0:?} begins with a version: paths are below `/v1.0`, so leave it out; `/beta` isn't offered")]
    Version(String),
    /// It doesn't say what it is about.
    #[error("{0:?} begins with a parameter, which would stand for any resource: name the first segment")]
    AnyResource(String),
    /// Braces that don't pair, or a name that isn't one.
    #[error("{0:?} has braces that don't hold a name: a parameter is {{name}}, of letters, digits, `-` and `_`")]
    Braces(String),
    /// Nothing between two parameters tells where one ends.
    #[error("{0:?} has two parameters side by side: put a character between them")]
    Adjacent(String),
    /// A name that stands for two things.
    #[error("{template:?} has the parameter {name:?} twice, and they wouldn't have to be equal: name them differently")]
    Twice {
        /// The template.
        template: String,
        /// The name.
        name: String,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Part {
    Literal(String),
    Parameter(Place),
}

/// Where a parameter stands, which decides about what it may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Place {
    /// The name of a drive item, or a part of it.
    ItemName,
    /// A key, or any other segment.
    Key,
    /// An argument of a function, inside parentheses.
    Argument,
}

impl PathTemplate {
    /// Reads a template of a path of Microsoft Graph, below `/v1.0`.
    ///
    /// # Errors
    /// What is wrong, and what to write instead.
    pub fn graph(text: &str) -> Result<Self, TemplateError> {
        let template = Self::parse(text, Dialect::Graph)?;
        match template.segments.first().map(Vec::as_slice) {
            Some([Part::Literal(version)]) if version == "v1.0" || version == "beta" => {
                Err(TemplateError::Version(text.to_owned()))
            }
            Some([Part::Parameter(_), ..]) => Err(TemplateError::AnyResource(text.to_owned())),
            _ => Ok(template),
        }
    }

    /// Reads a template of a path of another service.
    ///
    /// # Errors
    /// What is wrong, and what to write instead.
    pub fn http(text: &str) -> Result<Self, TemplateError> {
        Self::parse(text, Dialect::Http)
    }

    /// As it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether its last segment is nothing but a key.
    pub(crate) fn ends_with_key(&self) -> bool {
        matches!(
            self.segments.last().map(Vec::as_slice),
            Some([Part::Parameter(Place::Key)])
        )
    }

    pub(crate) fn matches(&self, path: &Segments) -> bool {
        let segments = path.iter();
        segments.len() == self.segments.len() && segments.zip(&self.segments).all(|(text, parts)| fits(parts, text))
    }

    fn parse(text: &str, dialect: Dialect) -> Result<Self, TemplateError> {
        let quoted = || text.to_owned();
        if text.contains(['?', '#']) {
            return Err(TemplateError::Query(quoted()));
        }
        if text.contains('*') {
            return Err(TemplateError::Wildcard(quoted()));
        }
        // What is left when each parameter is an ordinary word must be an ordinary path.
        let words = with_words(text).ok_or_else(|| TemplateError::Braces(quoted()))?;
        let is_batch = |segment: &str| segment.to_ascii_lowercase().contains("$batch");
        match Segments::parse(&words, dialect) {
            Ok(segments) if segments.iter().any(is_batch) => return Err(TemplateError::Batch(quoted())),
            Ok(_) => {}
            Err(PathError::System(segment)) if is_batch(&segment) => return Err(TemplateError::Batch(quoted())),
            Err(why) => {
                let template = quoted();
                return Err(TemplateError::Path { template, why });
            }
        }
        let mut reader = Reader {
            template: text,
            dialect,
            in_item_name: false,
            names: BTreeSet::new(),
        };
        let segments = text
            .split('/')
            .skip(1)
            .map(|raw| reader.segment(raw))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            text: text.into(),
            segments,
        })
    }
}

/// The template with a word for each parameter. None if the braces don't hold names.
fn with_words(text: &str) -> Option<String> {
    let mut words = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((literal, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}')?;
        let legal = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        if literal.contains('}') || name.is_empty() || !name.bytes().all(legal) {
            return None;
        }
        words.push_str(literal);
        words.push_str("word");
        rest = after;
    }
    words.push_str(rest);
    (!rest.contains('}')).then_some(words)
}

/// Reads the segments of a template whose braces are in order.
struct Reader<'t> {
    template: &'t str,
    dialect: Dialect,
    /// Whether a colon was passed that opens the path of a drive item, and none that closes it.
    in_item_name: bool,
    names: BTreeSet<&'t str>,
}

impl<'t> Reader<'t> {
    fn segment(&mut self, raw: &'t str) -> Result<Vec<Part>, TemplateError> {
        let mut parts = Vec::new();
        let mut depth = 0_u32;
        let mut rest = raw;
        while !rest.is_empty() {
            if let Some((name, after)) = rest.strip_prefix('{').and_then(|inside| inside.split_once('}')) {
                if matches!(parts.last(), Some(Part::Parameter(_))) {
                    return Err(TemplateError::Adjacent(self.template.to_owned()));
                }
                if !self.names.insert(name) {
                    return Err(TemplateError::Twice {
                        template: self.template.to_owned(),
                        name: name.to_owned(),
                    });
                }
                parts.push(Part::Parameter(match depth {
                    0 if self.in_item_name => Place::ItemName,
                    0 => Place::Key,
                    _ => Place::Argument,
                }));
                rest = after;
            } else {
                let (literal, after) = rest.split_at(rest.find('{').unwrap_or(rest.len()));
                let literal = percent_decode_str(literal).decode_utf8_lossy();
                for character in literal.chars() {
                    match character {
                        '(' => depth += 1,
                        ')' => depth = depth.saturating_sub(1),
                        ':' if depth == 0 && self.dialect == Dialect::Graph => self.in_item_name = !self.in_item_name,
                        _ => {}
                    }
                }
                parts.push(Part::Literal(literal.into_owned()));
                rest = after;
            }
        }
        Ok(parts)
    }
}

/// Whether a decoded segment is what the parts say.
///
/// A parameter ends where the next literal is found first, so this takes time in proportion to the text and never tries twice.
fn fits(parts: &[Part], text: &str) -> bool {
    match parts {
        [] => text.is_empty(),
        [Part::Literal(literal), rest @ ..] => text
            .strip_prefix(literal.as_str())
            .is_some_and(|after| fits(rest, after)),
        [Part::Parameter(place)] => place.takes(text),
        [Part::Parameter(place), Part::Literal(literal)] => text
            .strip_suffix(literal.as_str())
            .is_some_and(|value| place.takes(value)),
        [Part::Parameter(place), rest @ ..] => {
            let Some(Part::Literal(next)) = rest.first() else {
                return false;
            };
            text.char_indices()
                .nth(1)
                .and_then(|(one, _)| text[one..].find(next.as_str()).map(|found| text.split_at(one + found)))
                .is_some_and(|(value, after)| place.takes(value) && fits(rest, after))
        }
    }
}

impl Place {
    fn takes(self, value: &str) -> bool {
        let separating: &[char] = match self {
            Self::ItemName => &[':', '/'],
            Self::Key => &[':', '/', '\'', '"', '(', ')'],
            Self::Argument => &[':', '/', '\'', '"', '(', ')', ',', '='],
        };
        // An argument may be a path, so dots alone are none either; this is about the empty value, too.
        let only_dots = value.bytes().all(|byte| byte == b'.');
        let qualified = self != Self::ItemName && is_qualified(value);
        !(only_dots || qualified || value.starts_with(['$', '@']) || value.contains(separating))
    }
}

/// Whether OData reads the text as the name of a type, a function or an action: Graph's namespace, or its alias `graph`.
fn is_qualified(value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    lower.starts_with("microsoft.graph.") || lower.starts_with("graph.")
}

impl PartialEq for PathTemplate {
    fn eq(&self, other: &Self) -> bool {
        self.segments == other.segments
    }
}

impl Eq for PathTemplate {}

impl Hash for PathTemplate {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.segments.hash(state);
    }
}

impl fmt::Display for PathTemplate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for PathTemplate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PathTemplate({:?})", self.text)
    }
}
