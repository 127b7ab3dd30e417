//! A running development host, a configuration that trusts it, and the doctor that looks at both.

use std::ffi::OsStr;
use std::fs::File;
use std::path::PathBuf;
use std::process::Stdio;

use serde_json::Value;
use tempfile::TempDir;
use usher_tests::host::{run, usher};
use usher_tests::{Host, transcripts};

use super::described;

/// What the doctor said.
pub(super) struct Report {
    pub(super) code: i32,
    pub(super) text: String,
}

impl Report {
    /// It found something, and says these parts.
    #[track_caller]
    pub(super) fn fails(&self, parts: &[&str]) {
        assert_eq!(self.code, 1, "{}", self.text);
        for part in parts {
            assert!(self.text.contains(part), "{part:?} is missing in:\n{}", self.text);
        }
    }
}

/// Runs the doctor, with a file as its standard input.
pub(super) async fn doctor(arguments: &[&OsStr], input: Option<&PathBuf>) -> Report {
    let mut command = usher();
    command.arg("doctor").args(arguments);
    if let Some(input) = input {
        command.stdin(Stdio::from(File::open(input).unwrap()));
    }
    let output = run(&mut command).await;
    let text = String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
    transcripts::said(&text);
    Report {
        code: output.status.code().unwrap(),
        text,
    }
}

/// A host and a configuration.
pub(super) struct Trial {
    pub(super) host: Host,
    folder: TempDir,
}

impl Trial {
    pub(super) async fn begin() -> Self {
        let host = Host::start().await;
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("tools")).unwrap();
        let config = format!(
            r#"public-url = "{mcp}"
tools = "{folder}/tools"
data = "{folder}/data"
[entra]
tenant-id = "{tenant}"
client-id = "{client}"
cloud = "devcloud"
authority = "{authority}"
[entra.credential]
kind = "secret"
secret = {{ file = "{folder}/secret" }}
"#,
            mcp = host.mcp(),
            folder = folder.path().display(),
            tenant = described(&host, "tenant"),
            client = described(&host, "client_id"),
            authority = described(&host, "authority"),
        );
        std::fs::write(folder.path().join("usher.toml"), config).unwrap();
        let trial = Self { host, folder };
        trial.write_secret(described(&trial.host, "client_secret"));
        trial
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(super) fn write_secret(&self, secret: &str) {
        transcripts::issued(secret);
        std::fs::write(self.file("secret"), secret).unwrap();
    }

    /// Makes the credential a certificate of its own, and gives the part that a registration gets.
    pub(super) fn use_certificate(&self) -> String {
        let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_RSA_SHA256).unwrap();
        let certificate = rcgen::CertificateParams::new(vec!["usher.test".to_owned()])
            .unwrap()
            .self_signed(&key)
            .unwrap();
        std::fs::write(self.file("host.pem"), key.serialize_pem() + &certificate.pem()).unwrap();
        let config = std::fs::read_to_string(self.file("usher.toml")).unwrap();
        let (before, _) = config.split_once("[entra.credential]").unwrap();
        let own = format!(
            "[entra.credential]\nkind = \"certificate\"\nfile = \"{}\"\n",
            self.file("host.pem").display()
        );
        std::fs::write(self.file("usher.toml"), before.to_owned() + &own).unwrap();
        certificate.pem()
    }

    /// Lets the doctor look at the configuration, with more lines at its end.
    pub(super) async fn examine(&self, more: &str) -> Report {
        self.examine_with(|config| config, more).await
    }

    /// The same with a changed configuration.
    pub(super) async fn examine_with(&self, changed: impl Fn(String) -> String, more: &str) -> Report {
        let config = changed(std::fs::read_to_string(self.file("usher.toml")).unwrap()) + more;
        std::fs::write(self.file("examined.toml"), config).unwrap();
        let report = doctor(&["--config".as_ref(), self.file("examined.toml").as_os_str()], None).await;
        self.assert_no_secret(&report.text);
        report
    }

    /// The same as a program reads it.
    pub(super) async fn examine_as_json(&self) -> Value {
        let config = self.file("usher.toml");
        let report = doctor(&["--config".as_ref(), config.as_os_str(), "--json".as_ref()], None).await;
        self.assert_no_secret(&report.text);
        serde_json::from_str(&report.text).unwrap()
    }

    /// Lets it judge a token.
    pub(super) async fn judge(&self, token: &str) -> Report {
        let file = self.file("token");
        std::fs::write(&file, token).unwrap();
        let data = self.host.data().path().as_os_str();
        let report = doctor(&["--data".as_ref(), data, "--token".as_ref()], Some(&file)).await;
        self.assert_no_secret(&report.text);
        if let Some((_, signature)) = token.rsplit_once('.').filter(|(_, signature)| signature.len() > 16) {
            assert!(!report.text.contains(signature), "{}", report.text);
        }
        report
    }

    #[track_caller]
    fn assert_no_secret(&self, text: &str) {
        let secret = described(&self.host, "client_secret");
        assert!(!text.contains(secret), "the secret is in:\n{text}");
    }

    /// A report without what differs from run to run.
    pub(super) fn masked(&self, text: &str) -> String {
        let data = self.host.data().path().display().to_string();
        let text = text
            .replace(&self.folder.path().display().to_string(), "FOLDER")
            .replace(&data, "DATA")
            .replace(described(&self.host, "authority"), "AUTHORITY")
            .replace(self.host.mcp().trim_end_matches("/mcp"), "HOST");
        let lines = text.lines().map(|line| match line.split_once("Entra: correlation id") {
            Some((before, _)) => format!("{before}Entra: correlation id …"),
            None => line.trim_end().to_owned(),
        });
        lines.collect::<Vec<_>>().join("\n")
    }
}
