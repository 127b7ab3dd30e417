use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, SystemTime};

use super::*;

/// The smallest component: the preamble of the format, layer 1.
const EMPTY: &[u8] = b"\0asm\x0d\0\x01\0";

/// A component that differs from others by a number: a custom section with an empty name (Binary.md, sections).
fn numbered(number: u8) -> Vec<u8> {
    [EMPTY, &[0, 2, 0, number]].concat()
}

struct Trial {
    folder: tempfile::TempDir,
    engine: Engine,
}

impl Trial {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            engine: engine(1, KEPT_MEMORY_MIB, false).unwrap(),
        }
    }

    fn folder(&self) -> PathBuf {
        self.folder.path().join("compiled")
    }

    fn settings(&self) -> CacheSettings {
        CacheSettings {
            folder: Some(self.folder()),
            ..CacheSettings::default()
        }
    }

    fn cache(&self) -> CompileCache {
        CompileCache::open(&self.settings(), &self.engine).unwrap()
    }

    /// The files of code, by their names.
    fn code(&self) -> Vec<PathBuf> {
        let files = fs::read_dir(self.folder()).unwrap().map(|entry| entry.unwrap().path());
        let mut files: Vec<_> = files
            .filter(|path| path.extension().is_some_and(|end| end == entry::CODE))
            .collect();
        files.sort();
        files
    }
}

fn modified(path: &Path) -> SystemTime {
    fs::metadata(path).unwrap().modified().unwrap()
}

/// Makes a file look as old as that.
fn age(path: &Path, seconds: u64) {
    let file = fs::File::options().append(true).open(path).unwrap();
    file.set_modified(SystemTime::now() - Duration::from_secs(seconds))
        .unwrap();
}

