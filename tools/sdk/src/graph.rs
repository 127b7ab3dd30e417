//! Microsoft Graph on behalf of the caller, to read, as far as the grant's list of paths goes.

use serde::de::DeserializeOwned;

use crate::bindings::usher::host::graph as imports;

pub use crate::bindings::usher::host::graph::GetRequest;
pub use crate::bindings::usher::host::graph_types::{Body, Error, Response};

/// Starts a request to read. `path` is below `/v1.0`, for example `/me`.
pub fn get(path: impl Into<String>) -> GetRequest {
    GetRequest {
        path: path.into(),
        query: Vec::new(),
    }
}

/// Sends requests side by side: one answer for each, in the same order. At most 20.
pub fn get_all(requests: &[GetRequest]) -> Vec<Result<Response, Error>> {
    imports::get_all(requests)
}

/// Whether the caller is in a group, directly or through others. The group by its object id.
///
/// # Errors
/// What Graph, or the host before it, says.
pub fn is_member_of(group_id: &str) -> Result<bool, Error> {
    imports::is_member_of(group_id)
}

/// The same for several groups in one request: one answer for each, in the same order. At most 20.
///
/// # Errors
/// As [`is_member_of`].
pub fn memberships(group_ids: &[String]) -> Result<Vec<bool>, Error> {
    imports::memberships(group_ids)
}

impl GetRequest {
    /// Adds a query option, not encoded: `.query("$select", "id,displayName")`.
    pub fn query(mut self, name: &str, value: impl Into<String>) -> Self {
        self.query.push((name.to_owned(), value.into()));
        self
    }

    /// Sends it.
    ///
    /// # Errors
    /// Why there is no answer. An answer with an error status is a [`Response`].
    pub fn send(&self) -> Result<Response, Error> {
        imports::get(self)
    }
}

impl Response {
    /// This answer if its status is a success (2xx).
    ///
    /// # Errors
    /// The status, as an answer for the model and the person.
    pub fn success(self) -> Result<Self, crate::Error> {
        crate::http::check_status(self.status)?;
        Ok(self)
    }

    /// The body as a `T`.
    ///
    /// # Errors
    /// That it isn't one. The details go to the log.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, crate::Error> {
        crate::http::parse_body(self.body.as_ref().map_or(&[], |body| &body.data))
    }
}
