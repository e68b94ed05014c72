//! What a reader sees of a comparison: places resolved, texts masked and cut. Values of Secrets are never shown.

mod hunks;
mod lines;
mod setters;
mod unified;
mod value;

use seatrial_model::{
    Masker, Node, ReportedDiff, ReportedDifference, ReportedObjectDiff, ReportedValue, SourceLine, Sources, Span,
};

pub use hunks::{Hunk, hunks};
pub use unified::unified;

use crate::{Diff, Difference, ObjectDiff, Remark};

/// Differences of one object that are told; the others are counted.
const MOST: usize = 200;

/// A comparison as readers see it.
#[must_use]
pub fn show(comparison: &Diff, sources: &Sources, masker: &Masker) -> ReportedDiff {
    masker.learn(sources);
    let shower = Shower { sources, masker };
    ReportedDiff {
        objects: comparison.objects.iter().map(|object| shower.object(object)).collect(),
        unchanged: comparison.unchanged,
        is_partial: comparison.is_partial,
        routine: comparison.routine.iter().map(|bump| bump.masked(masker)).collect(),
        not_compared: comparison.not_compared.as_deref().map(|because| masker.mask(because).into_owned()),
    }
}

struct Shower<'a> {
    sources: &'a Sources,
    masker: &'a Masker,
}

impl Shower<'_> {
    fn object(&self, object: &ObjectDiff) -> ReportedObjectDiff {
        let masked = |text: &String| self.masker.mask(text).into_owned();
        let document = object.after.as_ref().or(object.before.as_ref());
        ReportedObjectDiff {
            object: object.id.masked(self.masker),
            action: object.action,
            was: object.was.as_ref().map(masked),
            because: object.because.as_ref().map(masked),
            line: document.and_then(|document| self.line(document.span)),
            differences: object.differences.iter().take(MOST).map(|one| self.difference(one)).collect(),
            left_out: object.differences.len().saturating_sub(MOST),
            is_positional: object.is_positional,
        }
    }

    fn difference(&self, difference: &Difference) -> ReportedDifference {
        let Difference { path, before, after, remark } = difference;
        let beside = before.as_ref().zip(after.as_ref()).filter(|_| *remark != Some(Remark::IsSecret));
        let beside = beside.map(|(before, after)| value::shown_beside(before, after, self.masker));
        let (shown_before, shown_after) = beside.unzip();
        let spans = before.as_ref().zip(after.as_ref());
        let (from, to) = spans.map(|(before, after)| setters::setters(before, after, self.sources)).unzip();
        let side = |node: &Option<Node>, shown: Option<String>, span: Option<Span>| {
            node.as_ref().map(|node| ReportedValue {
                text: shown.unwrap_or_else(|| self.text(node, *remark)),
                line: self.line(span.unwrap_or(node.span())),
            })
        };
        let texts = before.as_ref().and_then(value::long_text).zip(after.as_ref().and_then(value::long_text));
        let lines = match (remark, texts) {
            (Some(Remark::IsSecret), _) | (_, None) => Vec::new(),
            (_, Some((one, other))) => lines::between(one, other, self.masker),
        };
        let note = remark.map(|remark| match remark {
            Remark::IsSecret => "its value is not shown",
            Remark::OnlyLayout => "only comments or layout differ",
            Remark::Order => "in another order",
        });
        ReportedDifference {
            path: self.masker.mask(&path.to_string()).into_owned(),
            before: side(before, shown_before, from),
            after: side(after, shown_after, to),
            lines,
            note: note.map(str::to_owned),
        }
    }

    fn text(&self, node: &Node, remark: Option<Remark>) -> String {
        match remark {
            Some(Remark::IsSecret) => value::size_class(node),
            _ => value::shown(node, self.masker),
        }
    }

    /// The line of this repository: of a place outside of it, the line that asks for it.
    fn line(&self, span: Span) -> Option<SourceLine> {
        let span = self.sources.asked(span).unwrap_or(span);
        let file = self.sources.get(span.file)?;
        Some(SourceLine { path: file.path().to_owned(), line: file.line_column(span.start).0 })
    }
}
