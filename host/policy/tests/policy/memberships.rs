//! The age of answers, and that it is in the audit line.

use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use usher_policy::{Memberships, Purpose, authorize};
use uuid::Uuid;

use crate::{signed_in, tool};

const GROUP: Uuid = Uuid::from_u128(1);

#[test]
fn an_answer_has_an_age_and_what_is_not_known_has_none() {
    let mut known = Memberships::from_iter([(GROUP, true)]);
    assert_eq!((known.get(GROUP), known.age(GROUP)), (Some(true), Some(Duration::ZERO)));
    known.insert(GROUP, false, Duration::from_secs(30));
    assert_eq!(
        (known.get(GROUP), known.age(GROUP)),
        (Some(false), Some(Duration::from_secs(30)))
    );
    let other = Uuid::from_u128(2);
    assert_eq!((known.get(other), known.age(other)), (None, None));
}

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// The audit line of a call.
fn audit_line(rule: &str, roles: &[&str], known: &Memberships) -> String {
    let lines = Lines::default();
    let writer = lines.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    tracing::subscriber::with_default(subscriber, || {
        let _ = authorize(&signed_in(&[], roles), &tool(rule), known, Purpose::Call);
    });
    let bytes = lines.0.lock().unwrap().clone();
    String::from_utf8(bytes).unwrap()
}

#[test]
fn the_audit_line_says_how_old_the_answer_was_that_decided() {
    let rule = format!("{{ any = [{{ role = \"Admin\" }}, {{ group = \"{GROUP}\" }}] }}");
    let known = Memberships::from_iter([
        (GROUP, true, Duration::from_secs(42)),
        (Uuid::from_u128(2), true, Duration::from_secs(99)),
    ]);
    let line = audit_line(&rule, &[], &known);
    assert!(
        line.contains("groups_age_s=42") && line.contains("decision=allow"),
        "{line}"
    );
    let line = audit_line(&rule, &["Admin"], &known);
    assert!(!line.contains("groups_age_s"), "the token decided: {line}");
}

#[test]
fn the_audit_line_tells_the_four_answers_apart() {
    let group = format!("{{ group = \"{GROUP}\" }}");
    for (rule, decision) in [
        ("{ role = \"Admin\" }", "allow"),
        ("{ role = \"Other\" }", "deny"),
        ("{ scope = \"Read\" }", "needs-scopes"),
        (group.as_str(), "undecided"),
    ] {
        let line = audit_line(rule, &["Admin"], &Memberships::none());
        assert!(line.contains(&format!("decision={decision} ")), "{rule} gave {line}");
    }
}
