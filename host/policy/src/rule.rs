//! The rule that says for whom a tool is.

use std::collections::BTreeMap;

use serde::Deserialize;
use uuid::Uuid;

/// A rule over a verified caller. Written in a grant as a table with one key: `{ scope = "user_impersonation" }`,
/// `{ any = [{ role = "Expenses.Admin" }, { group = "usher-admins" }] }`.
///
/// The set is open: a new kind of fact is a new variant, and [`Rule::decide`] is the one place that reads it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rule {
    /// The token holds this delegated scope, by its short name. Entra: `scp`. A client can ask for scopes, so a caller who lacks
    /// one may come back with it.
    Scope(String),
    /// The token holds this app role. Entra: `roles`.
    Role(String),
    /// The caller is in this group, directly or through others. A token can't tell (it leaves groups out when there are many),
    /// so deciding it takes Microsoft Graph. Groups are about people: for an application it is no.
    Group(GroupRef),
    /// At least one of these.
    Any(Vec<Rule>),
    /// Each of these.
    All(Vec<Rule>),
    /// Not this one. It holds for everybody else, applications among them, so it mostly stands inside `all`.
    Not(Box<Rule>),
}

/// A group, as a rule names it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize)]
#[serde(from = "String")]
pub enum GroupRef {
    /// By its object id.
    Id(Uuid),
    /// By a name of the host's configuration, which has the object id: a grant can then go from one tenant to another.
    Name(String),
}

impl From<String> for GroupRef {
    fn from(text: String) -> Self {
        match Uuid::try_parse(&text) {
            Ok(id) => Self::Id(id),
            Err(_) => Self::Name(text),
        }
    }
}

impl Rule {
    /// Why this host can't enforce the rule, if it can't, and what to write instead. Checked at load, so that no rule is parsed
    /// and then not enforced.
    #[must_use]
    pub fn unenforceable(&self) -> Option<String> {
        match self {
            Self::Scope(name) | Self::Role(name) if name.is_empty() || name.contains(char::is_whitespace) => {
                Some(format!("{name:?} is not the name of a scope or a role: it must be one word"))
            }
            Self::Scope(name) if name.contains("://") => Some(format!(
                "{name:?} is a scope in full: write its last part, which is what a token has"
            )),
            Self::Group(GroupRef::Name(name)) if name.trim() != name || name.is_empty() || name.contains(char::is_control) => {
                Some(format!(
                    "{name:?} is not the name of a group: write its object id, or a name that [entra.groups] has"
                ))
            }
            Self::Scope(_) | Self::Role(_) | Self::Group(_) => None,
            Self::Any(rules) | Self::All(rules) if rules.is_empty() => {
                Some("`any` and `all` need at least one rule inside".to_owned())
            }
            Self::Any(rules) | Self::All(rules) => rules.iter().find_map(Self::unenforceable),
            Self::Not(rule) if rule.names_scopes_besides(&[]) => Some(
                "`not` around a scope keeps nobody out: a client gets round it by asking for a token without that scope. \
                 Write `not` around a role or a group"
                    .to_owned(),
            ),
            Self::Not(rule) => rule.unenforceable(),
        }
    }

    /// Whether it reads other scopes than these.
    pub(crate) fn names_scopes_besides(&self, held: &[&str]) -> bool {
        match self {
            Self::Scope(scope) => !held.contains(&scope.as_str()),
            Self::Role(_) | Self::Group(_) => false,
            Self::Any(rules) | Self::All(rules) => rules.iter().any(|rule| rule.names_scopes_besides(held)),
            Self::Not(rule) => rule.names_scopes_besides(held),
        }
    }

    /// The groups that it names, each once. A name that wasn't resolved isn't among them.
    pub(crate) fn groups(&self) -> Vec<Uuid> {
        let mut groups = Vec::new();
        self.visit_groups(&mut |group| {
            if let GroupRef::Id(id) = group
                && !groups.contains(id)
            {
                groups.push(*id);
            }
        });
        groups
    }

    /// Whether it reads groups.
    pub(crate) fn names_groups(&self) -> bool {
        let mut any = false;
        self.visit_groups(&mut |_| any = true);
        any
    }

    /// Puts object ids in the place of names.
    ///
    /// # Errors
    /// The first name that isn't known. The rule may then have been resolved in part.
    pub(crate) fn resolve_groups(&mut self, names: &BTreeMap<String, Uuid>) -> Result<(), String> {
        match self {
            Self::Group(group) => {
                if let GroupRef::Name(name) = group {
                    let id = names.get(name).ok_or_else(|| name.clone())?;
                    *group = GroupRef::Id(*id);
                }
                Ok(())
            }
            Self::Any(rules) | Self::All(rules) => rules.iter_mut().try_for_each(|rule| rule.resolve_groups(names)),
            Self::Not(rule) => rule.resolve_groups(names),
            Self::Scope(_) | Self::Role(_) => Ok(()),
        }
    }

    fn visit_groups<'r>(&'r self, visit: &mut impl FnMut(&'r GroupRef)) {
        match self {
            Self::Group(group) => visit(group),
            Self::Any(rules) | Self::All(rules) => rules.iter().for_each(|rule| rule.visit_groups(visit)),
            Self::Not(rule) => rule.visit_groups(visit),
            Self::Scope(_) | Self::Role(_) => {}
        }
    }
}
