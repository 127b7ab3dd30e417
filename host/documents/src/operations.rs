//! What callers ask of a store, in types: writes, patches, queries, and their bounds.

use std::time::Instant;

use crate::item::Etag;
use crate::names::ItemId;
use crate::owners::Owners;
use crate::partition::PartitionKey;

/// The largest item, in bytes of its JSON. Source: Azure Cosmos DB service quotas, "Maximum size of an item".
pub const MAX_ITEM_BYTES: usize = 2 * 1024 * 1024;
/// How deep objects and arrays may be nested in an item. Source: the same page, "Maximum level of nesting".
pub const MAX_ITEM_DEPTH: usize = 128;
/// The most writes of a transaction. Source: Azure Cosmos DB, "Transactional batch operations", limitations.
/// All its bodies together are at most [`MAX_ITEM_BYTES`], by the same source.
pub const MAX_TRANSACTION_WRITES: usize = 100;
/// The most operations of a patch. Source: Azure Cosmos DB, "Partial document update", supported modes.
pub const MAX_PATCH_OPERATIONS: usize = 10;
/// The most ids of one [`read_many`](crate::DocumentStore::read_many), so that one call can't hold a store's memory.
pub const MAX_READ_MANY: usize = 100;
/// The longest text of a query or a patch's condition, in bytes.
pub const MAX_QUERY_BYTES: usize = 16 * 1024;
/// The largest JSON object of a query's parameters, in bytes.
pub const MAX_PARAMETERS_BYTES: usize = 256 * 1024;
/// How many items a page has if the caller doesn't say. It is what Cosmos gives.
pub const DEFAULT_PAGE_ITEMS: u32 = 100;

/// One write of a transaction.
#[derive(Clone, Debug, PartialEq)]
pub enum WriteOp {
    /// Stores a new item; a body without `id` gets a fresh one.
    Create {
        /// A JSON object.
        body: String,
    },
    /// Stores an item over whatever was there.
    Upsert {
        /// A JSON object with an `id`.
        body: String,
    },
    /// Replaces an item that exists.
    Replace {
        /// A JSON object with an `id`.
        body: String,
        /// Only if the item still has this version.
        if_match: Option<Etag>,
    },
    /// Deletes an item.
    Delete {
        /// Which.
        id: ItemId,
        /// Only if the item still has this version.
        if_match: Option<Etag>,
    },
}

/// One step of a patch. Paths are JSON Pointers (RFC 6901), values JSON texts.
///
/// What each does where nothing or something is there is Azure Cosmos DB's "Partial document update", supported operations.
#[derive(Clone, Debug, PartialEq)]
pub enum PatchOperation {
    /// Sets a property, or inserts into an array before the index; `-` and the array's length append.
    Add {
        /// Where.
        path: String,
        /// What.
        value: String,
    },
    /// Sets a property, or an array's element in place.
    Set {
        /// Where.
        path: String,
        /// What.
        value: String,
    },
    /// Sets what is there, and fails if nothing is.
    Replace {
        /// Where.
        path: String,
        /// What.
        value: String,
    },
    /// Removes what is there, and fails if nothing is.
    Remove {
        /// Where.
        path: String,
    },
    /// Adds to a number; a missing one is created.
    Increment {
        /// Where.
        path: String,
        /// How much; may be negative.
        by: f64,
    },
    /// Removes a value at one place and adds it at another.
    Move {
        /// Where from.
        from: String,
        /// Where to.
        path: String,
    },
}

/// Conditions of a patch.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PatchOptions {
    /// Only if the item still has this version.
    pub if_match: Option<Etag>,
    /// Only if the item fits, for example `FROM c WHERE c.status = 'open'`.
    pub condition: Option<String>,
}

/// Which rows a query can see. There is no third way, whatever its text says.
#[derive(Clone, Copy, Debug)]
pub enum Scope<'a> {
    /// The items of one partition.
    Partition(&'a PartitionKey),
    /// All items of the container. Only for callers whose permit says so.
    Whole,
    /// The same, and each row says whose it is. Only for callers whose permit says that, too.
    WholeWithOwners(&'a Owners),
}

/// How much of a query's answer to give, and from where.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct QueryOptions {
    /// At most so many items in the page; 0 is `invalid`. None: [`DEFAULT_PAGE_ITEMS`].
    pub max_items: Option<u32>,
    /// The [`Page::continuation`] of the page before.
    pub continuation: Option<String>,
}

/// What one page may cost.
#[derive(Clone, Copy, Debug)]
pub struct QueryLimits {
    /// Rows that may be read from the store, matching or not.
    pub max_rows_read: u64,
    /// Bytes that may be held at once: the page, groups, distinct values, values that expressions make. An estimate, not an
    /// allocator's count.
    pub max_bytes_held: u64,
    /// When to give up.
    pub deadline: Instant,
}

/// A page of a query's answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// A JSON array.
    pub items: String,
    /// There may be more: give this to the same query.
    ///
    /// Opaque, but not sealed: whoever hands it to a guest seals it and binds it to caller, container and query. It says where the
    /// page ended, not how many were given. So an item that exists unchanged while all pages are read is given exactly once,
    /// whatever is inserted, changed or deleted between them; an item that changes its place meanwhile may be given twice or not
    /// at all; each page shows the store at its own moment.
    pub continuation: Option<String>,
    /// Rows that were read for this page.
    pub rows_read: u64,
}
