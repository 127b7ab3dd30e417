//! The report: lines for a terminal as they come, or one JSON object at the end.

use std::fmt::Write as _;
use std::io::{IsTerminal, Write as _};
use std::process::ExitCode;

use serde_json::{Map, Value, json};

use super::finding::{Finding, Outcome, Trouble};

/// Where what is said begins: after the outcome and the name.
const INDENT: usize = 27;

/// A report in the making.
pub(super) struct Report {
    of: String,
    is_json: bool,
    is_coloured: bool,
    /// What was looked at, where it is shown itself.
    shown: Map<String, Value>,
    findings: Vec<Finding>,
}

impl Report {
    /// Begins; `of` is what is looked at.
    pub(super) fn start(of: &str, is_json: bool) -> Self {
        let report = Self {
            of: of.to_owned(),
            is_json,
            is_coloured: std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none(),
            shown: Map::new(),
            findings: Vec::new(),
        };
        if !is_json {
            print(&format!("usher doctor: {of}\n\n"));
        }
        report
    }

    /// Shows what is looked at: `text` to a person, `value` under a name to a program.
    pub(super) fn show(&mut self, name: &str, text: &str, value: Value) {
        if !self.is_json {
            print(text);
        }
        self.shown.insert(name.to_owned(), value);
    }

    /// Adds a finding. A person reads it at once, since the next may take its time.
    pub(super) fn add(&mut self, finding: Finding) {
        if !self.is_json {
            print(&text(&finding, self.is_coloured));
        }
        self.findings.push(finding);
    }

    /// Ends it, and says whether something failed.
    pub(super) fn end(self) -> ExitCode {
        if self.is_json {
            print(&format!("{:#}\n", self.json()));
        } else {
            print(&format!("\n  {}\n", self.summary()));
        }
        if self.findings.iter().any(Finding::has_failed) {
            ExitCode::FAILURE
        } else {
            ExitCode::SUCCESS
        }
    }

    fn summary(&self) -> String {
        let of = |wanted: &str| {
            let findings = self.findings.iter();
            findings.filter(|finding| word(finding.outcome()) == wanted).count()
        };
        let mut summary = format!("{} ok", of("ok"));
        for (outcome, several) in [("warning", "warnings"), ("failed", "failed"), ("skipped", "skipped")] {
            let count = of(outcome);
            if count > 0 {
                let _ = write!(summary, ", {count} {}", if count == 1 { outcome } else { several });
            }
        }
        summary
    }

    fn json(&self) -> Value {
        let mut json = json!({
            "of": self.of,
            "ok": !self.findings.iter().any(Finding::has_failed),
            "checks": self.findings.iter().map(object).collect::<Vec<_>>(),
        });
        for (name, value) in &self.shown {
            json[name] = value.clone();
        }
        json
    }
}

/// Whoever closed the terminal or the pipe doesn't want the rest.
pub(super) fn print(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

fn word(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Ok => "ok",
        Outcome::Warning(_) => "warning",
        Outcome::Failed(_) => "failed",
        Outcome::Skipped => "skipped",
    }
}

fn text(finding: &Finding, is_coloured: bool) -> String {
    let word = word(finding.outcome());
    let (start, end) = match finding.outcome() {
        _ if !is_coloured => ("", ""),
        Outcome::Ok => ("\u{1b}[32m", "\u{1b}[0m"),
        Outcome::Warning(_) => ("\u{1b}[33m", "\u{1b}[0m"),
        Outcome::Failed(_) => ("\u{1b}[1;31m", "\u{1b}[0m"),
        Outcome::Skipped => ("\u{1b}[2m", "\u{1b}[0m"),
    };
    let mut text = format!("  {start}{word:<8}{end} {:<16}{}\n", finding.name(), finding.says());
    let mut line = |label: &str, said: &str| {
        for (row, said) in said.lines().enumerate() {
            let label = if row == 0 {
                label.to_owned()
            } else {
                " ".repeat(label.len())
            };
            let _ = writeln!(text, "{:INDENT$}{label}{said}", "");
        }
    };
    for detail in finding.details() {
        line("", detail);
    }
    match finding.outcome() {
        Outcome::Ok | Outcome::Skipped => {}
        Outcome::Warning(warnings) => warnings.iter().for_each(|warning| line("note:  ", warning)),
        Outcome::Failed(trouble) => {
            line("wrong: ", &trouble.wrong);
            line("to do: ", &trouble.fix);
            if let Some(ids) = ids(trouble) {
                line("Entra: ", &ids);
            }
        }
    }
    text
}

