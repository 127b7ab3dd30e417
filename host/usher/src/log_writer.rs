//! Writes the log from a thread of its own.
//!
//! A line costs who logs it a copy into memory: no system call, and no thread to wake as long as lines keep coming. A reader of the
//! log who is slow, a pipe that is full, therefore stops no call, until a megabyte waits; then who logs waits, and no line is lost.
//! What was logged in the last hundredth of a second is lost if the process is killed.

use std::io::{self, Write};
use std::mem;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tracing_subscriber::fmt::MakeWriter;

/// How long a line waits at most.
const EVERY: Duration = Duration::from_millis(10);
/// How many times there was nothing to write before the thread sleeps until there is: a second.
const IDLE: u32 = 100;
/// Bytes that may wait.
const WAITING: usize = 1 << 20;

/// Takes lines.
#[derive(Clone)]
pub(crate) struct LogWriter(Arc<Shared>);

/// Keeps the thread. What waits is written when this is dropped.
pub(crate) struct LogThread {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    lines: Mutex<Vec<u8>>,
    room: Condvar,
    asleep: AtomicBool,
    stopped: AtomicBool,
    thread: std::sync::OnceLock<thread::Thread>,
}

/// Starts the thread, which writes to `sink`.
///
/// # Errors
/// The system has no thread left.
pub(crate) fn start(sink: impl Write + Send + 'static) -> io::Result<(LogWriter, LogThread)> {
    let shared = Arc::new(Shared::default());
    let writing = Arc::clone(&shared);
    let thread = thread::Builder::new()
        .name("log-writer".to_owned())
        .spawn(move || writing.write(sink))?;
    // Set once, here.
    let _ = shared.thread.set(thread.thread().clone());
    Ok((
        LogWriter(Arc::clone(&shared)),
        LogThread {
            shared,
            thread: Some(thread),
        },
    ))
}

impl Shared {
    fn lines(&self) -> MutexGuard<'_, Vec<u8>> {
        // A panic can't leave bytes in a state that isn't bytes.
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wake(&self) {
        if let Some(thread) = self.thread.get() {
            thread.unpark();
        }
    }

    fn write(&self, mut sink: impl Write) {
        let mut idle = 0;
        loop {
            let stopped = self.stopped.load(Ordering::SeqCst);
            let lines = mem::take(&mut *self.lines());
            self.room.notify_all();
            if lines.is_empty() {
                if stopped {
                    return;
                }
                idle += 1;
            } else {
                idle = 0;
                // There is nowhere to say that the log can't be written.
                let _ = sink.write_all(&lines).and_then(|()| sink.flush());
            }
            if idle < IDLE {
                thread::park_timeout(EVERY);
                continue;
            }
            // Sequentially consistent, as is the way of who logs: either this sees the line, or he sees this asleep.
            self.asleep.store(true, Ordering::SeqCst);
            if self.lines().is_empty() && !self.stopped.load(Ordering::SeqCst) {
                thread::park();
            }
            self.asleep.store(false, Ordering::SeqCst);
            idle = 0;
        }
    }
}

impl Write for &LogWriter {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let mut lines = self.0.lines();
        while lines.len() > WAITING && !self.0.stopped.load(Ordering::SeqCst) {
            self.0.wake();
            lines = self.0.room.wait(lines).unwrap_or_else(PoisonError::into_inner);
        }
        lines.extend_from_slice(line);
        drop(lines);
        if self.0.asleep.load(Ordering::SeqCst) {
            self.0.wake();
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for LogWriter {
    type Writer = &'a Self;

    fn make_writer(&'a self) -> Self::Writer {
        self
    }
}

impl Drop for LogThread {
    fn drop(&mut self) {
        self.shared.stopped.store(true, Ordering::SeqCst);
        self.shared.wake();
        if let Some(thread) = self.thread.take() {
            // It ends by itself, and a panic of it has been printed.
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Default)]
    struct Sink(Arc<Mutex<Vec<u8>>>);

    impl Write for Sink {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn every_line_is_written_whole_and_in_order_even_when_far_more_waits_than_may() {
        let sink = Sink::default();
        let (writer, thread) = start(sink.clone()).unwrap();
        let line = "x".repeat(1 << 10);
        for number in 0..4 * WAITING / line.len() {
            writeln!(&writer, "{number} {line}").unwrap();
        }
        drop(thread);
        let written = String::from_utf8(sink.0.lock().unwrap().clone()).unwrap();
        for (number, written) in written.lines().enumerate() {
            assert_eq!(written, format!("{number} {line}"));
        }
        assert_eq!(written.lines().count(), 4 * WAITING / line.len());
    }

    #[test]
    fn a_line_wakes_a_thread_that_sleeps() {
        let sink = Sink::default();
        let (writer, thread) = start(sink.clone()).unwrap();
        while !writer.0.asleep.load(Ordering::SeqCst) {
            thread::yield_now();
        }
        writeln!(&writer, "awake").unwrap();
        while sink.0.lock().unwrap().is_empty() {
            thread::yield_now();
        }
        drop(thread);
        assert_eq!(*sink.0.lock().unwrap(), b"awake\n");
    }
}
