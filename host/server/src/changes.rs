//! Who is told that their list of tools has changed (`notifications/tools/list_changed`), and when.
//!
//! | revision | who listens | until |
//! |---|---|---|
//! | with `initialize` | every session; the message goes to its stream (GET), or waits for it | the session ends |
//! | 2026-07-28 | a subscription whose filter names tools | its client or the server has had enough |
//!
//! Each listener waits by itself, so that one whose client is slow, or gone, keeps nobody waiting: neither the others nor what
//! puts a catalog into service. A listener that falls behind sees the newest catalog only.
//!
//! A listener is told only if its own caller's list is another: of a tool that a caller can't see they hear nothing, not even that it
//! has changed. Groups count as far as they are known already. Where they aren't, a change of the tool counts as one: a list asked
//! for in vain harms less than one that stays wrong.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rmcp::service::{Peer, RoleServer, SubscriptionSink};
use tokio_util::sync::{CancellationToken, DropGuard};
use usher_entra::Caller;

use crate::access::Access;
use crate::current::Current;
use crate::metrics::{Listener, Metrics};
use crate::tools::Tools;

/// How long further changes are waited for before a client is told of one. What comes together is told once, and nobody is told
/// more than a few times a second, however often tools are loaded.
const SETTLING: Duration = Duration::from_millis(250);

/// What a client was shown last, or could have been.
#[derive(Debug, Clone)]
pub(crate) struct LastShown {
    pub(crate) caller: Arc<Caller>,
    pub(crate) tools: Arc<Tools>,
}

/// Finds out whose list has changed.
#[derive(Debug, Clone)]
pub(crate) struct Changes {
    pub(crate) current: Current,
    pub(crate) access: Access,
    pub(crate) metrics: Metrics,
}

impl Changes {
    /// Whether the list is another than `shown`, which from then on is as it would be now.
    fn is_another(&mut self, shown: &Mutex<LastShown>) -> bool {
        let now = self.current.get_and_see();
        let mut shown = lock(shown);
        let before = std::mem::replace(&mut shown.tools, now);
        before.differ(&shown.tools, |tool| self.access.may_be_shown(&shown.caller, tool))
    }

    /// Waits until other tools are served, and have been for a moment.
    async fn settled(&mut self) {
        self.current.changed().await;
        tokio::time::sleep(SETTLING).await;
    }

    /// Tells a subscription, until its client can't be told any more.
    pub(crate) async fn tell_subscription(mut self, sink: &SubscriptionSink, shown: LastShown) {
        let shown = Mutex::new(shown);
        // First without waiting: there may be others already than when the subscription's request came.
        loop {
            if self.is_another(&shown) {
                if let Err(error) = sink.notify_tool_list_changed().await {
                    tracing::debug!(target: "usher::protocol", %error, "a subscription could not be told of a change");
                    return;
                }
                self.metrics.list_changed_sent(Listener::Subscription);
            }
            self.settled().await;
        }
    }

    /// Tells a session, for as long as what is returned is kept.
    pub(crate) fn tell_session(mut self, client: Peer<RoleServer>, shown: LastShown) -> Session {
        let shown = Arc::new(Mutex::new(shown));
        let ended = CancellationToken::new();
        let session = Session {
            shown: Arc::clone(&shown),
            _ended: ended.clone().drop_guard(),
        };
        tokio::spawn(ended.run_until_cancelled_owned(async move {
            loop {
                if self.is_another(&shown) {
                    if let Err(error) = client.notify_tool_list_changed().await {
                        tracing::debug!(target: "usher::protocol", %error, "a session could not be told of a change");
                        return;
                    }
                    self.metrics.list_changed_sent(Listener::Session);
                }
                self.settled().await;
            }
        }));
        session
    }
}

/// A session that is told of changes until this is dropped.
#[derive(Debug)]
pub(crate) struct Session {
    shown: Arc<Mutex<LastShown>>,
    _ended: DropGuard,
}

impl Session {
    /// Notes what the client is about to be shown: changes count from there. A later token may also see other tools.
    pub(crate) fn shows(&self, list: LastShown) {
        *lock(&self.shown) = list;
    }
}

fn lock(shown: &Mutex<LastShown>) -> MutexGuard<'_, LastShown> {
    // Nothing that can panic happens half-way, so what a poisoned lock guards is whole.
    shown.lock().unwrap_or_else(PoisonError::into_inner)
}
