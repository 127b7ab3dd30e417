//! The files of a component, read once: what was judged is what runs, whatever happens to the files meanwhile.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::load_error::LoadError;

/// The largest component that is read, in bytes. Bundled interpreters come to some 20 MB.
const COMPONENT_BYTES: u64 = 128 << 20;
/// The largest grant that is read, in bytes.
const GRANT_BYTES: u64 = 1 << 20;

/// A component and its grant, as bytes.
#[derive(Debug, Clone)]
pub struct Source {
    /// The component's name: that of its file without `.wasm`.
    pub name: String,
    /// The component.
    pub wasm: Arc<[u8]>,
    /// The text of the grant. None: there is no file.
    pub grant: Option<Arc<str>>,
}

impl Source {
    /// Reads `NAME.wasm`, and `NAME.grant.toml` beside it if it is there.
    ///
    /// # Errors
    /// [`LoadError::Read`] or [`LoadError::TooLarge`].
    pub fn read(component: &Path) -> Result<Self, LoadError> {
        let grant = grant_file(component);
        Ok(Self {
            name: component.file_stem().unwrap_or_default().to_string_lossy().into_owned(),
            wasm: read(component, COMPONENT_BYTES)?.into(),
            grant: if grant.exists() {
                Some(read_text(&grant)?.into())
            } else {
                None
            },
        })
    }

    /// The component's SHA-256: 64 lower-case hexadecimal digits.
    #[must_use]
    pub fn digest(&self) -> String {
        hex(&Sha256::digest(&self.wasm))
    }
}

/// The file of the grant beside a component's.
#[must_use]
pub fn grant_file(component: &Path) -> PathBuf {
    component.with_extension("grant.toml")
}

fn read_text(path: &Path) -> Result<String, LoadError> {
    String::from_utf8(read(path, GRANT_BYTES)?).map_err(|error| LoadError::Read {
        file: file_name(path),
        source: io::Error::new(io::ErrorKind::InvalidData, error),
    })
}

fn read(path: &Path, limit: u64) -> Result<Vec<u8>, LoadError> {
    let failed = |source| LoadError::Read {
        file: file_name(path),
        source,
    };
    let size = std::fs::metadata(path).map_err(failed)?.len();
    if size > limit {
        return Err(LoadError::TooLarge {
            file: file_name(path),
            size,
            limit,
        });
    }
    std::fs::read(path).map_err(failed)
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
