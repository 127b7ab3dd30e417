//! `usher new`: a project that builds.

use std::path::PathBuf;

use clap::Args;
use usher_author::{Language, ProjectName};

/// `usher new`.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The project's name: lower-case words joined by hyphens.
    #[arg(value_name = "NAME")]
    name: ProjectName,
    /// The language: rust, python or js (JavaScript and TypeScript).
    #[arg(long, value_name = "LANGUAGE")]
    lang: Language,
    /// The folder to make. Default: NAME, here.
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

/// Makes the project and says what to do next.
///
/// # Errors
/// The folder has something in it, or can't be made.
pub(crate) fn run(arguments: Arguments) -> anyhow::Result<()> {
    let Arguments { name, lang, dir } = arguments;
    let folder = dir.unwrap_or_else(|| PathBuf::from(name.as_str()));
    usher_author::create(&folder, &name, lang)?;
    println!(
        "{} is a project in {lang}, with two tools. What next:",
        folder.display()
    );
    println!("  cd {} && usher dev --source .", folder.display());
    println!("  open the folder in VS Code, press Start in .vscode/mcp.json, and choose who you are");
    println!("  change a tool and save: the next call runs what you saved");
    // Said now rather than after the first build.
    for missing in lang.missing(&usher_author::Environment::of_process()) {
        eprintln!("This machine lacks {missing}");
    }
    Ok(())
}
