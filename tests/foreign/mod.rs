//! Components that were not written for this host: what they export becomes tools, and of WASI they get what is granted and no
//! more.

mod types;
mod wasi;
