//! `usher:host/graph`: Microsoft Graph on behalf of the caller, to read, as far as the grant's list goes.

use usher_downstream::{GraphRequest, GraphResponse, Method};
use usher_policy::{Grant, GraphPath};
use uuid::Uuid;
use wasmtime::component::{HasSelf, Linker};

use crate::bindings::graph as wit;
use crate::bindings::graph_types as types;
use crate::call_context::CallContext;
use crate::capability::{Capability, NotAdmitted, not_granted};
use crate::downstream::{Failure, SIDE_BY_SIDE, side_by_side};
use crate::services::Services;

pub(crate) struct Graph;

impl Capability for Graph {
    const NAME: &'static str = "graph";
    const GRANT_LINE: &'static str = "graph = { requests = [{ path = \"/me\", query = [\"$select\"] }] }";

    fn admit(grant: &Grant, services: &Services) -> Result<(), NotAdmitted> {
        if grant.capabilities.graph.is_none() {
            return Err(not_granted::<Self>());
        }
        admit_graph::<Self>(services)
    }

    fn link<T: Send + 'static>(linker: &mut Linker<T>, get: fn(&mut T) -> &mut CallContext) -> wasmtime::Result<()> {
        wit::add_to_linker::<T, HasSelf<CallContext>>(linker, get)
    }
}

/// Whether the host can give what a grant says of Graph.
pub(crate) fn admit_graph<C: Capability>(services: &Services) -> Result<(), NotAdmitted> {
    match services.graph() {
        Some(_) => Ok(()),
        None => Err(NotAdmitted::NotSetUp {
            interface: C::NAME,
            needs: NEEDS_GRAPH.to_owned(),
        }),
    }
}

/// What the operator must configure before the host can reach Microsoft Graph: for capabilities, and for rules by group.
pub const NEEDS_GRAPH: &str =
    "the app registration's credential, to ask Microsoft Graph on behalf of callers: write it under [entra.credential]";

impl types::Host for CallContext {}

impl CallContext {
    /// Asks about groups: one answer for each, in the same order.
    async fn ask_memberships(&self, group_ids: &[String]) -> Result<Vec<bool>, Failure> {
        if !self.allowance().memberships() {
            return Err(Failure::NotGranted("questions about groups".to_owned()));
        }
        if group_ids.len() > SIDE_BY_SIDE {
            return Err(Failure::too_many("groups", group_ids.len()));
        }
        let groups = group_ids.iter().map(|id| group(id)).collect::<Result<Vec<_>, _>>()?;
        let graph = self.services().graph().ok_or(Failure::NotThere)?;
        let known = graph.memberships(self.permit().who(), &groups, self.patience()).await?;
        groups
            .iter()
            .map(|group| known.get(*group).ok_or(Failure::NotThere))
            .collect()
    }

    async fn get_from_graph(&self, request: wit::GetRequest) -> Result<types::Response, Failure> {
        let path = GraphPath::parse(&request.path).map_err(Failure::invalid)?;
        let granted = self.allowance().graph(&path, &request.query)?;
        let request = GraphRequest {
            method: Method::Get,
            query: request.query,
            body: None,
            max_response_bytes: granted.max_response_bytes,
            path,
        };
        self.send_to_graph(request).await
    }

    /// Sends what the permit covers.
    pub(crate) async fn send_to_graph(&self, request: GraphRequest) -> Result<types::Response, Failure> {
        let graph = self.services().graph().ok_or(Failure::NotThere)?;
        let answer = graph.send(self.permit().who(), request, self.patience()).await?;
        Ok(response(answer))
    }
}

/// A group's object id: a GUID and nothing else, since it ends up in a filter.
fn group(id: &str) -> Result<Uuid, Failure> {
    Uuid::try_parse(id).map_err(|_| Failure::Invalid("a group is named by its object id, a GUID".to_owned()))
}

fn response(answer: GraphResponse) -> types::Response {
    types::Response {
        status: answer.status,
        body: answer.body.map(|body| types::Body {
            content_type: body.content_type,
            data: body.data.into(),
        }),
    }
}

impl wit::Host for CallContext {
    async fn is_member_of(&mut self, group_id: String) -> wasmtime::Result<Result<bool, types::Error>> {
        let host_call = self.enter::<Graph>("is-member-of", &(&group_id,))?;
        let answer = async {
            let asked = self.ask_memberships(&[group_id]).await;
            let one = asked.and_then(|answers| answers.first().copied().ok_or(Failure::NotThere));
            one.map_err(|failure| self.tell::<Graph>(failure).into())
        };
        host_call.answer(answer).await
    }

    async fn memberships(&mut self, group_ids: Vec<String>) -> wasmtime::Result<Result<Vec<bool>, types::Error>> {
        let host_call = self.enter::<Graph>("memberships", &(&group_ids,))?;
        let answer = async {
            let asked = self.ask_memberships(&group_ids).await;
            asked.map_err(|failure| self.tell::<Graph>(failure).into())
        };
        host_call.answer(answer).await
    }

    async fn get(&mut self, request: wit::GetRequest) -> wasmtime::Result<Result<types::Response, types::Error>> {
        let host_call = self.enter::<Graph>("get", &(&request,))?;
        let answer = async {
            let answer = self.get_from_graph(request).await;
            answer.map_err(|failure| self.tell::<Graph>(failure).into())
        };
        host_call.answer(answer).await
    }

