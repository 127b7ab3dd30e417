//! `usher:host/graph-write`: Microsoft Graph on behalf of the caller, to change things, as far as the grant's list goes.

use usher_downstream::{Body, GraphRequest, Method};
use usher_policy::{Grant, GraphPath};
use wasmtime::component::{HasSelf, Linker};

use crate::bindings::graph_types as types;
use crate::bindings::graph_write as wit;
use crate::call_context::CallContext;
use crate::capability::{Capability, NotAdmitted, not_granted};
use crate::downstream::Failure;
use crate::graph::admit_graph;
use crate::services::Services;

pub(crate) struct GraphWrite;

impl Capability for GraphWrite {
    const NAME: &'static str = "graph-write";
    const GRANT_LINE: &'static str = "graph-write = { requests = [{ method = \"POST\", path = \"/me/sendMail\" }] }";

    fn admit(grant: &Grant, services: &Services) -> Result<(), NotAdmitted> {
        if grant.capabilities.graph_write.is_none() {
            return Err(not_granted::<Self>());
        }
        admit_graph::<Self>(services)
    }

    fn link<T: Send + 'static>(linker: &mut Linker<T>, get: fn(&mut T) -> &mut CallContext) -> wasmtime::Result<()> {
        wit::add_to_linker::<T, HasSelf<CallContext>>(linker, get)
    }
}

impl CallContext {
    async fn write_to_graph(&self, request: wit::Request) -> Result<types::Response, Failure> {
        let method = method(request.method);
        let path = GraphPath::parse(&request.path).map_err(Failure::invalid)?;
        let length = request.body.as_ref().map_or(0, |body| body.data.len());
        let granted = self.allowance().graph_write(method, &path, &request.query, length)?;
        let request = GraphRequest {
            method,
            query: request.query,
            body: request.body.map(|body| Body {
                content_type: body.content_type,
                data: body.data.into(),
            }),
            max_response_bytes: granted.max_response_bytes,
            path,
        };
        self.send_to_graph(request).await
    }
}

fn method(method: wit::Method) -> Method {
    match method {
        wit::Method::Post => Method::Post,
        wit::Method::Put => Method::Put,
        wit::Method::Patch => Method::Patch,
        wit::Method::Delete => Method::Delete,
    }
}

impl wit::Host for CallContext {
    async fn send(&mut self, request: wit::Request) -> wasmtime::Result<Result<types::Response, types::Error>> {
        let host_call = self.enter::<GraphWrite>("send", &(&request,))?;
        let answer = async {
            let answer = self.write_to_graph(request).await;
            answer.map_err(|failure| self.tell::<GraphWrite>(failure).into())
        };
        host_call.answer(answer).await
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use usher_policy::Requirement;

    use super::*;
    use crate::bindings::graph_types::Error;
    use crate::testing::call;

    const GRANT: &str = "[capabilities]\ngraph-write = { requests = [{ method = \"PUT\", \
        path = \"/me/drive/root:/{file}:/content\", max-request-bytes = 10 }] }";

    async fn send(method: wit::Method, path: &str, length: usize) -> Error {
        let required = Requirement::graph_write("PUT /me/drive/root:/{file}:/content").unwrap();
        let mut call = call(GRANT, &[required]);
        let body = types::Body {
            content_type: "text/plain".to_owned(),
            data: vec![b'x'; length],
        };
        let request = wit::Request {
            method,
            path: path.to_owned(),
            query: Vec::new(),
            body: Some(body),
        };
        wit::Host::send(&mut call.context, request).await.unwrap().unwrap_err()
    }

    #[tokio::test]
    async fn a_request_is_held_against_the_permit_with_its_method_its_path_and_its_length() {
        const FILE: &str = "/me/drive/root:/notes 1.txt:/content";
        // What the permit covers gets as far as Graph, which isn't there.
        assert!(matches!(send(wit::Method::Put, FILE, 10).await, Error::Unavailable));
        assert!(matches!(
            send(wit::Method::Delete, FILE, 10).await,
            Error::NotGranted(_)
        ));
        assert!(matches!(
            send(wit::Method::Put, "/me/photo/$value", 10).await,
            Error::NotGranted(_)
        ));
        assert!(matches!(
            send(wit::Method::Put, "/me/drive/root:/../x:/content", 10).await,
            Error::Invalid(_)
        ));
        assert!(matches!(
            send(wit::Method::Post, "/$batch", 10).await,
            Error::Invalid(_)
        ));
        assert!(matches!(send(wit::Method::Put, FILE, 11).await, Error::TooLarge));
    }
}
