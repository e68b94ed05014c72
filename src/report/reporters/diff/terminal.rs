//! Differences for a terminal: a block for each group of environments, objects with their fields below.

use seatrial_model::{EnvironmentReport, Report, ReportedDifference, SourceLine};
use unicode_width::UnicodeWidthStr as _;

use super::blocks::{Block, BlockObject, blocks, is_partial, unchanged};
use super::object::{fate, in_lines, on_one_line, places, sign, without_common_directory};
use crate::TerminalOptions;
use crate::plain::one_line;
use crate::terminal::{Pen, Style};
use crate::wording::{count, list};

/// Environments that are named of those that change alike.
const MOST_NAMES: usize = 6;

/// Columns that fields take at most before their values begin.
const WIDEST_FIELD: usize = 44;

/// What each environment's objects become, with the lines that made it so.
#[must_use]
pub fn diff_terminal(report: &Report, options: TerminalOptions) -> String {
    let pen = Pen::new(options);
    let mut text: String = blocks(report).iter().map(|block| told(block, pen)).collect();
    text.push_str(&equal(report, pen));
    text
}

/// The environments in which nothing changes, those that were rendered whole first.
fn equal(report: &Report, pen: Pen) -> String {
    let (partial, whole): (Vec<_>, Vec<_>) = unchanged(report).into_iter().partition(|e| is_partial(e));
    let told = |environments: &[&EnvironmentReport], beside: &str| {
        if environments.is_empty() {
            return String::new();
        }
        let names: Vec<&str> = environments.iter().map(|environment| environment.name.as_str()).collect();
        let objects: usize = environments.iter().map(|environment| environment.objects).sum();
        let lead = format!("{}  ", one_line(&list(&names, MOST_NAMES)));
        let told = format!("nothing changes, {}{beside}", count(objects, "object"));
        format!("{}\n", pen.wrapped(&lead, 2, &told))
    };
    told(&whole, "") + &told(&partial, "; not everything was rendered")
}

fn heading(block: &Block<'_>, pen: Pen) -> String {
    let names = one_line(&list(&block.environments(), MOST_NAMES));
    let summary = match block.not_compared() {
        Some(because) => format!("not compared: {}", one_line(because)),
        None => block.summary(),
    };
    format!("{}  {summary}", pen.paint(Style::Strong, &names))
}

/// A line for each group of environments.
#[must_use]
pub fn diff_stat(report: &Report, options: TerminalOptions) -> String {
    let pen = Pen::new(options);
    let lines = blocks(report).into_iter().map(|block| format!("{}\n", heading(&block, pen)));
    lines.collect::<String>() + &equal(report, pen)
}

/// The same beside other parts of a report, with a lead.
pub(crate) fn diff_lines(report: &Report, pen: Pen) -> String {
    let all = blocks(report);
    let lines: Vec<String> = all.iter().map(words).collect();
    let equal = unchanged(report);
    let lines = match (lines.is_empty(), equal.len()) {
        (true, 0) => Vec::new(),
        (true, _) if equal.iter().any(|e| is_partial(e)) => vec!["nothing of what was rendered".to_owned()],
        (true, _) => vec!["nothing that is rendered".to_owned()],
        (false, _) => lines,
    };
    let shown = all.iter().rposition(|block| block.not_compared().is_none());
    let told = lines.iter().enumerate().map(|(at, line)| {
        let hint = if shown == Some(at) { " (seatrial diff shows them)" } else { "" };
        format!("{}\n", pen.wrapped("changes: ", "changes: ".len(), &format!("{line}{hint}")))
    });
    told.collect()
}

/// `dev and prod: 1 changed, 6 unchanged`.
fn words(block: &Block<'_>) -> String {
    let names = one_line(&list(&block.environments(), MOST_NAMES));
    match block.not_compared() {
        Some(because) => format!("{names}: not known, {}", one_line(because)),
        None => format!("{names}: {}", block.summary()),
    }
}

