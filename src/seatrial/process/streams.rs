//! Standard output and standard error: the only writers of both. Whatever goes there says what it is, and is made harmless accordingly.
//!
//! Files are none of this: they are read by programs, and each format escapes for its own reader.

use std::io::{self, IsTerminal, Write};
use std::path::Path;

use clap::builder::Styles;
use indicatif::ProgressDrawTarget;
use seatrial_ci::{LogCommands, neutralised, neutralised_json, neutralised_painted};
use seatrial_model::{Masker, shown_on_one_line};

#[cfg_attr(unix, path = "streams/unix.rs")]
#[cfg_attr(windows, path = "streams/windows.rs")]
mod platform;

/// What is written.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Written<'a> {
    /// Lines in which no control character is ours.
    Text(&'a str),
    /// What our reporter has painted: the colours are its own, and it shows the control characters of others as escapes.
    Painted(&'a str),
    /// JSON, indented: its values stay the same.
    Json(&'a str),
    /// Manifests, as a cluster receives them, or a patch, as git does: who writes them to what may be a log has seen to it that nothing in them is obeyed.
    Manifests(&'a str),
    /// What the CI host is to obey.
    Commands(&'a LogCommands),
}

impl Written<'_> {
    /// As it is, for a file.
    pub(crate) fn as_str(&self) -> &str {
        match self {
            Written::Text(text) | Written::Painted(text) | Written::Json(text) | Written::Manifests(text) => text,
            Written::Commands(commands) => commands.as_str(),
        }
    }

    fn harmless(self) -> String {
        match self {
            Written::Text(text) => neutralised(text),
            Written::Painted(text) => neutralised_painted(text),
            Written::Json(text) => neutralised_json(text),
            Written::Manifests(_) | Written::Commands(_) => self.as_str().to_owned(),
        }
    }
}

/// Writes to standard output. A reader that has read enough and closed it (`seatrial validate | head -1`) is not a failure.
///
/// # Errors
/// When standard output cannot be written for another reason: a full disk.
pub(crate) fn print(written: Written<'_>) -> io::Result<()> {
    write_all(io::stdout().lock(), written)
}

/// Writes to standard error. That it is closed must not end a run.
pub(crate) fn tell(written: Written<'_>) {
    let _ = write_all(io::stderr().lock(), written);
}

/// One of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stream {
    /// Standard output.
    Output,
    /// Standard error.
    Error,
}

impl Stream {
    /// The stream that a path leads to: who asks for the file `/dev/stdout` asks for the stream.
    pub(crate) fn behind(path: &Path) -> Option<Stream> {
        let named = |names: [&str; 3]| names.iter().any(|name| path == Path::new(name));
        let is = |stream: &str| platform::is_one_file(path, Path::new(stream));
        if named(["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"]) || is("/dev/stdout") {
            return Some(Stream::Output);
        }
        let is_error = named(["/dev/stderr", "/dev/fd/2", "/proc/self/fd/2"]) || is("/dev/stderr");
        is_error.then_some(Stream::Error)
    }

    /// Its name for people.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Stream::Output => "standard output",
            Stream::Error => "standard error",
        }
    }

    /// Whether it was redirected into a file; the log of a CI is a pipe, where the CI obeys what is in it.
    pub(crate) fn is_a_file(self) -> bool {
        let file = match self {
            Stream::Output => platform::file(&io::stdout()),
            Stream::Error => platform::file(&io::stderr()),
        };
        file.and_then(|file| file.metadata()).is_ok_and(|metadata| metadata.is_file())
    }

    /// Writes to it.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(crate) fn write(self, written: Written<'_>) -> io::Result<()> {
        match self {
            Stream::Output => print(written),
            Stream::Error => write_all(io::stderr().lock(), written),
        }
    }
}

/// Writes one line to standard error, whatever is in it.
pub(crate) fn tell_line(line: &str) {
    tell(Written::Text(&format!("{}\n", harmless_line(line))));
}

/// Text that is one line and stays it, for a bar that is drawn by others.
pub(crate) fn harmless_line(line: &str) -> String {
    neutralised(&shown_on_one_line(line))
}

fn write_all(mut stream: impl Write, written: Written<'_>) -> io::Result<()> {
    // Manifests are many, and are written as they are.
    let result = match written {
        Written::Manifests(text) => stream.write_all(text.as_bytes()),
        other => stream.write_all(other.harmless().as_bytes()),
    };
    match result.and_then(|()| stream.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => result,
    }
}

/// Whether a person types at standard input.
pub(crate) fn input_is_watched() -> bool {
    io::stdin().is_terminal()
}

/// Whether a person watches standard output.
pub(crate) fn output_is_watched() -> bool {
    io::stdout().is_terminal()
}

/// Whether a person watches standard error.
pub(crate) fn errors_are_watched() -> bool {
    io::stderr().is_terminal()
}

/// Where a bar is drawn; what it shows has been through [`harmless_line`].
pub(crate) fn bar_target() -> ProgressDrawTarget {
    ProgressDrawTarget::stderr()
}

/// The styles of the command line's own help and errors. They quote flags' variables as these are: with an escape in one there are no colours.
pub(crate) fn usage_styles() -> Styles {
    let mut quoted = std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("SEATRIAL_"));
    let is_wanted = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    let has_escape = quoted.any(|(_, value)| value.to_string_lossy().contains('\u{1b}'));
    let is_painted = is_wanted && !has_escape && output_is_watched() && errors_are_watched();
    if is_painted { Styles::default() } else { Styles::plain() }
}

/// A writer for events of `-v`: each is one line.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Events;

impl Write for Events {
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(event);
        tell_line(text.trim_end_matches('\n'));
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Panics, too, quote what they were about.
pub(crate) fn tell_of_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let thread = std::thread::current();
        let name = thread.name().unwrap_or("<unnamed>");
        let trace = std::backtrace::Backtrace::capture();
        let trace = if trace.status() == std::backtrace::BacktraceStatus::Captured {
            format!("{trace}")
        } else {
            String::new()
        };
        let told = format!("thread '{name}' {panic}\n{trace}");
        tell(Written::Text(&Masker::new().mask(&told)));
    }));
}
