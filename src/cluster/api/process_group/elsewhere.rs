//! Where there are no process groups, programs are not run: what they started would outlive a deadline and a cancelled run.

use std::convert::Infallible;
use std::fs::Metadata;
use std::io;
use std::path::Path;

use tokio::process::{Child, Command};

const REFUSED: &str = "programs are run on Linux and macOS only, where all that they started can be ended with them";

/// The processes that a program started: never any.
#[derive(Debug)]
pub struct ProcessGroup(Infallible);

impl ProcessGroup {
    /// Starts nothing.
    ///
    /// # Errors
    /// Always: why programs are not run here.
    pub fn start(_: &mut Command) -> io::Result<(Child, ProcessGroup)> {
        Err(refused())
    }

    /// The same with what left the group.
    #[must_use]
    pub fn marked(self, _: &str, _: &str) -> ProcessGroup {
        match self.0 {}
    }

    /// Its leader has ended by itself.
    pub fn forget(&mut self) {
        match self.0 {}
    }

    /// Asks all of them to end.
    pub fn terminate(&self) {
        match self.0 {}
    }

    /// Ends all of them.
    pub fn kill(&self) {
        match self.0 {}
    }
}

/// A command; its name is that of its file.
pub(crate) fn command_called(_: &str, program: &Path) -> Command {
    Command::new(program)
}

/// Whether programs are run here, else why not.
pub(crate) fn check_possible() -> io::Result<()> {
    Err(refused())
}

fn refused() -> io::Error {
    io::Error::new(io::ErrorKind::Unsupported, REFUSED)
}

/// Whether a file can be run.
pub(crate) fn is_program(file: &Metadata) -> bool {
    file.is_file()
}
