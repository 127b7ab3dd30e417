//! What queries answer, case by case, with the source of each expectation.
//!
//! Sources are pages of the query reference of Azure Cosmos DB for NoSQL (learn.microsoft.com/azure/cosmos-db/nosql/query), by
//! their name. `own` marks what the reference leaves open and this store decides.

mod arrays;
mod clauses;
mod dates;
mod numbers;
mod operators;
mod sources;
mod texts;

use std::time::{Duration, Instant};

use serde_json::Value;
use usher_documents::{QueryLimits, QueryOptions, Scope, StoreError};

use super::{Subject, ada, is_invalid, notes, wide};

/// Items that differ in what they have and of which type.
const ITEMS: [&str; 6] = [
    r#"{"id":"1","name":"Pear","price":2.5,"tags":["fruit","green"],"stock":{"left":3,"min":1},"sale":true,"kind":"food"}"#,
    r#"{"id":"2","name":"pearl","price":250,"tags":[],"stock":{"left":1,"min":1},"sale":false,"kind":"gem"}"#,
    r#"{"id":"3","name":"Plum","price":"cheap","tags":["fruit"],"sale":null,"kind":"food"}"#,
    r#"{"id":"4","name":"50% off_","price":-1.5,"tags":[{"a":1,"b":2}],"kind":"food","note":null}"#,
    r#"{"id":"5","price":7,"kind":null}"#,
    r#"{"id":"6","name":"Änne","price":2.5,"a b":1,"deep":{"list":[[10,20],{"x":"y"}]}}"#,
];

const PARAMETERS: &str =
    r#"{"@pear":"Pear","@two":2,"@tags":["fruit"],"@name":"name","@nothing":null,"@o":{"left":3,"min":1}}"#;

