//! From JSON lines into a store.
//!
//! An import checks every line before it writes the first item. It writes by upsert, so that doing it again does no harm: after a
//! failure in the middle, do it again.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::body::{Body, MissingId};
use crate::error::{StoreError, TransactionError};
use crate::names::ContainerName;
use crate::operations::{MAX_ITEM_BYTES, MAX_TRANSACTION_WRITES, WriteOp};
use crate::partition::{ContainerDefinition, PartitionKey};
use crate::store::DocumentStore;

/// The longest line: the largest item, twice over for the spaces that it may have, and what is around it.
const MAX_LINE_BYTES: u64 = 2 * MAX_ITEM_BYTES as u64 + 64 * 1024;
/// How often a batch is tried while the store is busy.
const TRIES: u32 = 100;
/// What is waited between if the store doesn't say.
const RETRY_AFTER: Duration = Duration::from_millis(100);

/// An item as it is read from a line.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Given {
    container: String,
    partition: Vec<String>,
    item: Box<RawValue>,
    /// What it had where it comes from.
    #[serde(rename = "etag")]
    _etag: Option<String>,
    #[serde(rename = "ts")]
    _timestamp: Option<u64>,
}

/// Why an import failed.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file can't be read.
    #[error("`{path}` can't be read: {source}")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A line isn't one, or not one for this store. Nothing was imported.
    #[error("line {line}: {problem}; nothing was imported")]
    Line {
        /// Counted from 1.
        line: u64,
        /// What is wrong.
        problem: String,
    },
    /// The store refused an item, or failed.
    #[error(
        "line {line}: {error}; {imported} items before it are imported: once that is mended, import the file again"
    )]
    Store {
        /// The first line that isn't imported, counted from 1.
        line: u64,
        /// Why.
        #[source]
        error: StoreError,
        /// Items that were imported.
        imported: u64,
    },
}

/// Imports a file of JSON lines into a store with the containers of `definitions`, item by item over what is there. Gives how many
/// items were written to each container.
///
/// It reads the file while the runtime's thread waits: it is for a program that does nothing else.
///
/// # Errors
/// As [`ImportError`] says.
pub async fn import(
    store: &dyn DocumentStore,
    definitions: &[ContainerDefinition],
    path: &Path,
) -> Result<BTreeMap<ContainerName, u64>, ImportError> {
    let mut lines = Lines::open(path, definitions)?;
    while lines.next()?.is_some() {}
    let mut lines = Lines::open(path, definitions)?;
    let mut batch = Batch::default();
    let mut counts = BTreeMap::new();
    loop {
        let item = lines.next()?;
        if item.as_ref().is_none_or(|item| !batch.takes(item)) {
            batch.write(store, &mut counts).await?;
        }
        match item {
            Some(item) => batch.push(item),
            None => return Ok(counts),
        }
    }
}

/// A line that was checked.
struct Checked {
    line: u64,
    container: ContainerName,
    partition: PartitionKey,
    body: String,
}

/// The lines of a file.
struct Lines<'d> {
    reader: BufReader<File>,
    path: PathBuf,
    definitions: &'d [ContainerDefinition],
    line: u64,
    text: String,
}

impl<'d> Lines<'d> {
    fn open(path: &Path, definitions: &'d [ContainerDefinition]) -> Result<Self, ImportError> {
        let file = File::open(path).map_err(|source| ImportError::File {
            path: path.to_owned(),
            source,
        })?;
        Ok(Self {
            reader: BufReader::with_capacity(1 << 20, file),
            path: path.to_owned(),
            definitions,
            line: 0,
            text: String::new(),
        })
    }

