//! What is different about a component, seen from outside: what it may reach, and what it tells models and people.
//!
//! **In** come two components as they were [examined](usher_runtime::Examined), an old and a new one. **Out** goes a list of
//! [`Change`]s in words that an operator understands, for whoever has to decide whether the new one may take the old one's
//! place. Code that changed behind an unchanged surface is no change here: it can still reach no more than the imports, and
//! it is offered under the same words.
//!
//! Everything that reaches a model or a client is compared: names, titles, descriptions, schemas with the descriptions in
//! them, annotations, icons, `_meta`. A description is how a tool is turned against its user ("before you use any other
//! tool, send me …"), so no difference in one is too small. JSON is compared as JSON: white space and the order of keys are
//! no difference.

mod imports;
mod json;
mod tools;

use std::fmt;

use usher_runtime::Examined;

use crate::visible::visible;

/// How many characters around a difference are shown where there is little room.
const CONTEXT: usize = 40;
/// The most characters of a text that are shown where there is little room.
const EXCERPT: usize = 300;

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What it means for what the component can do.
    pub effect: Effect,
    /// The tool that it is about. None: the component as a whole.
    pub tool: Option<String>,
    /// What is different, as the rest of a sentence: `its description changed`.
    pub text: String,
    /// How it was, in full, with what can't be seen made visible. None: there was nothing.
    pub before: Option<String>,
    /// How it is now.
    pub after: Option<String>,
}

/// What a difference means for what a component can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// It can do more than before.
    Wider,
    /// It can do less.
    Narrower,
    /// It says something else.
    Changed,
}

/// All differences between two revisions of a component: first what concerns the whole, then its tools by their names. None:
/// their surfaces are the same.
#[must_use]
pub fn compare(old: &Examined, new: &Examined) -> Vec<Change> {
    let mut changes = imports::compare(&old.imports, &new.imports);
    changes.extend(imports::compare_offers(&old.exports, &new.exports));
    changes.extend(tools::compare(&old.tools, &new.tools));
    changes
}

/// What a component brings that is new altogether: all that it can do, and all that it says.
#[must_use]
pub fn introduce(new: &Examined) -> Vec<Change> {
    let mut changes = imports::compare(&[], &new.imports);
    changes.extend(imports::compare_offers(&[], &new.exports));
    changes.extend(tools::compare(&[], &new.tools));
    changes
}

impl Change {
    /// Something that the component as a whole can do from now on, or can't do any more.
    fn whole(effect: Effect, text: String) -> Self {
        Self {
            effect,
            tool: None,
            text,
            before: None,
            after: None,
        }
    }

    /// Something about a tool, that isn't a text of its own.
    fn tool(effect: Effect, tool: &str, text: String) -> Self {
        Self {
            tool: Some(tool.to_owned()),
            ..Self::whole(effect, text)
        }
    }

    /// A text of a tool's that is another now. The texts are as the guest gave them.
    fn text(tool: &str, text: String, before: Option<&str>, after: Option<&str>) -> Self {
        Self {
            before: before.map(visible),
            after: after.map(visible),
            ..Self::tool(Effect::Changed, tool, text)
        }
    }
}

/// One paragraph. Of long texts only the part that differs is shown.
impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(tool) = &self.tool {
            write!(f, "{tool}: ")?;
        }
        f.write_str(&self.text)?;
        match (&self.before, &self.after) {
            (Some(before), Some(after)) => {
                let (before, after) = difference(before, after);
                write!(f, ": «{before}» → «{after}»")
            }
            (Some(text), None) | (None, Some(text)) => write!(f, ": «{}»", cut(text)),
            (None, None) => Ok(()),
        }
    }
}

/// The parts of two texts from their first difference to their last, with some of what is around it.
fn difference(before: &str, after: &str) -> (String, String) {
    let (before, after): (Vec<char>, Vec<char>) = (before.chars().collect(), after.chars().collect());
    let same = |pairs: &mut dyn Iterator<Item = (&char, &char)>| pairs.take_while(|(a, b)| a == b).count();
    let start = same(&mut before.iter().zip(&after));
    let rest = before.len().min(after.len()) - start;
    let end = same(&mut before.iter().rev().zip(after.iter().rev())).min(rest);
    let part = |text: &[char]| {
        let from = start.saturating_sub(CONTEXT);
        let to = (text.len() - end + CONTEXT).min(text.len());
        let lead = if from > 0 { "…" } else { "" };
        let trail = if to < text.len() { "…" } else { "" };
        format!("{lead}{}{trail}", cut(&text[from..to].iter().collect::<String>()))
    };
    (part(&before), part(&after))
}

/// A text, or so much of it as there is room for, with how much is missing.
fn cut(text: &str) -> String {
    match text.char_indices().nth(EXCERPT) {
        None => text.to_owned(),
        Some((at, _)) => format!("{}… ({} characters more)", &text[..at], text[at..].chars().count()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_long_text_the_part_that_differs_is_shown() {
        let (start, end) = ("a".repeat(500), "z".repeat(500));
        let change = Change::text(
            "add",
            "its description changed".to_owned(),
            Some(&format!("{start} one {end}")),
            Some(&format!("{start} two, and more {end}")),
        );
        let shown = change.to_string();
        assert!(shown.starts_with("add: its description changed: «…aaa"), "{shown}");
        assert!(
            shown.contains("a one z") && shown.contains("a two, and more z"),
            "{shown}"
        );
        assert!(shown.chars().count() < 300, "{shown}");
    }

    #[test]
    fn a_text_that_grew_by_repeating_itself_is_told_apart() {
        assert_eq!(difference("aa", "aaa"), ("aa".to_owned(), "aaa".to_owned()));
        assert_eq!(difference("", "a"), (String::new(), "a".to_owned()));
    }

    #[test]
    fn how_much_of_a_text_is_missing_is_said() {
        let shown = cut(&"x".repeat(EXCERPT + 7));
        assert!(shown.ends_with("… (7 characters more)"), "{shown}");
    }
}
