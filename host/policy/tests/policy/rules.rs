//! Four-valued evaluation: what more knowledge may change, and what it may not.

use std::collections::BTreeMap;

use usher_entra::{Caller, SignedIn};
use usher_policy::{Decision, Denied, Grant, GrantError, GroupRef, Memberships, Purpose, Rule, authorize};
use uuid::Uuid;

use crate::{application, signed_in, tool};

const GROUPS: [Uuid; 3] = [Uuid::from_u128(1), Uuid::from_u128(2), Uuid::from_u128(3)];
const SCOPES: [&str; 2] = ["Read", "Write"];

/// Numbers that are the same in each run (SplitMix64), so that a failure can be looked into.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % bound as u64).unwrap()
    }

    fn rule(&mut self, depth: usize) -> Rule {
        let kinds = if depth == 0 { 3 } else { 6 };
        match self.below(kinds) {
            0 => Rule::Scope(SCOPES[self.below(SCOPES.len())].to_owned()),
            1 => Rule::Role("Admin".to_owned()),
            2 => Rule::Group(GroupRef::Id(GROUPS[self.below(GROUPS.len())])),
            3 => Rule::Any(self.rules(depth)),
            4 => Rule::All(self.rules(depth)),
            _ => Rule::Not(Box::new(self.rule(depth - 1))),
        }
    }

    fn rules(&mut self, depth: usize) -> Vec<Rule> {
        (0..=self.below(3)).map(|_| self.rule(depth - 1)).collect()
    }
}

/// 1,000 rules, three deep.
fn rules() -> impl Iterator<Item = Rule> {
    let mut numbers = Numbers(2026);
    (0..1_000).map(move |_| numbers.rule(3))
}

/// People with each set of scopes, with and without the role, and an application.
fn callers() -> Vec<Caller> {
    let mut callers = vec![Caller::testing("daemon").as_application().with_role("Admin").build()];
    for scopes in 0..4 {
        for role in [false, true] {
            let mut builder = Caller::testing("alice");
            for (bit, scope) in SCOPES.iter().enumerate() {
                if scopes >> bit & 1 == 1 {
                    builder = builder.with_scope(scope);
                }
            }
            callers.push(if role { builder.with_role("Admin") } else { builder }.build());
        }
    }
    callers
}

/// Each thing that can be known about three groups: yes, no or nothing, three times.
fn knowledge() -> Vec<Vec<Option<bool>>> {
    let answers = [None, Some(false), Some(true)];
    (0..27)
        .map(|n| vec![answers[n % 3], answers[n / 3 % 3], answers[n / 9]])
        .collect()
}

fn memberships(known: &[Option<bool>]) -> Memberships {
    let answers = GROUPS.iter().zip(known);
    answers
        .filter_map(|(group, answer)| answer.map(|member| (*group, member)))
        .collect()
}

#[test]
fn more_knowledge_never_contradicts_less() {
    let knowledge = knowledge();
    for rule in rules() {
        for caller in callers() {
            for less in &knowledge {
                let before = rule.decide(&caller, &memberships(less));
                if before == Decision::Undecided {
                    continue;
                }
                let more = |more: &&Vec<Option<bool>>| {
                    less.iter()
                        .zip(*more)
                        .all(|(less, more)| less.is_none() || less == more)
                };
                for more in knowledge.iter().filter(more) {
                    let after = rule.decide(&caller, &memberships(more));
                    assert_eq!(before, after, "{rule:?} of {caller:?}, {less:?} and then {more:?}");
                }
            }
        }
    }
}

#[test]
fn full_knowledge_always_decides() {
    for rule in rules() {
        for caller in callers() {
            for known in knowledge().iter().filter(|known| known.iter().all(Option::is_some)) {
                assert_ne!(
                    rule.decide(&caller, &memberships(known)),
                    Decision::Undecided,
                    "{rule:?}"
                );
            }
        }
    }
}

#[test]
fn with_the_scopes_that_it_needs_a_rule_holds() {
    let mut stepped_up = 0;
    for rule in rules().filter(|rule| rule.unenforceable().is_none()) {
        for caller in callers() {
            for known in knowledge() {
                let known = memberships(&known);
                let Decision::NeedsScopes(scopes) = rule.decide(&caller, &known) else {
                    continue;
                };
                let roles: Vec<_> = caller.roles().iter().map(String::as_str).collect();
                let mut all: Vec<_> = caller.scopes().iter().map(String::as_str).collect();
                all.extend(scopes);
                let after = signed_in(&all, &roles);
                assert_eq!(
                    rule.decide(after.caller(), &known),
                    Decision::Yes,
                    "{rule:?} with {all:?}"
                );
                stepped_up += 1;
            }
        }
    }
    assert!(stepped_up > 1_000, "only {stepped_up} cases");
}

