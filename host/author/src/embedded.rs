//! The SDKs and the templates, taken into the program when it is compiled (`build/main.rs` says from where).

/// A folder: the paths of its files, with `/`, and their texts.
pub(crate) type Folder = &'static [(&'static str, &'static str)];

include!(concat!(env!("OUT_DIR"), "/embedded.rs"));

/// How a manifest of the workspace is put into words that hold outside it: the same code, for its tests.
#[cfg(test)]
#[path = "../build/manifest.rs"]
mod manifest;

/// How a project's lock file is made: the same code, for its tests.
#[cfg(test)]
#[path = "../build/lock.rs"]
mod lock;

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const WORKSPACE: &str = r#"
        [workspace.package]
        version = "0.1.0"
        edition = "2024"
        [workspace.dependencies]
        serde = { version = "1", features = ["derive"] }
        talc = "5.1"
        usher-sdk-macros = { path = "tools/sdk/macros" }
        usher-policy = { path = "host/policy" }
    "#;

    fn alone(member: &str) -> Result<toml::Table, String> {
        let text = manifest::standing_alone(member, WORKSPACE, &[("usher-sdk-macros", "macros")])?;
        Ok(text.parse().unwrap())
    }

    #[test]
    fn a_vendored_manifest_needs_no_workspace() {
        let alone = alone(
            r#"
                [package]
                name = "usher-sdk"
                version.workspace = true
                edition.workspace = true
                [lints]
                workspace = true
                [dependencies]
                serde = { workspace = true, features = ["rc"] }
                usher-sdk-macros.workspace = true
                [target.'cfg(target_family = "wasm")'.dependencies]
                talc.workspace = true
            "#,
        )
        .unwrap();
        assert_eq!(alone["package"]["version"].as_str(), Some("0.1.0"));
        assert_eq!(
            alone["dependencies"]["usher-sdk-macros"]["path"].as_str(),
            Some("macros")
        );
        assert_eq!(alone["dependencies"]["serde"]["features"].as_array().unwrap().len(), 2);
        let target = &alone["target"]["cfg(target_family = \"wasm\")"];
        assert_eq!(target["dependencies"]["talc"]["version"].as_str(), Some("5.1"));
        assert!(!alone.to_string().contains("workspace"), "{alone}");
    }

    #[test]
    fn what_a_vendored_crate_would_miss_is_an_error() {
        for (dependencies, error) in [
            ("rand.workspace = true", "no dependency rand"),
            ("usher-policy.workspace = true", "isn't vendored"),
            ("serde = { workspace = true, package = \"x\" }", "`package`"),
        ] {
            let refused = alone(&format!("[dependencies]\n{dependencies}")).unwrap_err();
            assert!(refused.contains(error), "{refused}");
        }
    }

    #[test]
    fn no_manifest_that_is_embedded_needs_a_workspace() {
        let manifests: Vec<_> = RUST_SDK
            .iter()
            .filter(|(path, _)| path.ends_with("Cargo.toml"))
            .collect();
        assert_eq!(manifests.len(), 2, "the SDK and its macros");
        for (path, text) in manifests {
            assert!(!text.contains("workspace"), "{path}: {text}");
            assert!(text.parse::<toml::Table>().is_ok(), "{path}");
        }
    }

    #[test]
    fn a_lock_file_holds_what_is_needed_and_nothing_else() {
        let whole = r#"
            version = 4
            [[package]]
            name = "a"
            version = "1.0.0"
            source = "registry"
            checksum = "aa"
            dependencies = ["b 1.0.0", "c"]
            [[package]]
            name = "b"
            version = "1.0.0"
            [[package]]
            name = "b"
            version = "2.0.0"
            [[package]]
            name = "c"
            version = "1.0.0"
            [[package]]
            name = "d"
            version = "1.0.0"
        "#;
        let part: toml::Table = lock::of_project(whole, &["a"]).parse().unwrap();
        let packages = part["package"].as_array().unwrap();
        let names: Vec<_> = packages
            .iter()
            .map(|package| package["name"].as_str().unwrap())
            .collect();
        assert_eq!(names, ["a", "b", "c", "{{name}}"]);
        // With one `b` left, cargo names it without its version.
        assert_eq!(packages[0]["dependencies"].as_array().unwrap()[0].as_str(), Some("b"));
        assert_eq!(packages[1]["version"].as_str(), Some("1.0.0"));
    }

    #[test]
    fn every_sdk_comes_with_its_contract() {
        for sdk in [RUST_SDK, PYTHON_SDK, JS_SDK] {
            assert!(sdk.iter().any(|(path, _)| *path == "wit/tool/worlds.wit"));
        }
    }
}
