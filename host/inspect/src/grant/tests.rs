//! Grants for components that are made up.

use std::collections::BTreeSet;

use usher_capabilities::Interface;
use usher_policy::{Grant, Requirement, WasiKey};

use super::*;

fn tool(name: &str, requires: Vec<Requirement>, destructive: bool) -> ToolNeeds {
    ToolNeeds {
        name: name.to_owned(),
        requires,
        destructive,
    }
}

fn needs(imported: &[Interface], tools: Vec<ToolNeeds>) -> Needs {
    let required = tools.iter().flat_map(|tool| &tool.requires).map(needs::interface);
    Needs {
        digest: "a".repeat(64),
        tools_say: true,
        imported: imported.iter().copied().collect(),
        interfaces: required.chain(imported.iter().copied()).collect(),
        wasi: BTreeSet::new(),
        not_offered: Vec::new(),
        tools,
    }
}

fn mine(container: &str) -> Requirement {
    Requirement::MyDocuments(container.to_owned())
}

fn notes() -> Needs {
    needs(
        &[Interface::MyDocuments, Interface::Log, Interface::Graph],
        vec![
            tool(
                "list.notes",
                vec![mine("notes"), Requirement::graph("/me").unwrap()],
                false,
            ),
            tool("list_tags", vec![mine("tags")], false),
        ],
    )
}

#[test]
fn a_written_grant_closes_the_gap_and_gives_nothing_beyond_it() {
    let text = write("notes", &notes(), false);
    let grant = Grant::parse(&text).unwrap();
    assert_eq!(Gap::of(&notes(), &grant), Gap::default());
    assert_eq!(grant.sha256, None);
    assert_eq!(grant.tools.len(), 2);
    let pinned = Grant::parse(&write("notes", &notes(), true)).unwrap();
    assert_eq!(pinned.sha256, Some("a".repeat(64)));
}

#[test]
fn each_line_stands_below_its_explanation() {
    let text = write("notes", &notes(), false);
    let lines: Vec<_> = text.lines().collect();
    for (number, line) in lines.iter().enumerate() {
        if !line.is_empty() && !line.starts_with(['#', '[']) && !line.starts_with("allow") {
            assert!(lines[number - 1].starts_with('#'), "{line} in:\n{text}");
        }
    }
}

#[test]
fn nobody_may_call_what_reads_everybodys_items_until_the_operator_decides() {
    let all = needs(
        &[Interface::AllDocuments],
        vec![tool(
            "stats",
            vec![Requirement::AllDocuments("expenses".to_owned())],
            false,
        )],
    );
    let text = write("stats", &all, false);
    assert!(Grant::parse(&text).unwrap().tools.is_empty(), "{text}");
    let decided = text
        .replace("# [tools.stats]\n# allow", "[tools.stats]\nallow")
        .replace('…', "admins");
    assert!(Gap::of(&all, &Grant::parse(&decided).unwrap()).is_closed(), "{decided}");
}

#[test]
fn nobody_may_call_what_destroys_shared_items_until_the_operator_decides() {
    let shared = |destructive| {
        let requires = vec![Requirement::SharedDocumentsWrite("rates".to_owned())];
        needs(
            &[Interface::SharedDocumentsWrite],
            vec![tool("set", requires, destructive)],
        )
    };
    let rules = |needs: &Needs| Grant::parse(&write("rates", needs, false)).unwrap().tools.len();
    assert_eq!((rules(&shared(true)), rules(&shared(false))), (0, 1));
}

#[test]
fn what_only_the_operator_knows_is_not_given_until_it_is_filled_in() {
    let requires = vec![
        Requirement::SharedDocuments("rates".to_owned()),
        Requirement::http("https://ledger.contoso.example").unwrap(),
    ];
    let ledger = needs(
        &[Interface::SharedDocuments, Interface::Http, Interface::MyDocuments],
        vec![tool("post", requires, false)],
    );
    let text = write("ledger", &ledger, false);
    let grant = Grant::parse(&text).unwrap();
    assert!(grant.capabilities.http.is_none() && grant.capabilities.shared_documents.is_none());
    let gap = Gap::of(&ledger, &grant);
    assert_eq!(gap.lacking.len(), 3, "{gap:?}");
    assert!(gap.lacking.iter().all(Lacking::is_to_be_filled_in));
    assert_eq!(widen(&text, &ledger).unwrap(), text, "what isn't known isn't added");
}

