//! Listening, with errors that say what to do.

use std::io::ErrorKind;
use std::net::SocketAddr;

use anyhow::{Context, anyhow};
use tokio::net::TcpListener;

/// Listens on an address. `setting` is what to change if it is taken.
///
/// # Errors
/// The address is taken, or isn't one of this machine.
pub(crate) async fn on(address: SocketAddr, setting: &str) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address)
        .await
        .map_err(|error| match error.kind() {
            ErrorKind::AddrInUse => {
                anyhow!(
                    "{address} is taken by another program: stop that one, or choose another address with {setting}"
                )
            }
            _ => anyhow::Error::new(error),
        })
        .with_context(|| format!("can't listen on {address}"))
}
