//! What a rule says about a caller, as far as the facts go.

use std::collections::BTreeSet;

use usher_entra::{Caller, CallerKind};
use uuid::Uuid;

use crate::memberships::Memberships;
use crate::rule::{GroupRef, Rule};

/// One of four answers. Two of them are certain whatever else becomes known, `Yes` and `No`.
///
/// `NeedsScopes` is a `No` that the client can do something about: the rule doesn't hold, and would with these scopes.
/// `Undecided` is not `No`: an answer that couldn't be had is an infrastructure failure and never a denial.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision<'r> {
    /// The rule holds.
    Yes,
    /// The rule doesn't hold.
    No,
    /// The rule doesn't hold, but would if the token had these scopes, too, by their short names.
    NeedsScopes(BTreeSet<&'r str>),
    /// A group that matters is unknown.
    Undecided,
}

impl From<bool> for Decision<'_> {
    fn from(holds: bool) -> Self {
        if holds { Self::Yes } else { Self::No }
    }
}

impl Rule {
    /// Decides from the caller's token and what is known of the caller's groups.
    ///
    /// More knowledge never turns `Yes`, `No` or `NeedsScopes` into something else.
    #[must_use]
    pub fn decide(&self, caller: &Caller, memberships: &Memberships) -> Decision<'_> {
        let is_person = caller.kind() == CallerKind::User;
        match self {
            Self::Scope(scope) if caller.has_scope(scope) => Decision::Yes,
            // An application's token has roles and never scopes: there is nothing that it could come back with.
            Self::Scope(scope) if is_person => Decision::NeedsScopes(BTreeSet::from([scope.as_str()])),
            Self::Scope(_) => Decision::No,
            Self::Role(role) => caller.has_role(role).into(),
            Self::Group(_) if !is_person => Decision::No,
            Self::Group(GroupRef::Id(group)) => memberships.get(*group).map_or(Decision::Undecided, Decision::from),
            Self::Group(GroupRef::Name(_)) => Decision::Undecided,
            Self::Any(rules) => any(rules.iter().map(|rule| rule.decide(caller, memberships))),
            Self::All(rules) => all(rules.iter().map(|rule| rule.decide(caller, memberships))),
            Self::Not(rule) => match rule.decide(caller, memberships) {
                Decision::Yes => Decision::No,
                Decision::No | Decision::NeedsScopes(_) => Decision::Yes,
                Decision::Undecided => Decision::Undecided,
            },
        }
    }

    /// Visits the groups whose answer matters for this caller, perhaps several times. None if the token decides.
    pub(crate) fn visit_asked(&self, caller: &Caller, visit: &mut impl FnMut(Uuid)) {
        // Inside a rule that is decided, nothing matters; inside one that isn't, those parts that aren't.
        if self.decide(caller, &Memberships::none()) != Decision::Undecided {
            return;
        }
        match self {
            Self::Group(GroupRef::Id(group)) => visit(*group),
            Self::Any(rules) | Self::All(rules) => {
                for rule in rules {
                    rule.visit_asked(caller, visit);
                }
            }
            Self::Not(rule) => rule.visit_asked(caller, visit),
            Self::Scope(_) | Self::Role(_) | Self::Group(_) => {}
        }
    }
}

/// Yes if one is; else undecided if one is; else the fewest scopes that one needs, the first of several; else no.
fn any<'r>(decisions: impl Iterator<Item = Decision<'r>>) -> Decision<'r> {
    let mut answer = Decision::No;
    for decision in decisions {
        answer = match (answer, decision) {
            (_, Decision::Yes) => return Decision::Yes,
            (Decision::Undecided, _) | (_, Decision::Undecided) => Decision::Undecided,
            (Decision::NeedsScopes(fewest), Decision::NeedsScopes(scopes)) if scopes.len() < fewest.len() => {
                Decision::NeedsScopes(scopes)
            }
            (Decision::No, decision) => decision,
            (answer, _) => answer,
        };
    }
    answer
}

/// No if one is; else undecided if one is; else all scopes that they need; else yes.
fn all<'r>(decisions: impl Iterator<Item = Decision<'r>>) -> Decision<'r> {
    let mut answer = Decision::Yes;
    for decision in decisions {
        answer = match (answer, decision) {
            (_, Decision::No) => return Decision::No,
            (Decision::Undecided, _) | (_, Decision::Undecided) => Decision::Undecided,
            (Decision::NeedsScopes(mut scopes), Decision::NeedsScopes(more)) => {
                scopes.extend(more);
                Decision::NeedsScopes(scopes)
            }
            (Decision::Yes, decision) => decision,
            (answer, _) => answer,
        };
    }
    answer
}
