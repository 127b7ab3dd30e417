//! How files come, change and go.

use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::{PermissionsExt, symlink};

use usher_registry::Noticing;
use usher_registry::status::State;
use usher_tests::host::Data;

use super::shelf::{Shelf, component, grant, numbered};

#[tokio::test]
async fn files_that_are_added_changed_renamed_and_removed_are_followed() {
    let shelf = Shelf::new();
    let served = shelf.serve("").await;
    assert!(!served.has("one").await);

    shelf.put("one", 1);
    served.until_stands("one", State::Served).await;
    assert_eq!(served.ask("one").await, 1);

    shelf.put("one", 2);
    served.until_serves("one", &numbered("one", 2)).await;
    assert_eq!(served.ask("one").await, 2);

    fs::rename(shelf.file("one.wasm"), shelf.file("uno.wasm")).unwrap();
    fs::rename(shelf.file("one.grant.toml"), shelf.file("uno.grant.toml")).unwrap();
    served.until_stands("uno", State::Served).await;
    served.until_gone("one").await;
    assert_eq!(served.ask("one").await, 2, "its tool is called as before");

    shelf.remove("uno.wasm");
    served.until_gone("uno").await;
    assert!(!served.has("one").await);
}

#[tokio::test]
async fn a_file_that_is_written_slowly_is_read_when_it_is_whole() {
    let shelf = Shelf::new();
    shelf.put("one", 1);
    let served = shelf.serve_in(Data::new(), "[reload]\ndebounce-ms = 1500").await;
    let bytes = numbered("one", 2);
    let mut file = File::create(shelf.file("one.wasm")).unwrap();
    // Far less than a debounce between two pieces.
    for piece in bytes.chunks(bytes.len() / 20 + 1) {
        file.write_all(piece).unwrap();
        assert_eq!(served.ask("one").await, 1);
    }
    drop(file);
    served.until_serves("one", &bytes).await;
    assert_eq!(served.ask("one").await, 2);
    let log = served.host.data().output();
    assert!(!log.contains("not served"), "no piece of it was ever read: {log}");
}

#[tokio::test]
async fn a_grant_that_comes_later_makes_its_component_be_served() {
    let shelf = Shelf::new();
    let served = shelf.serve("").await;
    shelf.replace("one.wasm", &numbered("one", 1));
    let refused = served.until_stands("one", State::Refused).await;
    assert!(refused.reason.unwrap().contains("there is no grant"));
    shelf.replace("one.grant.toml", grant("one").as_bytes());
    served.until_stands("one", State::Served).await;
    assert_eq!(served.ask("one").await, 1);
}

#[tokio::test]
async fn links_that_are_swapped_as_kubernetes_does_are_followed() {
    let shelf = Shelf::new();
    let folder = shelf.path();
    // A volume of a ConfigMap: the files are links through `..data`, which is replaced by renaming.
    let version = |name: &str, number: u64| {
        fs::create_dir(folder.join(name)).unwrap();
        for tool in ["one", "two"] {
            fs::write(folder.join(name).join(format!("{tool}.wasm")), numbered(tool, number)).unwrap();
            fs::write(folder.join(name).join(format!("{tool}.grant.toml")), grant(tool)).unwrap();
        }
        symlink(name, folder.join("..data_tmp")).unwrap();
        fs::rename(folder.join("..data_tmp"), folder.join("..data")).unwrap();
    };
    version("..1", 1);
    for file in ["one.wasm", "one.grant.toml", "two.wasm", "two.grant.toml"] {
        symlink(format!("..data/{file}"), folder.join(file)).unwrap();
    }
    let served = shelf.serve("").await;
    assert_eq!((served.ask("one").await, served.ask("two").await), (1, 1));
    for number in 2..5 {
        let before = served.status().generation;
        version(&format!("..{number}"), number);
        served.until_serves("two", &numbered("two", number)).await;
        fs::remove_dir_all(folder.join(format!("..{}", number - 1))).unwrap();
        assert_eq!((served.ask("one").await, served.ask("two").await), (number, number));
        assert_eq!(served.status().generation, before + 1, "both went live at once");
    }
}

#[tokio::test]
async fn a_folder_that_is_replaced_is_followed_even_if_it_is_a_link() {
    let shelf = Shelf::new();
    shelf.put("one", 1);
    let served = shelf.serve("").await;
    // Away as a whole, and another one comes.
    fs::rename(shelf.path(), shelf.above().join("old")).unwrap();
    served.until_gone("one").await;
    shelf.put("one", 2);
    served.until_serves("one", &numbered("one", 2)).await;
    // What happens in the one that was put away is nobody's business.
    fs::write(shelf.above().join("old/one.wasm"), numbered("one", 9)).unwrap();
    // And one by a link.
    fs::rename(shelf.path(), shelf.above().join("older")).unwrap();
    fs::create_dir(shelf.above().join("release")).unwrap();
    fs::write(shelf.above().join("release/one.grant.toml"), grant("one")).unwrap();
    fs::write(shelf.above().join("release/one.wasm"), numbered("one", 3)).unwrap();
    symlink("release", shelf.above().join("tools")).unwrap();
    served.until_serves("one", &numbered("one", 3)).await;
    shelf.put("one", 4);
    served.until_serves("one", &numbered("one", 4)).await;
    assert_eq!(served.ask("one").await, 4);
}

