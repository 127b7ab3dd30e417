//! The groups of the development tenant, who is in them, and what follows from groups within groups.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard};

use crate::personas::Persona;

/// A group that has a name of its own, with its direct members.
struct Named {
    id: &'static str,
    name: &'static str,
    people: &'static [&'static str],
    groups: &'static [&'static str],
}

/// Ids never change, so that a grant that names one goes on working.
static NAMED: &[Named] = &[
    Named {
        id: "99999999-9999-4999-8999-999999999999",
        name: "usher-admins",
        people: &["admin"],
        groups: &["usher-operations"],
    },
    // Two steps below the administrators, so that looking one step down isn't enough.
    Named {
        id: "99999999-9999-4999-8999-000000000001",
        name: "usher-operations",
        people: &[],
        groups: &["usher-on-call"],
    },
    Named {
        id: "99999999-9999-4999-8999-000000000002",
        name: "usher-on-call",
        people: &["nested"],
        groups: &[],
    },
    Named {
        id: "99999999-9999-4999-8999-000000000003",
        name: "usher-finance",
        people: &["admin", "member-2"],
        groups: &[],
    },
    Named {
        id: "99999999-9999-4999-8999-000000000004",
        name: "usher-nobody",
        people: &[],
        groups: &[],
    },
];

/// Groups that the persona `overage` is in, and nobody else: more than the 200 that fit into a token (Microsoft
/// documentation, "Groups overage claim").
const PROJECTS: u32 = 250;

/// A group, for whoever may read more of it than its id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Group {
    /// A GUID.
    pub(crate) id: String,
    pub(crate) name: String,
}

/// Who or what is in a group directly.
#[derive(Clone, Debug, Default)]
struct Members {
    /// Short names of personas.
    people: BTreeSet<String>,
    /// Ids of groups.
    groups: BTreeSet<String>,
}

/// The groups as they are now: the fixture, and what tests have changed since.
pub(crate) struct Directory {
    groups: Vec<Group>,
    members: Mutex<BTreeMap<String, Members>>,
}

/// The development tenant's groups that have a name of their own: name and object id, the same in every run.
pub fn names() -> impl Iterator<Item = (&'static str, &'static str)> {
    NAMED.iter().map(|group| (group.name, group.id))
}

impl Directory {
    pub(crate) fn new() -> Self {
        let mut groups = Vec::new();
        let mut members = BTreeMap::new();
        let id_of = |name: &&str| names().find(|(known, _)| known == name).map(|(_, id)| id.to_owned());
        for group in NAMED {
            groups.push(Group {
                id: group.id.to_owned(),
                name: group.name.to_owned(),
            });
            members.insert(
                group.id.to_owned(),
                Members {
                    people: group.people.iter().map(|&name| name.to_owned()).collect(),
                    groups: group.groups.iter().filter_map(id_of).collect(),
                },
            );
        }
        for number in 1..=PROJECTS {
            let id = format!("0e1f0000-0000-4000-8000-{number:012}");
            groups.push(Group {
                id: id.clone(),
                name: format!("project-{number:03}"),
            });
            let people = BTreeSet::from(["overage".to_owned()]);
            members.insert(
                id,
                Members {
                    people,
                    ..Members::default()
                },
            );
        }
        Self {
            groups,
            members: Mutex::new(members),
        }
    }

    fn members(&self) -> MutexGuard<'_, BTreeMap<String, Members>> {
        // A panic while the lock was held can't have left it half changed: each change is one insertion or removal.
        self.members.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// The group of this name or id.
    pub(crate) fn group(&self, name_or_id: &str) -> Option<&Group> {
        let is = |group: &&Group| group.name == name_or_id || group.id.eq_ignore_ascii_case(name_or_id);
        self.groups.iter().find(is)
    }

    /// Every group that a person is in, directly or through groups within groups, in the directory's order.
    pub(crate) fn transitive(&self, persona: &Persona) -> Vec<Group> {
        let within = transitive(&self.members(), persona.name);
        let is_within = |group: &&Group| within.contains(group.id.as_str());
        self.groups.iter().filter(is_within).cloned().collect()
    }

    /// Puts a person into a group, or takes them out of it. What they are through other groups stays.
    pub(crate) fn set(&self, group: &Group, persona: &Persona, member: bool) {
        let mut members = self.members();
        let people = &mut members.entry(group.id.clone()).or_default().people;
        if member {
            people.insert(persona.name.to_owned());
        } else {
            people.remove(persona.name);
        }
    }
}

/// The ids of the groups that somebody is in.
fn transitive(members: &BTreeMap<String, Members>, person: &str) -> BTreeSet<String> {
    let direct = members.iter().filter(|(_, members)| members.people.contains(person));
    let mut found: BTreeSet<String> = direct.map(|(id, _)| id.clone()).collect();
    let mut fresh: Vec<String> = found.iter().cloned().collect();
    // Each group is looked at once, so that groups within each other come to an end.
    while let Some(inner) = fresh.pop() {
        for (id, members) in members {
            if members.groups.contains(&inner) && found.insert(id.clone()) {
                fresh.push(id.clone());
            }
        }
    }
    found
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn names_of(persona: &str) -> Vec<String> {
        let groups = Directory::new().transitive(Persona::named(persona).unwrap());
        groups.into_iter().map(|group| group.name).collect()
    }

    #[test]
    fn who_is_in_what() {
        assert_eq!(names_of("admin"), ["usher-admins", "usher-finance"]);
        assert_eq!(names_of("member"), [""; 0]);
        assert_eq!(names_of("member-2"), ["usher-finance"]);
        assert_eq!(
            names_of("nested"),
            ["usher-admins", "usher-operations", "usher-on-call"]
        );
        let projects = names_of("overage");
        assert_eq!((projects.len(), projects[249].as_str()), (250, "project-250"));
    }

    #[test]
    fn every_id_is_a_guid_and_no_two_are_the_same() {
        let directory = Directory::new();
        let ids: BTreeSet<uuid::Uuid> = directory.groups.iter().map(|group| group.id.parse().unwrap()).collect();
        assert_eq!(ids.len(), directory.groups.len());
    }

    #[test]
    fn groups_within_each_other_come_to_an_end() {
        let group = |people: &[&str], groups: &[&str]| Members {
            people: people.iter().map(ToString::to_string).collect(),
            groups: groups.iter().map(ToString::to_string).collect(),
        };
        let members = BTreeMap::from([
            ("a".to_owned(), group(&["x"], &["b"])),
            ("b".to_owned(), group(&[], &["c"])),
            ("c".to_owned(), group(&[], &["a"])),
            ("d".to_owned(), group(&["y"], &[])),
        ]);
        assert_eq!(transitive(&members, "x"), ["a", "b", "c"].map(str::to_owned).into());
    }

    #[test]
    fn taking_somebody_out_leaves_what_they_are_through_other_groups() {
        let directory = Directory::new();
        let nested = Persona::named("nested").unwrap();
        let admins = directory.group("usher-admins").unwrap();
        directory.set(admins, nested, true);
        directory.set(admins, nested, false);
        assert!(directory.transitive(nested).contains(admins));
        directory.set(directory.group("usher-on-call").unwrap(), nested, false);
        assert_eq!(directory.transitive(nested), []);
    }
}
