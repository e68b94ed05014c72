//! One cause in Markdown: sentence, place, excerpt, help.

use seatrial_model::{ExcerptLine, Location, Report};

use crate::cause::{Cause, Kind, Teller};
use crate::markdown::escape::{Place, block_lines, code, fenced, file_address, link, prose};
use crate::wording::{clip, list};

/// Characters of a sentence at most.
const LONGEST: usize = 600;

/// Environments that are named one by one.
const MOST_NAMES: usize = 6;

/// How much is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Depth {
    /// Sentence, place, excerpt, facts and help.
    Full,
    /// Sentence and place.
    Line,
}

/// The first causes: the only one as a paragraph, as the title says its sentence already; several as a list.
pub(crate) fn leading(causes: &[Cause<'_>], report: &Report, depth: Depth) -> Vec<String> {
    match causes {
        [] => Vec::new(),
        [only] => paragraphs(only, report),
        several => vec![several.iter().map(|c| item(c, report, depth)).collect::<Vec<_>>().join("\n")],
    }
}

/// A list item.
pub(crate) fn item(cause: &Cause<'_>, report: &Report, depth: Depth) -> String {
    let mut line = String::from("- ");
    if cause.kind == Kind::Broken {
        line.push_str("broken: ");
    }
    if !cause.environments.is_empty() {
        line.push_str(&format!("{}: ", prose(&list(&cause.environments, MOST_NAMES), Place::Line)));
    }
    line.push_str(&prose(&clip(&cause.message, LONGEST), Place::Line));
    let at = location(cause);
    if let Some(at) = at {
        line.push_str(&format!(" – {}", place(at, report)));
    }
    if depth == Depth::Line {
        return line;
    }
    for text in [label(cause), facts(cause)].into_iter().flatten() {
        line.push_str(&format!("\n  {text}"));
    }
    if let Some(block) = at.and_then(excerpt) {
        line.push_str(&format!("\n\n  {}\n", block.replace('\n', "\n  ")));
    }
    line
}

/// What the title leaves unsaid of the only cause.
fn paragraphs(cause: &Cause<'_>, report: &Report) -> Vec<String> {
    let mut sections = Vec::new();
    let mut line = Vec::new();
    if let Some(at) = location(cause) {
        let places = list(&cause.environments, MOST_NAMES);
        let within = if places.is_empty() { places } else { format!(" in {}", prose(&places, Place::Line)) };
        line.push(format!("{}{within}.", place(at, report)));
    }
    line.extend(label(cause));
    line.extend(facts(cause));
    if !line.is_empty() {
        sections.push(line.join("\n"));
    }
    sections.extend(location(cause).and_then(excerpt));
    sections
}

/// `path:line` as a link to the file at the head commit.
pub(crate) fn place(at: &Location, report: &Report) -> String {
    let name = code(&format!("{}:{}", at.path, at.line), Place::Line);
    let prefix = report.revision.pull_request.as_ref().and_then(|pull| pull.blob_url.as_deref());
    match prefix {
        Some(prefix) => link(&name, &file_address(prefix, &at.path, at.line)),
        None => name,
    }
}

/// Where a cause is; `None` for one outside any file.
pub(crate) fn location<'a>(cause: &Cause<'a>) -> Option<&'a Location> {
    let at = match cause.teller {
        Teller::Finding(finding) => Some(&finding.primary.location),
        Teller::Test(test) => test.location.as_ref(),
        Teller::Stage(_) | Teller::Run => None,
    };
    at.filter(|at| !at.path.is_empty())
}

fn label(cause: &Cause<'_>) -> Option<String> {
    match cause.teller {
        Teller::Finding(finding) if !finding.primary.text.is_empty() => Some(sentence(&finding.primary.text)),
        _ => None,
    }
}

/// Notes, second places and help as sentences.
fn facts(cause: &Cause<'_>) -> Option<String> {
    let Teller::Finding(finding) = cause.teller else { return None };
    let mut facts: Vec<String> = finding.notes.iter().map(|note| sentence(note)).collect();
    facts.extend(finding.help.iter().map(|help| format!("Help: {}", sentence(help))));
    (!facts.is_empty()).then(|| facts.join(" "))
}

fn sentence(text: &str) -> String {
    let text = prose(&clip(text, LONGEST), Place::Line);
    let ended = text.ends_with(['.', '!', '?', ':', '…']);
    if ended { text } else { format!("{text}.") }
}

fn excerpt(at: &Location) -> Option<String> {
    let shown: Vec<&ExcerptLine> = at.excerpt.iter().collect();
    if shown.is_empty() {
        return None;
    }
    let yaml = at.path.ends_with(".yaml") || at.path.ends_with(".yml");
    let lines: Vec<String> = shown.iter().flat_map(|line| block_lines(&line.text)).collect();
    Some(fenced(&lines, if yaml { "yaml" } else { "" }))
}
