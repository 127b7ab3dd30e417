//! A path of Microsoft Graph, as a component asks for it.

use std::fmt;
use std::str::FromStr;

use crate::path::{Dialect, PathError, Segments};

/// A path below `/v1.0` that has only one reading: `/me/drive/root:/report.pdf:/content`. Only [`GraphPath::parse`] makes one.
///
/// It is decoded once, looked at, and written anew in one encoding, so what was compared with the grant is what is sent. It
/// names no host, climbs nowhere, has no query and is never `$batch`.
#[derive(Clone, PartialEq, Eq)]
pub struct GraphPath {
    segments: Segments,
    encoded: Box<str>,
}

impl GraphPath {
    /// Reads a path, percent-encoded or not: `/me/drive/root:/a b.pdf` and `/me/drive/root:/a%20b.pdf` are the same. Since it
    /// is decoded, a name with a percent sign can't be asked for, and neither can one with `?`, `#` or `;`.
    ///
    /// # Errors
    /// What makes it ambiguous or dangerous.
    pub fn parse(path: &str) -> Result<Self, PathError> {
        let segments = Segments::parse(path, Dialect::Graph)?;
        Ok(Self {
            encoded: segments.encode().into(),
            segments,
        })
    }

    /// As it is sent: ASCII, beginning with a slash, to be put behind the base `…/v1.0`. At most three times the 1,024 bytes
    /// that are read.
    #[must_use]
    pub fn as_encoded(&self) -> &str {
        &self.encoded
    }

    /// The segments, decoded. None of them is empty or has a slash.
    pub fn segments(&self) -> impl ExactSizeIterator<Item = &str> {
        self.segments.iter()
    }

    pub(crate) fn decoded(&self) -> &Segments {
        &self.segments
    }
}

impl FromStr for GraphPath {
    type Err = PathError;

    fn from_str(path: &str) -> Result<Self, PathError> {
        Self::parse(path)
    }
}

impl fmt::Display for GraphPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.encoded)
    }
}

impl fmt::Debug for GraphPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "GraphPath({})", self.encoded)
    }
}
