//! Compiled ahead for an image, and found there.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use serde_json::Value;
use usher_tests::host::{self, Data};

use super::shelf::Shelf;

#[tokio::test]
async fn what_was_compiled_for_an_image_is_not_compiled_again() {
    let shelf = Shelf::new();
    shelf.put("one", 1);
    shelf.replace("bad.wasm", b"garbage");
    let image = shelf.above().join("image");
    let compile = async || {
        let mut command = host::usher();
        command
            .arg("compile")
            .arg(shelf.path())
            .arg("--json")
            .arg("--cache")
            .arg(&image);
        host::run(&mut command).await
    };
    let output = compile().await;
    assert_eq!(output.status.code(), Some(1), "one of them can't be compiled");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["failed"], 1);
    let states: Vec<_> = report["components"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| &row["state"])
        .collect();
    assert_eq!(states, ["failed", "compiled"]);

    shelf.remove("bad.wasm");
    let output = compile().await;
    assert!(output.status.success());
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["components"][0]["state"], "already");
    for entry in fs::read_dir(&image).unwrap() {
        let mode = entry.unwrap().metadata().unwrap().permissions().mode();
        assert_eq!(
            mode & 0o777,
            0o644,
            "the host's user can read it, and only the one who built it write it"
        );
    }

    let configuration = format!("[compile-cache]\nprebuilt = {image:?}\n");
    let served = shelf.serve_in(Data::new(), &configuration).await;
    assert_eq!(served.ask("one").await, 1);
    let own = fs::read_dir(served.host.data().path().join("compiled")).unwrap();
    assert_eq!(own.count(), 0, "nothing was compiled");
    let maps = fs::read_to_string(format!("/proc/{}/maps", served.host.pid())).unwrap();
    assert!(
        maps.contains(image.to_str().unwrap()),
        "it runs what came with the image"
    );
}
