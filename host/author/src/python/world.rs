//! The world of a component: what it exports, and the interfaces that its source uses.

use std::path::Path;

use super::scan::Uses;
use super::wasi;
use crate::build::BuildError;
use crate::embedded::PYTHON_SDK;

/// The world's name.
pub(super) const NAME: &str = "component";

/// Writes the world and the packages that it names, as a folder of WIT.
///
/// The contract is that of the project's SDK, so that a newer host doesn't change what a project imports. In a checkout of the
/// host, where the SDK has none of its own, it is this program's.
pub(super) fn write(folder: &Path, package: &Path, uses: &Uses) -> Result<(), BuildError> {
    file(&folder.join("world.wit"), text(uses))?;
    let own = package.join("wit");
    for (path, embedded) in PYTHON_SDK {
        let Some(within) = path.strip_prefix("wit/").filter(|path| path.ends_with(".wit")) else {
            continue;
        };
        let to = folder.join("deps").join(within);
        if own.is_dir() {
            file(&to, super::read(&own.join(within))?)?;
        } else {
            file(&to, embedded)?;
        }
    }
    for (name, text) in wasi::packages(uses) {
        file(&folder.join("deps").join(name).join("package.wit"), text)?;
    }
    Ok(())
}

fn text(uses: &Uses) -> String {
    let mut world = format!("package usher:project;\n\nworld {NAME} {{\n  include usher:tool/tool-provider@0.1.0;\n");
    // Faults go to the log.
    world.push_str("  import usher:host/log@0.1.0;\n");
    for capability in uses.capabilities.keys().filter(|name| *name != "log") {
        world.push_str(&format!(
            "  import usher:host/{}@0.1.0;\n",
            capability.replace('_', "-")
        ));
    }
    for import in wasi::imports(uses) {
        world.push_str(&format!("  import {import};\n"));
    }
    world.push_str("}\n");
    world
}

fn file(path: &Path, text: impl AsRef<[u8]>) -> Result<(), BuildError> {
    if let Some(parent) = path.parent() {
        super::make_folder(parent)?;
    }
    super::write(path, text)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::fs;

    use super::*;

    fn uses(capabilities: &[&str], clocks: bool, random: bool) -> Uses {
        Uses {
            modules: vec!["notes".to_owned()],
            capabilities: capabilities
                .iter()
                .map(|name| (name.to_string(), String::new()))
                .collect(),
            clocks,
            random,
        }
    }

    #[test]
    fn a_world_has_what_the_source_uses_and_nothing_else() {
        let world = text(&uses(&["log", "my_documents"], false, false));
        let imports: Vec<_> = world
            .lines()
            .filter_map(|line| line.trim().strip_prefix("import "))
            .collect();
        assert_eq!(imports, ["usher:host/log@0.1.0;", "usher:host/my-documents@0.1.0;"]);
        let world = text(&uses(&[], true, true));
        assert_eq!(world.matches("clock@").count(), 2, "{world}");
        assert_eq!(world.matches("random@").count(), 1, "{world}");
    }

    #[test]
    fn the_contract_is_the_sdks_own_where_it_has_one() {
        let folder = tempfile::tempdir().unwrap();
        let (wit, package) = (folder.path().join("wit"), folder.path().join("usher_sdk"));
        write(&wit, &package, &uses(&[], false, false)).unwrap();
        assert!(
            fs::read_to_string(wit.join("deps/tool/worlds.wit"))
                .unwrap()
                .contains("tool-provider")
        );
        for (path, _) in PYTHON_SDK.iter().filter(|(path, _)| path.starts_with("wit/")) {
            file(&package.join(path), "// its own").unwrap();
        }
        write(&wit, &package, &uses(&[], false, false)).unwrap();
        assert_eq!(
            fs::read_to_string(wit.join("deps/tool/worlds.wit")).unwrap(),
            "// its own"
        );
    }
}
