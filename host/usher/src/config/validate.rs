//! What can be said about a configuration without starting anything.

use anyhow::{Context, bail, ensure};
use usher_documents::{ContainerDefinition, ContainerName, PartitionKey, PropertyPath, PropertyPathError};

use super::Config;

impl Config {
    /// Checks ranges and names; what depends on other machines isn't asked.
    pub(super) fn validate(&self) -> anyhow::Result<()> {
        self.container_definitions()?;
        self.validate_documents()?;
        self.validate_reload()?;
        for (key, value) in [
            ("calls.at-once", u64::from(self.calls.at_once)),
            ("calls.per-caller", u64::from(self.calls.per_caller)),
            ("calls.waiting", u64::from(self.calls.waiting)),
            ("calls.wait-ms", self.calls.wait_ms),
            ("sessions.at-once", self.sessions.at_once as u64),
            ("sessions.per-caller", self.sessions.per_caller as u64),
            ("sessions.idle-seconds", self.sessions.idle_seconds),
            ("http.max-body-bytes", self.http.max_body_bytes as u64),
        ] {
            ensure!(value > 0, "{key} must be at least 1");
        }
        ensure!(
            self.metrics.listen != Some(self.listen) || self.listen.port() == 0,
            "metrics.listen must be another address than `listen`: metrics are not for clients of tools"
        );
        ensure!(
            self.graph.membership_seconds <= 3_600,
            "graph.membership-seconds must be at most 3600: who leaves a group keeps its tools for that long"
        );
        if let Some(entra) = &self.entra {
            entra.cloud()?;
        }
        ensure!(
            (1..=64).contains(&self.calls.kept_memory_mib),
            "calls.kept-memory-mib must be 1 to 64: as many instances may keep it as calls run at once"
        );
        ensure!(
            self.calls.at_once <= 4_096,
            "calls.at-once must be at most 4096: each call holds a slot of the instance pool"
        );
        Ok(())
    }

    /// The containers as the store takes them.
    pub(crate) fn container_definitions(&self) -> anyhow::Result<Vec<ContainerDefinition>> {
        self.containers
            .iter()
            .map(|(name, container)| {
                let paths = &container.partition_key;
                match (paths.len(), container.shared) {
                    (1..=2, false) | (1..=PartitionKey::MAX_LEVELS, true) => {}
                    (_, false) => {
                        bail!("containers.{name}.partition-key must have one path (the user) or two (tenant, user)")
                    }
                    (_, true) => bail!("containers.{name}.partition-key must have one to three paths"),
                }
                let indexes = &container.indexes;
                let own = indexes
                    .iter()
                    .enumerate()
                    .all(|(index, path)| !indexes[..index].contains(path) && !paths.contains(path));
                ensure!(
                    own && indexes.len() <= ContainerDefinition::MAX_INDEXES,
                    "containers.{name}.indexes must be up to {} different paths, none of them of the partition key",
                    ContainerDefinition::MAX_INDEXES
                );
                Ok(ContainerDefinition {
                    name: ContainerName::new(name).with_context(|| format!("containers.{name}"))?,
                    partition_paths: property_paths(paths)
                        .with_context(|| format!("containers.{name}.partition-key"))?,
                    indexes: property_paths(indexes).with_context(|| format!("containers.{name}.indexes"))?,
                })
            })
            .collect()
    }

    /// The same: first those of users' items, then the shared ones.
    pub(crate) fn containers_by_kind(&self) -> anyhow::Result<(Vec<ContainerDefinition>, Vec<ContainerDefinition>)> {
        let definitions = self.container_definitions()?.into_iter();
        Ok(definitions.partition(|definition| !self.containers[definition.name.as_str()].shared))
    }
}

fn property_paths(paths: &[String]) -> Result<Vec<PropertyPath>, PropertyPathError> {
    paths.iter().map(|path| PropertyPath::new(path)).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn definitions(container: &str) -> Result<Vec<ContainerDefinition>, String> {
        let config: Config = toml::from_str(&format!("[containers.rates]\n{container}")).unwrap();
        config.container_definitions().map_err(|error| error.to_string())
    }

    #[test]
    fn users_items_are_partitioned_by_user_or_by_tenant_and_user_and_shared_ones_as_deep_as_can_be() {
        for (container, fits) in [
            ("partition-key = [\"/a\"]", true),
            ("partition-key = [\"/a\", \"/b\"]", true),
            ("partition-key = [\"/a\", \"/b\", \"/c\"]", false),
            ("partition-key = []", false),
            ("shared = true\npartition-key = [\"/a\", \"/b\", \"/c\"]", true),
            ("shared = true\npartition-key = [\"/a\", \"/b\", \"/c\", \"/d\"]", false),
            ("shared = true\npartition-key = []", false),
        ] {
            assert_eq!(definitions(container).is_ok(), fits, "{container}");
        }
    }
}
