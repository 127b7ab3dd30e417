//! Components that are signed, and components that aren't.

use minisign::KeyPair;
use usher_registry::status::State;
use usher_tests::host::Data;

use super::spoken::{NAME, code, put, shelf_with, spoken};
use crate::reload::shelf::{Served, Shelf};

fn key() -> KeyPair {
    KeyPair::generate_unencrypted_keypair().unwrap()
}

fn sign(shelf: &Shelf, key: &KeyPair, component: &[u8]) {
    let signature = minisign::sign(None, &key.sk, component, None, None).unwrap();
    shelf.replace(&format!("{NAME}.wasm.minisig"), signature.into_string().as_bytes());
}

/// A host that takes what these keys signed.
async fn serve(shelf: &Shelf, required: bool, keys: &[&KeyPair]) -> Served {
    let keys: Vec<_> = keys.iter().map(|key| key.pk.to_base64()).collect();
    let configuration = format!("[reload]\ndebounce-ms = 20\n[signatures]\nrequired = {required}\nkeys = {keys:?}\n");
    shelf.serve_in(Data::new(), &configuration).await
}

#[tokio::test]
async fn where_signatures_are_required_only_what_a_listed_key_signed_is_served() {
    let (listed, other_listed, unlisted) = (key(), key(), key());
    let first = spoken("Says a number.", 1);
    let shelf = shelf_with(&first);
    let served = serve(&shelf, true, &[&listed, &other_listed]).await;
    let missing = served.until_stands(NAME, State::Refused).await;
    assert!(missing.reason.unwrap().contains("there is none"));

    sign(&shelf, &unlisted, &first);
    served
        .until("the unlisted key to be noticed", |status| {
            let reason = status.components.first()?.reason.as_ref()?;
            reason.contains("isn't in signatures.keys").then_some(())
        })
        .await;
    sign(&shelf, &listed, &first);
    served.until_serves(NAME, &first).await;
    assert_eq!(code(&served).await, 1);

    // A new file under the old signature.
    let second = spoken("Says a number.", 2);
    put(&shelf, &second);
    let refused = served.until_stands(NAME, State::ServesOn).await;
    assert!(refused.reason.unwrap().contains("isn't the one that was signed"));
    assert_eq!(code(&served).await, 1);
    sign(&shelf, &other_listed, &second);
    served.until_serves(NAME, &second).await;
    assert_eq!(code(&served).await, 2);
}

#[tokio::test]
async fn where_they_are_not_required_a_bad_one_is_refused_all_the_same() {
    let (listed, unlisted) = (key(), key());
    let first = spoken("Says a number.", 1);
    let shelf = shelf_with(&first);
    let served = serve(&shelf, false, &[&listed]).await;
    served.until_serves(NAME, &first).await;
    let second = spoken("Says a number.", 2);
    sign(&shelf, &unlisted, &second);
    put(&shelf, &second);
    served.until_stands(NAME, State::ServesOn).await;
    assert_eq!(code(&served).await, 1);
}
