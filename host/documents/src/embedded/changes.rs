//! Patches that were checked on the caller's thread, as the writer gets them.

use crate::item::Etag;
use crate::names::ItemId;
use crate::patch::Patch;
use crate::query::Condition;

/// One patch of an item.
pub(super) struct PatchChange {
    pub(super) id: ItemId,
    pub(super) patch: Patch,
    pub(super) if_match: Option<Etag>,
    pub(super) condition: Option<Condition>,
}
