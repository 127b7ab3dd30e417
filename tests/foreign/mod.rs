//! Components that were not written for this host.
