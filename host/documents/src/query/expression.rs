//! The grammar of expressions, by binding strength.
//!
//! From loose to tight: `? :`, `??`, OR, AND, NOT, comparisons with BETWEEN, IN and LIKE, `||`, `+ -`, `* / %`, signs, paths.

use super::ast::{Aggregate, At, Binary, Expr, Step};
use super::error::SyntaxError;
use super::functions::Function;
use super::lexer::Kind;
use super::parser::{Parser, contains_aggregate, is_reserved};
use super::value::{Number, Value};

/// How deep expressions may be nested. Chains of AND and OR count as one level, however long they are.
const MAX_DEPTH: usize = 64;

/// An expression and how deep it is.
type Deep = (Expr, usize);

impl Parser<'_> {
    /// Parses one expression.
    pub(super) fn expression(&mut self) -> Result<Expr, SyntaxError> {
        Ok(self.conditional(0)?.0)
    }

    /// Counted from the top it bounds this parser's recursion, counted from the bottom the evaluator's.
    fn check_depth(&self, level: usize) -> Result<(), SyntaxError> {
        if level > MAX_DEPTH {
            self.error(format!("an expression is nested at most {MAX_DEPTH} deep"))
        } else {
            Ok(())
        }
    }

    fn deeper(&self, expr: Expr, below: usize) -> Result<Deep, SyntaxError> {
        self.check_depth(below + 1)?;
        Ok((expr, below + 1))
    }

    fn conditional(&mut self, level: usize) -> Result<Deep, SyntaxError> {
        self.check_depth(level)?;
        let (condition, depth) = self.coalesce(level)?;
        if !self.take_symbol("?") {
            return Ok((condition, depth));
        }
        let (then, then_depth) = self.conditional(level + 1)?;
        self.expect_symbol(":")?;
        let (otherwise, otherwise_depth) = self.conditional(level + 1)?;
        let below = depth.max(then_depth).max(otherwise_depth);
        self.deeper(Expr::Conditional(Box::new([condition, then, otherwise])), below)
    }

    fn coalesce(&mut self, level: usize) -> Result<Deep, SyntaxError> {
        let (mut left, mut depth) = self.any_of(level)?;
        while self.take_symbol("??") {
            let (right, right_depth) = self.any_of(level)?;
            (left, depth) = self.deeper(Expr::Coalesce(Box::new([left, right])), depth.max(right_depth))?;
        }
        Ok((left, depth))
    }

    fn any_of(&mut self, level: usize) -> Result<Deep, SyntaxError> {
        let (first, mut depth) = self.all_of(level)?;
        if !self.peek_word("OR") {
            return Ok((first, depth));
        }
        let mut parts = vec![first];
        while self.take_word("OR") {
            let (part, part_depth) = self.all_of(level)?;
            depth = depth.max(part_depth);
            parts.push(part);
        }
        self.deeper(Expr::Or(parts), depth)
    }

    fn all_of(&mut self, level: usize) -> Result<Deep, SyntaxError> {
        let (first, mut depth) = self.negation(level)?;
        if !self.peek_word("AND") {
            return Ok((first, depth));
        }
        let mut parts = vec![first];
        while self.take_word("AND") {
            let (part, part_depth) = self.negation(level)?;
            depth = depth.max(part_depth);
            parts.push(part);
        }
        self.deeper(Expr::And(parts), depth)
    }

    fn negation(&mut self, level: usize) -> Result<Deep, SyntaxError> {
        self.check_depth(level)?;
        if self.take_word("NOT") {
            let (inner, depth) = self.negation(level + 1)?;
            return self.deeper(Expr::Not(Box::new(inner)), depth);
        }
        self.comparison(level)
    }

    fn comparison(&mut self, level: usize) -> Result<Deep, SyntaxError> {
        let (mut left, mut depth) = self.concatenation(level)?;
        loop {
            let operator = match self.peek() {
                Kind::Symbol("=") => Binary::Equal,
                Kind::Symbol("!=" | "<>") => Binary::NotEqual,
                Kind::Symbol("<") => Binary::Less,
                Kind::Symbol("<=") => Binary::LessOrEqual,
                Kind::Symbol(">") => Binary::Greater,
                Kind::Symbol(">=") => Binary::GreaterOrEqual,
                Kind::Word(_) => match self.word_comparison(left, depth, level)? {
                    (expr, depth, true) => {
                        (left, _) = self.deeper(expr, depth)?;
                        return Ok((left, depth + 1));
                    }
                    (expr, depth, false) => return Ok((expr, depth)),
                },
                _ => return Ok((left, depth)),
            };
            self.advance();
            let (right, right_depth) = self.concatenation(level)?;
            (left, depth) = self.deeper(binary(operator, left, right), depth.max(right_depth))?;
        }
    }

    /// `[NOT] BETWEEN`, `[NOT] IN`, `[NOT] LIKE`, and whether one was there.
    fn word_comparison(&mut self, left: Expr, depth: usize, level: usize) -> Result<(Expr, usize, bool), SyntaxError> {
        let second = |word: &str| matches!(self.peek_second(), Kind::Word(next) if next.eq_ignore_ascii_case(word));
        let negated = self.peek_word("NOT") && (second("BETWEEN") || second("IN") || second("LIKE"));
        if negated {
            self.advance();
        }
        let (expr, depth) = if self.take_word("BETWEEN") {
            let (low, low_depth) = self.concatenation(level)?;
            self.expect_word("AND")?;
            let (high, high_depth) = self.concatenation(level)?;
            (
                Expr::Between(Box::new([left, low, high])),
                depth.max(low_depth).max(high_depth),
            )
        } else if self.take_word("IN") {
            self.expect_symbol("(")?;
            if self.peek_word("SELECT") {
                return self.error("a subquery isn't supported");
            }
            let (candidates, candidates_depth) = self.list(")", level + 1)?;
            if candidates.is_empty() {
                return self.error("IN needs at least one value");
            }
            (
                Expr::In {
                    needle: Box::new(left),
                    candidates,
                },
                depth.max(candidates_depth),
            )
        } else if self.take_word("LIKE") {
            let (pattern, pattern_depth) = self.concatenation(level)?;
            let escape = if self.take_word("ESCAPE") {
                Some(self.escape_character()?)
            } else {
                None
            };
            (
                Expr::Like {
                    text: Box::new(left),
                    pattern: Box::new(pattern),
                    escape,
                },
                depth.max(pattern_depth),
            )
        } else {
            return Ok((left, depth, false));
        };
        Ok((
            if negated { Expr::Not(Box::new(expr)) } else { expr },
            depth + usize::from(negated),
            true,
        ))
    }

    fn escape_character(&mut self) -> Result<char, SyntaxError> {
        let at = self.at();
        let text = match self.advance() {
            Kind::Text(text) => text,
            _ => String::new(),
        };
        let mut characters = text.chars();
        match (characters.next(), characters.next()) {
            (Some(only), None) => Ok(only),
            _ => Err(SyntaxError::new(at, "ESCAPE takes a text of one character")),
        }
    }

    fn concatenation(&mut self, level: usize) -> Result<Deep, SyntaxError> {
        self.chain(level, &[("||", Binary::Concatenate)], Self::sum)
    }

    fn sum(&mut self, level: usize) -> Result<Deep, SyntaxError> {
        self.chain(level, &[("+", Binary::Add), ("-", Binary::Subtract)], Self::product)
    }

    fn product(&mut self, level: usize) -> Result<Deep, SyntaxError> {
        let operators = [("*", Binary::Multiply), ("/", Binary::Divide), ("%", Binary::Remainder)];
        self.chain(level, &operators, Self::sign)
    }

    /// Operators of one strength, from left to right.
    fn chain(
        &mut self,
        level: usize,
        operators: &[(&str, Binary)],
        operand: fn(&mut Self, usize) -> Result<Deep, SyntaxError>,
    ) -> Result<Deep, SyntaxError> {
        let (mut left, mut depth) = operand(self, level)?;
        while let Some((_, operator)) = operators.iter().find(|(symbol, _)| self.take_symbol(symbol)) {
            let (right, right_depth) = operand(self, level)?;
            (left, depth) = self.deeper(binary(*operator, left, right), depth.max(right_depth))?;
        }
        Ok((left, depth))
    }

    fn sign(&mut self, level: usize) -> Result<Deep, SyntaxError> {
        self.check_depth(level)?;
        if self.take_symbol("-") {
            let (inner, depth) = self.sign(level + 1)?;
            // A negative literal is a constant like any other.
            if let Expr::Constant(Value::Number(number)) = inner {
                return Ok((Expr::Constant(negative(number)), depth));
            }
            return self.deeper(Expr::Negate(Box::new(inner)), depth);
        }
        if self.take_symbol("+") {
            let (inner, depth) = self.sign(level + 1)?;
            return self.deeper(Expr::Plus(Box::new(inner)), depth);
        }
        self.path(level)
    }

    fn path(&mut self, level: usize) -> Result<Deep, SyntaxError> {
        let (base, depth) = self.primary(level)?;
        let mut found = Vec::new();
        loop {
            if self.take_symbol(".") {
                match self.advance() {
                    // After a dot every word is a property's name, reserved or not.
                    Kind::Word(name) => found.push(Step::Name(name)),
                    _ => return self.error("a property's name follows the dot"),
                }
            } else if self.take_symbol("[") {
                let at = self.at();
                let key = match self.advance() {
                    Kind::Text(name) => Value::String(name),
                    Kind::Number(number) => Value::Number(number),
                    Kind::Parameter(name) => self.parameter(&name, at)?.clone(),
                    _ => Value::Undefined,
                };
                let index = key.as_count().and_then(|index| usize::try_from(index).ok());
                match (key, index) {
                    (Value::String(name), _) => found.push(Step::Name(name)),
                    (_, Some(index)) => found.push(Step::Index(index)),
                    _ => return Err(SyntaxError::new(at, "`[ ]` takes a text or a whole number from 0")),
                }
                self.expect_symbol("]")?;
            } else {
                break;
            }
        }
        match base {
            Expr::Item { mut steps, slot, at } => {
                steps.append(&mut found);
                Ok((Expr::Item { steps, slot, at }, depth))
            }
            base if found.is_empty() => Ok((base, depth)),
            base => self.deeper(
                Expr::Access {
                    base: Box::new(base),
                    steps: found,
                },
                depth,
            ),
        }
    }

    fn primary(&mut self, level: usize) -> Result<Deep, SyntaxError> {
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
                return self.error(match unsupported_symbol(symbol) {
                    Some(what) => what.to_owned(),
                    None => format!("a value is missing before `{symbol}`"),
                });
            }
            Kind::Word(word) => return self.word(&word, at, level),
            Kind::End => return self.error("the query ends where a value is missing"),
        };
        self.advance();
        Ok((Expr::Constant(constant), 1))
    }

    fn parenthesis(&mut self, level: usize) -> Result<Deep, SyntaxError> {
        self.advance();
        if self.peek_word("SELECT") {
            return self.error("a subquery isn't supported");
        }
        let inner = self.conditional(level + 1)?;
        self.expect_symbol(")")?;
        Ok(inner)
    }

    /// Expressions with commas between them, and the closing symbol.
    fn list(&mut self, close: &str, level: usize) -> Result<(Vec<Expr>, usize), SyntaxError> {
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
        let constant = match upper.as_str() {
            "TRUE" => Some(Value::Bool(true)),
            "FALSE" => Some(Value::Bool(false)),
            "NULL" => Some(Value::Null),
            "UNDEFINED" => Some(Value::Undefined),
            "EXISTS" => return self.error("EXISTS isn't supported"),
            "ARRAY" if *self.peek_second() == Kind::Symbol("(") => return self.error("a subquery isn't supported"),
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
        self.roots.push((word.to_owned(), at));
        Ok((
            Expr::Item {
                steps: Vec::new(),
                slot: 0,
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
        let Some(function) = Function::named(name) else {
            return Err(SyntaxError::new(at, format!("the function {name} isn't supported")));
        };
        let (least, most) = function.arity();
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

fn binary(operator: Binary, left: Expr, right: Expr) -> Expr {
    Expr::Binary {
        operator,
        operands: Box::new([left, right]),
    }
}

fn negative(number: Number) -> Value {
    match number {
        Number::Integer(number) => match number.checked_neg() {
            Some(number) => Value::Number(Number::Integer(number)),
            None => Value::from_f64(-(number as f64)),
        },
        Number::Double(number) => Value::from_f64(-number),
    }
}

/// What to say about symbols that the language has and this evaluator hasn't.
pub(super) fn unsupported_symbol(symbol: &str) -> Option<&'static str> {
    match symbol {
        "&" | "|" | "^" | "~" | "<<" | ">>" => Some("bitwise operators aren't supported"),
        "!" => Some("`!` isn't an operator: write NOT"),
        _ => None,
    }
}