#[test]
fn names_of_a_component_never_become_lines_of_its_grant() {
    let requires = vec![mine("x\"] }\nall-documents = { containers = [\"y\"] }\n#\u{2028}")];
    let mut evil = needs(&[Interface::MyDocuments], vec![tool("a", requires, false)]);
    evil.not_offered = vec!["b:c/d\n[tools.e]\nallow = 1".to_owned()];
    let grant = Grant::parse(&write("n\nidentity = true", &evil, false)).unwrap();
    assert!(grant.capabilities.all_documents.is_none() && !grant.capabilities.identity);
    assert_eq!(grant.tools.len(), 1);
    assert!(Gap::of(&evil, &grant).lacking.is_empty());
}

#[test]
fn a_gap_says_what_is_missing_and_what_is_not_needed() {
    let grant = "[capabilities]\nlog = true\nidentity = true\nmy-documents = { containers = [\"tags\", \"old\"] }\n\
                 [capabilities.wasi]\nrandom = true\n[tools.list_tags]\nallow = { role = \"A\" }\n[tools.gone]\nallow = { role = \"A\" }";
    let gap = Gap::of(&notes(), &Grant::parse(grant).unwrap());
    // The container of the tool without a rule isn't missing; the import is, whoever uses it.
    let lines: Vec<_> = gap.lacking.iter().map(Lacking::lines).collect();
    assert!(
        lines.len() == 1 && lines[0].contains("graph = { requests = [{ path = \"/me\" }] }"),
        "{lines:?}"
    );
    assert_eq!(
        gap.wrong,
        ["there is a rule for gone, which the component doesn't have"]
    );
    assert_eq!(
        gap.unneeded,
        [
            "identity: it isn't imported",
            "random of wasi: nothing imported comes with it",
            "my-documents(old): no tool requires it",
        ]
    );
    assert_eq!(gap.without_rule, ["list.notes"]);
}

#[test]
fn a_pin_of_another_file_is_wrong() {
    let text = format!("sha256 = \"{}\"\n{}", "b".repeat(64), write("notes", &notes(), false));
    let gap = Gap::of(&notes(), &Grant::parse(&text).unwrap());
    assert!(
        gap.wrong.len() == 1 && gap.wrong[0].contains(&"a".repeat(64)),
        "{gap:?}"
    );
}

#[test]
fn widening_adds_lines_and_leaves_the_others_as_they_are() {
    let mut needs = notes();
    needs.wasi.insert(WasiKey::Clocks);
    for (text, what) in [
        (
            "# mine\n[capabilities] # these\nlog = true # yes\nmy-documents = { containers = [\"notes\", \"tags\"] }\n",
            "a key",
        ),
        (
            "[capabilities.my-documents]\ncontainers = [\"notes\", \"tags\"]\n",
            "tables",
        ),
        ("", "nothing"),
        ("[capabilities]\nlog=true\n[capabilities.wasi]\nrandom = true", "wasi"),
    ] {
        let rules = "\n[tools.list_tags]\nallow = { role = \"A\" }\n";
        let before = if text.is_empty() || text.contains("containers") {
            format!("{text}{rules}")
        } else {
            format!("{text}\n{rules}")
        };
        let widened = widen(&before, &needs).unwrap();
        let mut rest = widened.lines();
        assert!(
            before.lines().all(|line| rest.any(|other| other == line)),
            "{what}: {widened}"
        );
        assert!(
            Gap::of(&needs, &Grant::parse(&widened).unwrap()).is_closed(),
            "{what}: {widened}"
        );
        assert_eq!(
            Grant::parse(&widened).unwrap().tools,
            Grant::parse(&before).unwrap().tools
        );
        assert_eq!(
            widen(&widened, &needs).unwrap(),
            widened,
            "{what}: nothing is added twice"
        );
    }
}

#[test]
fn errors_when_widening_would_touch_what_is_there() {
    let rules = "[tools.list_tags]\nallow = { role = \"A\" }\n";
    let within = format!(
        "[capabilities]\nlog = true\ngraph = {{ memberships = true }}\nmy-documents = {{ containers = [\"x\"] }}\n{rules}"
    );
    assert!(matches!(widen(&within, &notes()), Err(CannotWiden::Within(keys)) if keys == "my-documents"));
    let dotted = format!("capabilities.log = true\n{rules}");
    assert!(matches!(widen(&dotted, &notes()), Err(CannotWiden::Layout)));
    let in_a_string = format!("[capabilities.config]\nnote = '''\n[capabilities]\n'''\n{rules}");
    assert!(matches!(widen(&in_a_string, &notes()), Err(CannotWiden::Layout)));
}
