//! Sessions of the revisions with `initialize`: each belongs to the caller who opened it, and there are only so many.
//!
//! The protocol layer keeps sessions by id alone: whoever knew an id could use the session, or end it. Here each id is bound to
//! the tenant and object id of its caller, when the session is opened and before anything else can name it. A request that
//! names a session that isn't its caller's is answered as if there were none.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::Stream;
use rmcp::model::{ClientJsonRpcMessage, GetExtensions, ServerJsonRpcMessage};
use rmcp::transport::streamable_http_server::session::local::{LocalSessionManager, LocalSessionManagerError};
use rmcp::transport::streamable_http_server::session::{ServerSseMessage, SessionId, SessionManager};
use thiserror::Error;
use usher_entra::UserKey;

use crate::attached::Attached;

/// How long a client may take from a session's opening to its first message. It comes with the same request.
const INIT_TIMEOUT: Duration = Duration::from_secs(10);

/// Keeps sessions, bound and bounded.
pub(crate) struct BoundSessions {
    sessions: LocalSessionManager,
    owners: Mutex<Owners>,
}

/// Why a session can't be served.
#[derive(Debug, Error)]
pub(crate) enum SessionError {
    /// The opening message came without a verified caller. The host is wrong, not the client.
    #[error("a session was opened without a caller")]
    NoCaller,
    /// The session ended meanwhile, or its worker failed.
    #[error(transparent)]
    Session(#[from] LocalSessionManagerError),
}

impl BoundSessions {
    pub(crate) fn new(max: usize, max_per_caller: usize, idle_timeout: Duration) -> Self {
        let mut sessions = LocalSessionManager::default();
        sessions.session_config.keep_alive = Some(idle_timeout);
        sessions.session_config.init_timeout = Some(INIT_TIMEOUT);
        Self {
            sessions,
            owners: Mutex::new(Owners::new(max, max_per_caller)),
        }
    }

    /// Whether a session is there and belongs to the caller; if so, it counts as used now.
    pub(crate) fn belongs(&self, id: &str, caller: UserKey) -> bool {
        self.owners().touch(id, caller)
    }

    /// How many are open.
    pub(crate) fn open(&self) -> usize {
        self.owners().sessions.len()
    }

    fn owners(&self) -> MutexGuard<'_, Owners> {
        // Nothing in here panics half-way, so what a poisoned lock guards is whole.
        self.owners.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn end(&self, id: &SessionId) {
        if let Err(error) = self.sessions.close_session(id).await {
            tracing::debug!(target: "usher::sessions", %error, "an old session did not end cleanly");
        }
    }
}

impl SessionManager for BoundSessions {
    type Error = SessionError;
    type Transport = <LocalSessionManager as SessionManager>::Transport;

    async fn create_session(&self) -> Result<(SessionId, Self::Transport), SessionError> {
        Ok(self.sessions.create_session().await?)
    }

    async fn initialize_session(
        &self,
        id: &SessionId,
        message: ClientJsonRpcMessage,
    ) -> Result<ServerJsonRpcMessage, SessionError> {
        let Some(owner) = caller(&message) else {
            self.end(id).await;
            return Err(SessionError::NoCaller);
        };
        let surplus = self.owners().bind(id, owner);
        for old in &surplus {
            self.end(old).await;
        }
        Ok(self.sessions.initialize_session(id, message).await?)
    }

    async fn has_session(&self, id: &SessionId) -> Result<bool, SessionError> {
        Ok(self.sessions.has_session(id).await?)
    }

    /// Called for the client's DELETE, and when a session has ended by itself.
    async fn close_session(&self, id: &SessionId) -> Result<(), SessionError> {
        self.owners().forget(id);
        Ok(self.sessions.close_session(id).await?)
    }

    async fn create_stream(
        &self,
        id: &SessionId,
        message: ClientJsonRpcMessage,
    ) -> Result<impl Stream<Item = ServerSseMessage> + Send + Sync + 'static, SessionError> {
        Ok(self.sessions.create_stream(id, message).await?)
    }

    async fn accept_message(&self, id: &SessionId, message: ClientJsonRpcMessage) -> Result<(), SessionError> {
        Ok(self.sessions.accept_message(id, message).await?)
    }

    async fn create_standalone_stream(
        &self,
        id: &SessionId,
    ) -> Result<impl Stream<Item = ServerSseMessage> + Send + Sync + 'static, SessionError> {
        Ok(self.sessions.create_standalone_stream(id).await?)
    }

    async fn resume(
        &self,
        id: &SessionId,
        last_event_id: String,
    ) -> Result<impl Stream<Item = ServerSseMessage> + Send + Sync + 'static, SessionError> {
        Ok(self.sessions.resume(id, last_event_id).await?)
    }
}

