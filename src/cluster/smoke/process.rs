//! A program on this machine: run with a deadline, its output kept as far as a person reads it, and all that it started ended with it.

pub(crate) mod tail;

use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use futures::FutureExt as _;
use futures::future::FusedFuture;
use seatrial_api::ProcessGroup;
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::process::{Child, Command};

use crate::platform;
use crate::process::tail::Tail;

/// After SIGTERM a program has this long to end by itself.
const GRACE: Duration = Duration::from_secs(5);

/// After its end its output is read no longer than this: what it left running may hold it open.
const LAST_WORDS: Duration = Duration::from_millis(500);

/// A variable whose value no other program has: what a program started is known by it, whatever session it went to.
const MARK: &str = "SEATRIAL_PROCESS";

/// How many programs this process has started.
static STARTED: AtomicU32 = AtomicU32::new(0);

/// A program, ready to run.
#[derive(Debug)]
pub(crate) struct Program {
    /// Its name or path, and its arguments.
    pub(crate) arguments: Vec<String>,
    pub(crate) directory: PathBuf,
    /// All that it is given of an environment.
    pub(crate) variables: Vec<(String, String)>,
    /// The run that it belongs to: a few letters and digits.
    pub(crate) run: String,
}

/// How a program ended.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    Code(i32),
    Signal(i32),
    /// It was still running at the deadline, and was ended.
    Late,
    /// It could not be started: why, as a clause.
    NotStarted(String),
}

/// Runs it once; what it printed on standard output and standard error stands in one text, in the order in which it came.
#[allow(clippy::disallowed_methods, reason = "the rim: a program of this process is known by its mark")]
pub(crate) async fn run(program: &Program, deadline: Duration) -> (Exit, Tail) {
    let mut tail = Tail::default();
    let mark = format!("{}-{}-{}", program.run, std::process::id(), STARTED.fetch_add(1, Ordering::Relaxed));
    let exit = match start(program, &mark) {
        Ok((child, group, output)) => follow((child, group), output, deadline, &mut tail).await,
        Err(error) => Exit::NotStarted(not_started(program, &error)),
    };
    (exit, tail)
}

fn start(program: &Program, mark: &str) -> std::io::Result<(Child, ProcessGroup, impl AsyncRead + Unpin + use<>)> {
    let Some((name, arguments)) = program.arguments.split_first() else {
        return Err(std::io::ErrorKind::NotFound.into());
    };
    let mut command = Command::new(name);
    command.args(arguments).current_dir(&program.directory).env_clear().envs(program.variables.iter().cloned());
    command.env(MARK, mark).stdin(Stdio::null());
    let (child, group, output) = platform::start(&mut command)?;
    Ok((child, group.marked(MARK, mark), output))
}

async fn follow(
    (mut child, group): (Child, ProcessGroup),
    output: impl AsyncRead + Unpin,
    deadline: Duration,
    tail: &mut Tail,
) -> Exit {
    let reading = read(output, tail).fuse();
    tokio::pin!(reading);
    let ended = tokio::time::timeout(deadline, async {
        tokio::select! {
            status = child.wait() => status,
            // It may close its output and go on.
            () = &mut reading => child.wait().await,
        }
    });
    let status = match ended.await {
        Ok(status) => status,
        Err(_) => {
            group.terminate();
            let _ = tokio::time::timeout(GRACE, child.wait()).await;
            group.kill();
            last_words(&mut reading).await;
            return Exit::Late;
        }
    };
    last_words(&mut reading).await;
    // What it left running ends here.
    drop(group);
    exit_of(status)
}

/// Waits a moment for the rest of the output.
async fn last_words(reading: &mut (impl FusedFuture<Output = ()> + Unpin)) {
    if !reading.is_terminated() {
        let _ = tokio::time::timeout(LAST_WORDS, reading).await;
    }
}

fn exit_of(status: std::io::Result<ExitStatus>) -> Exit {
    match status {
        Ok(status) => match (status.code(), platform::signal(status)) {
            (Some(code), _) => Exit::Code(code),
            (None, signal) => Exit::Signal(signal.unwrap_or_default()),
        },
        Err(error) => Exit::NotStarted(format!("cannot be waited for: {error}")),
    }
}

/// Reads to the end; what is too much for the tail is counted and dropped. A future that is dropped leaves what was read.
async fn read(mut output: impl AsyncRead + Unpin, tail: &mut Tail) {
    let mut buffer = vec![0; 64 << 10];
    while let Ok(count) = output.read(&mut buffer).await {
        match buffer.get(..count) {
            Some(bytes) if !bytes.is_empty() => tail.push(bytes),
            _ => return,
        }
    }
}

#[allow(clippy::disallowed_methods, reason = "the rim: whether a directory is there")]
fn not_started(program: &Program, error: &std::io::Error) -> String {
    let name = program.arguments.first().map_or("", String::as_str);
    match error.kind() {
        _ if !program.directory.is_dir() => format!("the directory `{}` does not exist", program.directory.display()),
        std::io::ErrorKind::NotFound => format!("`{name}` is not installed: it was not found in PATH"),
        std::io::ErrorKind::PermissionDenied => format!("`{name}` cannot be run: permission denied"),
        _ => format!("`{name}` cannot be run: {error}"),
    }
}
