//! The grammar above expressions: clauses, in their order.
//!
//! Source: Azure Cosmos DB for NoSQL, query reference, one page a clause. What isn't supported is refused with its column; nothing
//! is read over.

use super::ast::{Expr, Projection, Select, SortKey, Step};
use super::error::SyntaxError;
use super::lexer::{self, Kind, Token};
use super::value::Value;

/// Words that can't be names, and so end an expression. Upper-case.
const RESERVED: [&str; 27] = [
    "SELECT",
    "FROM",
    "WHERE",
    "ORDER",
    "GROUP",
    "BY",
    "OFFSET",
    "LIMIT",
    "TOP",
    "DISTINCT",
    "VALUE",
    "AS",
    "ASC",
    "DESC",
    "AND",
    "OR",
    "NOT",
    "BETWEEN",
    "IN",
    "LIKE",
    "ESCAPE",
    "JOIN",
    "EXISTS",
    "TRUE",
    "FALSE",
    "NULL",
    "UNDEFINED",
];

/// Parses a whole query.
pub(super) fn select(text: &str, parameters: &Value) -> Result<Select, SyntaxError> {
    let mut parser = Parser::new(text, parameters)?;
    let select = parser.select()?;
    parser.finish(select.has_from)?;
    Ok(select)
}

/// Parses a patch's condition, `FROM c WHERE …`.
/// Source: Azure Cosmos DB, "Partial document update", conditional update.
pub(super) fn condition(text: &str) -> Result<Expr, SyntaxError> {
    let nothing = Value::Object(Vec::new());
    let mut parser = Parser::new(text, &nothing)?;
    parser.expect_word("FROM")?;
    parser.container_clause()?;
    parser.expect_word("WHERE")?;
    let filter = parser.filter()?;
    parser.finish(true)?;
    Ok(filter)
}

/// The tokens, and where the parser is in them.
pub(super) struct Parser<'a> {
    tokens: Vec<Token>,
    next: usize,
    /// The object of the query's parameters.
    pub(super) parameters: &'a Value,
    /// The name of the item, once FROM was read.
    alias: Option<String>,
    /// Names that paths start with, which FROM must explain: it comes after the SELECT list.
    pub(super) roots: Vec<(String, usize)>,
}

impl<'a> Parser<'a> {
    fn new(text: &str, parameters: &'a Value) -> Result<Self, SyntaxError> {
        Ok(Self {
            tokens: lexer::tokens(text)?,
            next: 0,
            parameters,
            alias: None,
            roots: Vec::new(),
        })
    }

    pub(super) fn at(&self) -> usize {
        self.tokens[self.next].at
    }

    pub(super) fn peek(&self) -> &Kind {
        &self.tokens[self.next].kind
    }

    pub(super) fn peek_second(&self) -> &Kind {
        &self.tokens[(self.next + 1).min(self.tokens.len() - 1)].kind
    }

    /// Takes a token; the last one, the end, stays.
    pub(super) fn advance(&mut self) -> Kind {
        let kind = self.tokens[self.next].kind.clone();
        if self.next + 1 < self.tokens.len() {
            self.next += 1;
        }
        kind
    }

    pub(super) fn error<T>(&self, what: impl Into<String>) -> Result<T, SyntaxError> {
        Err(SyntaxError::new(self.at(), what))
    }

    pub(super) fn peek_word(&self, word: &str) -> bool {
        matches!(self.peek(), Kind::Word(next) if next.eq_ignore_ascii_case(word))
    }

    pub(super) fn take_word(&mut self, word: &str) -> bool {
        let found = self.peek_word(word);
        if found {
            self.advance();
        }
        found
    }

    pub(super) fn expect_word(&mut self, word: &str) -> Result<(), SyntaxError> {
        if self.take_word(word) {
            Ok(())
        } else {
            self.error(format!("{word} is missing here"))
        }
    }

    pub(super) fn take_symbol(&mut self, symbol: &str) -> bool {
        let found = matches!(self.peek(), Kind::Symbol(next) if *next == symbol);
        if found {
            self.advance();
        }
        found
    }

    pub(super) fn expect_symbol(&mut self, symbol: &str) -> Result<(), SyntaxError> {
        if self.take_symbol(symbol) {
            Ok(())
        } else {
            self.error(format!("`{symbol}` is missing here"))
        }
    }

