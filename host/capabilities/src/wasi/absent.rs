//! `wasi:sockets` as it is here: not there.
//!
//! Some run times of languages import the network whether they use it or not (componentize-py's does), and a component can't be
//! instantiated without its imports. So each function is linked to a refusal: `access-denied` where the function can say so, and
//! the end of the call where it can't. No code that could open a socket is reachable from here.

use wasmtime::component::types::{ComponentFunc, ComponentItem, Type};
use wasmtime::component::{Component, Linker, ResourceType, Val};

use super::{InCall, Misuse, WasiInterface};

/// What `error-code` of `wasi:sockets` calls it.
const REFUSED: &str = "access-denied";

/// What no component ever holds: the resources of the network.
struct Nothing;

/// Links an interface of `wasi:sockets` under each name that a component imports it by.
pub(super) fn link<T: InCall>(
    interface: WasiInterface,
    linker: &mut Linker<T>,
    component: &Component,
) -> wasmtime::Result<()> {
    let engine = component.engine();
    for (name, item) in component.component_type().imports(engine) {
        let ComponentItem::ComponentInstance(instance) = &item.ty else {
            continue;
        };
        if WasiInterface::named(name) != Some(interface) {
            continue;
        }
        let mut linked = linker.instance(name)?;
        for (member, item) in instance.exports(engine) {
            match &item.ty {
                ComponentItem::ComponentFunc(_) => {
                    let function = format!("{}#{member}", interface.name());
                    linked.func_new(member, move |_, ty, _, results| refuse(&function, &ty, results))?;
                }
                ComponentItem::Resource(_) if owns(interface, member) => {
                    linked.resource(member, ResourceType::host::<Nothing>(), |_, _| Ok(()))?;
                }
                _ => {}
            }
        }
    }
    Ok(())
}

/// Whether a resource is the interface's own. The others are of interfaces that it uses, and linked there.
fn owns(interface: WasiInterface, resource: &str) -> bool {
    match interface {
        WasiInterface::Network => resource == "network",
        WasiInterface::Tcp => resource == "tcp-socket",
        WasiInterface::Udp => resource != "network" && resource != "pollable",
        WasiInterface::IpNameLookup => resource == "resolve-address-stream",
        _ => false,
    }
}

fn refuse(function: &str, ty: &ComponentFunc, results: &mut [Val]) -> wasmtime::Result<()> {
    let result = ty.results().next();
    let can_say_so = matches!(&result, Some(Type::Result(result))
        if matches!(result.err(), Some(Type::Enum(codes)) if codes.names().any(|code| code == REFUSED)));
    match results {
        [result] if can_say_so => {
            *result = Val::Result(Err(Some(Box::new(Val::Enum(REFUSED.to_owned())))));
            Ok(())
        }
        _ => Err(Misuse(format!(
            "the component used the network by {function}, which is not there"
        ))
        .into()),
    }
}
