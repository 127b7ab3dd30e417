//! Which groups the caller is in, groups within groups included.
//!
//! Two ways to ask, with different demands: a filtered list (`User.Read` is enough; an advanced query, so
//! `ConsistencyLevel: eventual` and `$count=true`; Microsoft documentation, "Advanced query capabilities on Microsoft Entra
//! ID objects"), and `checkMemberGroups` (`GroupMember.Read.All`; at most 20 ids).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde_json::{Value, json};
use url::form_urlencoded::Serializer;
use uuid::Uuid;

use super::Call;
use super::answer::{Answer, GraphError};
use super::groups::Group;
use super::people::USER_READ;
use super::request::GraphRequest;
use super::select::Selected;

/// Permissions by which more of a group than its id may be read.
const GROUP_READ: &[&str] = &["GroupMember.Read.All", "Group.Read.All", "Directory.Read.All"];

/// The most ids that `checkMemberGroups` takes.
const MAX_IDS: usize = 20;

/// The most comparisons that a filter may come to.
const MAX_CLAUSES: usize = 15;

/// How many groups a page has when `$top` doesn't say, and how many it may have.
const PAGE: usize = 100;
const MAX_PAGE: usize = 999;

/// Whether a request asks about memberships, by which it is counted.
pub(crate) fn is_about(request: &GraphRequest) -> bool {
    matches!(
        request.names().as_slice(),
        ["me", "transitivememberof" | "checkmembergroups", ..]
    )
}

/// `GET /me/transitiveMemberOf/microsoft.graph.group`.
pub(crate) fn list(call: &Call<'_>) -> Result<Answer, GraphError> {
    let request = call.request;
    request.only_options(&["$filter", "$count", "$select", "$top", "$skiptoken"])?;
    call.caller.must(USER_READ)?;
    if !request.eventual() || request.option("$count") != Some("true") {
        return Err(GraphError::unsupported_query(
            "The request is an advanced query, which needs the header 'ConsistencyLevel: eventual' and the query option \
             '$count=true'.",
        ));
    }
    let top = request.option("$top").map(page_size).transpose()?;
    let skipped = request.option("$skiptoken").map(skip).transpose()?.unwrap_or(0);
    let selected = Selected::of(request.option("$select"));
    let found = matching(call)?;

    let page = found.iter().skip(skipped).take(top.unwrap_or(PAGE));
    let page: Vec<Value> = page
        .map(|group| selected.pick(entity(call, group), "group").map(Value::Object))
        .collect::<Result<_, _>>()?;
    let next = skipped.saturating_add(page.len());
    let mut answer = json!({
        "@odata.context": call.url(&format!("/$metadata#groups{}", selected.in_context())),
        "@odata.count": found.len(),
        "value": page,
    });
    if next < found.len() {
        answer["@odata.nextLink"] = json!(next_link(call, next));
    }
    // Two units, one less for a selection and one less for a small page, but never none.
    let saved = u32::from(selected.is_some()) + u32::from(top.is_some_and(|top| top < 20));
    Ok(Answer::ok(answer).costing(2_u32.saturating_sub(saved).max(1)))
}

