//! What the operator is told about a failure at Entra.

use std::fmt;

/// One failure for the log and for `usher doctor`: what it means and what to do, each in a sentence. Holds no token, no
/// secret, and none of the texts that Entra sends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperatorNote {
    /// The number after `AADSTS`, if Entra gave one.
    pub code: Option<u32>,
    /// The OAuth 2.0 error (RFC 6749 §5.2) such as `invalid_grant`; or, where no such answer came, one of this host's
    /// words: `timeout`, `unreachable`, `http_503`, …
    pub error: String,
    /// What Entra adds to the error, such as `consent_required`.
    pub suberror: Option<String>,
    /// What it means.
    pub meaning: String,
    /// What to do about it.
    pub fix: String,
    /// The id under which Entra's sign-in logs have the request; the one that was sent, when no answer came.
    pub correlation_id: Option<String>,
    /// Entra's own id of the request, for Microsoft's support.
    pub trace_id: Option<String>,
    /// When it happened by Entra's clock, as Entra writes it.
    pub timestamp: Option<String>,
}

impl OperatorNote {
    /// A note about something that isn't an answer of Entra's.
    pub(crate) fn new(error: &str, meaning: impl Into<String>, fix: impl Into<String>) -> Self {
        Self {
            code: None,
            error: error.to_owned(),
            suberror: None,
            meaning: meaning.into(),
            fix: fix.into(),
            correlation_id: None,
            trace_id: None,
            timestamp: None,
        }
    }
}

/// `AADSTS65001 (invalid_grant, consent_required): meaning fix [correlation id …, trace id …, 2026-11-22 18:00:00Z]`.
impl fmt::Display for OperatorNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.code, &self.suberror) {
            (Some(code), Some(suberror)) => write!(f, "AADSTS{code} ({}, {suberror})", self.error)?,
            (Some(code), None) => write!(f, "AADSTS{code} ({})", self.error)?,
            (None, Some(suberror)) => write!(f, "{} ({suberror})", self.error)?,
            (None, None) => f.write_str(&self.error)?,
        }
        write!(f, ": {} {}", self.meaning, self.fix)?;
        let ids = [
            ("correlation id ", &self.correlation_id),
            ("trace id ", &self.trace_id),
            ("", &self.timestamp),
        ];
        let mut separator = " [";
        for (name, value) in ids {
            if let Some(value) = value {
                write!(f, "{separator}{name}{value}")?;
                separator = ", ";
            }
        }
        if separator == ", " { f.write_str("]") } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_reads_as_one_line() {
        let mut note = OperatorNote::new("invalid_grant", "It is so.", "Do that.");
        assert_eq!(note.to_string(), "invalid_grant: It is so. Do that.");
        note.code = Some(65001);
        note.suberror = Some("consent_required".to_owned());
        note.correlation_id = Some("5c".to_owned());
        note.timestamp = Some("2026-11-22 18:00:00Z".to_owned());
        assert_eq!(
            note.to_string(),
            "AADSTS65001 (invalid_grant, consent_required): It is so. Do that. [correlation id 5c, 2026-11-22 18:00:00Z]"
        );
    }
}
