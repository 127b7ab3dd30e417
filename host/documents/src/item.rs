//! Items as they come out of a store, and what a write leaves behind.

use std::fmt;

use crate::names::ItemId;

/// The version of an item: an opaque quoted string (RFC 9110, section 8.8.3) that changes with every write.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Etag(String);

impl Etag {
    /// Takes an etag as a caller gave it back. Any text may be asked for: one that no item has simply never matches.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The etag as text, quotes included.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Etag {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// An item as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Its id.
    pub id: ItemId,
    /// Its version.
    pub etag: Etag,
    /// When it was last written, in whole seconds since 1970. Cosmos: `_ts`.
    pub timestamp: u64,
    /// The JSON object as it was written, `id` included, without the properties that the store or the host adds.
    pub body: String,
}

/// What a write leaves behind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The item's id, fresh if the body had none.
    pub id: ItemId,
    /// The item's new version.
    pub etag: Etag,
}
