//! Microsoft Graph on behalf of the caller, to read, as far as the grant's list of paths goes.
//!
//! ```no_run
//! use usher_sdk::prelude::*;
//!
//! #[derive(Deserialize, Serialize, JsonSchema)]
//! #[serde(rename_all = "camelCase")]
//! struct Me {
//!     display_name: String,
//!     mail: Option<String>,
//! }
//!
//! /// Says who the person is who is signed in.
//! #[tool(read_only = true, requires(graph("/me")))]
//! fn who_am_i() -> Result<Me, Error> {
//!     graph::get("/me").query("$select", "displayName,mail").json()
//! }
//! # fn main() {}
//! ```
//!
//! # When there is no answer
//! `?` makes the tool's own error of every [`Error`] here. The one that a tool must not turn into something else is
//! [`Error::SignInRequired`]: as a tool's error it has the host tell the person what to do (sign in again, consent, a second
//! factor), which only the host knows. A tool that can do without goes on instead:
//!
//! ```no_run
//! # use usher_sdk::prelude::*;
//! # const EDITORS: &str = "99999999-9999-4999-8999-999999999999";
//! /// Says whether the person may edit, as far as that can be found out.
//! #[tool(read_only = true, requires(graph_memberships))]
//! fn may_edit() -> Result<String, Error> {
//!     match graph::is_member_of(EDITORS) {
//!         Ok(true) => Ok("You may edit.".to_owned()),
//!         Ok(false) => Ok("You may read.".to_owned()),
//!         Err(graph::Error::Throttled(_)) => Ok("You may read; ask again for more.".to_owned()),
//!         Err(other) => Err(other.into()),
//!     }
//! }
//! # fn main() {}
//! ```

use serde::de::DeserializeOwned;

use crate::bindings::usher::host::graph as imports;
use crate::service::{check_status, parse_body};

pub use crate::bindings::usher::host::graph::GetRequest;
pub use crate::bindings::usher::host::graph_types::{Body, Error, Response};

/// Starts a request to read. `path` is below `/v1.0`, for example `/me`.
pub fn get(path: impl Into<String>) -> GetRequest {
    GetRequest {
        path: path.into(),
        query: Vec::new(),
    }
}

/// Sends requests side by side: one answer for each, in the same order. At most 20; each counts as a call of the host.
///
/// ```no_run
/// # use usher_sdk::prelude::*;
/// # fn newest() -> Result<(), Error> {
/// let wanted = ["/me/messages", "/me/events"].map(|path| graph::get(path).query("$top", "5"));
/// for answer in graph::get_all(&wanted) {
///     let page: serde_json::Value = answer?.success()?.json()?;
/// #   drop(page);
/// }
/// # Ok(())
/// # }
/// ```
pub fn get_all(requests: &[GetRequest]) -> Vec<Result<Response, Error>> {
    imports::get_all(requests)
}

/// Whether the caller is in a group, directly or through others. The group by its object id.
///
/// # Errors
/// What Graph, or the host before it, says. That it couldn't be found out is never "no".
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

    /// Sends it, and reads the answer as a `T`.
    ///
    /// # Errors
    /// That there is no answer, that its status isn't a success, or that it isn't a `T`: as the tool's own error.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, crate::Error> {
        self.send()?.success()?.json()
    }
}

impl Response {
    /// This answer if its status is a success (2xx).
    ///
    /// # Errors
    /// What the status means, as an answer for the model and the person.
    pub fn success(self) -> Result<Self, crate::Error> {
        check_status(self.status, None)?;
        Ok(self)
    }

    /// The body as a `T`.
    ///
    /// # Errors
    /// That it isn't one. The details go to the log.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, crate::Error> {
        parse_body(self.body.as_ref().map_or(&[], |body| &body.data))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn response(status: u16, body: Option<&str>) -> Response {
        let body = body.map(|text| Body {
            content_type: "application/json".to_owned(),
            data: text.as_bytes().to_vec(),
        });
        Response { status, body }
    }

    #[test]
    fn query_options_stay_in_order_and_as_they_were_written() {
        let request = get("/me").query("$select", "id,mail").query("$top", "5");
        assert_eq!(request.path, "/me");
        let expected = [("$select", "id,mail"), ("$top", "5")].map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(request.query, expected);
    }

    #[test]
    fn an_answer_is_read_as_what_the_tool_expects() {
        let read: Vec<u8> = response(200, Some("[1,2]")).success().unwrap().json().unwrap();
        assert_eq!(read, [1, 2]);
        assert!(response(200, None).json::<u8>().is_err());
        assert!(response(404, Some("[]")).success().is_err());
    }
}