#[test]
fn what_is_kept_is_closed_to_others_and_found_again() {
    let trial = Trial::new();
    trial.cache().compile(&trial.engine, "0a", EMPTY).unwrap();
    let [code] = &trial.code()[..] else { panic!() };
    assert_eq!(fs::metadata(code).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(
        fs::metadata(trial.folder()).unwrap().permissions().mode() & 0o777,
        0o700
    );
    let cache = trial.cache();
    assert!(cache.find(&trial.engine, &cache.key("0a")).is_some());
}

#[test]
fn what_was_changed_is_compiled_again_and_never_loaded() {
    let trial = Trial::new();
    let cache = trial.cache();
    cache.compile(&trial.engine, "0a", EMPTY).unwrap();
    let path = trial.code().remove(0);
    let good = fs::read(&path).unwrap();
    let mut bad = good.clone();
    let middle = bad.len() / 2;
    bad[middle] ^= 1;
    fs::write(&path, &bad).unwrap();
    assert!(cache.find(&trial.engine, &cache.key("0a")).is_none());
    cache.compile(&trial.engine, "0a", EMPTY).unwrap();
    assert_eq!(fs::read(&path).unwrap(), good, "it was replaced by a good one");
}

#[test]
fn a_file_that_others_may_write_to_is_compiled_again() {
    let trial = Trial::new();
    let cache = trial.cache();
    cache.compile(&trial.engine, "0a", EMPTY).unwrap();
    let path = trial.code().remove(0);
    fs::set_permissions(&path, Permissions::from_mode(0o622)).unwrap();
    assert!(cache.find(&trial.engine, &cache.key("0a")).is_none());
    cache.compile(&trial.engine, "0a", EMPTY).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn a_link_is_never_followed() {
    let trial = Trial::new();
    let cache = trial.cache();
    cache.compile(&trial.engine, "0a", EMPTY).unwrap();
    let path = trial.code().remove(0);
    let elsewhere = trial.folder.path().join("elsewhere");
    fs::rename(&path, &elsewhere).unwrap();
    std::os::unix::fs::symlink(&elsewhere, &path).unwrap();
    assert!(cache.find(&trial.engine, &cache.key("0a")).is_none());
}

#[test]
fn a_folder_that_others_can_write_to_is_refused() {
    let trial = Trial::new();
    fs::create_dir(trial.folder()).unwrap();
    fs::set_permissions(trial.folder(), Permissions::from_mode(0o777)).unwrap();
    let error = CompileCache::open(&trial.settings(), &trial.engine).err().unwrap();
    assert!(error.to_string().contains("chmod go-w"), "{error}");
}

#[test]
fn what_was_not_used_for_longest_goes_first_and_the_newest_stays() {
    let trial = Trial::new();
    let cache = trial.cache();
    for number in 1..=3 {
        cache
            .compile(&trial.engine, &format!("0{number}"), &numbered(number))
            .unwrap();
    }
    let [one, two, three] = &trial.code()[..] else { panic!() };
    age(one, 300);
    age(two, 200);
    age(three, 100);
    // Used again.
    cache.compile(&trial.engine, "01", &numbered(1)).unwrap();
    assert!(modified(one) > modified(three));
    let size = fs::metadata(one).unwrap().len();

    let settings = CacheSettings {
        max_bytes: 3 * size,
        ..trial.settings()
    };
    let bounded = CompileCache::open(&settings, &trial.engine).unwrap();
    bounded.compile(&trial.engine, "04", &numbered(4)).unwrap();
    assert!(
        one.exists() && !two.exists() && three.exists(),
        "the one that wasn't used for longest goes"
    );
    assert_eq!(trial.code().len(), 3);

    room::make(&trial.folder(), 0, |key| {
        three.file_stem().is_some_and(|stem| stem == key)
    })
    .unwrap();
    assert!(three.exists(), "what is being loaded stays");
    assert_eq!(trial.code().len(), 2, "and so does what was used last");
}

#[test]
fn what_a_killed_process_left_goes_and_what_is_being_written_stays() {
    let trial = Trial::new();
    fs::create_dir(trial.folder()).unwrap();
    let [old, new] = ["1", "2"].map(|name| trial.folder().join(format!("{}{name}", entry::UNFINISHED)));
    fs::write(&old, "").unwrap();
    fs::write(&new, "").unwrap();
    age(&old, 7_200);
    room::sweep(&trial.folder());
    assert!(!old.exists() && new.exists());
}

#[test]
fn a_prebuilt_folder_is_used_whatever_the_number_of_instances_and_never_written() {
    let trial = Trial::new();
    let built = CacheSettings {
        readable: true,
        ..trial.settings()
    };
    let source = Source {
        name: "a".to_owned(),
        wasm: EMPTY.into(),
        grant: None,
    };
    let precompiler = Precompiler::open(&built).unwrap();
    assert!(matches!(precompiler.precompile(&source), Ok(Precompiled::Now { .. })));
    assert_eq!(precompiler.precompile(&source).unwrap(), Precompiled::Already);
    let path = trial.code().remove(0);
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o644);
    age(&path, 300);
    let before = modified(&path);

    let settings = CacheSettings {
        prebuilt: Some(trial.folder()),
        ..CacheSettings::default()
    };
    let engine = engine(7, KEPT_MEMORY_MIB, false).unwrap();
    let cache = CompileCache::open(&settings, &engine).unwrap();
    assert!(cache.find(&engine, &cache.key(&source.digest())).is_some());
    cache.compile(&engine, "0b", &numbered(1)).unwrap();
    assert_eq!(trial.code().len(), 1);
    assert_eq!(modified(&path), before);
}

#[test]
fn a_prebuilt_folder_in_which_others_could_put_files_is_refused() {
    let trial = Trial::new();
    let open = trial.folder.path().join("open");
    let folder = open.join("compiled");
    fs::create_dir_all(&folder).unwrap();
    let settings = CacheSettings {
        prebuilt: Some(folder.clone()),
        ..CacheSettings::default()
    };
    assert!(CompileCache::open(&settings, &trial.engine).is_ok());
    fs::set_permissions(&open, Permissions::from_mode(0o777)).unwrap();
    let error = CompileCache::open(&settings, &trial.engine).err().unwrap();
    assert!(error.to_string().contains("open"), "{error}");
    // As /tmp: others can put files beside it, but not in its place.
    fs::set_permissions(&open, Permissions::from_mode(0o1777)).unwrap();
    assert!(CompileCache::open(&settings, &trial.engine).is_ok());
}

#[test]
fn many_who_want_one_component_at_once_get_it() {
    let trial = Trial::new();
    let cache = trial.cache();
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| cache.compile(&trial.engine, "0a", EMPTY).unwrap());
        }
    });
    assert_eq!(trial.code().len(), 1);
    assert!(cache.busy().is_empty());
}

#[test]
fn compiling_goes_on_when_calls_are_served() {
    let trial = Trial::new();
    let cache = trial.cache();
    cache.leave_room_for_calls();
    cache.compile(&trial.engine, "0a", EMPTY).unwrap();
    assert_eq!(trial.code().len(), 1);
}
