//! One revision of a component: its bytes and its grant, loaded and ready to be served.

use std::fmt;
use std::sync::Arc;

use crate::examined::Examined;
use crate::tool::Tool;

/// Hexadecimal digits of the digest that name a revision in logs.
pub(crate) const REVISION_DIGITS: usize = 16;

/// A component that passed, with its grant. Never changes; another file or another grant is another revision.
pub struct Revision {
    pub(crate) name: String,
    pub(crate) examined: Examined,
    pub(crate) grant_digest: String,
    pub(crate) tools: Vec<Arc<Tool>>,
}

impl Revision {
    /// The component's name: that of its file without `.wasm`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What the component is by itself, whatever is granted.
    #[must_use]
    pub fn examined(&self) -> &Examined {
        &self.examined
    }

    /// The SHA-256 of the component: 64 lower-case hexadecimal digits.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.examined.digest
    }

    /// The SHA-256 of the grant's text: 64 lower-case hexadecimal digits.
    #[must_use]
    pub fn grant_digest(&self) -> &str {
        &self.grant_digest
    }

    /// The tools that the grant has a rule for. At least one.
    #[must_use]
    pub fn tools(&self) -> &[Arc<Tool>] {
        &self.tools
    }
}

impl fmt::Debug for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Revision")
            .field("name", &self.name)
            .field("digest", &self.examined.digest)
            .finish_non_exhaustive()
    }
}
