//! `usher:host/http`: other services over HTTPS, as far as the grant's origins go. The host attaches the credentials.

use url::Url;
use usher_downstream::{DownstreamError, HttpRequest, HttpResponse, Method};
use usher_policy::Grant;
use wasmtime::component::{HasSelf, Linker};

use crate::bindings::http as wit;
use crate::call_context::CallContext;
use crate::capability::{Capability, NotAdmitted, not_granted};
use crate::downstream::{Failure, side_by_side};
use crate::services::Services;

pub(crate) struct Http;

impl Capability for Http {
    const NAME: &'static str = "http";
    const GRANT_LINE: &'static str =
        "http = { origins = [{ origin = \"https://…\", methods = [\"GET\"], paths = [\"/…\"] }] }";

    fn admit(grant: &Grant, services: &Services) -> Result<(), NotAdmitted> {
        let Some(granted) = &grant.capabilities.http else {
            return Err(not_granted::<Self>());
        };
        let not_set_up = |needs: String| NotAdmitted::NotSetUp {
            interface: Self::NAME,
            needs,
        };
        let http = services
            .http()
            .ok_or_else(|| not_set_up("requests to other services, which it was started without".to_owned()))?;
        for origin in &granted.origins {
            http.check(origin).map_err(|error| {
                not_set_up(match error {
                    DownstreamError::Misconfigured(missing) => missing,
                    other => other.to_string(),
                })
            })?;
        }
        Ok(())
    }

    fn link<T: Send + 'static>(linker: &mut Linker<T>, get: fn(&mut T) -> &mut CallContext) -> wasmtime::Result<()> {
        wit::add_to_linker::<T, HasSelf<CallContext>>(linker, get)
    }
}

impl CallContext {
    async fn send_by_http(&self, request: wit::Request) -> Result<wit::Response, Failure> {
        let http = self.services().http().ok_or(Failure::NotThere)?;
        let request = HttpRequest {
            method: method(request.method),
            url: Url::parse(&request.url).map_err(|error| Failure::Invalid(format!("no absolute URL: {error}")))?,
            headers: request.headers,
            body: request.body.map(Into::into),
        };
        let permit = self.permit();
        let answer = http
            .send(permit.who(), permit.allowance(), request, self.patience())
            .await?;
        Ok(response(answer))
    }
}

fn method(method: wit::Method) -> Method {
    match method {
        wit::Method::Get => Method::Get,
        wit::Method::Head => Method::Head,
        wit::Method::Post => Method::Post,
        wit::Method::Put => Method::Put,
        wit::Method::Patch => Method::Patch,
        wit::Method::Delete => Method::Delete,
    }
}

fn response(answer: HttpResponse) -> wit::Response {
    wit::Response {
        status: answer.status,
        headers: answer.headers,
        body: answer.body.into(),
    }
}

impl wit::Host for CallContext {
    async fn send(&mut self, request: wit::Request) -> wasmtime::Result<Result<wit::Response, wit::Error>> {
        let host_call = self.enter::<Http>("send", &(&request,))?;
        let answer = async {
            let answer = self.send_by_http(request).await;
            answer.map_err(|failure| self.tell::<Http>(failure).into())
        };
        host_call.answer(answer).await
    }

