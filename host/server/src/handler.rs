//! What the server says in MCP: which methods there are, and who answers them.
//!
//! The methods of prompts, resources, completions and tasks are not served: the protocol layer answers them with "method not
//! found", because their capabilities aren't declared.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use http::request::Parts;
use rmcp::ServerHandler;
#[allow(deprecated)] // In 2026-07-28; clients of older revisions send it.
use rmcp::model::SetLevelRequestParams;
use rmcp::model::{
    CacheScope, CallToolRequestParams, CallToolResponse, CustomRequest, CustomResult, DiscoverResult, ErrorCode,
    ErrorData, Implementation, ListToolsResult, MetaObject, PaginatedRequestParams, ProtocolVersion, RequestMetaObject,
    ServerCapabilities, ServerConfig, SetLevelRequestMethod, SubscriptionFilter, Tool,
};
use rmcp::service::{NotificationContext, RequestContext, RoleServer, SubscriptionContext};
use serde_json::json;
use tokio_util::sync::CancellationToken;
use usher_entra::Caller;
use usher_runtime::Runtime;

use crate::call::{self, Origin};
use crate::numbers::NotFinite;
use crate::subscriptions::Subscriptions;
use crate::tools::Tools;

/// The revisions that are served. Older ones let a client send batches or want a transport that isn't here; a client that asks
/// for one is offered 2025-11-25.
pub(crate) const SUPPORTED_VERSIONS: &[ProtocolVersion] = &[
    ProtocolVersion::V_2025_06_18,
    ProtocolVersion::V_2025_11_25,
    ProtocolVersion::V_2026_07_28,
];

/// The methods of both eras, of sessions alone, and of requests without one. A request that names a method of its era and doesn't
/// read has wrong parameters.
const METHODS: [&str; 2] = ["tools/call", "tools/list"];
const METHODS_OF_SESSIONS: [&str; 3] = ["initialize", "ping", "logging/setLevel"];
const METHODS_WITHOUT_SESSION: [&str; 2] = ["server/discover", "subscriptions/listen"];

const PROTOCOL_VERSION_KEY: &str = "io.modelcontextprotocol/protocolVersion";
const SERVER_INFO_KEY: &str = "io.modelcontextprotocol/serverInfo";

tokio::task_local! {
    /// Who sends the request that is being read. The protocol layer asks for a tool's schema before it hands the request on,
    /// and has no other way to say for whom.
    pub(crate) static CALLER: Arc<Caller>;
}

/// Cancelled when the client of a call is gone. The endpoint attaches it to requests whose protocol doesn't notice by itself.
#[derive(Debug, Clone)]
pub(crate) struct Gone(pub(crate) CancellationToken);

/// Answers MCP requests. Cheap to clone: there is one for each request.
#[derive(Clone)]
pub(crate) struct Handler(Arc<Shared>);

struct Shared {
    tools: Tools,
    runtime: Arc<Runtime>,
    config: ServerConfig,
    /// `_meta` with the server's name, for every result (MCP 2026-07-28).
    server_info: MetaObject,
    list_ttl: u64,
    subscriptions: Subscriptions,
    /// Cancelled when the server is to stop: streams that only wait end.
    closing: CancellationToken,
}

impl Handler {
    pub(crate) fn new(
        tools: Tools,
        runtime: Arc<Runtime>,
        subscriptions: Subscriptions,
        list_ttl: Duration,
        closing: CancellationToken,
    ) -> Self {
        let info = Implementation::new("usher", env!("CARGO_PKG_VERSION"));
        let mut server_info = MetaObject::new();
        server_info.insert(SERVER_INFO_KEY.to_owned(), json!(info));
        let capabilities = ServerCapabilities::builder()
            .enable_tools()
            .enable_tool_list_changed()
            .build();
        let mut config = ServerConfig::new(capabilities);
        config.protocol_version = ProtocolVersion::V_2025_11_25;
        config.server_info = info;
        let list_ttl = u64::try_from(list_ttl.as_millis()).unwrap_or(u64::MAX);
        Self(Arc::new(Shared {
            tools,
            runtime,
            config,
            server_info,
            list_ttl,
            subscriptions,
            closing,
        }))
    }
}

impl ServerHandler for Handler {
    fn get_info(&self) -> ServerConfig {
        self.0.config.clone()
    }

