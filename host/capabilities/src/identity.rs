//! `usher:host/identity`: who is calling. Facts from a verified token, never the token.

use usher_entra::CallerKind;
use usher_policy::Grant;
use wasmtime::component::{HasSelf, Linker};

use crate::bindings::identity as wit;
use crate::call_context::CallContext;
use crate::capability::{Capability, NotAdmitted, not_granted};
use crate::services::Services;

pub(crate) struct Identity;

impl Capability for Identity {
    const NAME: &'static str = "identity";
    const GRANT_LINE: &'static str = "identity = true";

    fn admit(grant: &Grant, _services: &Services) -> Result<(), NotAdmitted> {
        if grant.capabilities.identity {
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
    async fn get_caller(&mut self) -> wasmtime::Result<wit::Caller> {
        let host_call = self.enter::<Identity>("get-caller", &())?;
        let answer = async {
            let caller = self.permit().caller();
            wit::Caller {
                tenant_id: caller.tenant_id().to_owned(),
                object_id: caller.object_id().to_owned(),
                kind: match caller.kind() {
                    CallerKind::User => wit::CallerKind::User,
                    CallerKind::Application => wit::CallerKind::Application,
                },
                display_name: caller.display_name().map(str::to_owned),
                username: caller.username().map(str::to_owned),
                roles: caller.roles().to_vec(),
                scopes: caller.scopes().to_vec(),
            }
        };
        host_call.answer(answer).await
    }
}
