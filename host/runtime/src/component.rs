//! A component, linked with exactly what its grant allows and ready to be instantiated.

use std::collections::HashMap;

use wasmtime::component::{Component, ComponentExportIndex, InstancePre, Linker};
use wasmtime::{Engine, Store};

use crate::bindings::contract;
use crate::call::CallState;
use crate::foreign::{Exported, Function};
use crate::imports::Admitted;

/// The export that tools are called by.
const TOOLS: &str = "usher:tool/tools@0.1.";
/// Its function.
const CALL_TOOL: &str = "call-tool";

/// What a call gives.
type Outcome = Result<contract::CallToolOutcome, contract::Error>;

/// How a component offers its tools.
pub(crate) enum Offer {
    /// By the contract: the name of the export, `usher:tool/tools@0.1.0`.
    Contract(String),
    /// It wasn't written for this host: each function is a tool.
    Functions(Exported),
}

/// One revision of a component.
pub(crate) struct LinkedComponent {
    pre: InstancePre<CallState>,
    entry: Entry,
}

/// Where calls go in.
enum Entry {
    /// Where `call-tool` is. The generated bindings would look up and type-check `list-tools` too, at each call.
    CallTool(ComponentExportIndex),
    /// A function for each tool, by the tool's name.
    Functions(HashMap<String, (ComponentExportIndex, Function)>),
}

/// The name of the export that tools are called by, if the component has it.
pub(crate) fn tools_export(component: &Component) -> Option<String> {
    let component_type = component.component_type();
    let mut exports = component_type.exports(component.engine());
    exports
        .find(|(name, _)| name.starts_with(TOOLS))
        .map(|(name, _)| name.to_owned())
}

impl LinkedComponent {
    /// Links the admitted interfaces and nothing else.
    pub(crate) fn link(component: &Component, offer: &Offer, admitted: &Admitted) -> wasmtime::Result<Self> {
        let mut linker = Linker::new(component.engine());
        for interface in &admitted.interfaces {
            interface.link(&mut linker, |state: &mut CallState| &mut state.context)?;
        }
        for interface in &admitted.wasi {
            interface.link(&mut linker, component)?;
        }
        let missing = |what: &str| wasmtime::Error::msg(format!("there is no function `{what}`"));
        let entry = match offer {
            Offer::Contract(tools) => {
                let tools = component.get_export_index(None, tools);
                let call_tool = tools.and_then(|tools| component.get_export_index(Some(&tools), CALL_TOOL));
                Entry::CallTool(call_tool.ok_or_else(|| missing(CALL_TOOL))?)
            }
            Offer::Functions(exported) => {
                let functions = exported.functions.iter().map(|function| {
                    let at = function.find(component).ok_or_else(|| missing(function.tool()))?;
                    Ok((function.tool().to_owned(), (at, function.clone())))
                });
                Entry::Functions(functions.collect::<wasmtime::Result<_>>()?)
            }
        };
        Ok(Self {
            pre: linker.instantiate_pre(component)?,
            entry,
        })
    }

    /// Makes an instance in a store, and calls a tool of it.
    pub(crate) async fn call_tool(
        &self,
        store: &mut Store<CallState>,
        name: &str,
        arguments: &str,
        context: &contract::RequestContext,
    ) -> wasmtime::Result<Outcome> {
        let instance = self.pre.instantiate_async(&mut *store).await?;
        match &self.entry {
            Entry::CallTool(call_tool) => {
                let call_tool = instance
                    .get_typed_func::<(&str, &str, &contract::RequestContext), (Outcome,)>(&mut *store, call_tool)?;
                let (outcome,) = call_tool.call_async(store, (name, arguments, context)).await?;
                Ok(outcome)
            }
            Entry::Functions(functions) => {
                let (at, function) = functions
                    .get(name)
                    .ok_or_else(|| wasmtime::Error::msg("a tool is called that the component doesn't have"))?;
                function.call(store, &instance, at, arguments).await
            }
        }
    }

    pub(crate) fn engine(&self) -> &Engine {
        self.pre.engine()
    }
}
