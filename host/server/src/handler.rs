//! What the server says in MCP: which methods there are, and who answers them.
//!
//! The methods of prompts, resources, completions and tasks are not served: the protocol layer answers them with "method not
//! found", because their capabilities aren't declared.

use std::borrow::Cow;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use rmcp::ServerHandler;
#[allow(deprecated)] // In 2026-07-28; clients of older revisions send it.
use rmcp::model::SetLevelRequestParams;
use rmcp::model::{
    CacheScope, CallToolRequestParams, CallToolResponse, CallToolResult, CustomRequest, CustomResult, DiscoverResult,
    ErrorCode, ErrorData, Implementation, ListToolsResult, MetaObject, PaginatedRequestParams, ProtocolVersion,
    RequestMetaObject, ServerCapabilities, ServerConfig, SetLevelRequestMethod, SubscriptionFilter, Tool,
};
use rmcp::service::{NotificationContext, RequestContext, RoleServer, SubscriptionContext};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use usher_runtime::{Runtime, contract};

use crate::access::{Access, Failure};
use crate::attached::{ATTACHED, Attached};
use crate::call::{self, Asked};
use crate::changes::{Changes, Session};
use crate::metrics::Metrics;
use crate::notices::{self, INCOMPLETE, Threshold};
use crate::subscriptions::Subscriptions;
use crate::tools::Listing;
use crate::{client, words};

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

/// Answers MCP requests. There is one for each session, and one for each request without a session.
pub(crate) struct Handler {
    shared: Arc<Shared>,
    /// What the client of a session wants to be told.
    threshold: Threshold,
    /// Tells the client of a session when its list has changed.
    session: OnceLock<Session>,
}

/// What all handlers share.
pub(crate) struct Shared {
    changes: Changes,
    access: Access,
    runtime: Arc<Runtime>,
    metrics: Metrics,
    config: ServerConfig,
    /// `_meta` with the server's name, for every result (MCP 2026-07-28).
    server_info: MetaObject,
    list_ttl: u64,
    subscriptions: Arc<Subscriptions>,
    /// Cancelled when the server is to stop: streams that only wait end.
    closing: CancellationToken,
}

impl Shared {
    #[allow(deprecated)] // Logging is, in 2026-07-28; whoever sends log messages must say so all the same.
    pub(crate) fn new(
        changes: Changes,
        runtime: Arc<Runtime>,
        subscriptions: Arc<Subscriptions>,
        list_ttl: Duration,
        closing: CancellationToken,
    ) -> Arc<Self> {
        let info = Implementation::new("usher", env!("CARGO_PKG_VERSION"));
        let mut server_info = MetaObject::new();
        server_info.insert(SERVER_INFO_KEY.to_owned(), json!(info));
        let capabilities = ServerCapabilities::builder()
            .enable_logging()
            .enable_tools()
            .enable_tool_list_changed()
            .build();
        let mut config = ServerConfig::new(capabilities);
        config.protocol_version = ProtocolVersion::V_2025_11_25;
        config.server_info = info;
        let list_ttl = u64::try_from(list_ttl.as_millis()).unwrap_or(u64::MAX);
        Arc::new(Self {
            access: changes.access.clone(),
            metrics: changes.metrics.clone(),
            changes,
            runtime,
            config,
            server_info,
            list_ttl,
            subscriptions,
            closing,
        })
    }
}

impl Shared {
    /// Answers a call, by whichever way it came.
    ///
    /// # Errors
    /// As [`call::call`] says.
    pub(crate) async fn call(
        &self,
        attached: &Attached,
        asked: Asked<'_>,
        cancelled: &CancellationToken,
    ) -> Result<CallToolResult, ErrorData> {
        let is_self_contained = is_self_contained(asked.meta);
        let call::Answered { mut result, demand } =
            call::call(&self.access, &self.runtime, &self.metrics, attached, asked, cancelled).await?;
        if is_self_contained {
            // Only here the endpoint waits for the answer before it chooses the status.
            if let Some(demand) = demand {
                attached.demand(demand);
            }
            let server_info = self.server_info.clone();
            match &mut result.meta {
                Some(meta) => meta.extend(server_info),
                None => result.meta = Some(server_info),
            }
        }
        Ok(result)
    }
}

impl Handler {
    pub(crate) fn new(shared: &Arc<Shared>) -> Self {
        Self {
            shared: Arc::clone(shared),
            threshold: Threshold::new(),
            session: OnceLock::new(),
        }
    }

    /// Tells the client that a list isn't whole, by a log message if it wants one, and in the result in any case.
    async fn say_incomplete(
        &self,
        failure: &Failure,
        list: &mut ListToolsResult,
        context: &RequestContext<RoleServer>,
    ) {
        let text = words::incomplete(&failure.remedy, &failure.reference);
        if self
            .threshold
            .wants_warnings(&context.meta, is_self_contained(&context.meta))
        {
            notices::warn(&context.peer, &text).await;
        }
        let meta = list.meta.get_or_insert_default();
        meta.insert(INCOMPLETE.to_owned(), Value::String(text));
    }
}

