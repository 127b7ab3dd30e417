//! Notes: each person's own.
//!
//! Nothing here knows who is calling. `my_documents` has no words for anybody else's items; the host sees to that.
#![forbid(unsafe_code)]

use usher_sdk::prelude::*;

/// The container, as the grant and the host's configuration name it.
const NOTES: &str = "notes";

/// A note that is to be kept.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewNote {
    /// What to remember.
    #[schemars(length(min = 1, max = 1000))]
    text: String,
}

#[derive(Serialize, JsonSchema)]
struct Kept {
    /// The new note's id.
    id: String,
}

/// Keeps a note for the person who is signed in.
#[tool(
    title = "Add note",
    destructive = false,
    idempotent = false,
    open_world = false,
    requires(my_documents_write(NOTES))
)]
fn add_note(note: NewNote) -> Result<Kept, Error> {
    let written = my_documents_write::container(NOTES).create(&note)?;
    Ok(Kept { id: written.id })
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Note {
    id: String,
    text: String,
}

#[derive(Serialize, JsonSchema)]
struct Notes {
    /// The notes.
    notes: Vec<Note>,
}

/// Lists the notes of the person who is signed in.
#[tool(title = "My notes", read_only = true, open_world = false, requires(my_documents(NOTES)))]
fn list_notes() -> Result<Notes, Error> {
    let notes = my_documents::container(NOTES)
        .query("SELECT c.id, c.text FROM c")
        .collect(100)?;
    Ok(Notes { notes })
}

usher_sdk::export!(add_note, list_notes);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_reads_what_a_note_is() {
        let schema: serde_json::Value = serde_json::from_str(&add_note::describe().input_schema).unwrap();
        assert_eq!(
            schema["properties"]["text"],
            serde_json::json!({
                "description": "What to remember.", "type": "string", "minLength": 1, "maxLength": 1000,
            })
        );
    }

    #[test]
    fn an_argument_that_does_not_exist_is_refused() {
        let refused = add_note::call(r#"{"text": "Milk", "colour": "red"}"#, &Context::default());
        assert!(matches!(refused, Err(Error::InvalidParams(text)) if text.starts_with("colour: ")));
    }
}
