//! Sends requests, so many at once, and counts.
//!
//! The servers have the machine to share with this: so requests are written once, answers are read no further than needed, and one
//! thread does it all. A client that people use takes several times the time, which would count as the servers'.

use std::cell::Cell;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use futures_util::future::try_join_all;
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use usher_tests::mcp;

use crate::process::processor_time;

/// A tool of a server, and how to call it.
#[derive(Clone)]
pub(crate) struct Target {
    pub(crate) url: String,
    /// One for each caller; connections take them in turn. None: without a token.
    pub(crate) tokens: Vec<Option<String>>,
    pub(crate) tool: &'static str,
    pub(crate) arguments: Value,
}

impl Target {
    /// Makes `calls` calls on `at_once` connections, one at a time on each, and takes their time.
    ///
    /// # Errors
    /// A call didn't go well.
    pub(crate) async fn run(&self, calls: u64, at_once: usize) -> anyhow::Result<Duration> {
        let target = self.clone();
        tokio::task::spawn_blocking(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(target.run_here(calls, at_once))
        })
        .await?
    }

    /// Makes calls of the process with this id; gives what one of them costs it, in microseconds.
    ///
    /// # Errors
    /// A call didn't go well, or the process is gone.
    pub(crate) async fn processor_time(&self, pid: u32, calls: u64, at_once: usize) -> anyhow::Result<f64> {
        let before = processor_time(pid)?;
        self.run(calls, at_once).await?;
        let spent = processor_time(pid)?.saturating_sub(before);
        Ok(spent.as_secs_f64() * 1e6 / calls as f64)
    }

    async fn run_here(&self, calls: u64, at_once: usize) -> anyhow::Result<Duration> {
        let (address, path) = self
            .url
            .strip_prefix("http://")
            .and_then(|rest| rest.split_once('/'))
            .with_context(|| format!("{} isn't a plain URL", self.url))?;
        let requests: Vec<Vec<u8>> = self
            .tokens
            .iter()
            .map(|token| self.request(address, path, token.as_deref()))
            .collect();
        let mut connections = Vec::new();
        for _ in 0..at_once {
            connections.push(Connection::open(address).await?);
        }
        let left = Cell::new(calls);
        let started = Instant::now();
        let callers = connections
            .iter_mut()
            .zip(requests.iter().cycle())
            .map(|(connection, request)| {
                let left = &left;
                async move {
                    while left.get() > 0 {
                        left.set(left.get() - 1);
                        let answer = connection.answer(request).await?;
                        let good = answer.windows(15).any(|window| window == b"\"isError\":false");
                        ensure!(good, "{} failed: {}", self.tool, String::from_utf8_lossy(answer));
                    }
                    anyhow::Ok(())
                }
            });
        try_join_all(callers).await?;
        Ok(started.elapsed())
    }

    fn request(&self, address: &str, path: &str, token: Option<&str>) -> Vec<u8> {
        let body = mcp::call(1, self.tool, &self.arguments).to_string();
        let authorization = token.map_or(String::new(), |token| format!("Authorization: Bearer {token}\r\n"));
        format!(
            "POST /{path} HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\n\
             Accept: application/json, text/event-stream\r\nMCP-Protocol-Version: {}\r\nMcp-Method: tools/call\r\n\
             Mcp-Name: {}\r\n{authorization}Content-Length: {}\r\n\r\n{body}",
            mcp::VERSION,
            self.tool,
            body.len()
        )
        .into_bytes()
    }
}

struct Connection {
    stream: TcpStream,
    read: Vec<u8>,
}

impl Connection {
    async fn open(address: &str) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            read: Vec::with_capacity(16 * 1024),
        })
    }

    /// Sends a request; gives the answer, head and body.
    async fn answer(&mut self, request: &[u8]) -> anyhow::Result<&[u8]> {
        self.stream.write_all(request).await?;
        self.read.clear();
        loop {
            let count = self.stream.read_buf(&mut self.read).await?;
            ensure!(count > 0, "the server closed a connection");
            if length(&self.read)?.is_some_and(|length| self.read.len() >= length) {
                return Ok(&self.read);
            }
        }
    }
}

/// The length of an answer, once its head is there.
fn length(read: &[u8]) -> anyhow::Result<Option<usize>> {
    const NAME: &str = "content-length:";
    let Some(end) = read.windows(4).position(|window| window == b"\r\n\r\n") else {
        return Ok(None);
    };
    let head = std::str::from_utf8(&read[..end])?;
    let body = head
        .lines()
        .find(|line| {
            line.get(..NAME.len())
                .is_some_and(|name| name.eq_ignore_ascii_case(NAME))
        })
        .with_context(|| format!("an answer doesn't say how long it is: {head}"))?;
    Ok(Some(end + 4 + body[NAME.len()..].trim().parse::<usize>()?))
}
