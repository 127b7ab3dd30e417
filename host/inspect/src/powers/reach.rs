//! What imports come to together: what none of them would be by itself, and what is out of reach.

use usher_policy::Grant;
use usher_runtime::Import;

use super::host;

/// What a component can reach.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Reach {
    everybodys_items: bool,
    own_items: bool,
    writes_own_items: bool,
    shared_items: bool,
    writes_shared_items: bool,
    reads_graph: bool,
    asks_groups: bool,
    writes_graph: bool,
    http: bool,
    identity: bool,
}

impl Reach {
    /// By its imports alone.
    pub(crate) fn of(imports: &[Import]) -> Self {
        let mut reach = Self::default();
        for import in imports.iter().filter(|import| !import.functions.is_empty()) {
            let has = |functions: &[&str]| import.functions.iter().any(|name| functions.contains(&name.as_str()));
            match host::name(&import.interface) {
                Some("all-documents") => reach.everybodys_items = true,
                Some("my-documents") => reach.own_items = true,
                Some("my-documents-write") => reach.writes_own_items = true,
                Some("shared-documents") => reach.shared_items = true,
                Some("shared-documents-write") => reach.writes_shared_items = true,
                Some("graph") => {
                    reach.reads_graph |= has(&["get", "get-all"]);
                    reach.asks_groups |= has(&["is-member-of", "memberships"]);
                }
                Some("graph-write") => reach.writes_graph = true,
                Some("http") => reach.http = true,
                Some("identity") => reach.identity = true,
                _ => {}
            }
        }
        reach
    }

    /// The same as far as a grant goes.
    pub(crate) fn within(self, grant: &Grant) -> Self {
        let given = &grant.capabilities;
        Self {
            everybodys_items: self.everybodys_items
                && given
                    .all_documents
                    .as_ref()
                    .is_some_and(|all| !all.containers.is_empty()),
            own_items: self.own_items
                && given
                    .my_documents
                    .as_ref()
                    .is_some_and(|own| !own.containers.is_empty()),
            writes_own_items: self.writes_own_items
                && given
                    .my_documents_write
                    .as_ref()
                    .is_some_and(|own| !own.containers.is_empty()),
            shared_items: self.shared_items
                && given
                    .shared_documents
                    .as_ref()
                    .is_some_and(|shared| !shared.containers.is_empty()),
            writes_shared_items: self.writes_shared_items
                && given
                    .shared_documents_write
                    .as_ref()
                    .is_some_and(|shared| !shared.containers.is_empty()),
            reads_graph: self.reads_graph && given.graph.as_ref().is_some_and(|graph| !graph.requests.is_empty()),
            asks_groups: self.asks_groups && given.graph.as_ref().is_some_and(|graph| graph.memberships),
            writes_graph: self.writes_graph
                && given
                    .graph_write
                    .as_ref()
                    .is_some_and(|graph| !graph.requests.is_empty()),
            http: self.http && given.http.as_ref().is_some_and(|http| !http.origins.is_empty()),
            identity: self.identity && given.identity,
        }
    }

    /// What several things that it can do make possible together.
    pub(crate) fn together(self) -> Vec<String> {
        let mut sentences = Vec::new();
        let reads: Vec<_> = [
            (self.everybodys_items, "everybody's stored items"),
            (self.own_items && !self.everybodys_items, "the caller's stored items"),
            (self.reads_graph, "the caller's Microsoft 365"),
        ]
        .into_iter()
        .filter_map(|(does, what)| does.then_some(what))
        .collect();
        let ways: Vec<_> = [
            (self.writes_graph, "through Microsoft 365 (by mail, for example)"),
            (self.http, "over the network"),
        ]
        .into_iter()
        .filter_map(|(does, way)| does.then_some(way))
        .collect();
        if !reads.is_empty() && !ways.is_empty() {
            sentences.push(format!(
                "It reads {} and can send things out {}: it could send what it reads there.",
                reads.join(" and "),
                ways.join(" and ")
            ));
        } else if self.identity && !ways.is_empty() {
            sentences.push(format!(
                "It learns who calls and can send things out {}: it could tell others who uses it.",
                ways.join(" and ")
            ));
        }
        if self.everybodys_items {
            sentences.push("It could tell the person who calls what others have stored.".to_owned());
        }
        let personal: Vec<_> = [(self.own_items, "stored items"), (self.reads_graph, "Microsoft 365")]
            .into_iter()
            .filter_map(|(does, what)| does.then_some(what))
            .collect();
        if self.writes_shared_items && !personal.is_empty() {
            sentences.push(format!(
                "It reads the caller's {} and writes items that everyone shares: it could show one person's data to others.",
                personal.join(" and ")
            ));
        }
        sentences
    }

