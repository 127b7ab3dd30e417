//! A managed identity's tokens: how often it asks for them, and what it makes of the answers.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use serde_json::json;

use super::{
    IDENTITY,
    clock::ManualClock,
    platform::{Answer, Platform},
    soon,
};
use crate::{CredentialError, DownstreamToken, ManagedIdentity};

const RESOURCE: &str = "api://dddddddd-bbbb-4ccc-8ddd-eeeeeeeeeeee";
const HOUR: u64 = 3600;

struct Setting {
    platform: Platform,
    clock: Arc<ManualClock>,
    identity: ManagedIdentity,
}

impl Setting {
    async fn new(answers: impl IntoIterator<Item = Answer>) -> Self {
        let platform = Platform::start(answers).await;
        let clock = ManualClock::new();
        let identity = ManagedIdentity::with_clock(Some(IDENTITY), &platform.virtual_machine(), clock.clone()).unwrap();
        Self {
            platform,
            clock,
            identity,
        }
    }

    async fn token(&self) -> Result<String, CredentialError> {
        self.identity.token(RESOURCE, soon()).await.map(text)
    }

    /// Asks in a task of its own.
    fn ask(&self) -> tokio::task::JoinHandle<Result<String, CredentialError>> {
        let identity = self.identity.clone();
        tokio::spawn(async move { identity.token(RESOURCE, soon()).await.map(text) })
    }
}

fn text(token: DownstreamToken) -> String {
    let header = token.authorization();
    header.to_str().unwrap().strip_prefix("Bearer ").unwrap().to_owned()
}

#[tokio::test]
async fn a_token_is_kept_and_renewed_at_half_its_life_while_the_old_one_serves() {
    let setting = Setting::new([Answer::token("first", 24 * HOUR), Answer::token("second", 48 * HOUR)]).await;
    assert_eq!(setting.token().await.unwrap(), "first");
    setting.clock.advance(12 * HOUR - 1);
    assert_eq!(setting.token().await.unwrap(), "first");
    assert_eq!(setting.platform.hits(), 1);

    setting.platform.hold();
    setting.clock.advance(1);
    for _ in 0..3 {
        assert_eq!(setting.token().await.unwrap(), "first", "nobody waits for the renewal");
    }
    setting.platform.hit(2).await;
    setting.platform.release();
    while setting.token().await.unwrap() != "second" {
        tokio::task::yield_now().await;
    }
    assert_eq!(setting.platform.hits(), 2);
}

#[tokio::test]
async fn a_token_with_less_than_five_minutes_left_is_replaced_before_use() {
    let setting = Setting::new([Answer::token("first", HOUR), Answer::token("second", 3 * HOUR)]).await;
    assert_eq!(setting.token().await.unwrap(), "first");
    setting.clock.advance(HOUR - 5 * 60);
    assert_eq!(setting.token().await.unwrap(), "second");
}

#[tokio::test]
async fn a_token_in_its_last_minutes_serves_while_no_newer_one_can_be_had() {
    let setting = Setting::new([Answer::token("first", HOUR)]).await;
    setting.token().await.unwrap();
    setting.platform.answer([Answer::Status(503)]);
    setting.clock.advance(HOUR - 60);
    assert_eq!(setting.token().await.unwrap(), "first");
    assert_eq!(setting.platform.hits(), 2);
    setting.clock.advance(60);
    setting.platform.answer([Answer::token("second", 3 * HOUR)]);
    assert_eq!(setting.token().await.unwrap(), "second", "and not beyond its end");
}

#[tokio::test]
async fn a_failed_renewal_leaves_the_token_at_work_and_the_platform_alone_for_a_while() {
    let setting = Setting::new([Answer::token("first", 24 * HOUR)]).await;
    setting.token().await.unwrap();
    setting.platform.answer([Answer::Status(403)]);
    setting.clock.advance(12 * HOUR);
    assert_eq!(setting.token().await.unwrap(), "first");
    setting.platform.hit(2).await;
    for _ in 0..100 {
        assert_eq!(setting.token().await.unwrap(), "first");
        tokio::task::yield_now().await;
    }
    assert_eq!(setting.platform.hits(), 2);
}

#[tokio::test]
async fn a_hundred_who_ask_at_once_cost_one_request() {
    let setting = Setting::new([Answer::token("t", HOUR)]).await;
    setting.platform.hold();
    let asking: Vec<_> = (0..100).map(|_| setting.ask()).collect();
    setting.platform.hit(1).await;
    setting.platform.release();
    for task in asking {
        assert_eq!(task.await.unwrap().unwrap(), "t");
    }
    assert_eq!(setting.platform.hits(), 1);
}

#[tokio::test]
async fn each_resource_has_a_token_of_its_own() {
    let setting = Setting::new([Answer::token("one", HOUR), Answer::token("other", HOUR)]).await;
    assert_eq!(setting.token().await.unwrap(), "one");
    let other = setting.identity.token("https://storage.azure.com", soon()).await;
    assert_eq!(text(other.unwrap()), "other");
    assert_eq!(setting.token().await.unwrap(), "one");
}

#[tokio::test]
async fn who_gives_up_does_not_take_the_others_token_along() {
    let setting = Setting::new([Answer::token("t", HOUR)]).await;
    setting.platform.hold();
    let gives_up = setting.ask();
    setting.platform.hit(1).await;
    let waits = setting.ask();
    gives_up.abort();
    assert!(gives_up.await.is_err());
    setting.platform.release();
    assert_eq!(waits.await.unwrap().unwrap(), "t");
    assert_eq!(setting.platform.hits(), 1);
}