#[tokio::test]
async fn a_folder_that_cannot_be_read_takes_nothing_away() {
    let shelf = Shelf::new();
    shelf.put("one", 1);
    let served = shelf.serve("").await;
    // Something else is in its place: nothing can be said of what was in it.
    fs::rename(shelf.path(), shelf.above().join("old")).unwrap();
    fs::write(shelf.above().join("tools"), "not a folder").unwrap();
    served
        .until("the trouble to be told", |status| {
            (!status.trouble.is_empty()).then_some(())
        })
        .await;
    assert_eq!(served.ask("one").await, 1);
    fs::remove_file(shelf.above().join("tools")).unwrap();
    fs::rename(shelf.above().join("old"), shelf.above().join("tools")).unwrap();
    shelf.put("one", 2);
    served.until_serves("one", &numbered("one", 2)).await;
    assert!(served.status().trouble.is_empty());
}

#[tokio::test]
async fn a_component_that_cannot_be_read_is_read_when_it_can_be() {
    let shelf = Shelf::new();
    shelf.put("one", 1);
    let served = shelf.serve("").await;
    // Nobody can read a folder as a file, not even root.
    fs::rename(shelf.file("one.wasm"), shelf.above().join("aside")).unwrap();
    fs::create_dir(shelf.file("one.wasm")).unwrap();
    served.until_stands("one", State::ServesOn).await;
    assert_eq!(served.ask("one").await, 1);
    fs::remove_dir(shelf.file("one.wasm")).unwrap();
    fs::rename(shelf.above().join("aside"), shelf.file("one.wasm")).unwrap();
    served.until_stands("one", State::Served).await;
}

#[tokio::test]
async fn what_was_touched_and_not_changed_is_not_loaded_again() {
    let shelf = Shelf::new();
    shelf.put("one", 1);
    shelf.put("two", 1);
    let served = shelf.serve("").await;
    let since = component(&served.status(), "one").unwrap().serving.clone();
    let generation = served.status().generation;
    fs::set_permissions(shelf.file("one.wasm"), fs::Permissions::from_mode(0o600)).unwrap();
    shelf.put("one", 1);
    shelf.put("two", 2);
    served.until_serves("two", &numbered("two", 2)).await;
    assert_eq!(component(&served.status(), "one").unwrap().serving, since);
    assert_eq!(served.status().generation, generation + 1);
}

#[tokio::test]
async fn five_hundred_files_at_once_are_all_served() {
    const FILES: u64 = 500;
    let shelf = Shelf::new();
    shelf.put("first", 1);
    let served = shelf.serve("").await;
    // One component, which is compiled once; its tool would be the same 500 times, so most of them are refused by name.
    let bytes = numbered("many", 1);
    let next = shelf.above().join("next");
    fs::create_dir(&next).unwrap();
    for number in 0..FILES {
        fs::write(next.join(format!("many-{number:03}.wasm")), &bytes).unwrap();
        fs::write(next.join(format!("many-{number:03}.grant.toml")), grant("many")).unwrap();
    }
    for entry in fs::read_dir(&next).unwrap() {
        let file = entry.unwrap();
        fs::rename(file.path(), shelf.file(file.file_name().to_str().unwrap())).unwrap();
    }
    let status = served
        .until("all files to be looked at", |status| {
            (status.components.len() as u64 == FILES + 1).then(|| status.clone())
        })
        .await;
    let states = |state: State| {
        status
            .components
            .iter()
            .filter(|component| component.state == state)
            .count()
    };
    assert_eq!((states(State::Served), states(State::Refused)), (2, 499));
    assert_eq!((served.ask("first").await, served.ask("many").await), (1, 1));
    for number in 0..FILES {
        shelf.remove(&format!("many-{number:03}.wasm"));
    }
    served
        .until("all files to be gone", |status| {
            (status.components.len() == 1).then_some(())
        })
        .await;
    assert_eq!(served.ask("first").await, 1);
}

#[tokio::test]
async fn where_nobody_tells_of_changes_the_folder_is_looked_at() {
    let shelf = Shelf::new();
    shelf.put("one", 1);
    let served = shelf.serve("poll-seconds = 1").await;
    assert_eq!(served.status().noticing, Noticing::NotificationsAndPolling);
    // Who writes to a file by another of its names is told of in that one's folder only, as on a network the machine that wrote.
    let other = tempfile::tempdir_in(shelf.above()).unwrap();
    fs::hard_link(shelf.file("one.wasm"), other.path().join("other")).unwrap();
    fs::write(other.path().join("other"), numbered("one", 2)).unwrap();
    served.until_serves("one", &numbered("one", 2)).await;
    assert_eq!(served.ask("one").await, 2);
}

#[tokio::test]
async fn a_host_that_is_not_to_reload_does_not() {
    let shelf = Shelf::new();
    shelf.put("one", 1);
    let served = shelf.serve("mode = \"off\"").await;
    assert_eq!(served.status().noticing, Noticing::Off);
    shelf.put("one", 2);
    shelf.put("two", 2);
    // Another host of the same folder sees it, which is time enough for this one.
    let other = shelf.serve("").await;
    assert_eq!((other.ask("one").await, other.ask("two").await), (2, 2));
    assert_eq!(served.ask("one").await, 1);
    assert!(!served.has("two").await);
}
