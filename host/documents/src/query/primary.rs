//! The grammar of what expressions are made of: constants, names, calls, arrays, objects and subqueries.

use super::ast::{Aggregate, At, Expr, Subquery};
use super::error::SyntaxError;
use super::expression::Deep;
use super::functions;
use super::lexer::Kind;
use super::names::contains_aggregate;
use super::parser::{Parser, is_reserved};
use super::value::Value;

impl Parser<'_> {
    pub(super) fn primary(&mut self, level: usize) -> Result<Deep, SyntaxError> {
        let at = self.at();
        let constant = match self.peek().clone() {
            Kind::Text(text) => Value::String(text),
            Kind::Number(number) => Value::Number(number),
            Kind::Parameter(name) => self.parameter(&name, at)?.clone(),
            Kind::Symbol("(") => return self.parenthesis(level),
            Kind::Symbol("[") => {
                self.advance();
                let (elements, depth) = self.list("]", level + 1)?;
                return self.deeper(Expr::Array(elements), depth);
            }
            Kind::Symbol("{") => return self.object(level),
            Kind::Symbol(symbol) => {
                return self.error(match symbol {
                    "!" => "`!` isn't an operator: write NOT".to_owned(),
                    _ => format!("a value is missing before `{symbol}`"),
                });
            }
            Kind::Word(word) => return self.word(&word, at, level),
            Kind::End => return self.error("the query ends where a value is missing"),
        };
        self.advance();
        Ok((Expr::Constant(constant), 1))
    }

    fn parenthesis(&mut self, level: usize) -> Result<Deep, SyntaxError> {
        if self.is_subquery_after(0) {
            return self.subquery_as(Subquery::Scalar, level);
        }
        self.advance();
        let inner = self.conditional(level + 1)?;
        self.expect_symbol(")")?;
        Ok(inner)
    }

    /// Whether `(SELECT` follows, after so many tokens.
    fn is_subquery_after(&self, ahead: usize) -> bool {
        *self.peek_at(ahead) == Kind::Symbol("(")
            && matches!(self.peek_at(ahead + 1), Kind::Word(word) if word.eq_ignore_ascii_case("SELECT"))
    }

    fn subquery_as(&mut self, kind: Subquery, level: usize) -> Result<Deep, SyntaxError> {
        let (select, depth) = self.subquery(level)?;
        let select = Box::new(select);
        Ok((Expr::Subquery { kind, select }, depth))
    }

    /// Expressions with commas between them, and the closing symbol.
    pub(super) fn list(&mut self, close: &str, level: usize) -> Result<(Vec<Expr>, usize), SyntaxError> {
        let mut elements = Vec::new();
        let mut deepest = 0;
        if self.take_symbol(close) {
            return Ok((elements, deepest));
        }
        loop {
            let (element, depth) = self.conditional(level)?;
            elements.push(element);
            deepest = deepest.max(depth);
            if !self.take_symbol(",") {
                self.expect_symbol(close)?;
                return Ok((elements, deepest));
            }
        }
    }

    fn object(&mut self, level: usize) -> Result<Deep, SyntaxError> {
        self.advance();
        let mut members: Vec<(String, Expr)> = Vec::new();
        let mut deepest = 0;
        if self.take_symbol("}") {
            return Ok((Expr::Object(members), 1));
        }
        loop {
            let at = self.at();
            let name = match self.advance() {
                Kind::Word(name) | Kind::Text(name) => name,
                _ => return Err(SyntaxError::new(at, "a member's name is missing here")),
            };
            if members.iter().any(|(other, _)| *other == name) {
                return Err(SyntaxError::new(at, format!("there are two members `{name}`")));
            }
            self.expect_symbol(":")?;
            let (member, depth) = self.conditional(level + 1)?;
            members.push((name, member));
            deepest = deepest.max(depth);
            if !self.take_symbol(",") {
                self.expect_symbol("}")?;
                return self.deeper(Expr::Object(members), deepest);
            }
        }
    }

    /// A constant's name, a function or the item.
    fn word(&mut self, word: &str, at: usize, level: usize) -> Result<Deep, SyntaxError> {
        let upper = word.to_ascii_uppercase();
        let subquery = match upper.as_str() {
            "EXISTS" => Some(Subquery::Exists),
            "ARRAY" => Some(Subquery::Array),
            "FIRST" => Some(Subquery::First),
            "LAST" => Some(Subquery::Last),
            _ => None,
        };
        if let Some(kind) = subquery
            && self.is_subquery_after(1)
        {
            self.advance();
            return self.subquery_as(kind, level);
        }
        let constant = match upper.as_str() {
            "TRUE" => Some(Value::Bool(true)),
            "FALSE" => Some(Value::Bool(false)),
            "NULL" => Some(Value::Null),
            "UNDEFINED" => Some(Value::Undefined),
            _ if is_reserved(word) => return self.error(format!("a value is missing before {upper}")),
            _ => None,
        };
        self.advance();
        if let Some(constant) = constant {
            return Ok((Expr::Constant(constant), 1));
        }
        if self.take_symbol("(") {
            return self.call(&upper, at, level);
        }
        Ok((
            Expr::Name {
                name: word.to_owned(),
                steps: Vec::new(),
                at: At(at),
            },
            1,
        ))
    }

    fn call(&mut self, name: &str, at: usize, level: usize) -> Result<Deep, SyntaxError> {
        let (mut arguments, depth) = self.list(")", level + 1)?;
        if let Some(aggregate) = Aggregate::named(name) {
            return match (arguments.pop(), arguments.is_empty()) {
                (Some(argument), true) if contains_aggregate(&argument) => {
                    Err(SyntaxError::new(at, "an aggregate can't hold another"))
                }
                (Some(argument), true) => self.deeper(
                    Expr::Aggregate {
                        aggregate,
                        argument: Box::new(argument),
                        at: At(at),
                    },
                    depth,
                ),
                _ => Err(SyntaxError::new(at, format!("{name} takes one argument"))),
            };
        }
        let Some(function) = functions::named(name) else {
            return Err(SyntaxError::new(at, format!("the function {name} isn't supported")));
        };
        let (least, most) = (function.least, function.most);
        if arguments.len() < least || arguments.len() > most {
            let wanted = match (least, most) {
                (least, most) if least == most => format!("{least}"),
                (least, usize::MAX) => format!("at least {least}"),
                (least, most) => format!("{least} to {most}"),
            };
            return Err(SyntaxError::new(
                at,
                format!("{name} takes {wanted} arguments, not {}", arguments.len()),
            ));
        }
        self.deeper(Expr::Call { function, arguments }, depth)
    }
}
