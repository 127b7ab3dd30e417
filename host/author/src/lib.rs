//! What an author of tools uses: a project that builds, a build that gives a component, and a loop that does it at each save.
#![forbid(unsafe_code)]
