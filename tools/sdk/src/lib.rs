//! Write a tool as a function.
//!
//! A component is a library crate (`crate-type = ["cdylib"]`, dependencies `usher-sdk`, `serde` and `schemars`) whose
//! functions carry [`#[tool]`](macro@tool). What comes in is a call's JSON, what goes out is its result, and what the
//! author writes is what happens between:
//!
//! ```no_run
//! use usher_sdk::prelude::*;
//!
//! #[derive(Deserialize, JsonSchema)]
//! #[serde(deny_unknown_fields)]
//! struct NewNote {
//!     /// What to remember.
//!     #[schemars(length(min = 1, max = 500))]
//!     text: String,
//! }
//!
//! #[derive(Serialize, JsonSchema)]
//! struct Stored {
//!     /// The note's id.
//!     id: String,
//! }
//!
//! /// Remembers a note of the person who is signed in.
//! #[tool(title = "Add note", destructive = false, open_world = false, requires(my_documents_write("notes")))]
//! fn add_note(input: NewNote) -> Result<Stored, Error> {
//!     #[derive(Serialize)]
//!     struct Note {
//!         text: String,
//!     }
//!     let written = my_documents_write::container("notes").create(&Note { text: input.text })?;
//!     Ok(Stored { id: written.id })
//! }
//!
//! usher_sdk::export!(add_note);
//! # fn main() {}
//! ```
//!
//! # Arguments
//! A struct with `Deserialize` and `JsonSchema`. Its schema is the tool's input schema: doc comments are descriptions,
//! `#[schemars(…)]` sets bounds, `#[serde(deny_unknown_fields)]` refuses what isn't known. The host checks every call
//! against the schema before the tool runs, so code checks only what a schema can't say; a type that checks itself
//! (`#[serde(try_from = "String")]`) has its error reported with the argument's name. A day of the calendar is a [`Date`].
//!
//! # Results
//! See [`Reply`](reply::Reply). An [`Error`] is an answer too, and `?` makes one of a capability's error. A panic is
//! a fault: its text goes to the operator's log and the client learns only that the tool failed.
//!
//! # Capabilities
//! One module for each import of the contract. A component imports the functions that it calls and no others, so what
//! it can do at most can be read off it. `log` is always among them, for panics.
//!
//! # Tests
//! The crate compiles natively, so tools have ordinary unit tests: call the function, or go through [`Tool::describe`]
//! and [`Tool::call`]. Capabilities exist in a host only; natively all but [`log`] panic.
//!
//! # Memory
//! A component that is built with this crate has its allocator, which serves an ordinary call without growing memory.
//! Rust's stack of 1 MiB would undo that: link with `-zstack-size=49152`, as this project's build does. It is enough for
//! JSON as deep as serde_json reads it; a component that overflows its stack traps.

mod arguments;
mod context;
mod date;
mod error;
mod export;
mod outcome;
mod result;
mod schema;
mod service;

#[cfg(target_family = "wasm")]
mod allocator;
#[cfg(target_family = "wasm")]
mod panic;

pub mod all_documents;
#[doc(hidden)]
pub mod bindings;
pub mod config;
pub mod describe;
pub mod documents;
pub mod graph;
pub mod graph_write;
pub mod http;
pub mod identity;
pub mod log;
pub mod my_documents;
pub mod my_documents_write;
pub mod notifications;
pub mod progress;
pub mod reply;
pub mod shared_documents;
pub mod shared_documents_write;

pub use context::{Answer, ClientCapabilities, Context, InputResponse};
pub use date::{Date, NotADate};
pub use error::Error;
pub use export::Tool;
pub use outcome::{InputRequest, Outcome, Questions};
pub use result::{Annotations, ContentBlock, ContentOptions, ResourceOptions, Role, ToolResult};

/// Makes a function a tool.
///
/// ```text
/// #[tool(option = value, …, requires(…))]
/// fn name(input: Arguments, context: &Context) -> Result<T, Error>
/// ```
/// Both parameters may be left out. The doc comment is the tool's description, for the model. `T` is a
/// [`Reply`](reply::Reply).
///
/// | option | means | default |
/// |---|---|---|
/// | `title = "…"` | a name for people | none |
/// | `name = "…"` | the tool's name | the function's |
/// | `read_only = …` | it changes nothing | MCP's: `false` |
/// | `destructive = …` | it may destroy or overwrite | MCP's: `true` |
/// | `idempotent = …` | twice the same call does no more than once | MCP's: `false` |
/// | `open_world = …` | it deals with a world that isn't closed, such as the web | MCP's: `true` |
/// | `long_running = …` | it may take minutes | `false` |
/// | `icon = "…"` | an `https:` URL or a `data:` URI | none |
/// | `requires(…)` | what it needs, and therefore the most that it gets | nothing |
///
/// `requires` lists `my_documents("container")`, `my_documents_write("container")`, `all_documents("container")`,
/// `shared_documents("container")`, `shared_documents_write("container")`, `graph_memberships`, `graph("/path")`,
/// `graph_write("POST /path")`, `http("https://origin")` and `client(elicitation_form, …)`. A path is a template: `{name}`
/// stands for a segment or a part of one, as in `graph_write("PUT /me/drive/root:/{file}:/content")`. Constants may stand
/// for the texts. Whatever is misspelt doesn't compile:
///
/// ```compile_fail
/// # use usher_sdk::prelude::*;
/// /// Reads notes.
/// #[tool(requires(my_document("notes")))]
/// fn notes() -> Result<String, Error> { Ok(String::new()) }
/// ```
/// ```compile_fail
/// # use usher_sdk::prelude::*;
/// /// Reads notes.
/// #[tool(readonly = true)]
/// fn notes() -> Result<String, Error> { Ok(String::new()) }
/// ```
/// A tool says what it does, or it doesn't compile:
/// ```compile_fail
/// # use usher_sdk::prelude::*;
/// #[tool]
/// fn notes() -> Result<String, Error> { Ok(String::new()) }
/// ```
/// And it can fail:
/// ```compile_fail
/// # use usher_sdk::prelude::*;
/// /// Reads notes.
/// #[tool]
/// fn notes() -> String { String::new() }
/// ```
pub use usher_sdk_macros::tool;

/// What nearly every tool needs: `use usher_sdk::prelude::*;`.
pub mod prelude {
    pub use schemars::JsonSchema;
    pub use serde::{Deserialize, Serialize};

    pub use crate::{
        Answer, Context, Date, Error, Outcome, Questions, Tool, ToolResult, all_documents, config, documents, graph,
        graph_write, http, identity, log, my_documents, my_documents_write, notifications, progress, shared_documents,
        shared_documents_write, tool,
    };
}

/// For the code that [`tool`] and [`export!`] write, and for nothing else.
#[doc(hidden)]
pub mod __private {
    pub use crate::arguments::{NoArguments, arguments};
    pub use crate::bindings::__export_component as export_component;
    pub use crate::bindings::exports::usher::tool::tools::Guest;
    pub use crate::bindings::usher::tool::types::RequestContext;
    pub use crate::export::{assert_unique, call, start};

    use crate::describe::Icon;

    /// The schema of a tool's arguments.
    pub fn input_schema<T: schemars::JsonSchema>() -> String {
        crate::schema::of_input::<T>()
    }

    /// An icon of any size.
    pub fn icon(source: &str) -> Icon {
        Icon {
            src: source.to_owned(),
            mime_type: None,
            sizes: Vec::new(),
            theme: None,
        }
    }
}
