//! The grammar above expressions: clauses, in their order.
//!
//! Source: Azure Cosmos DB for NoSQL, query reference, one page a clause. What isn't supported is refused with its column; nothing
//! is read over.

use super::ast::{At, Expr, Projection, Select, SortKey};
use super::error::SyntaxError;
use super::lexer::{self, Kind, Token};
use super::names::{self, contains_aggregate, own_name};
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
    parser.finish()?;
    Ok(select)
}

/// Parses a patch's condition, `FROM c WHERE …`.
/// Source: Azure Cosmos DB, "Partial document update", conditional update.
pub(super) fn condition(text: &str) -> Result<Expr, SyntaxError> {
    let nothing = Value::Object(Vec::new());
    let mut parser = Parser::new(text, &nothing)?;
    parser.expect_word("FROM")?;
    let name = parser.name("the container")?;
    let alias = parser.alias()?.unwrap_or(name);
    parser.expect_word("WHERE")?;
    let mut filter = parser.filter()?;
    parser.finish()?;
    names::resolve_filter(&mut filter, alias)?;
    Ok(filter)
}

/// The tokens, and where the parser is in them.
pub(super) struct Parser<'a> {
    tokens: Vec<Token>,
    next: usize,
    /// The object of the query's parameters.
    pub(super) parameters: &'a Value,
    /// How deep the query is that is being read, as an expression; 0 for the whole one.
    pub(super) base: usize,
    /// How deep its expressions are.
    pub(super) deepest: usize,
}

impl<'a> Parser<'a> {
    fn new(text: &str, parameters: &'a Value) -> Result<Self, SyntaxError> {
        Ok(Self {
            tokens: lexer::tokens(text)?,
            next: 0,
            parameters,
            base: 0,
            deepest: 0,
        })
    }

    pub(super) fn at(&self) -> usize {
        self.tokens[self.next].at
    }

    pub(super) fn peek(&self) -> &Kind {
        &self.tokens[self.next].kind
    }

    pub(super) fn peek_second(&self) -> &Kind {
        self.peek_at(1)
    }

    /// The token after so many others.
    pub(super) fn peek_at(&self, ahead: usize) -> &Kind {
        &self.tokens[(self.next + ahead).min(self.tokens.len() - 1)].kind
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
    pub(super) fn name(&mut self, of_what: &str) -> Result<String, SyntaxError> {
        match self.peek() {
            Kind::Word(word) if !is_reserved(word) => {
                let word = word.clone();
                self.advance();
                Ok(word)
            }
            _ => self.error(format!("the name of {of_what} is missing here")),
        }
    }

    /// A query with all its clauses.
    pub(super) fn select(&mut self) -> Result<Select, SyntaxError> {
        self.expect_word("SELECT")?;
        let distinct = self.take_word("DISTINCT");
        let top = if self.peek_word("TOP") {
            self.refuse_in_subquery("TOP")?;
            self.advance();
            Some(self.count("TOP")?)
        } else {
            None
        };
        let at = At(self.at());
        let projection = self.projection()?;
        let sources = if self.take_word("FROM") {
            self.sources()?
        } else {
            Vec::new()
        };
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
            sources,
            filter,
            group_by,
            order_by,
            offset,
            limit,
            grouped: false,
            aggregates: Vec::new(),
            at,
        })
    }

    /// The service refuses ORDER BY and OFFSET LIMIT in subqueries (its errors SC2202 and SC2204). TOP goes with them: without an
    /// order it means little, and ARRAY_SLICE takes a part of an array.
    fn refuse_in_subquery(&self, clause: &str) -> Result<(), SyntaxError> {
        if self.base > 0 {
            return self.error(format!("{clause} can't be used in a subquery"));
        }
        Ok(())
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
                own_name(&expr).unwrap_or_else(|| {
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
            self.refuse_in_subquery("ORDER BY")?;
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
        self.refuse_in_subquery("OFFSET")?;
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

    /// Nothing may be left over.
    fn finish(&self) -> Result<(), SyntaxError> {
        if *self.peek() == Kind::End {
            return Ok(());
        }
        self.error(match self.peek() {
            Kind::Word(word) => format!("`{word}` isn't expected here"),
            Kind::Symbol(symbol) => format!("`{symbol}` isn't expected here"),
            _ => "the query should have ended here".to_owned(),
        })
    }
}

pub(super) fn is_reserved(word: &str) -> bool {
    RESERVED.iter().any(|reserved| word.eq_ignore_ascii_case(reserved))
}
