//! What every request handler shares.

use std::sync::{Arc, Mutex, MutexGuard};

use crate::addresses::{API_CLIENT_ID, Addresses};
use crate::clients::credentials::Credentials;
use crate::clients::{Client, ClientError, Documents, pre_registered};
use crate::consent::Consents;
use crate::issued::Issued;
use crate::keys::LazyKey;
use crate::oauth::codes::Codes;
use crate::random;
use crate::settings::ResourceCheck;
use crate::state::State;
use crate::traffic::Traffic;
use crate::{graph, ledger};

/// A running dev cloud, without its listener.
pub(crate) struct Cloud {
    pub(crate) addresses: Addresses,
    pub(crate) resource_check: ResourceCheck,
    pub(crate) traffic: Traffic,
    pub(crate) codes: Codes,
    pub(crate) documents: Documents,
    pub(crate) graph: graph::Data,
    pub(crate) ledger: ledger::Entries,
    pub(crate) consents: Consents,
    pub(crate) issued: Issued,
    /// What a program must know to ask the managed identity endpoint, as App Service hands it out in
    /// `IDENTITY_HEADER`.
    pub(crate) identity_header: String,
    /// A key that is never published, for forging.
    pub(crate) rogue: LazyKey,
    /// The key of the Kubernetes cluster that issues projected service account tokens.
    pub(crate) cluster: LazyKey,
    credentials: Mutex<Credentials>,
    state: Mutex<State>,
}

/// The handlers' state.
pub(crate) type Shared = Arc<Cloud>;

impl Cloud {
    pub(crate) fn new(
        addresses: Addresses,
        resource_check: ResourceCheck,
        credentials: Credentials,
        state: State,
    ) -> Self {
        Self {
            addresses,
            resource_check,
            traffic: Traffic::default(),
            codes: Codes::new(),
            documents: Documents::new(),
            graph: graph::Data::new(),
            ledger: ledger::Entries::default(),
            consents: Consents::new(),
            issued: Issued::default(),
            identity_header: random::opaque::<24>(),
            rogue: LazyKey::default(),
            cluster: LazyKey::default(),
            credentials: Mutex::new(credentials),
            state: Mutex::new(state),
        }
    }

    /// The keys and registrations. Never held across an await.
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        // A panic while the lock was held can't have left the state half changed: each change is one assignment.
        self.state.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// By what the tenant's own apps prove who they are. Never held across an await.
    pub(crate) fn credentials(&self) -> MutexGuard<'_, Credentials> {
        // As above: each change leaves lists that are whole.
        self.credentials.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// Finds a client by its id, wherever it may be described; a metadata document is fetched if need be.
    pub(crate) async fn client(&self, client_id: &str) -> Result<Client, ClientError> {
        if let Some(mut client) = pre_registered(client_id) {
            if client.id == API_CLIENT_ID {
                // Where the MCP host wants people back whom it sent to consent.
                client.redirect_uris.push(self.addresses.consented());
            }
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
