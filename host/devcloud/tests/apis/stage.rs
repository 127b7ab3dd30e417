//! Tokens for the APIs, and requests with them.

use reqwest::header::{HeaderMap, HeaderName};
use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};
use usher_devcloud::API_CLIENT_ID;

use crate::support::Running;

/// The `aud` of tokens for Graph.
pub(crate) const GRAPH: &str = "00000003-0000-0000-c000-000000000000";

/// All that the API's app has consent for.
pub(crate) const PERMISSIONS: &str = "User.Read GroupMember.Read.All Files.ReadWrite Mail.Send";

/// The administrators' group.
pub(crate) const ADMINS: &str = "99999999-9999-4999-8999-999999999999";

/// A token with any claims, as the control API mints it.
pub(crate) async fn token_with(cloud: &Running, persona: &str, claims: Value) -> String {
    let request = json!({ "persona": persona, "claims": claims });
    let (status, answer) = cloud.post_json("/dev/token", &request).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    answer["access_token"].as_str().unwrap().to_owned()
}

/// A persona's token for Graph with these permissions, as if the API's app had exchanged it.
pub(crate) async fn graph_token(cloud: &Running, persona: &str, permissions: &str) -> String {
    let claims = json!({ "aud": GRAPH, "azp": API_CLIENT_ID, "scp": permissions });
    token_with(cloud, persona, claims).await
}

/// One persona's use of Graph.
pub(crate) struct Graph<'a> {
    cloud: &'a Running,
    token: String,
}

/// What came back: status, headers and the body, null where it isn't JSON.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

impl Answer {
    pub(crate) async fn of(response: Response) -> Self {
        let (status, headers) = (response.status(), response.headers().clone());
        let body = serde_json::from_slice(&response.bytes().await.unwrap()).unwrap_or_default();
        Self { status, headers, body }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// Checks that this is an error exactly as Graph sends it.
    #[track_caller]
    pub(crate) fn assert_error(&self, status: u16, code: &str) {
        assert_eq!(self.status.as_u16(), status, "{}", self.body);
        let error = &self.body["error"];
        assert_eq!(error["code"], code, "{}", self.body);
        assert!(!error["message"].as_str().unwrap().is_empty());
        let inner = error["innerError"].as_object().unwrap();
        let names: Vec<&str> = inner.keys().map(String::as_str).collect();
        assert_eq!(names, ["client-request-id", "date", "request-id"]);
        assert_eq!(inner["request-id"], self.header("request-id").unwrap());
        assert_eq!(inner["client-request-id"], self.header("client-request-id").unwrap());
        assert_eq!(inner["date"].as_str().unwrap().len(), "2026-11-22T18:00:00".len());
        assert_eq!(error.as_object().unwrap().len(), 3, "{}", self.body);
        assert_eq!(self.body.as_object().unwrap().len(), 1, "{}", self.body);
    }
}

impl<'a> Graph<'a> {
    /// With all permissions that the API's app has.
    pub(crate) async fn of(cloud: &'a Running, persona: &str) -> Self {
        Self::with(cloud, persona, PERMISSIONS).await
    }

    pub(crate) async fn with(cloud: &'a Running, persona: &str, permissions: &str) -> Self {
        let token = graph_token(cloud, persona, permissions).await;
        Self { cloud, token }
    }

    /// A request below `/v1.0`, which is yet to be sent.
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let url = format!("{}/v1.0{path}", self.cloud.at.graph());
        self.cloud.http.request(method, url).bearer_auth(&self.token)
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        Answer::of(self.request(Method::GET, path).send().await.unwrap()).await
    }

    /// An advanced query.
    pub(crate) async fn query(&self, path: &str) -> Answer {
        let level = (HeaderName::from_static("consistencylevel"), "eventual");
        let request = self.request(Method::GET, path).header(level.0, level.1);
        Answer::of(request.send().await.unwrap()).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        Answer::of(self.request(Method::POST, path).json(body).send().await.unwrap()).await
    }

    pub(crate) async fn put(&self, path: &str, media_type: &str, body: impl Into<reqwest::Body>) -> Answer {
        let request = self.request(Method::PUT, path).header("content-type", media_type);
        Answer::of(request.body(body).send().await.unwrap()).await
    }
}
