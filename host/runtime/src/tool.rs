//! A tool that is served.

use std::sync::Arc;

use serde_json::Value;
use usher_policy::ToolPolicy;

use crate::bindings::contract;
use crate::component::LinkedComponent;
use crate::schema::{Schema, Violation};

/// One tool of one revision: its description as the component gave it and the host checked it, its policy, and what it runs on.
pub struct Tool {
    pub(crate) description: contract::Tool,
    pub(crate) input: Schema,
    pub(crate) output: Option<Schema>,
    /// What the client must be able to do: the `client` requirements of the tool, together.
    pub(crate) client: contract::ClientCapabilities,
    pub(crate) policy: Arc<ToolPolicy>,
    pub(crate) component: Arc<LinkedComponent>,
}

impl Tool {
    /// The name: 1 to 64 characters of `A-Z a-z 0-9 _ - .`, unique in the catalog.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.description.name
    }

    /// The description as the component gave it. Its JSON is valid, its schemas compile.
    #[must_use]
    pub fn description(&self) -> &contract::Tool {
        &self.description
    }

    /// The input schema: a JSON object.
    #[must_use]
    pub fn input_schema(&self) -> &Value {
        self.input.document()
    }

    /// The output schema, if there is one: a JSON object.
    #[must_use]
    pub fn output_schema(&self) -> Option<&Value> {
        self.output.as_ref().map(Schema::document)
    }

    /// What the client must be able to do, or the call is answered with -32021.
    #[must_use]
    pub fn client_requirements(&self) -> contract::ClientCapabilities {
        self.client
    }

    /// For whom it is and what it may reach, for [`usher_policy::authorize`].
    #[must_use]
    pub fn policy(&self) -> &Arc<ToolPolicy> {
        &self.policy
    }

    /// Holds arguments against the input schema.
    ///
    /// # Errors
    /// Each violation by the path of the value and the rule; at most a handful. No value is quoted.
    pub fn check_arguments(&self, arguments: &Value) -> Result<(), Vec<Violation>> {
        self.input.check(arguments)
    }
}

impl std::fmt::Debug for Tool {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tool")
            .field("name", &self.name())
            .field("revision", &self.policy.revision())
            .finish_non_exhaustive()
    }
}