    /// What it can't do, whatever its code is.
    pub(crate) fn never(self) -> Vec<String> {
        let stores = self.writes_own_items || self.writes_shared_items;
        let mut sentences: Vec<&str> = Vec::new();
        match (self.everybodys_items, self.own_items) {
            (true, _) => {}
            (false, true) => sentences.push("It can't see anybody else's stored items."),
            (false, false) if self.shared_items => sentences.push("It can't see anybody's own stored items."),
            (false, false) => sentences.push("It can't see any stored items."),
        }
        match (self.writes_own_items, self.writes_shared_items) {
            (true, _) => sentences.push("It can't change anybody else's own stored items."),
            (false, true) => sentences.push("It can't change anybody's own stored items."),
            (false, false) => sentences.push("It can't store, change or delete any items."),
        }
        match (self.reads_graph, self.writes_graph, self.http) {
            (false, false, false) if self.asks_groups => sentences.push(
                "It can't reach the network, nor anything in Microsoft 365 but the answer whether the caller is in a group.",
            ),
            (false, false, false) => {
                sentences.push("It can't reach the network: no Microsoft 365, no other service.");
            }
            (true, false, false) => sentences.push(
                "It can't change anything in Microsoft 365, and can't reach any other service on the network.",
            ),
            (_, true, false) => sentences.push("It can't reach any service on the network but Microsoft 365."),
            (false, false, true) => {
                sentences.push("It can't use the caller's Microsoft 365 by the host's own way (Microsoft Graph).");
            }
            (true, false, true) => {
                sentences.push("It can't change anything in Microsoft 365 by the host's own way (Microsoft Graph).");
            }
            (_, true, true) => {}
        }
        // What a service answers says whose request it was.
        if !(self.identity || self.reads_graph || self.writes_graph || self.http) {
            sentences.push("It isn't told who calls.");
        }
        if !stores && !self.writes_graph && !self.http {
            sentences.push("It can't leave anything behind but its answer and lines in the log.");
        }
        sentences.push("It never sees the token that the caller signed in with, nor a password, key or connection string of the host's.");
        sentences.push("It can't see files, environment variables or programs of the machine that it runs on.");
        sentences.push("It can't remember one call in the next: each runs by itself and is thrown away.");
        sentences.into_iter().map(str::to_owned).collect()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::imports;
    use super::*;

    fn reach(interfaces: &[(&str, &str)]) -> Reach {
        let named: Vec<_> = interfaces
            .iter()
            .map(|(name, function)| (format!("usher:host/{name}@0.1.0"), *function))
            .collect();
        let lists: Vec<_> = named.iter().map(|(name, function)| (name, [*function])).collect();
        let pairs: Vec<(&str, &[&str])> = lists.iter().map(|(name, list)| (name.as_str(), &list[..])).collect();
        Reach::of(&imports(&pairs))
    }

    #[test]
    fn reading_and_sending_together_is_a_leak() {
        for way in ["http", "graph-write"] {
            for what in [("my-documents", "query"), ("all-documents", "query"), ("graph", "get")] {
                let told = reach(&[what, (way, "send")]).together();
                assert!(told[0].contains("could send what it reads"), "{what:?} {way}: {told:?}");
            }
        }
        assert!(reach(&[("my-documents", "query")]).together().is_empty());
        assert!(reach(&[("http", "send")]).together().is_empty());
        assert!(
            reach(&[("graph", "memberships"), ("http", "send")])
                .together()
                .is_empty()
        );
    }

    #[test]
    fn what_is_shared_shows_one_person_to_others() {
        let told = reach(&[("my-documents", "read"), ("shared-documents-write", "create")]).together();
        assert!(told[0].contains("show one person's data to others"), "{told:?}");
    }

    #[test]
    fn nothing_is_promised_that_an_import_breaks() {
        let none = Reach::default().never().join(" ");
        assert!(
            none.contains("can't reach the network") && none.contains("isn't told who calls"),
            "{none}"
        );
        let all = reach(&[("all-documents", "query")]).never().join(" ");
        assert!(!all.contains("anybody else's stored items"), "{all}");
        for (name, function) in [("http", "send"), ("graph-write", "send"), ("graph", "get")] {
            let told = reach(&[(name, function)]).never().join(" ");
            assert!(!told.contains("can't reach the network"), "{name}: {told}");
            assert!(!told.contains("isn't told who calls"), "{name}: {told}");
        }
    }

    #[test]
    fn a_grant_takes_away_what_it_does_not_give() {
        let wide = reach(&[("my-documents", "query"), ("http", "send")]);
        let grant = Grant::parse("[capabilities]\nmy-documents = { containers = [\"a\"] }").unwrap();
        assert!(wide.within(&grant).together().is_empty());
        assert!(wide.within(&Grant::parse("").unwrap()) == Reach::default());
    }
}
