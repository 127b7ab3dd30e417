//! Files that aren't components.

use super::{Grant, guest, refused, refused_on};
use usher_tests::Stage;

fn any() -> Grant {
    Grant::of(&["any"])
}

#[tokio::test]
async fn an_empty_file_is_refused() {
    refused("empty-file", b"", &any()).await;
}

#[tokio::test]
async fn garbage_is_refused() {
    refused("garbage", b"\x7fELF is something else, \xff\xfe and so is this", &any()).await;
}

#[tokio::test]
async fn a_component_that_was_cut_off_is_refused() {
    // A component's preamble, and a section of 16 bytes that ends after 4.
    refused("cut-off", b"\0asm\x0d\0\x01\0\x01\x10\0asm", &any()).await;
}

#[tokio::test]
async fn a_core_module_is_refused() {
    // The preamble of a core module (WebAssembly core specification, 5.5.16), and nothing after it.
    refused("core-module", b"\0asm\x01\0\0\0", &any()).await;
}

#[tokio::test]
async fn a_component_that_exports_nothing_we_know_is_refused() {
    // The preamble of a component (component model, Binary.md), and nothing after it.
    refused("exports-nothing", b"\0asm\x0d\0\x01\0", &any()).await;
}

#[tokio::test]
async fn a_second_component_with_a_name_that_is_taken_is_refused() {
    // The files are taken in the order of their names, so the neighbour goes by one that comes first.
    let grant = Grant::of(&["noop"]).gives("log = true");
    let setting = Stage::setting()
        .file("a-noop.wasm", &guest("noop"))
        .file("a-noop.grant.toml", grant.text().as_bytes());
    let stage = setting.open().await;
    assert_eq!(stage.tool("noop").policy().component(), "a-noop");
    usher_tests::golden::assert_is("loading/golden/name-taken.txt", &stage.refusal("noop.wasm"));
}

#[tokio::test]
async fn a_file_that_is_not_the_one_that_was_reviewed_is_refused() {
    let pinned = any().line(&format!("sha256 = \"{}\"", "0".repeat(64)));
    let setting = Stage::setting()
        .file("bad.wasm", b"anything")
        .file("bad.grant.toml", pinned.text().as_bytes());
    refused_on("pinned", setting).await;
}
