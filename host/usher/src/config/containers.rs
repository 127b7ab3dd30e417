//! Containers that nobody has to configure on a laptop.

use std::path::Path;

use usher_policy::Grant;

use super::{Config, Container};

/// What the sample of the field is partitioned by: the person.
const PARTITION_KEY: &str = "/user_id";

impl Config {
    /// Adds the containers that the grants of a folder name and that aren't configured, each partitioned by the person. A grant
    /// that doesn't read adds nothing; loading its component says why.
    pub(crate) fn add_containers_of_grants(&mut self, tools: &Path) {
        let files = std::fs::read_dir(tools)
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| entry.path());
        let grants = files.filter(|path| path.to_string_lossy().ends_with(".grant.toml"));
        for grant in grants.filter_map(|path| Grant::parse(&std::fs::read_to_string(path).ok()?).ok()) {
            for name in grant.containers() {
                self.containers.entry(name.to_owned()).or_insert_with(|| Container {
                    partition_key: vec![PARTITION_KEY.to_owned()],
                });
            }
        }
    }
}
