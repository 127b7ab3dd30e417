//! What a grant gives of the document store: whose items, of which containers.

use serde::{Deserialize, Deserializer};

/// Names of containers. A handful at most, so a list that is searched from the front.
pub type Containers = Vec<String>;

/// The containers of users' items that an interface reaches.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContainerGrant {
    /// Names of containers of the host's configuration.
    pub containers: Containers,
}

/// What `all-documents` reaches, and how much it says of whose the items are.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AllDocumentsGrant {
    /// Names of containers of the host's configuration.
    pub containers: Containers,
    /// What rows say of their owner. Nothing, if it isn't there.
    #[serde(default)]
    pub owner: Owner,
}

/// What rows of `all-documents` say of their owner, in the property `_owner`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Owner {
    /// Nothing: the property is undefined.
    #[default]
    None,
    /// The same text for each item of a person in a container, from which nobody but the host can tell who it is. Another in
    /// another container.
    Pseudonym,
    /// The person's object id in Microsoft Entra.
    ObjectId,
}

/// The shared containers that an interface reaches.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SharedDocumentsGrant {
    /// Containers of the host's configuration that are shared, each name once.
    #[serde(deserialize_with = "each_once")]
    pub containers: Vec<SharedContainer>,
}

/// The part of a shared container that an interface reaches.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SharedContainer {
    /// The container's name in the host's configuration.
    pub name: String,
    /// The one partition of it, by the values of its levels, the outermost first. A component can't name another.
    #[serde(deserialize_with = "levels")]
    pub partition: Vec<String>,
}

/// The grant's word for a container picks its partition, so two of one name would be two answers.
fn each_once<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<SharedContainer>, D::Error> {
    let containers = Vec::<SharedContainer>::deserialize(deserializer)?;
    for (index, container) in containers.iter().enumerate() {
        if containers[..index].iter().any(|other| other.name == container.name) {
            let name = &container.name;
            return Err(serde::de::Error::custom(format!(
                "the container {name:?} is listed twice: an interface reaches one partition of a container"
            )));
        }
    }
    Ok(containers)
}

/// `"eur"` is the one level, `["europe", "eur"]` are two.
fn levels<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(
        untagged,
        expecting = "a partition is a string, or a list of strings for a key of several levels"
    )]
    enum Written {
        One(String),
        Several(Vec<String>),
    }
    Ok(match Written::deserialize(deserializer)? {
        Written::One(level) => vec![level],
        Written::Several(levels) => levels,
    })
}

/// The shared container of a name.
pub(crate) fn shared<'g>(granted: &'g [SharedContainer], name: &str) -> Option<&'g SharedContainer> {
    granted.iter().find(|container| container.name == name)
}
