//! The document store that is configured. The embedded one: whether the host could open it. Nothing is made: neither the
//! folder, if it isn't there, nor containers, whose partition key could never be changed again. Azure Cosmos DB: whether the
//! account can be reached.

use std::path::Path;

use reqwest::StatusCode;
use url::Url;
use usher_documents::{DocumentStore as _, EmbeddedSettings, EmbeddedStore, OpenError};

use super::finding::{Finding, Trouble};
use super::get::get;
use super::target::Target;
use super::words;
use crate::config::Backend;

/// The name of the finding.
pub(super) const NAME: &str = "store";

/// The store's file in the data folder.
const FILE: &str = "documents.db";

/// Looks at the one that the host would open.
pub(super) async fn check(target: &Target) -> Finding {
    let documents = &target.config.documents;
    match (documents.backend, &documents.cosmos) {
        (Backend::Cosmos, Some(account)) => cosmos(&account.endpoint).await,
        (Backend::Cosmos, None) | (Backend::Embedded, _) => embedded(target).await,
    }
}

/// Asks the account without saying who asks.
async fn cosmos(endpoint: &Url) -> Finding {
    match get(endpoint).await {
        Ok(answer) => judge(endpoint, answer.status),
        Err(trouble) => Finding::failed(NAME, endpoint.as_str(), trouble),
    }
}

fn judge(endpoint: &Url, status: StatusCode) -> Finding {
    if status == StatusCode::UNAUTHORIZED {
        return Finding::ok(
            NAME,
            format!("Azure Cosmos DB {endpoint} answers; `usher serve` checks credential, database and containers"),
        );
    }
    let trouble = if status == StatusCode::FORBIDDEN {
        Trouble::new(
            "The account refuses requests from this machine's address (403).",
            "Let this machine's network through the account's firewall, or reach it by a private endpoint.",
        )
    } else if status == StatusCode::TOO_MANY_REQUESTS || status.is_server_error() {
        Trouble::new(
            format!("The account answers {status}."),
            "Wait and try again; if it lasts, see https://status.azure.com for Azure Cosmos DB.",
        )
    } else {
        Trouble::new(
            format!("What answers there ({status}) is not Azure Cosmos DB, which would have asked for a credential."),
            "Compare documents.cosmos.endpoint with the account's URI, and see whether a proxy answers in its place.",
        )
    };
    Finding::failed(NAME, endpoint.as_str(), trouble)
}

/// Opens it, if it is there and nobody else has.
async fn embedded(target: &Target) -> Finding {
    let data = target.config.data.clone();
    let of = data.display().to_string();
    if !data.exists() {
        return Finding::ok(
            NAME,
            format!("{of} isn't there yet; the host makes it at its first start"),
        );
    }
    if !data.join(FILE).exists() {
        return empty(&data);
    }
    let settings = EmbeddedSettings::new(data, Vec::new());
    match tokio::task::spawn_blocking(|| EmbeddedStore::open(settings)).await {
        Ok(Ok(store)) => {
            store.close().await;
            Finding::ok(NAME, format!("{of} can be opened"))
        }
        Ok(Err(OpenError::InUse { .. })) => Finding::ok(NAME, format!("{of} is in use by a running host")),
        Ok(Err(error)) => Finding::failed(NAME, of, trouble(&error)),
        Err(error) => Finding::failed(
            NAME,
            of,
            Trouble::new(
                format!("Opening it ended early: {error}."),
                "This is a defect of the host: please report it.",
            ),
        ),
    }
}

/// A folder without a store: all that matters is whether one can be made.
fn empty(data: &Path) -> Finding {
    match tempfile::tempfile_in(data) {
        Ok(_) => Finding::ok(
            NAME,
            format!("{} is empty; the host makes it at its first start", data.display()),
        ),
        Err(error) => Finding::failed(
            NAME,
            data.display().to_string(),
            Trouble::new(
                format!("No file can be made in {}: {error}.", data.display()),
                "Let the host's user write there, or choose another folder with the key `data`.",
            ),
        ),
    }
}

fn trouble(error: &OpenError) -> Trouble {
    let fix = match error {
        OpenError::File { .. } => "Let the host's user read and write the data folder and all in it.",
        OpenError::NotOurs { .. } => "Move the file away, or choose another folder with the key `data`.",
        OpenError::Newer { .. } => "Use the version of usher that wrote it, or a later one.",
        OpenError::Older { .. } => "Start the host once, which brings the file up to date.",
        OpenError::Damaged { .. } => "Restore the data folder from a backup.",
        _ => "See that the disk has room and works, and that the data folder is on a local disk.",
    };
    Trouble::new(words::sentence(&error.to_string()), fix)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_folder_is_fine_and_stays_empty() {
        let folder = tempfile::tempdir().unwrap();
        assert!(!empty(folder.path()).has_failed());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        assert!(empty(&folder.path().join("gone")).has_failed());
    }

    #[test]
    fn only_a_demand_for_a_credential_shows_that_cosmos_answers() {
        let endpoint = Url::parse("https://name.documents.azure.com/").unwrap();
        let good = judge(&endpoint, StatusCode::UNAUTHORIZED);
        assert!(!good.has_failed() && good.says().contains(endpoint.as_str()));
        for status in [200, 302, 403, 404, 429, 500, 503] {
            let status = StatusCode::from_u16(status).unwrap();
            assert!(judge(&endpoint, status).has_failed(), "{status}");
        }
    }
}
