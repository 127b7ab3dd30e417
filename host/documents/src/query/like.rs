//! LIKE: `%` any characters, `_` any one, `[a-f]` one of a set, `[^a-f]` one outside, an escape character.
//! Source: Azure Cosmos DB for NoSQL, "Keywords", LIKE.

use super::budget::Budget;
use super::error::Stop;

/// A part of a pattern that stands for one character, or `%`.
enum Part {
    Any,
    One,
    Literal(char),
    Set { negated: bool, ranges: Vec<(char, char)> },
}

impl Part {
    fn accepts(&self, character: char) -> bool {
        match self {
            Self::Any => false,
            Self::One => true,
            Self::Literal(literal) => *literal == character,
            Self::Set { negated, ranges } => {
                ranges.iter().any(|(low, high)| (*low..=*high).contains(&character)) != *negated
            }
        }
    }
}

/// Whether all of `text` fits `pattern`; case counts.
///
/// A mismatch goes back to the last `%` only, so the work is at most the product of both lengths, and is counted.
pub(super) fn matches(text: &str, pattern: &str, escape: Option<char>, budget: &Budget<'_>) -> Result<bool, Stop> {
    budget.make(pattern.len() * size_of::<Part>())?;
    let parts = parse(pattern, escape);
    let mut rest = text;
    let mut at = 0;
    let mut retry: Option<(&str, usize)> = None;
    loop {
        budget.work(0)?;
        match (parts.get(at), rest.chars().next()) {
            (Some(Part::Any), _) => {
                at += 1;
                retry = Some((rest, at));
            }
            (Some(part), Some(character)) if part.accepts(character) => {
                at += 1;
                rest = &rest[character.len_utf8()..];
            }
            (None, None) => return Ok(true),
            _ => {
                let Some((from, after)) = retry else { return Ok(false) };
                let Some(skipped) = from.chars().next() else {
                    return Ok(false);
                };
                rest = &from[skipped.len_utf8()..];
                at = after;
                retry = Some((rest, after));
            }
        }
    }
}

fn parse(pattern: &str, escape: Option<char>) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut characters = pattern.chars();
    while let Some(character) = characters.next() {
        parts.push(match character {
            _ if Some(character) == escape => match characters.next() {
                Some(literal) => Part::Literal(literal),
                None => Part::Literal(character),
            },
            // Many in a row mean what one means.
            '%' if matches!(parts.last(), Some(Part::Any)) => continue,
            '%' => Part::Any,
            '_' => Part::One,
            '[' => match set(characters.as_str()) {
                Some((part, rest)) => {
                    characters = rest.chars();
                    part
                }
                None => Part::Literal('['),
            },
            literal => Part::Literal(literal),
        });
    }
    parts
}

/// The set after a `[`, and what follows its `]`; none if there is no `]`.
fn set(text: &str) -> Option<(Part, &str)> {
    let (negated, inner) = match text.strip_prefix('^') {
        Some(inner) => (true, inner),
        None => (false, text),
    };
    let end = inner.find(']')?;
    let members: Vec<char> = inner[..end].chars().collect();
    let mut ranges = Vec::new();
    let mut at = 0;
    while at < members.len() {
        if at + 2 < members.len() && members[at + 1] == '-' {
            ranges.push((members[at], members[at + 2]));
            at += 3;
        } else {
            ranges.push((members[at], members[at]));
            at += 1;
        }
    }
    Some((Part::Set { negated, ranges }, &inner[end + 1..]))
}
