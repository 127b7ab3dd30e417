//! `usher compile`: the compiled forms of a folder's components, for an image.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context;
use clap::Args;
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use usher_runtime::{CacheSettings, Precompiled, Precompiler, Source};

use crate::config;

/// `usher compile`.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The folder of components.
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
    /// Where the compiled forms go, for an image: everybody may read them, and a host finds them there by the key
    /// `compile-cache.prebuilt`. Without it they go where the host keeps its own.
    #[arg(long, value_name = "DIR")]
    pub cache: Option<PathBuf>,
    /// The configuration, for its data folder. Without it, environment variables alone.
    #[arg(long, value_name = "FILE", conflicts_with = "cache")]
    pub config: Option<PathBuf>,
    /// Prints one JSON object.
    #[arg(long)]
    pub json: bool,
}

/// What became of a component.
struct Row {
    file: PathBuf,
    result: Result<Precompiled, String>,
    took: Duration,
}

/// Compiles every component of a folder, and prints a line for each. Exits with 1 if one can't be compiled.
///
/// # Errors
/// The configuration is wrong, or a folder can't be used.
pub(crate) async fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let settings = settings(&arguments)?;
    let cache = settings.folder.clone().unwrap_or_default();
    let files = usher_registry::components(&arguments.folder)
        .with_context(|| format!("the folder {} can't be read", arguments.folder.display()))?;
    let precompiler = Arc::new(Precompiler::open(&settings)?);
    let rows = compile(&precompiler, files).await;
    let failed = rows.iter().filter(|row| row.result.is_err()).count();
    if arguments.json {
        let components: Vec<Value> = rows.iter().map(Row::json).collect();
        println!(
            "{:#}",
            json!({ "cache": cache, "components": components, "failed": failed })
        );
    } else {
        for row in &rows {
            println!("{}", row.text());
        }
        println!(
            "{} components, {failed} of them not compiled; in {}",
            rows.len(),
            cache.display()
        );
    }
    if arguments.cache.is_some() && failed < rows.len() {
        eprintln!(
            "usher: a host takes them with [compile-cache] prebuilt = {:?}, if it is this version on this kind of processor",
            absolute(&cache)
        );
    }
    Ok(if failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Where to.
fn settings(arguments: &Arguments) -> anyhow::Result<CacheSettings> {
    if let Some(cache) = &arguments.cache {
        return Ok(CacheSettings {
            folder: Some(cache.clone()),
            prebuilt: None,
            // Nothing of an image's is thrown away.
            max_bytes: u64::MAX,
            readable: true,
        });
    }
    let config = config::load(arguments.config.as_deref())?;
    Ok(config.compile_cache(&config.data))
}

/// On all processors, in the order of the files' names.
async fn compile(precompiler: &Arc<Precompiler>, files: Vec<PathBuf>) -> Vec<Row> {
    let total = files.len();
    let processors = std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get);
    let places = Arc::new(Semaphore::new(processors));
    let mut running = JoinSet::new();
    for file in files {
        let (precompiler, places) = (Arc::clone(precompiler), Arc::clone(&places));
        running.spawn(async move {
            let _place = places.acquire_owned().await;
            tokio::task::spawn_blocking(move || Row::of(&precompiler, file)).await
        });
    }
    let mut rows: Vec<Row> = Vec::new();
    while let Some(row) = running.join_next().await {
        // A component that makes the compiler panic has said so on standard error.
        rows.extend(row.ok().and_then(Result::ok));
        eprintln!("usher: {} of {total} components", rows.len());
    }
    rows.sort_by(|one, other| one.file.cmp(&other.file));
    rows
}

impl Row {
    fn of(precompiler: &Precompiler, file: PathBuf) -> Self {
        let begun = Instant::now();
        let source = Source::read_with(&file, None).map_err(|error| error.to_string());
        let result = source.and_then(|source| precompiler.precompile(&source).map_err(|error| error.to_string()));
        Self {
            file,
            result,
            took: begun.elapsed(),
        }
    }

    fn name(&self) -> String {
        self.file.file_name().unwrap_or_default().to_string_lossy().into_owned()
    }

    #[allow(clippy::cast_precision_loss, reason = "shown with one digit after the point")]
    fn text(&self) -> String {
        match &self.result {
            Ok(Precompiled::Already) => format!("{} was compiled already", self.name()),
            Ok(Precompiled::Now { bytes }) => format!(
                "{} is compiled: {:.1} MiB in {:.1} s",
                self.name(),
                *bytes as f64 / f64::from(1 << 20),
                self.took.as_secs_f64()
            ),
            Err(error) => format!("{} is not compiled: {error}", self.name()),
        }
    }

    fn json(&self) -> Value {
        let mut row =
            json!({ "file": self.name(), "milliseconds": u64::try_from(self.took.as_millis()).unwrap_or(u64::MAX) });
        match &self.result {
            Ok(Precompiled::Already) => row["state"] = json!("already"),
            Ok(Precompiled::Now { bytes }) => {
                row["state"] = json!("compiled");
                row["bytes"] = json!(bytes);
            }
            Err(error) => {
                row["state"] = json!("failed");
                row["reason"] = json!(error);
            }
        }
        row
    }
}

fn absolute(folder: &Path) -> PathBuf {
    folder.canonicalize().unwrap_or_else(|_| folder.to_owned())
}
