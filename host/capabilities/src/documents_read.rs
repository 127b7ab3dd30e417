//! Reading: what `my-documents`, `shared-documents` and `all-documents` do once it is known whose items they reach.

use usher_documents::{ContainerName, Item, ItemId, Page, QueryLimits, QueryOptions, Scope};

use crate::bindings::documents as wit;
use crate::call_context::CallContext;
use crate::capability::Capability;
use crate::documents::{Place, item_id};
use crate::seal::Binding;

/// A query as a guest asks it.
pub(crate) struct Question {
    pub(crate) text: String,
    pub(crate) parameters: String,
    pub(crate) options: Option<wit::QueryOptions>,
}

impl CallContext {
    pub(crate) async fn read_item(&self, place: &Place, id: &str) -> Result<wit::Item, wit::Error> {
        let id = item_id(id)?;
        let read = self
            .services()
            .documents()
            .read(&place.container, &place.partition, &id);
        self.ask_one(read).await.map(item)
    }

    pub(crate) async fn read_items(&self, place: &Place, ids: &[String]) -> Result<Vec<Option<wit::Item>>, wit::Error> {
        let ids = ids.iter().map(|id| item_id(id)).collect::<Result<Vec<ItemId>, _>>()?;
        let documents = self.services().documents();
        let items = self
            .ask_one(documents.read_many(&place.container, &place.partition, &ids))
            .await?;
        // A hundred of the largest items would be more than the largest page of a query.
        let limit = self.permit().limits().query_bytes;
        let bytes: usize = items.iter().flatten().map(|item| item.body.len()).sum();
        if bytes > limit as usize {
            return Err(wit::Error::LimitExceeded(format!("{limit} bytes held")));
        }
        Ok(items.into_iter().map(|found| found.map(item)).collect())
    }

    /// A query about one partition.
    pub(crate) async fn query_place<C: Capability>(
        &self,
        place: &Place,
        question: Question,
    ) -> Result<wit::Page, wit::Error> {
        let scope = Scope::Partition(&place.partition);
        self.query_scope::<C>(&place.container, scope, question).await
    }

    /// Runs a query with the call's limits, and with its continuation opened and sealed.
    pub(crate) async fn query_scope<C: Capability>(
        &self,
        container: &ContainerName,
        scope: Scope<'_>,
        question: Question,
    ) -> Result<wit::Page, wit::Error> {
        let Question {
            text,
            parameters,
            options,
        } = question;
        let binding = Binding {
            user: self.permit().caller().key(),
            component: self.permit().tool().component(),
            interface: C::NAME,
            container: container.as_str(),
            partition: match scope {
                Scope::Partition(partition) => partition.levels(),
                Scope::Whole | Scope::WholeWithOwners(_) => &[],
            },
            query: &text,
            parameters: &parameters,
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
        let limits = self.query_limits();
        let documents = self.services().documents();
        let asked = documents.query(container, scope, &text, &parameters, &options, &limits);
        let Page {
            items, continuation, ..
        } = self.ask_one(asked).await?;
        Ok(wit::Page {
            items,
            continuation: continuation.and_then(|token| seal.seal(&binding, &token)),
        })
    }

    fn query_limits(&self) -> QueryLimits {
        let limits = self.permit().limits();
        QueryLimits {
            max_rows_read: limits.rows_read.into(),
            max_bytes_held: limits.query_bytes.into(),
            deadline: self.deadline(),
        }
    }
}

fn item(item: Item) -> wit::Item {
    wit::Item {
        id: item.id.as_str().to_owned(),
        etag: item.etag.as_str().to_owned(),
        timestamp: u32::try_from(item.timestamp).unwrap_or(u32::MAX),
        body: item.body,
    }
}
