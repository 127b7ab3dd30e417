//! Microsoft Graph on behalf of the caller, to change things, as far as the grant's list of methods and paths goes.
//!
//! ```no_run
//! use usher_sdk::prelude::*;
//!
//! #[derive(Deserialize, JsonSchema)]
//! struct Note {
//!     text: String,
//! }
//!
//! /// Keeps a note in the OneDrive of the person who is signed in.
//! #[tool(destructive = true, requires(graph_write("PUT /me/drive/root:/note.txt:/content")))]
//! fn keep_note(note: Note) -> Result<String, Error> {
//!     graph_write::put("/me/drive/root:/note.txt:/content")
//!         .body("text/plain", note.text)
//!         .send()?
//!         .success()?;
//!     Ok("Kept as note.txt.".to_owned())
//! }
//! # fn main() {}
//! ```
//!
//! A request is never repeated by the host once Graph may have seen it: what a tool reads as an error may have happened
//! all the same.

use serde::Serialize;

use crate::bindings::usher::host::graph_write as imports;
use crate::graph::{Body, Error, Response};
use crate::service::write_body;

pub use crate::bindings::usher::host::graph_write::{Method, Request};

/// Starts a request. `path` is below `/v1.0`, for example `/me/sendMail`.
pub fn request(method: Method, path: impl Into<String>) -> Request {
    Request {
        method,
        path: path.into(),
        query: Vec::new(),
        body: None,
    }
}

/// Starts a POST request.
pub fn post(path: impl Into<String>) -> Request {
    request(Method::Post, path)
}

/// Starts a PUT request.
pub fn put(path: impl Into<String>) -> Request {
    request(Method::Put, path)
}

/// Starts a PATCH request.
pub fn patch(path: impl Into<String>) -> Request {
    request(Method::Patch, path)
}

/// Starts a DELETE request.
pub fn delete(path: impl Into<String>) -> Request {
    request(Method::Delete, path)
}

impl Request {
    /// Adds a query option, not encoded.
    pub fn query(mut self, name: &str, value: impl Into<String>) -> Self {
        self.query.push((name.to_owned(), value.into()));
        self
    }

    /// Sets the body, with its media type.
    pub fn body(mut self, content_type: &str, data: impl Into<Vec<u8>>) -> Self {
        self.body = Some(Body {
            content_type: content_type.to_owned(),
            data: data.into(),
        });
        self
    }

    /// Sends it.
    ///
    /// # Errors
    /// Why there is no answer. An answer with an error status is a [`Response`].
    pub fn send(&self) -> Result<Response, Error> {
        imports::send(self)
    }

    /// Sends it with a JSON body.
    ///
    /// ```no_run
    /// # use usher_sdk::prelude::*;
    /// # #[derive(Serialize)] struct Event { subject: String }
    /// # fn add(event: Event) -> Result<(), Error> {
    /// graph_write::post("/me/events").send_json(&event)?.success()?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`Error::Invalid`] if the value can't be written as JSON, and as [`Request::send`].
    pub fn send_json(self, value: &(impl Serialize + ?Sized)) -> Result<Response, Error> {
        let data = write_body(value).map_err(Error::Invalid)?;
        self.body("application/json", data).send()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_has_its_type() {
        let request = put("/me/drive/root:/a.txt:/content").body("text/plain", "hello");
        assert_eq!(request.method, Method::Put);
        let body = Body {
            content_type: "text/plain".to_owned(),
            data: b"hello".to_vec(),
        };
        assert_eq!(request.body, Some(body));
    }

    #[test]
    fn what_is_no_json_is_not_sent() {
        // Sending would panic here: a capability exists in a host only.
        let keyed_by_lists = std::collections::BTreeMap::from([(vec![1], 1)]);
        assert!(matches!(
            post("/me/sendMail").send_json(&keyed_by_lists),
            Err(Error::Invalid(_))
        ));
    }
}
