//! Nobody reaches another's items, and no tool reaches more than it is granted and requires.
//!
//! Some tests hold a tool of the SDK to that (`own_documents`, `requires`); the others are attempts to break out in raw texts, one
//! file a way: ids, bodies and patches, queries, continuations, and sheer load.

mod all_documents;
mod attempts;
mod bodies;
mod bounds;
mod continuations;
mod ids;
mod load;
mod own_documents;
mod queries;
mod requires;
mod shared;
mod what_a_guest_learns;

use usher_tests::Grant;

/// The tools of the program that reads and writes whatever it is told to.
const OWN_DOCUMENTS: [&str; 9] = [
    "create",
    "upsert",
    "replace",
    "patch",
    "delete",
    "transact_delete",
    "read",
    "read_many",
    "query",
];

/// All that the program `own-documents` asks for.
fn own_documents() -> Grant {
    Grant::of(&OWN_DOCUMENTS)
        .gives("log = true")
        .gives("my-documents = { containers = [\"expenses\"] }")
        .gives("my-documents-write = { containers = [\"expenses\"] }")
}
