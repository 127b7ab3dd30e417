//! Says what a setting of its grant is.

use usher_sdk::prelude::*;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Asked {
    key: String,
}

#[derive(Serialize, JsonSchema)]
struct Found {
    value: Option<String>,
}

/// Says what a setting is.
#[tool(read_only = true, open_world = false)]
fn config_echo(asked: Asked) -> Result<Found, Error> {
    Ok(Found {
        value: config::get(&asked.key),
    })
}

usher_sdk::export!(config_echo);
