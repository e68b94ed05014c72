//! Progress on standard error: one line per change of state; on a terminal, the newest state below, updated in place.

use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use seatrial_ci::{Host, neutralised};
use seatrial_deploy::Progress;
use seatrial_model::Masker;

/// Where progress goes.
#[derive(Clone, Debug)]
pub(crate) struct ProgressLog {
    masker: Arc<Masker>,
    host: Host,
    sink: Sink,
}

#[derive(Clone, Debug)]
enum Sink {
    /// `-q`.
    Nowhere,
    /// A CI log, a pipe.
    Lines,
    /// A person.
    Terminal(ProgressBar),
}

impl ProgressLog {
    /// A log for a person at a terminal, or for a file.
    pub(crate) fn new(masker: &Arc<Masker>, host: Host, audience: Audience) -> ProgressLog {
        let sink = match audience {
            Audience::Nobody => Sink::Nowhere,
            Audience::LogFile => Sink::Lines,
            Audience::Person => Sink::Terminal(spinner()),
        };
        ProgressLog { masker: Arc::clone(masker), host, sink }
    }

    /// Writes a deployment's progress.
    pub(crate) fn deployment(&self, environment: &str, progress: &Progress) {
        let (stage, object, message) = match progress {
            Progress::Applied { summary } => ("deploy", "", summary.as_str()),
            Progress::Waiting { object, message } => ("wait", object.as_str(), message.as_str()),
            Progress::Ready { object } => ("ready", object.as_str(), ""),
            Progress::Failed { object, message } => ("fail", object.as_str(), message.as_str()),
            Progress::Note(note) => ("deploy", "", note.as_str()),
        };
        let line = if object.is_empty() {
            format!("{stage:<6} {environment:<5} {message}")
        } else {
            format!("{stage:<6} {environment:<5} {object:<10} {message}")
        };
        match progress {
            Progress::Waiting { .. } => self.state(&line),
            _ => self.line(&line),
        }
    }

    /// Writes a line that stays.
    pub(crate) fn line(&self, line: &str) {
        let line = self.clean(line);
        match &self.sink {
            Sink::Nowhere => {}
            Sink::Lines => write_line(&line),
            Sink::Terminal(bar) => bar.suspend(|| write_line(&line)),
        }
    }

    /// Writes a state that the next one replaces, where that can be done.
    fn state(&self, line: &str) {
        match &self.sink {
            Sink::Terminal(bar) => bar.set_message(self.clean(line)),
            _ => self.line(line),
        }
    }

    /// Ends the line that is updated in place.
    pub(crate) fn finish(&self) {
        if let Sink::Terminal(bar) = &self.sink {
            bar.finish_and_clear();
        }
    }

    fn clean(&self, line: &str) -> String {
        let masked = self.masker.mask(line.trim_end());
        let plain: String = masked.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        neutralised(self.host, &plain)
    }
}

/// Who reads the progress.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Audience {
    /// `-q`.
    Nobody,
    /// A CI log, a pipe.
    LogFile,
    /// A terminal.
    Person,
}

fn spinner() -> ProgressBar {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template("{spinner} {wide_msg} {elapsed}") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}

/// Progress must not end a run: a closed standard error is no reason to stop.
fn write_line(line: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}
