//! Other services over HTTPS: the origins of the operator's grant and no others. The host attaches the credentials.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::bindings::usher::host::http as imports;

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

/// Sends requests side by side: one answer for each, in the same order. At most 20.
pub fn send_all(requests: &[Request]) -> Vec<Result<Response, Error>> {
    imports::send_all(requests)
}

impl Request {
    /// Adds a header field. Those that carry credentials or routing are the host's.
    pub fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// Sets the body.
    pub fn body(mut self, body: Vec<u8>) -> Self {
        self.body = Some(body);
        self
    }

    /// Sets a JSON body and its `content-type`.
    ///
    /// # Errors
    /// [`Error::Invalid`] if the value can't be written as JSON.
    pub fn json(self, value: &impl Serialize) -> Result<Self, Error> {
        let body = serde_json::to_vec(value).map_err(|error| Error::Invalid(error.to_string()))?;
        Ok(self.header("content-type", "application/json").body(body))
    }

    /// Sends it.
    ///
    /// # Errors
    /// Why there is no answer. An answer with an error status is a [`Response`].
    pub fn send(&self) -> Result<Response, Error> {
        imports::send(self)
    }
}

impl Response {
    /// This answer if its status is a success (2xx).
    ///
    /// # Errors
    /// The status, as an answer for the model and the person.
    pub fn success(self) -> Result<Self, crate::Error> {
        check_status(self.status)?;
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

pub(crate) fn check_status(status: u16) -> Result<(), crate::Error> {
    if (200..300).contains(&status) {
        return Ok(());
    }
    Err(crate::Error::failed(format!(
        "The service that this tool asked refused, with status {status}."
    )))
}

pub(crate) fn parse_body<T: DeserializeOwned>(body: &[u8]) -> Result<T, crate::Error> {
    serde_json::from_slice(body).map_err(|error| {
        crate::log::error(&format!("a service's answer isn't what was expected: {error}"));
        crate::Error::failed("The service that this tool asked gave an answer that it doesn't understand.")
    })
}
