//! What waits for the operator, what is refused, what comes back.
//!
//! ```text
//! review      what a person has to see before users do, and what not; approvals hold for what was looked at, and over a restart
//! rollback    an earlier revision comes back at once, and what was kept is what is served
//! records     decisions that can't be read let nothing new through
//! signatures  components by keys that the operator lists
//! ```

mod records;
mod review;
mod rollback;
mod signatures;
mod spoken;