#[tokio::test]
async fn warming_up_throttling_and_failures_get_five_tries_with_longer_and_longer_pauses() {
    let troubles = [404, 429, 500, 503].map(Answer::Status);
    let setting = Setting::new(troubles.into_iter().chain([Answer::token("t", HOUR)])).await;
    let asking = setting.ask();
    assert_eq!(setting.clock.pass(4).await, [2, 4, 8, 16]);
    assert_eq!(asking.await.unwrap().unwrap(), "t");

    let setting = Setting::new([Answer::Status(500)]).await;
    let asking = setting.ask();
    setting.clock.pass(4).await;
    let error = asking.await.unwrap().unwrap_err();
    assert!(error.is_transient(), "{error}");
    assert!(error.retry_after().is_some());
    assert!(error.to_string().contains("HTTP 500"), "{error}");
    assert_eq!(setting.platform.hits(), 5);
}

#[tokio::test]
async fn an_update_of_the_service_is_waited_for_up_to_seventy_seconds() {
    let setting = Setting::new([Answer::Status(410)]).await;
    let asking = setting.ask();
    assert_eq!(setting.clock.pass(7).await.iter().sum::<u64>(), 70);
    assert!(asking.await.unwrap().unwrap_err().is_transient());
    assert_eq!(setting.platform.hits(), 8);
}

#[tokio::test]
async fn a_longer_retry_after_is_honoured_within_bounds() {
    let answers = [
        Answer::RetryAfter(429, 9),
        Answer::RetryAfter(429, 86_400),
        Answer::token("t", HOUR),
    ];
    let setting = Setting::new(answers).await;
    let asking = setting.ask();
    assert_eq!(setting.clock.pass(2).await, [9, 70]);
    assert_eq!(asking.await.unwrap().unwrap(), "t");
}

#[tokio::test]
async fn who_has_no_time_for_the_next_try_is_told_at_once_what_the_last_one_met() {
    let setting = Setting::new([Answer::Status(503)]).await;
    let started = Instant::now();
    let deadline = started + Duration::from_millis(1900);
    let error = setting.identity.token(RESOURCE, deadline).await.unwrap_err();
    assert!(error.to_string().contains("HTTP 503"), "{error}");
    assert!(started.elapsed() < Duration::from_millis(1900), "it waited for nothing");
    assert_eq!(
        setting.clock.sleeps(),
        [2],
        "the flight goes on for those who come later"
    );

    setting.platform.answer([Answer::token("t", HOUR)]);
    let asking = setting.ask();
    setting.clock.pass(1).await;
    assert_eq!(asking.await.unwrap().unwrap(), "t");
}

#[tokio::test]
async fn a_deadline_ends_the_wait_for_an_endpoint_that_does_not_answer() {
    let setting = Setting::new([Answer::token("t", HOUR)]).await;
    setting.platform.hold();
    let deadline = Instant::now() + Duration::from_millis(50);
    let error = setting.identity.token(RESOURCE, deadline).await.unwrap_err();
    assert!(error.is_transient(), "{error}");
}

#[tokio::test]
async fn an_unknown_identity_is_the_operators_matter_and_not_asked_for_again_at_once() {
    for body in [
        json!({"error": "invalid_request", "error_description": "Identity not found"}),
        json!({"statusCode": 400, "message": "No User Assigned Managed Identity found"}),
    ] {
        let setting = Setting::new([Answer::Json(400, body)]).await;
        for _ in 0..3 {
            let error = setting.token().await.unwrap_err();
            assert!(
                matches!(
                    error,
                    CredentialError::IdentityNotFound {
                        client_id: Some(IDENTITY),
                        ..
                    }
                ),
                "{error}"
            );
            assert!(!error.is_transient());
            assert!(error.fix().contains(&IDENTITY.to_string()));
        }
        assert_eq!(setting.platform.hits(), 1);
        setting.clock.advance(30);
        setting.token().await.unwrap_err();
        assert_eq!(setting.platform.hits(), 2);
    }
}

#[tokio::test]
async fn a_refusal_is_told_by_its_code_and_never_by_its_text() {
    let body = json!({"error": "bad_request_102", "error_description": "Required metadata header not specified"});
    let setting = Setting::new([Answer::Json(400, body)]).await;
    let error = setting.token().await.unwrap_err();
    assert!(error.to_string().contains("HTTP 400, bad_request_102"), "{error}");
    assert!(!error.to_string().contains("Required"), "{error}");

    let setting = Setting::new([Answer::Json(403, json!({"error": "a text\nwith lines"}))]).await;
    let error = setting.token().await.unwrap_err();
    assert!(error.to_string().ends_with("HTTP 403"), "{error}");
}

#[tokio::test]
async fn errors_when_the_answer_is_no_token() {
    for body in [
        json!({}),
        json!("text"),
        json!({"access_token": "t"}),
        json!({"access_token": "t", "expires_on": "tomorrow"}),
        json!({"access_token": "t", "expires_on": "1"}),
        json!({"access_token": "two words", "expires_on": "4000000000"}),
        json!({"access_token": "", "expires_on": 4_000_000_000_u64}),
    ] {
        let setting = Setting::new([Answer::Json(200, body.clone())]).await;
        let outcome = setting.token().await;
        assert!(matches!(outcome, Err(CredentialError::IdentityAnswer { .. })), "{body}");
    }
}

#[tokio::test]
async fn errors_when_the_resource_is_a_scope_or_several() {
    let setting = Setting::new([Answer::token("t", HOUR)]).await;
    for resource in ["", "https://graph.microsoft.com/.default", "one two", "a\nb"] {
        let error = setting.identity.token(resource, soon()).await.unwrap_err();
        assert_eq!(error, CredentialError::Resource(resource.to_owned()));
    }
    assert_eq!(setting.platform.hits(), 0);
}
