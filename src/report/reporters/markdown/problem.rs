//! One cause in Markdown: sentence, place, excerpt, help.

use seatrial_model::{Age, Location, Report, ReportedFinding, ReportedLabel};

use crate::address::file_address;
use crate::cause::{Cause, Kind, Teller, location};
use crate::markdown::escape::{Place, block_lines, code, fenced, link, prose};
use crate::wording::{capitalised, clip, list};

/// Characters of a sentence at most.
pub(crate) const LONGEST: usize = 600;

/// Environments that are named one by one.
pub(crate) const MOST_NAMES: usize = 6;

/// Places that are named of causes that are not told one by one.
const MOST_PLACES: usize = 5;

/// How much is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Depth {
    /// Sentence, places, excerpt, facts and help.
    Full,
    /// Sentence and place.
    Line,
}

/// The first causes: the only one as paragraphs, as the title says its sentence already; several as a list.
pub(crate) fn leading(causes: &[Cause<'_>], report: &Report) -> Vec<String> {
    match causes {
        [] => Vec::new(),
        [only] => {
            let place = location(only).map(|at| place(at, report));
            let place = place.map(|place| with_label(&place, finding_of(only).map(|f| &f.primary)));
            place.into_iter().chain(explained(only, report)).chain(more(only, report)).collect()
        }
        several => {
            let items: Vec<String> = several.iter().map(|cause| item(cause, report, Depth::Full)).collect();
            vec![items.join("\n")]
        }
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
    if let Some(at) = location(cause) {
        let place = with_label(&place(at, report), finding_of(cause).map(|f| &f.primary));
        line.push_str(&format!(" – {place}"));
    }
    if depth == Depth::Full {
        for block in explained(cause, report) {
            line.push_str(&format!("\n\n  {}", block.replace('\n', "\n  ")));
        }
    }
    line.extend(more(cause, report).map(|more| format!("\n- {more}")));
    line
}

/// Where further causes of its sort are.
fn more(cause: &Cause<'_>, report: &Report) -> Option<String> {
    if cause.more.is_empty() {
        return None;
    }
    let places: Vec<String> = cause.more.iter().take(MOST_PLACES).map(|at| place(at, report)).collect();
    let left = cause.more.len() - places.len();
    let rest = if left > 0 { format!(" and {left} more") } else { String::new() };
    Some(format!("{} more like it – {}{rest}", cause.more.len(), places.join(", ")))
}

/// What stands at the place, the second places, and the facts as sentences.
fn explained(cause: &Cause<'_>, report: &Report) -> Vec<String> {
    let mut blocks: Vec<String> = location(cause).and_then(excerpt).into_iter().collect();
    let Some(finding) = finding_of(cause) else { return blocks };
    let related = finding.related.iter().filter(|label| !label.location.path.is_empty());
    let related: Vec<String> = related.map(|label| with_label(&place(&label.location, report), Some(label))).collect();
    let mut facts: Vec<String> = finding.notes.iter().chain(&finding.help).map(|fact| sentence(fact)).collect();
    if finding.age == Age::AlreadyThere {
        facts.insert(0, "The base has it, too.".to_owned());
    }
    blocks.extend([related.join(" · "), facts.join(" ")].into_iter().filter(|block| !block.is_empty()));
    blocks
}

/// `path:line` as a link to the file at the head commit, where it is one of this repository.
fn place(at: &Location, report: &Report) -> String {
    let name = code(&format!("{}:{}", at.shown_path(), at.line), Place::Line);
    let template = report.revision.pull_request.as_ref().and_then(|pull| pull.file_url.as_deref());
    match template.filter(|_| at.belongs_to.is_none()) {
        Some(template) => link(&name, &file_address(template, &at.path, at.line)),
        None => name,
    }
}

fn with_label(place: &str, label: Option<&ReportedLabel>) -> String {
    match label.map(|label| label.text.as_str()) {
        None | Some("") => place.to_owned(),
        Some(text) => format!("{place}: {}", prose(&clip(text, LONGEST), Place::Line)),
    }
}

fn finding_of<'a>(cause: &Cause<'a>) -> Option<&'a ReportedFinding> {
    match cause.teller {
        Teller::Finding(finding) => Some(finding),
        Teller::Test(_) | Teller::Stage(_) | Teller::Run => None,
    }
}

pub(crate) fn sentence(text: &str) -> String {
    let mut text = capitalised(clip(text, LONGEST).trim());
    if !text.ends_with(['.', '!', '?', ':', '…']) {
        text.push('.');
    }
    prose(&text, Place::Line)
}

/// The lines that stand there, without the indentation that all of them have.
fn excerpt(at: &Location) -> Option<String> {
    let lines: Vec<String> = at.excerpt.iter().flat_map(|line| block_lines(&line.text)).collect();
    let told = || lines.iter().filter(|line| !line.trim().is_empty());
    let indent = told().map(|line| line.len() - line.trim_start_matches(' ').len()).min()?;
    let lines: Vec<String> = lines.iter().map(|line| line.get(indent..).unwrap_or_default().to_owned()).collect();
    let yaml = at.path.ends_with(".yaml") || at.path.ends_with(".yml");
    Some(fenced(&lines, if yaml { "yaml" } else { "" }))
}