/// By what Entra's own logs and Microsoft's support find the request.
fn ids(trouble: &Trouble) -> Option<String> {
    let note = trouble.note.as_ref()?;
    let named = [
        ("correlation id ", &note.correlation_id),
        ("trace id ", &note.trace_id),
        ("", &note.timestamp),
    ];
    let ids: Vec<String> = named
        .into_iter()
        .filter_map(|(name, id)| Some(format!("{name}{}", id.as_ref()?)))
        .collect();
    (!ids.is_empty()).then(|| ids.join(", "))
}

fn object(finding: &Finding) -> Value {
    let mut object = Map::from_iter([
        ("name".to_owned(), json!(finding.name())),
        ("outcome".to_owned(), json!(word(finding.outcome()))),
        ("says".to_owned(), json!(finding.says())),
    ]);
    if !finding.details().is_empty() {
        object.insert("details".to_owned(), json!(finding.details()));
    }
    match finding.outcome() {
        Outcome::Ok | Outcome::Skipped => {}
        Outcome::Warning(warnings) => {
            object.insert("warnings".to_owned(), json!(warnings));
        }
        Outcome::Failed(trouble) => {
            object.insert("wrong".to_owned(), json!(trouble.wrong));
            object.insert("fix".to_owned(), json!(trouble.fix));
            if let Some(note) = &trouble.note {
                let entra = json!({
                    "aadsts": note.code,
                    "error": note.error,
                    "suberror": note.suberror,
                    "correlation_id": note.correlation_id,
                    "trace_id": note.trace_id,
                    "timestamp": note.timestamp,
                });
                object.insert("entra".to_owned(), entra);
            }
        }
    }
    Value::Object(object)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(findings: Vec<Finding>) -> Report {
        Report {
            of: "usher.toml".to_owned(),
            is_json: false,
            is_coloured: false,
            shown: Map::new(),
            findings,
        }
    }

    fn failed() -> Finding {
        Finding::failed(
            "store",
            "can't be opened",
            Trouble::new("It is so.", "Do that,\nand this."),
        )
    }

    #[test]
    fn a_line_says_the_outcome_and_a_failure_what_is_wrong_and_what_to_do() {
        assert_eq!(
            text(&Finding::ok("signing keys", "2 keys").detail("more"), false),
            format!("  ok       signing keys    2 keys\n{:27}more\n", "")
        );
        assert_eq!(
            text(&failed(), false),
            format!(
                "  failed   store           can't be opened\n{0:27}wrong: It is so.\n{0:27}to do: Do that,\n{0:34}and this.\n",
                ""
            )
        );
    }

    #[test]
    fn colour_is_for_terminals_only() {
        assert!(!text(&failed(), false).contains('\u{1b}'));
        assert!(text(&failed(), true).contains('\u{1b}'));
    }

    #[test]
    fn the_summary_counts_what_there_is() {
        let findings = vec![
            Finding::ok("a", ""),
            Finding::warning("b", "", "w"),
            Finding::warning("c", "", "w"),
            failed(),
        ];
        assert_eq!(report(findings).summary(), "1 ok, 2 warnings, 1 failed");
        assert_eq!(report(vec![Finding::ok("a", "")]).summary(), "1 ok");
    }

    #[test]
    fn programs_read_whether_all_is_well_and_each_check_by_itself() {
        let json = report(vec![Finding::ok("keys", "2"), failed()]).json();
        assert_eq!(json["ok"], false);
        assert_eq!(
            json["checks"][0],
            json!({ "name": "keys", "outcome": "ok", "says": "2" })
        );
        assert_eq!(json["checks"][1]["wrong"], "It is so.");
        assert_eq!(report(vec![Finding::skipped("a", "b")]).json()["ok"], true);
    }
}
