//! Which rows to ask Azure Cosmos DB for, as SQL, and what they are when they come.
//!
//! Of the guest's query only paths and constants get into this SQL, paths quoted and constants as parameters; what it says is
//! evaluated here, on the rows. So a query means the same on every backend, the partition's properties are undefined to it, and
//! nothing that it says reaches beyond the rows of its scope.

use azure_data_cosmos::{CosmosError, Query as Sql};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::stored::{NarrowRow, Stored, check_partition, unreadable};
use crate::error::StoreError;
use crate::operations::Scope;
use crate::owners::Owners;
use crate::partition::{PartitionKey, PropertyPath};
use crate::query::{Narrow, Query, Row, quoted};

/// The rows of one query.
pub(super) struct Rows {
    pub(super) sql: Sql,
    /// Whether they come whole, or as [`NarrowRow`]s.
    whole: bool,
    paths: Vec<PropertyPath>,
    /// Whose rows they must be.
    partition: Option<PartitionKey>,
    /// What to say of whose they are.
    owners: Option<Owners>,
}

/// A row that came.
pub(super) struct Arrived {
    position: i64,
    etag: String,
    timestamp: u64,
    body: String,
}

impl Rows {
    pub(super) fn of(query: &Query, paths: &[PropertyPath], scope: Scope<'_>) -> Result<Self, StoreError> {
        let (partition, owners) = match scope {
            Scope::Partition(key) => (Some(key.clone()), None),
            Scope::Whole => (None, None),
            Scope::WholeWithOwners(owners) => (None, Some(owners.clone())),
        };
        let hidden: Vec<&str> = paths
            .iter()
            .map(PropertyPath::property)
            .chain(crate::body::SYSTEM_PROPERTIES)
            .collect();
        let narrow = query.narrow(&hidden);
        Ok(Self {
            sql: sql(&narrow, paths).map_err(|error| StoreError::Unavailable(super::calls::cause(&error)))?,
            whole: narrow.properties.is_none(),
            paths: paths.to_vec(),
            partition,
            owners,
        })
    }

    /// Reads a row, makes sure that it is one of the scope, and adds its owner if that is wanted.
    pub(super) fn read(&self, text: &str) -> Result<Arrived, StoreError> {
        let (levels, rid, mut arrived) = if self.whole {
            let stored = Stored::parse(text, &self.paths)?;
            let arrived = Arrived {
                position: 0,
                etag: stored.etag,
                timestamp: stored.timestamp,
                body: stored.body,
            };
            (stored.levels, stored.rid, arrived)
        } else {
            let row: NarrowRow<'_> = serde_json::from_str(text).map_err(unreadable)?;
            let arrived = Arrived {
                position: 0,
                etag: row.etag,
                timestamp: row.timestamp,
                body: row.body.get().to_owned(),
            };
            (row.levels, row.rid, arrived)
        };
        arrived.position = position(&rid)?;
        if let Some(partition) = &self.partition {
            check_partition(&levels, partition)?;
        }
        if let Some(owners) = &self.owners {
            let levels: Vec<String> = levels.into_iter().map(Option::unwrap_or_default).collect();
            arrived.body = owners.add_to(&arrived.body, &levels);
        }
        Ok(arrived)
    }
}

impl Arrived {
    pub(super) fn as_row(&self) -> Row<'_> {
        Row {
            position: self.position,
            etag: &self.etag,
            timestamp: self.timestamp,
            body: &self.body,
        }
    }

    pub(super) fn position(&self) -> i64 {
        self.position
    }
}

fn sql(narrow: &Narrow, paths: &[PropertyPath]) -> Result<Sql, CosmosError> {
    let condition = match narrow.condition.as_str() {
        "" => String::new(),
        condition => format!(" WHERE {condition}"),
    };
    let text = match &narrow.properties {
        None => format!("SELECT * FROM c{condition}"),
        Some(properties) => {
            let member = |name: &String| format!("{0}: c[{0}]", quoted(name));
            let body: Vec<String> = properties.iter().map(member).collect();
            let levels: Vec<String> = paths
                .iter()
                .map(|path| format!("c[{}]", quoted(path.property())))
                .collect();
            format!(
                "SELECT VALUE {{'r': c['_rid'], 'e': c['_etag'], 't': c['_ts'], 'p': [{}], 'b': {{{}}}}} FROM c{condition}",
                levels.join(", "),
                body.join(", ")
            )
        }
    };
    narrow
        .parameters
        .iter()
        .try_fold(Sql::from(text), |sql, (name, value)| {
            let value: serde_json::Value = serde_json::from_str(value)?;
            sql.with_parameter(name, value)
        })
}

/// Where a row is in the order of its partition: the item's own part of its `_rid`, which the service gives once and keeps.
///
/// A `_rid` is Base64 with `-` for `/`, of 16 bytes: four each for database and container, then eight for the item, the least
/// significant first.
fn position(rid: &str) -> Result<i64, StoreError> {
    let bytes = STANDARD.decode(rid.replace('-', "/")).ok();
    let item = bytes.and_then(|bytes| <[u8; 8]>::try_from(bytes.get(8..16)?).ok());
    item.map(|item| i64::from_le_bytes(item) & i64::MAX)
        .ok_or_else(|| StoreError::unavailable("Azure Cosmos DB gave an item whose `_rid` can't be read"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn asked(query: &str) -> String {
        let query = Query::parse(query, r#"{"@x": "'; DROP"}"#).unwrap();
        let paths = [PropertyPath::new("/tid").unwrap(), PropertyPath::new("/oid").unwrap()];
        serde_json::to_string(&Rows::of(&query, &paths, Scope::Whole).unwrap().sql).unwrap()
    }

    #[test]
    fn no_text_of_a_query_becomes_a_part_of_the_sql_but_quoted_names() {
        let body = asked(r#"SELECT c['\']\\": c'].y, c.oid FROM x c WHERE c.a = @x AND c.oid = 'b' AND c.n LIKE '%'"#);
        let body: serde_json::Value = serde_json::from_str(&body).unwrap();
        assert_eq!(
            body["query"],
            r#"SELECT VALUE {'r': c['_rid'], 'e': c['_etag'], 't': c['_ts'], 'p': [c['tid'], c['oid']], 'b': {'\']\\": c': c['\']\\": c'], 'a': c['a'], 'n': c['n']}} FROM c WHERE c['a'] = @p0"#
        );
        assert_eq!(
            body["parameters"],
            serde_json::json!([{"name": "@p0", "value": "'; DROP"}])
        );
    }

    #[test]
    fn a_position_is_the_items_part_of_its_rid() {
        let rid = |item: [u8; 8]| STANDARD.encode([[1, 0, 0, 0].as_slice(), &[0x80, 0, 0, 1], &item].concat());
        assert_eq!(position(&rid([5, 1, 0, 0, 0, 0, 0, 0])).unwrap(), 261);
        assert_eq!(position(&rid([0xff; 8]).replace('/', "-")).unwrap(), i64::MAX);
        for bad in ["", "x", "AAAA", "!"] {
            assert!(position(bad).is_err(), "{bad}");
        }
    }
}
