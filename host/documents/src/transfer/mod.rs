//! Items as JSON lines: the way from one store to another, whatever their backends.
//!
//! A line is one item with where it belongs:
//!
//! ```json
//! {"container":"expenses","partition":["<tenant or user>"],"item":{"id":"lunch","amount":12.5},"etag":"\"…\"","ts":1800000000}
//! ```
//!
//! `partition` holds the levels of the partition key, the outermost first. `etag` and `ts` say what the item had where it comes from;
//! an import gives it new ones, and a `ttl` in the item counts anew from then. The file holds every user's items: whoever can read it
//! can read them.

mod export;
mod import;

pub use export::CopyError;
pub(crate) use export::{Copy, Export, Line};
pub use import::{ImportError, import};