#[test]
fn the_groups_that_are_asked_for_are_enough_and_none_where_the_token_decides() {
    for rule in rules().filter(|rule| rule.unenforceable().is_none()) {
        let policy = policy_of(&rule);
        for caller in callers() {
            let asked = policy.groups_asked(&caller);
            let by_token = rule.decide(&caller, &Memberships::none());
            assert_eq!(
                asked.is_empty(),
                by_token != Decision::Undecided,
                "{rule:?} of {caller:?} asks {asked:?}"
            );
            assert!(asked.iter().all(|group| policy.groups().any(|named| named == *group)));
            for answers in 0..8 {
                let known = asked
                    .iter()
                    .map(|group| (*group, answers >> (group.as_u128() - 1) & 1 == 1));
                assert_ne!(rule.decide(&caller, &known.collect()), Decision::Undecided, "{rule:?}");
            }
        }
    }
}

/// The policy of a rule that only tests write: by way of the grant's text, as every other.
fn policy_of(rule: &Rule) -> std::sync::Arc<usher_policy::ToolPolicy> {
    fn text(rule: &Rule) -> String {
        let list = |rules: &[Rule]| rules.iter().map(text).collect::<Vec<_>>().join(", ");
        match rule {
            Rule::Scope(name) => format!("{{ scope = \"{name}\" }}"),
            Rule::Role(name) => format!("{{ role = \"{name}\" }}"),
            Rule::Group(GroupRef::Id(id)) => format!("{{ group = \"{id}\" }}"),
            Rule::Group(GroupRef::Name(name)) => format!("{{ group = \"{name}\" }}"),
            Rule::Any(rules) => format!("{{ any = [{}] }}", list(rules)),
            Rule::All(rules) => format!("{{ all = [{}] }}", list(rules)),
            Rule::Not(rule) => format!("{{ not = {} }}", text(rule)),
        }
    }
    tool(&text(rule))
}

#[test]
fn a_group_that_is_unknown_is_undecided_and_never_a_no() {
    let policy = tool(&format!("{{ group = \"{}\" }}", GROUPS[0]));
    let who = signed_in(&[], &[]);
    let outcome = |known: &Memberships| authorize(&who, &policy, known, Purpose::Call).map(|_| ());
    assert_eq!(outcome(&Memberships::none()), Err(Denied::Undecided));
    assert_eq!(
        outcome(&Memberships::from_iter([(GROUPS[1], true)])),
        Err(Denied::Undecided)
    );
    assert_eq!(
        outcome(&Memberships::from_iter([(GROUPS[0], false)])),
        Err(Denied::Hidden)
    );
    assert_eq!(outcome(&Memberships::from_iter([(GROUPS[0], true)])), Ok(()));
}

#[test]
fn groups_and_scopes_are_about_people() {
    let who = application("Admin");
    let decide = |rule: &str| {
        authorize(
            &who,
            &tool(rule),
            &Memberships::from_iter([(GROUPS[0], true)]),
            Purpose::Call,
        )
    };
    let group = format!("{{ group = \"{}\" }}", GROUPS[0]);
    assert_eq!(decide(&group).unwrap_err(), Denied::Hidden);
    assert_eq!(decide("{ scope = \"Read\" }").unwrap_err(), Denied::Hidden);
    assert!(decide("{ role = \"Admin\" }").is_ok());
    assert!(
        tool(&group).groups_asked(who.caller()).is_empty(),
        "nobody is asked about an application"
    );
}

