//! Other services through `http`, from a program that tries everything: nothing but what the grant gives leaves, and nothing
//! of the host's credentials comes back.
//!
//! ```text
//! destinations  other origins, private and metadata addresses in every spelling, paths and queries beyond the grant
//! redirects     a service that sends elsewhere
//! credentials   a service that sends back whatever it was sent
//! ```

mod credentials;
mod destinations;
mod redirects;
mod service;

use serde_json::{Value, json};
use usher_downstream::{Http, HttpSettings};
use usher_policy::Origin;
use usher_runtime::{Fault, Outcome};
use usher_tests::{Grant, Stage, callers};

use service::Service;

const LEDGER: &str = "https://ledger.contoso.example";
const OTHER: &str = "https://other.contoso.example";

/// The largest body and answer.
const MAX_BYTES: usize = 20_000;

/// What the program is granted: two origins, of which most of its tools require the first alone.
fn grant(credential: &str) -> Grant {
    let ledger = format!(
        "{{ origin = \"{LEDGER}\", methods = [\"GET\", \"POST\"], paths = [\"/echo\", \"/quiet\", \"/redirect\", \"/entries/{{id}}\"], \
         query = [\"to\"], max-request-bytes = {MAX_BYTES}, max-response-bytes = {MAX_BYTES}{credential} }}"
    );
    let other = format!("{{ origin = \"{OTHER}\", methods = [\"GET\", \"POST\"], paths = [\"/echo\"] }}");
    Grant::of(&["send", "send_to_two", "send_all", "insist_http", "http_unrequired"])
        .gives("log = true")
        .gives(&format!("http = {{ origins = [{ledger}, {other}] }}"))
}

/// Settings by which the service stands in for both origins.
fn settings(service: &Service) -> HttpSettings {
    let stand_ins = [LEDGER, OTHER].map(|origin| (Origin::parse(origin).unwrap(), service.url()));
    HttpSettings {
        stand_ins: stand_ins.into(),
        ..HttpSettings::default()
    }
}

/// A stage with the program on it, and nothing attached to its requests.
async fn stage(service: &Service) -> Stage {
    let http = Http::new(settings(service), None, None).unwrap();
    let setting = Stage::setting().http(http).guest("http-requests", &grant(""));
    setting.open().await
}

/// What a program was told, which must have ended well.
#[track_caller]
fn answer_of(outcome: Result<Outcome, Fault>) -> Value {
    match outcome {
        Ok(Outcome::Complete { structured, .. }) => structured.unwrap_or_default()["answer"].take(),
        other => panic!("the program should have answered: {other:?}"),
    }
}

/// Has a tool of the program send a request.
async fn told(stage: &Stage, tool: &str, request: Value) -> Value {
    answer_of(stage.call(&callers::alice(), tool, request).await)
}

/// Has the program send a GET.
async fn get(stage: &Stage, url: &str) -> Value {
    told(stage, "send", json!({ "url": url })).await
}

/// Checks that the host refused, by one of these kinds of error.
#[track_caller]
fn assert_refused(what: &str, answer: &Value, kinds: &[&str]) {
    let text = answer
        .as_str()
        .unwrap_or_else(|| panic!("{what} went through: {answer}"));
    assert!(kinds.iter().any(|kind| text.contains(kind)), "{what}: {text}");
}
