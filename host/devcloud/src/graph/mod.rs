//! Microsoft Graph, as far as a tool's host asks it: who the caller is, which groups they are in, their OneDrive and
//! their mail. It stands at `{authority}/graph/v1.0` where `https://graph.microsoft.com/v1.0` stands in production.
//!
//! | request | module |
//! |---|---|
//! | `GET /me` | [`people`] |
//! | `GET /me/transitiveMemberOf/microsoft.graph.group` and its `/$count`, `POST /me/checkMemberGroups` | [`memberships`] |
//! | `PUT`, `GET /me/drive/root:/{path}:/content`, `GET /me/drive/root:/{path}` | [`drive`] |
//! | `POST /me/sendMail` | [`mail`] |
//! | `POST /$batch` of any of these | [`batch`] |
//!
//! **What comes in:** requests with a bearer token, which is verified as Graph would: signed by this cloud, for Graph,
//! within its dates, and with the permission that the request needs. A caller is one of the [personas](crate::Persona).
//!
//! **What goes out:** Graph's answers and errors, with the headers by which it tells what a request cost and whose limit
//! was met (Microsoft documentation, "Microsoft Graph throttling guidance"). The rules that trip clients up are kept:
//! `ConsistencyLevel: eventual` and `$count=true` for casts and filters, 15 clauses in a filter, 20 ids in a question, a
//! redirect where a file's content is asked for.
//!
//! **What it never does:** it keeps nothing beyond the process, sends no mail, and never logs what a token or a body says.
//!
//! Two counters tell tests what was asked: one of questions about memberships, one of all else. A `$batch` counts as itself
//! and once for each request in it, as each of these is throttled on its own. Failures are planned at `POST /dev/failures`;
//! [`failures`] gives them Graph's shape. The group directory, what was uploaded and what was sent are at
//! [`control`]'s endpoints.

mod answer;
mod batch;
mod caller;
pub(crate) mod control;
mod drive;
mod failures;
pub(crate) mod groups;
mod mail;
mod memberships;
mod people;
mod request;
mod select;

use axum::Router;
use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::http::Method;
use axum::response::Response;
use axum::routing::{any, get};

use crate::cloud::{Cloud, Shared};
use crate::traffic::Endpoint;
use answer::{Answer, GraphError, Ids};
use caller::Caller;
use request::GraphRequest;

/// The largest body of a request other than an upload, in bytes: Graph's own limit.
const MAX_BODY: usize = 4 * 1024 * 1024;

/// What Graph remembers, in memory.
pub(crate) struct Data {
    pub(crate) directory: groups::Directory,
    drive: drive::Drive,
    mail: mail::Mail,
}

impl Data {
    pub(crate) fn new() -> Self {
        Self {
            directory: groups::Directory::new(),
            drive: drive::Drive::new(),
            mail: mail::Mail::default(),
        }
    }
}

/// A request whose caller is known.
struct Call<'a> {
    cloud: &'a Cloud,
    caller: &'a Caller,
    request: &'a GraphRequest,
}

impl Call<'_> {
    /// An address below this Graph, for contexts and links.
    fn url(&self, path: &str) -> String {
        format!("{}/v1.0{path}", self.cloud.addresses.graph())
    }

    fn data(&self) -> &Data {
        &self.cloud.graph
    }
}

/// Everything below `/graph`. Bodies are bounded here, request by request, and not by the server's general limit.
pub(crate) fn router() -> Router<Shared> {
    Router::new()
        .route("/graph/download/{ticket}", get(drive::content))
        .route("/graph/{*path}", any(serve))
}

async fn serve(State(cloud): State<Shared>, request: Request) -> Response {
    let ids = Ids::new(request.headers());
    let answer = answer(&cloud, request).await;
    answer.unwrap_or_else(|error| error.answer(&ids)).into_response(&ids)
}

async fn answer(cloud: &Cloud, request: Request) -> Result<Answer, GraphError> {
    let (parts, body) = request.into_parts();
    let mut request = GraphRequest::received(&parts)?;
    let limit = if drive::is_upload(&request) {
        drive::MAX_UPLOAD
    } else {
        MAX_BODY
    };
    // Read whatever becomes of the request: a client that is still sending may not see an answer that comes earlier.
    request.body = to_bytes(body, limit).await.map_err(|_| GraphError::too_large(limit))?;
    let caller = caller::authenticate(cloud, &parts.headers);
    admit(cloud, caller.as_ref().ok(), &request).await?;
    let caller = caller?;
    let call = Call {
        cloud,
        caller: &caller,
        request: &request,
    };
    match request.names().as_slice() {
        ["$batch"] => batch::answer(&call).await,
        _ => handle(&call),
    }
}

/// Counts a request, and lets it fail if that was planned.
async fn admit(cloud: &Cloud, caller: Option<&Caller>, request: &GraphRequest) -> Result<(), GraphError> {
    let endpoint = if memberships::is_about(request) {
        Endpoint::GraphMemberships
    } else {
        Endpoint::GraphRequests
    };
    failures::meet(cloud, endpoint, caller).await
}

/// Answers one request, be it alone or one of a batch.
fn handle(call: &Call<'_>) -> Result<Answer, GraphError> {
    type Operation = fn(&Call<'_>) -> Result<Answer, GraphError>;
    let (method, operation): (_, Operation) = match call.request.names().as_slice() {
        ["me"] => (Method::GET, people::me),
        ["me", "transitivememberof", "microsoft.graph.group"] => (Method::GET, memberships::list),
        ["me", "transitivememberof", "microsoft.graph.group", "$count"] => (Method::GET, memberships::count),
        ["me", "checkmembergroups"] => (Method::POST, memberships::check),
        ["me", "sendmail"] => (Method::POST, mail::send),
        ["me", "drive", "root:", ..] => return drive::item(call),
        names => return Err(GraphError::no_such_segment(names.last().unwrap_or(&""))),
    };
    if call.request.method == method {
        operation(call)
    } else {
        Err(GraphError::method_not_allowed())
    }
}
