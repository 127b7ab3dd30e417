//! The promises that the runtime keeps by itself, each in a folder of its own, on a stage.
#![allow(clippy::unwrap_used)]

mod freshness;
mod hostile;
mod http;
mod isolation;
mod limits;
mod loading;
