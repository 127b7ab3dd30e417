//! Microsoft Graph on behalf of the caller, to change things, as far as the grant's list of methods and paths goes.

use serde::Serialize;

use crate::bindings::usher::host::graph_write as imports;
use crate::graph::{Body, Error, Response};

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

/// Starts a PATCH request.
pub fn patch(path: impl Into<String>) -> Request {
    request(Method::Patch, path)
}

/// Starts a PUT request.
pub fn put(path: impl Into<String>) -> Request {
    request(Method::Put, path)
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
    pub fn body(mut self, content_type: &str, data: Vec<u8>) -> Self {
        self.body = Some(Body {
            content_type: content_type.to_owned(),
            data,
        });
        self
    }

    /// Sets a JSON body.
    ///
    /// # Errors
    /// [`Error::Invalid`] if the value can't be written as JSON.
    pub fn json(self, value: &impl Serialize) -> Result<Self, Error> {
        let data = serde_json::to_vec(value).map_err(|error| Error::Invalid(error.to_string()))?;
        Ok(self.body("application/json", data))
    }

    /// Sends it. Never repeated by the host once Graph may have seen it.
    ///
    /// # Errors
    /// Why there is no answer. An answer with an error status is a [`Response`].
    pub fn send(&self) -> Result<Response, Error> {
        imports::send(self)
    }
}
