//! What a component is by itself, before any grant: what it imports, what it exports, which tools it says it has.

use usher_policy::{Limits, Requirement};
use wasmtime::component::Component;
use wasmtime::component::types::ComponentItem;

use crate::bindings::contract;
use crate::component::{Offer, tools_export};
use crate::engine::one_line;
use crate::foreign::{Exported, Unserved};
use crate::load_error::LoadError;
use crate::runtime::Runtime;
use crate::{description, listing};

/// An interface that a component imports, and which of its functions: a component can call those and no others.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Import {
    /// The name with its package and version: `usher:host/my-documents@0.1.0`.
    pub interface: String,
    /// The functions, in the component's order. Empty: the interface gives types only, and nothing can be done with it. For a
    /// function that is imported without an interface, that function's name alone.
    pub functions: Vec<String>,
}

/// How a component offers its tools.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// By the contract `usher:tool`.
    Contract,
    /// It wasn't written for this host: each function that it exports is a tool.
    Foreign,
}

/// A component that compiles and describes its tools.
pub struct Examined {
    /// Its SHA-256: 64 lower-case hexadecimal digits.
    pub digest: String,
    /// Its size in bytes.
    pub bytes: usize,
    /// What it imports: the most that it can ever do. In the component's order.
    pub imports: Vec<Import>,
    /// The names of what it exports: `usher:tool/tools@0.1.0`.
    pub exports: Vec<String>,
    /// How it offers its tools.
    pub kind: Kind,
    /// Its tools, as it describes them. Names are unique, schemas compile, JSON is JSON.
    pub tools: Vec<ExaminedTool>,
    /// The functions of a foreign component that aren't served, with the reasons.
    pub unserved: Vec<Unserved>,
}

/// A tool of a component, before any grant.
pub struct ExaminedTool {
    /// As the component describes it.
    pub description: contract::Tool,
    /// What it says it needs of the host's capabilities: its own worst case, since a permit is never wider.
    pub requires: Vec<Requirement>,
}

/// A component that was compiled, and what its type says.
pub(crate) struct Compiled {
    pub(crate) component: Component,
    pub(crate) offer: Offer,
    pub(crate) digest: String,
    bytes: usize,
    imports: Vec<Import>,
    exports: Vec<String>,
}

impl Compiled {
    /// Compiles a component, or takes it from the compile cache.
    ///
    /// # Errors
    /// The bytes aren't a component that this host can run, or it exports nothing to serve.
    pub(crate) fn new(runtime: &Runtime, digest: String, wasm: &[u8]) -> Result<Self, LoadError> {
        check_preamble(wasm)?;
        let component = runtime
            .cache
            .compile(&runtime.engine, &digest, wasm)
            .map_err(|error| LoadError::Compile {
                detail: one_line(&error),
            })?;
        let offer = match tools_export(&component) {
            Some(tools) => Offer::Contract(tools),
            None => Offer::Functions(Exported::of(&component, wasm)?),
        };
        if let Offer::Functions(exported) = &offer
            && exported.functions.is_empty()
        {
            return Err(LoadError::ExportsNothing {
                unserved: exported.unserved.clone(),
            });
        }
        let (imports, exports) = {
            let component_type = component.component_type();
            let imports = component_type.imports(&runtime.engine);
            let exports = component_type.exports(&runtime.engine);
            (
                imports
                    .map(|(name, item)| Import {
                        interface: name.to_owned(),
                        functions: functions(&runtime.engine, name, &item.ty),
                    })
                    .collect(),
                exports.map(|(name, _)| name.to_owned()).collect(),
            )
        };
        Ok(Self {
            component,
            offer,
            digest,
            bytes: wasm.len(),
            imports,
            exports,
        })
    }

    /// Asks it for its tools, or reads them from its type, and checks what it says.
    ///
    /// # Errors
    /// The listing failed, or a tool's description can't be served.
    pub(crate) async fn describe(
        &self,
        runtime: &Runtime,
        limits: &Limits,
    ) -> Result<Vec<description::Checked>, LoadError> {
        description::check(match &self.offer {
            Offer::Contract(_) => listing::list_tools(&runtime.engine, &self.component, limits).await?,
            Offer::Functions(exported) => exported.tools(),
        })
    }

    /// What is known of it, for others to read.
    pub(crate) fn examined(self, tools: Vec<ExaminedTool>) -> Examined {
        let (kind, unserved) = match self.offer {
            Offer::Contract(_) => (Kind::Contract, Vec::new()),
            Offer::Functions(exported) => (Kind::Foreign, exported.unserved),
        };
        Examined {
            digest: self.digest,
            bytes: self.bytes,
            imports: self.imports,
            exports: self.exports,
            kind,
            tools,
            unserved,
        }
    }
}

impl From<&description::Checked> for ExaminedTool {
    fn from(checked: &description::Checked) -> Self {
        Self {
            description: checked.tool.clone(),
            requires: checked.requires.clone(),
        }
    }
}

/// The functions of an import.
fn functions(engine: &wasmtime::Engine, name: &str, item: &ComponentItem) -> Vec<String> {
    let is_function = |item: &ComponentItem| matches!(item, ComponentItem::ComponentFunc(_));
    match item {
        ComponentItem::ComponentInstance(instance) => instance
            .exports(engine)
            .filter(|(_, export)| is_function(&export.ty))
            .map(|(name, _)| name.to_owned())
            .collect(),
        item if is_function(item) => vec![name.to_owned()],
        _ => Vec::new(),
    }
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
