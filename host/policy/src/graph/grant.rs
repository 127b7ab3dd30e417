//! `graph` and `graph-write` in a grant.

use serde::Deserialize;

use crate::method::Method;
use crate::path::PathTemplate;
use crate::query::QueryOptions;
use crate::size;

/// What a component may read of Microsoft Graph on behalf of the caller.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "AsWritten")]
pub struct GraphGrant {
    /// Whether it may ask which groups the caller is in.
    pub memberships: bool,
    /// The requests.
    pub requests: Vec<GraphRequestGrant>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct AsWritten {
    #[serde(default)]
    memberships: bool,
    #[serde(default)]
    requests: Vec<GraphRequestGrant>,
}

/// A request that reads (GET).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "RequestAsWritten")]
pub struct GraphRequestGrant {
    /// The path below `/v1.0`.
    pub path: PathTemplate,
    /// The query options that it may have.
    pub query: QueryOptions,
    /// The largest answer, in bytes. Default 1 MiB, at most 64 MiB.
    pub max_response_bytes: usize,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct RequestAsWritten {
    path: String,
    #[serde(default)]
    query: QueryOptions,
    #[serde(default = "size::default_bytes")]
    max_response_bytes: usize,
}

/// What a component may change through Microsoft Graph on behalf of the caller.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "WriteAsWritten")]
pub struct GraphWriteGrant {
    /// The requests.
    pub requests: Vec<GraphWriteRequestGrant>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WriteAsWritten {
    requests: Vec<GraphWriteRequestGrant>,
}

/// A request that may change something (POST, PUT, PATCH, DELETE).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "WriteRequestAsWritten")]
pub struct GraphWriteRequestGrant {
    /// The method.
    pub method: Method,
    /// The path below `/v1.0`.
    pub path: PathTemplate,
    /// The query options that it may have.
    pub query: QueryOptions,
    /// The largest body, in bytes. Default 1 MiB, at most 64 MiB.
    pub max_request_bytes: usize,
    /// The largest answer, in bytes. Default 1 MiB, at most 64 MiB.
    pub max_response_bytes: usize,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct WriteRequestAsWritten {
    method: Method,
    path: String,
    #[serde(default)]
    query: QueryOptions,
    #[serde(default = "size::default_bytes")]
    max_request_bytes: usize,
    #[serde(default = "size::default_bytes")]
    max_response_bytes: usize,
}

impl TryFrom<AsWritten> for GraphGrant {
    type Error = String;

    fn try_from(written: AsWritten) -> Result<Self, String> {
        if !written.memberships && written.requests.is_empty() {
            return Err(
                "graph gives nothing: write memberships = true, or requests = [{ path = \"/me\" }], or leave it out"
                    .to_owned(),
            );
        }
        unique(written.requests.iter().map(|request| (Method::Get, &request.path)))?;
        Ok(Self {
            memberships: written.memberships,
            requests: written.requests,
        })
    }
}

impl TryFrom<RequestAsWritten> for GraphRequestGrant {
    type Error = String;

    fn try_from(written: RequestAsWritten) -> Result<Self, String> {
        size::check(&[("max-response-bytes", written.max_response_bytes)])?;
        Ok(Self {
            path: PathTemplate::graph(&written.path).map_err(|error| error.to_string())?,
            query: written.query,
            max_response_bytes: written.max_response_bytes,
        })
    }
}

impl TryFrom<WriteAsWritten> for GraphWriteGrant {
    type Error = String;

    fn try_from(written: WriteAsWritten) -> Result<Self, String> {
        if written.requests.is_empty() {
            return Err("graph-write gives nothing: list requests, or leave it out".to_owned());
        }
        unique(written.requests.iter().map(|request| (request.method, &request.path)))?;
        Ok(Self {
            requests: written.requests,
        })
    }
}

impl TryFrom<WriteRequestAsWritten> for GraphWriteRequestGrant {
    type Error = String;

    fn try_from(written: WriteRequestAsWritten) -> Result<Self, String> {
        let path = PathTemplate::graph(&written.path).map_err(|error| error.to_string())?;
        if !written.method.writes() {
            return Err(format!(
                "{} {path} reads: write it under graph, without a method",
                written.method
            ));
        }
        // Actions are posted to, and their name is the last segment (OData 4.01, part 1, §11.5.5).
        if written.method == Method::Post && path.ends_with_key() {
            return Err(format!(
                "POST {path} would let the component choose the action: name the last segment, as in POST /me/sendMail"
            ));
        }
        size::check(&[
            ("max-request-bytes", written.max_request_bytes),
            ("max-response-bytes", written.max_response_bytes),
        ])?;
        Ok(Self {
            method: written.method,
            path,
            query: written.query,
            max_request_bytes: written.max_request_bytes,
            max_response_bytes: written.max_response_bytes,
        })
    }
}

/// Of two entries for one request, only one would be enforced.
fn unique<'g>(requests: impl Iterator<Item = (Method, &'g PathTemplate)>) -> Result<(), String> {
    let mut seen = Vec::new();
    for request in requests {
        if seen.contains(&request) {
            return Err(format!(
                "{} {} is listed twice: make one entry of the two",
                request.0, request.1
            ));
        }
        seen.push(request);
    }
    Ok(())
}
