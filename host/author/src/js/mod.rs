//! JavaScript and TypeScript: one module of the project's, and QuickJS with it, in one component.
//!
//! The SDK brings the build (`usher-sdk build`), which runs on Node.js; the project brings what the build is made of, in the exact
//! versions of its package.json, as `npm install` put them there. So this module starts one program and knows nothing of
//! bundles and schemas.
//!
//! The SDK is looked for where Node.js looks for packages: in `node_modules` of the project's folder and of those above it.

mod node;

use std::fs;
use std::path::{Path, PathBuf};

use crate::build::BuildError;
use crate::embedded::{JS_SDK, JS_TEMPLATE};
use crate::environment::Environment;
use crate::missing::Missing;
use crate::name::ProjectName;
use crate::process;
use crate::progress::Progress;
use crate::project::Project;
use crate::template::{self, File};

/// The SDK's command line, in a folder of packages.
const SDK: &str = "usher-sdk/build/main.js";

/// What a new project has besides what all have.
pub(crate) fn files(name: &ProjectName) -> Vec<File> {
    let mut files = template::rendered(JS_TEMPLATE, name);
    files.extend(template::vendored(JS_SDK, "vendor/usher-sdk"));
    files
}

/// What this machine lacks. What the project's own package.json names may be installed, which only [`build`] can see.
pub(crate) fn missing(environment: &Environment) -> Vec<Missing> {
    node::missing(environment)
}

/// Folders that its tools write.
pub(crate) fn not_sources() -> &'static [&'static str] {
    &["node_modules"]
}

/// Builds the component.
pub(crate) fn build(project: &Project, environment: &Environment, progress: &Progress) -> Result<PathBuf, BuildError> {
    let sdk = sdk_of(project.folder()).ok_or_else(|| {
        BuildError::Missing(vec![Missing::new(
            "the packages of the project's package.json",
            format!("npm install    (in {})", project.folder().display()),
        )])
    })?;
    let target = project.folder().join("target");
    fs::create_dir_all(&target).map_err(|source| BuildError::File {
        path: target.clone(),
        what: "made",
        source,
    })?;
    let component = target.join(format!("{}.wasm", project.name()));
    progress.doing(&format!("building {} with QuickJS", project.name()));
    let mut build = environment.command(node::program(environment).unwrap_or("node".into()));
    build
        .arg(&sdk)
        .args(["build", "--project"])
        .arg(project.folder())
        .arg("--out")
        .arg(&component);
    process::run(&mut build, progress)?;
    if component.is_file() {
        Ok(component)
    } else {
        Err(BuildError::NoComponent {
            component,
            advice: "the SDK in node_modules isn't the one of vendor/usher-sdk: run `npm install`",
        })
    }
}

/// The SDK's command line, in the nearest folder of packages that has it.
fn sdk_of(folder: &Path) -> Option<PathBuf> {
    folder
        .ancestors()
        .map(|folder| folder.join("node_modules").join(SDK))
        .find(|file| file.is_file())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_new_project_names_exact_versions_and_no_registry() {
        let files = files(&"team-notes".parse().unwrap());
        let text = |path: &str| &files.iter().find(|file| file.path == path).unwrap().text;
        let package: serde_json::Value = serde_json::from_str(text("package.json")).unwrap();
        assert_eq!(package["name"], "team-notes");
        for (name, version) in package["devDependencies"].as_object().unwrap() {
            let version = version.as_str().unwrap();
            let exact = version.starts_with(|first: char| first.is_ascii_digit());
            assert!(exact || version == "file:vendor/usher-sdk", "{name}: {version}");
        }
        assert!(text(".npmrc").contains("omit-lockfile-registry-resolved=true"));
        assert!(files.iter().all(|file| file.path != "package-lock.json"));
    }

    #[test]
    fn a_new_project_has_the_whole_sdk() {
        let files = files(&"team-notes".parse().unwrap());
        for path in [
            "package.json",
            "build/main.js",
            "src/index.ts",
            "src/host/graph.ts",
            "wit/tool/tools.wit",
        ] {
            let path = format!("vendor/usher-sdk/{path}");
            assert!(files.iter().any(|file| file.path == path), "{path}");
        }
    }

    #[test]
    fn packages_are_looked_for_where_node_looks() {
        let root = tempfile::tempdir().unwrap();
        let project = root.path().join("tools/notes");
        fs::create_dir_all(&project).unwrap();
        assert_eq!(sdk_of(&project), None);
        let above = root.path().join("node_modules").join(SDK);
        fs::create_dir_all(above.parent().unwrap()).unwrap();
        fs::write(&above, "").unwrap();
        assert_eq!(sdk_of(&project), Some(above));
    }
}
