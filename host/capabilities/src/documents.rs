//! What the interfaces of documents share: admission, whose items, errors and limits between the contract and the store.

use usher_documents::{ContainerName, ItemId, PartitionKey, StoreError, TransactionError, meter};

use crate::bindings::documents as wit;
use crate::call_context::CallContext;
use crate::capability::{Capability, NotAdmitted};
use crate::services::Services;

impl wit::Host for CallContext {}

/// One partition of a container: all that an interface other than `all-documents` reaches by a container's name.
pub(crate) struct Place {
    pub(crate) container: ContainerName,
    pub(crate) partition: PartitionKey,
}

/// Admits the containers of users' items that a grant gives on an interface: there are such, and they aren't shared.
pub(crate) fn admit_users<C: Capability>(containers: &[String], services: &Services) -> Result<(), NotAdmitted> {
    containers.iter().try_for_each(|name| {
        if services.users_container(name).is_some() {
            return Ok(());
        }
        Err(match services.shared_container(name) {
            Some(_) => NotAdmitted::OtherKind {
                interface: C::NAME,
                container: name.clone(),
                is: "is shared",
                takes: "users' items",
            },
            None => no_such_container::<C>(name, services),
        })
    })
}

pub(crate) fn no_such_container<C: Capability>(name: &str, services: &Services) -> NotAdmitted {
    NotAdmitted::NoSuchContainer {
        interface: C::NAME,
        container: name.to_owned(),
        configured: services.container_names(),
    }
}

/// An item's id, validated before any backend sees it.
pub(crate) fn item_id(id: &str) -> Result<ItemId, wit::Error> {
    ItemId::new(id).map_err(|error| wit::Error::Invalid(error.to_string()))
}

impl CallContext {
    /// That a tool named a container which it wasn't given, or which is none.
    pub(crate) fn container_not_granted<C: Capability>(&self, name: &str) -> wit::Error {
        let policy = self.permit().tool();
        let (tool, component) = (policy.tool(), policy.component());
        let reason = format!(
            "{}({name:?}) is not granted: the tool must require it and the grant of the component give it",
            C::NAME
        );
        tracing::warn!(target: "usher::tool", tool, component, "{reason}");
        wit::Error::NotGranted(reason)
    }

    /// Does one operation of the store: every one is done in here, so that its charge is the call's. None is begun once the call's
    /// request units are used up.
    pub(crate) async fn ask<T, E: Into<TransactionError>>(
        &self,
        operation: impl Future<Output = Result<T, E>>,
    ) -> Result<T, wit::TransactionError> {
        let limit = self.permit().limits().request_units;
        if self.request_charge() >= f64::from(limit) {
            return Err(whole(wit::Error::LimitExceeded(format!("{limit} request units"))));
        }
        meter::scope(self.meter(), operation)
            .await
            .map_err(|error| self.transaction_error(error.into()))
    }

    /// The same where there is no write to blame.
    pub(crate) async fn ask_one<T>(
        &self,
        operation: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, wit::Error> {
        self.ask(operation).await.map_err(|error| error.error)
    }

    /// An error of the store in the contract's words. What only the operator may read goes to the log.
    fn store_error(&self, error: StoreError) -> wit::Error {
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

    fn transaction_error(&self, error: TransactionError) -> wit::TransactionError {
        wit::TransactionError {
            index: error.index.and_then(|index| u32::try_from(index).ok()),
            error: self.store_error(error.error),
        }
    }
}

/// That a transaction as a whole is to blame.
pub(crate) fn whole(error: wit::Error) -> wit::TransactionError {
    wit::TransactionError { index: None, error }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::testing::call;

    #[tokio::test]
    async fn a_call_that_has_used_up_its_request_units_begins_nothing_more() {
        let call = call("[limits]\nrequest-units = 10", &[]);
        let operation = async || {
            let asked = async {
                meter::charge(6.0);
                Ok(())
            };
            call.context.ask_one(asked).await
        };
        operation().await.unwrap();
        operation().await.unwrap();
        let refused = operation().await.unwrap_err();
        assert!(
            matches!(&refused, wit::Error::LimitExceeded(limit) if limit == "10 request units"),
            "{refused:?}"
        );
        assert_eq!(call.context.request_charge(), 12.0, "it wasn't even begun");
    }
}
