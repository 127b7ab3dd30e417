//! Components that weren't written for this host: each function that they export is a tool.
//!
//! **In** comes the type of a component that doesn't export `usher:tool/tools`. **Out** go descriptions of tools as any component
//! of the contract would give them, so that checking, granting, listing and change control don't know the difference, and what it
//! takes to call them.
//!
//! - *Name*: the function's, with the interface's before it: `contoso:weather/forecast@1.0.0#get` is
//!   `contoso_weather_forecast_get`, a function of no interface is called as it is. Versions are left out. Names of WIT have no
//!   underscore in them, so two functions have one name only if they are in two versions of one interface; then the component is
//!   refused.
//! - *Schema*: from the types of parameters and result; see [`json_schema`].
//! - *Description*: the documentation in WIT, if the component carries it (section `package-docs`); else what is known.
//! - *Answer*: structured content `{"result": …}`; the error of a `result` is the tool's error.
//!
//! Functions that JSON can't call (with resources, streams, futures; methods; asynchronous ones) aren't served, each with its
//! reason in [`Unserved`]. A component says nothing of what its functions need, so each of them reaches what the grant gives to the
//! component as a whole.
//!
//! A call is like any other: a permit, limits, a deadline, one fresh instance.

mod docs;
mod json_schema;
mod shape;
mod values;

use std::collections::HashMap;

use serde_json::{Value, json};
use wasmtime::component::types::{ComponentFunc, ComponentItem};
use wasmtime::component::{Component, ComponentExportIndex, Instance, Val};
use wasmtime::{AsContextMut, Store};

use crate::bindings::contract;
use crate::load_error::LoadError;
use docs::Docs;
use json_schema::Direction;
use shape::{Shape, Size};

/// The longest name of a tool.
const NAME_LENGTH: usize = 64;

/// A function that isn't served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unserved {
    /// Its name with that of its interface: `contoso:weather/forecast@1.0.0#subscribe`.
    pub function: String,
    /// Why not, as the rest of a sentence about it.
    pub why: String,
}

/// What a foreign component exports.
pub(crate) struct Exported {
    pub(crate) functions: Vec<Function>,
    pub(crate) unserved: Vec<Unserved>,
}

/// A function that is a tool.
#[derive(Clone)]
pub(crate) struct Function {
    tool: String,
    interface: Option<String>,
    name: String,
    description: String,
    parameters: Vec<(String, Shape)>,
    result: Option<Shape>,
}

impl Exported {
    /// What a component exports, by its type. `wasm` are its bytes, for the documentation that they may carry.
    ///
    /// # Errors
    /// [`LoadError::SameName`].
    pub(crate) fn of(component: &Component, wasm: &[u8]) -> Result<Self, LoadError> {
        let engine = component.engine();
        let docs = Docs::read(wasm);
        let mut exported = Self {
            functions: Vec::new(),
            unserved: Vec::new(),
        };
        for (name, item) in component.component_type().exports(engine) {
            match &item.ty {
                ComponentItem::ComponentFunc(function) => exported.add(None, name, function, &docs),
                ComponentItem::ComponentInstance(instance) => {
                    for (function, item) in instance.exports(engine) {
                        if let ComponentItem::ComponentFunc(ty) = &item.ty {
                            exported.add(Some(name), function, ty, &docs);
                        }
                    }
                }
                _ => {}
            }
        }
        let mut owners: HashMap<&str, &Function> = HashMap::new();
        for function in &exported.functions {
            if let Some(other) = owners.insert(&function.tool, function) {
                return Err(LoadError::SameName {
                    tool: function.tool.clone(),
                    one: other.path(),
                    other: function.path(),
                });
            }
        }
        Ok(exported)
    }

    fn add(&mut self, interface: Option<&str>, name: &str, ty: &ComponentFunc, docs: &Docs) {
        match Function::of(interface, name, ty, docs) {
            Ok(function) => self.functions.push(function),
            Err(why) => self.unserved.push(Unserved {
                function: path(interface, name),
                why,
            }),
        }
    }

    /// The tools, as a component of the contract would list them.
    pub(crate) fn tools(&self) -> Vec<contract::Tool> {
        self.functions.iter().map(Function::describe).collect()
    }
}

impl Function {
    fn of(interface: Option<&str>, name: &str, ty: &ComponentFunc, docs: &Docs) -> Result<Self, String> {
        if interface.is_some_and(|interface| interface.starts_with("wasi:")) {
            return Err("is how WASI starts a program, not a tool".to_owned());
        }
        if interface.is_some_and(|interface| interface.starts_with("usher:")) {
            return Err("is of this host's contract, of which `usher:tool/tools@0.1.0` alone makes tools".to_owned());
        }
        if name.starts_with('[') {
            return Err("belongs to a resource, which lives longer than a call".to_owned());
        }
        if ty.async_() {
            return Err("is asynchronous; build it with plain functions".to_owned());
        }
        let tool = tool_name(interface, name);
        if tool.len() > NAME_LENGTH {
            return Err(format!(
                "would be the tool `{tool}`, whose name has {} characters; at most {NAME_LENGTH} are served",
                tool.len()
            ));
        }
        let mut size = Size::default();
        let parameters = ty.params().map(|(name, ty)| match Shape::of(&ty, &mut size) {
            Ok(shape) => Ok((name.to_owned(), shape)),
            Err(why) => Err(format!("has a parameter `{name}` with {why}")),
        });
        let parameters = parameters.collect::<Result<_, _>>()?;
        let result = ty.results().next();
        let result = result.map(|ty| Shape::of(&ty, &mut size).map_err(|why| format!("has a result with {why}")));
        Ok(Self {
            tool,
            description: docs.describe(interface, name),
            interface: interface.map(str::to_owned),
            name: name.to_owned(),
            parameters,
            result: result.transpose()?,
        })
    }