#[test]
fn a_caller_who_is_out_anyway_is_neither_asked_about_nor_sent_for_scopes() {
    let rule = format!(
        "{{ all = [{{ role = \"Admin\" }}, {{ group = \"{}\" }}, {{ scope = \"Read\" }}] }}",
        GROUPS[0]
    );
    let policy = tool(&rule);
    let outsider = signed_in(&[], &[]);
    assert!(policy.groups_asked(outsider.caller()).is_empty());
    let denied = authorize(&outsider, &policy, &Memberships::none(), Purpose::Call).unwrap_err();
    assert_eq!(denied, Denied::Hidden);
    // Whether the scope would help depends on the group, so that is asked first.
    let admin = signed_in(&[], &["Admin"]);
    assert_eq!(policy.groups_asked(admin.caller()), [GROUPS[0]]);
    let member = Memberships::from_iter([(GROUPS[0], true)]);
    let denied = authorize(&admin, &policy, &member, Purpose::Call).unwrap_err();
    assert_eq!(denied, Denied::NeedsScopes(vec!["Read".to_owned()]));
}

#[test]
fn of_several_ways_the_one_with_the_fewest_scopes_is_asked_for() {
    let rule = "{ any = [{ all = [{ scope = \"B\" }, { scope = \"A\" }] }, { scope = \"C\" }, { scope = \"D\" }] }";
    let denied = authorize(&signed_in(&[], &[]), &tool(rule), &Memberships::none(), Purpose::List).unwrap_err();
    assert_eq!(denied, Denied::NeedsScopes(vec!["C".to_owned()]));
    let rule = "{ all = [{ scope = \"B\" }, { scope = \"A\" }, { scope = \"B\" }] }";
    let denied = authorize(&signed_in(&[], &[]), &tool(rule), &Memberships::none(), Purpose::List).unwrap_err();
    assert_eq!(denied, Denied::NeedsScopes(vec!["A".to_owned(), "B".to_owned()]));
    assert!(tool(rule).may_need_scopes_besides(&["A"]) && !tool(rule).may_need_scopes_besides(&["A", "B"]));
    assert!(!tool("{ role = \"A\" }").may_need_scopes_besides(&[]));
}

#[test]
fn names_of_groups_become_object_ids_and_unknown_ones_refuse_the_grant() {
    let text = "[tools.t]\nallow = { any = [{ role = \"A\" }, { not = { group = \"usher-admins\" } }] }";
    let mut grant = Grant::parse(text).unwrap();
    assert_eq!(grant.tools_by_group().collect::<Vec<_>>(), ["t"]);
    let error = grant.resolve_groups(&BTreeMap::new()).unwrap_err();
    assert!(matches!(&error, GrantError::UnknownGroup { tool, group } if tool == "t" && group == "usher-admins"));
    assert!(
        error
            .to_string()
            .ends_with("[entra.groups]\nusher-admins = \"<the group's object id>\""),
        "{error}"
    );

    let unresolved = grant.admit("c", "0", "t", &[]).unwrap().unwrap();
    let denied = authorize(&signed_in(&[], &[]), &unresolved, &Memberships::none(), Purpose::Call).unwrap_err();
    assert_eq!(denied, Denied::Undecided, "a name that wasn't resolved lets nobody in");

    grant
        .resolve_groups(&BTreeMap::from([("usher-admins".to_owned(), GROUPS[0])]))
        .unwrap();
    let policy = grant.admit("c", "0", "t", &[]).unwrap().unwrap();
    assert_eq!(policy.groups().collect::<Vec<_>>(), [GROUPS[0]]);
}

#[test]
fn a_name_with_blanks_is_quoted_in_the_line_to_write() {
    let mut grant = Grant::parse("[tools.t]\nallow = { group = \"All Staff\" }").unwrap();
    let error = grant.resolve_groups(&BTreeMap::new()).unwrap_err().to_string();
    assert!(
        error.ends_with("\n\"All Staff\" = \"<the group's object id>\""),
        "{error}"
    );
}

#[test]
fn a_group_is_named_by_its_object_id_in_any_spelling_of_a_guid() {
    for text in [
        "99999999-9999-4999-8999-999999999999",
        "{99999999-9999-4999-8999-999999999999}",
        "99999999999949998999999999999999",
    ] {
        let policy = tool(&format!("{{ group = \"{text}\" }}"));
        assert_eq!(policy.groups().count(), 1, "{text}");
    }
}

#[test]
fn one_caller_is_one_decision_for_listing_and_calling() {
    for rule in rules().filter(|rule| rule.unenforceable().is_none()).take(200) {
        let policy = policy_of(&rule);
        for caller in callers() {
            let who = SignedIn::testing(caller);
            let asked = |purpose| authorize(&who, &policy, &Memberships::none(), purpose).map(|_| ());
            assert_eq!(asked(Purpose::List), asked(Purpose::Call));
        }
    }
}
