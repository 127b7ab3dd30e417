//! The real host, in a folder of its own and on ports of its own.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use crate::{Folder, built, mcp, transcripts, wait};

/// The file by which a host tells that it is ready.
const DESCRIPTION: &str = "dev.json";

/// A running `usher dev`. Dropping it kills the process.
pub struct Host {
    // Before the process, which ends when it is dropped.
    cloud: Cloud,
    process: Running,
    description: Value,
    data: Data,
    client: mcp::Client,
    /// What it serves, where that is a test's own: a host follows its folder, so the folder outlives it.
    _tools: Option<Folder>,
}

/// The development cloud of a host, by its authority. What it issued is kept while it can still be asked.
struct Cloud(String);

impl Drop for Cloud {
    fn drop(&mut self) {
        transcripts::issued_by(&self.0);
    }
}

/// A process that doesn't outlive its test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // One that has ended already needs neither.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Where a host keeps everything; outlives the host, so that another can take it over.
pub struct Data(TempDir);

impl Data {
    /// An empty folder.
    #[must_use]
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// The folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// What the host that uses the folder writes to its log and to its terminal.
    #[must_use]
    pub fn output(&self) -> String {
        std::fs::read_to_string(self.output_file()).unwrap_or_default()
    }

    /// Adds what the last host wrote to the transcripts.
    fn keep_output(&self) {
        let output = self.output();
        if !output.is_empty() {
            transcripts::host_said(&output);
        }
    }

    fn output_file(&self) -> PathBuf {
        self.path().join("output.txt")
    }
}

impl Drop for Data {
    fn drop(&mut self) {
        self.keep_output();
    }
}

impl Default for Data {
    fn default() -> Self {
        Self::new()
    }
}

/// The binary, without anything of this process's environment that would configure it.
#[must_use]
pub fn usher() -> Command {
    let mut command = Command::new(built::usher());
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(|name| name.starts_with("USHER_")) {
            command.env_remove(name);
        }
    }
    command.stdin(Stdio::null());
    command
}

/// `usher dev` with these tools and this data, on free ports.
#[must_use]
pub fn dev(tools: &Path, data: &Path) -> Command {
    let mut command = usher();
    command.args(["dev", "--listen", "127.0.0.1:0", "--entra-listen", "127.0.0.1:0"]);
    command.arg("--tools").arg(tools).arg("--data").arg(data);
    command
}

/// Runs the binary to its end.
pub async fn run(command: &mut Command) -> Output {
    let mut process = Running(command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap());
    // What it says fits into a pipe, so it doesn't wait to be read.
    let status = wait::until("the program's end", async || process.0.try_wait().unwrap()).await;
    let read = |stream: Option<&mut dyn std::io::Read>| {
        let mut bytes = Vec::new();
        stream.unwrap().read_to_end(&mut bytes).unwrap();
        bytes
    };
    let stdout = read(process.0.stdout.as_mut().map(|stream| stream as _));
    let stderr = read(process.0.stderr.as_mut().map(|stream| stream as _));
    transcripts::said(&String::from_utf8_lossy(&stderr));
    // What prints tokens does so because it was asked to: the host's `dev token`, and scripts that sign in.
    if command.get_program() == built::usher() && !command.get_args().any(|argument| argument == "token") {
        transcripts::said(&String::from_utf8_lossy(&stdout));
    }
    Output { status, stdout, stderr }
}

impl Host {
    /// Starts a host with the project's own tools and an empty store.
    pub async fn start() -> Self {
        Self::start_in(Data::new(), &built::tools(), &[]).await
    }

    /// Starts a host with this data, these tools and further arguments, and waits until it is ready.
    pub async fn start_in(data: Data, tools: &Path, arguments: &[&str]) -> Self {
        let mut command = dev(tools, data.path());
        command.args(arguments);
        Self::start_by(command, data).await
    }

    /// Starts a host by a command of the test's own, which must have this data, and waits until it is ready.
    pub async fn start_by(mut command: Command, data: Data) -> Self {
        let described = data.path().join(DESCRIPTION);
        data.keep_output();
        // What an earlier host left there would look like being ready.
        let _ = std::fs::remove_file(&described);
        let output = std::fs::File::create(data.output_file()).unwrap();
        command.stdout(output.try_clone().unwrap()).stderr(output);
        let mut process = Running(command.spawn().unwrap());
        let description: Value = wait::until("the host to be ready", async || {
            if let Some(status) = process.0.try_wait().unwrap() {
                panic!("the host ended ({status}) before it was ready:\n{}", data.output());
            }
            serde_json::from_str(&std::fs::read_to_string(&described).ok()?).ok()
        })
        .await;
        let client = mcp::Client::new(description["mcp"].as_str().unwrap());
        Self {
            cloud: Cloud(description["authority"].as_str().unwrap().to_owned()),
            process,
            description,
            data,
            client,
            _tools: None,
        }
    }

    /// Keeps the folder that it serves for as long as it runs.
    #[must_use]
    pub fn keeping(self, tools: Folder) -> Self {
        Self {
            _tools: Some(tools),
            ..self
        }
    }

    /// What the host says of itself: `mcp`, `authority`, `client_id` and so on.
    #[must_use]
    pub fn description(&self) -> &Value {
        &self.description
    }

    /// The process, to measure it.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.process.0.id()
    }

    /// The URL of the MCP endpoint.
    #[must_use]
    pub fn mcp(&self) -> &str {
        self.description["mcp"].as_str().unwrap()
    }

    /// A client of it.
    #[must_use]
    pub fn client(&self) -> &mcp::Client {
        &self.client
    }

    /// The folder of everything that the host keeps.
    #[must_use]
    pub fn data(&self) -> &Data {
        &self.data
    }

    /// A bearer token of a persona, as a script would get it.
    pub async fn token(&self, persona: &str) -> String {
        let output = run(usher()
            .args(["dev", "token", "--as", persona, "--data"])
            .arg(self.data.path()))
        .await;
        assert!(
            output.status.success(),
            "no token for {persona}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// Kills the host as a crash would, and gives back its data.
    #[must_use]
    pub fn kill(self) -> Data {
        drop(self.cloud);
        drop(self.process);
        self.data
    }

    /// The signal by which a service manager stops a host; the host may finish what it is doing.
    pub fn terminate(&self) {
        transcripts::issued_by(&self.cloud.0);
        let status = Command::new("kill")
            .args(["-TERM", &self.process.0.id().to_string()])
            .status()
            .unwrap();
        assert!(status.success());
    }

    /// Waits until the host has ended by itself.
    pub async fn ended(mut self) -> (ExitStatus, Data) {
        let status = wait::until("the host's end", async || self.process.0.try_wait().unwrap()).await;
        (status, self.data)
    }
}
