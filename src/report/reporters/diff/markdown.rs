//! Differences as Markdown: a folded part for each group of environments, objects as list items, with links to the lines.

use seatrial_model::{Report, ReportedDifference};

use super::blocks::{Block, BlockObject, Lines, blocks, is_partial, unchanged};
use super::object::{fate, in_lines, on_one_line, places, sign};
use crate::address::file_address;
use crate::markdown::{Place, block_lines, code, fenced, folded, link, prose};
use crate::wording::{clip, count, list};

/// Environments that are named of those that change alike.
const MOST_NAMES: usize = 6;

/// Characters of a sentence at most.
const LONGEST: usize = 300;

/// How much of the differences is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Extent {
    /// So many bytes of details; of what does not fit, the biggest objects are told without theirs.
    Bytes(usize),
    /// The counts of each environment.
    Counts,
}

/// All differences, as Markdown of about so many bytes.
#[must_use]
pub fn diff_markdown(report: &Report, budget: usize) -> String {
    let mut sections = folded_blocks(report, Extent::Bytes(budget));
    if sections.iter().map(String::len).sum::<usize>() > budget {
        sections = folded_blocks(report, Extent::Counts);
    }
    let (partial, whole): (Vec<_>, Vec<_>) = unchanged(report).into_iter().partition(|e| is_partial(e));
    for (environments, beside) in [(whole, ""), (partial, "; not everything was rendered")] {
        let names: Vec<&str> = environments.iter().map(|environment| environment.name.as_str()).collect();
        if !names.is_empty() {
            sections.push(format!("{}: nothing changes{beside}.", prose(&list(&names, MOST_NAMES), Place::Line)));
        }
    }
    sections.join("\n\n") + "\n"
}

/// One folded part for each group of environments.
pub(crate) fn folded_blocks(report: &Report, extent: Extent) -> Vec<String> {
    let blocks = blocks(report);
    let Extent::Bytes(budget) = extent else {
        let lines: Vec<String> =
            blocks.iter().map(|block| format!("- {}", prose(&heading(block), Place::Line))).collect();
        return if lines.is_empty() { Vec::new() } else { vec![lines.join("\n")] };
    };
    let share = budget / blocks.len().max(1);
    let parts = blocks.iter().map(|block| match block.not_compared() {
        Some(_) => prose(&heading(block), Place::Line),
        None => folded(&heading(block), &content(block, report, share)),
    });
    parts.collect()
}

/// `What changes in dev and prod: 1 changed, 6 unchanged`.
fn heading(block: &Block<'_>) -> String {
    let names = list(&block.environments(), MOST_NAMES);
    match block.not_compared() {
        Some(because) => format!("What changes in {names} is not known: {}", clip(because, LONGEST)),
        None => {
            let mark = if block.has_dangers() { "⚠️ " } else { "" };
            format!("{mark}What changes in {names}: {}", block.summary())
        }
    }
}

/// The objects, dangerous ones first; of what does not fit, the biggest ones lose their details first, and then objects are counted.
fn content(block: &Block<'_>, report: &Report, budget: usize) -> String {
    let items = block.objects().into_iter().map(|object| (title(object, report), details(object, report)));
    let mut items: Vec<(String, String)> = items.collect();
    let size = |items: &[(String, String)]| {
        items.iter().map(|(title, details)| title.len() + details.len() + 2).sum::<usize>()
    };
    let mut left = size(&items);
    let mut biggest: Vec<usize> = (0..items.len()).collect();
    biggest.sort_by_key(|at| std::cmp::Reverse(items.get(*at).map_or(0, |(_, details)| details.len())));
    for at in biggest {
        if left <= budget {
            break;
        }
        if let Some((title, details)) = items.get_mut(at).filter(|(_, details)| details.len() > SHORTENED.len()) {
            left = left.saturating_sub(details.len());
            details.clear();
            title.push_str(SHORTENED);
            left += SHORTENED.len();
        }
    }
    let mut told = Vec::new();
    let mut room = budget;
    let all = items.len();
    for (title, details) in items {
        let item = if details.is_empty() { title } else { format!("{title}\n{details}") };
        let Some(rest) = room.checked_sub(item.len() + 1) else { break };
        room = rest;
        told.push(item);
    }
    if told.len() < all {
        told.push(format!("- … and {}; the JSON report has all of them", count(all - told.len(), "more object")));
    }
    told.join("\n")
}

/// What stands behind an object whose differences have no room.
const SHORTENED: &str = " – too long to be shown here";

fn title(object: BlockObject<'_>, report: &Report) -> String {
    let name = code(&object.name(), Place::Line);
    let fate = fate(object.first);
    let fate = if fate.is_empty() { fate } else { format!(" {}", prose(fate.trim_start(), Place::Line)) };
    let place = if object.first.differences.is_empty() { sources(&object.lines(), report) } else { String::new() };
    let danger = |message: &str| format!("\n  - ⚠️ {}", prose(&clip(message, LONGEST), Place::Line));
    let dangers: String = object.dangers().iter().map(|finding| danger(&finding.message)).collect();
    format!("- `{}` {name}{fate}{place}{dangers}", sign(object.first.action))
}

fn details(object: BlockObject<'_>, report: &Report) -> String {
    let items = object.differences().map(|(difference, lines)| item(difference, &sources(&lines, report)));
    let mut lines: Vec<String> = items.collect();
    if object.first.left_out > 0 {
        lines.push(format!("  - … and {}", count(object.first.left_out, "more difference")));
    }
    lines.join("\n")
}

fn item(difference: &ReportedDifference, sources: &str) -> String {
    let path = code(&clip(&difference.path, LONGEST), Place::Line);
    let note = difference.note.as_ref().map(|note| format!(" ({})", prose(note, Place::Line))).unwrap_or_default();
    let place = format!("{note}{sources}");
    match on_one_line(difference) {
        Some((Some(before), Some(after))) => format!("  - {path}: {} → {}{place}", value(&before), value(&after)),
        Some((None, Some(after))) => format!("  - {path}: new, {}{place}", value(&after)),
        Some((Some(before), None)) => format!("  - {path}: gone, was {}{place}", value(&before)),
        Some((None, None)) => format!("  - {path}{place}"),
        None => {
            let lines: Vec<String> = in_lines(difference).iter().flat_map(|line| block_lines(line)).collect();
            let block = fenced(&lines, "diff").replace('\n', "\n    ");
            format!("  - {path}{place}\n\n    {block}\n")
        }
    }
}

fn value(text: &str) -> String {
    if text.is_empty() { "empty".to_owned() } else { code(text, Place::Line) }
}

/// ` – path:line`, as links where they are lines of the head.
fn sources(lines: &Lines<'_>, report: &Report) -> String {
    let template = report.revision.pull_request.as_ref().and_then(|pull| pull.file_url.as_deref());
    let told = places(lines, |line| {
        let name = code(&format!("{}:{}", line.path, line.line), Place::Line);
        match template.filter(|_| !lines.is_base) {
            Some(template) => link(&name, &file_address(template, &line.path, line.line)),
            None => name,
        }
    });
    if told.is_empty() { told } else { format!(" – {told}") }
}