    /// The next item; none at the end of the file. Empty lines are passed over.
    fn next(&mut self) -> Result<Option<Checked>, ImportError> {
        loop {
            self.line += 1;
            self.text.clear();
            let read = self.reader.by_ref().take(MAX_LINE_BYTES).read_line(&mut self.text);
            let read = read.map_err(|source| match source.kind() {
                std::io::ErrorKind::InvalidData => self.problem("it isn't UTF-8"),
                _ => ImportError::File {
                    path: self.path.clone(),
                    source,
                },
            })?;
            if read == 0 {
                return Ok(None);
            }
            if read as u64 == MAX_LINE_BYTES {
                return Err(self.problem("it is longer than any item"));
            }
            if !self.text.trim().is_empty() {
                return self.check().map(Some);
            }
        }
    }

    fn check(&self) -> Result<Checked, ImportError> {
        let given: Given = serde_json::from_str(&self.text).map_err(|error| {
            // Its line is the file's, not the one of this text.
            let text = error.to_string();
            self.problem(text.split(" at line ").next().unwrap_or(&text))
        })?;
        let definition = self
            .definitions
            .iter()
            .find(|definition| definition.name.as_str() == given.container)
            .ok_or_else(|| self.problem(&format!("no container `{}` is configured", given.container)))?;
        let wanted = definition.partition_paths.len();
        if given.partition.len() != wanted {
            return Err(self.problem(&format!(
                "the partition key of `{}` has {wanted} levels, and not {}",
                given.container,
                given.partition.len()
            )));
        }
        let partition =
            PartitionKey::hierarchical(given.partition).map_err(|error| self.problem(&error.to_string()))?;
        let body = Body::check(given.item.get(), &definition.partition_paths, MissingId::Invalid)
            .map_err(|error| self.problem(&error.to_string()))?;
        Ok(Checked {
            line: self.line,
            container: definition.name.clone(),
            partition,
            body: body.text,
        })
    }

    fn problem(&self, problem: &str) -> ImportError {
        ImportError::Line {
            line: self.line,
            problem: problem.to_owned(),
        }
    }
}

/// Items of one partition that are written together.
#[derive(Default)]
struct Batch {
    place: Option<(ContainerName, PartitionKey)>,
    writes: Vec<WriteOp>,
    lines: Vec<u64>,
    bytes: usize,
}

impl Batch {
    /// Whether an item can be written together with those that are there.
    fn takes(&self, item: &Checked) -> bool {
        let same = |(container, partition): &(ContainerName, PartitionKey)| {
            *container == item.container && *partition == item.partition
        };
        self.place.as_ref().is_none_or(same)
            && self.writes.len() < MAX_TRANSACTION_WRITES
            && self.bytes + item.body.len() <= MAX_ITEM_BYTES
    }

    fn push(&mut self, item: Checked) {
        self.bytes += item.body.len();
        self.writes.push(WriteOp::Upsert { body: item.body });
        self.lines.push(item.line);
        self.place = Some((item.container, item.partition));
    }

    /// Writes what is there, and empties the batch.
    async fn write(
        &mut self,
        store: &dyn DocumentStore,
        counts: &mut BTreeMap<ContainerName, u64>,
    ) -> Result<(), ImportError> {
        let Self {
            place, writes, lines, ..
        } = std::mem::take(self);
        let Some((container, partition)) = place else {
            return Ok(());
        };
        let mut tries = 1;
        loop {
            match store.transact(&container, &partition, &writes).await {
                Ok(_) => {
                    *counts.entry(container).or_default() += writes.len() as u64;
                    return Ok(());
                }
                Err(TransactionError {
                    error: StoreError::Throttled { retry_after_ms },
                    ..
                }) if tries < TRIES => {
                    let told = retry_after_ms.map(|wait| Duration::from_millis(wait.into()));
                    tokio::time::sleep(told.unwrap_or(RETRY_AFTER)).await;
                    tries += 1;
                }
                Err(TransactionError { index, error }) => {
                    return Err(ImportError::Store {
                        line: lines[index.unwrap_or_default()],
                        error,
                        imported: counts.values().sum(),
                    });
                }
            }
        }
    }
}
