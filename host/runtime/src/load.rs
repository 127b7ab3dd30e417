//! From the files of a component to a revision that can be served.
//!
//! Each component goes the same way, and the first thing that doesn't hold refuses it and no other: grant, pinned digest,
//! compile, imports against the grant, link, list, check, admit.

use std::sync::Arc;

use usher_policy::{Grant, ToolPolicy};

use crate::component::{LinkedComponent, Offer};
use crate::engine::one_line;
use crate::examined::{Compiled, ExaminedTool};
use crate::load_error::LoadError;
use crate::revision::{REVISION_DIGITS, Revision};
use crate::runtime::Runtime;
use crate::source::{Source, sha256};
use crate::tool::Tool;
use crate::{description, imports};

/// Loads one component: all of its tools that have a rule, or none.
pub(crate) async fn revision(runtime: &Runtime, source: &Source) -> Result<Revision, LoadError> {
    let (grant, grant_digest) = read_grant(runtime, source)?;
    let digest = source.digest();
    if let Some(pinned) = grant.sha256.as_ref().filter(|pinned| **pinned != digest) {
        return Err(LoadError::Pinned {
            actual: digest,
            pinned: pinned.clone(),
        });
    }
    let compiled = Compiled::new(runtime, digest, &source.wasm)?;
    let admitted = imports::admit(&runtime.engine, &compiled.component, &grant, &runtime.services)?;
    let linked =
        LinkedComponent::link(&compiled.component, &compiled.offer, &admitted).map_err(|error| LoadError::Link {
            detail: one_line(&error),
        })?;
    let checked = compiled.describe(runtime, &grant.limits).await?;
    let examined = checked.iter().map(ExaminedTool::from).collect();
    let short = &compiled.digest[..REVISION_DIGITS];
    let narrowing = match compiled.offer {
        Offer::Contract(_) => Narrowing::ByTool,
        Offer::Functions(_) => Narrowing::None,
    };
    let tools = admit(&grant, &source.name, short, checked, narrowing, Arc::new(linked))?;
    Ok(Revision {
        name: source.name.clone(),
        grant_digest,
        tools,
        examined: compiled.examined(examined),
    })
}

/// Whether tools say what they need, so that each of them gets no more than that of its component's grant.
#[derive(Clone, Copy)]
enum Narrowing {
    ByTool,
    None,
}

/// Gives each tool its policy, and refuses a grant that doesn't fit the component.
fn admit(
    grant: &Grant,
    component: &str,
    revision: &str,
    checked: Vec<description::Checked>,
    narrowing: Narrowing,
    linked: Arc<LinkedComponent>,
) -> Result<Vec<Arc<Tool>>, LoadError> {
    let listed = checked
        .iter()
        .map(|checked| checked.tool.name.as_str())
        .collect::<Vec<_>>()
        .join(", ");
    let missing: Vec<_> = grant
        .tools
        .keys()
        .filter(|name| !checked.iter().any(|checked| checked.tool.name == **name))
        .cloned()
        .collect();
    if !missing.is_empty() {
        return Err(LoadError::NoSuchTool {
            tools: missing.join(", "),
            listed,
        });
    }
    let example = checked
        .first()
        .map(|checked| checked.tool.name.clone())
        .unwrap_or_default();
    let mut tools = Vec::new();
    for checked in checked {
        let policy: Option<Arc<ToolPolicy>> = match narrowing {
            Narrowing::ByTool => grant.admit(component, revision, &checked.tool.name, &checked.requires)?,
            Narrowing::None => grant.admit_whole(component, revision, &checked.tool.name),
        };
        let Some(policy) = policy else { continue };
        tools.push(Arc::new(Tool {
            description: checked.tool,
            input: checked.input,
            output: checked.output,
            client: checked.client,
            policy,
            component: Arc::clone(&linked),
        }));
    }
    if tools.is_empty() {
        return Err(LoadError::NothingServed { listed, example });
    }
    Ok(tools)
}

/// Reads the grant of a component, with the names of its groups resolved. Also gives the SHA-256 of its text.
fn read_grant(runtime: &Runtime, source: &Source) -> Result<(Grant, String), LoadError> {
    let file = format!("{}.grant.toml", source.name);
    let Some(text) = &source.grant else {
        return Err(LoadError::NoGrant {
            file,
            example: source.name.clone(),
        });
    };
    let unusable = |source| LoadError::Grant {
        file: file.clone(),
        source,
    };
    let mut grant = Grant::parse(text).map_err(unusable)?;
    let by_group = grant.tools_by_group().next();
    if let Some(tool) = by_group.filter(|_| runtime.services.graph().is_none()) {
        return Err(LoadError::GroupWithoutGraph { tool: tool.to_owned() });
    }
    grant.resolve_groups(&runtime.groups).map_err(unusable)?;
    Ok((grant, sha256(text.as_bytes())))
}
