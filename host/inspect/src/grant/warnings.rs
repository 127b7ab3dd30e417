//! What an operator should look at twice about a grant that works.

use usher_policy::{Grant, Rule};
use usher_runtime::KEPT_MEMORY_MIB;

use super::gap::Gap;
use super::needs::{Needs, Withheld};
use crate::made::Made;
use crate::visible::visible;

/// Warnings about a component that is served with a grant, a sentence each.
#[must_use]
pub fn warnings(needs: &Needs, grant: &Grant, made: &Made) -> Vec<String> {
    let unneeded = Gap::of(needs, grant).unneeded;
    let mut warnings: Vec<_> = unneeded
        .iter()
        .map(|one| format!("the grant gives more than is needed: {one}"))
        .collect();
    for tool in &needs.tools {
        let Some(rule) = grant
            .tools
            .get(&tool.name)
            .filter(|grant| asks_for_scopes_alone(&grant.allow))
        else {
            continue;
        };
        let what = match tool.withheld() {
            Some(Withheld::ReadsEverybodys) => "reads what everybody has stored",
            Some(Withheld::DestroysShared) => "may destroy or overwrite what belongs to all",
            None => continue,
        };
        warnings.push(format!(
            "{} {what}, and is for {}: a rule with a group or a role would keep others out",
            visible(&tool.name),
            crate::who(&rule.allow)
        ));
    }
    if made.memory_bytes > u64::from(KEPT_MEMORY_MIB) << 20 {
        warnings.push(format!(
            "each call begins with {} KiB of memory; over {} KiB it takes longer, unless `calls.kept-memory-mib` says more",
            made.memory_bytes >> 10,
            KEPT_MEMORY_MIB << 10
        ));
    }
    warnings
}

/// Whether somebody gets in with scopes alone, for which any client can ask.
fn asks_for_scopes_alone(rule: &Rule) -> bool {
    match rule {
        // What is not somebody in particular is everybody else.
        Rule::Scope(_) | Rule::Not(_) => true,
        Rule::Role(_) | Rule::Group(_) => false,
        Rule::Any(rules) => rules.iter().any(asks_for_scopes_alone),
        Rule::All(rules) => rules.iter().all(asks_for_scopes_alone),
    }
}
