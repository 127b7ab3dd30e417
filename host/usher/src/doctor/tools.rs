//! The folder of tools: what `usher check` says, in a line.

use std::path::Path;

use anyhow::Context as _;
use usher_runtime::Catalog;

use super::finding::{Finding, Trouble};
use super::target::Target;
use super::words;
use crate::stack::Stack;

/// The name of the finding.
pub(super) const NAME: &str = "tools";

/// Loads every component of the folder that is configured, or of `instead`, over a store of its own.
pub(super) async fn check(target: &Target, instead: Option<&Path>) -> Finding {
    if target.is_development_host() && instead.is_none() {
        return Finding::skipped(
            NAME,
            "a development host doesn't say which folder it serves; give it with --tools",
        );
    }
    let folder = instead.unwrap_or(&target.config.tools);
    match load(target, folder).await {
        Ok(catalog) => judge(folder, &catalog),
        Err(error) => {
            let fix = "Correct the folder, the key or the file that the message names; `usher check` shows the same.";
            let wrong = words::sentence(&format!("{error:#}"));
            Finding::failed(NAME, folder.display().to_string(), Trouble::new(wrong, fix))
        }
    }
}

async fn load(target: &Target, folder: &Path) -> anyhow::Result<Catalog> {
    let mut config = target.config.clone();
    if target.is_development_host() {
        config.add_containers_of_grants(folder);
    }
    let scratch = tempfile::tempdir().context("no temporary folder can be made")?;
    let stack = Stack::scratch(&config, scratch.path(), &target.downstream()?, target.groups()?)?;
    let catalog = stack.load(folder).await;
    stack.close().await;
    catalog
}

fn judge(folder: &Path, catalog: &Catalog) -> Finding {
    let refused: Vec<String> = catalog
        .refused()
        .iter()
        .map(|refusal| {
            refusal
                .file
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    let served = words::count(catalog.tools().len(), "tool");
    let says = format!("{served} served from {}", folder.display());
    if !refused.is_empty() {
        let number = words::count(refused.len(), "component");
        let wrong = format!("{number} can't be served: {}.", refused.join(", "));
        let fix =
            "Run `usher check` with the same configuration: it says why for each, and what to write into a grant.";
        return Finding::failed(NAME, says, Trouble::new(wrong, fix));
    }
    if catalog.tools().is_empty() {
        return Finding::warning(NAME, says, "Clients will find nothing to call.");
    }
    Finding::ok(NAME, says)
}
