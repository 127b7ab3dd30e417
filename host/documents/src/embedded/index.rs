//! Indexes over a property: expression indexes of SQLite, on a partition and the property's [`Key`].
//!
//! The key is computed from the body by a function that every connection of this store has, so that SQLite itself keeps an index
//! as its rows are, and no write needs to know of it. Another program can read such a file, but not write to its items.

use rusqlite::Connection;
use rusqlite::functions::FunctionFlags;

use super::partitions::NUMBER;
use crate::partition::PropertyPath;
use crate::query::{Key, Walk, json, value::Value};

/// The function's name. An index is made with it once and for all: if keys ever change, the new ones need another name, and then
/// every index is made anew, as its SQL isn't the same any more.
const KEY: &str = "usher_key_1";

/// Gives a connection the function. Without it nothing can be written to a container that has an index.
pub(super) fn add_function(connection: &Connection) -> Result<(), rusqlite::Error> {
    // Innocuous: it may be used in a schema that isn't trusted, since it only computes.
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_INNOCUOUS;
    connection.create_scalar_function(KEY, 2, flags, |context| {
        let (body, property) = (context.get_raw(0).as_str()?, context.get_raw(1).as_str()?);
        let mut slots = [Value::Undefined];
        // A body that isn't JSON any more has the key of an item without the property. Who reads it is told.
        if json::parse_members(body, &[property], &mut slots).is_err() {
            slots = [Value::Undefined];
        }
        Ok(Key::of(&slots[0]).0.into_bytes())
    })
}

/// An index of a container, and the SQL about it.
pub(super) struct Index {
    path: PropertyPath,
    /// `key, low, high, position beyond, now` → position, etag, timestamp, body.
    forward: String,
    /// The same, the other way round.
    backward: String,
    /// The same, by position.
    by_position: String,
}

impl Index {
    /// What index `number` is called in the schema.
    pub(super) fn name(number: i64) -> String {
        format!("items_by_key_{number}")
    }

    /// The SQL that makes index `number` of a table.
    pub(super) fn schema(table: &str, number: i64, path: &PropertyPath) -> String {
        format!(
            "CREATE INDEX {} ON {table} (partition, {})",
            Self::name(number),
            key(path)
        )
    }

    /// The SQL that removes it.
    pub(super) fn drop_schema(number: i64) -> String {
        format!("DROP INDEX IF EXISTS {}", Self::name(number))
    }

    pub(super) fn new(table: &str, number: i64, path: PropertyPath) -> Self {
        let (name, key) = (Self::name(number), key(&path));
        let select = "SELECT position, etag, timestamp, body FROM";
        let range = format!("partition = {NUMBER} AND {key} >= ?2 AND {key} < ?3");
        let lives = "(expires IS NULL OR expires > ?5)";
        let walk = |beyond: &str, order: &str| {
            format!("{select} {table} INDEXED BY {name} WHERE {range} AND {beyond} AND {lives} ORDER BY {order}")
        };
        Self {
            forward: walk("position > ?4", &format!("{key}, position")),
            backward: walk("position < ?4", &format!("{key} DESC, position DESC")),
            // Positions are sorted before bodies are read, so that a page reads no more bodies than it needs.
            by_position: format!(
                "{select} {table} WHERE position IN (SELECT position FROM {table} INDEXED BY {name} WHERE {range})
                 AND position > ?4 AND {lives} ORDER BY position"
            ),
            path,
        }
    }

    /// The property.
    pub(super) fn property(&self) -> &str {
        self.path.property()
    }

    /// The SQL of a walk, and the position beyond which all positions lie.
    pub(super) fn walk(&self, walk: Walk) -> (&str, i64) {
        match walk {
            Walk::Forward => (&self.forward, 0),
            Walk::Backward => (&self.backward, i64::MAX),
            Walk::ByPosition => (&self.by_position, 0),
        }
    }
}

/// A path is letters, digits and underscores, so that it can be a text of SQL.
fn key(path: &PropertyPath) -> String {
    format!("{KEY}(body, '{}')", path.property())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::embedded::container::Container;
    use crate::embedded::partitions;

    /// How SQLite goes about a walk.
    fn plan(walk: Walk) -> String {
        let connection = Connection::open_in_memory().unwrap();
        connection.pragma_update(None, "trusted_schema", false).unwrap();
        add_function(&connection).unwrap();
        connection.execute_batch(partitions::SCHEMA).unwrap();
        connection.execute_batch(&Container::schema(1)).unwrap();
        let (table, path) = (Container::table(1), PropertyPath::new("/date").unwrap());
        connection.execute_batch(&Index::schema(&table, 1, &path)).unwrap();
        let index = Index::new(&table, 1, path);
        let sql = format!("EXPLAIN QUERY PLAN {}", index.walk(walk).0);
        let mut statement = connection.prepare(&sql).unwrap();
        let rows = statement.query_map(("p", "a", "b", 0, 0), |row| row.get::<_, String>(3));
        rows.unwrap().map(Result::unwrap).collect::<Vec<_>>().join("; ")
    }

    #[test]
    fn no_walk_sorts_rows() {
        let range = "SEARCH items_1 USING INDEX items_by_key_1 (partition=? AND <expr>>? AND <expr><?)";
        let number = "SEARCH partitions USING COVERING INDEX sqlite_autoindex_partitions_1 (key=?)";
        for walk in [Walk::Forward, Walk::Backward] {
            assert_eq!(plan(walk), format!("{range}; SCALAR SUBQUERY 1; {number}"));
        }
        let plan = plan(Walk::ByPosition);
        assert!(!plan.contains("TEMP B-TREE"), "{plan}");
        assert!(plan.contains("USING COVERING INDEX items_by_key_1"), "{plan}");
    }
}
