//! FROM, JOIN and subqueries. Microsoft's in-memory emulator has neither subqueries nor EXISTS: expectations are the documentation's.

use super::Case;

pub(super) const CASES: &[Case] = &[
    (
        "from",
        "SELECT * FROM c.stock",
        r#"[{"left":3,"min":1},{"left":1,"min":1}]"#,
    ),
    ("from", "SELECT * FROM Families.stock.left", "[3,1]"),
    (
        "from: quoted and indexed",
        "SELECT VALUE x FROM c['deep'].list[0] AS x",
        "[[10,20]]",
    ),
    (
        "from: the last name is the alias",
        "SELECT stock.left FROM c.stock",
        r#"[{"left":3},{"left":1}]"#,
    ),
    (
        "from: IN",
        "SELECT * FROM t IN c.tags",
        r#"["fruit","green","fruit",{"a":1,"b":2}]"#,
    ),
    (
        "from: IN, what isn't an array is ignored",
        "SELECT VALUE x FROM x IN c.name",
        "[]",
    ),
    (
        "from: IN, filtered",
        "SELECT VALUE t FROM t IN c.tags WHERE IS_STRING(t) AND t > 'g'",
        r#"["green"]"#,
    ),
    (
        "from: IN, with an aggregate",
        "SELECT VALUE COUNT(1) FROM t IN c.tags",
        "[4]",
    ),
    ("join", "SELECT c.id FROM c JOIN c.stock", r#"[{"id":"1"},{"id":"2"}]"#),
    (
        "join",
        "SELECT c.id, t FROM c JOIN t IN c.tags WHERE IS_STRING(t)",
        r#"[{"id":"1","t":"fruit"},{"id":"1","t":"green"},{"id":"3","t":"fruit"}]"#,
    ),
    (
        "join: two, every pair",
        "SELECT VALUE a || b FROM c JOIN a IN c.tags JOIN b IN c.tags WHERE c.id = '1'",
        r#"["fruitfruit","fruitgreen","greenfruit","greengreen"]"#,
    ),
    (
        "join: nested",
        "SELECT VALUE n FROM c JOIN l IN c.deep.list JOIN n IN l",
        "[10,20]",
    ),
    (
        "join: from a property of an alias",
        "SELECT VALUE x FROM c JOIN l IN c.deep.list JOIN l.x",
        r#"["y"]"#,
    ),
    (
        "join: an empty array gives nothing",
        "SELECT VALUE c.id FROM c JOIN t IN c.tags WHERE c.id = '2'",
        "[]",
    ),
    (
        "join: with an order of the items",
        "SELECT VALUE t FROM c JOIN t IN c.tags WHERE IS_STRING(t) ORDER BY c.id DESC",
        r#"["fruit","green","fruit"]"#,
    ),
    (
        "join: grouped",
        "SELECT t, COUNT(1) AS n FROM c JOIN t IN c.tags WHERE IS_STRING(t) GROUP BY t",
        r#"[{"t":"fruit","n":2},{"t":"green","n":1}]"#,
    ),
    (
        "join: distinct",
        "SELECT DISTINCT VALUE t FROM c JOIN t IN c.tags WHERE IS_STRING(t)",
        r#"["fruit","green"]"#,
    ),
    (
        "join: top",
        "SELECT TOP 2 VALUE t FROM c JOIN t IN c.tags",
        r#"["fruit","green"]"#,
    ),
    (
        "subqueries: multi-value",
        "SELECT VALUE COUNT(1) FROM c JOIN (SELECT VALUE t FROM t IN c.tags WHERE t = 'fruit')",
        "[2]",
    ),
    (
        "subqueries: evaluate once",
        "SELECT c.id, upper FROM c JOIN (SELECT VALUE UPPER(c.name)) upper WHERE upper = 'PEAR'",
        r#"[{"id":"1","upper":"PEAR"}]"#,
    ),
    (
        "subqueries: evaluate once, an object",
        "SELECT c.id, m.n FROM c JOIN (SELECT LENGTH(c.name) AS n) m WHERE m.n = 4",
        r#"[{"id":"1","n":4},{"id":"3","n":4},{"id":"6","n":4}]"#,
    ),
    (
        "subqueries: external reference data",
        "SELECT c.id, r.title FROM c JOIN r IN (SELECT VALUE [{kind: 'food', title: 'Food'}, {kind: 'gem', title: 'Gems'}]) WHERE c.kind = r.kind AND c.id IN ('1','2')",
        r#"[{"id":"1","title":"Food"},{"id":"2","title":"Gems"}]"#,
    ),
    (
        "subqueries: scalar",
        "SELECT (SELECT VALUE 1) AS a, (SELECT VALUE 2) AS b",
        r#"[{"a":1,"b":2}]"#,
    ),
    (
        "subqueries: scalar",
        "SELECT VALUE (SELECT VALUE CONCAT('id_', c.id)) FROM c WHERE c.id = '1'",
        r#"["id_1"]"#,
    ),
    (
        "subqueries: scalar, filtered",
        "SELECT c.id, (SELECT c.name WHERE CONTAINS(c.name, 'ear')).name FROM c WHERE c.id IN ('1','3')",
        r#"[{"id":"1","name":"Pear"},{"id":"3"}]"#,
    ),
    (
        "subqueries: aggregate",
        "SELECT c.id, (SELECT VALUE COUNT(1) FROM t IN c.tags) AS n FROM c WHERE c.id IN ('1','2')",
        r#"[{"id":"1","n":2},{"id":"2","n":0}]"#,
    ),
    (
        "subqueries: several aggregates",
        "SELECT VALUE (SELECT COUNT(1) AS count, SUM(n) AS sum FROM n IN c.deep.list[0]) FROM c WHERE c.id = '6'",
        r#"[{"count":2,"sum":30}]"#,
    ),
    (
        "subqueries: aggregate in the filter",
        "SELECT VALUE c.id FROM c WHERE (SELECT VALUE COUNT(1) FROM t IN c.tags) > 1",
        r#"["1"]"#,
    ),
    (
        "subqueries: a constant of the outer row",
        "SELECT VALUE (SELECT VALUE SUM(n) * c.price FROM n IN c.deep.list[0]) FROM c WHERE c.id = '6'",
        "[75]",
    ),
    (
        "subqueries: grouped",
        "SELECT VALUE ARRAY(SELECT t, COUNT(1) AS n FROM t IN c.tags GROUP BY t) FROM c WHERE c.id = '1'",
        r#"[[{"t":"fruit","n":1},{"t":"green","n":1}]]"#,
    ),
    (
        "subqueries: within aggregates",
        "SELECT VALUE SUM((SELECT VALUE COUNT(1) FROM t IN c.tags)) FROM c",
        "[4]",
    ),
    (
        "subqueries: EXISTS",
        "SELECT VALUE c.id FROM c WHERE EXISTS(SELECT VALUE t FROM t IN c.tags WHERE t = 'fruit')",
        r#"["1","3"]"#,
    ),
    (
        "subqueries: EXISTS",
        "SELECT VALUE c.id FROM c WHERE NOT EXISTS(SELECT VALUE t FROM t IN c.tags)",
        r#"["2","5","6"]"#,
    ),
    (
        "subqueries: EXISTS of undefined",
        "SELECT VALUE [EXISTS(SELECT VALUE undefined), EXISTS(SELECT undefined)]",
        "[[false,true]]",
    ),
    (
        "subqueries: EXISTS as a column",
        "SELECT c.id, EXISTS(SELECT VALUE t FROM t IN c.tags WHERE t = 'green') AS g FROM c WHERE c.id IN ('1','3')",
        r#"[{"id":"1","g":true},{"id":"3","g":false}]"#,
    ),
    (
        "subqueries: ARRAY",
        "SELECT VALUE ARRAY(SELECT VALUE UPPER(t) FROM t IN c.tags WHERE IS_STRING(t)) FROM c WHERE c.id IN ('1','4')",
        r#"[["FRUIT","GREEN"],[]]"#,
    ),
    (
        "subqueries: ARRAY, then a step",
        "SELECT VALUE ARRAY(SELECT t AS x FROM t IN c.tags)[1].x FROM c WHERE c.id = '1'",
        r#"["green"]"#,
    ),
    (
        "subqueries: ARRAY of pairs",
        "SELECT VALUE ARRAY(SELECT VALUE a || b FROM a IN c.tags JOIN b IN c.tags WHERE a != b) FROM c WHERE c.id = '1'",
        r#"[["fruitgreen","greenfruit"]]"#,
    ),
    (
        "subqueries: ARRAY, distinct",
        "SELECT VALUE ARRAY(SELECT DISTINCT VALUE LENGTH(t) FROM t IN c.tags) FROM c WHERE c.id = '1'",
        "[[5]]",
    ),
    (
        "subqueries: nested",
        "SELECT VALUE ARRAY(SELECT VALUE ARRAY(SELECT VALUE n + 1 FROM n IN l) FROM l IN c.deep.list) FROM c WHERE c.id = '6'",
        "[[[11,21],[]]]",
    ),
    (
        "subqueries: the inner name hides the outer",
        "SELECT VALUE ARRAY(SELECT VALUE c FROM c IN c.tags) FROM c WHERE c.id = '3'",
        r#"[["fruit"]]"#,
    ),
    (
        "own: FIRST and LAST",
        "SELECT VALUE [FIRST(SELECT VALUE t FROM t IN c.tags), LAST(SELECT VALUE t FROM t IN c.tags)] FROM c WHERE c.id = '1'",
        r#"[["fruit","green"]]"#,
    ),
    (
        "subqueries: in FROM",
        "SELECT VALUE s.n FROM (SELECT c.name AS n, c.id FROM c WHERE c.kind = 'gem') AS s",
        r#"["pearl"]"#,
    ),
    (
        "keywords: DISTINCT in a subquery, counted",
        "SELECT VALUE COUNT(1) FROM (SELECT DISTINCT VALUE c.kind FROM c)",
        "[3]",
    ),
    (
        "keywords: DISTINCT in a subquery, counted",
        "SELECT COUNT(1) AS n FROM (SELECT DISTINCT c.kind FROM c)",
        r#"[{"n":4}]"#,
    ),
    (
        "own: without a container",
        "SELECT VALUE x.a FROM x IN (SELECT VALUE [{a: 1}, {a: 2}])",
        "[1,2]",
    ),
];
