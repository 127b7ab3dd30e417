//! A manifest of this workspace, in words that hold outside it.

use toml::{Table, Value};

/// Puts the workspace's values where a member's manifest says `workspace = true`, and paths where it names another vendored
/// crate. The workspace's lints are left out: they are for those who change the crate.
///
/// # Errors
/// What the manifest asks of the workspace, and the workspace doesn't have.
pub(crate) fn standing_alone(member: &str, workspace: &str, vendored: &[(&str, &str)]) -> Result<String, String> {
    let mut member: Table = member.parse().map_err(|error| format!("{error}"))?;
    let workspace: Table = workspace.parse().map_err(|error| format!("{error}"))?;
    let workspace = workspace
        .get("workspace")
        .and_then(Value::as_table)
        .ok_or("there is no [workspace]")?;
    member.remove("lints");
    if let Some(Value::Table(package)) = member.get_mut("package") {
        let shared = section(workspace, "package")?;
        for (key, value) in package {
            if is_inherited(value) {
                *value = shared
                    .get(key)
                    .cloned()
                    .ok_or_else(|| format!("the workspace has no package.{key}"))?;
            }
        }
    }
    let shared = section(workspace, "dependencies")?;
    each_dependencies(&mut member, &mut |dependencies| {
        for (name, wanted) in dependencies {
            if let Some((_, path)) = vendored.iter().find(|(vendored, _)| vendored == name) {
                *wanted = Value::Table(Table::from_iter([("path".to_owned(), Value::from(*path))]));
            } else if is_inherited(wanted) {
                *wanted = inherited(name, wanted, shared)?;
            }
        }
        Ok(())
    })?;
    toml::to_string(&member).map_err(|error| error.to_string())
}

fn section<'a>(workspace: &'a Table, name: &str) -> Result<&'a Table, String> {
    workspace
        .get(name)
        .and_then(Value::as_table)
        .ok_or_else(|| format!("there is no [workspace.{name}]"))
}

fn is_inherited(value: &Value) -> bool {
    value.get("workspace").and_then(Value::as_bool) == Some(true)
}

/// Every table of dependencies: of all targets, and of some.
fn each_dependencies(
    manifest: &mut Table,
    change: &mut impl FnMut(&mut Table) -> Result<(), String>,
) -> Result<(), String> {
    for (key, value) in manifest {
        match (key.as_str(), value) {
            ("dependencies" | "dev-dependencies" | "build-dependencies", Value::Table(dependencies)) => {
                change(dependencies)?;
            }
            ("target", Value::Table(targets)) => {
                for (_, target) in targets {
                    if let Value::Table(target) = target {
                        each_dependencies(target, change)?;
                    }
                }
            }
            _ => {}
        }
    }
    Ok(())
}

/// The workspace's entry, with the features that the member adds. <https://doc.rust-lang.org/cargo/reference/specifying-dependencies.html#inheriting-a-dependency-from-a-workspace>
fn inherited(name: &str, wanted: &Value, shared: &Table) -> Result<Value, String> {
    let mut value = shared
        .get(name)
        .cloned()
        .ok_or_else(|| format!("the workspace has no dependency {name}"))?;
    if value.get("path").is_some() {
        return Err(format!("{name} is a crate of the workspace that isn't vendored"));
    }
    let Value::Table(wanted) = wanted else {
        return Ok(value);
    };
    if let Value::String(version) = &value {
        value = Value::Table(Table::from_iter([(
            "version".to_owned(),
            Value::from(version.as_str()),
        )]));
    }
    let Value::Table(entry) = &mut value else {
        return Err(format!("the workspace's {name} is neither a version nor a table"));
    };
    for (key, addition) in wanted {
        match (key.as_str(), addition) {
            ("workspace", _) => {}
            ("features", Value::Array(more)) => match entry.get_mut("features") {
                Some(Value::Array(features)) => features.extend(more.iter().cloned()),
                _ => {
                    entry.insert(key.clone(), addition.clone());
                }
            },
            ("optional", _) => {
                entry.insert(key.clone(), addition.clone());
            }
            _ => return Err(format!("{name} has a key `{key}` that isn't carried over")),
        }
    }
    Ok(value)
}