    fn path(&self) -> String {
        path(self.interface.as_deref(), &self.name)
    }

    fn describe(&self) -> contract::Tool {
        let succeeds_with = match &self.result {
            Some(Shape::Result(ok, _)) => ok.as_deref(),
            other => other.as_ref(),
        };
        let result = succeeds_with.map_or(json!({"type": "null"}), |shape| json_schema::of(shape, Direction::Out));
        let output = json!({
            "type": "object",
            "properties": {"result": result},
            "required": ["result"],
            "additionalProperties": false,
        });
        contract::Tool {
            name: self.tool.clone(),
            description: self.description.clone(),
            input_schema: json_schema::of_record(&self.parameters, Direction::In).to_string(),
            options: Some(contract::ToolOptions {
                title: None,
                output_schema: Some(output.to_string()),
                annotations: None,
                requires: Vec::new(),
                long_running: false,
                icons: Vec::new(),
                meta: None,
            }),
        }
    }

    /// Where it is in a component.
    pub(crate) fn find(&self, component: &Component) -> Option<ComponentExportIndex> {
        let interface = match &self.interface {
            Some(interface) => Some(component.get_export_index(None, interface)?),
            None => None,
        };
        component.get_export_index(interface.as_ref(), &self.name)
    }

    pub(crate) fn tool(&self) -> &str {
        &self.tool
    }

    /// Calls it in an instance. The outer error is wasmtime's.
    pub(crate) async fn call<T: Send>(
        &self,
        store: &mut Store<T>,
        instance: &Instance,
        at: &ComponentExportIndex,
        arguments: &str,
    ) -> wasmtime::Result<Result<contract::CallToolOutcome, contract::Error>> {
        let parameters = match self.values(arguments) {
            Ok(parameters) => parameters,
            Err(why) => return Ok(Err(contract::Error::InvalidParams(why))),
        };
        let function = instance
            .get_func(store.as_context_mut(), at)
            .ok_or_else(|| wasmtime::Error::msg("a function is missing that the component's type has"))?;
        let mut results = vec![Val::Bool(false); usize::from(self.result.is_some())];
        function.call_async(store, &parameters, &mut results).await?;
        Ok(self.outcome(results.pop()))
    }

    /// The arguments in the order of the parameters.
    fn values(&self, arguments: &str) -> Result<Vec<Val>, String> {
        let arguments: Value = serde_json::from_str(arguments).map_err(|error| format!("not JSON: {error}"))?;
        values::of_record(&arguments, &self.parameters, "")
            .map(|fields| fields.into_iter().map(|(_, value)| value).collect())
    }

    fn outcome(&self, result: Option<Val>) -> Result<contract::CallToolOutcome, contract::Error> {
        let result = match (result, &self.result) {
            (Some(Val::Result(Err(error))), Some(Shape::Result(_, shape))) => {
                return Err(contract::Error::Failed(failure(error.as_deref(), shape.as_deref())));
            }
            (Some(Val::Result(Ok(value))), Some(Shape::Result(shape, _))) => {
                values::payload(value.as_deref(), shape.as_deref())
            }
            (value, shape) => values::payload(value.as_ref(), shape.as_ref()),
        };
        let result = contract::CallToolResult {
            content: Vec::new(),
            structured_content: Some(json!({ "result": result }).to_string()),
            meta: None,
        };
        Ok(contract::CallToolOutcome::Complete(result))
    }
}

/// What an error says: a text as it is, anything else as JSON.
fn failure(error: Option<&Val>, shape: Option<&Shape>) -> String {
    match values::payload(error, shape) {
        Value::String(text) if !text.trim().is_empty() => text,
        Value::Null => "It didn't work; the tool doesn't say why.".to_owned(),
        other => other.to_string(),
    }
}

fn path(interface: Option<&str>, name: &str) -> String {
    match interface {
        Some(interface) => format!("{interface}#{name}"),
        None => name.to_owned(),
    }
}

/// The name of a tool: that of the function, with that of the interface without its version before it.
fn tool_name(interface: Option<&str>, name: &str) -> String {
    match interface {
        Some(interface) => {
            let unversioned = interface.split_once('@').map_or(interface, |(name, _)| name);
            format!("{}_{name}", unversioned.replace([':', '/'], "_"))
        }
        None => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tool_is_called_like_its_function_and_interface() {
        assert_eq!(tool_name(None, "get-weather"), "get-weather");
        assert_eq!(tool_name(Some("forecast"), "get"), "forecast_get");
        assert_eq!(
            tool_name(Some("contoso:weather/forecast@1.0.0"), "get-day"),
            "contoso_weather_forecast_get-day"
        );
    }
}