    /// Takes a name that isn't a reserved word.
    fn name(&mut self, of_what: &str) -> Result<String, SyntaxError> {
        match self.peek() {
            Kind::Word(word) if !is_reserved(word) => {
                let word = word.clone();
                self.advance();
                Ok(word)
            }
            _ => self.error(format!("the name of {of_what} is missing here")),
        }
    }

    fn select(&mut self) -> Result<Select, SyntaxError> {
        self.expect_word("SELECT")?;
        let distinct = self.take_word("DISTINCT");
        let top = if self.take_word("TOP") {
            Some(self.count("TOP")?)
        } else {
            None
        };
        let projection_at = self.at();
        let mut projection = self.projection()?;
        let has_from = self.take_word("FROM");
        if has_from {
            self.container_clause()?;
        } else if projection == Projection::Item {
            return Err(SyntaxError::new(projection_at, "`*` needs a FROM"));
        }
        // `SELECT VALUE c` is the item itself, which needn't be taken apart.
        if matches!(&projection, Projection::Value(Expr::Item { steps, .. }) if steps.is_empty()) {
            projection = Projection::Item;
        }
        let filter = if self.take_word("WHERE") {
            Some(self.filter()?)
        } else {
            None
        };
        let group_by = self.group_by()?;
        let order_by = self.order_by(!group_by.is_empty())?;
        let (offset, limit) = self.offset_limit(top.is_some())?;
        Ok(Select {
            distinct,
            top,
            projection,
            has_from,
            filter,
            group_by,
            order_by,
            offset,
            limit,
        })
    }

    fn projection(&mut self) -> Result<Projection, SyntaxError> {
        if self.take_symbol("*") {
            return match self.peek() {
                Kind::Symbol(",") => self.error("`*` stands alone in a SELECT"),
                _ => Ok(Projection::Item),
            };
        }
        if self.take_word("VALUE") {
            return Ok(Projection::Value(self.expression()?));
        }
        let mut members: Vec<(String, Expr)> = Vec::new();
        let mut unnamed = 0;
        loop {
            let at = self.at();
            let expr = self.expression()?;
            let name = if self.take_word("AS") || matches!(self.peek(), Kind::Word(word) if !is_reserved(word)) {
                self.name("the column")?
            } else {
                own_name(&expr, &self.roots).unwrap_or_else(|| {
                    unnamed += 1;
                    format!("${unnamed}")
                })
            };
            if members.iter().any(|(other, _)| *other == name) {
                return Err(SyntaxError::new(
                    at,
                    format!("there are two columns `{name}`: name one with AS"),
                ));
            }
            members.push((name, expr));
            if !self.take_symbol(",") {
                return Ok(Projection::Members(members));
            }
        }
    }

    /// What follows FROM: a container's name with or without an alias. It always means the container that was asked.
    fn container_clause(&mut self) -> Result<(), SyntaxError> {
        if matches!(self.peek(), Kind::Symbol("(")) {
            return self.error("a subquery isn't supported");
        }
        let mut alias = self.name("the container")?;
        if self.take_word("AS") || matches!(self.peek(), Kind::Word(word) if !is_reserved(word)) {
            alias = self.name("the alias")?;
        }
        if self.peek_word("IN") {
            return self.error("FROM … IN isn't supported");
        }
        if self.peek_word("JOIN") {
            return self.error("JOIN isn't supported");
        }
        if matches!(self.peek(), Kind::Symbol("." | "[")) {
            return self.error("FROM takes a container, not a path in it");
        }
        if matches!(self.peek(), Kind::Symbol(",")) {
            return self.error("FROM takes one container");
        }
        self.alias = Some(alias);
        Ok(())
    }

    fn filter(&mut self) -> Result<Expr, SyntaxError> {
        let at = self.at();
        let filter = self.expression()?;
        self.refuse_aggregates(&filter, at, "WHERE")?;
        Ok(filter)
    }

    fn group_by(&mut self) -> Result<Vec<Expr>, SyntaxError> {
        let mut keys = Vec::new();
        if self.take_word("GROUP") {
            self.expect_word("BY")?;
            loop {
                let at = self.at();
                let key = self.expression()?;
                self.refuse_aggregates(&key, at, "GROUP BY")?;
                keys.push(key);
                if !self.take_symbol(",") {
                    break;
                }
            }
        }
        Ok(keys)
    }

