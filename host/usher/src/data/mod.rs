//! `usher data`: copies of the documents, and the way in and out.
//!
//! A backup and an export of the embedded store are made beside a host that runs: they read one moment of the store, and hold nobody
//! up. An import needs the store for itself, so the host is stopped first.
//!
//! Where the configuration has documents in Azure Cosmos DB, an import goes there and an export comes from there, beside hosts that
//! run: that is the way from a machine's store to the service, and back. The service has backups of its own. The data folder that `--data` names is an embedded store, whatever the configuration says.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, ensure};
use usher_documents::{
    ContainerDefinition, ContainerName, DocumentStore, EmbeddedSettings, EmbeddedStore, OpenError, Snapshot, import,
};

use crate::cli::{DataArguments, DataCommand};
use crate::config::{self, Backend, Config};
use crate::documents;

/// Does what the command says, and says what was done.
///
/// # Errors
/// What can't be read, made or imported.
pub(crate) async fn run(command: DataCommand) -> anyhow::Result<()> {
    match command {
        DataCommand::Backup { file, force, from } => {
            let config = configuration(&from)?;
            ensure!(
                config.documents.backend == Backend::Embedded,
                "the documents of this configuration are in Azure Cosmos DB, which has backups of its own; for an embedded store name its folder with --data"
            );
            let bytes = Snapshot::open(&config.data)?.back_up(&file, force)?;
            println!("backed up to {} ({bytes} bytes)", file.display());
            println!(
                "To restore it: stop the host and put it in the data folder as documents.db, without the files -wal and -shm."
            );
        }
        DataCommand::Export { file, force, from } => {
            let config = configuration(&from)?;
            let counts = match config.documents.backend {
                Backend::Embedded => Snapshot::open(&config.data)?.export(&file, force)?,
                Backend::Cosmos => documents::export_cosmos(&config, &file, force).await?,
            };
            report("exported", &counts);
        }
        DataCommand::Import { file, into } => {
            let config = configuration(&into)?;
            let counts = match config.documents.backend {
                Backend::Embedded => import_into_folder(&config, &file).await?,
                Backend::Cosmos => {
                    import_all(
                        &*documents::open(&config).await?,
                        &config.container_definitions()?,
                        &file,
                    )
                    .await?
                }
            };
            report("imported", &counts);
        }
    }
    Ok(())
}

/// The configuration; with the store of a data folder, if that was asked for.
fn configuration(arguments: &DataArguments) -> anyhow::Result<Config> {
    let mut config = config::load(arguments.config.as_deref())?;
    if let Some(data) = &arguments.data {
        config.data.clone_from(data);
        config.documents.backend = Backend::Embedded;
    }
    Ok(config)
}

async fn import_into_folder(config: &Config, file: &Path) -> anyhow::Result<BTreeMap<ContainerName, u64>> {
    let containers = containers(config)?;
    let store = match EmbeddedStore::open(EmbeddedSettings::new(&config.data, containers.clone())) {
        Err(error @ OpenError::InUse { .. }) => {
            return Err(error).context("an import needs the store for itself: stop the host first");
        }
        opened => opened?,
    };
    import_all(&store, &containers, file).await
}

async fn import_all(
    store: &dyn DocumentStore,
    containers: &[ContainerDefinition],
    file: &Path,
) -> anyhow::Result<BTreeMap<ContainerName, u64>> {
    let imported = import(store, containers, file).await;
    store.close().await;
    Ok(imported?)
}

/// The containers that are configured, and those that the store has besides: a development host makes them from grants.
fn containers(config: &Config) -> anyhow::Result<Vec<ContainerDefinition>> {
    let mut containers = config.container_definitions()?;
    let stored = match Snapshot::open(&config.data) {
        Ok(snapshot) => snapshot.containers()?,
        Err(OpenError::File { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => Vec::new(),
        Err(error) => return Err(error.into()),
    };
    for definition in stored {
        if containers.iter().all(|configured| configured.name != definition.name) {
            containers.push(definition);
        }
    }
    Ok(containers)
}

fn report(done: &str, counts: &BTreeMap<ContainerName, u64>) {
    for (container, count) in counts {
        println!("{container}: {count}");
    }
    println!("{done}: {} items", counts.values().sum::<u64>());
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use usher_documents::{PartitionKey, PropertyPath};

    fn of(data: &Path) -> Config {
        Config {
            data: data.to_owned(),
            ..Config::default()
        }
    }

    /// A store as a development host leaves it: its container is in no configuration.
    fn store(data: &Path) -> EmbeddedStore {
        let definition = ContainerDefinition {
            name: ContainerName::new("expenses").unwrap(),
            partition_paths: vec![PropertyPath::new("/user_id").unwrap()],
            indexes: vec![PropertyPath::new("/date").unwrap()],
        };
        EmbeddedStore::open(EmbeddedSettings::new(data, vec![definition])).unwrap()
    }

    #[tokio::test]
    async fn items_go_from_one_store_to_another_once_its_host_has_stopped() {
        let (from, to) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (running, name) = (store(from.path()), ContainerName::new("expenses").unwrap());
        let owner = PartitionKey::single("someone").unwrap();
        let body = r#"{"id":"lunch","date":"2026-11-22"}"#;
        running.create(&name, &owner, body).await.unwrap();
        let file = from.path().join("export.jsonl");
        let counts = Snapshot::open(from.path()).unwrap().export(&file, false).unwrap();

        let unknown = import_into_folder(&of(to.path()), &file).await.unwrap_err();
        assert!(
            format!("{unknown:#}").contains("no container `expenses`"),
            "{unknown:#}"
        );
        let other = store(to.path());
        let busy = import_into_folder(&of(to.path()), &file).await.unwrap_err();
        assert!(busy.to_string().contains("stop the host first"), "{busy:#}");
        other.close().await;
        assert_eq!(import_into_folder(&of(to.path()), &file).await.unwrap(), counts);
        // The container is as it was, its indexes included.
        let kept = Snapshot::open(to.path()).unwrap().containers().unwrap();
        assert_eq!(kept, Snapshot::open(from.path()).unwrap().containers().unwrap());
        let other = store(to.path());
        let item = other
            .read(&name, &owner, &usher_documents::ItemId::new("lunch").unwrap())
            .await
            .unwrap();
        assert_eq!(item.body, body);
    }
}
