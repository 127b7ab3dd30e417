//! A grant: the operator's file beside a component, `expenses.grant.toml` beside `expenses.wasm`.
//!
//! ```toml
//! sha256 = "…"                                  # optional: only this very file
//!
//! [capabilities]                                # what the component may import, and how far that goes
//! log = true
//! my-documents = { containers = ["expenses"] }
//! shared-documents = { containers = [{ name = "rates", partition = "eur" }] }
//! config = { currency = "EUR" }
//! graph = { memberships = true, requests = [{ path = "/me", query = ["$select"] }] }
//! graph-write = { requests = [{ method = "POST", path = "/me/sendMail" }] }
//!
//! [[capabilities.http.origins]]
//! origin = "https://ledger.contoso.example"
//! methods = ["GET"]
//! paths = ["/entries", "/entries/{id}"]
//! credential = { on-behalf-of = "api://…/.default" }
//!
//! [capabilities.wasi]                           # for components that import WASI
//! clocks = true
//!
//! [tools.add_user_expense]                      # a tool without a rule isn't served
//! allow = { scope = "user_impersonation" }
//!
//! [tools.get_expense_stats]
//! allow = { group = "usher-admins" }            # a name of the host's [entra.groups], or an object id
//!
//! [limits]                                      # optional, with defaults
//! deadline-ms = 5000
//! ```

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;
use thiserror::Error;
use uuid::Uuid;

use crate::allowance::Allowance;
use crate::documents::{AllDocumentsGrant, ContainerGrant, SharedContainer, SharedDocumentsGrant};
use crate::graph::{GraphGrant, GraphWriteGrant};
use crate::http::HttpGrant;
use crate::limits::{LimitError, Limits};
use crate::requirement::{Requirement, grant_lines};
use crate::rule::Rule;
use crate::tool_policy::ToolPolicy;
use crate::wasi::WasiGrant;

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

/// What a component may import, by the names of the interfaces of `usher:host`; WASI has a table of its own.
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
    pub all_documents: Option<AllDocumentsGrant>,
    /// Items that belong to nobody, to read.
    pub shared_documents: Option<SharedDocumentsGrant>,
    /// Items that belong to nobody, to write.
    pub shared_documents_write: Option<SharedDocumentsGrant>,
    /// Microsoft Graph on behalf of the caller, to read.
    pub graph: Option<GraphGrant>,
    /// Microsoft Graph on behalf of the caller, to change things.
    pub graph_write: Option<GraphWriteGrant>,
    /// Other services over HTTPS.
    pub http: Option<HttpGrant>,
    /// What components that weren't written for this host import of WASI.
    pub wasi: WasiGrant,
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
    /// A rule names a group that the host's configuration doesn't.
    #[error(
        "tools.{tool}.allow: there is no group {group:?}: write its object id instead, or give it one in the host's configuration:\n[entra.groups]\n{} = \"<the group's object id>\"", key(.group)
    )]
    UnknownGroup {
        /// The tool.
        tool: String,
        /// The name.
        group: String,
    },
    /// A container is named for users' items and for shared ones.
    #[error(
        "the container {0:?} is named under shared-documents and under an interface of users' items: a container is for users or shared, never both"
    )]
    Mixed(String),
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

impl NotGranted {
    /// The lines under `[capabilities]` that would give what is missing, one for each interface.
    #[must_use]
    pub fn grant_lines(&self) -> Vec<String> {
        grant_lines(&self.missing)
    }
}

/// The text with each line masked from `credential` or `secret` on: errors show the line that they are about, and somebody may
/// have written a secret where its name belongs. As many bytes as before, so that lines and columns stay what they are.
fn masked(text: &str) -> String {
    let mask = |line: &str| match line.find("credential").into_iter().chain(line.find("secret")).min() {
        Some(at) => format!("{}{}", &line[..at], "*".repeat(line.len() - at)),
        None => line.to_owned(),
    };
    text.split('\n').map(mask).collect::<Vec<_>>().join("\n")
}

