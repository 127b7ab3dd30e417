//! May a revision go live? Nothing is read or written here.

use usher_inspect::{Change, Effect, compare, introduce};
use usher_runtime::{Examined, LoadError};

use super::Verdict;
use super::audit;
use super::pins::Pair;
use super::records::Records;

/// The most changes that are told one by one: logs and probes repeat them. `usher approve --list` tells all.
const TOLD: usize = 20;

/// What is to be judged.
pub(super) struct Candidate<'a> {
    /// The component's name.
    pub(super) component: &'a str,
    /// The component's SHA-256.
    pub(super) digest: &'a str,
    /// The SHA-256 of its grant.
    pub(super) grant_digest: &'a str,
    /// Its grant pins its digest.
    pub(super) pinned_by_grant: bool,
    /// What it can do and what it says.
    pub(super) surface: &'a Examined,
}

/// Judges a candidate. `last` is the digest of the component that serves now, or served last; `serving` what that one can do
/// and says, if it is loaded.
pub(super) fn judge(
    reviewed: bool,
    records: Option<&Records>,
    trouble: Option<&str>,
    candidate: &Candidate<'_>,
    last: Option<&str>,
    serving: Option<&Examined>,
) -> Verdict {
    // The same component: if anything is new, it is the grant, which is the operator's word.
    if last == Some(candidate.digest) {
        return Verdict::Serve;
    }
    if let Some(trouble) = trouble {
        return Verdict::Refuse(LoadError::Undecided {
            detail: trouble.to_owned(),
        });
    }
    if !reviewed || candidate.pinned_by_grant {
        return Verdict::Serve;
    }
    let pair = Pair {
        wasm: candidate.digest.to_owned(),
        grant: candidate.grant_digest.to_owned(),
    };
    if let Some(approval) = records.and_then(|records| records.approval(candidate.component, &pair)) {
        audit::log_use(approval);
        return Verdict::Serve;
    }
    let changes = match (serving, last) {
        (Some(serving), _) => {
            let changes = compare(serving, candidate.surface);
            if !changes.iter().any(needs_approval) {
                return Verdict::Serve;
            }
            told(&changes)
        }
        (None, Some(last)) => vec![format!(
            "the revision that served last ({}) can't be loaded, so nothing is known of what is different",
            last.get(..16).unwrap_or(last)
        )],
        (None, None) => {
            let mut all = vec!["it is new: nothing of this name was served before".to_owned()];
            all.extend(told(&introduce(candidate.surface)));
            all
        }
    };
    Verdict::Refuse(LoadError::AwaitsApproval {
        component: candidate.component.to_owned(),
        digest: pair.wasm,
        grant_digest: pair.grant,
        changes,
    })
}

/// Whether a person has to see a change before users do: everything that a model or a person reads, and everything that is
/// wider. That a component imports less is all that needs nobody.
#[must_use]
pub fn needs_approval(change: &Change) -> bool {
    change.tool.is_some() || change.effect != Effect::Narrower
}

