//! `values.schema.json`, read and compiled.

use seatrial_jsonschema::{CompileError, Place, Schema, read};
use seatrial_model::Span;

use super::ChartFile;
use crate::major::Major;

/// What is larger is not checked.
const MOST_BYTES: usize = 5 * 1024 * 1024;

/// The schema of a chart.
#[derive(Debug)]
pub(crate) struct ChartSchema {
    pub(crate) file: ChartFile,
    /// What it says, or why it says nothing.
    pub(crate) schema: Result<Schema, Unusable>,
}

/// Why a schema cannot be used.
#[derive(Debug)]
pub(crate) struct Unusable {
    /// The words of Helm 3 and those of Helm 4, or ours.
    messages: [String; 2],
    pub(crate) at: Place,
    /// Whether Helm would use it.
    pub(crate) is_limit: bool,
}

impl Unusable {
    fn new(message: String, at: Place, is_limit: bool) -> Unusable {
        Unusable { messages: [message.clone(), message], at, is_limit }
    }

    /// The words of a version of Helm, or ours.
    pub(crate) fn message(&self, helm: Major) -> &str {
        let [three, four] = &self.messages;
        match helm {
            Major::Three => three,
            Major::Four => four,
        }
    }
}

impl ChartSchema {
    pub(crate) fn read(file: &ChartFile) -> ChartSchema {
        ChartSchema { file: file.clone(), schema: compiled(file) }
    }

    /// A place in it.
    pub(crate) fn span(&self, at: Place) -> Span {
        let Ok(file) = self.file.text() else { return self.file.start() };
        let mark = file.text().len() - super::readable(&file).len();
        Span::new(file.id(), at.start as usize + mark, at.end as usize + mark)
    }

    /// The first line of what stands at a place.
    pub(crate) fn line(&self, at: Place) -> Span {
        let Ok(file) = self.file.text() else { return self.file.start() };
        let text = super::readable(&file).get(at.start as usize..at.end as usize).unwrap_or_default();
        let length = u32::try_from(text.lines().next().map_or(0, str::len)).unwrap_or_default();
        self.span(Place { start: at.start, end: at.start + length })
    }
}

fn compiled(file: &ChartFile) -> Result<Schema, Unusable> {
    let unusable = |message: String| Unusable::new(message, Place::default(), true);
    let bytes = file.bytes().map_err(|error| unusable(format!("it {error}")))?;
    if bytes.len() > MOST_BYTES {
        return Err(unusable("it is larger than 5 MiB".to_owned()));
    }
    let document = read(&bytes).map_err(|error| {
        let at = u32::try_from(error.at).unwrap_or_default();
        Unusable { messages: error.messages, at: Place { start: at, end: at + 1 }, is_limit: error.is_limit }
    })?;
    Schema::new(document).map_err(|CompileError { message, at, is_limit }| Unusable::new(message, at, is_limit))
}