/// Who sent a message: the protocol layer hands on the request that the endpoint let in.
fn caller(message: &ClientJsonRpcMessage) -> Option<UserKey> {
    let ClientJsonRpcMessage::Request(message) = message else {
        return None;
    };
    Attached::to(message.request.extensions()).map(|attached| attached.caller().key())
}

/// Whose each session is, and when it was used.
struct Owners {
    max: usize,
    max_per_caller: usize,
    sessions: HashMap<SessionId, Bound>,
    per_caller: HashMap<UserKey, usize>,
    /// Counts uses: a larger number is a later use.
    uses: u64,
}

struct Bound {
    owner: UserKey,
    used: u64,
}

impl Owners {
    fn new(max: usize, max_per_caller: usize) -> Self {
        Self {
            max,
            max_per_caller,
            sessions: HashMap::new(),
            per_caller: HashMap::new(),
            uses: 0,
        }
    }

    /// Binds a new session, and gives back those that must go for it: the caller's, or anybody's, that were longest unused.
    fn bind(&mut self, id: &SessionId, owner: UserKey) -> Vec<SessionId> {
        let mut surplus = Vec::new();
        if self
            .per_caller
            .get(&owner)
            .is_some_and(|count| *count >= self.max_per_caller)
        {
            surplus.extend(self.forget_oldest(|bound| bound.owner == owner));
        }
        if self.sessions.len() >= self.max {
            surplus.extend(self.forget_oldest(|_| true));
        }
        self.uses += 1;
        self.sessions.insert(Arc::clone(id), Bound { owner, used: self.uses });
        *self.per_caller.entry(owner).or_default() += 1;
        surplus
    }

    fn touch(&mut self, id: &str, caller: UserKey) -> bool {
        self.uses += 1;
        match self.sessions.get_mut(id) {
            Some(bound) if bound.owner == caller => {
                bound.used = self.uses;
                true
            }
            _ => false,
        }
    }

    fn forget(&mut self, id: &str) {
        let Some(Bound { owner, .. }) = self.sessions.remove(id) else {
            return;
        };
        if let Some(count) = self.per_caller.get_mut(&owner) {
            *count -= 1;
            if *count == 0 {
                self.per_caller.remove(&owner);
            }
        }
    }

    fn forget_oldest(&mut self, candidate: impl Fn(&Bound) -> bool) -> Option<SessionId> {
        let oldest = self
            .sessions
            .iter()
            .filter(|(_, bound)| candidate(bound))
            .min_by_key(|(_, bound)| bound.used);
        let id = Arc::clone(oldest?.0);
        self.forget(&id);
        Some(id)
    }
}

#[cfg(test)]
mod tests {
    use usher_entra::Caller;

    use super::*;

    fn user(name: &str) -> UserKey {
        Caller::testing(name).build().key()
    }

    fn id(name: &str) -> SessionId {
        name.into()
    }

    #[test]
    fn a_session_is_its_own_callers_alone() {
        let mut owners = Owners::new(10, 10);
        owners.bind(&id("a"), user("alice"));
        assert!(owners.touch("a", user("alice")));
        assert!(!owners.touch("a", user("bob")));
        assert!(!owners.touch("unknown", user("alice")));
    }

    #[test]
    fn the_same_object_id_in_another_tenant_is_another_caller() {
        let mut owners = Owners::new(10, 10);
        owners.bind(&id("a"), user("alice"));
        let foreign = Caller::testing("alice").in_tenant("elsewhere").build().key();
        assert!(!owners.touch("a", foreign));
    }

    #[test]
    fn a_caller_over_the_limit_loses_the_session_that_was_longest_unused() {
        let mut owners = Owners::new(10, 2);
        owners.bind(&id("bobs"), user("bob"));
        owners.bind(&id("first"), user("alice"));
        owners.bind(&id("second"), user("alice"));
        owners.touch("first", user("alice"));
        assert_eq!(owners.bind(&id("third"), user("alice")), [id("second")]);
        assert!(owners.touch("first", user("alice")) && owners.touch("third", user("alice")));
        assert!(
            owners.touch("bobs", user("bob")),
            "another caller's session is untouched"
        );
    }

    #[test]
    fn a_full_server_gives_up_the_session_that_was_longest_unused() {
        let mut owners = Owners::new(2, 2);
        owners.bind(&id("a"), user("alice"));
        owners.bind(&id("b"), user("bob"));
        assert_eq!(owners.bind(&id("c"), user("carol")), [id("a")]);
    }

    #[test]
    fn a_session_that_ended_makes_room() {
        let mut owners = Owners::new(2, 1);
        owners.bind(&id("a"), user("alice"));
        owners.forget("a");
        owners.forget("a");
        assert!(owners.per_caller.is_empty());
        assert!(owners.bind(&id("b"), user("alice")).is_empty());
    }
}
