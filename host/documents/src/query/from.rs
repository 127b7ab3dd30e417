//! The grammar of FROM, its JOINs and of queries in parentheses.

use super::ast::{At, Expr, Origin, Select, Source};
use super::error::SyntaxError;
use super::lexer::Kind;
use super::names::own_name;
use super::parser::{Parser, is_reserved};

/// The most sources of one FROM. Source: Azure Cosmos DB service quotas, "Maximum JOINs per query".
const MAX_SOURCES: usize = 11;

/// A subquery counts as so many levels of an expression: that much more of the stack it takes.
const SUBQUERY_DEPTH: usize = 8;

impl Parser<'_> {
    /// What follows FROM. A name that nothing else has means the container that was asked, whatever it is called.
    pub(super) fn sources(&mut self) -> Result<Vec<Source>, SyntaxError> {
        let mut sources = vec![self.source()?];
        while self.take_word("JOIN") {
            if sources.len() >= MAX_SOURCES {
                return self.error(format!("a query has at most {} JOINs", MAX_SOURCES - 1));
            }
            sources.push(self.source()?);
        }
        if matches!(self.peek(), Kind::Symbol(",")) {
            return self.error("FROM takes one source, others follow with JOIN");
        }
        Ok(sources)
    }

    /// `path [[AS] alias]`, `alias IN path`, or a subquery in the place of the path.
    /// Source: Azure Cosmos DB for NoSQL, "FROM", syntax.
    fn source(&mut self) -> Result<Source, SyntaxError> {
        let at = At(self.at());
        let each = matches!(self.peek_second(), Kind::Word(word) if word.eq_ignore_ascii_case("IN"));
        let mut alias = None;
        if each {
            alias = Some(self.name("the alias")?);
            self.advance();
        }
        let origin = if matches!(self.peek(), Kind::Symbol("(")) {
            Origin::Subquery(Box::new(self.subquery(self.base)?.0))
        } else {
            let at = At(self.at());
            let name = self.name("the source")?;
            let steps = self.steps()?;
            Origin::Path(Expr::Name { name, steps, at })
        };
        if !each {
            alias = self.alias()?;
            if let (Origin::Path(path), None) = (&origin, &alias) {
                alias = own_name(path);
            }
        }
        Ok(Source {
            origin,
            each,
            alias,
            level: 0,
            at,
        })
    }

    /// `AS name`, or just the name.
    pub(super) fn alias(&mut self) -> Result<Option<String>, SyntaxError> {
        if self.take_word("AS") || matches!(self.peek(), Kind::Word(word) if !is_reserved(word)) {
            return self.name("the alias").map(Some);
        }
        Ok(None)
    }

    /// A query in parentheses, and how deep it is.
    pub(super) fn subquery(&mut self, level: usize) -> Result<(Select, usize), SyntaxError> {
        self.check_depth(level + SUBQUERY_DEPTH)?;
        self.expect_symbol("(")?;
        let (base, deepest) = (self.base, self.deepest);
        (self.base, self.deepest) = (level + SUBQUERY_DEPTH, 0);
        let select = self.select()?;
        self.expect_symbol(")")?;
        let depth = self.deepest + SUBQUERY_DEPTH;
        (self.base, self.deepest) = (base, deepest.max(depth));
        self.check_depth(depth)?;
        Ok((select, depth))
    }
}
