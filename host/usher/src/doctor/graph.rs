//! Microsoft Graph: whether it can be reached. Without a token it answers 401, and that is all that is wanted.

use reqwest::StatusCode;
use url::Url;

use super::finding::{Finding, Trouble};
use super::get::get;
use super::target::Target;

const NAME: &str = "Graph";

/// Asks who asks, without saying so.
pub(super) async fn check(target: &Target) -> Finding {
    if matches!(target.credential(), Ok(None)) {
        return Finding::skipped(NAME, "nothing is asked of it without a credential");
    }
    let base = target.cloud.graph();
    let address = format!("{}/v1.0/me", base.as_str().trim_end_matches('/'));
    match Url::parse(&address) {
        Ok(address) => match get(&address).await {
            Ok(answer) => judge(base.as_str(), answer.status),
            Err(trouble) => Finding::failed(NAME, base, trouble),
        },
        Err(error) => Finding::failed(NAME, base, Trouble::new(format!("{error}."), "Correct entra.cloud.")),
    }
}

fn judge(base: &str, status: StatusCode) -> Finding {
    match status {
        StatusCode::UNAUTHORIZED => Finding::ok(NAME, format!("{base} answers")),
        StatusCode::TOO_MANY_REQUESTS => Finding::warning(
            NAME,
            format!("{base} throttles"),
            "It can be reached, and throttles requests from this machine at the moment.",
        ),
        status if status.is_server_error() => Finding::failed(
            NAME,
            base,
            Trouble::new(
                format!("Graph answers {status}."),
                "Nothing here needs fixing; if it lasts, see https://status.azure.com and the Microsoft 365 admin centre.",
            ),
        ),
        status => Finding::failed(
            NAME,
            base,
            Trouble::new(
                format!("What answers there ({status}) is not Graph, which would have asked for a token."),
                "See whether a proxy or firewall answers in its place, and whether the configured cloud is right.",
            ),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::super::finding::Outcome;
    use super::*;

    #[test]
    fn only_a_demand_for_a_token_shows_that_graph_answers() {
        assert_eq!(judge("x", StatusCode::UNAUTHORIZED).outcome(), &Outcome::Ok);
        assert!(matches!(
            judge("x", StatusCode::TOO_MANY_REQUESTS).outcome(),
            Outcome::Warning(_)
        ));
        for status in [200, 302, 404, 403, 500, 503] {
            assert!(
                judge("x", StatusCode::from_u16(status).unwrap_or_default()).has_failed(),
                "{status}"
            );
        }
    }
}
