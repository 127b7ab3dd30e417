//! Containers that nobody has to configure on a laptop.

use std::path::Path;

use usher_policy::Grant;

use super::{Config, Container};

/// What the sample of the field is partitioned by: the person.
const PARTITION_KEY: &str = "/user_id";
/// What shared containers are partitioned by, as deep as the grant's partition is.
const SHARED_PARTITION_KEY: [&str; 3] = ["/kind", "/kind_2", "/kind_3"];

impl Config {
    /// Adds the containers that the grants of a folder name and that aren't configured: those of users' items partitioned
    /// by the person, and shared ones. A grant that doesn't read adds nothing; loading its component says why.
    pub(crate) fn add_containers_of_grants(&mut self, tools: &Path) {
        let files = std::fs::read_dir(tools)
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| entry.path());
        let grants = files.filter(|path| path.to_string_lossy().ends_with(".grant.toml"));
        for text in grants.filter_map(|path| std::fs::read_to_string(path).ok()) {
            self.add_containers_of_grant(&text);
        }
    }

    /// The same for the text of one grant.
    pub(crate) fn add_containers_of_grant(&mut self, text: &str) {
        let Ok(grant) = Grant::parse(text) else {
            return;
        };
        for name in grant.containers() {
            self.containers.entry(name.to_owned()).or_insert_with(|| Container {
                partition_key: vec![PARTITION_KEY.to_owned()],
                shared: false,
                indexes: Vec::new(),
            });
        }
        for granted in grant.shared_containers() {
            let paths = SHARED_PARTITION_KEY.iter().take(granted.partition.len());
            self.containers
                .entry(granted.name.clone())
                .or_insert_with(|| Container {
                    partition_key: paths.map(|path| (*path).to_owned()).collect(),
                    shared: true,
                    indexes: Vec::new(),
                });
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_containers_of_grants_are_of_the_kind_that_the_grants_say_and_configured_ones_stay() {
        let folder = tempfile::tempdir().unwrap();
        let grant = r#"
            [capabilities]
            my-documents = { containers = ["notes"] }
            all-documents = { containers = ["expenses"] }
            shared-documents = { containers = [{ name = "rates", partition = "eur" }, { name = "texts", partition = ["de", "a"] }] }
        "#;
        std::fs::write(folder.path().join("tool.grant.toml"), grant).unwrap();
        let mut config: Config = toml::from_str("[containers.expenses]\npartition-key = [\"/tid\", \"/oid\"]").unwrap();
        config.add_containers_of_grants(folder.path());
        let (users, shared) = config.containers_by_kind().unwrap();
        let levels = |definitions: &[usher_documents::ContainerDefinition]| -> Vec<(String, usize)> {
            let level = |definition: &usher_documents::ContainerDefinition| {
                (definition.name.to_string(), definition.partition_paths.len())
            };
            definitions.iter().map(level).collect()
        };
        assert_eq!(levels(&users), [("expenses".to_owned(), 2), ("notes".to_owned(), 1)]);
        assert_eq!(levels(&shared), [("rates".to_owned(), 1), ("texts".to_owned(), 2)]);
    }
}
