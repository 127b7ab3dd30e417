//! Settings of the runtime.

use std::collections::BTreeMap;

use uuid::Uuid;

use crate::admission::AdmissionSettings;
use crate::compile_cache::CacheSettings;
use crate::engine::KEPT_MEMORY_MIB;

/// How the runtime is set up.
#[derive(Debug, Clone)]
pub struct RuntimeSettings {
    /// Where compiled components are kept.
    pub cache: CacheSettings,
    /// How many calls run and wait.
    pub admission: AdmissionSettings,
    /// How much of an instance's memory is kept for the next one; as many instances may keep it as calls run at once. Default:
    /// [`KEPT_MEMORY_MIB`].
    pub kept_memory_mib: u32,
    /// The object ids of the groups that rules of grants may call by a name.
    pub groups: BTreeMap<String, Uuid>,
    /// Whether instructions are counted. It makes guests slower, so it is for trying a tool and not for serving. Default: no.
    pub count_instructions: bool,
}

impl Default for RuntimeSettings {
    fn default() -> Self {
        Self {
            cache: CacheSettings::default(),
            admission: AdmissionSettings::default(),
            kept_memory_mib: KEPT_MEMORY_MIB,
            groups: BTreeMap::new(),
            count_instructions: false,
        }
    }
}
