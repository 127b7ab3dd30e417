//! Queries that nobody would write: none may panic or outlive its limits, and every answer is the same in pages as at once.

use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use super::functions;
use super::{Budget, Flow, Query, Row, Run};
use crate::error::StoreError;
use crate::operations::{QueryLimits, QueryOptions};

const BODIES: [&str; 5] = [
    r#"{"id":"1","a":1,"b":["x","y",[1,2]],"o":{"a":null,"b":[{"c":1},{"c":2.5}]}}"#,
    r#"{"id":"2","a":-2.5,"b":[],"o":{"a":"2020-01-31T00:00:00Z"}}"#,
    r#"{"id":"3","a":"Ä b","b":"no array","o":[{"a":true}]}"#,
    r#"{"id":"4","a":1,"b":[null,false,{"a":9007199254740993}]}"#,
    r#"{"id":"5"}"#,
];

const PARAMETERS: &str = r#"{"@n":2,"@t":"x%","@l":[1,"x"],"@o":{"a":1}}"#;

const TOKENS: [&str; 84] = [
    "SELECT",
    "VALUE",
    "DISTINCT",
    "TOP",
    "*",
    "FROM",
    "c",
    "JOIN",
    "t",
    "IN",
    "c.b",
    "WHERE",
    "ORDER",
    "BY",
    "GROUP",
    "OFFSET",
    "LIMIT",
    "ASC",
    "DESC",
    "AND",
    "OR",
    "NOT",
    "BETWEEN",
    "LIKE",
    "ESCAPE",
    "EXISTS",
    "ARRAY",
    "FIRST",
    "LAST",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ",",
    ".",
    ":",
    "?",
    "??",
    "=",
    "!=",
    "<>",
    "<",
    "<=",
    ">",
    ">=",
    "+",
    "-",
    "*",
    "/",
    "%",
    "||",
    "|",
    "&",
    "^",
    "~",
    "<<",
    ">>",
    ">>>",
    "!",
    "1",
    "0",
    "-1",
    "1.5",
    "1e308",
    "'x'",
    "\"x\"",
    "'[%'",
    "null",
    "true",
    "undefined",
    "@n",
    "@t",
    "@l",
    "@o",
    "@none",
    "COUNT",
    "SUM",
    "(SELECT",
    "t.a",
    "AS",
    "'",
    "\u{1F980}",
];

