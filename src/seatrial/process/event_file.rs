//! `--events FILE`: what happens, as JSON lines for programs: one event per change of state, at the moment of the change.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use seatrial_model::{ObjectId, Stage};
use serde::Serialize;

use crate::process::streams::{self, Stream};

/// Raised when a field changes its meaning or goes; new fields may come at any time.
const VERSION: u32 = 1;

/// One event. Everything in it is masked.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Event<'a> {
    /// The environment.
    pub(crate) environment: &'a str,
    /// What it is about.
    #[serde(flatten)]
    pub(crate) about: About<'a>,
    /// Its state from now on.
    pub(crate) state: &'a str,
    /// A clause for people; may be empty.
    pub(crate) message: &'a str,
}

/// What an event is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub(crate) enum About<'a> {
    /// An object on the cluster.
    Object {
        /// Which.
        object: &'a ObjectId,
    },
    /// A stage of the environment.
    Stage {
        /// Which.
        stage: Stage,
    },
    /// A test.
    Test {
        /// Its name.
        test: &'a str,
    },
    /// The deployment: what it does now.
    Note,
}

#[derive(Serialize)]
struct Line<'a> {
    version: u32,
    time: String,
    #[serde(flatten)]
    event: &'a Event<'a>,
}

/// The file, and what was written of each subject last.
#[derive(Debug)]
pub(crate) struct EventFile {
    told: Mutex<Told>,
}

#[derive(Debug)]
struct Told {
    /// `None` when it could not be written: that was said then.
    file: Option<File>,
    last: BTreeMap<String, String>,
}

impl EventFile {
    /// Makes the file; an older one is overwritten.
    ///
    /// # Errors
    /// A sentence: why it cannot be written.
    pub(crate) fn create(path: &Path) -> Result<EventFile, String> {
        let shown = path.display();
        // A CI obeys what stands in its log.
        if let Some(stream) = Stream::behind(path) {
            return Err(format!("--events needs a file, and `{shown}` is {}", stream.name()));
        }
        let file = File::create(path).map_err(|e| format!("cannot write `{shown}`, the file of --events: {e}"))?;
        Ok(EventFile { told: Mutex::new(Told { file: Some(file), last: BTreeMap::new() }) })
    }

    /// Writes an event, unless its subject was in that state already.
    pub(crate) fn write(&self, event: &Event<'_>, time: jiff::Timestamp) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let Told { file: Some(file), last } = &mut *told else { return };
        let subject = serde_json::to_string(&(event.environment, &event.about)).unwrap_or_default();
        let state = format!("{} {}", event.state, event.message);
        if last.get(&subject) == Some(&state) {
            return;
        }
        last.insert(subject, state);
        let line = Line { version: VERSION, time: time.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string(), event };
        let Ok(mut text) = serde_json::to_string(&line) else { return };
        text.push('\n');
        if let Err(error) = file.write_all(text.as_bytes()) {
            streams::tell_line(&format!("error: the file of --events cannot be written any more: {error}"));
            told.file = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_per_change_of_state() {
        let folder = tempfile::tempdir().expect("a directory");
        let path = folder.path().join("events.jsonl");
        let file = EventFile::create(&path).expect("written");
        let web = ObjectId::new("apps", "Deployment", Some("shop"), "web");
        let object =
            |state, message| Event { environment: "dev", about: About::Object { object: &web }, state, message };
        let stage =
            Event { environment: "dev", about: About::Stage { stage: Stage::Deploy }, state: "failed", message: "" };
        let test = Event { environment: "dev", about: About::Test { test: "smoke" }, state: "passed", message: "" };
        let events =
            [object("waiting", "0 of 1\nready"), object("waiting", "0 of 1\nready"), object("ready", ""), stage, test];
        let time: jiff::Timestamp = "2026-01-01T10:00:00.5Z".parse().expect("a time");
        events.iter().for_each(|event| file.write(event, time));
        let text = std::fs::read_to_string(&path).expect("is there");
        let begin = r#"{"version":1,"time":"2026-01-01T10:00:00.500Z","environment":"dev","type""#;
        let web = r#""object":{"group":"apps","kind":"Deployment","namespace":"shop","name":"web"}"#;
        let expected = [
            format!("{begin}:\"object\",{web},\"state\":\"waiting\",\"message\":\"0 of 1\\nready\"}}"),
            format!("{begin}:\"object\",{web},\"state\":\"ready\",\"message\":\"\"}}"),
            format!("{begin}:\"stage\",\"stage\":\"deploy\",\"state\":\"failed\",\"message\":\"\"}}"),
            format!("{begin}:\"test\",\"test\":\"smoke\",\"state\":\"passed\",\"message\":\"\"}}"),
        ];
        assert_eq!(text.lines().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn a_stream_is_not_a_file() {
        let error = EventFile::create(Path::new("/dev/stderr")).expect_err("refused");
        // Where both go to one file, either name is right.
        assert!(error.starts_with("--events needs a file, and `/dev/stderr` is standard "), "{error}");
        let error = EventFile::create(Path::new("/nowhere/at/all")).expect_err("refused");
        assert!(error.starts_with("cannot write `/nowhere/at/all`, the file of --events: "), "{error}");
    }
}
