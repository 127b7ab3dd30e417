//! A stage: components of a test's choice beside a well-behaved one, in a runtime of this process.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;
use usher_capabilities::{SealKey, Services};
use usher_documents::{
    ContainerDefinition, ContainerName, DocumentStore, EmbeddedSettings, EmbeddedStore, ItemId, PropertyPath,
    StoreError,
};
use usher_downstream::Http;
use usher_entra::{Caller, SignedIn};
use usher_policy::{Memberships, Purpose, authorize};
use usher_runtime::{
    AdmissionSettings, CacheSettings, Catalog, Fault, Outcome, Request, Runtime, RuntimeSettings, Tool, contract,
};

use crate::{Grant, built, guest, transcripts};

/// The container of the store, partitioned by the person.
pub const CONTAINER: &str = "expenses";
/// A container of the store that is partitioned by tenant and person.
pub const OF_TENANTS: &str = "ledger";
/// A shared container of the store.
pub const SHARED: &str = "rates";
/// The tool of the neighbour: does nothing, and must always be able to.
pub const NEIGHBOUR: &str = "noop";

/// Components that are loaded, and what they run on.
pub struct Stage {
    runtime: Arc<Runtime>,
    catalog: Catalog,
    documents: Arc<dyn DocumentStore>,
    services: Arc<Services>,
    _folder: TempDir,
}

/// A stage that is being set.
pub struct Setting {
    folder: TempDir,
    admission: AdmissionSettings,
    http: Option<Arc<Http>>,
}

impl Stage {
    /// Begins with the neighbour alone.
    #[must_use]
    pub fn setting() -> Setting {
        let admission = AdmissionSettings {
            at_once: 64,
            per_caller: 16,
            waiting: 1_024,
            wait: Duration::from_secs(30),
        };
        let setting = Setting {
            folder: tempfile::tempdir().unwrap(),
            admission,
            http: None,
        };
        setting.guest("noop", &Grant::of(&[NEIGHBOUR]).gives("log = true"))
    }

    /// One program beside the neighbour.
    pub async fn with(name: &str, grant: &Grant) -> Self {
        Self::setting().guest(name, grant).open().await
    }

    /// What its components run on.
    #[must_use]
    pub fn runtime(&self) -> &Arc<Runtime> {
        &self.runtime
    }

    /// What is served and what is not.
    #[must_use]
    pub fn catalog(&self) -> &Catalog {
        &self.catalog
    }

    /// A tool that is served.
    #[must_use]
    pub fn tool(&self, name: &str) -> &Arc<Tool> {
        self.catalog
            .tool(name)
            .unwrap_or_else(|| panic!("{name} isn't served; refused are: {:#?}", self.catalog.refused()))
    }

    /// Why a component isn't served, by its file's name. Panics if it is served.
    #[must_use]
    pub fn refusal(&self, file: &str) -> String {
        let refused = self
            .catalog
            .refused()
            .iter()
            .find(|refusal| refusal.file.ends_with(file));
        refused.unwrap_or_else(|| panic!("{file} is served")).error.to_string()
    }

    /// Runs a call, as the server would after it has verified the caller.
    ///
    /// # Errors
    /// The runtime's.
    pub async fn call(&self, caller: &Arc<Caller>, name: &str, arguments: Value) -> Result<Outcome, Fault> {
        self.call_as(&SignedIn::testing(Caller::clone(caller)), name, arguments)
            .await
    }

    /// The same for a caller with a token that a verifier has seen, which can be exchanged.
    ///
    /// # Errors
    /// The runtime's.
    pub async fn call_as(&self, who: &SignedIn, name: &str, arguments: Value) -> Result<Outcome, Fault> {
        self.call_tool(who, self.tool(name), arguments).await
    }

    /// The same for a tool that was found already, whatever is served by now.
    ///
    /// # Errors
    /// The runtime's.
    pub async fn call_tool(&self, who: &SignedIn, tool: &Tool, arguments: Value) -> Result<Outcome, Fault> {
        tool.check_arguments(&arguments)
            .expect("arguments that fit the tool's schema");
        let permit = authorize(who, tool.policy(), &Memberships::none(), Purpose::Call).expect("a caller who may");
        let context = contract::RequestContext {
            client: contract::ClientCapabilities::empty(),
            input_responses: Vec::new(),
            request_state: None,
            meta: None,
        };
        let arguments = arguments.to_string();
        let outcome = self.runtime.run(tool, permit, Request { arguments, context }).await;
        if transcripts::folder().is_some() {
            transcripts::said(&format!("{outcome:?}"));
        }
        outcome
    }

