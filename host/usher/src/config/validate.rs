//! What can be said about a configuration without starting anything.

use anyhow::{Context, bail, ensure};
use usher_documents::{ContainerDefinition, ContainerName, PropertyPath};

use super::Config;

impl Config {
    /// Checks ranges and names; what depends on other machines isn't asked.
    pub(super) fn validate(&self) -> anyhow::Result<()> {
        self.container_definitions()?;
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
            self.graph.membership_seconds <= 3_600,
            "graph.membership-seconds must be at most 3600: who leaves a group keeps its tools for that long"
        );
        if let Some(entra) = &self.entra {
            entra.cloud()?;
        }
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
                if paths.is_empty() || paths.len() > 2 {
                    bail!("containers.{name}.partition-key must have one path (the user) or two (tenant, user)");
                }
                Ok(ContainerDefinition {
                    name: ContainerName::new(name).with_context(|| format!("containers.{name}"))?,
                    partition_paths: paths
                        .iter()
                        .map(|path| PropertyPath::new(path))
                        .collect::<Result<_, _>>()
                        .with_context(|| format!("containers.{name}.partition-key"))?,
                })
            })
            .collect()
    }
}
