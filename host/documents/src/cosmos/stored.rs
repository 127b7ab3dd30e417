//! Items as they are in Azure Cosmos DB: with the partition's properties, which the host writes and checks, and with the system's.

use azure_data_cosmos::models::{PartitionKey as CosmosPartitionKey, PartitionKeyValue};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::body::{Members, SYSTEM_PROPERTIES, json_string};
use crate::error::StoreError;
use crate::item::{Etag, Item};
use crate::names::ItemId;
use crate::partition::{PartitionKey, PropertyPath};

/// What Microsoft's client libraries leave in an item that they patched in parts. It is neither the tool's nor the host's.
const PATCH_TRACKING: &str = "_azsdkPatchTracking";

/// A checked body as it is stored: the partition's properties first, then what the caller wrote.
pub(super) fn with_partition(
    body: &str,
    paths: &[PropertyPath],
    partition: &PartitionKey,
) -> Result<Box<RawValue>, StoreError> {
    let mut text = String::with_capacity(body.len() + 64);
    text.push('{');
    for (path, level) in paths.iter().zip(partition.levels()) {
        text.push_str(&format!("{}:{},", json_string(path.property()), json_string(level)));
    }
    // A checked body has at least its id.
    text.push_str(body.strip_prefix('{').unwrap_or(body));
    RawValue::from_string(text).map_err(|error| StoreError::unavailable(format!("a body isn't JSON any more: {error}")))
}

/// A stored item, taken apart.
#[derive(Debug)]
pub(super) struct Stored {
    pub(super) rid: String,
    pub(super) etag: String,
    pub(super) timestamp: u64,
    /// The levels of its partition key; none where there is no text.
    pub(super) levels: Vec<Option<String>>,
    /// The item without the properties of partition and system.
    pub(super) body: String,
}

impl Stored {
    /// Takes an item apart.
    pub(super) fn parse(text: &str, paths: &[PropertyPath]) -> Result<Self, StoreError> {
        let Members(members) = serde_json::from_str(text).map_err(unreadable)?;
        let mut stored = Self {
            rid: String::new(),
            etag: String::new(),
            timestamp: 0,
            levels: vec![None; paths.len()],
            body: String::with_capacity(text.len()),
        };
        for (name, value) in members {
            if let Some(level) = paths.iter().position(|path| path.property() == name) {
                stored.levels[level] = serde_json::from_str::<String>(value.get()).ok();
                continue;
            }
            match name.as_str() {
                "_rid" => stored.rid = serde_json::from_str(value.get()).map_err(unreadable)?,
                "_etag" => stored.etag = serde_json::from_str(value.get()).map_err(unreadable)?,
                "_ts" => stored.timestamp = serde_json::from_str(value.get()).map_err(unreadable)?,
                PATCH_TRACKING => {}
                name if SYSTEM_PROPERTIES.contains(&name) => {}
                name => {
                    stored.body.push(if stored.body.is_empty() { '{' } else { ',' });
                    stored.body.push_str(&json_string(name));
                    stored.body.push(':');
                    stored.body.push_str(value.get());
                }
            }
        }
        stored.body.push_str(if stored.body.is_empty() { "{}" } else { "}" });
        Ok(stored)
    }

    /// The same, of the partition; another partition's is an error.
    pub(super) fn parse_of(text: &str, paths: &[PropertyPath], partition: &PartitionKey) -> Result<Self, StoreError> {
        let stored = Self::parse(text, paths)?;
        check_partition(&stored.levels, partition)?;
        Ok(stored)
    }

    /// Its id.
    pub(super) fn id(&self) -> Result<ItemId, StoreError> {
        #[derive(Deserialize)]
        struct Named {
            id: String,
        }
        let named: Named = serde_json::from_str(&self.body).map_err(unreadable)?;
        ItemId::new(&named.id).map_err(StoreError::unavailable)
    }

