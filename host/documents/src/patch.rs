//! Patches: steps on parts of an item, all or none.
//!
//! Paths are JSON Pointers (RFC 6901). What a step does where something or nothing is there is Azure Cosmos DB's "Partial document
//! update", supported operations. The id and the properties of store and host are out of reach.

use crate::body::{SYSTEM_PROPERTIES, host_property};
use crate::error::StoreError;
use crate::operations::{MAX_PATCH_OPERATIONS, PatchOperation};
use crate::partition::PropertyPath;
use crate::query::json;
use crate::query::value::Value;

/// A patch whose paths and values are sound.
#[derive(Clone, Debug)]
pub(crate) struct Patch(Vec<Step>);

#[derive(Clone, Debug)]
enum Step {
    Add(Pointer, Value),
    Set(Pointer, Value),
    Replace(Pointer, Value),
    Remove(Pointer),
    Increment(Pointer, f64),
    Move(Pointer, Pointer),
}

/// A path in an item: at least one name.
#[derive(Clone, Debug, PartialEq)]
struct Pointer {
    parents: Vec<String>,
    last: String,
    text: String,
}

impl Patch {
    /// Checks what can be checked without the item.
    pub(crate) fn check(operations: &[PatchOperation], partition_paths: &[PropertyPath]) -> Result<Self, StoreError> {
        if operations.is_empty() || operations.len() > MAX_PATCH_OPERATIONS {
            return Err(StoreError::Invalid(format!(
                "a patch has 1 to {MAX_PATCH_OPERATIONS} operations"
            )));
        }
        let pointer = |path: &str| Pointer::parse(path, partition_paths);
        let value = |path: &str, text: &str| json::parse_given(&format!("the value for `{path}`"), text);
        let steps = operations.iter().map(|operation| {
            Ok(match operation {
                PatchOperation::Add { path, value: text } => Step::Add(pointer(path)?, value(path, text)?),
                PatchOperation::Set { path, value: text } => Step::Set(pointer(path)?, value(path, text)?),
                PatchOperation::Replace { path, value: text } => Step::Replace(pointer(path)?, value(path, text)?),
                PatchOperation::Remove { path } => Step::Remove(pointer(path)?),
                PatchOperation::Increment { path, by } if by.is_finite() => Step::Increment(pointer(path)?, *by),
                PatchOperation::Increment { path, .. } => {
                    return Err(StoreError::Invalid(format!(
                        "`{path}` can't be incremented by what isn't finite"
                    )));
                }
                PatchOperation::Move { from, path } => {
                    let (from, to) = (pointer(from)?, pointer(path)?);
                    if to
                        .text
                        .strip_prefix(&from.text)
                        .is_some_and(|rest| rest.starts_with('/'))
                    {
                        return Err(from.error("can't be moved into itself"));
                    }
                    Step::Move(from, to)
                }
            })
        });
        Ok(Self(steps.collect::<Result<_, _>>()?))
    }

    /// The item `body` after all steps.
    pub(crate) fn apply(&self, body: &str) -> Result<String, StoreError> {
        let mut item = json::parse_item(body)
            .map_err(|error| StoreError::unavailable(format!("a stored body isn't JSON any more: {error}")))?;
        self.0.iter().try_for_each(|step| step.apply(&mut item))?;
        Ok(json::to_text(&item))
    }
}

