//! A call of a component that does nothing, against a native handler that does nothing.

use serde_json::{Value, json};
use tempfile::TempDir;
use usher_tests::host::Data;
use usher_tests::{Host, built};

use crate::figures::{Figures, Target as Bound, median};
use crate::load::Target;
use crate::native::NativeServer;

/// Calls of one round; with some 60 µs each, a round takes a third of a second.
pub(crate) const CALLS: u64 = 5_000;
/// Rounds, the two servers in turn.
const ROUNDS: usize = 9;
/// Calls under way at a time.
const AT_ONCE: usize = 16;

/// The host with the component that does nothing, and with the tools of the project.
pub(crate) struct Measured {
    pub(crate) host: Host,
    tokens: Vec<Option<String>>,
    _folder: TempDir,
}

impl Measured {
    /// Starts a host whose callers may have as many calls at once as the measurement makes.
    pub(crate) async fn start() -> anyhow::Result<Self> {
        Self::start_for("{ scope = \"user_impersonation\" }", &["admin", "member", "member-2"]).await
    }

    /// The same, with a rule for the component that does nothing, and these people calling it.
    pub(crate) async fn start_for(rule: &str, personas: &[&str]) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        tools_with_noop(folder.path(), rule)?;
        let config = folder.path().join("usher.toml");
        std::fs::write(
            &config,
            "[calls]\nper-caller = 256\n[containers.expenses]\npartition-key = [\"/user_id\"]\n",
        )?;
        let config = config.display().to_string();
        let host = Host::start_in(Data::new(), folder.path(), &["--config", &config]).await;
        let mut tokens = Vec::new();
        for persona in personas {
            tokens.push(Some(host.token(persona).await));
        }
        Ok(Self {
            host,
            tokens,
            _folder: folder,
        })
    }

    pub(crate) fn noop(&self) -> Target {
        self.target("noop", json!({}))
    }

    pub(crate) fn add_user_expense(&self) -> Target {
        let expense = json!({
            "date": "2026-11-22", "amount": 12.5, "category": "food", "description": "Lunch with the team", "payment_method": "visa",
        });
        self.target("add_user_expense", expense)
    }

    fn target(&self, tool: &'static str, arguments: Value) -> Target {
        Target {
            url: self.host.mcp().to_owned(),
            tokens: self.tokens.clone(),
            tool,
            arguments,
        }
    }
}

/// Puts the project's tools and the component that does nothing, with this rule, into a folder.
fn tools_with_noop(folder: &std::path::Path, rule: &str) -> anyhow::Result<()> {
    for entry in std::fs::read_dir(built::tools())? {
        let path = entry?.path();
        std::fs::copy(&path, folder.join(path.file_name().unwrap_or_default()))?;
    }
    std::fs::copy(built::test_guests().join("noop.wasm"), folder.join("noop.wasm"))?;
    let grant = format!("[capabilities]\nlog = true\n[tools.noop]\nallow = {rule}\n");
    std::fs::write(folder.join("noop.grant.toml"), grant)?;
    Ok(())
}

pub(crate) async fn measure(figures: &mut Figures) -> anyhow::Result<()> {
    let native = NativeServer::start()?;
    let measured = Measured::start().await?;
    let (baseline, noop) = (native.target(), measured.noop());
    for target in [&baseline, &noop] {
        target.run(CALLS, AT_ONCE).await?;
    }
    let (mut of_native, mut of_noop, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let native = round(&baseline, native.pid()).await?;
        let component = round(&noop, measured.host.pid()).await?;
        of_native.push(native);
        of_noop.push(component);
        ratios.push(component / native);
    }
    figures.show(
        "native handler, no authorization: processor time of a call",
        median(of_native),
        "µs",
    );
    figures.show(
        "component, verified token from the cache: processor time of a call",
        median(of_noop),
        "µs",
    );
    figures.hold(
        "component to native handler",
        median(ratios),
        "times",
        Bound::AtMost(1.5),
    );
    Ok(())
}

/// A round of this measurement.
pub(crate) async fn round(target: &Target, pid: u32) -> anyhow::Result<f64> {
    target.processor_time(pid, CALLS, AT_ONCE).await
}
