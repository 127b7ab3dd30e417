//! The process's environment variables, as a parameter: what reads them asks this, so that a test needs to set none.

use std::{collections::BTreeMap, env, fmt, sync::Arc};

/// Where the variables come from by which a platform tells its workloads of their identity, such as `IDENTITY_ENDPOINT`
/// and `AZURE_FEDERATED_TOKEN_FILE`. Its `Debug` prints none of them: `IDENTITY_HEADER` is a secret.
#[derive(Clone)]
pub struct Environment(Arc<Variables>);

type Variables = dyn Fn(&str) -> Option<String> + Send + Sync;

impl Environment {
    /// The variables of this process.
    #[must_use]
    pub fn process() -> Self {
        Self(Arc::new(|name| env::var(name).ok()))
    }

    /// A variable's value. An empty one counts as unset, as it does for Microsoft's libraries.
    pub(super) fn get(&self, name: &str) -> Option<String> {
        (self.0)(name).filter(|value| !value.is_empty())
    }
}

/// An environment of exactly these variables.
impl<'a> FromIterator<(&'a str, &'a str)> for Environment {
    fn from_iter<T: IntoIterator<Item = (&'a str, &'a str)>>(variables: T) -> Self {
        let variables: BTreeMap<String, String> = variables
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        Self(Arc::new(move |name| variables.get(name).cloned()))
    }
}

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Environment")
    }
}
