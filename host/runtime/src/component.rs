//! A component, linked with exactly what its grant allows and ready to be instantiated.

use usher_capabilities::Interface;
use wasmtime::Engine;
use wasmtime::component::{Component, Linker};

use crate::bindings::ToolProviderPre;
use crate::call::CallState;

/// One revision of a component.
pub(crate) struct LinkedComponent {
    pre: ToolProviderPre<CallState>,
}

impl LinkedComponent {
    /// Links the admitted interfaces and nothing else.
    pub(crate) fn link(component: &Component, interfaces: &[Interface]) -> wasmtime::Result<Self> {
        let mut linker = Linker::new(component.engine());
        for interface in interfaces {
            interface.link(&mut linker, |state: &mut CallState| &mut state.context)?;
        }
        Ok(Self {
            pre: ToolProviderPre::new(linker.instantiate_pre(component)?)?,
        })
    }

    pub(crate) fn pre(&self) -> &ToolProviderPre<CallState> {
        &self.pre
    }

    pub(crate) fn engine(&self) -> &Engine {
        self.pre.engine()
    }
}
