//! OneDrive: saves files of the person who is signed in, among their own.
//!
//! Microsoft Graph is asked on behalf of whoever calls, by a request that the host makes: nothing here has a token or knows who
//! the person is. The operator's grant lets this component put a file into the top folder, and do nothing else.
#![forbid(unsafe_code)]

mod file_name;

use std::fmt::Write as _;

use usher_sdk::prelude::*;

use file_name::FileName;

/// The request that both tools require: simple upload of a file by its path, which replaces a file of that name.
const UPLOAD: &str = "PUT /me/drive/root:/{file}:/content";

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct TextFile {
    /// The file's name with its ending, for example `notes.txt`. A file of that name is replaced.
    name: FileName,
    /// What is in it.
    #[schemars(length(max = 4_000_000))]
    text: String,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct SampleData {
    /// The file's name, ending in `.csv`. A file of that name is replaced.
    name: FileName,
    /// How many rows it has, besides its heading. 100,000 make some 2 MB.
    #[schemars(range(min = 1, max = 250_000))]
    rows: u32,
}

/// What OneDrive says of a file. Graph: `driveItem`.
#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
struct Saved {
    /// The file's name.
    name: String,
    /// Its size in bytes.
    size: u64,
    /// Where the person can open it.
    #[serde(rename(deserialize = "webUrl"))]
    url: Option<String>,
}

/// Saves a text as a file in the OneDrive of the person who is signed in.
#[tool(
    title = "Save to OneDrive",
    destructive = true,
    idempotent = true,
    open_world = false,
    requires(graph_write(UPLOAD))
)]
fn save_to_onedrive(file: TextFile) -> Result<Saved, Error> {
    upload(&file.name, "text/plain", file.text.into_bytes())
}

/// Makes a CSV file of sample data, of whatever size, in the OneDrive of the person who is signed in. The data go straight
/// there, not through the conversation.
#[tool(
    title = "Save sample data to OneDrive",
    destructive = true,
    idempotent = true,
    open_world = false,
    requires(graph_write(UPLOAD))
)]
fn save_sample_data_to_onedrive(wanted: SampleData) -> Result<Saved, Error> {
    upload(&wanted.name, "text/csv", sample_data(wanted.rows).into_bytes())
}

fn upload(name: &FileName, content_type: &str, data: Vec<u8>) -> Result<Saved, Error> {
    graph_write::put(format!("/me/drive/root:/{name}:/content"))
        .body(content_type, data)
        .send()?
        .success()?
        .json()
}

fn sample_data(rows: u32) -> String {
    let mut csv = String::from("number,square\n");
    for number in 1..=u64::from(rows) {
        // Writing to a string can't fail.
        let _ = writeln!(csv, "{number},{}", number * number);
    }
    csv
}

usher_sdk::export!(save_to_onedrive, save_sample_data_to_onedrive);

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn sample_data_have_a_heading_and_as_many_rows_as_were_asked_for() {
        assert_eq!(sample_data(3), "number,square\n1,1\n2,4\n3,9\n");
        assert!((1 << 20..8_000_000).contains(&sample_data(250_000).len()));
    }

    #[test]
    fn what_graph_says_of_a_file_is_read_and_passed_on_in_our_words() {
        let item = r#"{"id": "01", "name": "notes.txt", "size": 5, "webUrl": "https://contoso.example/notes.txt", "file": {}}"#;
        let saved: Saved = serde_json::from_str(item).unwrap();
        assert_eq!(
            serde_json::to_value(saved).unwrap(),
            serde_json::json!({"name": "notes.txt", "size": 5, "url": "https://contoso.example/notes.txt"})
        );
    }

    #[test]
    fn a_name_that_is_a_path_is_refused_before_anything_is_sent() {
        let arguments = r#"{"name": "../notes.txt", "text": ""}"#;
        let refused = save_to_onedrive::call(arguments, &Context::default());
        assert!(matches!(refused, Err(Error::InvalidParams(text)) if text.starts_with("name: ")));
    }
}
