//! What queries answer, case by case, with the source of each expectation.
//!
//! Sources are pages of the query reference of Azure Cosmos DB for NoSQL (learn.microsoft.com/azure/cosmos-db/nosql/query), by
//! their name. `own` marks what the reference leaves open and this store decides.

use serde_json::Value;
use usher_documents::{QueryOptions, StoreError};

use super::{Subject, ada, is_invalid, notes};

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

const CASES: &[Case] = &[
    // SELECT
    (
        "select",
        "SELECT c.name, c.price FROM c WHERE c.id = '1'",
        r#"[{"name":"Pear","price":2.5}]"#,
    ),
    (
        "select",
        "SELECT c.name AS n, c.price p FROM c WHERE c.id = '1'",
        r#"[{"n":"Pear","p":2.5}]"#,
    ),
    ("select", "SELECT VALUE c.name FROM c WHERE c.id = '1'", r#"["Pear"]"#),
    ("select", "SELECT VALUE 1 + 2", "[3]"),
    (
        "select",
        "SELECT 1, 'a' AS b, c.id, 2 FROM c WHERE c.id = '1'",
        r#"[{"$1":1,"b":"a","id":"1","$2":2}]"#,
    ),
    (
        "select: an undefined member is left out",
        "SELECT c.none, c.id FROM c WHERE c.id = '5'",
        r#"[{"id":"5"}]"#,
    ),
    (
        "select: an undefined value is left out",
        "SELECT VALUE c.none FROM c",
        "[]",
    ),
    (
        "select",
        "SELECT c.stock.left FROM c WHERE c.id = '1'",
        r#"[{"left":3}]"#,
    ),
    (
        "working with JSON",
        "SELECT VALUE c['a b'] FROM c WHERE c.id = '6'",
        "[1]",
    ),
    (
        "working with JSON",
        "SELECT VALUE c.deep.list[0][1] FROM c WHERE c.id = '6'",
        "[20]",
    ),
    (
        "working with JSON",
        "SELECT VALUE c.deep['list'][1].x FROM c WHERE c.id = '6'",
        r#"["y"]"#,
    ),
    ("working with JSON", "SELECT VALUE c.deep.list[9] FROM c", "[]"),
    (
        "own: a path's name may be a parameter",
        "SELECT VALUE c[@name] FROM c WHERE c.id = '1'",
        r#"["Pear"]"#,
    ),
    (
        "select",
        "SELECT VALUE {n: c.name, 'x y': [c.price, c.none]} FROM c WHERE c.id = '1'",
        r#"[{"n":"Pear","x y":[2.5]}]"#,
    ),
    (
        "from",
        "SELECT VALUE root.name FROM root WHERE root.id = '1'",
        r#"["Pear"]"#,
    ),
    (
        "from",
        "SELECT VALUE r.name FROM products AS r WHERE r.id = '1'",
        r#"["Pear"]"#,
    ),
    (
        "from",
        "SELECT VALUE r.name FROM products r WHERE r.id = '1'",
        r#"["Pear"]"#,
    ),
    (
        "keywords: case doesn't count",
        "select value c.name from c where c.id = '1' and TRUE",
        r#"["Pear"]"#,
    ),
    (
        "constants",
        r#"SELECT VALUE ['\u00c4', "\"", '\'', '\\', '\n', '\ud83e\udd80']"#,
        r#"[["Ä","\"","'","\\","\n","🦀"]]"#,
    ),
    (
        "constants",
        "SELECT VALUE [1, -1.5, 1e3, .5, true, false, null, undefined]",
        "[[1,-1.5,1000,0.5,true,false,null]]",
    ),
    (
        "parameterized queries",
        "SELECT VALUE c.id FROM c WHERE c.name = @pear",
        r#"["1"]"#,
    ),
    (
        "parameterized queries",
        "SELECT VALUE c.id FROM c WHERE c.stock = @o",
        r#"["1"]"#,
    ),
    // Equality and comparison
    (
        "equality: no coercion",
        "SELECT VALUE c.id FROM c WHERE c.price = '2.5' OR c.id = 1",
        "[]",
    ),
    (
        "equality",
        "SELECT VALUE c.id FROM c WHERE c.price = 2.50",
        r#"["1","6"]"#,
    ),
    (
        "equality: null is not undefined",
        "SELECT VALUE c.id FROM c WHERE c.sale = null",
        r#"["3"]"#,
    ),
    (
        "equality",
        "SELECT VALUE c.id FROM c WHERE c.none = null OR c.none = c.none",
        "[]",
    ),
    (
        "equality",
        "SELECT VALUE c.id FROM c WHERE c.tags = ['fruit', 'green']",
        r#"["1"]"#,
    ),
    (
        "equality: across types undefined",
        "SELECT VALUE c.id FROM c WHERE c.price != 7",
        r#"["1","2","4","6"]"#,
    ),
    (
        "equality: across types undefined",
        "SELECT VALUE c.id FROM c WHERE NOT (c.price = 7)",
        r#"["1","2","4","6"]"#,
    ),
    (
        "equality: objects have no !=",
        "SELECT VALUE c.id FROM c WHERE c.stock != {left: 0}",
        "[]",
    ),
    (
        "comparison",
        "SELECT VALUE c.id FROM c WHERE c.price > 2.5",
        r#"["2","5"]"#,
    ),
    (
        "comparison",
        "SELECT VALUE c.id FROM c WHERE c.price >= 2.5 AND c.price <> 250",
        r#"["1","5","6"]"#,
    ),
    (
        "comparison",
        "SELECT VALUE c.id FROM c WHERE c.name < 'Pf'",
        r#"["1","4"]"#,
    ),
    ("comparison", "SELECT VALUE c.id FROM c WHERE c.price < 'd'", r#"["3"]"#),
    (
        "comparison",
        "SELECT VALUE [1 < 2, 'a' <= 'a', false < true, null >= null, 1 < 'a', [1] < [2]]",
        "[[true,true,true,true]]",
    ),
    // Logic
    ("logical operators", "SELECT VALUE c.id FROM c WHERE c.sale", r#"["1"]"#),
    (
        "logical operators",
        "SELECT VALUE c.id FROM c WHERE NOT c.sale",
        r#"["2"]"#,
    ),
    (
        "logical operators",
        "SELECT VALUE [true OR undefined, undefined OR false, false AND undefined, NOT undefined]",
        "[[true,false]]",
    ),
    (
        "logical operators: precedence",
        "SELECT VALUE [NOT false OR true AND false, (true OR true) AND false]",
        "[[true,false]]",
    ),
    ("logical operators", "SELECT VALUE c.id FROM c WHERE 1", "[]"),
    // Keywords
    (
        "keywords: BETWEEN",
        "SELECT VALUE c.id FROM c WHERE c.price BETWEEN 2.5 AND 7",
        r#"["1","5","6"]"#,
    ),
    (
        "keywords: BETWEEN",
        "SELECT VALUE c.id FROM c WHERE c.price NOT BETWEEN 2 AND 7 AND c.id != '4'",
        r#"["2"]"#,
    ),
    (
        "keywords: IN",
        "SELECT VALUE c.id FROM c WHERE c.kind IN ('gem', null, @pear)",
        r#"["2","5"]"#,
    ),
    (
        "keywords: IN",
        "SELECT VALUE c.id FROM c WHERE c.id IN ('1', '9')",
        r#"["1"]"#,
    ),
    (
        "own: NOT IN is true across types",
        "SELECT VALUE c.id FROM c WHERE c.kind NOT IN ('food', 1)",
        r#"["2","5"]"#,
    ),
    (
        "keywords: LIKE",
        "SELECT VALUE c.id FROM c WHERE c.name LIKE 'Pe%'",
        r#"["1"]"#,
    ),
    (
        "keywords: LIKE",
        "SELECT VALUE c.id FROM c WHERE c.name LIKE '%l%'",
        r#"["2","3"]"#,
    ),
    (
        "keywords: LIKE",
        "SELECT VALUE c.id FROM c WHERE c.name LIKE '_nne'",
        r#"["6"]"#,
    ),
    (
        "keywords: LIKE",
        "SELECT VALUE c.id FROM c WHERE c.name LIKE '[Pp]ear%'",
        r#"["1","2"]"#,
    ),
    (
        "keywords: LIKE",
        "SELECT VALUE c.id FROM c WHERE c.name LIKE 'P[^a-k]%'",
        r#"["3"]"#,
    ),
    (
        "keywords: LIKE ESCAPE",
        "SELECT VALUE c.id FROM c WHERE c.name LIKE '50!% off!_' ESCAPE '!'",
        r#"["4"]"#,
    ),
    (
        "keywords: LIKE",
        "SELECT VALUE c.id FROM c WHERE c.name LIKE '50[%]%'",
        r#"["4"]"#,
    ),
    (
        "keywords: LIKE",
        "SELECT VALUE c.id FROM c WHERE c.name NOT LIKE '%e%' AND c.name NOT LIKE '5%'",
        r#"["3"]"#,
    ),
    // Ternary, coalesce, arithmetic, text
    (
        "ternary",
        "SELECT VALUE c.sale ? 'yes' : 'no' FROM c WHERE c.id IN ('1','2')",
        r#"["yes","no"]"#,
    ),
    ("ternary", "SELECT VALUE 1 > 2 ? 'a' : 2 > 1 ? 'b' : 'c'", r#"["b"]"#),
    (
        "coalesce",
        "SELECT VALUE c.kind ?? 'none' FROM c WHERE c.id IN ('5','6')",
        r#"[null,"none"]"#,
    ),
    (
        "arithmetic operators",
        "SELECT VALUE [1 + 2 * 3, (1 + 2) * 3, 7 % 4, 1 / 2, -(2 - 5), 2 - 1 - 1]",
        "[[7,9,3,0.5,3,0]]",
    ),
    (
        "arithmetic operators",
        "SELECT VALUE ['a' + 1, 1 / 0, 0 % 0, c.none * 2, -'x'] FROM c WHERE c.id = '1'",
        "[[]]",
    ),
    (
        "string operators",
        "SELECT VALUE c.name || '-' || c.kind FROM c WHERE c.id IN ('1','5')",
        r#"["Pear-food"]"#,
    ),
    // Functions
    (
        "type-checking functions",
        "SELECT VALUE [IS_DEFINED(c.note), IS_NULL(c.note), IS_DEFINED(c.none), IS_NULL(c.none), IS_STRING(c.name), \
         IS_NUMBER(c.price), IS_BOOL(c.sale), IS_ARRAY(c.tags), IS_OBJECT(c.tags[0])] FROM c WHERE c.id = '4'",
        "[[true,true,false,false,true,true,false,true,true]]",
    ),
    (
        "contains",
        "SELECT VALUE c.id FROM c WHERE CONTAINS(c.name, 'ear')",
        r#"["1","2"]"#,
    ),
    (
        "contains",
        "SELECT VALUE c.id FROM c WHERE CONTAINS(c.name, 'PEAR', true)",
        r#"["1","2"]"#,
    ),
    (
        "startswith",
        "SELECT VALUE c.id FROM c WHERE STARTSWITH(c.name, 'p')",
        r#"["2"]"#,
    ),
    (
        "startswith",
        "SELECT VALUE c.id FROM c WHERE STARTSWITH(c.name, 'ÄN', true)",
        r#"["6"]"#,
    ),
    (
        "endswith",
        "SELECT VALUE c.id FROM c WHERE ENDSWITH(c.name, 'L', true) OR ENDSWITH(c.name, 'm')",
        r#"["2","3"]"#,
    ),
    (
        "own: a wrong type is undefined",
        "SELECT VALUE [CONTAINS(1, 'a'), LOWER(1), LENGTH([1]), ABS('x'), ARRAY_LENGTH('x')]",
        "[[]]",
    ),
    (
        "lower, upper, length",
        "SELECT VALUE [LOWER('ÄB'), UPPER('äb'), LENGTH('äb🦀')]",
        r#"[["äb","ÄB",3]]"#,
    ),
    (
        "substring",
        "SELECT VALUE [SUBSTRING('abcd', 1, 2), SUBSTRING('abcd', 3, 9), SUBSTRING('abcd', 9, 1), SUBSTRING('ab', 0, -1)]",
        r#"[["bc","d","",""]]"#,
    ),
    (
        "concat",
        "SELECT VALUE [CONCAT('a', 'b', 'c'), CONCAT('a', 1)]",
        r#"[["abc"]]"#,
    ),
    (
        "array_contains",
        "SELECT VALUE c.id FROM c WHERE ARRAY_CONTAINS(c.tags, 'fruit')",
        r#"["1","3"]"#,
    ),
    (
        "array_contains",
        "SELECT VALUE c.id FROM c WHERE ARRAY_CONTAINS(c.tags, {a: 1}, true)",
        r#"["4"]"#,
    ),
    (
        "array_contains",
        "SELECT VALUE c.id FROM c WHERE ARRAY_CONTAINS(c.tags, {a: 1})",
        "[]",
    ),
    (
        "array_contains",
        "SELECT VALUE c.id FROM c WHERE ARRAY_CONTAINS(@tags, c.tags[0])",
        r#"["1","3"]"#,
    ),
    (
        "array_length",
        "SELECT VALUE c.id FROM c WHERE ARRAY_LENGTH(c.tags) = 0",
        r#"["2"]"#,
    ),
    (
        "abs, floor, ceiling",
        "SELECT VALUE [ABS(-1.5), FLOOR(-1.5), CEILING(-1.5), CEILING(1.2)]",
        "[[1.5,-2,-1,2]]",
    ),
    (
        "round: midpoints away from zero",
        "SELECT VALUE [ROUND(-6.5), ROUND(-0.5), ROUND(0.5), ROUND(6.5), ROUND(2.4)]",
        "[[-7,-1,1,7,2]]",
    ),
    // ORDER BY, TOP, OFFSET LIMIT, DISTINCT
    (
        "order by: all items, null and undefined first",
        "SELECT VALUE c.id FROM c ORDER BY c.name",
        r#"["5","4","1","3","2","6"]"#,
    ),
    (
        "order by: types",
        "SELECT VALUE c.id FROM c ORDER BY c.price DESC",
        r#"["3","2","5","1","6","4"]"#,
    ),
    (
        "order by: several keys",
        "SELECT VALUE c.id FROM c ORDER BY c.kind ASC, c.price DESC",
        r#"["6","5","3","1","4","2"]"#,
    ),
    (
        "order by",
        "SELECT VALUE c.stock.left FROM c WHERE IS_DEFINED(c.stock) ORDER BY c.stock.left",
        "[1,3]",
    ),
    (
        "top",
        "SELECT TOP @two VALUE c.id FROM c ORDER BY c.id DESC",
        r#"["6","5"]"#,
    ),
    ("top", "SELECT TOP 0 VALUE c.id FROM c", "[]"),
    (
        "offset limit",
        "SELECT VALUE c.id FROM c ORDER BY c.id OFFSET 1 LIMIT @two",
        r#"["2","3"]"#,
    ),
    ("offset limit", "SELECT VALUE c.id FROM c OFFSET 9 LIMIT 9", "[]"),
    (
        "keywords: DISTINCT",
        "SELECT DISTINCT VALUE c.kind FROM c",
        r#"["food","gem",null]"#,
    ),
    (
        "keywords: DISTINCT",
        "SELECT DISTINCT c.kind FROM c",
        r#"[{"kind":"food"},{"kind":"gem"},{"kind":null},{}]"#,
    ),
    (
        "keywords: DISTINCT",
        "SELECT DISTINCT VALUE c.kind FROM c ORDER BY c.kind DESC OFFSET 0 LIMIT 2",
        r#"["gem","food"]"#,
    ),
    // Aggregates and groups
    ("count", "SELECT COUNT(1) FROM c", r#"[{"$1":6}]"#),
    ("count", "SELECT VALUE COUNT(c) FROM c", "[6]"),
    (
        "count: undefined doesn't count",
        "SELECT VALUE [COUNT(c.tags), COUNT(c.kind), COUNT(c.none)] FROM c",
        "[[4,5,0]]",
    ),
    (
        "sum: a text makes it undefined",
        "SELECT SUM(c.price) AS s, AVG(c.price) AS a FROM c",
        "[{}]",
    ),
    (
        "sum, average",
        "SELECT SUM(c.price) AS s, AVG(c.price) AS a FROM c WHERE IS_NUMBER(c.price)",
        r#"[{"s":260.5,"a":52.1}]"#,
    ),
    (
        "min, max: priority order",
        "SELECT VALUE [MIN(c.price), MAX(c.price), MIN(c.sale), MAX(c.sale)] FROM c",
        r#"[[-1.5,"cheap",null,true]]"#,
    ),
    (
        "own: over nothing",
        "SELECT COUNT(1) AS c, SUM(c.price) AS s, AVG(c.price) AS a, MIN(c.price) AS m FROM c WHERE false",
        r#"[{"c":0,"s":0}]"#,
    ),
    ("own: arrays have no MIN", "SELECT VALUE MIN(c.tags) FROM c", "[]"),
    (
        "group by",
        "SELECT c.kind, COUNT(1) AS n FROM c GROUP BY c.kind",
        r#"[{"n":1},{"kind":null,"n":1},{"kind":"food","n":3},{"kind":"gem","n":1}]"#,
    ),
    (
        "group by",
        "SELECT VALUE SUM(c.price) / COUNT(1) FROM c WHERE IS_NUMBER(c.price) GROUP BY c.kind",
        "[2.5,7,0.5,250]",
    ),
    (
        "group by: expressions",
        "SELECT LOWER(c.kind) AS k, 'x' AS x FROM c WHERE c.id = '1' GROUP BY LOWER(c.kind)",
        r#"[{"k":"food","x":"x"}]"#,
    ),
    (
        "group by: several",
        "SELECT c.kind, c.sale FROM c WHERE c.kind = 'food' GROUP BY c.kind, c.sale",
        r#"[{"kind":"food"},{"kind":"food","sale":null},{"kind":"food","sale":true}]"#,
    ),
    ("group by", "SELECT c.kind FROM c WHERE false GROUP BY c.kind", "[]"),
];

async fn fill(subject: &Subject) {
    for item in ITEMS {
        subject.put(&ada(), item).await;
    }
}

pub(crate) async fn every_case_gives_its_answer(subject: &Subject) {
    fill(subject).await;
    assert!(CASES.len() >= 60);
    for (source, sql, expected) in CASES {
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
        ("SELECT * FROM c JOIN t IN c.tags", "column 17", "JOIN"),
        ("SELECT VALUE t FROM t IN c.tags", "column 23", "IN"),
        ("SELECT * FROM c.tags", "column 16", "path"),
        ("SELECT * FROM c, d", "column 16", "one container"),
        ("SELECT * FROM (SELECT VALUE 1)", "column 15", "subquery"),
        ("SELECT * FROM c WHERE EXISTS(SELECT VALUE 1)", "column 23", "EXISTS"),
        ("SELECT VALUE (SELECT VALUE 1) FROM c", "column 15", "subquery"),
        ("SELECT VALUE ARRAY(SELECT VALUE 1) FROM c", "column 14", "subquery"),
        ("SELECT VALUE udf.f(1) FROM c", "column 19", "`(`"),
        ("SELECT VALUE FOO(1) FROM c", "column 14", "FOO"),
        ("SELECT VALUE LOWER() FROM c", "column 14", "arguments"),
        ("SELECT VALUE 1 & 2 FROM c", "column 16", "bitwise"),
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
    for (open, close) in [
        ("(", ")"),
        ("[", "]"),
        ("- ", ""),
        ("NOT ", ""),
        ("ABS(", ")"),
        ("{a:", "}"),
        ("true ? 1 : ", ""),
        ("1 + ", ""),
    ] {
        subject
            .page(&nested(60, open, close), "{}", &QueryOptions::default())
            .await
            .expect(open);
        let deep = subject
            .page(&nested(1000, open, close), "{}", &QueryOptions::default())
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
