//! SELECT, ORDER BY, TOP, OFFSET LIMIT, DISTINCT, aggregates and GROUP BY. Microsoft's in-memory emulator skips what isn't a number in
//! SUM, and gives null for `SELECT VALUE` of undefined: the documentation says otherwise.

use super::Case;

pub(super) const CASES: &[Case] = &[
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
    // ORDER BY, TOP, OFFSET LIMIT, DISTINCT
    (
        "order by: all items, null and undefined first",
        "SELECT VALUE c.id FROM c ORDER BY c.name",
        r#"["5","4","1","3","2","6"]"#,
    ),
    (
        "order by: types",
        "SELECT VALUE c.id FROM c ORDER BY c.price DESC, c.id",
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
    (
        "select",
        "SELECT {n: c.name} AS o FROM c WHERE c.id = '1'",
        r#"[{"o":{"n":"Pear"}}]"#,
    ),
    (
        "select: an array of undefined is empty",
        "SELECT [c.none] AS a FROM c WHERE c.id = '1'",
        r#"[{"a":[]}]"#,
    ),
    (
        "object-array",
        "SELECT VALUE {'quoted name': 1, plain: {}}",
        r#"[{"quoted name":1,"plain":{}}]"#,
    ),
    (
        "object-array",
        "SELECT [c.id, c.price] AS pair FROM c WHERE c.id = '5'",
        r#"[{"pair":["5",7]}]"#,
    ),
    (
        "working with JSON: aliases",
        "SELECT c.name AS select_1, c.price AS price2 FROM c WHERE c.id = '1'",
        r#"[{"select_1":"Pear","price2":2.5}]"#,
    ),
    (
        "order by: descending strings",
        "SELECT VALUE c.name FROM c WHERE IS_STRING(c.name) ORDER BY c.name DESC",
        r#"["Änne","pearl","Plum","Pear","50% off_"]"#,
    ),
    (
        "order by: nested",
        "SELECT VALUE c.id FROM c WHERE IS_DEFINED(c.stock.left) ORDER BY c.stock.min, c.stock.left",
        r#"["2","1"]"#,
    ),
    (
        "order by: both directions",
        "SELECT VALUE c.id FROM c WHERE c.kind = 'food' ORDER BY c.kind DESC, c.id DESC",
        r#"["4","3","1"]"#,
    ),
    (
        "offset limit: limit 0",
        "SELECT VALUE c.id FROM c ORDER BY c.id OFFSET 2 LIMIT 0",
        "[]",
    ),
    (
        "offset limit: parameters",
        "SELECT VALUE c.id FROM c ORDER BY c.id OFFSET @two LIMIT 1",
        r#"["3"]"#,
    ),
    (
        "top: more than there are",
        "SELECT TOP 100 VALUE c.id FROM c WHERE c.kind = 'gem'",
        r#"["2"]"#,
    ),
    (
        "keywords: DISTINCT objects whatever the order of their members",
        "SELECT DISTINCT VALUE c.id = '1' ? {a: 1, b: 2} : {b: 2, a: 1} FROM c",
        r#"[{"a":1,"b":2}]"#,
    ),
    (
        "keywords: DISTINCT",
        "SELECT DISTINCT VALUE c.tags FROM c WHERE c.id IN ('1','3')",
        r#"[["fruit","green"],["fruit"]]"#,
    ),
    (
        "count: an expression",
        "SELECT VALUE COUNT(c.price > 2 ? 1 : undefined) FROM c",
        "[4]",
    ),
    (
        "aggregates: expressions of them",
        "SELECT VALUE MAX(c.price) - MIN(c.price) FROM c WHERE IS_NUMBER(c.price)",
        "[251.5]",
    ),
    (
        "avg",
        "SELECT VALUE AVG(c.price) FROM c WHERE c.id IN ('1','5','6')",
        "[4]",
    ),
    (
        "min, max: texts",
        "SELECT MIN(c.name) AS a, MAX(c.name) AS b FROM c",
        r#"[{"a":"50% off_","b":"Änne"}]"#,
    ),
    (
        "min, max: booleans",
        "SELECT VALUE [MIN(c.sale), MAX(c.sale)] FROM c WHERE IS_BOOL(c.sale)",
        "[[false,true]]",
    ),
    (
        "sum: null makes it undefined",
        "SELECT VALUE {s: SUM(c.kind)} FROM c WHERE c.id = '5'",
        "[{}]",
    ),
    (
        "sum: undefined doesn't count",
        "SELECT VALUE SUM(c.stock.left) FROM c",
        "[4]",
    ),
    (
        "group by: nested path",
        "SELECT c.stock.min AS m, SUM(c.stock.left) AS s FROM c WHERE IS_DEFINED(c.stock) GROUP BY c.stock.min",
        r#"[{"m":1,"s":4}]"#,
    ),
    (
        "group by: every aggregate",
        "SELECT c.kind, COUNT(1) AS n, MIN(c.price) AS a, MAX(c.price) AS b, AVG(c.price) AS v FROM c WHERE c.kind = 'food' AND IS_NUMBER(c.price) GROUP BY c.kind",
        r#"[{"kind":"food","n":2,"a":-1.5,"b":2.5,"v":0.5}]"#,
    ),
    (
        "group by: objects as keys",
        "SELECT COUNT(1) AS n FROM c WHERE IS_DEFINED(c.stock) GROUP BY c.stock",
        r#"[{"n":1},{"n":1}]"#,
    ),
];
