//! `usher:host/config`: settings that the operator wrote into the grant.

use usher_policy::Grant;
use wasmtime::component::{HasSelf, Linker};

use crate::bindings::config as wit;
use crate::call_context::CallContext;
use crate::capability::{Capability, NotAdmitted, not_granted};
use crate::services::Services;

pub(crate) struct Config;

impl Capability for Config {
    const NAME: &'static str = "config";
    const GRANT_LINE: &'static str = "config = { key = \"value\" }";

    fn admit(grant: &Grant, _services: &Services) -> Result<(), NotAdmitted> {
        if grant.capabilities.config.is_some() {
            Ok(())
        } else {
            Err(not_granted::<Self>())
        }
    }

    fn link<T: Send + 'static>(linker: &mut Linker<T>, get: fn(&mut T) -> &mut CallContext) -> wasmtime::Result<()> {
        wit::add_to_linker::<T, HasSelf<CallContext>>(linker, get)
    }
}

impl wit::Host for CallContext {
    async fn get(&mut self, key: String) -> wasmtime::Result<Option<String>> {
        let host_call = self.enter::<Config>("get", &(&key,))?;
        let answer = async { self.allowance().config(&key).map(str::to_owned) };
        host_call.answer(answer).await
    }
}
