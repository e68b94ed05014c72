//! Progress: lines on standard error, one per change of state; on a terminal, below them, a live table of what is waited for; and events
//! for programs in a file.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use seatrial_deploy::Progress;
use seatrial_model::{Masker, ObjectId, Stage, StageOutcome, StageResult, TestOutcome};

use crate::process::event_file::{About, Event, EventFile};
use crate::process::streams;
use crate::process::table::Table;

/// Where progress goes.
#[derive(Clone, Debug)]
pub(crate) struct ProgressLog {
    masker: Arc<Masker>,
    sink: Sink,
    events: Option<Arc<EventFile>>,
}

#[derive(Clone, Debug)]
enum Sink {
    /// `-q`.
    Nowhere,
    /// A CI log, a pipe.
    Lines,
    /// A person.
    Terminal(Arc<Mutex<Screen>>),
}

impl ProgressLog {
    /// A log for a person at a terminal, or for a file.
    pub(crate) fn new(masker: &Arc<Masker>, audience: Audience) -> ProgressLog {
        let sink = match audience {
            Audience::Nobody => Sink::Nowhere,
            Audience::LogFile => Sink::Lines,
            Audience::Person => Sink::Terminal(Arc::new(Mutex::new(Screen::new()))),
        };
        ProgressLog { masker: Arc::clone(masker), sink, events: None }
    }

    /// Writes events to this file, too.
    ///
    /// # Errors
    /// A sentence: why it cannot be written.
    pub(crate) fn with_events(self, path: Option<&Path>) -> Result<ProgressLog, String> {
        let events = path.map(EventFile::create).transpose()?.map(Arc::new);
        Ok(ProgressLog { events, ..self })
    }

    /// Writes a deployment's progress.
    pub(crate) fn deployment(&self, environment: &str, progress: &Progress) {
        let line = |word: &str, object: &ObjectId, message: &str| {
            self.line(&format!("{word:<6} {environment:<5} {:<16} {message}", object.kind_and_name()));
        };
        match progress {
            Progress::Applied { summary: message } | Progress::Note(message) => {
                self.event(environment, &About::Note, "deploying", message);
                self.line(&format!("{:<6} {environment:<5} {message}", "deploy"));
            }
            Progress::Waiting { object, message } => {
                let object = &object.masked(&self.masker);
                self.event(environment, &About::Object { object }, "waiting", message);
                match &self.sink {
                    Sink::Terminal(screen) => {
                        lock(screen).show(|table| table.wait(environment, object, &self.masked(message)));
                    }
                    _ => line("wait", object, message),
                }
            }
            Progress::Ready { object } => {
                let object = &object.masked(&self.masker);
                self.event(environment, &About::Object { object }, "ready", "");
                self.show(|table| table.ready(environment, object));
                line("ready", object, "");
            }
            Progress::Failed { object, message } => {
                let object = &object.masked(&self.masker);
                self.event(environment, &About::Object { object }, "failed", message);
                self.show(|table| table.fail(environment, object));
                line("fail", object, message);
            }
        }
    }

    /// Writes that a test begins: for programs alone.
    pub(crate) fn test_begins(&self, environment: &str, test: &str) {
        self.event(environment, &About::Test { test: &self.masked(test) }, "started", "");
    }

    /// Writes what became of a test.
    pub(crate) fn test(&self, environment: &str, test: &str, outcome: TestOutcome, message: &str) {
        let (word, state) = match outcome {
            TestOutcome::Passed => ("pass", "passed"),
            TestOutcome::Flaky => ("flaky", "flaky"),
            TestOutcome::Failed => ("fail", "failed"),
            TestOutcome::Tolerated => ("fail", "tolerated"),
            TestOutcome::Broken => ("fail", "broken"),
            TestOutcome::Unaffected | TestOutcome::Skipped => ("skip", "skipped"),
        };
        self.event(environment, &About::Test { test: &self.masked(test) }, state, message);
        self.line(&format!("{word:<6} {environment:<5} {test} {message}"));
    }

    /// Writes that a stage begins: for programs alone, as people see what it does.
    pub(crate) fn stage_begins(&self, environment: &str, stage: Stage) {
        self.event(environment, &About::Stage { stage }, "started", "");
    }

    /// Writes what became of a stage: for programs alone, as people have the report. Nothing of it is waited for any more.
    pub(crate) fn stage(&self, environment: &str, outcome: &StageOutcome) {
        self.show(Table::clear);
        let (state, message) = match &outcome.result {
            StageResult::Passed => ("passed", &outcome.summary),
            StageResult::Failed => ("failed", &outcome.summary),
            StageResult::Broken(why) => ("broken", why),
            StageResult::Skipped(why) => ("skipped", why),
        };
        self.event(environment, &About::Stage { stage: outcome.stage }, state, message);
    }

    /// Writes a line that stays.
    pub(crate) fn line(&self, line: &str) {
        let line = self.masked(line);
        match &self.sink {
            Sink::Nowhere => {}
            Sink::Lines => streams::tell_line(&line),
            Sink::Terminal(screen) => lock(screen).above(|| streams::tell_line(&line)),
        }
    }

    /// Writes why the program ends without a report: also for who wants no progress.
    pub(crate) fn error(&self, line: &str) {
        streams::tell_line(&self.masked(&format!("error: {line}")));
    }

    /// Ends what is updated in place.
    pub(crate) fn finish(&self) {
        self.show(Table::clear);
    }

    fn event(&self, environment: &str, about: &About<'_>, state: &str, message: &str) {
        let Some(events) = &self.events else { return };
        let message = self.masked(message);
        let event = Event { environment, about: about.clone(), state, message: &message };
        events.write(&event, seatrial_api::now());
    }

    /// Changes the table, where there is one.
    fn show(&self, change: impl FnOnce(&mut Table)) {
        if let Sink::Terminal(screen) = &self.sink {
            lock(screen).show(change);
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

/// A terminal: the table, and one bar for each of its lines.
#[derive(Debug)]
struct Screen {
    table: Table,
    drawn: MultiProgress,
    bars: Vec<ProgressBar>,
}

impl Screen {
    fn new() -> Screen {
        Screen {
            table: Table::default(),
            drawn: MultiProgress::with_draw_target(streams::bar_target()),
            bars: Vec::new(),
        }
    }

    /// Changes the table and draws it.
    fn show(&mut self, change: impl FnOnce(&mut Table)) {
        change(&mut self.table);
        let lines = self.table.lines();
        for bar in self.bars.drain(lines.len().min(self.bars.len())..) {
            bar.finish_and_clear();
            self.drawn.remove(&bar);
        }
        for (place, line) in lines.iter().enumerate() {
            if place == self.bars.len() {
                self.bars.push(self.drawn.add(row(place)));
            }
            if let Some(bar) = self.bars.get(place) {
                bar.set_message(streams::harmless_line(line));
            }
        }
    }

    /// Writes lines above it.
    fn above(&self, write: impl FnOnce()) {
        self.drawn.suspend(write);
    }
}

/// The first line moves and says how long it takes.
fn row(place: usize) -> ProgressBar {
    let bar = ProgressBar::hidden();
    let template = if place == 0 { "{spinner} {wide_msg} {elapsed}" } else { "{wide_msg}" };
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    if place == 0 {
        bar.enable_steady_tick(Duration::from_millis(120));
    }
    bar
}

fn lock(screen: &Mutex<Screen>) -> std::sync::MutexGuard<'_, Screen> {
    screen.lock().unwrap_or_else(PoisonError::into_inner)
}
