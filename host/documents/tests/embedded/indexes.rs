//! Indexes: they change what a query reads, never what it answers.

use std::collections::BTreeSet;
use std::sync::Arc;

use usher_documents::{
    ContainerDefinition, DocumentStore, EmbeddedSettings, EmbeddedStore, OpenError, PropertyPath, QueryOptions, Scope,
};

use crate::conformance::{Subject, ada, bob, definitions, notes, wide};
use crate::{conformance_suite, open_with, settings};

/// What the conformance suite's items have.
const PATHS: [&str; 8] = ["/name", "/price", "/kind", "/sale", "/n", "/third", "/parity", "/tags"];

fn with_indexes(directory: &std::path::Path, paths: &[&str]) -> EmbeddedSettings {
    let mut settings = settings(directory);
    settings.containers[0].indexes = paths.iter().map(|path| PropertyPath::new(path).unwrap()).collect();
    settings
}

async fn open_indexed() -> Subject {
    open_with(|directory| with_indexes(directory, &PATHS))
}

conformance_suite!(open_indexed);

/// All pages of a query, and how many rows they read.
async fn ask(store: &EmbeddedStore, sql: &str, parameters: &str, max_items: u32) -> (Vec<String>, u64) {
    let mut options = QueryOptions {
        max_items: Some(max_items),
        continuation: None,
    };
    let (mut items, mut rows_read) = (Vec::new(), 0);
    loop {
        let scope = Scope::Partition(&ada());
        let page = store
            .query(&notes(), scope, sql, parameters, &options, &wide())
            .await
            .expect(sql);
        let page_items: Vec<Box<serde_json::value::RawValue>> = serde_json::from_str(&page.items).unwrap();
        items.extend(page_items.iter().map(|item| item.get().to_owned()));
        rows_read += page.rows_read;
        match page.continuation {
            Some(continuation) => options.continuation = Some(continuation),
            None => return (items, rows_read),
        }
    }
}

/// Numbers that look random and are the same in every run (Marsaglia, "Xorshift RNGs").
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % bound
    }

    fn of<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        choices[self.below(choices.len())]
    }
}

