//! Running other programs, with errors that say which one, how it ended and what it said.

use std::io::ErrorKind;
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};

/// How many lines of a failed program's output an error shows of its beginning and of its end: some programs give the
/// reason first and then their usage, others go on for long before they come to it.
const SHOWN_LINES: (usize, usize) = (10, 20);

/// Runs a program on our own terminal; an error unless it succeeds.
pub(crate) fn run(command: &mut Command) -> anyhow::Result<()> {
    let status = command.status().map_err(|error| not_started(command, error))?;
    expect_success(command, status, "")
}

/// Runs a program without showing its output, unless it fails; gives its standard output.
pub(crate) fn output_of(command: &mut Command) -> anyhow::Result<String> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .map_err(|error| not_started(command, error))?;
    let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    let said = format!("{stdout}{}", String::from_utf8_lossy(&output.stderr));
    expect_success(command, output.status, &said)?;
    Ok(stdout)
}

/// As [`output_of`], but the program is ended if it takes longer than `limit`.
pub(crate) fn output_within(command: &mut Command, limit: Duration) -> anyhow::Result<String> {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| not_started(command, error))?;
    // The pipes are read on threads of their own, which are left behind if a grandchild keeps a pipe open.
    let (sender, receiver) = std::sync::mpsc::channel();
    let pipes: [Option<Box<dyn std::io::Read + Send>>; 2] = [
        child.stdout.take().map(|pipe| Box::new(pipe) as _),
        child.stderr.take().map(|pipe| Box::new(pipe) as _),
    ];
    for (index, mut pipe) in pipes.into_iter().flatten().enumerate() {
        let sender = sender.clone();
        std::thread::spawn(move || {
            let mut said = Vec::new();
            // An unreadable pipe ends what the program said; how it ended is still told.
            let _ = pipe.read_to_end(&mut said);
            let _ = sender.send((index, said));
        });
    }
    drop(sender);

    let deadline = Instant::now() + limit;
    let status = loop {
        if let Some(status) = child.try_wait().context("a program's end can't be awaited")? {
            break status;
        }
        if Instant::now() >= deadline {
            // It may have ended by itself in the meantime: then there is nothing to end.
            let _ = child.kill();
            let _ = child.wait();
            bail!(
                "`{}` did not finish within {} s and was ended",
                line_of(command),
                limit.as_secs()
            );
        }
        std::thread::sleep(Duration::from_millis(20));
    };
    let mut said = [Vec::new(), Vec::new()];
    while let Ok((index, text)) = receiver.recv_timeout(Duration::from_secs(1)) {
        said[index] = text;
    }
    let [stdout, stderr] = said.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    expect_success(command, status, &format!("{stdout}{stderr}"))?;
    Ok(stdout)
}

/// Whether a program of this name is on `PATH`.
pub(crate) fn is_on_path(program: &str) -> bool {
    let name = format!("{program}{}", std::env::consts::EXE_SUFFIX);
    std::env::var_os("PATH").is_some_and(|path| std::env::split_paths(&path).any(|folder| folder.join(&name).is_file()))
}

/// The command as a person would type it, near enough: the program by its name only.
pub(crate) fn line_of(command: &Command) -> String {
    let program = Path::new(command.get_program());
    std::iter::once(program.file_stem().unwrap_or(program.as_os_str()))
        .chain(command.get_args())
        .map(|word| word.to_string_lossy())
        .collect::<Vec<_>>()
        .join(" ")
}

fn not_started(command: &Command, error: std::io::Error) -> anyhow::Error {
    let program = command.get_program().to_string_lossy();
    if error.kind() == ErrorKind::NotFound {
        anyhow::anyhow!("`{program}` was not found: install it, or put it on PATH")
    } else {
        anyhow::Error::new(error).context(format!("`{program}` can't be started"))
    }
}

fn expect_success(command: &Command, status: ExitStatus, said: &str) -> anyhow::Result<()> {
    if status.success() {
        return Ok(());
    }
    let mut message = format!("`{}` failed ({status})", line_of(command));
    let lines: Vec<&str> = said.lines().collect();
    let (beginning, end) = SHOWN_LINES;
    for (index, line) in lines.iter().enumerate() {
        if index < beginning || index + end >= lines.len() {
            message.push('\n');
            message.push_str(line);
        } else if index == beginning {
            message.push_str("\n…");
        }
    }
    bail!(message)
}

#[cfg(all(test, unix))]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn a_failure_shows_what_the_program_said() {
        let error = output_of(&mut shell("echo the reason >&2; exit 3"))
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("exit status: 3") && error.contains("the reason"),
            "{error}"
        );
    }

    #[test]
    fn a_failure_after_a_long_tale_shows_its_beginning_and_its_end() {
        let error = output_of(&mut shell("seq 100; exit 1")).unwrap_err().to_string();
        let lines: Vec<&str> = error.lines().skip(1).collect();
        assert_eq!((lines[0], lines[9], lines[10], lines[11]), ("1", "10", "…", "81"));
        assert_eq!(lines.last(), Some(&"100"));
    }

    #[test]
    fn a_missing_program_is_named() {
        let error = run(&mut Command::new("no-such-program-anywhere"))
            .unwrap_err()
            .to_string();
        assert!(error.contains("`no-such-program-anywhere` was not found"), "{error}");
    }

    #[test]
    fn a_program_that_hangs_is_ended_at_the_limit() {
        let started = Instant::now();
        let error = output_within(&mut shell("exec sleep 60"), Duration::from_millis(200))
            .unwrap_err()
            .to_string();
        assert!(error.contains("did not finish"), "{error}");
        assert!(started.elapsed() < Duration::from_secs(20));
    }

    #[test]
    fn a_program_within_the_limit_gives_its_output() {
        let said = output_within(&mut shell("echo out; echo err >&2"), Duration::from_secs(30)).unwrap();
        assert_eq!(said, "out\n");
    }
}
