//! Whom to ask for a managed identity's tokens. The platform says so by environment variables, in the order in which
//! Microsoft's libraries read them.

use std::time::Duration;

use http::HeaderValue;
use reqwest::{Client, RequestBuilder, redirect::Policy};
use url::{Host, Url};
use uuid::Uuid;

use crate::{CredentialError, Environment, http_client::is_protected};

/// Where virtual machines find the Instance Metadata Service.
const IMDS: &str = "http://169.254.169.254";

/// Its path below that address.
const IMDS_PATH: &str = "/metadata/identity/oauth2/token";

/// How long connecting may take: the endpoint is on the same machine, or there is none.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);

/// How long one request may take. An endpoint that knows the identity answers in milliseconds from its own cache, and
/// takes a second or two when it must ask Entra.
const TOTAL_TIMEOUT: Duration = Duration::from_secs(10);

/// Who issues the tokens.
pub(super) enum Endpoint {
    /// App Service, Functions and Container Apps: an address and a header that only this workload knows.
    AppService { address: Url, header: HeaderValue },
    /// Virtual machines, scale sets, and the nodes of a Kubernetes cluster.
    Imds { address: Url },
}

impl Endpoint {
    pub(super) fn find(environment: &Environment) -> Result<Self, CredentialError> {
        let is_set = |name| environment.get(name).is_some();
        let address = environment.get("IDENTITY_ENDPOINT");
        let header = environment.get("IDENTITY_HEADER");
        match (address, header) {
            (Some(_), Some(_)) if is_set("IDENTITY_SERVER_THUMBPRINT") => Err(CredentialError::UnsupportedPlatform {
                platform: "Service Fabric",
                reason: "its endpoint has a certificate of its own making",
            }),
            (Some(address), Some(header)) => Self::app_service(&address, &header),
            _ if is_set("MSI_ENDPOINT") && is_set("MSI_SECRET") => Err(CredentialError::UnsupportedPlatform {
                platform: "Azure Machine Learning",
                reason: "its endpoint has a protocol of its own",
            }),
            (Some(_), None) if is_set("IMDS_ENDPOINT") => Err(CredentialError::UnsupportedPlatform {
                platform: "Azure Arc",
                reason: "it has system-assigned identities only, and asks for proof from the disk",
            }),
            _ => Self::imds(environment.get("AZURE_POD_IDENTITY_AUTHORITY_HOST").as_deref()),
        }
    }

    fn app_service(address: &str, header: &str) -> Result<Self, CredentialError> {
        let address = local_address(address, "IDENTITY_ENDPOINT")?;
        let mut header = HeaderValue::try_from(header).map_err(|_| CredentialError::Variable {
            variable: "IDENTITY_HEADER",
            problem: "can't be sent as a header",
        })?;
        header.set_sensitive(true);
        Ok(Self::AppService { address, header })
    }

    fn imds(base: Option<&str>) -> Result<Self, CredentialError> {
        let base = base.unwrap_or(IMDS).trim_end_matches('/');
        let address = local_address(&format!("{base}{IMDS_PATH}"), "AZURE_POD_IDENTITY_AUTHORITY_HOST")?;
        Ok(Self::Imds { address })
    }

    /// A client that reaches this endpoint and nothing else: no proxy, no redirects.
    pub(super) fn client(&self) -> Result<Client, CredentialError> {
        let mut builder = Client::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(TOTAL_TIMEOUT)
            .redirect(Policy::none())
            .no_proxy()
            .user_agent(concat!("usher/", env!("CARGO_PKG_VERSION")));
        if self.address().scheme() == "http" {
            // The machine's root certificates aren't needed, and may not be there.
            builder = builder.tls_certs_only([]);
        }
        builder.build().map_err(|_| CredentialError::IdentityAnswer {
            platform: self.name(),
            problem: "TLS can't be set up on this machine, which has no root certificates",
        })
    }

    /// A request for a token, as "How to use managed identities for App Service and Azure Functions" and "How to use
    /// managed identities for Azure resources on an Azure VM to acquire an access token" describe it.
    pub(super) fn request(&self, client: &Client, resource: &str, client_id: Option<Uuid>) -> RequestBuilder {
        let (version, name, value) = match self {
            Self::AppService { header, .. } => ("2019-08-01", "x-identity-header", header.clone()),
            Self::Imds { .. } => ("2018-02-01", "metadata", HeaderValue::from_static("true")),
        };
        let mut address = self.address().clone();
        address
            .query_pairs_mut()
            .append_pair("api-version", version)
            .append_pair("resource", resource);
        if let Some(client_id) = client_id {
            address
                .query_pairs_mut()
                .append_pair("client_id", &client_id.to_string());
        }
        client.get(address).header(name, value)
    }

    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::AppService { .. } => "the App Service identity endpoint",
            Self::Imds { .. } => "the Instance Metadata Service",
        }
    }

    fn address(&self) -> &Url {
        match self {
            Self::AppService { address, .. } | Self::Imds { address } => address,
        }
    }
}

/// An address that may be asked: https, or http that doesn't leave the machine, which is loopback or link-local.
fn local_address(address: &str, variable: &'static str) -> Result<Url, CredentialError> {
    let url = Url::parse(address).map_err(|_| CredentialError::Variable {
        variable,
        problem: "is not a URL",
    })?;
    let is_link_local = matches!(url.host(), Some(Host::Ipv4(address)) if address.is_link_local());
    if is_protected(&url) || (url.scheme() == "http" && is_link_local) {
        Ok(url)
    } else {
        Err(CredentialError::Variable {
            variable,
            problem: "is an address that tokens would leave this machine unencrypted by",
        })
    }
}
