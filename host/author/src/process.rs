//! Running the programs that build: what they say goes on unchanged, and is kept for whoever asks later.

use std::io::{ErrorKind, Read};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use crate::build::BuildError;
use crate::progress::Progress;

/// Between two looks whether a program has ended, or is to be stopped.
const LOOK: Duration = Duration::from_millis(20);

/// How long to wait for the rest of what a program said when it has ended: a process that it left behind may hold its pipe open.
const REST: Duration = Duration::from_millis(500);

/// Runs a program to its end and passes on what it says, on either stream.
///
/// # Errors
/// [`BuildError::Failed`] with all that it said; [`BuildError::NotStarted`]; [`BuildError::Stopped`].
pub(crate) fn run(command: &mut Command, progress: &Progress) -> Result<(), BuildError> {
    if progress.is_stopped() {
        return Err(BuildError::Stopped);
    }
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|source| not_started(command, source))?;
    let (sender, receiver) = mpsc::channel();
    if let Some(stdout) = child.stdout.take() {
        read(stdout, sender.clone());
    }
    if let Some(stderr) = child.stderr.take() {
        read(stderr, sender);
    }
    let mut said = Vec::new();
    let mut take = |bytes: Vec<u8>| {
        progress.pass_on(&bytes);
        said.extend(bytes);
    };
    let status = loop {
        match receiver.recv_timeout(LOOK) {
            Ok(bytes) => take(bytes),
            Err(mpsc::RecvTimeoutError::Timeout) => {}
            // Both pipes are closed: there is nothing to do but wait.
            Err(mpsc::RecvTimeoutError::Disconnected) => thread::sleep(LOOK),
        }
        if progress.is_stopped() {
            // It may have ended by itself in the meantime: then there is nothing to end.
            let _ = child.kill();
            let _ = child.wait();
            return Err(BuildError::Stopped);
        }
        match child.try_wait() {
            Ok(None) => {}
            Ok(Some(status)) => break status,
            Err(source) => return Err(not_started(command, source)),
        }
    };
    while let Ok(bytes) = receiver.recv_timeout(REST) {
        take(bytes);
    }
    if status.success() {
        return Ok(());
    }
    Err(BuildError::Failed {
        command: line_of(command),
        status,
        said: plain(&String::from_utf8_lossy(&said)),
    })
}

/// What a program says on standard output; none if it can't be started or fails. For questions about the machine.
pub(crate) fn answer(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    output
        .status
        .success()
        .then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

fn read(mut pipe: impl Read + Send + 'static, sender: mpsc::Sender<Vec<u8>>) {
    thread::spawn(move || {
        let mut buffer = [0; 8192];
        while let Ok(count @ 1..) = pipe.read(&mut buffer) {
            if sender.send(buffer[..count].to_vec()).is_err() {
                break;
            }
        }
    });
}

fn not_started(command: &Command, source: std::io::Error) -> BuildError {
    let program = command.get_program().to_string_lossy().into_owned();
    BuildError::NotStarted {
        advice: if source.kind() == ErrorKind::NotFound {
            "; install it, or put it on PATH"
        } else {
            ""
        },
        program,
        source,
    }
}

/// The command as a person would type it, near enough: the program by its name only.
fn line_of(command: &Command) -> String {
    let program = Path::new(command.get_program());
    std::iter::once(program.file_stem().unwrap_or(program.as_os_str()))
        .chain(command.get_args())
        .map(|word| word.to_string_lossy())
        .collect::<Vec<_>>()
        .join(" ")
}

/// Without the escape sequences that colour a terminal (ECMA-48, "CSI … m" and the like).
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(character) = rest.next() {
        if character != '\u{1b}' {
            plain.push(character);
        } else if rest.next_if_eq(&'[').is_some() {
            // Parameters and intermediates, up to the final byte.
            while rest.next().is_some_and(|next| !('@'..='~').contains(&next)) {}
        }
    }
    plain
}

#[cfg(all(test, unix))]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::io::Write;
    use std::sync::{Arc, Mutex};
    use std::time::Instant;

    use super::*;

    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<u8>>>);

    impl Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn what_a_program_says_goes_on_unchanged_and_is_kept_without_colours() {
        let kept = Kept::default();
        let progress = Progress::to(kept.clone(), true);
        let failed = run(
            &mut shell(r"printf '\033[31merror\033[0m: no\n' >&2; exit 3"),
            &progress,
        )
        .unwrap_err();
        assert_eq!(kept.0.lock().unwrap().as_slice(), b"\x1b[31merror\x1b[0m: no\n");
        let BuildError::Failed { said, status, command } = failed else {
            panic!("{failed:?}")
        };
        assert_eq!((said.as_str(), status.code()), ("error: no\n", Some(3)));
        assert!(command.starts_with("sh -c"), "{command}");
    }

    #[test]
    fn a_stopped_build_ends_the_program_that_runs_and_starts_no_other() {
        let progress = Progress::to(std::io::sink(), false);
        let (running, started) = (progress.clone(), Instant::now());
        let run_it = thread::spawn(move || run(&mut shell("exec sleep 60"), &running));
        progress.stop();
        assert!(matches!(run_it.join().unwrap(), Err(BuildError::Stopped)));
        assert!(started.elapsed() < Duration::from_secs(30));
        assert!(matches!(run(&mut shell("true"), &progress), Err(BuildError::Stopped)));
    }

    #[test]
    fn a_missing_program_is_named() {
        let progress = Progress::to(std::io::sink(), false);
        let error = run(&mut Command::new("no-such-program-anywhere"), &progress).unwrap_err();
        assert!(error.to_string().contains("`no-such-program-anywhere`"), "{error}");
    }
}
