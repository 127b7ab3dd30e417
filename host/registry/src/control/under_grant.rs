//! An earlier component under the grant that lies in the folder now.

use std::sync::Arc;

use toml::{Table, Value};
use usher_runtime::Source;

/// An earlier revision of a component under the grant of a later one: the operator's latest word about rights holds for
/// whatever serves. Rules for tools that the earlier one (with these tools) doesn't have are left out, since they came with
/// the later one and would refuse the earlier. That takes rights away and gives none.
///
/// A text that isn't TOML comes back as it is, for whoever parses it to say what is wrong.
pub(crate) fn under_grant(kept: Source, grant: &Arc<str>, tools: &[String]) -> Source {
    Source {
        grant: Some(without_rules_for_others(grant, tools).map_or_else(|| Arc::clone(grant), Into::into)),
        ..kept
    }
}

/// None: there is nothing to leave out.
fn without_rules_for_others(grant: &str, tools: &[String]) -> Option<String> {
    let mut table: Table = toml::from_str(grant).ok()?;
    let Value::Table(rules) = table.get_mut("tools")? else {
        return None;
    };
    let before = rules.len();
    rules.retain(|name, _| tools.iter().any(|tool| tool == name));
    if rules.len() == before {
        return None;
    }
    toml::to_string(&table).ok()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use usher_policy::Grant;

    fn kept() -> Source {
        Source {
            name: "a".to_owned(),
            wasm: Arc::from(&b"old"[..]),
            grant: Some("# old".into()),
        }
    }

    fn under(grant: &str, tools: &[&str]) -> String {
        let tools: Vec<_> = tools.iter().map(|name| (*name).to_owned()).collect();
        let source = under_grant(kept(), &grant.into(), &tools);
        assert_eq!(&source.wasm[..], b"old");
        source.grant.unwrap().to_string()
    }

    #[test]
    fn a_grant_that_fits_is_taken_to_the_letter() {
        let grant = "# by ada\n[tools.\"add\"]\nallow = { scope = \"s\" }\n";
        assert_eq!(under(grant, &["add", "list"]), grant);
    }

    #[test]
    fn rules_for_tools_that_it_does_not_have_are_left_out_and_nothing_else_is() {
        let grant = "[capabilities]\nlog = true\n[tools.add]\nallow = { scope = \"s\" }\n[tools.export]\nallow = { scope = \"s\" }\n[limits]\ndeadline-ms = 7\n";
        let left = Grant::parse(&under(grant, &["add"])).unwrap();
        assert_eq!(left.tools.keys().collect::<Vec<_>>(), ["add"]);
        assert_eq!(left.limits, Grant::parse(grant).unwrap().limits);
    }

    #[test]
    fn what_is_no_grant_stays_as_it_is() {
        assert_eq!(under("tools = ", &["add"]), "tools = ");
    }
}
