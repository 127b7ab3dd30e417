//! One sample in three languages, one set of promises.
