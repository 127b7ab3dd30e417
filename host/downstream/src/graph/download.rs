//! Following Graph to a file's content.
//!
//! Graph answers a GET of `…/content` with 302 and an address at which the content can be had for a while without any token
//! ("Download driveItem content"): on another host, that of SharePoint or of a content network, in a name nobody can list in
//! advance. Refusing it would mean that no file can be read; following it anywhere would let whoever can shape that answer
//! point the host at its own network. So it is followed:
//!
//! - only for a GET whose path, which the grant covers, ends in `/content`, and only from Graph's own answer;
//! - to https on an address of the internet, judged after the name was resolved (see [`crate::guard`]);
//! - without the token, and with nothing of the first request but the method;
//! - within the bound on the answer's size that the grant sets for the request.
//!
//! The address itself opens the file, so it goes neither into a log nor to the tool. In development, where Graph is on a
//! loopback address, the same address serves the content.

use std::time::Instant;

use reqwest::{Client, header::LOCATION};
use url::Url;
use usher_policy::{GraphPath, Method};

use super::connection::Connection;
use crate::{
    DownstreamError,
    answer::Answer,
    guard::{Guard, Network, explain},
    patience::within,
};

/// Redirects after the first. SharePoint sends one more now and then.
const MAX_HOPS: usize = 3;

/// Whether a request asks for content, the only kind that is followed.
pub(super) fn is_download(method: Method, path: &GraphPath) -> bool {
    method == Method::Get
        && path
            .segments()
            .last()
            .is_some_and(|segment| segment.eq_ignore_ascii_case("content"))
}

/// The content that Graph's redirect leads to; the answer itself when it isn't one.
///
/// # Errors
/// [`DownstreamError`], as for any request that only reads.
pub(super) async fn follow(
    connection: &Connection,
    guard: &Guard,
    asked: &Url,
    mut answer: Answer,
    max_response_bytes: usize,
    deadline: Instant,
) -> Result<Answer, DownstreamError> {
    let mut from = asked.clone();
    for _ in 0..MAX_HOPS {
        let Some(to) = target(&from, &answer)? else {
            return Ok(answer);
        };
        let client = client_for(connection, guard, asked, &to)?;
        let request = client.get(to.clone());
        answer = within(deadline, async {
            let response = request
                .send()
                .await
                .map_err(|error| DownstreamError::Unavailable(explain(&error)))?;
            Ok::<_, DownstreamError>(Answer::read(response, max_response_bytes).await?)
        })
        .await??;
        from = to;
    }
    match target(&from, &answer)? {
        Some(_) => Err(DownstreamError::Unavailable(
            "the content is behind too many redirects".to_owned(),
        )),
        None => Ok(answer),
    }
}

fn target(from: &Url, answer: &Answer) -> Result<Option<Url>, DownstreamError> {
    if !matches!(answer.status.as_u16(), 301 | 302 | 303 | 307 | 308) {
        return Ok(None);
    }
    let Some(location) = answer.headers.get(LOCATION) else {
        return Ok(None);
    };
    let to = location.to_str().ok().and_then(|location| from.join(location).ok());
    to.map(Some)
        .ok_or_else(|| DownstreamError::Unavailable("the content's address can't be read".to_owned()))
}

fn client_for(connection: &Connection, guard: &Guard, graph: &Url, to: &Url) -> Result<Client, DownstreamError> {
    if graph.scheme() == "http" && to.origin() == graph.origin() {
        return Ok(connection.http().clone());
    }
    if to.scheme() != "https" || !to.username().is_empty() || to.password().is_some() {
        return Err(DownstreamError::Unavailable(
            "the content is at an address that isn't https, or has a user name in it".to_owned(),
        ));
    }
    guard.client(to, Network::Public)
}
