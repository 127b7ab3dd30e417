//! A call for the tests of this room: a permit, and services that reach nothing.

use std::sync::Arc;

use tempfile::TempDir;
use usher_documents::{EmbeddedSettings, EmbeddedStore};
use usher_entra::{Caller, SignedIn};
use usher_policy::{Grant, Memberships, Purpose, Requirement, authorize};

use crate::call_context::CallContext;
use crate::seal::SealKey;
use crate::services::Services;
use crate::tape::Replay;

/// The tool of [`call`].
const RULE: &str = "[tools.test]\nallow = { scope = \"user_impersonation\" }\n";

/// A call's context, and the folder that its empty store is in.
pub(crate) struct Call {
    pub(crate) context: CallContext,
    _folder: TempDir,
}

/// A call of a tool that requires this, under a grant with these lines, by services that reach nothing.
pub(crate) fn call(grant: &str, requires: &[Requirement]) -> Call {
    let (services, folder) = services();
    call_with(services, folder, grant, requires)
}

/// The same, by these services.
pub(crate) fn call_with(services: Services, folder: TempDir, grant: &str, requires: &[Requirement]) -> Call {
    let caller = Caller::testing("a11ce000-0000-4000-8000-000000000001").with_scope("user_impersonation");
    let who = SignedIn::testing(caller.build());
    let policy = grant_of(grant)
        .admit("component", "0", "test", requires)
        .unwrap()
        .unwrap();
    let permit = authorize(&who, &policy, &Memberships::none(), Purpose::Call).unwrap();
    Call {
        context: CallContext::new(permit, Arc::new(services)),
        _folder: folder,
    }
}

/// The same of a call whose host calls are answered from a recording.
pub(crate) fn replaying(grant: &str, replay: Replay) -> Call {
    let (services, folder) = services();
    let tool = grant_of(grant).admit("component", "0", "test", &[]).unwrap().unwrap();
    Call {
        context: CallContext::replaying(tool, Arc::new(services), replay),
        _folder: folder,
    }
}

/// A grant with these lines for the one tool.
pub(crate) fn grant_of(lines: &str) -> Grant {
    Grant::parse(&format!("{lines}\n{RULE}")).unwrap()
}

/// Services without Graph, without other services, and with an empty store.
pub(crate) fn services() -> (Services, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let store = EmbeddedStore::open(EmbeddedSettings::new(folder.path(), Vec::new())).unwrap();
    let services = Services::new(Arc::new(store), &[], &SealKey::random().unwrap()).unwrap();
    (services, folder)
}
