//! Other services over HTTPS: the origins of the operator's grant and no others. The host attaches the credentials.
//!
//! ```no_run
//! use usher_sdk::prelude::*;
//!
//! #[derive(Deserialize, JsonSchema)]
//! struct Wanted {
//!     /// The number of the ticket.
//!     number: u32,
//! }
//!
//! #[derive(Serialize, Deserialize, JsonSchema)]
//! struct Ticket {
//!     title: String,
//!     open: bool,
//! }
//!
//! /// Reads a ticket.
//! #[tool(read_only = true, requires(http("https://tickets.contoso.example")))]
//! fn read_ticket(wanted: Wanted) -> Result<Ticket, Error> {
//!     http::get(format!("https://tickets.contoso.example/tickets/{}", wanted.number))
//!         .header("accept", "application/json")
//!         .json()
//! }
//! # fn main() {}
//! ```
//!
//! Whether the host attaches a token of the caller, a token of its own or a secret is written in the grant; a tool can't
//! tell and can't set one itself. As with [`graph`](crate::graph), `?` makes the tool's own error of every [`Error`]
//! here, and [`Error::SignInRequired`] must stay what it is, so that the host can tell the person what to do.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::bindings::usher::host::http as imports;
use crate::service::{check_status, parse_body, write_body};

pub use crate::bindings::usher::host::http::{Error, Method, Request, Response};

/// Starts a request to an absolute URL.
pub fn request(method: Method, url: impl Into<String>) -> Request {
    Request {
        method,
        url: url.into(),
        headers: Vec::new(),
        body: None,
    }
}

/// Starts a GET request.
pub fn get(url: impl Into<String>) -> Request {
    request(Method::Get, url)
}

/// Starts a POST request.
pub fn post(url: impl Into<String>) -> Request {
    request(Method::Post, url)
}

/// Starts a PUT request.
pub fn put(url: impl Into<String>) -> Request {
    request(Method::Put, url)
}

/// Starts a PATCH request.
pub fn patch(url: impl Into<String>) -> Request {
    request(Method::Patch, url)
}

/// Starts a DELETE request.
pub fn delete(url: impl Into<String>) -> Request {
    request(Method::Delete, url)
}

/// Sends requests side by side: one answer for each, in the same order. At most 20; each counts as a call of the host.
pub fn send_all(requests: &[Request]) -> Vec<Result<Response, Error>> {
    imports::send_all(requests)
}

impl Request {
    /// Adds a header field. Those that carry credentials or routing are the host's.
    pub fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// Sets the body, with its media type.
    pub fn body(self, content_type: &str, data: impl Into<Vec<u8>>) -> Self {
        let mut request = self.header("content-type", content_type);
        request.body = Some(data.into());
        request
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
    /// # #[derive(Serialize, Deserialize)] struct Ticket { title: String }
    /// # fn open(ticket: Ticket) -> Result<Ticket, Error> {
    /// http::post("https://tickets.contoso.example/tickets").send_json(&ticket)?.success()?.json()
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`Error::Invalid`] if the value can't be written as JSON, and as [`Request::send`].
    pub fn send_json(self, value: &(impl Serialize + ?Sized)) -> Result<Response, Error> {
        let data = write_body(value).map_err(Error::Invalid)?;
        self.body("application/json", data).send()
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
        check_status(self.status, self.header("retry-after"))?;
        Ok(self)
    }

    /// The first header field of this name, in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(field, _)| field == name)
            .map(|(_, value)| value.as_str())
    }

    /// The body as a `T`.
    ///
    /// # Errors
    /// That it isn't one. The details go to the log.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, crate::Error> {
        parse_body(&self.body)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_has_its_type_in_a_header() {
        let request = post("https://api.contoso.example/x")
            .header("accept", "*/*")
            .body("text/plain", "hi");
        let fields = [("accept", "*/*"), ("content-type", "text/plain")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(request.headers, fields);
        assert_eq!(request.body.as_deref(), Some(&b"hi"[..]));
    }

    #[test]
    fn the_first_field_of_a_name_is_found() {
        let response = Response {
            status: 200,
            headers: vec![("etag".to_owned(), "1".to_owned()), ("etag".to_owned(), "2".to_owned())],
            body: Vec::new(),
        };
        assert_eq!(response.header("etag"), Some("1"));
        assert_eq!(response.header("date"), None);
    }
}