    async fn get_all(
        &mut self,
        requests: Vec<wit::GetRequest>,
    ) -> wasmtime::Result<Vec<Result<types::Response, types::Error>>> {
        let host_call = self.enter_times::<Graph>(requests.len(), "get-all", &(&requests,))?;
        let answers = async {
            let answers = side_by_side(requests, |request| self.get_from_graph(request)).await;
            let told = answers
                .into_iter()
                .map(|answer| answer.map_err(|failure| self.tell::<Graph>(failure).into()));
            told.collect()
        };
        host_call.answer(answers).await
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use usher_policy::Requirement;

    use super::*;
    use crate::bindings::graph_types::Error;
    use crate::testing::{call, grant_of, services};

    const GROUP: &str = "99999999-9999-4999-8999-999999999999";
    const GRANT: &str =
        "[capabilities]\ngraph = { memberships = true, requests = [{ path = \"/me\", query = [\"$select\"] }] }";

    fn me() -> Requirement {
        Requirement::graph("/me").unwrap()
    }

    fn get(path: &str) -> wit::GetRequest {
        wit::GetRequest {
            path: path.to_owned(),
            query: Vec::new(),
        }
    }

    #[test]
    fn errors_when_graph_is_not_granted_or_the_host_can_not_reach_it() {
        let (services, _folder) = services();
        let refused = Graph::admit(&grant_of(""), &services).unwrap_err().to_string();
        assert!(refused.contains("graph = {"), "{refused}");
        let refused = Graph::admit(&grant_of(GRANT), &services).unwrap_err().to_string();
        assert!(refused.contains("[entra.credential]"), "{refused}");
    }

    #[tokio::test]
    async fn a_request_that_the_permit_does_not_cover_is_not_granted() {
        let mut call = call(GRANT, &[me()]);
        for path in ["/users", "/me/messages", "/users/../me/messages"] {
            let answer = wit::Host::get(&mut call.context, get(path)).await.unwrap();
            assert!(
                matches!(answer, Err(Error::NotGranted(_) | Error::Invalid(_))),
                "{path}: {answer:?}"
            );
        }
        // What the permit covers gets as far as Graph, which isn't there.
        let answer = wit::Host::get(&mut call.context, get("/me")).await.unwrap();
        assert!(matches!(answer, Err(Error::Unavailable)), "{answer:?}");
    }

    #[tokio::test]
    async fn what_the_grant_gives_but_the_tool_does_not_require_is_not_granted() {
        let mut call = call(GRANT, &[]);
        let answer = wit::Host::get(&mut call.context, get("/me")).await.unwrap();
        assert!(matches!(answer, Err(Error::NotGranted(_))), "{answer:?}");
        let asked = wit::Host::is_member_of(&mut call.context, GROUP.to_owned())
            .await
            .unwrap();
        assert!(matches!(asked, Err(Error::NotGranted(_))), "{asked:?}");
    }

    #[tokio::test]
    async fn a_group_is_a_guid_and_nothing_that_ends_up_in_a_filter() {
        let mut call = call(GRANT, &[Requirement::GraphMemberships]);
        for group in ["", "usher-admins", "99999999-9999-4999-8999-999999999999' or id ne '"] {
            let asked = wit::Host::is_member_of(&mut call.context, group.to_owned())
                .await
                .unwrap();
            assert!(matches!(asked, Err(Error::Invalid(_))), "{group}: {asked:?}");
        }
        let asked = wit::Host::is_member_of(&mut call.context, GROUP.to_owned())
            .await
            .unwrap();
        assert!(matches!(asked, Err(Error::Unavailable)), "{asked:?}");
    }

    #[tokio::test]
    async fn no_more_than_twenty_go_together() {
        let mut call = call(GRANT, &[me(), Requirement::GraphMemberships]);
        let groups = vec![GROUP.to_owned(); 21];
        let asked = wit::Host::memberships(&mut call.context, groups).await.unwrap();
        assert!(matches!(asked, Err(Error::Invalid(_))), "{asked:?}");
        let answers = wit::Host::get_all(&mut call.context, vec![get("/me"); 21])
            .await
            .unwrap();
        assert_eq!(answers.len(), 21);
        assert!(answers.iter().all(|answer| matches!(answer, Err(Error::Invalid(_)))));
        let answers = wit::Host::get_all(&mut call.context, vec![get("/me"); 20])
            .await
            .unwrap();
        assert!(answers.iter().all(|answer| matches!(answer, Err(Error::Unavailable))));
    }

    #[tokio::test]
    async fn each_of_several_requests_counts_against_the_budget() {
        let mut call = call(&format!("{GRANT}\n[limits]\nhost-calls = 3"), &[me()]);
        let exhausted = wit::Host::get_all(&mut call.context, vec![get("/me"); 4])
            .await
            .unwrap_err();
        assert!(exhausted.is::<crate::HostCallsExhausted>(), "{exhausted:?}");
        assert!(wit::Host::get_all(&mut call.context, vec![get("/me"); 3]).await.is_ok());
        assert!(
            wit::Host::get(&mut call.context, get("/me")).await.is_err(),
            "none is left"
        );
    }
}
