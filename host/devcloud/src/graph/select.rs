//! `$select`: which properties of an entity an answer has.

use serde_json::{Map, Value};

use super::answer::GraphError;

/// The value of `$select`.
pub(crate) struct Selected<'a>(Option<Vec<&'a str>>);

impl<'a> Selected<'a> {
    pub(crate) fn of(option: Option<&'a str>) -> Self {
        Self(option.map(|text| text.split(',').map(str::trim).collect()))
    }

    /// The properties asked for; all of them, if nothing was selected.
    pub(crate) fn pick(&self, entity: Value, kind: &str) -> Result<Map<String, Value>, GraphError> {
        let Value::Object(mut entity) = entity else {
            return Ok(Map::new());
        };
        let Some(names) = &self.0 else { return Ok(entity) };
        for name in names {
            if !entity.contains_key(*name) {
                return Err(GraphError::unknown_property(name, kind));
            }
        }
        entity.retain(|name, _| names.contains(&name.as_str()));
        Ok(entity)
    }

    /// The selection as an answer's context repeats it: `(id,displayName)`.
    pub(crate) fn in_context(&self) -> String {
        self.0
            .as_ref()
            .map_or(String::new(), |names| format!("({})", names.join(",")))
    }

    pub(crate) fn is_some(&self) -> bool {
        self.0.is_some()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_selected_is_given_and_what_is_unknown_is_refused() {
        let entity = json!({ "id": 1, "mail": 2 });
        for (selection, properties) in [
            (None, entity.clone()),
            (Some("id"), json!({ "id": 1 })),
            (Some("mail, id,id"), entity.clone()),
        ] {
            let picked = Selected::of(selection).pick(entity.clone(), "user").unwrap();
            assert_eq!(Value::Object(picked), properties);
        }
        for selection in ["", "ID", "id,password"] {
            assert!(
                Selected::of(Some(selection)).pick(entity.clone(), "user").is_err(),
                "{selection}"
            );
        }
    }
}
