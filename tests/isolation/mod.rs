//! Nobody reaches another's items, and no tool reaches more than it is granted and requires.

mod all_documents;
mod own_documents;
mod requires;
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
