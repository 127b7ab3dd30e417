//! A query's text to tokens, each with the column where it starts.

use super::error::SyntaxError;
use super::value::Number;

/// A token and where it starts: an offset in bytes, which [`SyntaxError`] turns into a column.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) at: usize,
}

/// What a token is.
#[derive(Clone, Debug)]
pub(super) enum Kind {
    /// A name or a keyword: which one, the grammar says.
    Word(String),
    /// `@name`, with its sign.
    Parameter(String),
    Text(String),
    Number(Number),
    Symbol(&'static str),
    End,
}

impl PartialEq for Kind {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Word(left), Self::Word(right))
            | (Self::Parameter(left), Self::Parameter(right))
            | (Self::Text(left), Self::Text(right)) => left == right,
            (Self::Number(left), Self::Number(right)) => left.compare(*right).is_eq(),
            (Self::Symbol(left), Self::Symbol(right)) => left == right,
            (Self::End, Self::End) => true,
            _ => false,
        }
    }
}

/// The longer ones first, so that `<=` isn't `<` and `=`.
const SYMBOLS: [&str; 32] = [
    ">>>", "<=", ">=", "!=", "<>", "||", "??", "<<", ">>", "(", ")", "[", "]", "{", "}", ",", ".", ":", "?", "=", "<",
    ">", "+", "-", "*", "/", "%", "&", "|", "^", "~", "!",
];

/// Splits `text`; the last token is [`Kind::End`].
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, SyntaxError> {
    let mut lexer = Lexer { text, at: 0 };
    let mut tokens = Vec::new();
    loop {
        lexer.skip_blanks();
        let at = lexer.at;
        let kind = lexer.next_kind()?;
        let end = kind == Kind::End;
        tokens.push(Token { kind, at });
        if end {
            return Ok(tokens);
        }
    }
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Lexer<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    /// White space and `-- comments`.
    fn skip_blanks(&mut self) {
        loop {
            let rest = self.rest();
            let trimmed = rest.trim_start();
            self.at += rest.len() - trimmed.len();
            if !trimmed.starts_with("--") {
                return;
            }
            self.at += trimmed.find('\n').unwrap_or(trimmed.len());
        }
    }

    fn next_kind(&mut self) -> Result<Kind, SyntaxError> {
        let rest = self.rest();
        let Some(first) = rest.chars().next() else {
            return Ok(Kind::End);
        };
        if first.is_alphabetic() || first == '_' {
            return Ok(Kind::Word(self.take_word()));
        }
        if first == '@' {
            self.at += 1;
            let name = self.take_word();
            if name.is_empty() {
                return Err(SyntaxError::new(self.at - 1, "a parameter has a name after its @"));
            }
            return Ok(Kind::Parameter(format!("@{name}")));
        }
        if first == '\'' || first == '"' {
            return self.text_literal(first);
        }
        let digit_follows = rest[first.len_utf8()..].starts_with(|next: char| next.is_ascii_digit());
        if first.is_ascii_digit() || (first == '.' && digit_follows) {
            return self.number();
        }
        for symbol in SYMBOLS {
            if rest.starts_with(symbol) {
                self.at += symbol.len();
                return Ok(Kind::Symbol(symbol));
            }
        }
        Err(SyntaxError::new(
            self.at,
            format!("the character `{}` means nothing here", first.escape_debug()),
        ))
    }

    fn take_word(&mut self) -> String {
        let rest = self.rest();
        let end = rest
            .find(|next: char| !next.is_alphanumeric() && next != '_' && next != '$')
            .unwrap_or(rest.len());
        self.at += end;
        rest[..end].to_owned()
    }

    fn number(&mut self) -> Result<Kind, SyntaxError> {
        let start = self.at;
        self.skip_digits();
        if self.rest().starts_with('.') {
            self.at += 1;
            self.skip_digits();
        }
        if self.rest().starts_with(['e', 'E']) {
            self.at += 1;
            if self.rest().starts_with(['+', '-']) {
                self.at += 1;
            }
            self.skip_digits();
        }
        let written = &self.text[start..self.at];
        let joined = self
            .rest()
            .starts_with(|next: char| next.is_alphanumeric() || next == '_');
        let number = match written.parse::<i64>() {
            Ok(number) => Some(Number::Integer(number)),
            Err(_) => written.parse::<f64>().ok().and_then(Number::from_f64),
        };
        match number {
            Some(number) if !joined => Ok(Kind::Number(number)),
            _ => Err(SyntaxError::new(start, "this isn't a number that JSON knows")),
        }
    }

    fn skip_digits(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start_matches(|next: char| next.is_ascii_digit()).len();
    }

    /// A text in single or double quotes, with JSON's escapes and `\'`.
    fn text_literal(&mut self, quote: char) -> Result<Kind, SyntaxError> {
        let start = self.at;
        self.at += 1;
        let mut literal = String::new();
        loop {
            let Some(next) = self.rest().chars().next() else {
                return Err(SyntaxError::new(start, "this text has no closing quote"));
            };
            self.at += next.len_utf8();
            if next == quote {
                return Ok(Kind::Text(literal));
            }
            literal.push(if next == '\\' { self.escape()? } else { next });
        }
    }

    fn escape(&mut self) -> Result<char, SyntaxError> {
        let at = self.at - 1;
        let error = || {
            SyntaxError::new(
                at,
                "this isn't one of the escapes \\' \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX",
            )
        };
        let escaped = self.rest().chars().next().ok_or_else(error)?;
        self.at += escaped.len_utf8();
        Ok(match escaped {
            '\'' | '"' | '\\' | '/' => escaped,
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => {
                let high = self.hex_unit().ok_or_else(error)?;
                if !(0xD800..0xDC00).contains(&high) {
                    return char::from_u32(high).ok_or_else(error);
                }
                let low = self.rest().starts_with("\\u").then(|| {
                    self.at += 2;
                    self.hex_unit()
                });
                match low.flatten() {
                    Some(low @ 0xDC00..=0xDFFF) => {
                        char::from_u32(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00)).ok_or_else(error)?
                    }
                    _ => return Err(error()),
                }
            }
            _ => return Err(error()),
        })
    }

    fn hex_unit(&mut self) -> Option<u32> {
        let digits = self
            .rest()
            .get(..4)
            .filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))?;
        self.at += 4;
        u32::from_str_radix(digits, 16).ok()
    }
}
