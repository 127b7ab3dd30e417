//! What a new version of a component could do that the old one couldn't.
//!
//! [`compare`] finds every difference; here the imports among them are put into words, and all are grouped by what they mean
//! for whoever decides about the new version: more, less, or something else that clients would see.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;
use usher_runtime::{Examined, Import};

use crate::changes::{Change, Effect, compare};
use crate::powers::{Power, Reach, powers};
use crate::visible::visible;
use crate::wrap::wrap;

/// The differences between two versions, grouped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The file of the old version.
    pub old: String,
    /// The file of the new one.
    pub new: String,
    /// What the functions that are imported now, and weren't, let it do. The worst first.
    pub gained_powers: Vec<Power>,
    /// What has become possible by several things together.
    pub gained_together: Vec<String>,
    /// What the functions that aren't imported any more let it do.
    pub lost_powers: Vec<Power>,
    /// Every way in which it is wider, one sentence each.
    pub wider: Vec<String>,
    /// Every way in which it is narrower.
    pub narrower: Vec<String>,
    /// What else is different in what it says to clients and models.
    pub changed: Vec<String>,
}

impl Difference {
    /// Compares two versions.
    #[must_use]
    pub fn between(old: (&str, &Examined), new: (&str, &Examined)) -> Self {
        let (before, after) = (&old.1.imports, &new.1.imports);
        let changes = compare(old.1, new.1);
        let told = |effect: Effect| {
            let of_effect = changes.iter().filter(|change| change.effect == effect);
            of_effect.map(Change::to_string).collect()
        };
        let possible = Reach::of(before).together();
        let mut together = Reach::of(after).together();
        together.retain(|sentence| !possible.contains(sentence));
        Self {
            old: old.0.to_owned(),
            new: new.0.to_owned(),
            gained_powers: powers(&without(after, before)),
            gained_together: together,
            lost_powers: powers(&without(before, after)),
            wider: told(Effect::Wider),
            narrower: told(Effect::Narrower),
            changed: told(Effect::Changed),
        }
    }

    /// Whether the new version can do anything that the old one couldn't.
    #[must_use]
    pub fn is_wider(&self) -> bool {
        !self.wider.is_empty()
    }
}

/// The functions of some imports that others don't have.
fn without(imports: &[Import], others: &[Import]) -> Vec<Import> {
    let mut known: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for import in others {
        let functions = import.functions.iter().map(String::as_str);
        known.entry(&import.interface).or_default().extend(functions);
    }
    let rest = |import: &Import| Import {
        interface: import.interface.clone(),
        functions: import
            .functions
            .iter()
            .filter(|name| {
                known
                    .get(import.interface.as_str())
                    .is_none_or(|had| !had.contains(&name.as_str()))
            })
            .cloned()
            .collect(),
    };
    imports.iter().map(rest).collect()
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&wrap(
            "",
            &format!("{} compared with {}", visible(&self.new), visible(&self.old)),
        ))?;
        f.write_str("\nWhat it could do that the old one couldn't\n")?;
        if !self.is_wider() {
            f.write_str("  Nothing.\n")?;
        }
        for power in &self.gained_powers {
            let column = format!("  {:<11}", power.severity.word());
            f.write_str(&wrap(&column, &power.words.join(" ")))?;
        }
        bullets(f, &self.gained_together)?;
        bullets(f, &self.wider)?;
        if !self.narrower.is_empty() {
            f.write_str("\nWhat it can do no longer\n")?;
            for power in &self.lost_powers {
                f.write_str(&wrap("  - ", &format!("The old one: {}", power.words.join(" "))))?;
            }
            bullets(f, &self.narrower)?;
        }
        if !self.changed.is_empty() {
            f.write_str("\nWhat else it says differently\n")?;
            bullets(f, &self.changed)?;
        }
        Ok(())
    }
}

fn bullets(f: &mut fmt::Formatter<'_>, lines: &[String]) -> fmt::Result {
    lines.iter().try_for_each(|line| f.write_str(&wrap("  - ", line)))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use usher_runtime::Kind;

    use super::*;
    use crate::powers::imports;

    fn examined(interfaces: &[(&str, &[&str])]) -> Examined {
        Examined {
            digest: "a".repeat(64),
            bytes: 1,
            imports: imports(interfaces),
            exports: Vec::new(),
            kind: Kind::Contract,
            tools: Vec::new(),
            unserved: Vec::new(),
        }
    }

    #[test]
    fn a_new_function_of_a_known_interface_is_told_in_plain_words() {
        let old = examined(&[("usher:host/my-documents-write@0.1.0", &["create"])]);
        let new = examined(&[("usher:host/my-documents-write@0.1.0", &["create", "delete"])]);
        let difference = Difference::between(("old", &old), ("new", &new));
        assert!(difference.is_wider());
        assert!(
            difference.gained_powers[0].words[0].contains("delete stored items"),
            "{difference}"
        );
        assert!(!Difference::between(("new", &new), ("old", &old)).is_wider());
    }

    #[test]
    fn a_way_out_beside_what_was_read_already_is_a_new_danger() {
        let old = examined(&[("usher:host/my-documents@0.1.0", &["query"])]);
        let new = examined(&[
            ("usher:host/my-documents@0.1.0", &["query"]),
            ("usher:host/http@0.1.0", &["send"]),
        ]);
        let difference = Difference::between(("old", &old), ("new", &new));
        assert!(
            difference.gained_together[0].contains("could send what it reads"),
            "{difference}"
        );
    }

    #[test]
    fn the_same_surface_is_no_difference() {
        let one = examined(&[("usher:host/log@0.1.0", &["log"])]);
        let difference = Difference::between(("a", &one), ("b", &one));
        assert!(
            !difference.is_wider() && difference.to_string().contains("Nothing."),
            "{difference}"
        );
    }
}
