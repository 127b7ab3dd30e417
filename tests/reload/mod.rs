//! A folder of components changes under load, in every way that folders change.
//!
//! ```text
//! load        a thousand changes while everybody calls: no call fails, each is answered by one revision
//! folders     how files come, change and go: slowly, by renaming, through links, many at once, without being told
//! bad_files   what is served instead of a file that can't be, and what never is
//! revisions   a call runs the revision that it was resolved to; a revision that nobody uses is gone
//! compiling   compiled ahead for an image, and found there
//! ```

mod bad_files;
mod compiling;
mod folders;
mod load;
mod revisions;
pub(crate) mod shelf;
