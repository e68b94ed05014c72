//! The processes that a program started, as one: they end together.

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::process::Child;

/// The process group of a child that was started with `process_group(0)`. It is killed when this is dropped: at a deadline, or when the run
/// is cancelled.
#[derive(Debug)]
pub struct ProcessGroup(Option<Pid>);

impl ProcessGroup {
    /// That of a child, which leads it.
    #[must_use]
    pub fn of(child: &Child) -> ProcessGroup {
        ProcessGroup(child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw))
    }

    /// Its leader has ended by itself, and its number may soon be another's.
    pub fn forget(&mut self) {
        self.0 = None;
    }

    /// Asks all of them to end (SIGTERM).
    pub fn terminate(&self) {
        self.signal(Signal::TERM);
    }

    /// Ends all of them (SIGKILL).
    pub fn kill(&self) {
        self.signal(Signal::KILL);
    }

    fn signal(&self, signal: Signal) {
        if let Some(leader) = self.0 {
            // The usual answer is that nobody is left: that is what is wanted.
            let _ = kill_process_group(leader, signal);
        }
    }
}

impl Drop for ProcessGroup {
    fn drop(&mut self) {
        self.kill();
    }
}
