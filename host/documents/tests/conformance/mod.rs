//! What every backend of the document store must do: one function a rule, written against `dyn DocumentStore`.
//!
//! A backend's test opens a [`Subject`] and calls [`conformance_suite!`] with the function that does so; each rule becomes a test
//! of its own, on a store of its own. [`expiry_suite!`] does the same for the rules about time.
#![allow(clippy::unwrap_used)]

pub(crate) mod expiry;
pub(crate) mod isolation;
pub(crate) mod pages;
pub(crate) mod patches;
pub(crate) mod queries;
pub(crate) mod transactions;
pub(crate) mod writes;

use std::any::Any;
use std::sync::Arc;
use std::time::{Duration, Instant};

use usher_documents::{
    ContainerDefinition, ContainerName, DocumentStore, ItemId, Page, PartitionKey, PropertyPath, QueryLimits,
    QueryOptions, Scope, StoreError,
};

/// A store to be tested, empty.
pub(crate) struct Subject {
    pub(crate) store: Arc<dyn DocumentStore>,
    /// Lets so many seconds pass, for the store.
    pub(crate) advance: Box<dyn Fn(u64) + Send + Sync>,
    /// The largest body that it takes, in bytes: less than the limit where the host's own properties count as well.
    pub(crate) largest_body: usize,
    /// The deepest item that it takes, in levels: less than the limit where an emulator can't parse as much as the service.
    pub(crate) deepest_item: usize,
    /// What must live as long as the store, such as its directory.
    pub(crate) _keep: Box<dyn Any + Send + Sync>,
}

/// The containers that a subject has: `notes` by `/user_id`, `tenants` by `/tid` and `/oid`.
pub(crate) fn definitions() -> Vec<ContainerDefinition> {
    let paths = |paths: &[&str]| paths.iter().map(|path| PropertyPath::new(path).unwrap()).collect();
    vec![
        ContainerDefinition {
            name: notes(),
            partition_paths: paths(&["/user_id"]),
            indexes: Vec::new(),
        },
        ContainerDefinition {
            name: tenants(),
            partition_paths: paths(&["/tid", "/oid"]),
            indexes: Vec::new(),
        },
    ]
}

pub(crate) fn notes() -> ContainerName {
    ContainerName::new("notes").unwrap()
}

pub(crate) fn tenants() -> ContainerName {
    ContainerName::new("tenants").unwrap()
}

pub(crate) fn id(text: &str) -> ItemId {
    ItemId::new(text).unwrap()
}

pub(crate) fn ada() -> PartitionKey {
    PartitionKey::single("ada").unwrap()
}

pub(crate) fn bob() -> PartitionKey {
    PartitionKey::single("bob").unwrap()
}

/// Limits that no rule reaches by accident.
pub(crate) fn wide() -> QueryLimits {
    QueryLimits {
        max_rows_read: 1_000_000,
        max_bytes_held: 64 * 1024 * 1024,
        deadline: Instant::now() + Duration::from_secs(60),
    }
}

impl Subject {
    /// One page of ada's notes.
    pub(crate) async fn page(&self, sql: &str, parameters: &str, options: &QueryOptions) -> Result<Page, StoreError> {
        self.store
            .query(&notes(), Scope::Partition(&ada()), sql, parameters, options, &wide())
            .await
    }

    /// All of ada's notes that a query gives, by pages of `max_items`.
    pub(crate) async fn all(&self, sql: &str, max_items: u32) -> Vec<serde_json::Value> {
        let mut options = QueryOptions {
            max_items: Some(max_items),
            continuation: None,
        };
        let mut all = Vec::new();
        loop {
            let page = self.page(sql, "{}", &options).await.expect(sql);
            let items: Vec<serde_json::Value> = serde_json::from_str(&page.items).unwrap();
            assert!(items.len() <= max_items as usize, "{sql}");
            all.extend(items);
            match page.continuation {
                Some(continuation) => options.continuation = Some(continuation),
                None => return all,
            }
        }
    }

    pub(crate) async fn put(&self, partition: &PartitionKey, body: &str) {
        self.store.upsert(&notes(), partition, body).await.expect(body);
    }
}

/// A JSON text as a value: for comparing items, whose members have no order on every backend.
pub(crate) fn json(text: &str) -> serde_json::Value {
    serde_json::from_str(text).expect(text)
}

pub(crate) fn is_invalid<T: std::fmt::Debug>(outcome: &Result<T, StoreError>) -> bool {
    matches!(outcome, Err(StoreError::Invalid(_)))
}

/// Makes a test of every rule about time to live, for a backend whose time can be advanced.
#[macro_export]
macro_rules! expiry_suite {
    ($open:path) => {
        $crate::conformance_suite! { $open =>
            expiry: an_expired_item_does_not_exist_for_any_operation;
            expiry: a_write_starts_the_time_anew;
        }
    };
}

/// Makes a test of every other rule; `$open` is an async function that gives a fresh [`Subject`].
#[macro_export]
macro_rules! conformance_suite {
    ($open:path) => {
        $crate::conformance_suite! { $open =>
            writes: a_created_item_reads_back_as_it_was_written;
            writes: a_body_without_id_gets_a_fresh_one;
            writes: creating_an_id_again_is_a_conflict_and_changes_nothing;
            writes: reading_or_deleting_what_is_not_there_is_not_found;
            writes: replace_needs_an_item_and_upsert_does_not;
            writes: every_write_changes_the_etag;
            writes: a_write_with_an_old_etag_fails_the_precondition;
            writes: of_many_writes_with_one_etag_exactly_one_wins;
            writes: many_items_are_read_in_the_order_of_their_ids;
            writes: a_bad_body_is_invalid_on_every_path;
            writes: a_bad_id_is_invalid_on_every_path;
            writes: properties_of_the_store_are_dropped;
            writes: the_deepest_item_can_be_queried_and_patched;
            writes: an_item_over_two_mebibytes_is_too_large;
            writes: an_unknown_container_is_told_apart;
            isolation: no_operation_reaches_another_partition;
            isolation: no_query_reaches_another_partition;
            isolation: a_body_cannot_name_its_partition;
            isolation: a_continuation_of_one_partition_shows_nothing_of_another;
            isolation: levels_of_a_key_do_not_run_together;
            isolation: the_whole_scope_sees_all_partitions_but_not_their_keys;
            patches: each_operation_does_what_is_documented;
            patches: a_patch_is_all_or_nothing;
            patches: a_path_out_of_reach_is_invalid;
            patches: conditions_hold_or_fail_the_precondition;
            patches: concurrent_increments_all_count;
            transactions: all_writes_happen_in_order;
            transactions: one_bad_write_undoes_all_and_is_named;
            transactions: its_size_is_bounded;
            queries: every_case_gives_its_answer;
            queries: what_is_not_supported_is_refused_with_its_column;
            queries: an_item_in_an_answer_has_its_etag_and_time;
            queries: a_query_reads_one_row_if_it_names_the_id;
            queries: nesting_and_length_are_bounded;
            queries: a_join_can_be_read_in_pages;
            queries: a_product_of_arrays_ends_with_its_limits;
            pages: pages_give_every_item_once;
            pages: pages_survive_inserts_and_deletes_between_them;
            pages: a_continuation_of_another_query_is_invalid;
            pages: a_page_ends_at_four_mebibytes;
            pages: limits_stop_a_query;
            pages: an_expression_cannot_outrun_its_limits;
        }
    };
    ($open:path => $($module:ident: $rule:ident;)*) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $rule() {
                let subject = $open().await;
                $crate::conformance::$module::$rule(&subject).await;
                subject.store.close().await;
            }
        )*
    };
}
