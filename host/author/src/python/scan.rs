//! What the source of a project uses of the host.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use super::account;
use crate::build::BuildError;
use crate::environment::Environment;
use crate::process;
use crate::progress::Progress;

/// The program that reads the source: only Python knows its own syntax.
const SCAN: &str = include_str!("scan.py");

/// What the source uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Uses {
    /// The project's modules, as they are imported.
    pub(super) modules: Vec<String>,
    /// The modules of the SDK that stand for an import, each with the place where it is used first.
    pub(super) capabilities: BTreeMap<String, String>,
    /// The time of day, a stopwatch.
    pub(super) clocks: bool,
    /// Random numbers.
    pub(super) random: bool,
}

impl Uses {
    /// Reads the modules below a folder.
    ///
    /// # Errors
    /// There are none, one of them isn't Python, or one doesn't say what it uses.
    pub(super) fn of(
        sources: &Path,
        python: &Path,
        environment: &Environment,
        progress: &Progress,
    ) -> Result<Self, BuildError> {
        let scan = || {
            let mut scan = environment.command(python);
            // Nothing that is installed, or lies about, has a part in this.
            scan.args(["-I", "-c", SCAN]).arg(sources);
            scan
        };
        let Some(said) = process::answer(&mut scan()) else {
            // Once more, for what it has to say.
            process::run(&mut scan(), progress).map_err(account::shortened)?;
            return Err(BuildError::Stopped);
        };
        let uses = Self::read(&said).filter(|uses| !uses.modules.is_empty());
        uses.ok_or_else(|| BuildError::Project {
            file: sources.to_owned(),
            detail: "there is no module in it; a tool is a function of a module below src/".to_owned(),
        })
    }

    fn read(said: &str) -> Option<Self> {
        let found: Value = serde_json::from_str(said).ok()?;
        let modules = found["modules"].as_array()?;
        let capabilities = found["capabilities"].as_object()?;
        Some(Self {
            modules: modules
                .iter()
                .filter_map(|name| name.as_str().map(str::to_owned))
                .collect(),
            capabilities: capabilities
                .iter()
                .map(|(name, place)| (name.clone(), place.as_str().unwrap_or_default().to_owned()))
                .collect(),
            clocks: found["clocks"].is_string(),
            random: found["random"].is_string(),
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::fs;

    use super::*;

    /// What a project of these modules uses, or what is wrong with it.
    fn uses(modules: &[(&str, &str)]) -> Result<Uses, BuildError> {
        let folder = tempfile::tempdir().unwrap();
        let sources = folder.path().join("src");
        for (path, text) in modules {
            let path = sources.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let progress = Progress::to(std::io::sink(), false);
        Uses::of(&sources, Path::new("python3"), &Environment::of_process(), &progress)
    }

    fn capabilities(text: &str) -> Vec<String> {
        uses(&[("notes.py", text)]).unwrap().capabilities.into_keys().collect()
    }

    #[test]
    fn a_capability_is_used_however_it_is_imported() {
        for text in [
            "from usher_sdk import tool, graph",
            "from usher_sdk import graph as microsoft",
            "from usher_sdk.graph import get",
            "import usher_sdk.graph",
            "import usher_sdk.graph as g",
            "import usher_sdk\nusher_sdk.graph.get('/me')",
            "import usher_sdk as sdk\ndef f():\n    return sdk.graph.get('/me')",
            "def f():\n    from usher_sdk import graph",
        ] {
            assert_eq!(capabilities(text), ["graph"], "{text}");
        }
    }

    #[test]
    fn what_is_only_mentioned_is_not_used() {
        for text in [
            "# from usher_sdk import graph",
            "'''from usher_sdk import graph'''",
            "from usher_sdk import tool, Error, documents",
            "import graph",
            "from other import graph",
            "import typing\nif typing.TYPE_CHECKING:\n    from usher_sdk import graph",
        ] {
            assert!(capabilities(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn time_and_randomness_are_used_by_those_who_ask_for_them() {
        let both = |text: &str| {
            let uses = uses(&[("notes.py", text)]).unwrap();
            (uses.clocks, uses.random)
        };
        for text in [
            "import time",
            "from datetime import datetime\ndatetime.now()",
            "import datetime as d\nd.date.today()",
        ] {
            assert_eq!(both(text), (true, false), "{text}");
        }
        for text in [
            "import random",
            "from secrets import token_hex",
            "import uuid\nuuid.uuid4()",
            "from uuid import uuid4 as new",
            "import os\nos.urandom(4)",
        ] {
            assert_eq!(both(text), (false, true), "{text}");
        }
        for text in [
            "from datetime import date\ndate(2026, 1, 1)",
            "import uuid\nuuid.UUID(int=1)",
            "import os",
            "x.now()",
        ] {
            assert_eq!(both(text), (false, false), "{text}");
        }
    }

    #[test]
    fn all_modules_below_the_folder_belong_to_the_component() {
        let uses = uses(&[
            ("notes/__init__.py", ""),
            ("notes/reports.py", "from usher_sdk import http"),
            ("notes/__main__.py", "from usher_sdk import graph"),
            ("tools.py", "from usher_sdk import log"),
        ])
        .unwrap();
        assert_eq!(uses.modules, ["notes", "notes.reports", "tools"]);
        assert_eq!(uses.capabilities["http"], "src/notes/reports.py:1");
        assert_eq!(uses.capabilities.len(), 2);
    }

    #[test]
    fn a_source_that_does_not_say_what_it_uses_is_refused() {
        let said = |text: &str| match uses(&[("notes.py", text)]).unwrap_err() {
            BuildError::Failed { said, .. } => said,
            other => other.to_string(),
        };
        assert!(said("\nfrom usher_sdk import *").contains("src/notes.py:2: `from usher_sdk import *`"));
        let wrong = said("def broken(:\n    pass");
        assert!(
            wrong.starts_with("SyntaxError: ") && wrong.contains("(src/notes.py, line 1)"),
            "{wrong}"
        );
        assert!(uses(&[]).unwrap_err().to_string().contains("there is no module in it"));
    }
}
