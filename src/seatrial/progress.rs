//! Progress on standard error: one line per change of state; on a terminal, the newest state below, updated in place.

use std::sync::Arc;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use seatrial_deploy::Progress;
use seatrial_model::Masker;

use crate::streams;

/// Where progress goes.
#[derive(Clone, Debug)]
pub(crate) struct ProgressLog {
    masker: Arc<Masker>,
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
    pub(crate) fn new(masker: &Arc<Masker>, audience: Audience) -> ProgressLog {
        let sink = match audience {
            Audience::Nobody => Sink::Nowhere,
            Audience::LogFile => Sink::Lines,
            Audience::Person => Sink::Terminal(spinner()),
        };
        ProgressLog { masker: Arc::clone(masker), sink }
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
            format!("{stage:<6} {environment:<5} {object:<16} {message}")
        };
        match progress {
            Progress::Waiting { .. } => self.state(&line),
            _ => self.line(&line),
        }
    }

    /// Writes a line that stays.
    pub(crate) fn line(&self, line: &str) {
        let line = self.masked(line);
        match &self.sink {
            Sink::Nowhere => {}
            Sink::Lines => streams::tell_line(&line),
            Sink::Terminal(bar) => bar.suspend(|| streams::tell_line(&line)),
        }
    }

    /// Writes why the program ends without a report: also for who wants no progress.
    pub(crate) fn error(&self, line: &str) {
        streams::tell_line(&self.masked(&format!("error: {line}")));
    }

    /// Writes a state that the next one replaces, where that can be done.
    fn state(&self, line: &str) {
        match &self.sink {
            Sink::Terminal(bar) => bar.set_message(streams::harmless_line(&self.masked(line))),
            _ => self.line(line),
        }
    }

    /// Ends the line that is updated in place.
    pub(crate) fn finish(&self) {
        if let Sink::Terminal(bar) = &self.sink {
            bar.finish_and_clear();
        }
    }

    fn masked(&self, line: &str) -> String {
        self.masker.mask(line.trim_end()).into_owned()
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
    let bar = ProgressBar::with_draw_target(None, streams::bar_target());
    if let Ok(style) = ProgressStyle::with_template("{spinner} {wide_msg} {elapsed}") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}
