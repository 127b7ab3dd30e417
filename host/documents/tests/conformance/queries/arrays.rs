//! Array functions.

use super::Case;

pub(super) const CASES: &[Case] = &[
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
        "array_concat",
        "SELECT VALUE [ARRAY_CONCAT(['a'], ['b', 'c']), ARRAY_CONCAT([1], [], [2]), ARRAY_CONCAT([1], 2)]",
        r#"[[["a","b","c"],[1,2]]]"#,
    ),
    (
        "array_contains_any",
        "SELECT VALUE [ARRAY_CONTAINS_ANY([1, 2, 3], 3, 4), ARRAY_CONTAINS_ANY([1, 2], 'a', 4), ARRAY_CONTAINS_ANY('x', 1)]",
        "[[true,false]]",
    ),
    (
        "array_contains_all",
        "SELECT VALUE [ARRAY_CONTAINS_ALL([1, 2, 3, 4], 2, 3), ARRAY_CONTAINS_ALL([1, 2, 3, 4], 2, 3, 4, 5), ARRAY_CONTAINS_ALL([{a: 1}], {a: 1})]",
        "[[true,false,true]]",
    ),
    (
        "array_slice",
        "SELECT VALUE [ARRAY_SLICE([1, 2, 3, 4], 1), ARRAY_SLICE([1, 2, 3, 4], 1, 2), ARRAY_SLICE([1, 2, 3, 4], -2), ARRAY_SLICE([1, 2, 3, 4], -2, 1), ARRAY_SLICE([1], 5), ARRAY_SLICE([1], 0, -1)]",
        "[[[2,3,4],[2,3],[3,4],[3],[],[]]]",
    ),
    (
        "array_length",
        "SELECT VALUE [ARRAY_LENGTH([]), ARRAY_LENGTH([1, [2, 3]]), ARRAY_LENGTH({})]",
        "[[0,2]]",
    ),
    (
        "setintersect",
        "SELECT VALUE [SetIntersect([1, 2, 3, 4], [3, 4, 5]), SetIntersect([1, 1], [1]), SetIntersect([{a: 1}], [{a: 1}]), SetIntersect([1], ['1'])]",
        r#"[[[3,4],[1],[{"a":1}],[]]]"#,
    ),
    (
        "setunion",
        "SELECT VALUE [SetUnion([1, 2, 3], [3, 4]), SetUnion([1, 1], []), SetUnion([], [])]",
        "[[[1,2,3,4],[1],[]]]",
    ),
    (
        "choose",
        "SELECT VALUE [CHOOSE(1, 'a', 'b'), CHOOSE(2, 'a', 'b'), CHOOSE(3, 'a', 'b'), CHOOSE(0, 'a')]",
        r#"[["a","b"]]"#,
    ),
    (
        "objecttoarray",
        "SELECT VALUE ObjectToArray({a: '1', b: [2]})",
        r#"[[{"k":"a","v":"1"},{"k":"b","v":[2]}]]"#,
    ),
    (
        "objecttoarray: names",
        "SELECT VALUE ObjectToArray({a: 1}, 'name', 'value')",
        r#"[[{"name":"a","value":1}]]"#,
    ),
    (
        "array_contains: undefined",
        "SELECT VALUE [ARRAY_CONTAINS([1], undefined), ARRAY_CONTAINS([null], null)]",
        "[[true]]",
    ),
];
