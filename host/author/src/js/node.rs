//! Node.js, which the build runs on.

use std::path::PathBuf;

use crate::environment::Environment;
use crate::missing::Missing;
use crate::process;

/// Names another Node.js than the one on `PATH`.
const VARIABLE: &str = "USHER_NODE";

/// The oldest that esbuild, TypeScript, componentize-qjs and the SDK run on.
const OLDEST: u32 = 20;

/// What this machine lacks.
pub(super) fn missing(environment: &Environment) -> Vec<Missing> {
    let how = format!(
        "install it from https://nodejs.org/en/download, or with the system's package manager; {VARIABLE} names one that isn't on PATH"
    );
    let Some(node) = program(environment) else {
        return vec![Missing::new(format!("Node.js {OLDEST} or newer, with npm"), how)];
    };
    let said = process::answer(environment.command(&node).arg("--version")).unwrap_or_default();
    match major(&said) {
        Some(version) if version >= OLDEST => Vec::new(),
        _ => vec![Missing::new(
            format!(
                "Node.js {OLDEST} or newer, with npm ({} says that it is `{}`)",
                node.display(),
                said.trim()
            ),
            how,
        )],
    }
}

/// The program.
pub(super) fn program(environment: &Environment) -> Option<PathBuf> {
    environment.program(environment.variable(VARIABLE).unwrap_or("node".as_ref()))
}

/// 22 of `v22.23.2`.
fn major(version: &str) -> Option<u32> {
    version.trim().strip_prefix('v')?.split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_read() {
        assert_eq!(major("v22.23.2\n"), Some(22));
        assert_eq!(major("v9.0.0"), Some(9));
        assert_eq!(major("deno 2.0"), None);
    }

    #[cfg(unix)]
    #[test]
    fn what_is_missing_is_named_with_what_to_do() {
        let nothing = Environment::of([("PATH".into(), "/nowhere".into())]);
        let [missing] = &missing(&nothing)[..] else {
            panic!("Node.js is missing")
        };
        assert!(missing.what.starts_with("Node.js 20"), "{missing}");
        let other = Environment::of([("USHER_NODE".into(), "/bin/echo".into())]);
        let [missing] = &super::missing(&other)[..] else {
            panic!("echo is no Node.js")
        };
        assert!(missing.what.contains("/bin/echo says that it is"), "{missing}");
    }
}