    fn supported_protocol_versions(&self) -> Cow<'static, [ProtocolVersion]> {
        Cow::Borrowed(SUPPORTED_VERSIONS)
    }

    async fn discover(&self, _: RequestContext<RoleServer>) -> Result<DiscoverResult, ErrorData> {
        // Private although it is the same for all: it is behind the gate.
        Ok(
            DiscoverResult::from_server_info(SUPPORTED_VERSIONS.to_vec(), self.get_info())
                .with_ttl_ms(self.0.list_ttl)
                .with_cache_scope(CacheScope::Private),
        )
    }

    async fn list_tools(
        &self,
        params: Option<PaginatedRequestParams>,
        context: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        if params.is_some_and(|params| params.cursor.is_some()) {
            return Err(ErrorData::invalid_params(
                "The list has one page: no cursor leads to another.",
                None,
            ));
        }
        let origin = origin(&context)?;
        let mut list = ListToolsResult::with_all_items(self.0.tools.listed_for(origin.caller));
        if is_self_contained(&context.meta) {
            // The list varies by caller, so nobody else may be shown it.
            list.cache_scope = Some(CacheScope::Private);
            list.ttl_ms = Some(self.0.list_ttl);
            list.meta = Some(self.0.server_info.clone());
        }
        Ok(list)
    }

    async fn call_tool(
        &self,
        params: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        // Boxed, since the protocol layer moves this future several times, and a call's is large.
        let origin = origin(&context)?;
        let mut result = Box::pin(call::call(&self.0.tools, &self.0.runtime, &origin, params, &context)).await?;
        if is_self_contained(&context.meta) {
            let server_info = self.0.server_info.clone();
            match &mut result.meta {
                Some(meta) => meta.extend(server_info),
                None => result.meta = Some(server_info),
            }
        }
        Ok(result.into())
    }

    /// Called before a request is handed on, to hold `Mcp-Param-*` headers against the schema.
    fn get_tool(&self, name: &str) -> Option<Tool> {
        CALLER
            .try_with(|caller| self.0.tools.with_header_parameters(name, caller).cloned())
            .ok()
            .flatten()
    }

    fn accepted_subscription_filter(&self, _: &SubscriptionFilter) -> Option<SubscriptionFilter> {
        Some(SubscriptionFilter::builder().tools_list_changed().build())
    }

    /// The catalog doesn't change while the server runs, so a subscription waits until its client or the server has had enough.
    async fn listen(&self, subscription: SubscriptionContext) -> Result<(), ErrorData> {
        let caller = origin(subscription.request_context())?.caller.key();
        let Some(_place) = self.0.subscriptions.enter(caller) else {
            return Err(ErrorData::invalid_request(
                "Too many subscriptions are open: end one first.",
                None,
            ));
        };
        tokio::select! {
            () = subscription.cancelled() => {}
            () = self.0.closing.cancelled() => {}
        }
        Ok(())
    }

    /// Accepted without effect, and at any time: clients of 2025-11-25 send it unasked, before they say that they are
    /// initialized. In 2026-07-28 there is no such method.
    #[allow(deprecated)]
    async fn set_level(&self, _: SetLevelRequestParams, context: RequestContext<RoleServer>) -> Result<(), ErrorData> {
        if is_self_contained(&context.meta) {
            return Err(ErrorData::method_not_found::<SetLevelRequestMethod>());
        }
        Ok(())
    }

    /// What the protocol layer couldn't read as any request that it knows.
    async fn on_custom_request(
        &self,
        request: CustomRequest,
        context: RequestContext<RoleServer>,
    ) -> Result<CustomResult, ErrorData> {
        let method = request.method;
        let of_its_era: &[&str] = if is_self_contained(&context.meta) {
            &METHODS_WITHOUT_SESSION
        } else {
            &METHODS_OF_SESSIONS
        };
        if METHODS.iter().chain(of_its_era).any(|served| *served == method) {
            return Err(ErrorData::invalid_params(
                format!("The parameters of {method} are malformed."),
                None,
            ));
        }
        Err(ErrorData::new(ErrorCode::METHOD_NOT_FOUND, "Method not found", None))
    }

    async fn on_initialized(&self, _: NotificationContext<RoleServer>) {}
}

/// Whether a request is of a revision without sessions: it says its revision itself.
fn is_self_contained(meta: &RequestMetaObject) -> bool {
    meta.contains_key(PROTOCOL_VERSION_KEY)
}

/// What the endpoint has attached to a request.
fn origin(context: &RequestContext<RoleServer>) -> Result<Origin<'_>, ErrorData> {
    let attached = context.extensions.get::<Parts>().map(|request| &request.extensions);
    let caller = attached.and_then(|attached| attached.get::<Arc<Caller>>());
    let (Some(attached), Some(caller)) = (attached, caller) else {
        tracing::error!("a request reached the handler without a caller; it is refused");
        return Err(ErrorData::internal_error("The request could not be answered.", None));
    };
    Ok(Origin {
        caller,
        not_finite: attached.get::<NotFinite>(),
        gone: attached.get::<Gone>().map(|gone| &gone.0),
    })
}
