//! The names and addresses by which everything here is known: one place that spells each URL.

use std::net::SocketAddr;

use url::Url;

/// The development tenant. It is the same in every run, because users' data are keyed by tenant and object id.
pub const TENANT_ID: &str = "11111111-1111-4111-8111-111111111111";

/// The client id of the API's own app registration: the `aud` of every access token for the MCP endpoint.
pub const API_CLIENT_ID: &str = "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee";

/// The delegated permission that the MCP endpoint asks for.
pub(crate) const USER_IMPERSONATION: &str = "user_impersonation";

/// A second delegated permission of the API, which opens nothing: it lets a token be valid and yet lack the scope.
pub(crate) const OTHER_READ: &str = "Other.Read";

/// Microsoft Graph's application id, the same in every tenant.
pub(crate) const GRAPH_CLIENT_ID: &str = "00000003-0000-0000-c000-000000000000";

/// Microsoft Graph's Application ID URI.
pub(crate) const GRAPH_URI: &str = "https://graph.microsoft.com";

/// The client id of a second protected API, the ledger, to which tools go on behalf of their caller.
pub const LEDGER_CLIENT_ID: &str = "1ed9e400-bbbb-4ccc-8ddd-eeeeeeeeeeee";

/// The ledger's one delegated permission.
pub(crate) const LEDGER_PERMISSION: &str = "Entries.ReadWrite";

/// Where the guest's home account is.
pub(crate) const GUEST_ISSUER: &str = "https://sts.windows.net/33333333-3333-4333-8333-333333333333/";

/// The Application ID URI for which a managed identity's token is asked when it is to stand for an app's credential.
pub(crate) const TOKEN_EXCHANGE_URI: &str = "api://AzureADTokenExchange";

/// What such a token has for its `aud`: the client id behind [`TOKEN_EXCHANGE_URI`], the same in every tenant.
pub(crate) const TOKEN_EXCHANGE_CLIENT_ID: &str = "fb60f99c-7a34-4190-8149-302f77469936";

/// The addresses of one dev cloud.
#[derive(Clone, Debug)]
pub struct Addresses {
    authority: String,
    mcp_url: String,
}

impl Addresses {
    pub(crate) fn new(authority: String, mcp_url: String) -> Self {
        Self { authority, mcp_url }
    }

    /// The base of all endpoints, `http://127.0.0.1:PORT`, without a trailing slash. It stands where
    /// `https://login.microsoftonline.com` stands in production.
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// The `iss` of tokens, the `issuer` of discovery and the authorization server of the MCP endpoint's protected
    /// resource metadata: `{authority}/{tenant}/v2.0`.
    pub fn issuer(&self) -> String {
        issuer(&self.authority)
    }

    /// The tenant's id, a GUID.
    pub fn tenant_id(&self) -> &'static str {
        TENANT_ID
    }

    /// The client id of the API's own app registration, a GUID.
    pub fn client_id(&self) -> &'static str {
        API_CLIENT_ID
    }

    /// The canonical URL of the MCP endpoint.
    pub fn mcp_url(&self) -> &str {
        &self.mcp_url
    }

    /// The full form of the scope that clients ask for: `{mcp_url}/user_impersonation`. In tokens it is
    /// [`short_scope`](Self::short_scope).
    pub fn scope(&self) -> String {
        format!("{}/{USER_IMPERSONATION}", self.mcp_url)
    }

    /// The scope as it stands in a token's `scp`.
    pub fn short_scope(&self) -> &'static str {
        USER_IMPERSONATION
    }

    /// The OpenID Connect discovery document.
    pub fn discovery(&self) -> String {
        format!("{}/.well-known/openid-configuration", self.issuer())
    }

    /// The signing keys.
    pub fn jwks_uri(&self) -> String {
        format!("{}/{TENANT_ID}/discovery/v2.0/keys", self.authority)
    }

    /// Where a browser goes to sign in.
    pub fn authorization_endpoint(&self) -> String {
        self.endpoint(TENANT_ID, "authorize")
    }

    /// Where codes and refresh tokens become access tokens.
    pub fn token_endpoint(&self) -> String {
        self.endpoint(TENANT_ID, "token")
    }

    /// Where clients register themselves (RFC 7591).
    pub fn registration_endpoint(&self) -> String {
        self.endpoint(TENANT_ID, "register")
    }

    /// The base that stands where `https://graph.microsoft.com` stands in production.
    pub fn graph(&self) -> String {
        format!("{}/graph", self.authority)
    }

    /// The base of the ledger, the second protected API.
    pub fn ledger(&self) -> String {
        format!("{}/ledger", self.authority)
    }

    /// The full form of the ledger's delegated permission.
    pub fn ledger_scope(&self) -> String {
        format!("api://{LEDGER_CLIENT_ID}/{LEDGER_PERMISSION}")
    }

    /// The managed identity endpoint as App Service and Container Apps have it, for `IDENTITY_ENDPOINT`.
    pub fn identity_endpoint(&self) -> String {
        format!("{}/msi/token", self.authority)
    }

    /// The issuer of projected service account tokens: the cluster's, where one would run.
    pub fn cluster_issuer(&self) -> String {
        format!("{}/kubernetes", self.authority)
    }

    /// Where the consent page sends the person back to: the MCP host's page that says how it went.
    pub fn consented(&self) -> String {
        let mut url = Url::parse(&self.mcp_url).expect("the MCP URL was checked before it came here");
        url.set_path("/consented");
        url.set_query(None);
        url.into()
    }

    /// An OAuth endpoint as seen through a tenant's, or an alias's, path.
    pub(crate) fn endpoint(&self, tenant: &str, name: &str) -> String {
        format!("{}/{tenant}/oauth2/v2.0/{name}", self.authority)
    }

    /// The Application ID URIs of the API's registration, and the bare GUID that Entra takes in their place.
    pub(crate) fn identifier_uris(&self) -> [String; 3] {
        [
            self.mcp_url.clone(),
            format!("api://{API_CLIENT_ID}"),
            API_CLIENT_ID.to_owned(),
        ]
    }
}

/// The authority of a listener.
pub(crate) fn authority(address: SocketAddr) -> String {
    format!("http://{address}")
}

/// The issuer of an authority.
pub(crate) fn issuer(authority: &str) -> String {
    format!("{authority}/{TENANT_ID}/v2.0")
}
