//! A folder of components changes under load, in every way that folders change.
