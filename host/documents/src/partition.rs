//! Whose items: partition keys and the definition of a container.

use std::fmt;

use crate::names::ContainerName;

/// The value of a container's partition key, one string a level.
///
/// Only the host makes one, out of the verified caller or its own configuration; nothing that a guest writes becomes a part of it.
/// `Debug` prints no value, so that a key doesn't end up in a log.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct PartitionKey(Vec<String>);

/// A partition key without levels, with too many, or with an empty or overlong one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a partition key has 1 to 3 levels of 1 to {max} bytes", max = PartitionKey::MAX_LEVEL_BYTES)]
pub struct PartitionKeyError;

impl PartitionKey {
    /// The most levels. Source: Azure Cosmos DB, "Hierarchical partition keys".
    pub const MAX_LEVELS: usize = 3;
    /// The longest value of a level, in bytes. Cosmos' own limit is 2048 for all levels together.
    pub const MAX_LEVEL_BYTES: usize = 512;

    /// A key of one level.
    pub fn single(value: impl Into<String>) -> Result<Self, PartitionKeyError> {
        Self::hierarchical([value.into()])
    }

    /// A key of 1 to 3 levels, the outermost first.
    pub fn hierarchical(levels: impl IntoIterator<Item = String>) -> Result<Self, PartitionKeyError> {
        let levels: Vec<String> = levels.into_iter().collect();
        let valid = (1..=Self::MAX_LEVELS).contains(&levels.len())
            && levels
                .iter()
                .all(|level| (1..=Self::MAX_LEVEL_BYTES).contains(&level.len()));
        if valid {
            Ok(Self(levels))
        } else {
            Err(PartitionKeyError)
        }
    }

    /// The values of the levels, the outermost first.
    pub fn levels(&self) -> &[String] {
        &self.0
    }
}

impl fmt::Debug for PartitionKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "PartitionKey({} levels)", self.0.len())
    }
}

/// The path of a top-level property, such as `/user_id`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PropertyPath(String);

/// A path that isn't `/` and a name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` isn't the path of a top-level property such as `/user_id` (letters, digits and `_`; not `/id` or `/ttl`)"
)]
pub struct PropertyPathError(String);

impl PropertyPath {
    /// Checks `path`.
    pub fn new(path: &str) -> Result<Self, PropertyPathError> {
        let error = || PropertyPathError(path.to_owned());
        let name = path.strip_prefix('/').ok_or_else(error)?;
        let plain = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        if !plain || name == "id" || name == "ttl" || crate::body::SYSTEM_PROPERTIES.contains(&name) {
            return Err(error());
        }
        Ok(Self(path.to_owned()))
    }

    /// The path with its slash.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The property's name, without the slash.
    pub fn property(&self) -> &str {
        &self.0[1..]
    }
}

/// A container as the operator configured it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContainerDefinition {
    /// The name by which guests and grants know it.
    pub name: ContainerName,
    /// The properties that make the partition key, the outermost first: one to three. The host owns them; no body holds them.
    pub partition_paths: Vec<PropertyPath>,
    /// Properties by which the embedded store keeps an index in each partition, for ORDER BY and for comparisons with constants: at
    /// most [`Self::MAX_INDEXES`]. Adding one makes it at the next start, from the items that there are; every one costs each
    /// write a little. Another backend has its own way to index, and takes no notice.
    pub indexes: Vec<PropertyPath>,
}

impl ContainerDefinition {
    /// The most indexes of a container.
    pub const MAX_INDEXES: usize = 8;
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn debug_of_a_partition_key_prints_no_value() {
        let key = PartitionKey::hierarchical(["tenant-7".to_owned(), "person-9".to_owned()]).unwrap();
        let printed = format!("{key:?}");
        assert!(
            !printed.contains("tenant-7") && !printed.contains("person-9"),
            "{printed}"
        );
    }

    #[test]
    fn a_partition_key_has_one_to_three_levels_that_are_not_empty() {
        assert!(PartitionKey::hierarchical([]).is_err());
        assert!(PartitionKey::single("").is_err());
        assert!(PartitionKey::single("x".repeat(513)).is_err());
        assert!(PartitionKey::hierarchical((0..4).map(|level| level.to_string())).is_err());
        assert!(PartitionKey::hierarchical((0..3).map(|level| level.to_string())).is_ok());
    }

    #[test]
    fn a_partition_path_names_a_top_level_property() {
        assert_eq!(PropertyPath::new("/user_id").unwrap().property(), "user_id");
        for bad in ["", "/", "user_id", "/a/b", "/id", "/ttl", "/_ts", "/a b"] {
            assert!(PropertyPath::new(bad).is_err(), "{bad:?}");
        }
    }
}
