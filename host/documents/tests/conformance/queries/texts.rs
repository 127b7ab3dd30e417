//! Type-checking and string functions, conversions. Microsoft's in-memory emulator has no RegexMatch.

use super::Case;

pub(super) const CASES: &[Case] = &[
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
        "type-checking: IS_PRIMITIVE",
        "SELECT VALUE [IS_PRIMITIVE(1), IS_PRIMITIVE('a'), IS_PRIMITIVE(null), IS_PRIMITIVE(true), IS_PRIMITIVE([]), IS_PRIMITIVE({}), IS_PRIMITIVE(undefined)]",
        "[[true,true,true,true,false,false,false]]",
    ),
    (
        "type-checking: IS_INTEGER",
        "SELECT VALUE [IS_INTEGER(5), IS_INTEGER(-5.0), IS_INTEGER(5.5), IS_INTEGER('5')]",
        "[[true,true,false,false]]",
    ),
    (
        "type-checking: IS_FINITE_NUMBER",
        "SELECT VALUE [IS_FINITE_NUMBER(1.5), IS_FINITE_NUMBER('1'), IS_FINITE_NUMBER(1 / 0)]",
        "[[true,false,false]]",
    ),
    (
        "type-checking",
        "SELECT VALUE [IS_NUMBER('1'), IS_STRING(1), IS_BOOL(0), IS_NULL(undefined), IS_OBJECT([]), IS_ARRAY({})]",
        "[[false,false,false,false,false,false]]",
    ),
    (
        "index_of",
        "SELECT VALUE [INDEX_OF('AdventureWorks', 'Works'), INDEX_OF('abc', 'x'), INDEX_OF('abcabc', 'b', 2), INDEX_OF('äöü', 'ü')]",
        "[[9,-1,4,2]]",
    ),
    (
        "left",
        "SELECT VALUE [LEFT('AdventureWorks', 5), LEFT('ab', 9), LEFT('ab', 0)]",
        r#"[["Adven","ab",""]]"#,
    ),
    (
        "right",
        "SELECT VALUE [RIGHT('AdventureWorks', 5), RIGHT('ab', 9), RIGHT('ab', 0)]",
        r#"[["Works","ab",""]]"#,
    ),
    (
        "trim",
        "SELECT VALUE [TRIM('  a '), LTRIM('  a '), RTRIM('  a ')]",
        r#"[["a","a ","  a"]]"#,
    ),
    (
        "trim: a set of characters",
        "SELECT VALUE [TRIM('___a___', '_'), LTRIM('xxay', 'x'), RTRIM('ayxx', 'xy')]",
        r#"[["a","ay","a"]]"#,
    ),
    (
        "replace",
        "SELECT VALUE [REPLACE('desk and chair', 'and', '&'), REPLACE('aaa', 'a', 'bb'), REPLACE('a', 'x', 'y')]",
        r#"[["desk & chair","bbbbbb","a"]]"#,
    ),
    (
        "replicate",
        "SELECT VALUE [REPLICATE('Cosmic', 3), REPLICATE('a', 0), REPLICATE('a', -1)]",
        r#"[["CosmicCosmicCosmic",""]]"#,
    ),
    (
        "replicate: at most 10,000 characters",
        "SELECT VALUE [REPLICATE('a', 10001), LENGTH(REPLICATE('a', 10000))]",
        "[[10000]]",
    ),
    (
        "reverse",
        "SELECT VALUE [REVERSE('abc'), REVERSE('äb')]",
        r#"[["cba","bä"]]"#,
    ),
    (
        "stringequals",
        "SELECT VALUE [STRINGEQUALS('a', 'A'), STRINGEQUALS('a', 'A', true), STRINGEQUALS('a', 'a', false), STRINGEQUALS(1, 1)]",
        "[[false,true,true]]",
    ),
    (
        "stringtoarray",
        "SELECT VALUE [StringToArray('[1, [2]]'), StringToArray('{}'), StringToArray('[1')]",
        "[[[1,[2]]]]",
    ),
    (
        "stringtoboolean",
        "SELECT VALUE [StringToBoolean('true'), StringToBoolean(' false '), StringToBoolean('TRUE'), StringToBoolean('1')]",
        "[[true,false]]",
    ),
    (
        "stringtonull",
        "SELECT VALUE [StringToNull('null'), StringToNull('NULL')]",
        "[[null]]",
    ),
    (
        "stringtonumber",
        "SELECT VALUE [StringToNumber('3.14'), StringToNumber(' 1e2 '), StringToNumber('-60'), StringToNumber('x'), StringToNumber('inf'), StringToNumber('')]",
        "[[3.14,100,-60]]",
    ),
    (
        "stringtoobject",
        r#"SELECT VALUE [StringToObject('{"a":1}'), StringToObject('[]')]"#,
        r#"[[{"a":1}]]"#,
    ),
    (
        "tostring",
        "SELECT VALUE [ToString(1.5), ToString(true), ToString(null), ToString('a'), ToString([1, 'a']), ToString({a: 1}), ToString(undefined)]",
        r#"[["1.5","true","null","a","[1,\"a\"]","{\"a\":1}"]]"#,
    ),
    (
        "stringjoin",
        "SELECT VALUE [StringJoin(['a', 'b'], '-'), StringJoin([], '-'), StringJoin(['a', 1], '-')]",
        r#"[["a-b",""]]"#,
    ),
    (
        "stringsplit",
        "SELECT VALUE [StringSplit('a,b,c', ','), StringSplit('abc', ''), StringSplit('a', ',')]",
        r#"[[["a","b","c"],["abc"],["a"]]]"#,
    ),
    (
        "regexmatch",
        "SELECT VALUE [RegexMatch('abcd', 'ABC'), RegexMatch('abcd', 'ABC', 'i'), RegexMatch('abcd', '^b'), RegexMatch('abcd', 'd$')]",
        "[[false,true,false,true]]",
    ),
    (
        "regexmatch: modifiers",
        r#"SELECT VALUE [RegexMatch('a\nb', '^b$', 'm'), RegexMatch('a\nb', 'a.b', 's'), RegexMatch('ab', 'a b', 'x'), RegexMatch('ab', 'AB', 'ix'), RegexMatch('a', 'a', 'q')]"#,
        "[[true,true,true,true]]",
    ),
    (
        "own: a malformed pattern is undefined",
        "SELECT VALUE [RegexMatch('a', '('), RegexMatch(1, 'a')]",
        "[[]]",
    ),
    (
        "regexmatch: a filter",
        "SELECT VALUE c.id FROM c WHERE RegexMatch(c.name, '^p.*l$', 'i')",
        r#"["2"]"#,
    ),
    (
        "contains, startswith, endswith: the empty text",
        "SELECT VALUE [CONTAINS('a', ''), STARTSWITH('a', ''), ENDSWITH('a', '')]",
        "[[true,true,true]]",
    ),
    (
        "iif",
        "SELECT VALUE [IIF(true, 1, 2), IIF(false, 1, 2), IIF(1, 1, 2), IIF(undefined, 1, 2)]",
        "[[1,2,2,2]]",
    ),
    (
        "functions: case doesn't count",
        "SELECT VALUE [lower('A'), Upper('a'), Is_Null(null)]",
        r#"[["a","A",true]]"#,
    ),
];
