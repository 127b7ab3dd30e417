//! What an author of tools uses: a project that builds, a build that gives a component, and a loop that does it at each save.
//!
//! In comes a name or a folder; out go a project's files, or one `.wasm` with its grant in the project's folder `dist/`. A
//! language is a module with four functions of one shape ([`language`]): the files of a new project, what the machine lacks to
//! build one, the build, and which folders hold no source. Everything else here is the same for all of them.
//!
//! ```text
//! template   the files of a new project: what they have in common, and how they are written without overwriting anything
//! embedded   the SDKs and the templates, taken into the program when it is compiled: nothing is loaded from anywhere
//! project    a folder that holds a tool: its name, its language, its grant
//! missing    what has to be installed first, in the words of the machine at hand
//! build      from a project to `dist/NAME.wasm` and its grant
//! imports    what a component can at most do
//! watch      builds again at each save
//! rust, python, js   the languages
//! ```
//!
//! A project has the SDK in its folder `vendor/`: it builds without this repository, and the next version of the host doesn't
//! change it behind its author's back.
//!
//! This crate never runs a component and never installs anything: what is missing it names, and the person installs it.
#![forbid(unsafe_code)]

mod build;
mod embedded;
mod environment;
mod imports;
mod js;
mod language;
mod missing;
mod name;
mod process;
mod progress;
mod project;
mod python;
mod rust;
mod template;
mod watch;

pub use build::{BuildError, Built, build};
pub use environment::Environment;
pub use imports::{Import, imports};
pub use language::Language;
pub use missing::Missing;
pub use name::{NameError, ProjectName};
pub use progress::Progress;
pub use project::{Project, ProjectError};
pub use template::{NewError, create};
pub use watch::{Attempt, WatchError, Watcher};
