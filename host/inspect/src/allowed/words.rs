//! The words for what stands in a grant.

use usher_policy::{GroupRef, HttpCredential, Method, Owner, PathTemplate, Requirement, Rule, SharedContainer};

use crate::visible::visible;

/// `a`, `a and b`, `a, b and c`.
pub(super) fn list(names: &[impl AsRef<str>]) -> String {
    let names: Vec<_> = names.iter().map(|name| visible(name.as_ref())).collect();
    match &names[..] {
        [] => "nothing".to_owned(),
        [one] => one.clone(),
        [names @ .., last] => format!("{} and {last}", names.join(", ")),
    }
}

pub(super) fn templates(paths: &[PathTemplate]) -> String {
    let paths: Vec<_> = paths.iter().map(PathTemplate::as_str).collect();
    list(&paths)
}

/// A number of bytes in the largest unit in which it is whole.
pub(super) fn bytes(number: usize) -> String {
    match number {
        whole if whole >= 1 << 20 && whole % (1 << 20) == 0 => format!("{} MiB", whole >> 20),
        whole if whole >= 1 << 10 && whole % (1 << 10) == 0 => format!("{} KiB", whole >> 10),
        other => format!("{other} bytes"),
    }
}

pub(super) fn seconds(milliseconds: u32) -> String {
    match (milliseconds / 1000, milliseconds % 1000) {
        (1, 0) => "1 second".to_owned(),
        (seconds, 0) => format!("{seconds} seconds"),
        _ => format!("{milliseconds} milliseconds"),
    }
}

pub(super) fn partition(container: &SharedContainer) -> String {
    format!("{} ({})", visible(&container.name), list(&container.partition))
}

pub(super) fn owner(owner: Owner) -> &'static str {
    match owner {
        Owner::None => ", without being told whose they are",
        Owner::Pseudonym => ", and tell which are of one person, without being told who that is",
        Owner::ObjectId => ", and is told whose they are",
    }
}

pub(super) fn credential(credential: Option<&HttpCredential>) -> String {
    match credential {
        None => "as nobody in particular".to_owned(),
        Some(HttpCredential::OnBehalfOf(_)) => {
            "in the caller's name; the host signs the requests with a token that it never sees".to_owned()
        }
        Some(HttpCredential::ManagedIdentity { .. }) => {
            "in the name of the host itself, whoever calls; it never sees the token".to_owned()
        }
        Some(HttpCredential::SecretHeader { secret, .. }) => format!(
            "with the host's secret \"{}\", whoever calls; it never sees the secret",
            visible(secret)
        ),
    }
}

/// What of Microsoft 365 a path is about, as far as its words tell.
pub(super) fn graph_object(path: &str) -> &'static str {
    const OBJECTS: [(&str, &str); 14] = [
        ("/drive", "files"),
        ("/sites", "files and lists of SharePoint"),
        ("/messages", "mail"),
        ("/mailfolders", "mail"),
        ("/calendar", "the calendar"),
        ("/events", "the calendar"),
        ("/contacts", "contacts"),
        ("/chats", "chats of Teams"),
        ("/teams", "teams and their channels"),
        ("/todo", "tasks"),
        ("/planner", "tasks"),
        ("/memberof", "groups and roles"),
        ("/groups", "groups"),
        ("/users", "people of the organisation"),
    ];
    let lower = path.to_ascii_lowercase();
    if lower == "/me" {
        return "the caller's own profile";
    }
    let known = OBJECTS.iter().find(|(part, _)| lower.contains(part));
    known.map_or("what the path says", |(_, object)| object)
}

/// What a request changes, as far as its words tell.
pub(super) fn graph_change(method: Method, path: &str) -> String {
    if path.to_ascii_lowercase().ends_with("/sendmail") {
        return "send mail to anybody".to_owned();
    }
    let object = graph_object(path);
    match method {
        Method::Delete => format!("delete {object}"),
        Method::Put => format!("write and overwrite {object}"),
        Method::Patch => format!("change {object}"),
        Method::Post | Method::Get | Method::Head => format!("add to, or act on, {object}"),
    }
}