/// `GET /me/transitiveMemberOf/microsoft.graph.group/$count`, which answers with a bare number.
pub(crate) fn count(call: &Call<'_>) -> Result<Answer, GraphError> {
    call.request.only_options(&["$filter"])?;
    call.caller.must(USER_READ)?;
    if !call.request.eventual() {
        return Err(GraphError::unsupported_query("$count is not currently supported."));
    }
    Ok(Answer::text(matching(call)?.len().to_string()).costing(2))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct GroupIds {
    group_ids: Vec<String>,
}

/// `POST /me/checkMemberGroups`: those of the ids given that the caller is in.
pub(crate) fn check(call: &Call<'_>) -> Result<Answer, GraphError> {
    call.request.only_options(&[])?;
    call.caller.must(USER_READ)?;
    call.caller.must(GROUP_READ)?;
    let GroupIds { group_ids } = call.request.json()?;
    if group_ids.is_empty() || group_ids.len() > MAX_IDS {
        return Err(GraphError::bad_value(format!(
            "The collection 'groupIds' must have between 1 and {MAX_IDS} values."
        )));
    }
    let asked: Vec<Uuid> = group_ids.iter().map(|id| object_id(id)).collect::<Result<_, _>>()?;
    let groups = call.data().directory.transitive(call.caller.persona);
    let within = groups.into_iter().map(|group| group.id);
    let within: Vec<String> = within.filter(|id| asked.iter().any(|asked| is(*asked, id))).collect();
    Ok(Answer::ok(json!({
        "@odata.context": call.url("/$metadata#Collection(Edm.String)"),
        "value": within,
    }))
    .costing(4))
}

/// The caller's groups that `$filter` lets through.
fn matching(call: &Call<'_>) -> Result<Vec<Group>, GraphError> {
    let mut groups = call.data().directory.transitive(call.caller.persona);
    if let Some(text) = call.request.option("$filter") {
        let asked = filter(text)?;
        groups.retain(|group| asked.iter().any(|asked| is(*asked, &group.id)));
    }
    Ok(groups)
}

fn is(asked: Uuid, id: &str) -> bool {
    Uuid::try_parse(id).is_ok_and(|id| id == asked)
}

/// A group as the caller may see it: with `User.Read` alone all but the id is null.
fn entity(call: &Call<'_>, group: &Group) -> Value {
    let readable = call.caller.may(GROUP_READ);
    let shown = |value: Value| if readable { value } else { Value::Null };
    json!({
        "id": group.id,
        "displayName": shown(json!(group.name)),
        "mailEnabled": shown(json!(false)),
        "mailNickname": shown(json!(group.name)),
        "securityEnabled": shown(json!(true)),
    })
}

/// The ids of a filter: `id eq '…'`, any number of these with `or` between, or `id in ('…','…')`.
fn filter(text: &str) -> Result<Vec<Uuid>, GraphError> {
    let unsupported = || {
        GraphError::unsupported_query(
            "The specified filter to the reference property query is currently not supported.",
        )
    };
    let text = text.trim();
    let quoted: Vec<&str> = match text.strip_prefix("id in ") {
        Some(list) => list
            .trim()
            .strip_prefix('(')
            .and_then(|list| list.strip_suffix(')'))
            .ok_or_else(unsupported)?
            .split(',')
            .collect(),
        None => text
            .split(" or ")
            .map(|clause| clause.trim().strip_prefix("id eq "))
            .collect::<Option<_>>()
            .ok_or_else(unsupported)?,
    };
    if quoted.len() > MAX_CLAUSES {
        return Err(GraphError::unsupported_query(format!(
            "Too many child clauses specified in search filter expression containing 'OR' operators: {}. Max allowed: \
             {MAX_CLAUSES}.",
            quoted.len()
        )));
    }
    let ids = quoted.into_iter().map(|text| {
        let text = text.trim().strip_prefix('\'').and_then(|text| text.strip_suffix('\''));
        text.ok_or_else(unsupported).and_then(object_id)
    });
    ids.collect()
}

/// An object id, a GUID in its usual form.
fn object_id(text: &str) -> Result<Uuid, GraphError> {
    let id = (text.len() == 36).then(|| Uuid::try_parse(text).ok()).flatten();
    id.ok_or_else(|| GraphError::bad_value(format!("Invalid object identifier '{text}'.")))
}

fn page_size(text: &str) -> Result<usize, GraphError> {
    let size = text.parse().ok().filter(|size| (1..=MAX_PAGE).contains(size));
    size.ok_or_else(|| {
        GraphError::bad_value(format!(
            "Invalid page size specified: '{text}'. Must be between 1 and {MAX_PAGE} inclusive."
        ))
    })
}

/// The same question about the groups after those that have been given.
fn next_link(call: &Call<'_>, next: usize) -> String {
    let mut query = Serializer::new(String::new());
    for name in ["$filter", "$count", "$select", "$top"] {
        if let Some(value) = call.request.option(name) {
            query.append_pair(name, value);
        }
    }
    query.append_pair("$skiptoken", &URL_SAFE_NO_PAD.encode(next.to_string()));
    call.url(&format!(
        "/me/transitiveMemberOf/microsoft.graph.group?{}",
        query.finish()
    ))
}

/// How many groups have been given before: what a skip token, opaque to the client, says.
fn skip(token: &str) -> Result<usize, GraphError> {
    let said = URL_SAFE_NO_PAD
        .decode(token)
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok());
    said.and_then(|text| text.parse().ok())
        .ok_or_else(|| GraphError::bad_value("The page token is malformed."))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const A: &str = "99999999-9999-4999-8999-999999999999";
    const B: &str = "0e1f0000-0000-4000-8000-000000000001";

    #[test]
    fn a_filter_by_ids_is_read() {
        for (text, ids) in [
            (format!("id eq '{A}'"), vec![A]),
            (format!("id eq '{A}' or id eq '{B}'"), vec![A, B]),
            (format!("id in ('{A}','{B}')"), vec![A, B]),
            (format!("id in ( '{A}' , '{B}' )"), vec![A, B]),
        ] {
            let read = filter(&text).unwrap();
            assert_eq!(read.iter().map(Uuid::to_string).collect::<Vec<_>>(), ids, "{text}");
        }
    }

    #[test]
    fn errors_when_a_filter_is_anything_else() {
        let many = format!("id in ({})", vec![format!("'{A}'"); 16].join(","));
        for text in [
            "",
            "displayName eq 'usher-admins'",
            "id eq 99999999-9999-4999-8999-999999999999",
            "id eq 'usher-admins'",
            "id eq '99999999999949998999999999999999'",
            "id eq '99999999-9999-4999-8999-999999999999' or 1 eq 1",
            "id eq '' or id ne ''",
            "id in ()",
            "id in '99999999-9999-4999-8999-999999999999'",
            many.as_str(),
        ] {
            assert!(filter(text).is_err(), "{text}");
        }
    }
}