    async fn send_all(
        &mut self,
        requests: Vec<wit::Request>,
    ) -> wasmtime::Result<Vec<Result<wit::Response, wit::Error>>> {
        let host_call = self.enter_times::<Http>(requests.len(), "send-all", &(&requests,))?;
        let answers = async {
            let answers = side_by_side(requests, |request| self.send_by_http(request)).await;
            let told = answers
                .into_iter()
                .map(|answer| answer.map_err(|failure| self.tell::<Http>(failure).into()));
            told.collect()
        };
        host_call.answer(answers).await
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use usher_downstream::HttpSettings;

    use super::*;
    use crate::testing::{call_with, grant_of, services};

    const ORIGIN: &str = "origin = \"https://ledger.contoso.example\", methods = [\"GET\"], paths = [\"/entries\"]";

    fn grant(more: &str) -> String {
        format!("[capabilities]\nhttp = {{ origins = [{{ {ORIGIN}{more} }}] }}")
    }

    fn with_http() -> (Services, tempfile::TempDir) {
        let (services, folder) = services();
        let http = usher_downstream::Http::new(HttpSettings::default(), None, None).unwrap();
        (services.with_http(http), folder)
    }

    fn refusal(grant: &str) -> String {
        let (services, _folder) = with_http();
        Http::admit(&grant_of(grant), &services).unwrap_err().to_string()
    }

    #[test]
    fn an_origin_without_a_credential_needs_nothing() {
        let (services, _folder) = with_http();
        assert_eq!(Http::admit(&grant_of(&grant("")), &services), Ok(()));
    }

    #[test]
    fn errors_when_the_host_lacks_the_credential_that_the_grant_names() {
        assert!(refusal("").contains("http = {"));
        let on_behalf_of = refusal(&grant(", credential = { on-behalf-of = \"api://ledger/.default\" }"));
        assert!(on_behalf_of.contains("on behalf of"), "{on_behalf_of}");
        let identity = refusal(&grant(", credential = { managed-identity = \"api://ledger\" }"));
        assert!(identity.contains("managed identity"), "{identity}");
        let secret = refusal(&grant(
            ", credential = { secret-header = \"x-api-key\", secret = \"ledger\" }",
        ));
        assert!(secret.contains("\"ledger\""), "{secret}");
    }

    fn get(url: &str) -> wit::Request {
        wit::Request {
            method: wit::Method::Get,
            url: url.to_owned(),
            headers: Vec::new(),
            body: None,
        }
    }

    fn context(requires: &[usher_policy::Requirement]) -> crate::testing::Call {
        let (services, folder) = with_http();
        call_with(services, folder, &grant(""), requires)
    }

    #[tokio::test]
    async fn a_request_that_the_permit_does_not_cover_is_not_granted() {
        let ledger = usher_policy::Requirement::http("https://ledger.contoso.example").unwrap();
        let mut call = context(&[ledger]);
        for url in [
            "https://ledger.contoso.example/other",
            "https://ledger.contoso.example:8443/entries",
            "https://elsewhere.contoso.example/entries",
        ] {
            let answer = wit::Host::send(&mut call.context, get(url)).await.unwrap();
            assert!(matches!(answer, Err(wit::Error::NotGranted(_))), "{url}: {answer:?}");
        }
        let answer = wit::Host::send(&mut call.context, get("/entries")).await.unwrap();
        assert!(matches!(answer, Err(wit::Error::Invalid(_))), "{answer:?}");
    }

    #[tokio::test]
    async fn what_the_grant_gives_but_the_tool_does_not_require_is_not_granted() {
        let mut call = context(&[]);
        let url = "https://ledger.contoso.example/entries";
        let answer = wit::Host::send(&mut call.context, get(url)).await.unwrap();
        assert!(matches!(answer, Err(wit::Error::NotGranted(_))), "{answer:?}");
    }

    #[tokio::test]
    async fn no_more_than_twenty_go_together() {
        let mut call = context(&[]);
        let url = "https://ledger.contoso.example/entries";
        let answers = wit::Host::send_all(&mut call.context, vec![get(url); 21])
            .await
            .unwrap();
        assert_eq!(answers.len(), 21);
        assert!(
            answers
                .iter()
                .all(|answer| matches!(answer, Err(wit::Error::Invalid(_))))
        );
        let answers = wit::Host::send_all(&mut call.context, vec![get(url); 20])
            .await
            .unwrap();
        assert!(
            answers
                .iter()
                .all(|answer| matches!(answer, Err(wit::Error::NotGranted(_))))
        );
    }
}
