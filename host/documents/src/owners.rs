//! Whose items are: what the rows of a whole container say of it, where the permit lets them.
//!
//! The properties that make the partition key are undefined to every query. Instead the host may give each row a property
//! [`Owners::PROPERTY`], with a text of the host's making. No item can hold a property of that name by itself.

use std::fmt;
use std::sync::Arc;

use crate::body::json_string;

/// Makes the text for an owner from the levels of the partition key.
#[derive(Clone)]
pub struct Owners(Arc<Tell>);

type Tell = dyn Fn(&[String]) -> String + Send + Sync;

impl Owners {
    /// The property that holds the owner.
    pub const PROPERTY: &'static str = "_owner";

    /// What `tell` says of a partition is what its rows say. It's called once a row.
    pub fn new(tell: impl Fn(&[String]) -> String + Send + Sync + 'static) -> Self {
        Self(Arc::new(tell))
    }

    /// What the rows of a partition say, by the levels of its key.
    #[must_use]
    pub fn tell(&self, levels: &[String]) -> String {
        (self.0)(levels)
    }

    /// A row's body with its owner.
    pub(crate) fn add_to(&self, body: &str, levels: &[String]) -> String {
        let members = body.strip_suffix('}').unwrap_or(body);
        let separator = if members == "{" { "" } else { "," };
        let owner = json_string(&self.tell(levels));
        format!("{members}{separator}\"{}\":{owner}}}", Self::PROPERTY)
    }
}

impl fmt::Debug for Owners {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Owners(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_stays_json_whatever_the_owner_is_called() {
        let owners = Owners::new(|levels| levels.join("\""));
        assert_eq!(
            owners.add_to(r#"{"id":"a"}"#, &["t".to_owned(), "p".to_owned()]),
            r#"{"id":"a","_owner":"t\"p"}"#
        );
        assert_eq!(owners.add_to("{}", &["p".to_owned()]), r#"{"_owner":"p"}"#);
    }
}
