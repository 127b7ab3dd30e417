//! Reading what a service answered, with a bound on it.

use bytes::Bytes;
use reqwest::{
    Response, StatusCode,
    header::{CONTENT_TYPE, HeaderMap},
};
use serde::Deserialize;

use crate::{DownstreamError, guard::explain};

/// The most memory that is set aside for an answer because it says how long it is, before any of it has come.
const MAX_RESERVED: usize = 1 << 20;

/// An answer, read to its end.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// Why an answer couldn't be read.
pub(crate) enum Unread {
    /// It is over the bound. Nothing more of it was read than the bound.
    TooLarge,
    /// The connection broke; what the service did is unknown.
    Broken(reqwest::Error),
}

impl From<Unread> for DownstreamError {
    fn from(unread: Unread) -> Self {
        match unread {
            Unread::TooLarge => Self::TooLarge,
            Unread::Broken(error) => Self::Unavailable(explain(&error)),
        }
    }
}

impl Answer {
    /// Reads an answer of at most `max` bytes.
    pub(crate) async fn read(mut response: Response, max: usize) -> Result<Self, Unread> {
        let status = response.status();
        let announced = response
            .content_length()
            .map_or(0, |length| usize::try_from(length).unwrap_or(usize::MAX));
        if announced > max {
            return Err(Unread::TooLarge);
        }
        let headers = std::mem::take(response.headers_mut());
        let mut body = Vec::with_capacity(announced.min(MAX_RESERVED));
        while let Some(chunk) = response.chunk().await.map_err(Unread::Broken)? {
            if chunk.len() > max - body.len() {
                return Err(Unread::TooLarge);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Self {
            status,
            headers,
            body: body.into(),
        })
    }

    pub(crate) fn content_type(&self) -> Option<&str> {
        self.headers.get(CONTENT_TYPE)?.to_str().ok()
    }

    /// The code of a Graph error, such as `Authorization_RequestDenied`, if the body is one. For the log: letters, digits
    /// and a few signs, so that nobody can write a log line of their own with it.
    pub(crate) fn graph_error_code(&self) -> Option<String> {
        #[derive(Deserialize)]
        struct Refusal {
            error: Code,
        }
        #[derive(Deserialize)]
        struct Code {
            code: String,
        }
        let Refusal { error } = serde_json::from_slice(&self.body).ok()?;
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-');
        (error.code.len() <= 64 && error.code.bytes().all(is_plain)).then_some(error.code)
    }
}