    /// A person's item as it is stored, looked at from outside of the runtime.
    pub async fn stored(&self, caller: &Arc<Caller>, id: &str) -> Option<Value> {
        let partition = self.services.partition(CONTAINER, caller.key()).unwrap();
        let container = ContainerName::new(CONTAINER).unwrap();
        let id = ItemId::new(id).unwrap();
        match self.documents.read(&container, &partition, &id).await {
            Ok(item) => Some(serde_json::from_str(&item.body).unwrap()),
            Err(StoreError::NotFound) => None,
            Err(other) => panic!("the store fails: {other}"),
        }
    }

    /// The structured content of a call that must go well.
    pub async fn structured(&self, caller: &Arc<Caller>, name: &str, arguments: Value) -> Value {
        match self.call(caller, name, arguments).await {
            Ok(Outcome::Complete { structured, .. }) => structured.unwrap_or_default(),
            other => panic!("{name} should have answered: {other:?}"),
        }
    }
}

impl Setting {
    /// Adds a program by its name in `tests/guests/examples`, with its grant.
    #[must_use]
    pub fn guest(self, name: &str, grant: &Grant) -> Self {
        self.file(&format!("{name}.wasm"), &guest(name))
            .file(&format!("{name}.grant.toml"), grant.text().as_bytes())
    }

    /// Adds any file.
    #[must_use]
    pub fn file(self, name: &str, contents: &[u8]) -> Self {
        std::fs::create_dir_all(self.tools()).unwrap();
        std::fs::write(self.tools().join(name), contents).unwrap();
        self
    }

    /// Sets how many calls run and wait.
    #[must_use]
    pub fn admission(mut self, admission: AdmissionSettings) -> Self {
        self.admission = admission;
        self
    }

    /// Lets grants give `http`.
    #[must_use]
    pub fn http(mut self, http: Arc<Http>) -> Self {
        self.http = Some(http);
        self
    }

    /// Loads all that was added.
    pub async fn open(self) -> Stage {
        let users = [
            container(CONTAINER, &["/user_id"]),
            container(OF_TENANTS, &["/tid", "/oid"]),
        ];
        let shared = [container(SHARED, &["/kind"])];
        let containers = [users.as_slice(), &shared].concat();
        let settings = EmbeddedSettings::new(self.folder.path().join("data"), containers);
        let store = EmbeddedStore::open(settings).unwrap();
        let tools = self.tools();
        let documents: Arc<dyn DocumentStore> = Arc::new(store);
        let key = SealKey::random().unwrap();
        let mut services = Services::new(Arc::clone(&documents), &users, &key)
            .unwrap()
            .with_shared(&shared);
        if let Some(http) = self.http {
            services = services.with_http(http);
        }
        let services = Arc::new(services);
        let settings = RuntimeSettings {
            cache: CacheSettings {
                folder: Some(compiled()),
                ..CacheSettings::default()
            },
            admission: self.admission,
            ..RuntimeSettings::default()
        };
        let runtime = Arc::new(Runtime::start(settings, Arc::clone(&services)).unwrap());
        let catalog = usher_registry::load(&tools, &runtime).await.unwrap();
        Stage {
            runtime,
            catalog,
            documents,
            services,
            _folder: self.folder,
        }
    }

    fn tools(&self) -> PathBuf {
        self.folder.path().join("tools")
    }
}

fn container(name: &str, partition_paths: &[&str]) -> ContainerDefinition {
    let paths = partition_paths.iter().map(|path| PropertyPath::new(path).unwrap());
    ContainerDefinition {
        name: ContainerName::new(name).unwrap(),
        partition_paths: paths.collect(),
        indexes: Vec::new(),
    }
}

/// Where compiled components are kept from run to run, beside the components.
fn compiled() -> PathBuf {
    built::test_guests().with_file_name("test-guests-compiled")
}