    fn order_by(&mut self, grouped: bool) -> Result<Vec<SortKey>, SyntaxError> {
        let mut keys = Vec::new();
        if self.peek_word("ORDER") {
            if grouped {
                return self.error("ORDER BY can't be used with GROUP BY");
            }
            self.advance();
            self.expect_word("BY")?;
            loop {
                let at = self.at();
                let expr = self.expression()?;
                self.refuse_aggregates(&expr, at, "ORDER BY")?;
                let descending = self.take_word("DESC");
                if !descending {
                    self.take_word("ASC");
                }
                keys.push(SortKey { expr, descending });
                if !self.take_symbol(",") {
                    break;
                }
            }
        }
        Ok(keys)
    }

    fn offset_limit(&mut self, has_top: bool) -> Result<(u64, Option<u64>), SyntaxError> {
        if !self.peek_word("OFFSET") {
            if self.peek_word("LIMIT") {
                return self.error("LIMIT follows an OFFSET");
            }
            return Ok((0, None));
        }
        if has_top {
            return self.error("OFFSET can't be used with TOP");
        }
        self.advance();
        let offset = self.count("OFFSET")?;
        self.expect_word("LIMIT")?;
        Ok((offset, Some(self.count("LIMIT")?)))
    }

    /// A whole number from 0, written or as a parameter.
    fn count(&mut self, clause: &str) -> Result<u64, SyntaxError> {
        let at = self.at();
        let value = match self.advance() {
            Kind::Number(number) => Value::Number(number),
            Kind::Parameter(name) => self.parameter(&name, at)?.clone(),
            _ => Value::Undefined,
        };
        value
            .as_count()
            .ok_or_else(|| SyntaxError::new(at, format!("{clause} takes a whole number from 0")))
    }

    /// The value of a parameter.
    pub(super) fn parameter(&self, name: &str, at: usize) -> Result<&'a Value, SyntaxError> {
        self.parameters
            .member(name)
            .ok_or_else(|| SyntaxError::new(at, format!("the parameter `{name}` isn't given")))
    }

    fn refuse_aggregates(&self, expr: &Expr, at: usize, clause: &str) -> Result<(), SyntaxError> {
        if contains_aggregate(expr) {
            return Err(SyntaxError::new(at, format!("{clause} can't hold an aggregate")));
        }
        Ok(())
    }

    /// Nothing may be left over, and all names must be the item's.
    fn finish(&self, has_from: bool) -> Result<(), SyntaxError> {
        if *self.peek() != Kind::End {
            let what = match self.peek() {
                Kind::Word(word) if word.eq_ignore_ascii_case("JOIN") => "JOIN isn't supported".to_owned(),
                Kind::Word(word) => format!("`{word}` isn't expected here"),
                Kind::Symbol(symbol) => match super::expression::unsupported_symbol(symbol) {
                    Some(what) => what.to_owned(),
                    None => format!("`{symbol}` isn't expected here"),
                },
                _ => "the query should have ended here".to_owned(),
            };
            return self.error(what);
        }
        for (name, at) in &self.roots {
            if self.alias.as_ref() != Some(name) {
                let hint = match &self.alias {
                    Some(alias) => format!("`{name}` is unknown: a property is `{alias}.{name}`"),
                    None if has_from => format!("`{name}` is unknown"),
                    None => format!("`{name}` is unknown: the query has no FROM"),
                };
                return Err(SyntaxError::new(*at, hint));
            }
        }
        Ok(())
    }
}

pub(super) fn is_reserved(word: &str) -> bool {
    RESERVED.iter().any(|reserved| word.eq_ignore_ascii_case(reserved))
}

pub(super) fn contains_aggregate(expr: &Expr) -> bool {
    let mut found = matches!(expr, Expr::Aggregate { .. });
    expr.for_each_child(&mut |child| found = found || contains_aggregate(child));
    found
}

/// The name that a column has by itself: the last of its path, or the item's own.
fn own_name(expr: &Expr, roots: &[(String, usize)]) -> Option<String> {
    let (Expr::Item { steps, .. } | Expr::Access { steps, .. }) = expr else {
        return None;
    };
    match steps.last() {
        Some(Step::Name(name)) => Some(name.clone()),
        Some(Step::Index(_)) => None,
        // All roots are the same name, or the query is refused in the end.
        None => roots.last().map(|(name, _)| name.clone()),
    }
}
