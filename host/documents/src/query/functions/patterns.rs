//! REGEXMATCH. Source: Azure Cosmos DB for NoSQL, "RegexMatch".
//!
//! The service's patterns are those of .NET's regular expressions. Here they are those of the `regex` crate, whose time is linear in
//! the text: look-around and back-references are unknown to it, and a pattern with one is undefined, like a malformed one.

use regex::{Regex, RegexBuilder};

use super::Arguments;
use crate::query::budget::Budget;
use crate::query::error::Stop;
use crate::query::value::Value;

/// A compiled pattern has at most so many bytes, and so has what it caches while it runs.
const MAX_COMPILED: usize = 256 * 1024;
/// Patterns that are kept compiled for the rows to come.
const MAX_KEPT: usize = 8;

/// Patterns that were compiled, with their modifiers; none: malformed or too large.
#[derive(Debug, Default)]
pub(in crate::query) struct Patterns(Vec<(String, String, Option<Regex>)>);

impl Patterns {
    fn get(&mut self, pattern: &str, modifiers: &str) -> Option<&Regex> {
        let known = self
            .0
            .iter()
            .position(|(known, with, _)| known == pattern && with == modifiers);
        let index = known.unwrap_or_else(|| {
            if self.0.len() >= MAX_KEPT {
                self.0.remove(0);
            }
            self.0
                .push((pattern.to_owned(), modifiers.to_owned(), compile(pattern, modifiers)));
            self.0.len() - 1
        });
        self.0[index].2.as_ref()
    }
}

fn compile(pattern: &str, modifiers: &str) -> Option<Regex> {
    let mut builder = RegexBuilder::new(pattern);
    for modifier in modifiers.chars() {
        match modifier {
            'm' => builder.multi_line(true),
            's' => builder.dot_matches_new_line(true),
            'i' => builder.case_insensitive(true),
            'x' => builder.ignore_whitespace(true),
            _ => return None,
        };
    }
    builder
        .size_limit(MAX_COMPILED)
        .dfa_size_limit(MAX_COMPILED)
        .build()
        .ok()
}

pub(super) fn regex_match(arguments: Arguments<'_, '_>, budget: &Budget<'_>) -> Result<Value, Stop> {
    let modifiers = if arguments.has(2) { arguments.text(2) } else { Some("") };
    let (Some(text), Some(pattern), Some(modifiers)) = (arguments.text(0), arguments.text(1), modifiers) else {
        return Ok(Value::Undefined);
    };
    // To compile is the more work, and a pattern can come from the row.
    budget.work(text.len() + 16 * pattern.len())?;
    let mut patterns = budget.patterns().borrow_mut();
    let found = patterns.get(pattern, modifiers).map(|regex| regex.is_match(text));
    Ok(found.map_or(Value::Undefined, Value::Bool))
}
