//! The generated bindings of `usher:tool`, sealed here.

#[allow(missing_docs, unreachable_pub, clippy::all, clippy::unwrap_used)]
mod generated {
    wasmtime::component::bindgen!({
        path: "../../wit/tool",
        world: "tool-provider",
        exports: { default: async },
    });
}

pub(crate) use generated::ToolProvider;

/// The types of the contract as Rust sees them; their documentation is in `wit/tool`.
pub mod contract {
    pub use super::generated::exports::usher::tool::tools::{
        CallToolOutcome, CallToolResult, Requirement, Tool, ToolAnnotations, ToolOptions,
    };
    pub use super::generated::usher::tool::types::{
        Annotations, ClientCapabilities, Content, ContentBlock, ContentOptions, ElicitForm, ElicitResult, ElicitUrl,
        Error, Icon, InputRequest, InputRequired, InputResponse, LinkedResource, Media, RequestContext,
        ResourceContents, ResourceData, ResourceOptions, Role, Theme,
    };
}
