//! Authorization codes: handed out once, taken once, over after ten minutes.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use super::scopes::ScopeRequest;
use super::session::Session;
use crate::bounded::BoundedMap;
use crate::personas::Persona;
use crate::random;

/// What Microsoft documents, and the most that RFC 6749, section 4.1.2 recommends.
const LIFETIME: Duration = Duration::from_secs(600);

/// Codes remembered at once, spent ones included.
const MAX_CODES: usize = 4096;

/// What a code stands for.
#[derive(Clone)]
pub(crate) struct CodeGrant {
    pub(crate) client_id: String,
    /// As sent, because the token request must repeat it character for character.
    pub(crate) redirect_uri: String,
    /// Base64url of the SHA-256 of the verifier; `None` when the client proves who it is by other means.
    pub(crate) challenge: Option<String>,
    pub(crate) resources: Vec<String>,
    pub(crate) scopes: ScopeRequest,
    pub(crate) persona: &'static Persona,
    pub(crate) session: Session,
    pub(crate) nonce: Option<String>,
}

/// What became of a code.
pub(crate) enum Taken {
    Fresh(Box<CodeGrant>),
    Spent,
    Expired,
    Unknown,
}

/// The codes that were handed out.
pub(crate) struct Codes(Mutex<BoundedMap<Entry>>);

struct Entry {
    issued: Instant,
    // Taken out when the code is presented; the rest stays, so that a second use is told from a mere guess.
    grant: Option<Box<CodeGrant>>,
}

impl Codes {
    pub(crate) fn new() -> Self {
        Self(Mutex::new(BoundedMap::new(MAX_CODES)))
    }

    /// Hands out a code for a grant.
    pub(crate) fn issue(&self, grant: CodeGrant, now: Instant) -> String {
        let code = format!("1.{}", random::opaque::<48>());
        let entry = Entry {
            issued: now,
            grant: Some(Box::new(grant)),
        };
        self.0
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
            .insert(code.clone(), entry);
        code
    }

    /// Takes a code. Whoever presents it first spends it, rightly or not: a second try might be a thief's.
    pub(crate) fn take(&self, code: &str, now: Instant) -> Taken {
        let mut codes = self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let Some(entry) = codes.get_mut(code) else {
            return Taken::Unknown;
        };
        match entry.grant.take() {
            None => Taken::Spent,
            Some(_) if now.saturating_duration_since(entry.issued) > LIFETIME => Taken::Expired,
            Some(grant) => Taken::Fresh(grant),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::addresses::Addresses;
    use crate::clients::{VSCODE_CLIENT_ID, pre_registered};
    use crate::oauth::claims::ClaimsRequest;

    fn grant() -> CodeGrant {
        let addresses = Addresses::new("http://127.0.0.1:1".into(), "http://127.0.0.1:2/mcp".into());
        CodeGrant {
            client_id: VSCODE_CLIENT_ID.into(),
            redirect_uri: "http://127.0.0.1/".into(),
            challenge: None,
            resources: Vec::new(),
            scopes: ScopeRequest::parse("openid", &addresses, &pre_registered(VSCODE_CLIENT_ID).unwrap()).unwrap(),
            persona: Persona::named("member").unwrap(),
            session: Session::new(&ClaimsRequest::default()),
            nonce: None,
        }
    }

    #[test]
    fn a_code_is_good_once() {
        let (codes, now) = (Codes::new(), Instant::now());
        let code = codes.issue(grant(), now);
        assert!(matches!(codes.take(&code, now), Taken::Fresh(_)));
        assert!(matches!(codes.take(&code, now), Taken::Spent));
        assert!(matches!(codes.take("1.guess", now), Taken::Unknown));
    }

    #[test]
    fn a_code_is_over_after_ten_minutes() {
        let (codes, now) = (Codes::new(), Instant::now());
        let code = codes.issue(grant(), now);
        assert!(matches!(
            codes.take(&code, now + LIFETIME + Duration::from_secs(1)),
            Taken::Expired
        ));
        let code = codes.issue(grant(), now);
        assert!(matches!(codes.take(&code, now + LIFETIME), Taken::Fresh(_)));
    }
}
