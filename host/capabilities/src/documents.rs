//! What the interfaces of documents share: names, limits and errors between the contract and the store.

use usher_documents::{ContainerName, ItemId, Page, QueryOptions, Scope, StoreError, TransactionError};
use usher_policy::{ContainerGrant, Grant};

use crate::bindings::documents as wit;
use crate::call_context::CallContext;
use crate::capability::{Capability, NotAdmitted, not_granted};
use crate::seal::Binding;
use crate::services::Services;

impl wit::Host for CallContext {}

/// Admits an interface of documents: granted, on containers that there are.
pub(crate) fn admit<C: Capability>(
    granted: fn(&Grant) -> Option<&ContainerGrant>,
    grant: &Grant,
    services: &Services,
) -> Result<(), NotAdmitted> {
    let Some(ContainerGrant { containers }) = granted(grant) else {
        return Err(not_granted::<C>());
    };
    match containers.iter().find(|name| services.container(name).is_none()) {
        Some(missing) => Err(NotAdmitted::NoSuchContainer {
            interface: C::NAME,
            container: missing.clone(),
            configured: services.container_names(),
        }),
        None => Ok(()),
    }
}

/// An item's id, validated before any backend sees it.
pub(crate) fn item_id(id: &str) -> Result<ItemId, wit::Error> {
    ItemId::new(id).map_err(|error| wit::Error::Invalid(error.to_string()))
}

impl CallContext {
    /// The container of a name, if the permit `allows` it.
    pub(crate) fn container<C: Capability>(&self, name: &str, allows: bool) -> Result<ContainerName, wit::Error> {
        match self.services().container(name) {
            Some(container) if allows => Ok(container.clone()),
            _ => {
                let policy = self.permit().tool();
                let (tool, component) = (policy.tool(), policy.component());
                let reason = format!(
                    "{}({name:?}) is not granted: the tool must require it and the grant of the component give it",
                    C::NAME
                );
                tracing::warn!(target: "usher::tool", tool, component, "{reason}");
                Err(wit::Error::NotGranted(reason))
            }
        }
    }

    /// Runs a query with the call's limits, and with its continuation opened and sealed.
    pub(crate) async fn run_query<C: Capability>(
        &self,
        container: &ContainerName,
        scope: Scope<'_>,
        text: &str,
        parameters: &str,
        options: Option<wit::QueryOptions>,
    ) -> Result<wit::Page, wit::Error> {
        let binding = Binding {
            user: self.permit().caller().key(),
            interface: C::NAME,
            container: container.as_str(),
            query: text,
            parameters,
        };
        let seal = self.services().seal();
        let (max_items, continuation) =
            options.map_or((None, None), |options| (options.max_items, options.continuation));
        let continuation = continuation
            .map(|token| {
                seal.open(&binding, &token).ok_or_else(|| {
                    wit::Error::Invalid("the continuation belongs to another caller, container or query".to_owned())
                })
            })
            .transpose()?;
        let options = QueryOptions {
            max_items,
            continuation,
        };
        let Page {
            items, continuation, ..
        } = self
            .services()
            .documents()
            .query(container, scope, text, parameters, &options, &self.query_limits())
            .await
            .map_err(|error| self.store_error(error))?;
        Ok(wit::Page {
            items,
            continuation: continuation.and_then(|token| seal.seal(&binding, &token)),
        })
    }

    /// An error of the store in the contract's words. What only the operator may read goes to the log.
    pub(crate) fn store_error(&self, error: StoreError) -> wit::Error {
        match error {
            StoreError::NotFound => wit::Error::NotFound,
            StoreError::Conflict => wit::Error::Conflict,
            StoreError::PreconditionFailed => wit::Error::PreconditionFailed,
            StoreError::TooLarge => wit::Error::TooLarge,
            StoreError::Invalid(what) => wit::Error::Invalid(what),
            StoreError::LimitExceeded(limit) => wit::Error::LimitExceeded(limit.to_string()),
            StoreError::Throttled { retry_after_ms } => wit::Error::Throttled(retry_after_ms),
            StoreError::Timeout => wit::Error::Timeout,
            StoreError::Unavailable(cause) => {
                let tool = self.permit().tool().tool();
                tracing::error!(target: "usher::documents", tool, %cause, "the document store can't be reached");
                wit::Error::Unavailable
            }
            StoreError::UnknownContainer(container) => {
                let tool = self.permit().tool().tool();
                tracing::error!(target: "usher::documents", tool, %container, "the document store lacks a configured container");
                wit::Error::Unavailable
            }
        }
    }

    pub(crate) fn transaction_error(&self, error: TransactionError) -> wit::TransactionError {
        wit::TransactionError {
            index: error.index.and_then(|index| u32::try_from(index).ok()),
            error: self.store_error(error.error),
        }
    }
}
