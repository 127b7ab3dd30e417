//! Query options, allowed by name.

use serde::Deserialize;

use crate::not_covered::NotCovered;

/// The longest query that is sent, names and values together, in bytes before they are encoded.
const MAX_BYTES: usize = 4096;

/// The names of the query options that a request may have, exactly as they are written. None: a request without a query.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Vec<String>")]
pub struct QueryOptions(Vec<String>);

impl QueryOptions {
    /// The names, in the order of the grant.
    pub fn names(&self) -> impl ExactSizeIterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// Whether each option of a query is allowed, and there once: of two with one name, each reader takes another.
    pub(crate) fn cover<'q>(&self, query: impl Iterator<Item = (&'q str, &'q str)>) -> Result<(), NotCovered> {
        let mut seen: Vec<&str> = Vec::new();
        let mut bytes = 0;
        for (name, value) in query {
            bytes += name.len() + value.len();
            if bytes > MAX_BYTES {
                return Err(NotCovered::QueryTooLong(MAX_BYTES));
            }
            let Some(allowed) = self.names().find(|allowed| *allowed == name) else {
                return Err(NotCovered::Query(name.to_owned()));
            };
            if seen.contains(&allowed) {
                return Err(NotCovered::QueryTwice(allowed.to_owned()));
            }
            seen.push(allowed);
        }
        Ok(())
    }
}

impl TryFrom<Vec<String>> for QueryOptions {
    type Error = String;

    fn try_from(names: Vec<String>) -> Result<Self, String> {
        for (index, name) in names.iter().enumerate() {
            let legal = |byte: u8| {
                byte.is_ascii_alphanumeric() || matches!(byte, b'$' | b'-' | b'_' | b'.' | b'@' | b'[' | b']')
            };
            if name.is_empty() || name.len() > 64 || !name.bytes().all(legal) {
                return Err(format!(
                    "{name:?} is not the name of a query option: list the names alone, as in query = [\"$select\", \"$top\"]"
                ));
            }
            if name.trim_start_matches('$').eq_ignore_ascii_case("batch") {
                return Err(format!(
                    "{name:?} is not a query option: list each request by itself instead"
                ));
            }
            if names.iter().skip(index + 1).any(|later| later == name) {
                return Err(format!("the query option {name:?} is listed twice"));
            }
        }
        Ok(Self(names))
    }
}
