//! Pages, their continuations, and the limits of a query.

use std::time::{Duration, Instant};

use serde_json::Value;
use usher_documents::{Limit, QueryLimits, QueryOptions, Scope, StoreError};

use super::{Subject, ada, id, is_invalid, notes, wide};

async fn fill(subject: &Subject, count: usize) {
    for index in 0..count {
        let body = format!(
            r#"{{"id":"{index:03}","n":{index},"third":{},"parity":"{}"}}"#,
            index % 3,
            ["even", "odd"][index % 2]
        );
        subject.put(&ada(), &body).await;
    }
}

pub(crate) async fn pages_give_every_item_once(subject: &Subject) {
    fill(subject, 20).await;
    for sql in [
        "SELECT VALUE c.n FROM c",
        "SELECT VALUE c.n FROM c WHERE c.parity = 'odd'",
        "SELECT VALUE c.n FROM c ORDER BY c.third",
        "SELECT VALUE c.n FROM c ORDER BY c.third DESC, c.parity",
        "SELECT VALUE c.n FROM c ORDER BY c.none",
        "SELECT TOP 7 VALUE c.n FROM c ORDER BY c.n DESC",
        "SELECT TOP 7 VALUE c.n FROM c",
        "SELECT VALUE c.n FROM c ORDER BY c.n OFFSET 5 LIMIT 9",
        "SELECT VALUE c.n FROM c OFFSET 5 LIMIT 9",
        "SELECT DISTINCT VALUE c.third FROM c",
        "SELECT DISTINCT c.third, c.parity FROM c ORDER BY c.parity DESC",
        "SELECT c.third, c.parity, COUNT(1) AS n FROM c GROUP BY c.third, c.parity",
        "SELECT c.third FROM c GROUP BY c.third OFFSET 1 LIMIT 1",
    ] {
        let at_once = subject.all(sql, 1000).await;
        for size in [1, 2, 3, 7] {
            assert_eq!(subject.all(sql, size).await, at_once, "{sql} by {size}");
        }
    }
    assert_eq!(
        subject.all("SELECT VALUE c.n FROM c OFFSET 5 LIMIT 9", 4).await.len(),
        9
    );
}

