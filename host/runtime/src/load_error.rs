//! Why a component isn't served, and what to do about it.

use thiserror::Error;
use usher_capabilities::{NEEDS_GRAPH, NotAdmitted};
use usher_policy::{GrantError, NotGranted};

use crate::foreign::Unserved;
use crate::imports;
use crate::revision::REVISION_DIGITS;

/// Why a component isn't served. `Display` says what to do about it.
#[derive(Debug, Error)]
pub enum LoadError {
    /// A file can't be read.
    #[error("{file} can't be read: {source}")]
    Read {
        /// The file's name.
        file: String,
        /// Why.
        source: std::io::Error,
    },
    /// A file is larger than any that is served.
    #[error("{file} has {size} bytes; at most {limit} are read")]
    TooLarge {
        /// The file's name.
        file: String,
        /// Its size in bytes.
        size: u64,
        /// The limit in bytes.
        limit: u64,
    },
    /// There is no grant.
    #[error(
        "there is no grant beside it: nothing is allowed that isn't written down. Write {file} with its capabilities and, for each tool to serve, a rule such as\n[tools.{example}]\nallow = {{ scope = \"user_impersonation\" }}"
    )]
    NoGrant {
        /// The file that is missing.
        file: String,
        /// A name to show.
        example: String,
    },
    /// The grant can't be used.
    #[error("{file}: {source}")]
    Grant {
        /// The grant's file name.
        file: String,
        /// Why.
        source: GrantError,
    },
    /// The grant pins another file.
    #[error(
        "its SHA-256 is {actual}, but the grant pins {pinned}: this isn't the file that was reviewed. Put that one back, or review this one and change `sha256`"
    )]
    Pinned {
        /// The file's digest.
        actual: String,
        /// The grant's.
        pinned: String,
    },
    /// It isn't WebAssembly.
    #[error("it isn't WebAssembly: a component begins with the bytes `\\0asm`")]
    NotWasm,
    /// It is a core module.
    #[error(
        "it is a core WebAssembly module, not a component; turn it into one (for Rust: link with \
         wasm-component-ld)"
    )]
    CoreModule,
    /// It is a component, but a broken one, or one that needs what the engine doesn't have.
    #[error("it isn't a component that this host can run: {detail}")]
    Compile {
        /// What the compiler says.
        detail: String,
    },
    /// It exports nothing that this host serves.
    #[error(
        "it exports nothing that this host serves: it must export `usher:tool/tools@0.1.0`, or functions of plain types{}",
        .unserved.iter().map(|one| format!("\n{} {}", one.function, one.why)).collect::<String>()
    )]
    ExportsNothing {
        /// The functions that it exports, and why they can't be served.
        unserved: Vec<Unserved>,
    },
    /// Two functions of a component that wasn't written for this host would be one tool.
    #[error(
        "its functions {one} and {other} would both be the tool {tool}: names of tools have no versions in them. Export one of \
         them only"
    )]
    SameName {
        /// The tool.
        tool: String,
        /// A function.
        one: String,
        /// Another.
        other: String,
    },
    /// Imports that no grant can give.
    #[error("it imports what this host can't give: {}", imports::explain_not_offered(.imports))]
    NotOffered {
        /// The imports.
        imports: Vec<String>,
    },
    /// Imports that its grant doesn't give.
    #[error("{}", .refused.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    NotAdmitted {
        /// One for each.
        refused: Vec<NotAdmitted>,
    },
    /// Names fit but types don't.
    #[error(
        "it doesn't fit the contract `usher:tool@0.1.0`, `usher:host@0.1.0`: {detail}. Build it against this version of `wit/`"
    )]
    Link {
        /// What doesn't fit.
        detail: String,
    },
    /// It failed when it was asked for its tools.
    #[error("it failed when it was asked for its tools (no import but `log` works then): {detail}")]
    Listing {
        /// How.
        detail: String,
    },
    /// It lists nothing.
    #[error("it lists no tools")]
    NoTools,
    /// A tool's description can't be served.
    #[error("the tool {tool:?} {why}")]
    Description {
        /// The tool.
        tool: String,
        /// What is wrong with it.
        why: String,
    },
    /// A tool requires what the grant doesn't give.
    #[error("{source}; to give it, write under [capabilities]:\n{}", .source.grant_lines().join("\n"))]
    Requires {
        /// What is missing.
        #[from]
        source: NotGranted,
    },
    /// The grant has rules for tools that there aren't.
    #[error("the grant has a rule for {tools}, which the component doesn't have; it has: {listed}")]
    NoSuchTool {
        /// The names in the grant.
        tools: String,
        /// The names in the component.
        listed: String,
    },
    /// No tool has a rule.
    #[error(
        "the grant has no rule for any of its tools ({listed}), so none is served. Write for example\n[tools.{example}]\nallow = {{ scope = \"user_impersonation\" }}"
    )]
    NothingServed {
        /// The names in the component.
        listed: String,
        /// One of them.
        example: String,
    },
    /// A rule asks about a group, and there is nobody to ask.
    #[error(
        "the rule of the tool {tool} asks about a group, which only Microsoft Graph knows, and this host isn't set up to ask it: \
         it needs {NEEDS_GRAPH}"
    )]
    GroupWithoutGraph {
        /// The tool.
        tool: String,
    },
    /// Its signature is missing or wrong.
    #[error("its signature isn't good: {detail}")]
    Signature {
        /// What is wrong with it, and what to do.
        detail: String,
    },
    /// It is another one than the operator let through.
    #[error(
        "revision {} waits for approval:\n{}\nCompare it with what is served (`usher approve --list`), and let it through with: usher approve {component} --digest {}",
        short(.digest), .changes.iter().map(|change| format!("- {change}")).collect::<Vec<_>>().join("\n"), short(.digest)
    )]
    AwaitsApproval {
        /// The component's name.
        component: String,
        /// The file's SHA-256.
        digest: String,
        /// The SHA-256 of the grant beside it.
        grant_digest: String,
        /// What is different, a paragraph each, for people.
        changes: Vec<String>,
    },
    /// The operator put an earlier revision back.
    #[error(
        "revision {} was rolled back to {}; another file in its place is served again, and so is this one after: usher rollback {component} --undo",
        short(.digest), short(.to)
    )]
    RolledBack {
        /// The component's name.
        component: String,
        /// The file's SHA-256.
        digest: String,
        /// The SHA-256 of the component that is served instead.
        to: String,
    },
    /// What the operator decided can't be read, so nothing new is let through.
    #[error("what was approved and rolled back can't be read, so nothing new is let through: {detail}")]
    Undecided {
        /// Which file, what is wrong with it, and what to do.
        detail: String,
    },
    /// An earlier revision can't be served again.
    #[error("the revision {} that was kept can't be used: {detail}", short(.digest))]
    Kept {
        /// Its SHA-256.
        digest: String,
        /// What is wrong with it.
        detail: String,
    },
    /// Another component was first.
    #[error("the tool {tool:?} is served by {other} already; rename one of them, or leave it out of one grant")]
    NameTaken {
        /// The tool.
        tool: String,
        /// The component that has it.
        other: String,
    },
}

/// As many digits of a digest as logs and commands show.
fn short(digest: &str) -> &str {
    digest.get(..REVISION_DIGITS).unwrap_or(digest)
}
