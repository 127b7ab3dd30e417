//! A grant: the operator's file beside a component, `expenses.grant.toml` beside `expenses.wasm`.
//!
//! ```toml
//! sha256 = "…"                                  # optional: only this very file
//!
//! [capabilities]                                # what the component may import, and how far that goes
//! log = true
//! my-documents = { containers = ["expenses"] }
//! config = { currency = "EUR" }
//!
//! [tools.add_user_expense]                      # a tool without a rule isn't served
//! allow = { scope = "user_impersonation" }
//!
//! [limits]                                      # optional, with defaults
//! deadline-ms = 5000
//! ```

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;
use thiserror::Error;

use crate::allowance::{Allowance, Containers};
use crate::limits::{LimitError, Limits};
use crate::permit::ToolPolicy;
use crate::requirement::Requirement;
use crate::rule::Rule;

/// A grant as it is written. Unknown keys are errors, so that a typing error never grants or withholds anything silently.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Grant {
    /// The component's SHA-256 in lower-case hexadecimal. If it is there, no other file is loaded.
    pub sha256: Option<String>,
    /// What the component may import.
    #[serde(default)]
    pub capabilities: Capabilities,
    /// The tools that are served, by name, and for whom.
    #[serde(default)]
    pub tools: BTreeMap<String, ToolGrant>,
    /// What each call may use up.
    #[serde(default)]
    pub limits: Limits,
}

/// What a component may import, by the names of the interfaces of `usher:host`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Capabilities {
    /// Who is calling.
    pub identity: bool,
    /// Messages to the operator's log.
    pub log: bool,
    /// Settings for the component. Never secrets. None: the interface isn't granted.
    pub config: Option<BTreeMap<String, String>>,
    /// The caller's own items, to read.
    pub my_documents: Option<ContainerGrant>,
    /// The caller's own items, to write.
    pub my_documents_write: Option<ContainerGrant>,
    /// Everybody's items, to read.
    pub all_documents: Option<ContainerGrant>,
}

/// The containers that an interface of documents reaches.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContainerGrant {
    /// Names of containers of the host's configuration.
    pub containers: Containers,
}

/// For whom a tool is.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ToolGrant {
    /// Who may see and call it.
    pub allow: Rule,
}

/// Why a grant can't be used.
#[derive(Debug, Error)]
pub enum GrantError {
    /// It isn't TOML, or has a key that isn't known or a value of the wrong kind. The text has line and column.
    #[error("the grant doesn't read: {0}")]
    Malformed(#[from] toml::de::Error),
    /// A limit is out of its range.
    #[error(transparent)]
    Limit(#[from] LimitError),
    /// A rule that this host can't enforce.
    #[error("tools.{tool}.allow: {why}")]
    Rule {
        /// The tool.
        tool: String,
        /// What is wrong, and what to write instead.
        why: String,
    },
    /// `sha256` isn't one.
    #[error("sha256 must be 64 lower-case hexadecimal digits")]
    Digest,
}

/// Requirements of a tool that the grant doesn't cover.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("the tool {tool} requires {}, which the grant doesn't give", join(.missing))]
pub struct NotGranted {
    /// The tool.
    pub tool: String,
    /// What is missing.
    pub missing: Vec<Requirement>,
}

fn join(requirements: &[Requirement]) -> String {
    requirements
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(", ")
}

impl Grant {
    /// Reads a grant and checks everything about it that can be checked without the component.
    ///
    /// # Errors
    /// What is wrong, with line and column where there is one.
    pub fn parse(text: &str) -> Result<Self, GrantError> {
        let grant: Self = toml::from_str(text)?;
        grant.limits.check()?;
        if let Some(digest) = &grant.sha256
            && !(digest.len() == 64 && digest.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')))
        {
            return Err(GrantError::Digest);
        }
        for (tool, ToolGrant { allow }) in &grant.tools {
            if let Some(why) = allow.unenforceable() {
                return Err(GrantError::Rule {
                    tool: tool.clone(),
                    why,
                });
            }
        }
        Ok(grant)
    }

    /// The policy of one tool: its rule, and the grant narrowed to what the tool requires. None if the grant has no rule for it:
    /// then it isn't served.
    ///
    /// # Errors
    /// The requirements that the grant doesn't cover.
    pub fn admit(
        &self,
        component: &str,
        revision: &str,
        tool: &str,
        requires: &[Requirement],
    ) -> Result<Option<Arc<ToolPolicy>>, NotGranted> {
        let Some(ToolGrant { allow }) = self.tools.get(tool) else {
            return Ok(None);
        };
        let whole = self.allowance();
        let missing: Vec<_> = requires
            .iter()
            .filter(|requirement| !whole.meets(requirement))
            .cloned()
            .collect();
        if !missing.is_empty() {
            return Err(NotGranted {
                tool: tool.to_owned(),
                missing,
            });
        }
        Ok(Some(Arc::new(ToolPolicy {
            component: component.to_owned(),
            revision: revision.to_owned(),
            tool: tool.to_owned(),
            rule: allow.clone(),
            allowance: whole.narrowed_to(requires),
            limits: self.limits.clone(),
        })))
    }

    /// The containers that it names.
    pub fn containers(&self) -> impl Iterator<Item = &str> {
        let granted = &self.capabilities;
        [
            &granted.my_documents,
            &granted.my_documents_write,
            &granted.all_documents,
        ]
        .into_iter()
        .flatten()
        .flat_map(|grant| grant.containers.iter().map(String::as_str))
    }

    /// Everything that the grant gives to the component as a whole.
    #[must_use]
    pub fn allowance(&self) -> Allowance {
        let containers =
            |grant: &Option<ContainerGrant>| grant.as_ref().map(|g| g.containers.clone()).unwrap_or_default();
        let granted = &self.capabilities;
        Allowance {
            identity: granted.identity,
            log: granted.log,
            config: Arc::new(granted.config.clone().unwrap_or_default()),
            my_documents: containers(&granted.my_documents),
            my_documents_write: containers(&granted.my_documents_write),
            all_documents: containers(&granted.all_documents),
        }
    }
}
