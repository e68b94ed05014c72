//! The processes that a program started, as one: they end together.
#![allow(clippy::disallowed_methods, reason = "what runs on this machine is read from /proc")]

use std::fs::Metadata;
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use tokio::process::{Child, Command};

/// While what is killed starts others, they are looked for so many times.
const ROUNDS: usize = 20;

/// The process group of a child. It is killed when this is dropped: at a deadline, or when the run is cancelled.
#[derive(Debug)]
pub struct ProcessGroup {
    leader: Option<Pid>,
    /// A variable that the child was given, `NAME=VALUE`: whoever inherited it belongs to the child.
    mark: Option<String>,
}

impl ProcessGroup {
    /// Starts a program as the leader of a group of its own, so that what it starts dies with it.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start(command: &mut Command) -> io::Result<(Child, ProcessGroup)> {
        let child = command.process_group(0).kill_on_drop(true).spawn()?;
        let leader = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        Ok((child, ProcessGroup { leader, mark: None }))
    }

    /// The same with what left the group and still has a variable that nobody else has: a daemon has a session of its own.
    #[must_use]
    pub fn marked(mut self, name: &str, value: &str) -> ProcessGroup {
        self.mark = Some(format!("{name}={value}"));
        self
    }

    /// Its leader has ended by itself, and its number may soon be another's.
    pub fn forget(&mut self) {
        self.leader = None;
    }

    /// Asks all of them to end (SIGTERM).
    pub fn terminate(&self) {
        self.signal(Signal::TERM);
        for process in self.marked_processes() {
            let _ = kill_process(process, Signal::TERM);
        }
    }

    /// Ends all of them (SIGKILL).
    pub fn kill(&self) {
        self.signal(Signal::KILL);
        for _ in 0..ROUNDS {
            let left = self.marked_processes();
            if left.is_empty() {
                return;
            }
            for process in left {
                let _ = kill_process(process, Signal::KILL);
            }
        }
    }

    fn signal(&self, signal: Signal) {
        if let Some(leader) = self.leader {
            // The usual answer is that nobody is left: that is what is wanted.
            let _ = kill_process_group(leader, signal);
        }
    }

    /// The processes that have the mark. One that has ended has no variables any more; where there is no `/proc`, none is found.
    fn marked_processes(&self) -> Vec<Pid> {
        let Some(mark) = &self.mark else { return Vec::new() };
        let processes = std::fs::read_dir("/proc").into_iter().flatten().flatten();
        let numbers = processes.filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok());
        let is_marked = |number: &i32| {
            let variables = std::fs::read(format!("/proc/{number}/environ")).unwrap_or_default();
            variables.split(|byte| *byte == 0).any(|variable| variable == mark.as_bytes())
        };
        numbers.filter(is_marked).filter_map(Pid::from_raw).collect()
    }
}

impl Drop for ProcessGroup {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A command that knows itself by another name than the path that it lies at.
pub(crate) fn command_called(name: &str, program: &Path) -> Command {
    let mut command = Command::new(program);
    command.arg0(name);
    command
}

/// Whether programs are run here, else why not.
pub(crate) fn check_possible() -> io::Result<()> {
    Ok(())
}

/// Whether a file can be run.
pub(crate) fn is_program(file: &Metadata) -> bool {
    file.is_file() && file.permissions().mode() & 0o111 != 0
}
