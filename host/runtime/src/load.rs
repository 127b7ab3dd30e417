//! From a directory of files to a catalog.
//!
//! Each `NAME.wasm` with its `NAME.grant.toml` goes the same way, and the first thing that doesn't hold refuses that component
//! and no other: read, pinned digest, compile, imports against the grant, link, list, check, admit.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sha2::{Digest, Sha256};
use thiserror::Error;
use usher_capabilities::{NEEDS_GRAPH, NotAdmitted};
use usher_policy::{Grant, GrantError, NotGranted, ToolPolicy};

use crate::catalog::{Catalog, Refusal};
use crate::component::{LinkedComponent, tools_export};
use crate::engine::one_line;
use crate::runtime::Runtime;
use crate::tool::Tool;
use crate::{description, imports, listing};

/// The largest component that is read, in bytes. Bundled interpreters come to some 20 MB.
const COMPONENT_BYTES: u64 = 128 << 20;
/// The largest grant that is read, in bytes.
const GRANT_BYTES: u64 = 1 << 20;
/// Hexadecimal digits of the digest that name a revision in logs.
const REVISION_DIGITS: usize = 16;

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
    #[error("it exports nothing that this host serves: it must export `usher:tool/tools@0.1.0`")]
    ExportsNothing,
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
    /// Another component was first.
    #[error("the tool {tool:?} is served by {other} already; rename one of them, or leave it out of one grant")]
    NameTaken {
        /// The tool.
        tool: String,
        /// The component that has it.
        other: String,
    },
}

/// Loads every `*.wasm` of a directory, in the order of their names.
///
/// # Errors
/// The directory can't be read.
pub(crate) async fn directory(runtime: &Runtime, directory: &Path) -> std::io::Result<Catalog> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(directory)?
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "wasm"))
        .collect();
    files.sort();
    let mut tools: Vec<Arc<Tool>> = Vec::new();
    let mut owners: HashMap<String, String> = HashMap::new();
    let mut refused = Vec::new();
    for file in files {
        let loaded = component(runtime, &file).await.and_then(|loaded| {
            let taken = loaded
                .iter()
                .find_map(|tool| owners.get(tool.name()).map(|other| (tool, other)));
            match taken {
                Some((tool, other)) => Err(LoadError::NameTaken {
                    tool: tool.name().to_owned(),
                    other: other.clone(),
                }),
                None => Ok(loaded),
            }
        });
        match loaded {
            Ok(loaded) => {
                for tool in &loaded {
                    owners.insert(tool.name().to_owned(), tool.policy().component().to_owned());
                }
                tools.extend(loaded);
            }
            Err(error) => refused.push(Refusal { file, error }),
        }
    }
    Ok(Catalog::new(tools, refused))
}

/// Loads one component: all of its tools that have a rule, or none.
async fn component(runtime: &Runtime, file: &Path) -> Result<Vec<Arc<Tool>>, LoadError> {
    let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let bytes = read(file, COMPONENT_BYTES)?;
    let grant = read_grant(runtime, file, &name)?;
    let digest = hex(&Sha256::digest(&bytes));
    if let Some(pinned) = grant.sha256.as_ref().filter(|pinned| **pinned != digest) {
        return Err(LoadError::Pinned {
            actual: digest,
            pinned: pinned.clone(),
        });
    }
    check_preamble(&bytes)?;
    let component = runtime
        .cache
        .compile(&runtime.engine, &digest, &bytes)
        .map_err(|error| LoadError::Compile {
            detail: one_line(&error),
        })?;
    let tools = tools_export(&component).ok_or(LoadError::ExportsNothing)?;
    let interfaces = imports::admit(&runtime.engine, &component, &grant, &runtime.services)?;
    let linked = LinkedComponent::link(&component, &tools, &interfaces).map_err(|error| LoadError::Link {
        detail: one_line(&error),
    })?;
    let described = listing::list_tools(&runtime.engine, &component, &grant.limits).await?;
    admit(
        &grant,
        &name,
        &digest[..REVISION_DIGITS],
        description::check(described)?,
        Arc::new(linked),
    )
}

/// Gives each tool its policy, and refuses a grant that doesn't fit the component.
fn admit(
    grant: &Grant,
    component: &str,
    revision: &str,
    checked: Vec<description::Checked>,
    linked: Arc<LinkedComponent>,
) -> Result<Vec<Arc<Tool>>, LoadError> {
    let listed = checked
        .iter()
        .map(|checked| checked.tool.name.as_str())
        .collect::<Vec<_>>()
        .join(", ");
    let missing: Vec<_> = grant
        .tools
        .keys()
        .filter(|name| !checked.iter().any(|checked| checked.tool.name == **name))
        .cloned()
        .collect();
    if !missing.is_empty() {
        return Err(LoadError::NoSuchTool {
            tools: missing.join(", "),
            listed,
        });
    }
    let example = checked
        .first()
        .map(|checked| checked.tool.name.clone())
        .unwrap_or_default();
    let mut tools = Vec::new();
    for checked in checked {
        let policy: Option<Arc<ToolPolicy>> =
            grant.admit(component, revision, &checked.tool.name, &checked.requires)?;
        let Some(policy) = policy else { continue };
        tools.push(Arc::new(Tool {
            description: checked.tool,
            input: checked.input,
            output: checked.output,
            client: checked.client,
            policy,
            component: Arc::clone(&linked),
        }));
    }
    if tools.is_empty() {
        return Err(LoadError::NothingServed { listed, example });
    }
    Ok(tools)
}

/// Tells by the first eight bytes what a file is (component model, binary format, preamble).
fn check_preamble(bytes: &[u8]) -> Result<(), LoadError> {
    const MAGIC: &[u8] = b"\0asm";
    const CORE_VERSION_1: &[u8] = b"\x01\0\0\0";
    match bytes.strip_prefix(MAGIC) {
        None => Err(LoadError::NotWasm),
        Some(rest) if rest.starts_with(CORE_VERSION_1) => Err(LoadError::CoreModule),
        Some(_) => Ok(()),
    }
}

/// Reads the grant beside a component, with the names of its groups resolved.
fn read_grant(runtime: &Runtime, component: &Path, name: &str) -> Result<Grant, LoadError> {
    let path = component.with_extension("grant.toml");
    let file = file_name(&path);
    if !path.exists() {
        return Err(LoadError::NoGrant {
            file,
            example: name.to_owned(),
        });
    }
    let bytes = read(&path, GRANT_BYTES)?;
    let text = String::from_utf8(bytes).map_err(|error| LoadError::Read {
        file: file.clone(),
        source: std::io::Error::new(std::io::ErrorKind::InvalidData, error),
    })?;
    let unusable = |source| LoadError::Grant {
        file: file.clone(),
        source,
    };
    let mut grant = Grant::parse(&text).map_err(unusable)?;
    let by_group = grant.tools_by_group().next();
    if let Some(tool) = by_group.filter(|_| runtime.services.graph().is_none()) {
        return Err(LoadError::GroupWithoutGraph { tool: tool.to_owned() });
    }
    grant.resolve_groups(&runtime.groups).map_err(unusable)?;
    Ok(grant)
}

fn read(path: &Path, limit: u64) -> Result<Vec<u8>, LoadError> {
    let failed = |source| LoadError::Read {
        file: file_name(path),
        source,
    };
    let size = std::fs::metadata(path).map_err(failed)?.len();
    if size > limit {
        return Err(LoadError::TooLarge {
            file: file_name(path),
            size,
            limit,
        });
    }
    std::fs::read(path).map_err(failed)
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