fn told(block: &Block<'_>, pen: Pen) -> String {
    let objects = block.objects().into_iter().map(|object| object_lines(object, pen));
    format!("{}\n{}\n", heading(block, pen), objects.collect::<String>())
}

fn object_lines(object: BlockObject<'_>, pen: Pen) -> String {
    let dangers = object.dangers();
    let style = if dangers.is_empty() { Style::Strong } else { Style::Warning };
    let name = one_line(&object.name());
    let lead = format!("  {} ", sign(object.first.action));
    let heading = pen.wrapped(&lead, 6, &format!("{name}{}", one_line(&fate(object.first))));
    let place = if object.first.differences.is_empty() { places(&object.lines(), line) } else { String::new() };
    let mut text = format!("{}\n", beside(&heading, &place, pen).replacen(&name, &pen.paint(style, &name), 1));
    for danger in dangers {
        text.push_str(&pen.wrapped("    ! ", 6, &one_line(&danger.message)));
        text.push('\n');
    }
    let fields = object.first.differences.iter().map(|difference| one_line(&difference.path).width());
    let width = fields.filter(|width| *width <= WIDEST_FIELD).max().unwrap_or(0);
    for (difference, lines) in object.differences() {
        text.push_str(&difference_lines(difference, &places(&lines, line), width, pen));
    }
    if object.first.left_out > 0 {
        text.push_str(&format!("    … and {}\n", count(object.first.left_out, "more difference")));
    }
    text
}

fn line(line: &SourceLine) -> String {
    format!("{}:{}", one_line(&line.path), line.line)
}

fn difference_lines(difference: &ReportedDifference, place: &str, width: usize, pen: Pen) -> String {
    let path = one_line(&difference.path);
    let note = difference.note.as_ref().map(|note| format!(" ({})", one_line(note))).unwrap_or_default();
    let Some(values) = on_one_line(difference) else {
        let heading = beside(&format!("    {path}{note}"), place, pen);
        let lines = in_lines(difference).into_iter().map(|line| format!("      {}\n", painted(&one_line(&line), pen)));
        return format!("{heading}\n{}", lines.collect::<String>());
    };
    let value = match values {
        (Some(before), Some(after)) => {
            let (before, after) = without_common_directory(&before, &after);
            format!("{} → {}", one_line(&before), one_line(&after))
        }
        (None, Some(after)) => format!("+ {}", one_line(&after)),
        (Some(before), None) => format!("- {}", one_line(&before)),
        (None, None) => String::new(),
    };
    let padding = " ".repeat(width.saturating_sub(path.width()));
    let line = format!("    {path}{padding}  {value}{note}");
    if line.width() <= pen.width() {
        return format!("{}\n", beside(&line, place, pen));
    }
    format!("    {path}\n{}\n", beside(&format!("      {value}{note}"), place, pen))
}

/// A place at the end of a line where it fits, else on a line of its own.
fn beside(line: &str, place: &str, pen: Pen) -> String {
    if place.is_empty() {
        return line.to_owned();
    }
    let last = line.rsplit('\n').next().unwrap_or(line);
    let free = pen.width().saturating_sub(last.width() + place.width());
    if free >= 2 {
        return format!("{line}{}{}", " ".repeat(free), pen.paint(Style::Gutter, place));
    }
    let each: Vec<&str> = place.split_inclusive(", ").map(str::trim_end).collect();
    let filled = pen.filled("      ", 6, each, " ");
    let lines: Vec<String> = filled.lines().map(|line| pen.paint(Style::Gutter, line)).collect();
    format!("{line}\n{}", lines.join("\n"))
}

fn painted(line: &str, pen: Pen) -> String {
    match line.chars().next() {
        Some('-') => pen.paint(Style::Error, line),
        Some('+') => pen.paint(Style::Good, line),
        Some('@') => pen.paint(Style::Gutter, line),
        _ => line.to_owned(),
    }
}
