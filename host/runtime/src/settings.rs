//! Settings of the runtime.

use std::collections::BTreeMap;

use uuid::Uuid;

use crate::admission::AdmissionSettings;
use crate::compile_cache::CacheSettings;

/// How the runtime is set up.
#[derive(Debug, Clone, Default)]
pub struct RuntimeSettings {
    /// Where compiled components are kept.
    pub cache: CacheSettings,
    /// How many calls run and wait.
    pub admission: AdmissionSettings,
    /// The object ids of the groups that rules of grants may call by a name.
    pub groups: BTreeMap<String, Uuid>,
    /// Whether instructions are counted. It makes guests slower, so it is for trying a tool and not for serving. Default: no.
    pub count_instructions: bool,
}