impl ServerHandler for Handler {
    fn get_info(&self) -> ServerConfig {
        self.shared.config.clone()
    }

    fn supported_protocol_versions(&self) -> Cow<'static, [ProtocolVersion]> {
        Cow::Borrowed(SUPPORTED_VERSIONS)
    }

    async fn discover(&self, _: RequestContext<RoleServer>) -> Result<DiscoverResult, ErrorData> {
        // Private although it is the same for all: it is behind the gate.
        Ok(
            DiscoverResult::from_server_info(SUPPORTED_VERSIONS.to_vec(), self.get_info())
                .with_ttl_ms(self.shared.list_ttl)
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
        let attached = attached(&context)?;
        if let Some(session) = self.session.get() {
            session.shows(attached.shown());
        }
        let tools = attached.tools();
        let Listing { tools, incomplete } = tools.listed_for(attached.who(), &self.shared.access).await;
        let mut list = ListToolsResult::with_all_items(tools);
        if is_self_contained(&context.meta) {
            // The list varies by caller, so nobody else may be shown it; and one that isn't whole is stale at once.
            list.cache_scope = Some(CacheScope::Private);
            list.ttl_ms = Some(if incomplete.is_some() { 0 } else { self.shared.list_ttl });
            list.meta = Some(self.shared.server_info.clone());
        }
        if let Some(failure) = incomplete {
            self.say_incomplete(&failure, &mut list, &context).await;
        }
        Ok(list)
    }

    async fn call_tool(
        &self,
        params: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let asked = Asked {
            name: &params.name,
            arguments: params.arguments.unwrap_or_default(),
            meta: &context.meta,
            capabilities: context
                .client_capabilities()
                .map_or(contract::ClientCapabilities::empty(), |declared| {
                    client::capabilities(&declared)
                }),
            has_answers: params.request_state.is_some() || params.input_responses.is_some(),
        };
        // Boxed, since the protocol layer moves this future several times, and a call's is large.
        let result = Box::pin(self.shared.call(attached(&context)?, asked, &context.ct)).await?;
        Ok(result.into())
    }

    /// Called before a request is handed on, to hold `Mcp-Param-*` headers against the schema.
    fn get_tool(&self, name: &str) -> Option<Tool> {
        ATTACHED
            .try_with(|attached| attached.tools().with_header_parameters(name, attached).cloned())
            .ok()
            .flatten()
    }

    fn accepted_subscription_filter(&self, _: &SubscriptionFilter) -> Option<SubscriptionFilter> {
        Some(SubscriptionFilter::builder().tools_list_changed().build())
    }

    /// Lasts until its client or the server has had enough.
    async fn listen(&self, subscription: SubscriptionContext) -> Result<(), ErrorData> {
        let attached = attached(subscription.request_context())?;
        let Some(_place) = self.shared.subscriptions.enter(attached.caller().key()) else {
            return Err(ErrorData::invalid_request(
                "Too many subscriptions are open: end one first.",
                None,
            ));
        };
        let shown = attached.let_go_of_tools();
        let wanted = subscription.accepted().tools_list_changed == Some(true);
        let shown = wanted.then_some(shown);
        let telling = async {
            // A client that didn't ask for it is told nothing; nor is one that can't be told any more.
            if let Some(shown) = shown {
                let changes = self.shared.changes.clone();
                changes.tell_subscription(subscription.sink(), shown).await;
            }
            std::future::pending::<()>().await;
        };
        tokio::select! {
            () = subscription.cancelled() => {}
            () = self.shared.closing.cancelled() => {}
            () = telling => {}
        }
        Ok(())
    }

    /// Accepted at any time: clients of 2025-11-25 send it before they say that they are initialized. In 2026-07-28 there is no
    /// such method: each request says what it wants to be told.
    #[allow(deprecated)]
    async fn set_level(
        &self,
        params: SetLevelRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<(), ErrorData> {
        if is_self_contained(&context.meta) {
            return Err(ErrorData::method_not_found::<SetLevelRequestMethod>());
        }
        self.threshold.set(params.level);
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

    /// From here on the session hears of changes. A second time says nothing new.
    async fn on_initialized(&self, context: NotificationContext<RoleServer>) {
        if let Some(attached) = Attached::to(&context.extensions) {
            let tell = || self.shared.changes.clone().tell_session(context.peer, attached.shown());
            self.session.get_or_init(tell);
        }
    }
}

/// Whether a request is of a revision without sessions: it says its revision itself.
fn is_self_contained(meta: &RequestMetaObject) -> bool {
    meta.contains_key(PROTOCOL_VERSION_KEY)
}

/// What the endpoint has attached to a request.
fn attached(context: &RequestContext<RoleServer>) -> Result<&Attached, ErrorData> {
    Attached::to(&context.extensions).ok_or_else(|| {
        tracing::error!("a request reached the handler without a caller; it is refused");
        ErrorData::internal_error("The request could not be answered.", None)
    })
}