/// A key of TOML, quoted if it must be.
fn key(name: &str) -> String {
    let bare = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    if !name.is_empty() && name.bytes().all(bare) {
        name.to_owned()
    } else {
        toml::Value::String(name.to_owned()).to_string()
    }
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
        let grant: Self = toml::from_str(text).map_err(|mut error| {
            error.set_input(Some(&masked(text)));
            error
        })?;
        grant.limits.check()?;
        if let Some(digest) = &grant.sha256
            && !(digest.len() == 64 && digest.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')))
        {
            return Err(GrantError::Digest);
        }
        if let Some(mixed) = grant
            .containers()
            .find(|name| grant.shared_containers().any(|shared| shared.name == *name))
        {
            return Err(GrantError::Mixed(mixed.to_owned()));
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

    /// Puts object ids in the place of the names of groups. Done once at load, before [`Grant::admit`]; a name that stays is
    /// undecided for everybody, and so lets nobody in.
    ///
    /// # Errors
    /// A name that isn't known, with the line to write.
    pub fn resolve_groups(&mut self, names: &BTreeMap<String, Uuid>) -> Result<(), GrantError> {
        for (tool, ToolGrant { allow }) in &mut self.tools {
            allow.resolve_groups(names).map_err(|group| GrantError::UnknownGroup {
                tool: tool.clone(),
                group,
            })?;
        }
        Ok(())
    }

    /// The tools whose rule reads groups: a host that doesn't reach Microsoft Graph can't serve them.
    pub fn tools_by_group(&self) -> impl Iterator<Item = &str> {
        self.tools
            .iter()
            .filter(|(_, grant)| grant.allow.names_groups())
            .map(|(tool, _)| tool.as_str())
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
        if !self.tools.contains_key(tool) {
            return Ok(None);
        }
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
        Ok(self.policy(component, revision, tool, whole.narrowed_to(requires)))
    }

    /// The policy of one tool of a component that doesn't say what its tools need: its rule, and the whole grant. None if the grant
    /// has no rule for it: then it isn't served.
    #[must_use]
    pub fn admit_whole(&self, component: &str, revision: &str, tool: &str) -> Option<Arc<ToolPolicy>> {
        self.policy(component, revision, tool, self.allowance())
    }

    fn policy(&self, component: &str, revision: &str, tool: &str, allowance: Allowance) -> Option<Arc<ToolPolicy>> {
        let ToolGrant { allow } = self.tools.get(tool)?;
        Some(Arc::new(ToolPolicy {
            component: component.to_owned(),
            revision: revision.to_owned(),
            tool: tool.to_owned(),
            rule: allow.clone(),
            groups: allow.groups(),
            allowance,
            limits: self.limits.clone(),
        }))
    }

    /// The containers of users' items that it names.
    pub fn containers(&self) -> impl Iterator<Item = &str> {
        let granted = &self.capabilities;
        let mine = [&granted.my_documents, &granted.my_documents_write]
            .into_iter()
            .flatten();
        mine.map(|grant| &grant.containers)
            .chain(granted.all_documents.iter().map(|grant| &grant.containers))
            .flatten()
            .map(String::as_str)
    }

    /// The shared containers that it names, with the partitions that it gives of them.
    pub fn shared_containers(&self) -> impl Iterator<Item = &SharedContainer> {
        let granted = &self.capabilities;
        [&granted.shared_documents, &granted.shared_documents_write]
            .into_iter()
            .flatten()
            .flat_map(|grant| &grant.containers)
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
            all_documents: list(granted.all_documents.as_ref().map(|all| &all.containers)),
            owner: granted.all_documents.as_ref().map(|all| all.owner).unwrap_or_default(),
            shared_documents: list(granted.shared_documents.as_ref().map(|shared| &shared.containers)),
            shared_documents_write: list(granted.shared_documents_write.as_ref().map(|shared| &shared.containers)),
            memberships: granted.graph.as_ref().is_some_and(|graph| graph.memberships),
            graph: list(granted.graph.as_ref().map(|graph| &graph.requests)),
            graph_write: list(granted.graph_write.as_ref().map(|graph| &graph.requests)),
            http: list(granted.http.as_ref().map(|http| &http.origins)),
        }
    }
}

fn list<T: Clone>(granted: Option<&Vec<T>>) -> Vec<T> {
    granted.cloned().unwrap_or_default()
}
