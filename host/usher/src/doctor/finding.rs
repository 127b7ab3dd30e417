//! One line of the report.

use usher_entra::OperatorNote;

/// How something turned out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Outcome {
    /// As it should be.
    Ok,
    /// Works, with something to know: sentences.
    Warning(Vec<String>),
    /// Doesn't work.
    Failed(Box<Trouble>),
    /// Wasn't tried.
    Skipped,
}

/// What is wrong, and what to do about it, each in a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Trouble {
    pub(super) wrong: String,
    pub(super) fix: String,
    /// What Entra calls it, where Entra answered.
    pub(super) note: Option<OperatorNote>,
}

impl Trouble {
    pub(super) fn new(wrong: impl Into<String>, fix: impl Into<String>) -> Self {
        Self {
            wrong: wrong.into(),
            fix: fix.into(),
            note: None,
        }
    }
}

impl From<&OperatorNote> for Trouble {
    fn from(note: &OperatorNote) -> Self {
        Self {
            wrong: note.meaning.clone(),
            fix: note.fix.clone(),
            note: Some(note.clone()),
        }
    }
}

/// What was tried, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Finding {
    name: &'static str,
    says: String,
    details: Vec<String>,
    outcome: Outcome,
}

impl Finding {
    pub(super) fn ok(name: &'static str, says: impl Into<String>) -> Self {
        Self::new(name, says, Outcome::Ok)
    }

    /// Works; and one thing to know.
    pub(super) fn warning(name: &'static str, says: impl Into<String>, warning: impl Into<String>) -> Self {
        Self::new(name, says, Outcome::Warning(vec![warning.into()]))
    }

    pub(super) fn failed(name: &'static str, says: impl Into<String>, trouble: Trouble) -> Self {
        Self::new(name, says, Outcome::Failed(Box::new(trouble)))
    }

    /// `why` it wasn't tried.
    pub(super) fn skipped(name: &'static str, why: impl Into<String>) -> Self {
        Self::new(name, why, Outcome::Skipped)
    }

    fn new(name: &'static str, says: impl Into<String>, outcome: Outcome) -> Self {
        Self {
            name,
            says: says.into(),
            details: Vec::new(),
            outcome,
        }
    }

    /// Adds a line that somebody will want to copy.
    pub(super) fn detail(mut self, detail: impl Into<String>) -> Self {
        self.details.push(detail.into());
        self
    }

    /// What works is a warning if there is something to know.
    pub(super) fn warn(mut self, more: impl IntoIterator<Item = String>) -> Self {
        let mut warnings = match self.outcome {
            Outcome::Ok => Vec::new(),
            Outcome::Warning(warnings) => warnings,
            Outcome::Failed(_) | Outcome::Skipped => return self,
        };
        warnings.extend(more);
        self.outcome = if warnings.is_empty() {
            Outcome::Ok
        } else {
            Outcome::Warning(warnings)
        };
        self
    }

    pub(super) fn name(&self) -> &'static str {
        self.name
    }

    pub(super) fn says(&self) -> &str {
        &self.says
    }

    pub(super) fn details(&self) -> &[String] {
        &self.details
    }

    pub(super) fn outcome(&self) -> &Outcome {
        &self.outcome
    }

    pub(super) fn has_failed(&self) -> bool {
        matches!(self.outcome, Outcome::Failed(_))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_is_never_turned_into_a_warning() {
        let failed = Finding::failed("x", "y", Trouble::new("a", "b"));
        assert_eq!(failed.clone().warn(["careful".to_owned()]), failed);
        let ok = Finding::ok("x", "y");
        assert_eq!(ok.clone().warn([]), ok);
        let warned = ok.warn(["careful".to_owned()]);
        assert_eq!(warned.outcome(), &Outcome::Warning(vec!["careful".to_owned()]));
    }
}
