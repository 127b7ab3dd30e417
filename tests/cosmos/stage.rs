//! A store on an emulator of its own.

use std::sync::Arc;

use secrecy::SecretString;
use usher_cosmos_emulator::{ACCOUNT_KEY, DATABASE, Emulator};
use usher_documents::{CosmosCredential, CosmosSettings, CosmosStore, MAX_ITEM_BYTES, MAX_ITEM_DEPTH};

use crate::conformance::{Subject, definitions};

/// An emulator with the containers of the suite.
pub(crate) async fn emulator() -> Emulator {
    Emulator::start(&[("notes", &["/user_id"]), ("tenants", &["/tid", "/oid"])]).await
}

/// How to open the store on it.
pub(crate) fn settings(emulator: &Emulator) -> CosmosSettings {
    CosmosSettings {
        endpoint: emulator.endpoint().clone(),
        database: DATABASE.to_owned(),
        credential: CosmosCredential::Key(SecretString::from(ACCOUNT_KEY)),
        containers: definitions(),
    }
}

/// The suite's subject.
pub(crate) async fn open() -> Subject {
    let emulator = emulator().await;
    let store = CosmosStore::open(settings(&emulator)).await.unwrap();
    Subject {
        store: Arc::new(store),
        // The emulator has no clock to advance, and knows no time to live.
        advance: Box::new(|_| ()),
        // The host's property for the partition counts as well, and those of the service.
        largest_body: MAX_ITEM_BYTES - 1024,
        // The emulator's parser takes 127 levels; of the service 128 are documented.
        deepest_item: MAX_ITEM_DEPTH - 1,
        _keep: Box::new(emulator),
    }
}