fn told(changes: &[Change]) -> Vec<String> {
    let mut told: Vec<_> = changes.iter().take(TOLD).map(ToString::to_string).collect();
    if changes.len() > TOLD {
        told.push(format!(
            "and {} changes more: usher approve --list tells all",
            changes.len() - TOLD
        ));
    }
    told
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::control::Person;
    use usher_runtime::contract::Tool;
    use usher_runtime::{ExaminedTool, Import, Kind};

    fn surface(imports: &[&str], description: &str) -> Examined {
        Examined {
            imports: imports
                .iter()
                .map(|interface| Import {
                    interface: (*interface).to_owned(),
                    functions: vec!["f".to_owned()],
                })
                .collect(),
            tools: vec![ExaminedTool {
                description: Tool {
                    name: "add".to_owned(),
                    description: description.to_owned(),
                    input_schema: "{}".to_owned(),
                    options: None,
                },
                requires: Vec::new(),
            }],
            digest: String::new(),
            bytes: 0,
            exports: Vec::new(),
            kind: Kind::Contract,
            unserved: Vec::new(),
        }
    }

    fn candidate(surface: &Examined) -> Candidate<'_> {
        Candidate {
            component: "expenses",
            digest: "new",
            grant_digest: "grant",
            pinned_by_grant: false,
            surface,
        }
    }

    /// The changes that a candidate waits for under review, with one that serves. None: it may go live.
    fn waits_for(serving: &Examined, next: &Examined) -> Option<Vec<String>> {
        let verdict = judge(
            true,
            Some(&Records::default()),
            None,
            &candidate(next),
            Some("old"),
            Some(serving),
        );
        match verdict {
            Verdict::Serve => None,
            Verdict::Refuse(LoadError::AwaitsApproval { changes, .. }) => Some(changes),
            Verdict::Refuse(error) => panic!("{error}"),
        }
    }

    fn approvals(component: &str, wasm: &str, grant: &str) -> Records {
        let mut records = Records::default();
        let person = Person {
            user: "ada".to_owned(),
            uid: 1,
            sudo_user: None,
        };
        let pair = Pair {
            wasm: wasm.to_owned(),
            grant: grant.to_owned(),
        };
        records.approve(component, pair, &person, None);
        records
    }

    fn is_served(verdict: &Verdict) -> bool {
        matches!(verdict, Verdict::Serve)
    }

    #[test]
    fn other_code_behind_the_same_surface_goes_live_by_itself() {
        let same = surface(&["a", "b"], "Adds.");
        assert_eq!(waits_for(&same, &surface(&["b", "a"], "Adds.")), None);
    }

    #[test]
    fn fewer_imports_go_live_by_themselves() {
        assert_eq!(
            waits_for(&surface(&["a", "b"], "Adds."), &surface(&["a"], "Adds.")),
            None
        );
    }

    #[test]
    fn wider_imports_wait() {
        let changes = waits_for(&surface(&["a"], "Adds."), &surface(&["a", "b"], "Adds.")).unwrap();
        assert_eq!(changes, ["it now imports b (f)"]);
    }

    #[test]
    fn one_character_of_a_description_waits() {
        let changes = waits_for(&surface(&[], "Adds."), &surface(&[], "Adds!")).unwrap();
        assert_eq!(changes, ["add: its description changed: «Adds.» → «Adds!»"]);
    }

    #[test]
    fn a_tool_that_is_gone_waits_too() {
        let mut without = surface(&[], "Adds.");
        without.tools.clear();
        assert_eq!(
            waits_for(&surface(&[], "Adds."), &without).unwrap(),
            ["add: the tool is gone"]
        );
    }

    #[test]
    fn what_is_new_altogether_waits_and_says_all_that_it_can_do() {
        let new = surface(&["a"], "Adds.");
        let Verdict::Refuse(LoadError::AwaitsApproval { changes, .. }) =
            judge(true, Some(&Records::default()), None, &candidate(&new), None, None)
        else {
            panic!("it went live")
        };
        assert_eq!(
            changes,
            [
                "it is new: nothing of this name was served before",
                "it now imports a (f)",
                "add: a new tool: «Adds.»",
            ]
        );
    }

    #[test]
    fn an_approval_lets_through_that_pair_and_no_other() {
        let (old, new) = (surface(&[], "Adds."), surface(&["a"], "Adds!"));
        for (component, wasm, grant, through) in [
            ("expenses", "new", "grant", true),
            ("expenses", "new", "another grant", false),
            ("expenses", "newer", "grant", false),
            ("another", "new", "grant", false),
        ] {
            let records = approvals(component, wasm, grant);
            let verdict = judge(true, Some(&records), None, &candidate(&new), Some("old"), Some(&old));
            assert_eq!(is_served(&verdict), through, "{component} {wasm} {grant}");
        }
    }

    #[test]
    fn a_digest_in_the_grant_is_an_approval() {
        let new = surface(&["a"], "Adds!");
        let pinned = Candidate {
            pinned_by_grant: true,
            ..candidate(&new)
        };
        let records = Records::default();
        assert!(is_served(&judge(true, Some(&records), None, &pinned, None, None)));
    }

    #[test]
    fn without_review_everything_goes_live() {
        let new = surface(&["a"], "Adds!");
        let verdict = judge(false, Some(&Records::default()), None, &candidate(&new), None, None);
        assert!(is_served(&verdict));
    }

    #[test]
    fn nothing_new_goes_live_while_decisions_cannot_be_read() {
        let same = surface(&[], "Adds.");
        let records = approvals("expenses", "new", "grant");
        let pinned = Candidate {
            pinned_by_grant: true,
            ..candidate(&same)
        };
        for reviewed in [false, true] {
            for candidate in [&candidate(&same), &pinned] {
                let verdict = judge(
                    reviewed,
                    Some(&records),
                    Some("broken"),
                    candidate,
                    Some("old"),
                    Some(&same),
                );
                assert!(matches!(verdict, Verdict::Refuse(LoadError::Undecided { .. })));
            }
            let verdict = judge(reviewed, None, Some("broken"), &candidate(&same), Some("new"), None);
            assert!(is_served(&verdict), "what served last serves on");
        }
    }

    #[test]
    fn without_the_revision_before_nothing_is_taken_for_the_same() {
        let same = surface(&[], "Adds.");
        let verdict = judge(
            true,
            Some(&Records::default()),
            None,
            &candidate(&same),
            Some("old"),
            None,
        );
        assert!(matches!(verdict, Verdict::Refuse(LoadError::AwaitsApproval { .. })));
    }

    #[test]
    fn many_changes_are_counted() {
        let mut new = surface(&[], "Adds.");
        for number in 0..40 {
            let mut tool = surface(&[], "More.").tools.remove(0);
            tool.description.name = format!("more-{number}");
            new.tools.push(tool);
        }
        let changes = waits_for(&surface(&[], "Adds."), &new).unwrap();
        assert_eq!(changes.len(), TOLD + 1);
        assert!(changes[TOLD].contains("and 20 changes more"), "{changes:?}");
    }
}