impl Step {
    fn apply(&self, item: &mut Value) -> Result<(), StoreError> {
        match self {
            Self::Add(pointer, value) => pointer.write(item, value.clone(), Write::Add),
            Self::Set(pointer, value) => pointer.write(item, value.clone(), Write::Set),
            Self::Replace(pointer, value) => pointer.write(item, value.clone(), Write::Replace),
            Self::Remove(pointer) => pointer.remove(item).map(drop),
            Self::Increment(pointer, by) => pointer.increment(item, *by),
            Self::Move(from, to) => {
                let value = from.remove(item)?;
                to.write(item, value, Write::Add)
            }
        }
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Write {
    Add,
    Set,
    Replace,
}

impl Pointer {
    fn parse(text: &str, partition_paths: &[PropertyPath]) -> Result<Self, StoreError> {
        let invalid = |what: &str| StoreError::Invalid(format!("the path `{text}` {what}"));
        let Some(rest) = text.strip_prefix('/') else {
            return Err(invalid("isn't a JSON Pointer: it starts with `/`"));
        };
        let mut parents = Vec::new();
        let mut last = String::new();
        for (depth, token) in rest.split('/').enumerate() {
            if token.replace("~0", "").replace("~1", "").contains('~') {
                return Err(invalid("isn't a JSON Pointer: `~` is written `~0`"));
            }
            let name = token.replace("~1", "/").replace("~0", "~");
            let parent = std::mem::replace(&mut last, name);
            if depth > 0 {
                parents.push(parent);
            }
        }
        let top = parents.first().unwrap_or(&last);
        if top.is_empty() {
            return Err(invalid("names nothing"));
        }
        if top == "id" {
            return Err(invalid("can't be patched: an item keeps its id"));
        }
        if SYSTEM_PROPERTIES.contains(&top.as_str()) {
            return Err(invalid("can't be patched: it belongs to the store"));
        }
        if partition_paths.iter().any(|path| path.property() == top) {
            return Err(host_property(top));
        }
        Ok(Self {
            parents,
            last,
            text: text.to_owned(),
        })
    }

    fn error(&self, what: &str) -> StoreError {
        StoreError::Invalid(format!("the path `{}` {what}", self.text))
    }

    fn parent<'v>(&self, item: &'v mut Value) -> Result<&'v mut Value, StoreError> {
        let mut value = item;
        for name in &self.parents {
            let next = match value {
                Value::Object(members) => members
                    .iter_mut()
                    .find(|(known, _)| known == name)
                    .map(|(_, member)| member),
                Value::Array(elements) => array_index(name).and_then(|index| elements.get_mut(index)),
                _ => None,
            };
            value = next.ok_or_else(|| self.error("leads nowhere"))?;
        }
        Ok(value)
    }

    fn write(&self, item: &mut Value, value: Value, how: Write) -> Result<(), StoreError> {
        match self.parent(item)? {
            Value::Object(members) => match members.iter_mut().find(|(name, _)| *name == self.last) {
                Some((_, member)) => *member = value,
                None if how == Write::Replace => return Err(self.error("leads nowhere: there is nothing to replace")),
                None => members.push((self.last.clone(), value)),
            },
            Value::Array(elements) => {
                let append = self.last == "-" && how != Write::Replace;
                let index = if append {
                    Some(elements.len())
                } else {
                    array_index(&self.last)
                };
                match index {
                    Some(index) if how == Write::Add && index <= elements.len() => elements.insert(index, value),
                    Some(index) if index < elements.len() => elements[index] = value,
                    Some(index) if how == Write::Set && index == elements.len() => elements.push(value),
                    _ => return Err(self.error("isn't a place in the array")),
                }
            }
            _ => return Err(self.error("leads nowhere")),
        }
        Ok(())
    }

    fn remove(&self, item: &mut Value) -> Result<Value, StoreError> {
        let removed = match self.parent(item)? {
            Value::Object(members) => members
                .iter()
                .position(|(name, _)| *name == self.last)
                .map(|index| members.remove(index).1),
            Value::Array(elements) => array_index(&self.last)
                .filter(|index| *index < elements.len())
                .map(|index| elements.remove(index)),
            _ => None,
        };
        removed.ok_or_else(|| self.error("leads nowhere: there is nothing to remove"))
    }

    fn increment(&self, item: &mut Value, by: f64) -> Result<(), StoreError> {
        let target = match self.parent(item)? {
            Value::Object(members) => match members.iter().position(|(name, _)| *name == self.last) {
                Some(index) => &mut members[index].1,
                None => {
                    members.push((self.last.clone(), Value::from_f64(by)));
                    return Ok(());
                }
            },
            Value::Array(elements) => array_index(&self.last)
                .and_then(|index| elements.get_mut(index))
                .ok_or_else(|| self.error("leads nowhere"))?,
            _ => return Err(self.error("leads nowhere")),
        };
        let Value::Number(number) = target else {
            return Err(self.error("isn't a number"));
        };
        match Value::from_f64(number.as_f64() + by) {
            Value::Undefined => return Err(self.error("would become a number that JSON doesn't know")),
            sum => *target = sum,
        }
        Ok(())
    }
}

/// An array's index: digits without leading zeros (RFC 6901, section 4).
fn array_index(name: &str) -> Option<usize> {
    let plain = name == "0" || (!name.starts_with('0') && name.bytes().all(|byte| byte.is_ascii_digit()));
    if plain { name.parse().ok() } else { None }
}
