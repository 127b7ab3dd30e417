//! Opening: what is configured must be there, and the message says how to get there.

use secrecy::SecretString;
use usher_documents::{
    ContainerDefinition, ContainerName, CosmosCredential, CosmosOpenError, CosmosSettings, CosmosStore, PropertyPath,
};

use crate::stage::{emulator, settings};

async fn refusal(settings: CosmosSettings) -> (CosmosOpenError, String) {
    let error = CosmosStore::open(settings).await.unwrap_err();
    let message = error.to_string();
    (error, message)
}

#[tokio::test]
async fn a_missing_database_is_told_with_the_command_that_makes_it() {
    let emulator = emulator().await;
    let mut settings = settings(&emulator);
    settings.database = "other".to_owned();
    let (error, message) = refusal(settings).await;
    assert!(matches!(error, CosmosOpenError::NoDatabase { .. }), "{message}");
    assert!(message.contains("az cosmosdb sql database create"), "{message}");
}

#[tokio::test]
async fn a_missing_container_is_told_with_the_command_that_makes_it() {
    let emulator = emulator().await;
    let mut settings = settings(&emulator);
    settings.containers.push(ContainerDefinition {
        name: ContainerName::new("trips").unwrap(),
        partition_paths: vec![PropertyPath::new("/tid").unwrap(), PropertyPath::new("/oid").unwrap()],
        indexes: Vec::new(),
    });
    let (error, message) = refusal(settings).await;
    assert!(matches!(error, CosmosOpenError::NoContainer { .. }), "{message}");
    assert!(
        message.contains("--name trips --partition-key-path /tid /oid"),
        "{message}"
    );
}

#[tokio::test]
async fn another_partition_key_than_configured_is_refused() {
    let emulator = emulator().await;
    for paths in [&["/owner"][..], &["/user_id", "/oid"], &["/User_Id"]] {
        let mut settings = settings(&emulator);
        settings.containers[0].partition_paths = paths.iter().map(|path| PropertyPath::new(path).unwrap()).collect();
        let (error, message) = refusal(settings).await;
        assert!(matches!(error, CosmosOpenError::PartitionKey { .. }), "{message}");
        assert!(message.contains("has the partition key /user_id, but"), "{message}");
    }
}

#[tokio::test]
async fn a_wrong_key_is_refused_and_isn_t_told() {
    let emulator = emulator().await;
    let mut settings = settings(&emulator);
    let wrong = "d3Jvbmcga2V5IHRoYXQgb3BlbnMgbm90aGluZyBhdCBhbGw=";
    settings.credential = CosmosCredential::Key(SecretString::from(wrong));
    assert!(!format!("{settings:?}").contains(wrong));
    let (error, message) = refusal(settings).await;
    assert!(matches!(error, CosmosOpenError::Refused { .. }), "{message}");
    assert!(!message.contains(wrong) && !format!("{error:?}").contains(wrong));
}

#[tokio::test]
async fn an_endpoint_without_tls_is_refused_unless_it_is_loopback() {
    let emulator = emulator().await;
    for endpoint in [
        "http://account.documents.azure.com/",
        "http://10.0.0.1/",
        "ftp://127.0.0.1/",
        "https://account.documents.azure.com/dbs/x",
        "https://user@account.documents.azure.com/",
    ] {
        let mut settings = settings(&emulator);
        settings.endpoint = endpoint.parse().unwrap();
        let (error, message) = refusal(settings).await;
        assert!(matches!(error, CosmosOpenError::Endpoint(_)), "{message}");
    }
}

#[tokio::test]
async fn a_database_name_cannot_become_another_path() {
    let emulator = emulator().await;
    for name in ["", "..", "../x", "a/colls/b", "a?b", "a#b"] {
        let mut settings = settings(&emulator);
        settings.database = name.to_owned();
        let (error, message) = refusal(settings).await;
        assert!(matches!(error, CosmosOpenError::DatabaseName(_)), "{message}");
    }
}

#[tokio::test]
async fn a_container_is_configured_once_and_with_different_paths() {
    let emulator = emulator().await;
    let mut twice = settings(&emulator);
    twice.containers.push(twice.containers[0].clone());
    assert!(matches!(refusal(twice).await.0, CosmosOpenError::ConfiguredTwice(_)));
    let mut none = settings(&emulator);
    none.containers[0].partition_paths.clear();
    assert!(matches!(refusal(none).await.0, CosmosOpenError::PartitionPaths(_)));
}
