//! What changes in each group of environments: objects, and their fields side by side.

use seatrial_model::{Report, ReportedDifference, ReportedObjectDiff, ReportedValue, SourceLine};
use serde::Serialize;

use crate::address::{clickable, file_address};
use crate::diff::{Block, blocks, fate, is_gone, line_of, on_one_line, sign};
use crate::html::page::{LONGEST, sentence};
use crate::plain::{lines, one_line};
use crate::wording::{clip, count, list};

/// Environments that are named of those that change alike.
const MOST_NAMES: usize = 6;

/// Objects of a group that are told; the others are counted.
const MOST: usize = 500;

/// Environments that change alike.
#[derive(Serialize)]
pub(super) struct Changes {
    title: String,
    /// Whether it is unfolded: something may be lost.
    is_open: bool,
    look: &'static str,
    objects: Vec<Object>,
    rest: Option<String>,
}

#[derive(Serialize)]
struct Object {
    sign: &'static str,
    name: String,
    fate: String,
    place: Option<Line>,
    dangers: Vec<String>,
    differences: Vec<Difference>,
    rest: Option<String>,
}

#[derive(Serialize)]
struct Difference {
    path: String,
    note: Option<String>,
    /// Values of one line.
    before: String,
    after: String,
    /// In their place, a text of several lines on each side,
    whole: Option<[String; 2]>,
    /// or those of its lines that differ.
    lines: Vec<Text>,
    place: Option<Line>,
}

/// A line of a text that differs.
#[derive(Serialize)]
struct Text {
    look: &'static str,
    text: String,
}

/// A line of a file, perhaps with a place to click.
#[derive(Serialize)]
struct Line {
    text: String,
    address: Option<String>,
}

impl Changes {
    /// All groups, those with a danger first.
    pub(super) fn all(report: &Report) -> Vec<Changes> {
        blocks(report).iter().map(|block| Changes::of(block, report)).collect()
    }

    fn of(block: &Block<'_>, report: &Report) -> Changes {
        let names = list(&block.environments, MOST_NAMES);
        let title = match &block.diff.not_compared {
            Some(because) => format!("What changes in {names} is not known: {because}"),
            None => format!("What changes in {names}: {}", block.diff.summary()),
        };
        let dangerous = |object: &&ReportedObjectDiff| block.dangers_of(&object.object).next().is_some();
        let (first, rest): (Vec<_>, Vec<_>) = block.diff.objects.iter().partition(dangerous);
        let more = block.diff.objects.len().saturating_sub(MOST);
        Changes {
            title: one_line(&clip(&title, LONGEST)),
            is_open: !block.dangers.is_empty(),
            look: if block.dangers.is_empty() { "" } else { "warning" },
            objects: first.into_iter().chain(rest).take(MOST).map(|o| Object::of(o, block, report)).collect(),
            rest: (more > 0).then(|| format!("{}; the JSON report has all of them", count(more, "more object"))),
        }
    }
}

impl Object {
    fn of(object: &ReportedObjectDiff, block: &Block<'_>, report: &Report) -> Object {
        let place = object.line.as_ref().filter(|_| object.differences.is_empty());
        let dangers = block.dangers_of(&object.object).map(|danger| sentence(&danger.message));
        Object {
            sign: sign(object.action),
            name: one_line(&object.object.to_string()),
            fate: one_line(&fate(object)),
            place: place.map(|line| Line::of(line, is_gone(object), report)),
            dangers: dangers.collect(),
            differences: object.differences.iter().map(|one| Difference::of(one, report)).collect(),
            rest: (object.left_out > 0).then(|| count(object.left_out, "more difference")),
        }
    }
}

impl Difference {
    fn of(difference: &ReportedDifference, report: &Report) -> Difference {
        let is_short = on_one_line(difference).is_some();
        let text = |value: &Option<ReportedValue>| value.as_ref().map_or("", |value| value.text.as_str()).to_owned();
        let short = |value| if is_short { one_line(&text(value)) } else { String::new() };
        let long = |value| lines(&text(value)).join("\n");
        let is_whole = !is_short && difference.lines.is_empty();
        let place = line_of(difference).map(|(line, is_base)| Line::of(line, is_base, report));
        Difference {
            path: one_line(&clip(&difference.path, LONGEST)),
            note: difference.note.as_ref().map(|note| one_line(note)),
            before: short(&difference.before),
            after: short(&difference.after),
            whole: is_whole.then(|| [long(&difference.before), long(&difference.after)]),
            lines: difference.lines.iter().map(|line| Text::of(one_line(line))).collect(),
            place,
        }
    }
}

impl Text {
    fn of(text: String) -> Text {
        let look = match text.chars().next() {
            Some('-') => "gone",
            Some('+') => "new",
            _ => "same",
        };
        Text { look, text }
    }
}

impl Line {
    fn of(line: &SourceLine, is_base: bool, report: &Report) -> Line {
        let of_base = if is_base { " of the base" } else { "" };
        let template = report.revision.pull_request.as_ref().and_then(|pull| pull.file_url.as_deref());
        let address = template.filter(|_| !is_base).map(|template| file_address(template, &line.path, line.line));
        Line {
            text: one_line(&format!("{}:{}{of_base}", line.path, line.line)),
            address: address.as_deref().and_then(clickable),
        }
    }
}
