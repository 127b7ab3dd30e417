//! The rule that says for whom a tool is.

use serde::Deserialize;
use usher_entra::Caller;
use uuid::Uuid;

/// A rule over a verified caller. Written in a grant as a table with one key, for example `{ role = "Expenses.Admin" }` or
/// `{ any = [{ role = "Expenses.Admin" }, { scope = "Expenses.ReadAll" }] }`.
///
/// The set is open: a new kind of fact is a new variant, and [`Rule::decide`] is the one place that reads it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rule {
    /// The token holds this delegated scope, by its short name. Entra: `scp`.
    Scope(String),
    /// The token holds this app role. Entra: `roles`.
    Role(String),
    /// The caller is in this group, directly or through others; the group by its object id. A token can't tell (it may leave
    /// groups out), so deciding it takes Microsoft Graph: a host that doesn't reach Graph refuses the grant at load.
    Group(Uuid),
    /// At least one of these.
    Any(Vec<Rule>),
    /// Each of these.
    All(Vec<Rule>),
}

/// What a rule says about a caller.
///
/// `Undecided` is not `No`: an answer that couldn't be had is an infrastructure failure and never a denial.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// The rule holds.
    Yes,
    /// The rule doesn't hold.
    No,
    /// The facts that the rule needs aren't at hand.
    Undecided,
}

impl Rule {
    /// Decides from the facts of the caller's token.
    #[must_use]
    pub fn decide(&self, caller: &Caller) -> Decision {
        match self {
            Self::Scope(scope) => Decision::from(caller.has_scope(scope)),
            Self::Role(role) => Decision::from(caller.has_role(role)),
            Self::Group(_) => Decision::Undecided,
            Self::Any(rules) => first_or(rules, caller, Decision::Yes, Decision::No),
            Self::All(rules) => first_or(rules, caller, Decision::No, Decision::Yes),
        }
    }

    /// Why this host can't enforce the rule, if it can't. Checked at load, so that no rule is parsed and then not enforced.
    #[must_use]
    pub fn unenforceable(&self) -> Option<String> {
        match self {
            Self::Scope(name) | Self::Role(name) if name.is_empty() || name.contains(char::is_whitespace) => {
                Some(format!("{name:?} is not the name of a scope or a role: it must be one word"))
            }
            Self::Scope(_) | Self::Role(_) => None,
            Self::Group(_) => Some(
                "rules by group need Microsoft Graph, which this host doesn't ask yet; assign an app role to the group and \
                 write `{ role = \"…\" }`"
                    .to_owned(),
            ),
            Self::Any(rules) | Self::All(rules) if rules.is_empty() => {
                Some("`any` and `all` need at least one rule inside".to_owned())
            }
            Self::Any(rules) | Self::All(rules) => rules.iter().find_map(Self::unenforceable),
        }
    }
}

impl From<bool> for Decision {
    fn from(holds: bool) -> Self {
        if holds { Self::Yes } else { Self::No }
    }
}

/// `settling` if one rule says so, else undecided if one is undecided, else `otherwise`.
fn first_or(rules: &[Rule], caller: &Caller, settling: Decision, otherwise: Decision) -> Decision {
    let mut answer = otherwise;
    for rule in rules {
        match rule.decide(caller) {
            decision if decision == settling => return settling,
            Decision::Undecided => answer = Decision::Undecided,
            _ => {}
        }
    }
    answer
}
