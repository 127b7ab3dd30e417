//! The two questions about groups that Graph answers for the signed-in user, both transitively.
//!
//! One group: a filtered query, which needs `User.Read` alone and costs one resource unit ("List transitiveMemberOf").
//! Several: `checkMemberGroups`, at most 20 in a request, which needs `GroupMember.Read.All` as well
//! ("directoryObject: checkMemberGroups"). The `groups` claim of a token is never looked at: it is as old as the token, and
//! not there at all for a user in more than 200 groups.

use std::time::Instant;

use futures_util::future::try_join_all;
use reqwest::{Method, StatusCode, header::HeaderValue};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use usher_entra::SignedIn;
use uuid::Uuid;

use super::connection::{Call, Connection, refused};
use crate::{DownstreamError, answer::Answer, patience::Throttle};

/// Groups that one `checkMemberGroups` may name.
const MAX_GROUPS_A_REQUEST: usize = 20;

/// The most that is read of an answer; 20 ids have about 1 KB.
const MAX_ANSWER_BYTES: usize = 64 * 1024;

/// Asks whether the caller is in each of the groups.
///
/// # Errors
/// [`DownstreamError`]: it isn't known. Never "no".
pub(super) async fn ask(
    connection: &Connection,
    who: &SignedIn,
    groups: &[Uuid],
    throttle: &Throttle,
    deadline: Instant,
) -> Result<Vec<(Uuid, bool)>, DownstreamError> {
    if let [group] = groups {
        return Ok(vec![(
            *group,
            ask_one(connection, who, *group, throttle, deadline).await?,
        )]);
    }
    let chunks = groups
        .chunks(MAX_GROUPS_A_REQUEST)
        .map(|chunk| ask_several(connection, who, chunk, throttle, deadline));
    Ok(try_join_all(chunks).await?.concat())
}

async fn ask_one(
    connection: &Connection,
    who: &SignedIn,
    group: Uuid,
    throttle: &Throttle,
    deadline: Instant,
) -> Result<bool, DownstreamError> {
    #[derive(Deserialize)]
    struct Group {
        id: Uuid,
    }
    // A `Uuid` prints hexadecimal digits and hyphens only: nothing can leave the quotes.
    let query = format!("$filter=id%20eq%20%27{group}%27&$count=true&$select=id&$top=1");
    let call = Call {
        method: Method::GET,
        url: connection.url("/me/transitiveMemberOf/microsoft.graph.group", &query)?,
        advanced: true,
        body: None,
        max_response_bytes: MAX_ANSWER_BYTES,
        repeatable: true,
    };
    let answer = connection.send(who, &call, throttle, deadline).await?;
    let found: Vec<Group> = read(&answer)?;
    Ok(found.iter().any(|found| found.id == group))
}

async fn ask_several(
    connection: &Connection,
    who: &SignedIn,
    groups: &[Uuid],
    throttle: &Throttle,
    deadline: Instant,
) -> Result<Vec<(Uuid, bool)>, DownstreamError> {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Question<'a> {
        group_ids: &'a [Uuid],
    }
    let question = serde_json::to_vec(&Question { group_ids: groups }).expect("a list of GUIDs is JSON");
    let call = Call {
        method: Method::POST,
        url: connection.url("/me/checkMemberGroups", "")?,
        advanced: false,
        body: Some((HeaderValue::from_static("application/json"), question.into())),
        max_response_bytes: MAX_ANSWER_BYTES,
        // A POST by its form only: it changes nothing.
        repeatable: true,
    };
    let answer = connection.send(who, &call, throttle, deadline).await?;
    let found: Vec<Uuid> = read(&answer)?;
    Ok(groups.iter().map(|group| (*group, found.contains(group))).collect())
}

/// The `value` of an answer. What isn't 200 with a readable `value` isn't an answer to the question.
fn read<T: DeserializeOwned>(answer: &Answer) -> Result<Vec<T>, DownstreamError> {
    #[derive(Deserialize)]
    struct Collection<T> {
        value: Vec<T>,
    }
    if answer.status != StatusCode::OK {
        return Err(refused(answer));
    }
    serde_json::from_slice(&answer.body)
        .map(|Collection { value }| value)
        .map_err(|_| DownstreamError::Unavailable("Graph's answer about groups can't be read".to_owned()))
}
