//! What changes in each group of environments: objects, and their fields side by side.

use seatrial_model::{Report, ReportedDifference, ReportedValue};
use serde::Serialize;

use crate::address::{clickable, file_address};
use crate::diff::{Block, BlockObject, Lines, blocks, fate, on_one_line, sign};
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
    places: Vec<Line>,
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
    places: Vec<Line>,
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
        let names = list(&block.environments(), MOST_NAMES);
        let title = match block.not_compared() {
            Some(because) => format!("What changes in {names} is not known: {because}"),
            None => format!("What changes in {names}: {}", block.summary()),
        };
        let objects = block.objects();
        let more = objects.len().saturating_sub(MOST);
        Changes {
            title: one_line(&clip(&title, LONGEST)),
            is_open: block.has_dangers(),
            look: if block.has_dangers() { "warning" } else { "" },
            objects: objects.into_iter().take(MOST).map(|object| Object::of(object, report)).collect(),
            rest: (more > 0).then(|| format!("{}; the JSON report has all of them", count(more, "more object"))),
        }
    }
}

impl Object {
    fn of(object: BlockObject<'_>, report: &Report) -> Object {
        let has_differences = !object.first.differences.is_empty();
        Object {
            sign: sign(object.first.action),
            name: one_line(&object.name()),
            fate: one_line(&fate(object.first)),
            places: if has_differences { Vec::new() } else { Line::all(&object.lines(), report) },
            dangers: object.dangers().iter().map(|danger| sentence(&danger.message)).collect(),
            differences: object.differences().map(|(one, lines)| Difference::of(one, &lines, report)).collect(),
            rest: (object.first.left_out > 0).then(|| count(object.first.left_out, "more difference")),
        }
    }
}

impl Difference {
    fn of(difference: &ReportedDifference, at: &Lines<'_>, report: &Report) -> Difference {
        let is_short = on_one_line(difference).is_some();
        let text = |value: &Option<ReportedValue>| value.as_ref().map_or("", |value| value.text.as_str()).to_owned();
        let short = |value| if is_short { one_line(&text(value)) } else { String::new() };
        let long = |value| lines(&text(value)).join("\n");
        let is_whole = !is_short && difference.lines.is_empty();
        Difference {
            path: one_line(&clip(&difference.path, LONGEST)),
            note: difference.note.as_ref().map(|note| one_line(note)),
            before: short(&difference.before),
            after: short(&difference.after),
            whole: is_whole.then(|| [long(&difference.before), long(&difference.after)]),
            lines: difference.lines.iter().map(|line| Text::of(one_line(line))).collect(),
            places: Line::all(at, report),
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
    /// The lines, each with its environments where there are several.
    fn all(lines: &Lines<'_>, report: &Report) -> Vec<Line> {
        let template = report.revision.pull_request.as_ref().and_then(|pull| pull.file_url.as_deref());
        let of_base = if lines.is_base { " of the base" } else { "" };
        let told = lines.all.iter().map(|(names, line)| {
            let names = if lines.all.len() > 1 { format!("{}: ", list(names, MOST_NAMES)) } else { String::new() };
            let address = template.filter(|_| !lines.is_base).map(|url| file_address(url, &line.path, line.line));
            Line {
                text: one_line(&format!("{names}{}:{}{of_base}", line.path, line.line)),
                address: address.as_deref().and_then(clickable),
            }
        });
        told.collect()
    }
}
