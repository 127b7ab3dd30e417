//! Settings of the runtime.

use std::collections::BTreeMap;
use std::path::PathBuf;

use uuid::Uuid;

use crate::admission::AdmissionSettings;

/// How the runtime is set up.
#[derive(Debug, Clone, Default)]
pub struct RuntimeSettings {
    /// Where compiled components are kept. None: they are compiled at each start.
    pub cache_dir: Option<PathBuf>,
    /// How many calls run and wait.
    pub admission: AdmissionSettings,
    /// The object ids of the groups that rules of grants may call by a name.
    pub groups: BTreeMap<String, Uuid>,
}
