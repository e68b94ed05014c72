//! What keeps a chart from being rendered, told at the line that a human must edit.
//!
//! Not here: Helm's own words for it (`failure`).

use seatrial_gotemplate::{ExecError, ParseError, Text};
use seatrial_model::{Finding, Level, Origin, SourceFile, Span, nearest};

use super::failure;
use super::{RenderedChart, manifests, span_in};
use crate::chart::failure::Failure;
use crate::chart::{Chart, ParsedTemplates, readable};
use crate::functions;
use crate::go_yaml::SAID;
use crate::ids;

/// What is not a template: at the action or block that is left open, else at the line that Go names.
pub(crate) fn of_parsing(error: &ParseError, name: &str, file: &SourceFile) -> Failure {
    let message = failure::of_parsing(&error.message, name);
    let mark = file.text().len() - readable(file).len();
    let open = error.open.and_then(|byte| u32::try_from(byte as usize + mark).ok());
    let opened = open.map(|byte| file.line_column(byte).0);
    let noticed = of_line(file, error.line);
    let span = opened.map_or(noticed, |line| of_line(file, line));
    let mut finding = Finding::new(ids::TEMPLATE, span, message.clone());
    if opened.is_some() {
        finding = finding.with_related(noticed, "what begins there is not closed by now");
    }
    Failure { message, finding: Some(Box::new(finding)) }
}

/// A line without its indentation.
fn of_line(file: &SourceFile, number: usize) -> Span {
    let line = file.line(number);
    let start = file.span_at((number, 1)).start as usize;
    let indent = line.len() - line.trim_start().len();
    Span::new(file.id(), start + indent, start + line.len().max(indent))
}

/// The values that are to blame, and what was perhaps meant.
fn blamed(error: &ExecError, chart: &Chart, rendered: &RenderedChart) -> (Vec<Origin>, Option<String>) {
    let origins = rendered.origins.of(&error.marks);
    let Some(missing) = &error.missing else { return (origins, None) };
    let entries = missing.map.entries();
    let near = nearest(&missing.key, entries.keys().map(|key| &**key)).and_then(|near| entries.get_key_value(near));
    let Some((near, value)) = near else {
        // That all values lack a key says nothing about the line at which they begin.
        let is_root = rendered.values.as_ref().is_some_and(|values| values.marks == missing.marks);
        return (if is_root { Vec::new() } else { origins }, None);
    };
    match rendered.origins.of(&value.marks).into_iter().next().filter(|_| !has_default(near, chart)) {
        // Only the user has this key: the chart reads another one.
        Some(given) => (vec![given], Some(format!("the chart reads `{}`, and not `{near}`", missing.key))),
        None => (Vec::new(), Some(format!("did you mean `{near}`?"))),
    }
}

/// Whether a chart knows a key, wherever in its values: then it is no slip of the user's.
fn has_default(key: &str, chart: &Chart) -> bool {
    let mut pending = vec![&chart.values];
    while let Some(node) = pending.pop() {
        if node.get(key).is_some() {
            return true;
        }
        pending.extend(node.entries().iter().map(|entry| &entry.value));
    }
    chart.subcharts.iter().any(|subchart| has_default(key, subchart))
}

/// The line to edit is that of the value where one is to blame, else that of the template.
pub(crate) fn of_execution(
    error: &ExecError,
    name: &str,
    parsed: &ParsedTemplates,
    (chart, rendered): (&Chart, &RenderedChart),
) -> Failure {
    let message = failure::of_execution(error, name, rendered.helm);
    let place = |place| span_in(&parsed.sources, place);
    let action = error.place.and_then(place);
    let (origins, help) = blamed(error, chart, rendered);
    let outer = error.chain.iter().rev().find_map(|frame| frame.place.and_then(place));
    let template = action.or(outer);
    let own = functions::chart_message(&error.message);
    let said = own.map_or_else(|| error.reason.clone(), str::to_owned);
    let span = origins.first().map(|origin| origin.span).or(template);
    let span = span.or_else(|| parsed.sources.first().map(|file| Span::start_of(file.id())));
    let finding = span.map(|span| {
        let mut finding = Finding::new(ids::TEMPLATE, span, said).with_evidence("what Helm says", message.clone());
        finding.help = help;
        for frame in error.chain.iter().rev() {
            if let Some(at) = frame.place.and_then(place).filter(|at| *at != span) {
                finding = finding.with_related(at, format!("`{}` executes this", frame.template));
            }
        }
        for origin in origins.iter().skip(1) {
            finding = finding.with_related(origin.span, "this value is looked at, too");
        }
        finding
    });
    Failure { message, finding: finding.map(Box::new) }
}

/// YAML that the chart printed and that is none: at the value that was printed on that line, else at the template.
pub(crate) fn of_output(unreadable: &manifests::Unreadable, chart: &Chart, rendered: &RenderedChart) -> Failure {
    let first = unreadable.findings.iter().find(|finding| finding.level == Level::Error);
    let at = first.map_or(0, |finding| finding.primary.span.start as usize);
    let text = &unreadable.text;
    let line_start = text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |end| end + 1);
    let line_end = text.get(at..).and_then(|rest| rest.find('\n')).map_or(text.len(), |end| at + end);
    let indent = text.get(line_start..line_end).map_or(0, |line| line.len() - line.trim_start().len());
    let (indentation, line) = ((line_start + indent).min(line_end), line_end);
    let (indentation, line) = (text.slice(line_start..indentation), text.slice(indentation..line));
    // The action that printed something there, else the line's own text.
    let place_in = |text: &Text| {
        let places = || text.pieces().iter().filter_map(|piece| piece.place);
        places().find(|place| !place.is_literal).or_else(|| places().next())
    };
    // What is indented wrongly stands elsewhere than what indented it.
    let is_indentation = first.is_some_and(|finding| finding.message.contains("indentation"));
    let place = place_in(&indentation).filter(|_| is_indentation).or_else(|| place_in(&line));
    let template = place.and_then(|place| span_in(&rendered.sources, place));
    let said = first.map_or_else(|| "what the template prints is not a mapping".to_owned(), |f| f.message.clone());
    let mut finding = Finding::new(
        ids::CHART_OUTPUT,
        template.unwrap_or_else(|| chart.start()),
        format!("`{}` prints YAML that cannot be read: {said}", unreadable.source),
    );
    let printed = if is_indentation { Vec::new() } else { rendered.origins.of(&line.marks()) };
    for origin in printed {
        finding = finding.with_related(origin.span, "this value is printed on the line");
    }
    let shown: Vec<&str> = text.get(..line_end).unwrap_or(text).lines().collect();
    let around = shown.iter().skip(shown.len().saturating_sub(4)).copied().collect::<Vec<_>>().join("\n");
    finding = finding.with_evidence("what is printed", around).with_evidence(SAID, &*unreadable.message);
    Failure { message: unreadable.message.clone(), finding: Some(Box::new(finding)) }
}
