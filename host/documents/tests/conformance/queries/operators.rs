//! Operators and the keywords that compare. Microsoft's in-memory emulator matches nothing with texts in double quotes.

use super::Case;

pub(super) const CASES: &[Case] = &[
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
    (
        "bitwise operators",
        "SELECT (100 >> 2) AS rightShift, (100 << 2) AS leftShift, (100 >>> 0) AS zeroFillRightShift, (100 & 1000) AS logicalAnd, (100 | 1000) AS logicalOr, (100 ^ 1000) AS logicalExclusiveOr",
        r#"[{"rightShift":25,"leftShift":400,"zeroFillRightShift":100,"logicalAnd":96,"logicalOr":1004,"logicalExclusiveOr":908}]"#,
    ),
    (
        "bitwise operators: 32 bits, signed",
        "SELECT VALUE [-1 >>> 0, -1 >> 1, 1 << 31, 1 << 32, 4294967296 | 1, ~0, ~5]",
        "[[4294967295,-1,-2147483648,1,1,-1,-6]]",
    ),
    (
        "bitwise operators: as in JavaScript a fraction is dropped",
        "SELECT VALUE [5.9 & 7, -5.9 | 0]",
        "[[5,-5]]",
    ),
    (
        "own: bits of a text are undefined",
        "SELECT VALUE ['1' & 1, null | 1, ~'x']",
        "[[]]",
    ),
    (
        "equality: across types",
        "SELECT VALUE [1 = '1', null = undefined, true = 1, [1] = {a: 1}]",
        "[[]]",
    ),
    (
        "equality: objects",
        "SELECT VALUE [{a: 1, b: [2]} = {b: [2], a: 1}, {a: 1} = {a: 2}, [1, 2] = [2, 1]]",
        "[[true,false,false]]",
    ),
    (
        "comparison: not between objects or arrays",
        "SELECT VALUE [{a: 1} < {a: 2}, [1] >= [1]]",
        "[[]]",
    ),
    (
        "logical operators: AND",
        "SELECT VALUE [true AND true, true AND false, false AND undefined, undefined AND false]",
        "[[true,false,false,false]]",
    ),
    (
        "logical operators: OR",
        "SELECT VALUE [false OR false, undefined OR true, true OR undefined]",
        "[[false,true,true]]",
    ),
    (
        "ternary: a condition that isn't true",
        "SELECT VALUE [null ? 1 : 2, 1 ? 1 : 2, undefined ? 1 : 2]",
        "[[2,2,2]]",
    ),
    (
        "coalesce: null stays",
        "SELECT VALUE [null ?? 1, undefined ?? 1, undefined ?? undefined ?? 3]",
        "[[null,1,3]]",
    ),
    (
        "keywords: BETWEEN texts",
        "SELECT VALUE c.id FROM c WHERE c.id BETWEEN '2' AND '4'",
        r#"["2","3","4"]"#,
    ),
    (
        "keywords: BETWEEN across types",
        "SELECT VALUE c.id FROM c WHERE c.id BETWEEN 1 AND 9",
        "[]",
    ),
    (
        "keywords: IN with objects",
        "SELECT VALUE c.id FROM c WHERE c.stock IN ({min: 1, left: 3}, 7)",
        r#"["1"]"#,
    ),
    (
        "keywords: LIKE, a text of the item",
        "SELECT VALUE c.id FROM c WHERE c.name LIKE c.name AND c.id = '1'",
        r#"["1"]"#,
    ),
    (
        "keywords: LIKE isn't for numbers",
        "SELECT VALUE c.id FROM c WHERE c.price LIKE '%2%'",
        "[]",
    ),
    (
        "arithmetic operators",
        "SELECT VALUE [5 % 3, -5 % 3, 1.5 + 1.5, 2 * -3, 10 - 2 - 3, 8 / 2 / 2]",
        "[[2,-2,3,-6,5,2]]",
    ),
    (
        "string operators: chains",
        "SELECT VALUE 'a' || 'b' || 'c'",
        r#"["abc"]"#,
    ),
    (
        "string operators: no conversion",
        "SELECT VALUE ['a' || 1, 'a' || null]",
        "[[]]",
    ),
];
