//! Says what a component can at most do, and writes the grant that allows it no more.
#![forbid(unsafe_code)]