    /// As the caller gets it.
    pub(super) fn into_item(self, id: ItemId) -> Item {
        Item {
            id,
            etag: Etag::new(self.etag),
            timestamp: self.timestamp,
            body: self.body,
        }
    }
}

/// A row as [`Rows`](super::rows::Rows) asks for it.
#[derive(Deserialize)]
pub(super) struct NarrowRow<'a> {
    #[serde(rename = "r")]
    pub(super) rid: String,
    #[serde(rename = "e")]
    pub(super) etag: String,
    #[serde(rename = "t")]
    pub(super) timestamp: u64,
    /// As in [`Stored::levels`].
    #[serde(rename = "p")]
    pub(super) levels: Vec<Option<String>>,
    /// The properties that were asked for.
    #[serde(rename = "b", borrow)]
    pub(super) body: &'a RawValue,
}

/// Whether the levels are those of the partition. That they aren't can't be: the service was asked for the partition alone. If it
/// were so all the same, nobody may see the row.
pub(super) fn check_partition(levels: &[Option<String>], partition: &PartitionKey) -> Result<(), StoreError> {
    let wanted = partition.levels().iter().map(|level| Some(level.as_str()));
    if levels.iter().map(Option::as_deref).eq(wanted) {
        Ok(())
    } else {
        Err(StoreError::unavailable(
            "Azure Cosmos DB gave an item of another partition",
        ))
    }
}

pub(super) fn unreadable(error: serde_json::Error) -> StoreError {
    StoreError::unavailable(format!("Azure Cosmos DB gave an item that can't be read: {error}"))
}

/// A partition key as the client library has it.
pub(super) fn partition_key(key: &PartitionKey) -> CosmosPartitionKey {
    let levels: Vec<PartitionKeyValue> = key.levels().iter().cloned().map(PartitionKeyValue::from).collect();
    CosmosPartitionKey::try_from(levels).expect("a key has one to three levels, as many as the library takes")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn paths() -> Vec<PropertyPath> {
        vec![PropertyPath::new("/tid").unwrap(), PropertyPath::new("/oid").unwrap()]
    }

    fn key(levels: [&str; 2]) -> PartitionKey {
        PartitionKey::hierarchical(levels.map(str::to_owned)).unwrap()
    }

    #[test]
    fn the_host_writes_the_partition_and_no_reader_sees_it() {
        let stored = with_partition(r#"{"id":"a","n":1.50}"#, &paths(), &key(["t\"", "o"])).unwrap();
        assert_eq!(stored.get(), r#"{"tid":"t\"","oid":"o","id":"a","n":1.50}"#);
        let read = Stored::parse_of(stored.get(), &paths(), &key(["t\"", "o"])).unwrap();
        assert_eq!(read.body, r#"{"id":"a","n":1.50}"#);
    }

    #[test]
    fn what_the_service_and_its_libraries_add_is_left_out() {
        let text = r#"{"tid":"t","oid":"o","id":"a","_azsdkPatchTracking":[1],"_rid":"r","_self":"s","_attachments":"a","_etag":"e","_ts":7,"_own":1}"#;
        let read = Stored::parse(text, &paths()).unwrap();
        assert_eq!(
            (
                read.body.as_str(),
                read.etag.as_str(),
                read.timestamp,
                read.rid.as_str()
            ),
            (r#"{"id":"a","_own":1}"#, "e", 7, "r")
        );
    }

    #[test]
    fn an_item_of_another_partition_is_an_error_and_not_an_answer() {
        for text in [
            r#"{"tid":"t","oid":"other","id":"a"}"#,
            r#"{"tid":"o","oid":"t","id":"a"}"#,
            r#"{"tid":"t","id":"a"}"#,
            r#"{"tid":"t","oid":null,"id":"a"}"#,
            r#"{"tid":"t","oid":["o"],"id":"a"}"#,
            r#"{"id":"a"}"#,
        ] {
            let read = Stored::parse_of(text, &paths(), &key(["t", "o"]));
            assert!(matches!(read, Err(StoreError::Unavailable(_))), "{text}");
        }
    }
}