/// Numbers that are the same in every run: xorshift, after Marsaglia, "Xorshift RNGs".
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % bound as u64).unwrap()
    }

    fn pick<'t>(&mut self, texts: &[&'t str]) -> &'t str {
        texts[self.below(texts.len())]
    }

    fn expression(&mut self, depth: usize) -> String {
        const LEAVES: [&str; 18] = [
            "c.a",
            "c.b",
            "c.o",
            "c.o.a",
            "c.o.b[0].c",
            "c.id",
            "c",
            "1",
            "-2.5",
            "'x'",
            "'2020-01-31'",
            "null",
            "true",
            "undefined",
            "@n",
            "@t",
            "@l",
            "@o",
        ];
        const BINARY: [&str; 24] = [
            "+", "-", "*", "/", "%", "||", "|", "&", "^", "<<", ">>", ">>>", "=", "!=", "<", "<=", ">", ">=", "AND",
            "OR", "??", "LIKE", "NOT LIKE", "<>",
        ];
        if depth == 0 {
            return self.pick(&LEAVES).to_owned();
        }
        let one = |dice: &mut Self| {
            let depth = dice.below(depth);
            dice.expression(depth)
        };
        match self.below(14) {
            0..4 => format!("({} {} {})", one(self), self.pick(&BINARY), one(self)),
            4..8 => {
                let functions: Vec<_> = functions::all().filter(|function| function.name != "RAND").collect();
                let function = functions[self.below(functions.len())];
                let count = function.least + self.below(function.most.min(function.least + 2) - function.least + 1);
                let arguments: Vec<_> = (0..count).map(|_| one(self)).collect();
                format!("{}({})", function.name, arguments.join(", "))
            }
            8 => format!("({} ? {} : {})", one(self), one(self), one(self)),
            9 => format!(
                "({} {} ({}, {}))",
                one(self),
                self.pick(&["IN", "NOT IN"]),
                one(self),
                one(self)
            ),
            10 => format!("[{}, {{x: {}}}]", one(self), one(self)),
            11 => format!("({} BETWEEN {} AND {})", one(self), one(self), one(self)),
            12 => format!("{} {}", self.pick(&["NOT", "-", "~", "+"]), one(self)),
            _ => {
                let kind = self.pick(&["ARRAY", "EXISTS", "FIRST", "LAST", ""]);
                let what = self.pick(&["t", "DISTINCT VALUE t", "VALUE COUNT(t)", "VALUE t", "t, COUNT(1)"]);
                let group = if what.starts_with("t,") { " GROUP BY t" } else { "" };
                format!("{kind}(SELECT {what} FROM t IN c.b WHERE {}{group})", one(self))
            }
        }
    }

    fn query(&mut self) -> String {
        let (one, two) = (self.expression(3), self.expression(2));
        let what = match self.below(6) {
            0 => "*".to_owned(),
            1 => format!("DISTINCT VALUE {one}"),
            2 => format!("TOP {} {one} AS x, {two}", self.below(4)),
            3 => format!("{two}, COUNT({one}), SUM({one}), MAX({one})"),
            _ => format!("VALUE {one}"),
        };
        let from = self.pick(&[
            "c",
            "c",
            "c JOIN t IN c.b",
            "c JOIN t IN c.b JOIN u IN t",
            "c JOIN (SELECT VALUE x FROM x IN c.b) t",
            "c.o",
            "(SELECT DISTINCT VALUE c.a FROM c)",
        ]);
        let filter = if self.below(2) == 0 {
            format!(" WHERE {}", self.expression(3))
        } else {
            String::new()
        };
        let end = match self.below(5) {
            0 => format!(" GROUP BY {two}"),
            1 => " ORDER BY c.a DESC, c.id".to_owned(),
            2 => " OFFSET 1 LIMIT 3".to_owned(),
            _ => String::new(),
        };
        format!("SELECT {what} FROM {from}{filter}{end}")
    }

    /// Some tokens in any order.
    fn nonsense(&mut self) -> String {
        let count = 1 + self.below(24);
        let tokens: Vec<_> = (0..count).map(|_| self.pick(&TOKENS)).collect();
        tokens.join(self.pick(&[" ", ""]))
    }

    /// The query with one of its characters gone, doubled, or a token in its place.
    fn damaged(&mut self, query: &str) -> String {
        let characters: Vec<char> = query.chars().collect();
        let (at, token) = (self.below(characters.len()), self.pick(&TOKENS));
        let (before, after) = characters.split_at(at);
        let middle = match self.below(3) {
            0 => String::new(),
            1 => after[0].to_string().repeat(2),
            _ => token.to_owned(),
        };
        before.iter().collect::<String>() + &middle + &after[1..].iter().collect::<String>()
    }
}

/// The answer in pages of so many items.
fn answer(query: &Query, max_items: u32) -> Result<Vec<serde_json::Value>, StoreError> {
    let (gone, pause) = (AtomicBool::new(false), || {});
    let limits = QueryLimits {
        max_rows_read: 1000,
        max_bytes_held: 256 * 1024,
        deadline: Instant::now() + Duration::from_secs(5),
    };
    let mut options = QueryOptions {
        max_items: Some(max_items),
        continuation: None,
    };
    let mut all = Vec::new();
    loop {
        let budget = Budget::new(limits.max_bytes_held, limits.deadline, &gone, &pause)
            .at(std::time::UNIX_EPOCH + Duration::from_secs(1_600_000_000));
        let mut run = Run::start(query, &options, &limits, &budget)?;
        if query.has_rows() {
            for (position, body) in (1..).zip(BODIES) {
                let row = Row {
                    position,
                    etag: "e",
                    timestamp: 7,
                    body,
                };
                if position > run.start_after() && run.push(&row)? == Flow::Full {
                    break;
                }
            }
        } else {
            run.push_nothing()?;
        }
        let page = run.finish()?;
        let items: Vec<serde_json::Value> = serde_json::from_str(&page.items).unwrap();
        all.extend(items);
        match page.continuation {
            Some(continuation) => options.continuation = Some(continuation),
            None => return Ok(all),
        }
    }
}

#[test]
fn no_text_panics_and_pages_give_what_one_page_gives() {
    let mut dice = Dice(0x9E37_79B9_7F4A_7C15);
    let mut answered = 0;
    for round in 0..6000 {
        let valid = dice.query();
        let text = match round % 4 {
            0 => dice.nonsense(),
            1 => dice.damaged(&valid),
            _ => valid,
        };
        let Ok(query) = Query::parse(&text, PARAMETERS) else {
            continue;
        };
        match (answer(&query, 1000), answer(&query, 1)) {
            (Ok(at_once), Ok(in_pages)) => {
                answered += 1;
                assert_eq!(at_once, in_pages, "{text}");
            }
            (Err(StoreError::LimitExceeded(_)), _) | (_, Err(StoreError::LimitExceeded(_))) => {}
            other => panic!("{text}: {other:?}"),
        }
    }
    assert!(answered > 1000, "only {answered} of the queries were any");
}
