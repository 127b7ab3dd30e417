//! A component's imports: the most that it can ever do.

use usher_capabilities::{Interface, NotAdmitted, Services, WasiInterface, admit_wasi};
use usher_policy::Grant;
use wasmtime::Engine;
use wasmtime::component::Component;
use wasmtime::component::types::ComponentItem;

use crate::load_error::LoadError;

/// The package whose interfaces a host may offer.
const HOST: &str = "usher:host/";
/// The package whose interfaces a component exports; it imports at most types of it.
const TOOL: &str = "usher:tool/";
/// The version of the contract that is served: any 0.1.x.
const VERSION: &str = "0.1.";

/// What a component imports and may: what is linked.
#[derive(Debug, Default)]
pub(crate) struct Admitted {
    pub(crate) interfaces: Vec<Interface>,
    pub(crate) wasi: Vec<WasiInterface>,
}

/// Holds every import against the grant and gives the interfaces to link.
///
/// # Errors
/// All imports that can't be linked, at once, so that the operator sees the whole list.
pub(crate) fn admit(
    engine: &Engine,
    component: &Component,
    grant: &Grant,
    services: &Services,
) -> Result<Admitted, LoadError> {
    let mut admitted = Admitted::default();
    let mut unknown = Vec::new();
    let mut refused: Vec<NotAdmitted> = Vec::new();
    for (name, item) in component.component_type().imports(engine) {
        if is_types_only(engine, &item.ty) {
            continue;
        }
        if let Some(interface) = WasiInterface::named(name) {
            // Two releases of one interface are linked once: the newer one serves both.
            if !admitted.wasi.contains(&interface) {
                admitted.wasi.push(interface);
            }
            continue;
        }
        match interface(name) {
            Some(interface) => match interface.admit(grant, services) {
                Ok(()) => admitted.interfaces.push(interface),
                Err(error) => refused.push(error),
            },
            None => unknown.push(name.to_owned()),
        }
    }
    if let Err(wasi) = admit_wasi(&admitted.wasi, &grant.capabilities.wasi) {
        refused.extend(wasi);
    }
    if !unknown.is_empty() {
        return Err(LoadError::NotOffered { imports: unknown });
    }
    if !refused.is_empty() {
        return Err(LoadError::NotAdmitted { refused });
    }
    Ok(admitted)
}

/// The interface of an import, `usher:host/my-documents@0.1.0`.
fn interface(import: &str) -> Option<Interface> {
    let (name, version) = import.strip_prefix(HOST)?.split_once('@')?;
    if version.starts_with(VERSION) {
        Interface::named(name)
    } else {
        None
    }
}

/// An interface without functions gives nothing and needs no entry in the linker.
fn is_types_only(engine: &Engine, item: &ComponentItem) -> bool {
    match item {
        ComponentItem::ComponentInstance(instance) => instance
            .exports(engine)
            .all(|(_, export)| matches!(export.ty, ComponentItem::Type(_))),
        ComponentItem::Type(_) => true,
        _ => false,
    }
}

/// What is wrong with imports that no grant could give, in a sentence.
pub(crate) fn explain_not_offered(imports: &[String]) -> String {
    let each = imports.iter().map(|import| {
        let why = match import.split_once('/') {
            _ if import.starts_with(HOST) && import.contains(&format!("@{VERSION}")) => {
                "an interface that this host doesn't offer yet"
            }
            _ if import.starts_with(HOST) || import.starts_with(TOOL) => "of another version of the contract than 0.1",
            Some(("wasi:http", _)) => {
                "HTTP without bounds, which no grant gives; other services are reached by `usher:host/http`"
            }
            Some((package, _)) if package.starts_with("wasi:") => {
                "a part or a version of WASI that no grant gives; build against WASI 0.2 or with WASI stubbed out"
            }
            _ => "nothing that this host knows",
        };
        format!("{import} ({why})")
    });
    each.collect::<Vec<_>>().join(", ")
}