/// What a tool says that it needs, as the rest of "it can …".
pub(crate) fn requirement(requirement: &Requirement) -> String {
    match requirement {
        Requirement::MyDocuments(container) => format!("read the caller's own items of {}", visible(container)),
        Requirement::MyDocumentsWrite(container) => format!("write the caller's own items of {}", visible(container)),
        Requirement::AllDocuments(container) => format!("read everybody's items of {}", visible(container)),
        Requirement::SharedDocuments(container) => {
            format!("read the items of {} that everyone shares", visible(container))
        }
        Requirement::SharedDocumentsWrite(container) => {
            format!("write the items of {} that everyone shares", visible(container))
        }
        Requirement::GraphMemberships => "ask whether the caller is in a group".to_owned(),
        Requirement::Graph(path) => {
            format!("read {} in Microsoft 365 (GET {path})", graph_object(path.as_str()))
        }
        Requirement::GraphWrite(method, path) => format!(
            "{} in Microsoft 365 ({method} {path})",
            graph_change(*method, path.as_str())
        ),
        Requirement::Http(origin) => format!("talk to {origin}"),
    }
}

/// For whom a rule is, in words that go on "it is for …".
#[must_use]
pub fn rule(rule: &Rule) -> String {
    match rule {
        Rule::Scope(scope) => format!("callers whose client was given the scope {}", visible(scope)),
        Rule::Role(role) => format!("callers with the role {}", visible(role)),
        Rule::Group(GroupRef::Id(id)) => format!("members of the group {id}"),
        Rule::Group(GroupRef::Name(name)) => format!("members of the group {}", visible(name)),
        Rule::Any(rules) => nested(rules, " or "),
        Rule::All(rules) => nested(rules, " who are also "),
        Rule::Not(inner) => format!("everybody but {}", self::rule(inner)),
    }
}

fn nested(rules: &[Rule], between: &str) -> String {
    let told: Vec<_> = rules
        .iter()
        .map(|inner| match inner {
            Rule::Any(_) | Rule::All(_) => format!("({})", rule(inner)),
            _ => rule(inner),
        })
        .collect();
    told.join(between)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use usher_policy::Grant;

    use super::*;

    #[test]
    fn rules_are_told_as_people_say_them() {
        let text =
            "[tools.a]\nallow = { all = [{ scope = \"s\" }, { any = [{ role = \"R\" }, { group = \"admins\" }] }] }";
        let grant = Grant::parse(text).unwrap();
        assert_eq!(
            rule(&grant.tools["a"].allow),
            "callers whose client was given the scope s who are also (callers with the role R or members of the group admins)"
        );
    }

    #[test]
    fn requirements_name_what_they_reach() {
        for (told, part) in [
            (
                requirement(&Requirement::graph_write("POST /me/sendMail").unwrap()),
                "send mail to anybody",
            ),
            (
                requirement(&Requirement::graph_write("DELETE /me/messages/{id}").unwrap()),
                "delete mail",
            ),
            (
                requirement(&Requirement::graph("/me").unwrap()),
                "the caller's own profile",
            ),
            (
                requirement(&Requirement::http("https://a.example").unwrap()),
                "https://a.example",
            ),
            (
                requirement(&Requirement::AllDocuments("x".to_owned())),
                "everybody's items of x",
            ),
        ] {
            assert!(told.contains(part), "{told}");
        }
    }

    #[test]
    fn sizes_and_times_are_exact() {
        assert_eq!(
            [bytes(4 << 20), bytes(65536), bytes(1000)],
            ["4 MiB", "64 KiB", "1000 bytes"]
        );
        assert_eq!(
            [seconds(1000), seconds(60_000), seconds(1500)],
            ["1 second", "60 seconds", "1500 milliseconds"]
        );
    }
}
