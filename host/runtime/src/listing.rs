//! Asks a component for its tools, once a revision, in an instance without capabilities: every import but `log` traps, so a
//! description can't depend on who asks, and there is no permit in the store.

use std::time::Duration;

use tokio::time::timeout;
use usher_policy::Limits;
use wasmtime::component::{Component, Linker};
use wasmtime::{Engine, Store};

use crate::bindings::{ToolProvider, contract};
use crate::engine::{FUEL, one_line, restrain};
use crate::fault::Limit;
use crate::limiter::Limiter;
use crate::load_error::LoadError;

/// Descriptions are constants; what takes longer computes something that it shouldn't.
const DEADLINE: Duration = Duration::from_secs(10);
/// The bytes of all descriptions and schemas of a component together.
const DESCRIPTIONS: usize = 4 << 20;

/// The tools of a component, as it describes them.
///
/// # Errors
/// The component doesn't export tools, or the listing failed.
pub(crate) async fn list_tools(
    engine: &Engine,
    component: &Component,
    limits: &Limits,
) -> Result<Vec<contract::Tool>, LoadError> {
    let mut linker = Linker::<Limiter>::new(engine);
    define_log(&mut linker, engine, component).map_err(|error| LoadError::Link {
        detail: one_line(&error),
    })?;
    linker
        .define_unknown_imports_as_traps(component)
        .map_err(|error| LoadError::Link {
            detail: one_line(&error),
        })?;
    let mut store = Store::new(engine, Limiter::new(limits));
    store.limiter(|limiter| limiter);
    restrain(&mut store, DESCRIPTIONS);
    // Refused where instructions aren't counted, and not needed.
    let _ = store.set_fuel(FUEL);
    let listing = timeout(DEADLINE, async {
        let instance = ToolProvider::instantiate_async(&mut store, component, &linker).await?;
        instance.usher_tool_tools().call_list_tools(&mut store).await
    });
    match listing.await {
        Ok(Ok(tools)) => Ok(tools),
        Ok(Err(error)) => Err(LoadError::Listing {
            detail: explain(&error, store.data().hit()),
        }),
        Err(_) => Err(LoadError::Listing {
            detail: format!("it took longer than {} s", DEADLINE.as_secs()),
        }),
    }
}

/// What went wrong, with the key of the grant that sets the limit if one was reached.
fn explain(error: &wasmtime::Error, hit: Option<Limit>) -> String {
    let detail = one_line(error);
    // The engine counts instances itself and has no type for having counted too many.
    let setting = match hit.and_then(Limit::setting) {
        None if detail.contains("instance count too high") => Some("limits.instances"),
        setting => setting,
    };
    match setting {
        Some(setting) => format!("{detail}; the grant sets this limit by `{setting}`"),
        None => detail,
    }
}

/// `log` answers without doing anything: it never fails, and there is nobody to log for.
fn define_log(linker: &mut Linker<Limiter>, engine: &Engine, component: &Component) -> wasmtime::Result<()> {
    let component_type = component.component_type();
    for (name, _) in component_type
        .imports(engine)
        .filter(|(name, _)| name.starts_with("usher:host/log@"))
    {
        linker.instance(name)?.func_new("log", |_, _, _, _| Ok(()))?;
    }
    Ok(())
}
