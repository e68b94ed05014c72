//! Where programs are not run, and nothing writes files but what others started.

use std::fs::Metadata;
use std::io;
use std::process::ExitStatus;
use std::time::SystemTime;

use seatrial_api::ProcessGroup;
use tokio::process::{Child, Command};

/// Starts nothing, and says why.
pub(crate) fn start(command: &mut Command) -> io::Result<(Child, ProcessGroup, tokio::io::Empty)> {
    let (child, group) = ProcessGroup::start(command)?;
    Ok((child, group, tokio::io::empty()))
}

/// The signal that ended a program: there are none.
pub(crate) fn signal(_: ExitStatus) -> Option<i32> {
    None
}

/// What of a file changes when it is written.
pub(crate) type Mark = (Option<SystemTime>, Option<SystemTime>, u64);

/// That of a file.
pub(crate) fn mark(file: &Metadata) -> Mark {
    (file.modified().ok(), file.created().ok(), file.len())
}
