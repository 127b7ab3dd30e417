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
        Self::read_with(component, Self::read_grant(component)?)
    }

    /// Reads `NAME.wasm`, for a grant that was read already.
    ///
    /// # Errors
    /// As [`Source::read`].
    pub fn read_with(component: &Path, grant: Option<Arc<str>>) -> Result<Self, LoadError> {
        Ok(Self {
            name: component_name(component),
            wasm: read(component, COMPONENT_BYTES)?.into(),
            grant,
        })
    }

    /// Reads the grant beside `NAME.wasm`. None: there is no file.
    ///
    /// # Errors
    /// As [`Source::read`].
    pub fn read_grant(component: &Path) -> Result<Option<Arc<str>>, LoadError> {
        match read(&grant_file(component), GRANT_BYTES) {
            Ok(bytes) => text(component, bytes).map(|text| Some(text.into())),
            Err(LoadError::Read { source, .. }) if source.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The SHA-256 of the grant's text, if there is a grant.
    #[must_use]
    pub fn grant_digest(&self) -> Option<String> {
        self.grant.as_ref().map(|text| sha256(text.as_bytes()))
    }

    /// The component's SHA-256: 64 lower-case hexadecimal digits.
    #[must_use]
    pub fn digest(&self) -> String {
        sha256(&self.wasm)
    }
}

/// The file of the grant beside a component's.
#[must_use]
pub fn grant_file(component: &Path) -> PathBuf {
    component.with_extension("grant.toml")
}

/// The name of the component of a file.
#[must_use]
pub fn component_name(component: &Path) -> String {
    component.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

fn text(component: &Path, bytes: Vec<u8>) -> Result<String, LoadError> {
    String::from_utf8(bytes).map_err(|error| LoadError::Read {
        file: file_name(&grant_file(component)),
        source: io::Error::new(io::ErrorKind::InvalidData, error),
    })
}

fn read(path: &Path, limit: u64) -> Result<Vec<u8>, LoadError> {
    let failed = |source| LoadError::Read {
        file: file_name(path),
        source,
    };
    let metadata = std::fs::metadata(path).map_err(failed)?;
    // A named pipe would keep its reader waiting for ever.
    if !metadata.is_file() {
        return Err(failed(io::Error::new(io::ErrorKind::InvalidInput, "it isn't a file")));
    }
    let size = metadata.len();
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

/// The SHA-256 of bytes: 64 lower-case hexadecimal digits.
#[must_use]
pub fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