/// Values of every type, some that differ only in what a key leaves out.
fn values() -> Vec<String> {
    let long = "x".repeat(200);
    let mut values: Vec<String> = [
        "null",
        "false",
        "true",
        "-3.5",
        "-1",
        "0",
        "1",
        "1.0",
        "2",
        "2.5",
        "9007199254740992",
        "9007199254740993",
        "1e300",
        r#""""#,
        r#""a""#,
        r#""a\u0000""#,
        r#""ab""#,
        r#""b""#,
        r#""é""#,
        "[]",
        "[1]",
        "[2]",
        r#"{"x":1}"#,
        "{}",
    ]
    .map(str::to_owned)
    .into();
    values.extend([format!(r#""{long}a""#), format!(r#""{long}b""#), format!(r#""{long}""#)]);
    values
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_indexed_store_answers_as_one_without_indexes() {
    let directories = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let plain = EmbeddedStore::open(settings(directories[0].path())).unwrap();
    let indexed = EmbeddedStore::open(with_indexes(directories[1].path(), &["/a", "/b"])).unwrap();
    let (values, mut random) = (values(), Random(0x5eed));
    for id in 0..120 {
        let mut body = format!(r#"{{"id":"{id}""#);
        for name in ["a", "b", "c"] {
            if random.below(8) > 0 {
                body += &format!(r#","{name}":{}"#, values[random.below(values.len())]);
            }
        }
        body.push('}');
        for (store, owner) in [(&plain, ada()), (&indexed, ada()), (&indexed, bob())] {
            store.upsert(&notes(), &owner, &body).await.unwrap();
        }
    }
    for _ in 0..400 {
        let condition = |random: &mut Random| {
            let property = random.of(&["a", "b", "c"]);
            match random.below(6) {
                0 => format!("c.{property} BETWEEN @x AND @y"),
                1 => format!("c.{property} IN (@x, @y)"),
                2 => format!("@x {} c.{property}", random.of(&["<", ">=", "="])),
                3 => format!("c.{property} != @x"),
                _ => format!("c.{property} {} @y", random.of(&["=", "<", "<=", ">", ">="])),
            }
        };
        let filter = match random.below(4) {
            0 => String::new(),
            1 => format!("WHERE {} AND {}", condition(&mut random), condition(&mut random)),
            2 => format!("WHERE {} OR {}", condition(&mut random), condition(&mut random)),
            _ => format!("WHERE {}", condition(&mut random)),
        };
        let order = match random.below(4) {
            0 => String::new(),
            1 => format!(
                "ORDER BY c.{} {}, c.c",
                random.of(&["a", "b"]),
                random.of(&["", "DESC"])
            ),
            _ => format!(
                "ORDER BY c.{} {}",
                random.of(&["a", "b", "c"]),
                random.of(&["", "DESC"])
            ),
        };
        let end = random.of(&["", "", "OFFSET 3 LIMIT 20"]);
        let select = if order.is_empty() && end.is_empty() {
            random.of(&[
                "SELECT VALUE c.id",
                "SELECT VALUE COUNT(1)",
                "SELECT DISTINCT VALUE c.c",
            ])
        } else {
            "SELECT VALUE c.id"
        };
        let from = random.of(&["FROM c", "FROM c", "FROM c JOIN t IN c.c"]);
        let sql = format!("{select} {from} {filter} {order} {end}");
        let (x, y) = (&values[random.below(values.len())], &values[random.below(values.len())]);
        let parameters = format!(r#"{{"@x":{x},"@y":{y}}}"#);
        let size = [1, 7, 1000][random.below(3)];
        let (wanted, _) = ask(&plain, &sql, &parameters, 1000).await;
        let (given, _) = ask(&indexed, &sql, &parameters, size).await;
        assert_eq!(given, wanted, "{sql} {parameters} by {size}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_in_the_order_of_an_index_reads_little_more_than_it_gives() {
    let directory = tempfile::tempdir().unwrap();
    let store = EmbeddedStore::open(with_indexes(directory.path(), &["/date"])).unwrap();
    for batch in 0..30 {
        let writes: Vec<_> = (0..100)
            .map(|number| {
                let day = (batch * 100 + number) * 7 % 1000;
                let body = format!(
                    r#"{{"id":"{batch}-{number}","date":"day {day:04}","odd":{}}}"#,
                    day % 2 == 1
                );
                usher_documents::WriteOp::Upsert { body }
            })
            .collect();
        store.transact(&notes(), &ada(), &writes).await.unwrap();
    }
    let page = async |sql: &str, continuation: Option<String>| {
        let options = QueryOptions {
            max_items: Some(50),
            continuation,
        };
        store
            .query(&notes(), Scope::Partition(&ada()), sql, "{}", &options, &wide())
            .await
            .unwrap()
    };
    for sql in [
        "SELECT * FROM c ORDER BY c.date DESC",
        "SELECT * FROM c ORDER BY c.date",
        "SELECT * FROM c WHERE c.date < 'day 0700' ORDER BY c.date DESC",
    ] {
        let mut continuation = None;
        for _ in 0..5 {
            let given = page(sql, continuation).await;
            assert_eq!(given.rows_read, 51, "{sql}");
            continuation = given.continuation;
            assert!(continuation.is_some());
        }
    }
    let of_a_day = page("SELECT * FROM c WHERE c.date = 'day 0007'", None).await;
    assert_eq!(of_a_day.rows_read, 3);
    let of_days = page(
        "SELECT VALUE COUNT(1) FROM c WHERE c.date BETWEEN 'day 0007' AND 'day 0009'",
        None,
    )
    .await;
    assert_eq!((of_days.items.as_str(), of_days.rows_read), ("[9]", 9));
    let filtered = page("SELECT * FROM c WHERE c.odd ORDER BY c.date", None).await;
    assert!(filtered.rows_read < 110, "{}", filtered.rows_read);
    // Nothing is configured for it, so all rows are read.
    let unindexed = page("SELECT * FROM c ORDER BY c.odd", None).await;
    assert_eq!(unindexed.rows_read, 3000);
}

/// The indexes that the file has, by the property that they are over.
fn stored(directory: &std::path::Path) -> BTreeSet<String> {
    let file = rusqlite::Connection::open(directory.join("documents.db")).unwrap();
    let mut statement = file
        .prepare("SELECT sql FROM sqlite_schema WHERE type = 'index' AND name LIKE 'items_by_key_%'")
        .unwrap();
    let rows = statement.query_map([], |row| row.get::<_, String>(0)).unwrap();
    rows.map(|sql| sql.unwrap().split('\'').nth(1).unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn indexes_follow_the_configuration() {
    let directory = tempfile::tempdir().unwrap();
    let sql = "SELECT VALUE c.id FROM c WHERE c.date = '2'";
    for (paths, rows_read) in [
        (&[][..], 3),
        (&["/date", "/Date"][..], 1),
        (&["/Date"][..], 3),
        (&["/date"][..], 1),
    ] {
        let store = EmbeddedStore::open(with_indexes(directory.path(), paths)).unwrap();
        for id in ["1", "2", "3"] {
            let body = format!(r#"{{"id":"{id}","date":"{id}"}}"#);
            store.upsert(&notes(), &ada(), &body).await.unwrap();
        }
        assert_eq!(ask(&store, sql, "{}", 10).await, (vec![r#""2""#.to_owned()], rows_read));
        drop(store);
        let wanted: BTreeSet<_> = paths.iter().map(|path| path[1..].to_owned()).collect();
        assert_eq!(stored(directory.path()), wanted);
    }
}

#[tokio::test]
async fn an_index_follows_every_write() {
    let directory = tempfile::tempdir().unwrap();
    let store = Arc::new(EmbeddedStore::open(with_indexes(directory.path(), &["/n"])).unwrap());
    let with = async |n: u32| ask(&store, &format!("SELECT VALUE c.id FROM c WHERE c.n = {n}"), "{}", 10).await;
    store.create(&notes(), &ada(), r#"{"id":"a","n":1}"#).await.unwrap();
    assert_eq!(with(1).await.1, 1);
    store.upsert(&notes(), &ada(), r#"{"id":"a","n":2}"#).await.unwrap();
    assert_eq!((with(1).await.1, with(2).await.1), (0, 1));
    let operations = [usher_documents::PatchOperation::Increment {
        path: "/n".to_owned(),
        by: 1.0,
    }];
    let id = crate::conformance::id("a");
    store
        .patch(&notes(), &ada(), &id, &operations, &Default::default())
        .await
        .unwrap();
    assert_eq!((with(2).await.1, with(3).await.1), (0, 1));
    store.delete(&notes(), &ada(), &id, None).await.unwrap();
    assert_eq!(with(3).await.1, 0);
}

#[test]
fn an_index_over_what_no_body_has_is_refused() {
    let refused = |paths: &[&str]| {
        let directory = tempfile::tempdir().unwrap();
        let error = EmbeddedStore::open(with_indexes(directory.path(), paths)).unwrap_err();
        assert!(
            matches!(&error, OpenError::Indexes(name) if *name == notes()),
            "{error}"
        );
    };
    refused(&["/user_id"]);
    refused(&["/date", "/date"]);
    let many: Vec<_> = (0..=ContainerDefinition::MAX_INDEXES)
        .map(|number| format!("/p{number}"))
        .collect();
    refused(&many.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(definitions()[0].partition_paths[0].as_str(), "/user_id");
}
