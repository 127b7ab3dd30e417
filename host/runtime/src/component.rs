//! A component, linked with exactly what its grant allows and ready to be instantiated.

use usher_capabilities::Interface;
use wasmtime::component::{Component, ComponentExportIndex, InstancePre, Linker};
use wasmtime::{Engine, Store};

use crate::bindings::contract;
use crate::call::CallState;

/// The export that tools are called by.
const TOOLS: &str = "usher:tool/tools@0.1.";
/// Its function.
const CALL_TOOL: &str = "call-tool";

/// What `call-tool` gives.
type Outcome = Result<contract::CallToolOutcome, contract::Error>;

/// One revision of a component.
pub(crate) struct LinkedComponent {
    pre: InstancePre<CallState>,
    /// Where `call-tool` is. The generated bindings would look up and type-check `list-tools` too, at each call.
    call_tool: ComponentExportIndex,
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
    pub(crate) fn link(component: &Component, tools: &str, interfaces: &[Interface]) -> wasmtime::Result<Self> {
        let mut linker = Linker::new(component.engine());
        for interface in interfaces {
            interface.link(&mut linker, |state: &mut CallState| &mut state.context)?;
        }
        let tools = component.get_export_index(None, tools);
        let call_tool = tools.and_then(|tools| component.get_export_index(Some(&tools), CALL_TOOL));
        let call_tool = call_tool.ok_or_else(|| wasmtime::Error::msg("`tools` has no function `call-tool`"))?;
        Ok(Self {
            pre: linker.instantiate_pre(component)?,
            call_tool,
        })
    }

    /// Makes an instance in a store, and calls its `call-tool`.
    pub(crate) async fn call_tool(
        &self,
        store: &mut Store<CallState>,
        name: &str,
        arguments: &str,
        context: &contract::RequestContext,
    ) -> wasmtime::Result<Outcome> {
        let instance = self.pre.instantiate_async(&mut *store).await?;
        let call_tool = instance
            .get_typed_func::<(&str, &str, &contract::RequestContext), (Outcome,)>(&mut *store, &self.call_tool)?;
        let (outcome,) = call_tool.call_async(store, (name, arguments, context)).await?;
        Ok(outcome)
    }

    pub(crate) fn engine(&self) -> &Engine {
        self.pre.engine()
    }
}
