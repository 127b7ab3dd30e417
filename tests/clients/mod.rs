//! The clients that people use, unchanged, against the real host: the official Python client and MCP Inspector.
//!
//! What a client is told comes back as JSON and is held against the promise: each era lists and calls the same tools, a member
//! doesn't see the administrators' tool and an admin does, and a client that knows nothing but the URL gets through sign-in.
//!
//! The programs are those that `cargo xtask test` installs and names in the environment.

mod inspector;
mod python;
