//! `usher status`, `usher approve`, `usher rollback`: what the host serves, and what the operator decides about it.
//!
//! The commands and the host meet in the data folder alone: the host writes `status.json` there, the commands write what was
//! decided into `control/`, and the host, which watches that folder, acts on it at once. So everything works without a host
//! too, and holds when one starts. What is looked at is read from the folder of tools by the command itself, and an approval
//! is for the digests of exactly those bytes: a file that is exchanged meanwhile isn't what was approved.

mod approve;
mod candidate;
mod examiner;
mod place;
mod rollback;
mod status;
mod wait;
mod words;

pub(crate) use approve::Arguments as ApproveArguments;
pub(crate) use approve::run as approve;
pub(crate) use examiner::Examiner;
pub(crate) use rollback::Arguments as RollbackArguments;
pub(crate) use rollback::run as rollback;
pub(crate) use status::Arguments as StatusArguments;
pub(crate) use status::run as status;
