//! Where a user consents to what this server asks for downstream.

use url::Url;

use super::OnBehalfOfSettings;
use crate::DownstreamScope;

/// The authorize endpoint, asking for the downstream scope as this app: Entra shows what is asked for, the user consents,
/// and is sent back to the configured address. What comes back there is not used, so it is asked for as a code in the
/// query, which is nothing without this app's credential.
pub(super) fn link(settings: &OnBehalfOfSettings, scope: &DownstreamScope) -> Option<Url> {
    let redirect = settings.consent_redirect.as_ref()?;
    let mut link = settings.cloud.authorize_endpoint(settings.tenant);
    link.query_pairs_mut()
        .append_pair("client_id", &settings.client_id.to_string())
        .append_pair("response_type", "code")
        .append_pair("redirect_uri", redirect.as_str())
        .append_pair("response_mode", "query")
        .append_pair("scope", scope.as_str());
    Some(link)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::Cloud;

    #[test]
    fn the_link_asks_for_the_scope_and_for_no_refresh_token() {
        let mut settings = OnBehalfOfSettings {
            cloud: Cloud::Global,
            tenant: "11111111-1111-4111-8111-111111111111".parse().unwrap(),
            client_id: "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee".parse().unwrap(),
            cache_entries: 1,
            consent_redirect: Some("https://mcp.contoso.com/consented".parse().unwrap()),
        };
        let scope = Cloud::Global.graph_scope();
        assert_eq!(
            link(&settings, &scope).unwrap().as_str(),
            "https://login.microsoftonline.com/11111111-1111-4111-8111-111111111111/oauth2/v2.0/authorize\
             ?client_id=aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee&response_type=code\
             &redirect_uri=https%3A%2F%2Fmcp.contoso.com%2Fconsented&response_mode=query\
             &scope=https%3A%2F%2Fgraph.microsoft.com%2F.default"
        );
        settings.consent_redirect = None;
        assert_eq!(link(&settings, &scope), None);
    }
}
