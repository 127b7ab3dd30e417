//! Who decided.

use std::fmt;
use std::path::Path;

use std::os::unix::fs::MetadataExt;

use serde::{Deserialize, Serialize};

/// The account of the operating system that a command ran under.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// The account's name; its number if it has none.
    pub user: String,
    /// The account's number.
    pub uid: u32,
    /// The account that became this one by `sudo`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sudo_user: Option<String>,
}

impl Person {
    /// The account that runs this process: the owner of a file that it makes in this folder.
    ///
    /// # Errors
    /// No file can be made there.
    pub(super) fn of_this_process(folder: &Path) -> std::io::Result<Self> {
        let uid = tempfile::tempfile_in(folder)?.metadata()?.uid();
        // Only root is believed about whom it stands in for: anybody else could say anything.
        let sudo_user = std::env::var("SUDO_USER").ok().filter(|_| uid == 0);
        let accounts = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
        Ok(Self {
            user: name(&accounts, uid).unwrap_or_else(|| uid.to_string()),
            uid,
            sudo_user,
        })
    }
}

/// The name of an account in a text like that of `passwd(5)`: `name:password:uid:…`.
fn name(accounts: &str, uid: u32) -> Option<String> {
    accounts.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        let of_line: u32 = fields.nth(1)?.parse().ok()?;
        (of_line == uid).then(|| name.to_owned())
    })
}

impl fmt::Display for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (uid {}", self.user, self.uid)?;
        if let Some(user) = &self.sudo_user {
            write!(f, ", sudo of {user}")?;
        }
        f.write_str(")")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_found_by_its_number() {
        let accounts = "root:x:0:0:root:/root:/bin/sh\nbroken\nada:x:1000:1000::/home/ada:/bin/sh\n";
        assert_eq!(name(accounts, 1000).as_deref(), Some("ada"));
        assert_eq!(name(accounts, 7), None);
    }
}