pub(crate) async fn pages_survive_inserts_and_deletes_between_them(subject: &Subject) {
    fill(subject, 10).await;
    for sql in [
        "SELECT VALUE c.n FROM c WHERE IS_NUMBER(c.n)",
        "SELECT VALUE c.n FROM c WHERE IS_NUMBER(c.n) ORDER BY c.n",
    ] {
        let mut options = QueryOptions {
            max_items: Some(3),
            continuation: None,
        };
        let mut seen = Vec::new();
        for round in 0.. {
            let page = subject.page(sql, "{}", &options).await.unwrap();
            seen.extend(
                serde_json::from_str::<Vec<Value>>(&page.items)
                    .unwrap()
                    .iter()
                    .filter_map(Value::as_i64),
            );
            // Before, among and after what was given; and the last one given goes.
            for n in [-100 + round, 1000 + round] {
                subject.put(&ada(), &format!(r#"{{"id":"new{n}","n":{n}.5}}"#)).await;
            }
            let last = seen.last().copied().unwrap();
            drop(
                subject
                    .store
                    .delete(&notes(), &ada(), &id(&format!("{last:03}")), None)
                    .await,
            );
            options.continuation = page.continuation;
            if options.continuation.is_none() || round > 20 {
                break;
            }
        }
        assert_eq!(seen, (0..10).collect::<Vec<_>>(), "{sql}");
        for item in subject.all("SELECT VALUE c.id FROM c", 100).await {
            subject
                .store
                .delete(&notes(), &ada(), &id(item.as_str().unwrap()), None)
                .await
                .unwrap();
        }
        fill(subject, 10).await;
    }
}

pub(crate) async fn a_continuation_of_another_query_is_invalid(subject: &Subject) {
    fill(subject, 5).await;
    let first = QueryOptions {
        max_items: Some(2),
        continuation: None,
    };
    let continuation = subject
        .page("SELECT * FROM c", "{}", &first)
        .await
        .unwrap()
        .continuation
        .unwrap();
    let next = |continuation: &str| QueryOptions {
        max_items: None,
        continuation: Some(continuation.to_owned()),
    };
    assert!(is_invalid(
        &subject
            .page("SELECT * FROM c ORDER BY c.n", "{}", &next(&continuation))
            .await
    ));
    assert!(is_invalid(
        &subject
            .page("SELECT * FROM c", r#"{"@x":1}"#, &next(&continuation))
            .await
    ));
    let forged = continuation.replace("\"row\"", "\"key\"");
    for text in ["", "x", "{}", "[]", "null", &continuation[1..], &forged] {
        assert!(
            is_invalid(&subject.page("SELECT * FROM c", "{}", &next(text)).await),
            "{text}"
        );
    }
    subject
        .page("SELECT * FROM c", "{}", &next(&continuation))
        .await
        .unwrap();
}

pub(crate) async fn a_page_ends_at_four_mebibytes(subject: &Subject) {
    for index in 0..9 {
        subject
            .put(
                &ada(),
                &format!(r#"{{"id":"{index}","p":"{}"}}"#, "x".repeat(1024 * 1024)),
            )
            .await;
    }
    for sql in ["SELECT c.id, c.p FROM c", "SELECT c.id, c.p FROM c ORDER BY c.id"] {
        let page = subject.page(sql, "{}", &QueryOptions::default()).await.unwrap();
        assert!(
            page.items.len() <= 4 * 1024 * 1024 && page.continuation.is_some(),
            "{sql}"
        );
        let ids: Vec<Value> = subject
            .all(sql, 100)
            .await
            .iter()
            .map(|item| item["id"].clone())
            .collect();
        assert_eq!(
            ids,
            (0..9).map(|index| Value::from(index.to_string())).collect::<Vec<_>>(),
            "{sql}"
        );
    }
}

async fn limited(subject: &Subject, sql: &str, limits: QueryLimits) -> Result<(), StoreError> {
    let options = QueryOptions {
        max_items: Some(1000),
        continuation: None,
    };
    subject
        .store
        .query(&notes(), Scope::Partition(&ada()), sql, "{}", &options, &limits)
        .await
        .map(drop)
}

pub(crate) async fn limits_stop_a_query(subject: &Subject) {
    fill(subject, 50).await;
    let rows = QueryLimits {
        max_rows_read: 49,
        ..wide()
    };
    let too_many = Err(StoreError::LimitExceeded(Limit::RowsRead(49)));
    for sql in [
        "SELECT * FROM c WHERE false",
        "SELECT * FROM c ORDER BY c.n",
        "SELECT VALUE COUNT(1) FROM c",
    ] {
        assert_eq!(limited(subject, sql, rows).await, too_many, "{sql}");
    }
    assert_eq!(limited(subject, "SELECT TOP 49 * FROM c", rows).await, Ok(()));
    let bytes = QueryLimits {
        max_bytes_held: 1000,
        ..wide()
    };
    for sql in [
        "SELECT c.n, COUNT(1) FROM c GROUP BY c.n",
        "SELECT VALUE c.n FROM c ORDER BY c.n OFFSET 40 LIMIT 1",
        "SELECT DISTINCT VALUE c.n FROM c OFFSET 40 LIMIT 1",
    ] {
        let outcome = limited(subject, sql, bytes).await;
        assert_eq!(outcome, Err(StoreError::LimitExceeded(Limit::BytesHeld(1000))), "{sql}");
    }
    let late = QueryLimits {
        deadline: Instant::now(),
        ..wide()
    };
    subject
        .put(
            &ada(),
            &format!(r#"{{"id":"large","p":"{}"}}"#, "x".repeat(1024 * 1024)),
        )
        .await;
    assert_eq!(
        limited(subject, "SELECT VALUE COUNT(c.p) FROM c", late).await,
        Err(StoreError::Timeout)
    );
}

pub(crate) async fn an_expression_cannot_outrun_its_limits(subject: &Subject) {
    subject
        .put(&ada(), &format!(r#"{{"id":"large","p":"{}"}}"#, "ab".repeat(900_000)))
        .await;
    // Gigabytes, if it were evaluated to its end.
    let many = vec!["c.p"; 2000].join(",");
    for sql in [
        format!("SELECT VALUE CONCAT({many}) FROM c"),
        format!("SELECT VALUE [{many}] FROM c"),
    ] {
        let outcome = limited(subject, &sql, wide()).await;
        assert!(
            matches!(outcome, Err(StoreError::LimitExceeded(Limit::BytesHeld(_)))),
            "{outcome:?}"
        );
    }
    // Hours, if it were evaluated to its end: each start is tried against a long tail that never fits.
    let begun = Instant::now();
    let pattern = format!("%{}c", "a_".repeat(4000));
    let soon = QueryLimits {
        deadline: begun + Duration::from_millis(200),
        ..wide()
    };
    let outcome = limited(
        subject,
        &format!("SELECT VALUE c.id FROM c WHERE c.p LIKE '{pattern}'"),
        soon,
    )
    .await;
    assert_eq!(outcome, Err(StoreError::Timeout));
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
}
