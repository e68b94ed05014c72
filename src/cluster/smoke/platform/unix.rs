//! What Unix has for programs and files.

use std::fs::Metadata;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::os::unix::process::ExitStatusExt as _;
use std::process::ExitStatus;

use seatrial_api::ProcessGroup;
use tokio::net::unix::pipe;
use tokio::process::{Child, Command};

/// Starts a program; what it prints on standard output and standard error comes through one pipe.
pub(crate) fn start(command: &mut Command) -> io::Result<(Child, ProcessGroup, pipe::Receiver)> {
    let (reader, writer) = io::pipe()?;
    command.stdout(writer.try_clone()?).stderr(writer);
    let (child, group) = ProcessGroup::start(command)?;
    Ok((child, group, pipe::Receiver::from_owned_fd(reader.into())?))
}

/// The signal that ended a program.
pub(crate) fn signal(status: ExitStatus) -> Option<i32> {
    status.signal()
}

/// What of a file changes when it is written.
pub(crate) type Mark = [i64; 6];

/// That of a file.
pub(crate) fn mark(file: &Metadata) -> Mark {
    let number = |unsigned: u64| i64::from_ne_bytes(unsigned.to_ne_bytes());
    [file.mtime(), file.mtime_nsec(), file.ctime(), file.ctime_nsec(), number(file.ino()), number(file.len())]
}
