//! What every request handler shares.

use std::sync::{Arc, Mutex, MutexGuard};

use crate::addresses::Addresses;
use crate::clients::{Client, ClientError, Documents, pre_registered};
use crate::keys::SigningKey;
use crate::oauth::codes::Codes;
use crate::settings::ResourceCheck;
use crate::state::State;
use crate::traffic::Traffic;

/// A running dev cloud, without its listener.
pub(crate) struct Cloud {
    pub(crate) addresses: Addresses,
    pub(crate) resource_check: ResourceCheck,
    pub(crate) traffic: Traffic,
    pub(crate) codes: Codes,
    pub(crate) documents: Documents,
    /// A key that is never published, for forging. Made on first use, as most runs forge nothing.
    pub(crate) rogue: std::sync::OnceLock<SigningKey>,
    state: Mutex<State>,
}

/// The handlers' state.
pub(crate) type Shared = Arc<Cloud>;

impl Cloud {
    pub(crate) fn new(addresses: Addresses, resource_check: ResourceCheck, state: State) -> Self {
        Self {
            addresses,
            resource_check,
            traffic: Traffic::default(),
            codes: Codes::new(),
            documents: Documents::new(),
            rogue: std::sync::OnceLock::new(),
            state: Mutex::new(state),
        }
    }

    /// The keys and registrations. Never held across an await.
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        // A panic while the lock was held can't have left the state half changed: each change is one assignment.
        self.state.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// Finds a client by its id, wherever it may be described; a metadata document is fetched if need be.
    pub(crate) async fn client(&self, client_id: &str) -> Result<Client, ClientError> {
        if let Some(client) = pre_registered(client_id) {
            return Ok(client);
        }
        if client_id.contains("://") {
            return self.documents.client(client_id).await;
        }
        match self.state().client(client_id) {
            Some(client) => Ok(Client::from(client)),
            None => Err(ClientError::Unknown),
        }
    }
}
