//! Microsoft's in-memory emulator of Azure Cosmos DB, served on loopback, so that the host's real client can be tested against it.
//!
//! **What comes in**: the containers to make ([`Emulator::start`]), then HTTP requests of the Cosmos DB REST API.
//! **What goes out**: what the emulator answers to requests whose signature by the account's key is right (`signature`); or an error
//! that a test has asked for ([`Emulator::interfere`]).
//! **What it never does**: keep anything, or listen to anything but loopback.
//!
//! The emulator is an internal part of the published crate `azure_data_cosmos_driver`, without promises: hence the exact version in
//! the workspace, and this crate, on which nothing but tests depends. It is known not to know: time to live, date functions,
//! subqueries, and strings in double quotes.
#![forbid(unsafe_code)]

mod interference;
mod serve;
mod signature;

use std::borrow::Cow;
use std::net::Ipv4Addr;
use std::sync::Arc;

use azure_data_cosmos_driver::in_memory_emulator::{
    ContainerConfig, InMemoryEmulatorHttpClient, VirtualAccountConfig, VirtualRegion,
};
use azure_data_cosmos_driver::models::PartitionKeyDefinition;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use url::Url;

pub use crate::interference::Interference;
use crate::serve::Service;

/// The key of the account, in Base64 as Azure shows keys. It opens nothing but this emulator.
pub const ACCOUNT_KEY: &str = "dGhlIGtleSBvZiBhbiBlbXVsYXRvciB0aGF0IG9ubHkgdGVzdHMgdXNlLCBvbiBsb29wYmFjaw==";
/// The one database.
pub const DATABASE: &str = "usher";
/// How many physical partitions a container has.
pub const PHYSICAL_PARTITIONS: u32 = 4;

/// A running emulator. It stops when it is dropped.
pub struct Emulator {
    endpoint: Url,
    service: Arc<Service>,
    server: JoinHandle<()>,
}

impl Emulator {
    /// Starts an emulator with these containers, each a name and the paths of its partition key.
    ///
    /// # Panics
    /// If loopback has no free port.
    pub async fn start(containers: &[(&str, &[&str])]) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .await
            .expect("loopback has a free port");
        let address = listener.local_addr().expect("a bound listener has an address");
        let endpoint = Url::parse(&format!("http://{address}/")).expect("an address makes a URL");
        let region = VirtualRegion::new("East US", endpoint.clone());
        let account = VirtualAccountConfig::new(vec![region]).expect("one region makes an account");
        let emulator = InMemoryEmulatorHttpClient::new(account);
        emulator.store().create_database(DATABASE);
        for (name, paths) in containers {
            let paths = paths.iter().map(|path| Cow::Owned((*path).to_owned())).collect();
            let config = ContainerConfig::new()
                .with_partition_count(PHYSICAL_PARTITIONS)
                .build()
                .expect("the number of partitions is in range");
            let store = emulator.store();
            store.create_container_with_config(DATABASE, name, PartitionKeyDefinition::new(paths), config);
        }
        let service = Arc::new(Service::new(emulator, endpoint.clone()));
        let server = tokio::spawn(serve::run(listener, Arc::clone(&service)));
        Self {
            endpoint,
            service,
            server,
        }
    }

    /// Where it is served.
    pub fn endpoint(&self) -> &Url {
        &self.endpoint
    }

    /// Answers the next requests about items so, before they reach the emulator.
    pub fn interfere(&self, interference: Interference) {
        self.service.interferences.add(interference);
    }

    /// How many requests about items it was sent so far, refused ones included.
    pub fn requests(&self) -> u64 {
        self.service.requests()
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        self.server.abort();
    }
}