/// A source, a query, and the JSON array that it gives; in any order unless the query has one.
type Case = (&'static str, &'static str, &'static str);

const FAMILIES: [&[Case]; 7] = [
    clauses::CASES,
    operators::CASES,
    sources::CASES,
    texts::CASES,
    arrays::CASES,
    numbers::CASES,
    dates::CASES,
];

async fn fill(subject: &Subject) {
    for item in ITEMS {
        subject.put(&ada(), item).await;
    }
}

pub(crate) async fn every_case_gives_its_answer(subject: &Subject) {
    fill(subject).await;
    assert!(FAMILIES.iter().map(|cases| cases.len()).sum::<usize>() >= 200);
    for (source, sql, expected) in FAMILIES.into_iter().flatten() {
        let page = subject.page(sql, PARAMETERS, &QueryOptions::default()).await;
        let page = page.unwrap_or_else(|error| panic!("{source}: {sql}: {error}"));
        let parse = |text: &str| serde_json::from_str::<Vec<Value>>(text).unwrap();
        let (mut given, mut expected) = (parse(&page.items), parse(expected));
        if !sql.contains("ORDER BY") {
            given.sort_by_key(Value::to_string);
            expected.sort_by_key(Value::to_string);
        }
        // Numbers are the same if they are the same doubles.
        assert_eq!(
            numbers_as_doubles(&given),
            numbers_as_doubles(&expected),
            "{source}: {sql}"
        );
        assert_eq!(page.continuation, None, "{sql}");
    }
}

fn numbers_as_doubles(values: &[Value]) -> Vec<Value> {
    fn convert(value: &Value) -> Value {
        match value {
            Value::Number(number) => Value::from(number.as_f64()),
            Value::Array(elements) => elements.iter().map(convert).collect(),
            Value::Object(members) => members
                .iter()
                .map(|(name, member)| (name.clone(), convert(member)))
                .collect(),
            other => other.clone(),
        }
    }
    values.iter().map(convert).collect()
}

pub(crate) async fn what_is_not_supported_is_refused_with_its_column(subject: &Subject) {
    let cases = [
        ("SELECT * FROM c JOIN t IN c.tags", "column 8", "JOIN"),
        ("SELECT VALUE t FROM c JOIN t IN [1]", "column 33", "source"),
        ("SELECT VALUE t FROM c JOIN t IN d.tags", "column 33", "`d`"),
        ("SELECT VALUE c.id FROM t IN c.tags", "column 14", "`c`"),
        (
            "SELECT VALUE t FROM c JOIN t IN c.a JOIN t IN c.b",
            "column 42",
            "two sources",
        ),
        ("SELECT * FROM c, d", "column 16", "one source"),
        (
            "SELECT VALUE (SELECT VALUE t FROM t IN c.a) FROM c",
            "column 22",
            "at most one",
        ),
        ("SELECT VALUE (SELECT VALUE d FROM d)", "column 35", "`d`"),
        (
            "SELECT VALUE ARRAY(SELECT VALUE t FROM t IN c.a ORDER BY t) FROM c",
            "column 49",
            "subquery",
        ),
        (
            "SELECT VALUE ARRAY(SELECT TOP 1 VALUE t FROM t IN c.a) FROM c",
            "column 27",
            "subquery",
        ),
        (
            "SELECT VALUE ARRAY(SELECT VALUE t FROM t IN c.a OFFSET 0 LIMIT 1) FROM c",
            "column 49",
            "subquery",
        ),
        ("SELECT * FROM c WHERE c.a IN (SELECT VALUE 1)", "column 31", "EXISTS"),
        (
            "SELECT COUNT(1), EXISTS(SELECT VALUE c.a) FROM c",
            "column 32",
            "aggregate",
        ),
        (
            "SELECT VALUE x FROM (SELECT VALUE COUNT(1) FROM c) x",
            "column 29",
            "GROUP BY",
        ),
        ("SELECT VALUE udf.f(1) FROM c", "column 19", "`(`"),
        ("SELECT VALUE FOO(1) FROM c", "column 14", "FOO"),
        ("SELECT VALUE LOWER() FROM c", "column 14", "arguments"),
        ("SELECT VALUE !c.a FROM c", "column 14", "NOT"),
        ("SELECT VALUE d.x FROM c", "column 14", "`d`"),
        ("SELECT VALUE x FROM c", "column 14", "c.x"),
        ("SELECT VALUE c.x", "column 14", "FROM"),
        ("SELECT *", "column 8", "FROM"),
        ("SELECT *, c.a FROM c", "column 9", "alone"),
        ("SELECT c.a, d AS a FROM c", "column 13", "two columns"),
        ("SELECT * FROM c WHERE c.a = @none", "column 29", "@none"),
        ("SELECT * FROM c WHERE c.a = 'x", "column 29", "closing quote"),
        ("SELECT * FROM c WHERE c.a = 1e999", "column 29", "number"),
        ("SELECT * FROM c WHERE c.a = #", "column 29", "`#`"),
        ("SELECT * FROM c WHERE c.a =", "column 28", "value"),
        ("SELECT * FROM c WHERE COUNT(1) > 1", "column 23", "aggregate"),
        ("SELECT * FROM c LIMIT 1", "column 17", "OFFSET"),
        ("SELECT * FROM c OFFSET 1", "column 25", "LIMIT"),
        ("SELECT TOP 1.5 * FROM c", "column 12", "TOP"),
        ("SELECT TOP -1 * FROM c", "column 12", "TOP"),
        ("SELECT TOP 1 * FROM c OFFSET 0 LIMIT 1", "column 23", "TOP"),
        ("SELECT c.a, COUNT(1) FROM c GROUP BY c.b", "column 8", "GROUP BY"),
        (
            "SELECT COUNT(1) FROM c GROUP BY c.b ORDER BY c.b",
            "column 37",
            "GROUP BY",
        ),
        ("SELECT * FROM c; DROP TABLE items", "column 16", "`;`"),
        ("SELECT * FROM c WHERE c.a = 1 garbage", "column 31", "garbage"),
        ("SELECT *\nFROM c\nWHERE d.a", "line 3, column 7", "`d`"),
        ("SELECT * FROM c WHERE 'ä🦀' = d", "column 30", "`d`"),
        ("INSERT INTO c", "column 1", "SELECT"),
        ("", "column 1", "SELECT"),
    ];
    for (sql, place, what) in cases {
        match subject.page(sql, "{}", &QueryOptions::default()).await {
            Err(StoreError::Invalid(message)) => {
                assert!(
                    message.contains(&format!("{place}:")) && message.contains(what),
                    "{sql}: {message}"
                );
            }
            other => panic!("{sql}: {other:?}"),
        }
    }
    for sql in [
        "SELECT * FROM c ORDER BY LOWER(c.a)",
        "SELECT VALUE t FROM c JOIN t IN c.a ORDER BY t",
        "SELECT * FROM c ORDER BY c.a, c.a",
        "SELECT DISTINCT c.a FROM c ORDER BY c.b",
        "SELECT * FROM c GROUP BY c.a",
        "SELECT DISTINCT COUNT(1) FROM c",
        "SELECT COUNT(SUM(c.a)) FROM c",
    ] {
        assert!(
            is_invalid(&subject.page(sql, "{}", &QueryOptions::default()).await),
            "{sql}"
        );
    }
    for parameters in ["", "[]", "{\"x\":1}", "nonsense"] {
        assert!(
            is_invalid(
                &subject
                    .page("SELECT * FROM c", parameters, &QueryOptions::default())
                    .await
            ),
            "{parameters}"
        );
    }
    let none = QueryOptions {
        max_items: Some(0),
        continuation: None,
    };
    assert!(is_invalid(&subject.page("SELECT * FROM c", "{}", &none).await));
}

pub(crate) async fn an_item_in_an_answer_has_its_etag_and_time(subject: &Subject) {
    let mut etag = subject
        .store
        .upsert(&notes(), &ada(), r#"{"id":"a","n":1}"#)
        .await
        .unwrap()
        .etag;
    for sql in [
        "SELECT * FROM c",
        "SELECT VALUE c FROM c",
        "SELECT * FROM c ORDER BY c.n",
        "SELECT DISTINCT * FROM c",
        "SELECT c.id, c.n, c._etag, c._ts FROM c",
    ] {
        let items = subject.all(sql, 10).await;
        let item = items[0].as_object().unwrap();
        assert_eq!(item["_etag"], etag.as_str(), "{sql}");
        assert!(
            item["_ts"].as_u64().unwrap() > 0 && item["n"] == 1 && item["id"] == "a",
            "{sql}"
        );
        // What was read can be written back.
        etag = subject
            .store
            .replace(&notes(), &ada(), &items[0].to_string(), Some(&etag))
            .await
            .unwrap()
            .etag;
    }
    assert_eq!(
        subject
            .store
            .read(&notes(), &ada(), &super::id("a"))
            .await
            .unwrap()
            .body,
        r#"{"id":"a","n":1}"#
    );
}

pub(crate) async fn a_query_reads_one_row_if_it_names_the_id(subject: &Subject) {
    fill(subject).await;
    for sql in [
        "SELECT * FROM c WHERE c.id = '3'",
        "SELECT * FROM c WHERE c.kind = 'food' AND @pear = @pear AND '3' = c.id",
    ] {
        let page = subject.page(sql, PARAMETERS, &QueryOptions::default()).await.unwrap();
        assert_eq!(page.rows_read, 1, "{sql}");
        assert!(page.items.contains("Plum"));
    }
    let page = subject
        .page(
            "SELECT * FROM c WHERE c.id = '3' OR c.id = '4'",
            "{}",
            &QueryOptions::default(),
        )
        .await
        .unwrap();
    assert_eq!(page.rows_read, 6);
}

pub(crate) async fn nesting_and_length_are_bounded(subject: &Subject) {
    subject.put(&ada(), r#"{"id":"a"}"#).await;
    let nested = |depth: usize, open: &str, close: &str| {
        format!("SELECT VALUE {}1{} FROM c", open.repeat(depth), close.repeat(depth))
    };
    for (open, close, most) in [
        ("(", ")", 60),
        ("[", "]", 60),
        ("- ", "", 60),
        ("NOT ", "", 60),
        ("ABS(", ")", 60),
        ("{a:", "}", 60),
        ("true ? 1 : ", "", 60),
        ("1 + ", "", 60),
        ("~ ", "", 60),
        ("(SELECT VALUE ", ")", 7),
        ("ARRAY(SELECT VALUE x FROM x IN (SELECT VALUE [", "]))", 3),
    ] {
        subject
            .page(&nested(most, open, close), "{}", &QueryOptions::default())
            .await
            .expect(open);
        let deep = subject
            .page(&nested(300, open, close), "{}", &QueryOptions::default())
            .await;
        assert!(
            matches!(&deep, Err(StoreError::Invalid(what)) if what.contains("64 deep")),
            "{open}: {deep:?}"
        );
    }
    // A long chain of conditions is no deep one.
    let chain = vec!["c.id = 'a'"; 1000].join(" OR ");
    assert_eq!(
        subject.all(&format!("SELECT VALUE 1 FROM c WHERE {chain}"), 10).await,
        [1]
    );
    let long = format!("SELECT VALUE '{}'", "x".repeat(16 * 1024));
    assert!(is_invalid(&subject.page(&long, "{}", &QueryOptions::default()).await));
}

pub(crate) async fn a_join_can_be_read_in_pages(subject: &Subject) {
    fill(subject).await;
    for sql in [
        "SELECT c.id, t FROM c JOIN t IN c.tags",
        "SELECT VALUE t FROM t IN c.tags WHERE IS_STRING(t)",
        "SELECT TOP 3 c.id, t FROM c JOIN t IN c.tags",
        "SELECT c.id, t FROM c JOIN t IN c.tags OFFSET 1 LIMIT 2",
        "SELECT a, b FROM c JOIN a IN c.tags JOIN b IN c.tags ORDER BY c.id DESC",
        "SELECT DISTINCT t FROM c JOIN t IN c.tags",
        "SELECT t, COUNT(1) AS n FROM c JOIN t IN c.tags GROUP BY t",
        "SELECT * FROM (SELECT DISTINCT VALUE c.kind FROM c)",
    ] {
        let at_once = subject.all(sql, 1000).await;
        assert!(at_once.len() > 1, "{sql}");
        for size in [1, 2, 3] {
            assert_eq!(subject.all(sql, size).await, at_once, "{sql} by {size}");
        }
    }
}

pub(crate) async fn a_product_of_arrays_ends_with_its_limits(subject: &Subject) {
    let numbers: Vec<usize> = (0..1000).collect();
    subject.put(&ada(), &format!(r#"{{"id":"a","n":{numbers:?}}}"#)).await;
    // 10^12 tuples each, if they were evaluated to their end.
    for sql in [
        "SELECT VALUE COUNT(1) FROM c JOIN x IN c.n JOIN y IN c.n JOIN z IN c.n JOIN w IN c.n",
        "SELECT VALUE c.id FROM c JOIN x IN c.n JOIN y IN c.n JOIN z IN c.n JOIN w IN c.n WHERE x < 0",
        "SELECT VALUE EXISTS(SELECT VALUE 1 FROM x IN c.n JOIN y IN c.n JOIN z IN c.n JOIN w IN c.n WHERE x < 0) FROM c",
    ] {
        let begun = Instant::now();
        let soon = QueryLimits {
            deadline: begun + Duration::from_millis(200),
            ..wide()
        };
        let asked = QueryOptions::default();
        let outcome = subject
            .store
            .query(&notes(), Scope::Partition(&ada()), sql, "{}", &asked, &soon)
            .await;
        assert_eq!(outcome, Err(StoreError::Timeout), "{sql}");
        assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    }
    let little = QueryLimits {
        max_bytes_held: 1024 * 1024,
        ..wide()
    };
    for sql in [
        "SELECT VALUE ARRAY(SELECT x, y, z FROM x IN c.n JOIN y IN c.n JOIN z IN c.n) FROM c",
        "SELECT VALUE 1 FROM c JOIN (SELECT x, y FROM x IN c.n JOIN y IN c.n)",
        "SELECT VALUE 1 FROM c WHERE EXISTS(SELECT x, y FROM x IN c.n JOIN y IN c.n GROUP BY x, y)",
        "SELECT DISTINCT x, y FROM c JOIN x IN c.n JOIN y IN c.n OFFSET 900000 LIMIT 1",
    ] {
        let asked = QueryOptions::default();
        let outcome = subject
            .store
            .query(&notes(), Scope::Partition(&ada()), sql, "{}", &asked, &little)
            .await;
        assert!(
            matches!(outcome, Err(StoreError::LimitExceeded(_))),
            "{sql}: {outcome:?}"
        );
    }
}
