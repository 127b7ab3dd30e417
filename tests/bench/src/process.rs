//! What the kernel knows of a process.

use std::fs;
use std::time::Duration;

use anyhow::{Context, anyhow};

/// The processor time of a process, all of its threads together, those that have ended excepted.
pub(crate) fn processor_time(pid: u32) -> anyhow::Result<Duration> {
    let mut nanoseconds = 0;
    for thread in fs::read_dir(format!("/proc/{pid}/task")).context("the server is gone")? {
        // A thread that ends between the two reads is one that did nothing lately.
        let Ok(text) = fs::read_to_string(thread?.path().join("schedstat")) else {
            continue;
        };
        nanoseconds += text.split(' ').next().unwrap_or_default().parse::<u64>().unwrap_or(0);
    }
    Ok(Duration::from_nanos(nanoseconds))
}

/// The resident memory of a process, in MiB.
pub(crate) fn resident_mib(pid: u32) -> anyhow::Result<f64> {
    status_mib(pid, "VmRSS")
}

/// The most resident memory that a process has had since [`forget_peak`], in MiB.
pub(crate) fn peak_mib(pid: u32) -> anyhow::Result<f64> {
    status_mib(pid, "VmHWM")
}

/// Lets the peak of a process's memory begin anew. Source: proc_pid_clear_refs(5).
pub(crate) fn forget_peak(pid: u32) -> anyhow::Result<()> {
    fs::write(format!("/proc/{pid}/clear_refs"), "5").context("the peak of memory can't be reset")
}

fn status_mib(pid: u32, name: &str) -> anyhow::Result<f64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).context("the server is gone")?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    let kib: f64 = line
        .and_then(|line| line.trim().strip_suffix(" kB"))
        .and_then(|kib| kib.trim().parse().ok())
        .ok_or_else(|| anyhow!("no {name} in /proc/{pid}/status"))?;
    Ok(kib / 1024.0)
}
