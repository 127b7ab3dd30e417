//! `usher build`: from a project to a component and its grant.

use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;
use usher_author::{Environment, Progress, Project};

/// `usher build`.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The project's folder.
    #[arg(value_name = "DIR", default_value = ".")]
    dir: PathBuf,
}

/// Builds the project, and says what was made, what it can do, and what to do next.
///
/// # Errors
/// What is missing, what the compiler refused (it has said so itself), or what can't be written.
pub(crate) fn run(arguments: Arguments) -> anyhow::Result<()> {
    let project = Project::open(&arguments.dir)?;
    let built = usher_author::build(&project, &Environment::of_process(), &Progress::on_terminal())
        .with_context(|| format!("{} isn't built", project.name()))?;
    println!("{}  {}", near(&built.component).display(), size(&built.component)?);
    println!("{}", near(&built.grant).display());
    let imports: Vec<_> = usher_author::imports(&built.component)?
        .into_iter()
        .filter(|import| !import.functions.is_empty())
        .collect();
    println!("It imports this and can do no more, of which the grant gives what it gives:");
    let width = imports.iter().map(|import| import.interface.len()).max().unwrap_or(0);
    for import in &imports {
        println!("  {:width$}  {}", import.interface, import.functions.join(", "));
    }
    println!("To try it: usher dev --source {}", arguments.dir.display());
    Ok(())
}

/// A path as it is shorter to read: from here, if it is below.
fn near(path: &Path) -> PathBuf {
    std::env::current_dir()
        .ok()
        .and_then(|here| path.strip_prefix(here.canonicalize().ok()?).ok())
        .unwrap_or(path)
        .to_owned()
}

/// As people read sizes: 81 KB, 18.5 MB.
fn size(file: &Path) -> anyhow::Result<String> {
    let bytes = std::fs::metadata(file)
        .with_context(|| format!("{} can't be read", file.display()))?
        .len();
    Ok(if bytes < 1_000_000 {
        format!("{} KB", bytes.div_ceil(1000))
    } else {
        format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000)
    })
}
