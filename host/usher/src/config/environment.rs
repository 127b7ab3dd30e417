//! Configuration from environment variables.

use toml::{Table, Value};

/// Where configuration begins.
const PREFIX: &str = "USHER_";
/// Variables of that prefix that belong to builds, of this project and of tools, and to the tests; not to the host.
const NOT_OURS: [&str; 7] = [
    "USHER_BIN",
    "USHER_CACHE_DIR",
    "USHER_COMPONENTIZE_PY",
    "USHER_NODE",
    "USHER_TEST",
    "USHER_TOOLS_DIR",
    "USHER_WASM_TOOLCHAIN",
];

/// Lays the variables over a table.
pub(crate) fn overlay(table: &mut Table, variables: impl Iterator<Item = (String, String)>) -> Result<(), String> {
    let mut variables: Vec<_> = variables
        .filter(|(name, _)| name.starts_with(PREFIX) && !NOT_OURS.iter().any(|other| name.starts_with(other)))
        .collect();
    variables.sort();
    for (name, text) in variables {
        let path: Vec<String> = name[PREFIX.len()..]
            .split("__")
            .map(|level| level.to_ascii_lowercase().replace('_', "-"))
            .collect();
        insert(table, &path, value(&text)).map_err(|()| format!("{name} is below a key that isn't a table"))?;
    }
    Ok(())
}

/// A variable's text as TOML if it is some, else as a string.
fn value(text: &str) -> Value {
    let parsed = toml::from_str::<Table>(&format!("value = {text}"));
    parsed
        .ok()
        .and_then(|mut table| table.remove("value"))
        .unwrap_or_else(|| Value::String(text.to_owned()))
}

fn insert(table: &mut Table, path: &[String], value: Value) -> Result<(), ()> {
    let [key, rest @ ..] = path else { return Err(()) };
    if rest.is_empty() {
        table.insert(key.clone(), value);
        return Ok(());
    }
    match table.entry(key.clone()).or_insert_with(|| Value::Table(Table::new())) {
        Value::Table(inner) => insert(inner, rest, value),
        _ => Err(()),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn overlaid(variables: &[(&str, &str)]) -> Table {
        let mut table: Table = toml::from_str("listen = \"127.0.0.1:1\"\n[calls]\nat-once = 1\nwaiting = 2").unwrap();
        let variables = variables
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        overlay(&mut table, variables).unwrap();
        table
    }

    #[test]
    fn a_variable_wins_over_the_file_and_leaves_its_neighbours() {
        let table = overlaid(&[("USHER_CALLS__AT_ONCE", "64"), ("USHER_LISTEN", "127.0.0.1:9000")]);
        assert_eq!(table["calls"]["at-once"].as_integer(), Some(64));
        assert_eq!(table["calls"]["waiting"].as_integer(), Some(2));
        assert_eq!(table["listen"].as_str(), Some("127.0.0.1:9000"));
    }

    #[test]
    fn values_are_toml_where_they_are_toml() {
        let table = overlaid(&[
            ("USHER_HTTP__ALLOWED_ORIGINS", "[\"https://a\"]"),
            ("USHER_ENTRA__TENANT_ID", "1-2"),
        ]);
        assert_eq!(table["http"]["allowed-origins"].as_array().map(Vec::len), Some(1));
        assert_eq!(table["entra"]["tenant-id"].as_str(), Some("1-2"));
    }

    #[test]
    fn variables_of_the_build_are_not_configuration() {
        assert_eq!(
            overlaid(&[
                ("USHER_WASM_TOOLCHAIN", "debian"),
                ("USHER_TEST_NODE", "x"),
                ("HOME", "/")
            ])
            .len(),
            2
        );
    }
}
