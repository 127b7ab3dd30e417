//! What a request carries.

use bytes::Bytes;
use reqwest::{Method, RequestBuilder, header::CONTENT_LENGTH};

/// Gives a request its content. A method that usually has some says so when it has none (RFC 9110 §8.6): Graph's front end
/// answers 411 otherwise, and the HTTP library leaves it out.
pub(crate) fn attach(request: RequestBuilder, method: &Method, content: Option<&Bytes>) -> RequestBuilder {
    match content {
        Some(content) if !content.is_empty() => request.body(content.clone()),
        _ if matches!(*method, Method::POST | Method::PUT | Method::PATCH) => request.header(CONTENT_LENGTH, "0"),
        _ => request,
    }
}
