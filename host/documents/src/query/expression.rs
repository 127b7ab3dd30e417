//! The grammar of expressions, by binding strength.
//!
//! From loose to tight: `? :`, `??`, OR, AND, NOT, comparisons with BETWEEN, IN and LIKE, `||`, `|`, `^`, `&`, shifts, `+ -`,
//! `* / %`, signs and `~`, paths. Microsoft doesn't say how tightly bits bind: parentheses make it sure.

use super::ast::{Binary, Expr, Step};
use super::error::SyntaxError;
use super::lexer::Kind;
use super::parser::Parser;
use super::value::{Number, Value};

/// How deep expressions may be nested. Chains of AND and OR count as one level, however long they are.
const MAX_DEPTH: usize = 64;

/// An expression and how deep it is.
pub(super) type Deep = (Expr, usize);

impl Parser<'_> {
    /// Parses one expression.
    pub(super) fn expression(&mut self) -> Result<Expr, SyntaxError> {
        let (expr, depth) = self.conditional(self.base)?;
        self.deepest = self.deepest.max(depth);
        Ok(expr)
    }

    /// Counted from the top it bounds this parser's recursion, counted from the bottom the evaluator's.
    pub(super) fn check_depth(&self, level: usize) -> Result<(), SyntaxError> {
        if level > MAX_DEPTH {
            self.error(format!("an expression is nested at most {MAX_DEPTH} deep"))
        } else {
            Ok(())
        }
    }

    pub(super) fn deeper(&self, expr: Expr, below: usize) -> Result<Deep, SyntaxError> {
        self.check_depth(below + 1)?;
        Ok((expr, below + 1))
    }

    pub(super) fn conditional(&mut self, level: usize) -> Result<Deep, SyntaxError> {
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
                return self.error("IN takes values: a subquery goes into EXISTS");
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
        self.chain(level, &[("||", Binary::Concatenate)], Self::bits_or)
    }

    fn bits_or(&mut self, level: usize) -> Result<Deep, SyntaxError> {
        self.chain(level, &[("|", Binary::BitOr)], Self::bits_xor)
    }

    fn bits_xor(&mut self, level: usize) -> Result<Deep, SyntaxError> {
        self.chain(level, &[("^", Binary::BitXor)], Self::bits_and)
    }

    fn bits_and(&mut self, level: usize) -> Result<Deep, SyntaxError> {
        self.chain(level, &[("&", Binary::BitAnd)], Self::shift)
    }

    fn shift(&mut self, level: usize) -> Result<Deep, SyntaxError> {
        let operators = [
            ("<<", Binary::ShiftLeft),
            (">>>", Binary::ShiftRightUnsigned),
            (">>", Binary::ShiftRight),
        ];
        self.chain(level, &operators, Self::sum)
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
        if self.take_symbol("~") {
            let (inner, depth) = self.sign(level + 1)?;
            return self.deeper(Expr::Complement(Box::new(inner)), depth);
        }
        self.path(level)
    }

    fn path(&mut self, level: usize) -> Result<Deep, SyntaxError> {
        let (base, depth) = self.primary(level)?;
        let mut found = self.steps()?;
        match base {
            Expr::Name { name, mut steps, at } => {
                steps.append(&mut found);
                Ok((Expr::Name { name, steps, at }, depth))
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

    /// `.name`, `['name']`, `[0]`, as many as there are.
    pub(super) fn steps(&mut self) -> Result<Vec<Step>, SyntaxError> {
        let mut found = Vec::new();
        loop {
            if self.take_symbol(".") {
                let at = self.at();
                match self.advance() {
                    // After a dot every word is a property's name, reserved or not.
                    Kind::Word(name) => found.push(Step::Name(name)),
                    _ => return Err(SyntaxError::new(at, "a property's name follows the dot")),
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
                return Ok(found);
            }
        }
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
