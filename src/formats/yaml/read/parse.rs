//! The stream: documents one after the other, and how it goes on after one that is broken. One document is built in `builder.rs`.

use std::borrow::Cow;
use std::sync::Arc;

use granit_parser::{Event, Parser};
use seatrial_model::{Encoding, Finding, Level, SourceFile, Span, ids};

use crate::quick;
use crate::read::builder::{Builder, Step};
use crate::read::document::{Document, Parsed};
use crate::read::frame::MAX_DEPTH;
use crate::read::scan_error;
use crate::read::stricter::Strictness;
use crate::scalars::typing::Dialect;
use crate::text::findings::Findings;

/// Parses a stream of documents.
#[must_use]
pub fn parse(file: &Arc<SourceFile>, dialect: Dialect) -> Parsed {
    let text = file.text();
    if u32::try_from(text.len()).is_err() {
        let mut parsed = Parsed::default();
        let message = "the file is larger than 4 GiB";
        parsed.findings.push(Finding::new(ids::PARSE_ERROR, Span::start_of(file.id()), message));
        return parsed;
    }
    let mut parsed = quickly(file, dialect).unwrap_or_else(|| thoroughly(file, dialect));
    // What the documents mean is the model's affair: it remembers which parts of the file no reader may see.
    parsed.documents.iter().for_each(|document| file.note_document(&document.node, document.span));
    if file.encoding() != Encoding::Utf8 {
        keep_the_first(&mut parsed);
    }
    parsed
}

/// What a file holds, where it is easy to read and nothing is wrong with it.
fn quickly(file: &Arc<SourceFile>, dialect: Dialect) -> Option<Parsed> {
    let (mut parsed, mut findings) = (Parsed::default(), Findings::default());
    let text = file.text();
    let read = quick::read(text)?;
    let mut builder = Builder::new(file, dialect, Strictness::without_old_breaks(text, dialect));
    for (event, spot) in read.events(text) {
        match builder.take(event, spot) {
            Step::More => {}
            Step::Document(document, duplicates) => {
                findings.append(duplicates);
                parsed.documents.extend(document);
            }
            Step::Problem(_) => return None,
        }
    }
    parsed.findings = findings.finish();
    Some(parsed)
}

/// Whether the quick reader agrees with the parser about all of a file; `None` when it refuses the file. For tests and fuzzing.
#[doc(hidden)]
#[must_use]
pub fn readers_agree(file: &Arc<SourceFile>, dialect: Dialect) -> Option<bool> {
    quickly(file, dialect).map(|parsed| format!("{parsed:?}") == format!("{:?}", thoroughly(file, dialect)))
}

/// What any file holds, and what is wrong with it.
fn thoroughly(file: &Arc<SourceFile>, dialect: Dialect) -> Parsed {
    let text = file.text();
    let (mut parsed, mut findings) = (Parsed::default(), Findings::default());
    let readable = without_inner_marks(text);
    let mut parser = Parser::new_from_str_with_options(&readable, options());
    let mut builder = Builder::new(file, dialect, Strictness::of(text, dialect));
    while let Some(event) = parser.next_event() {
        let step = match event {
            Ok((Event::StreamEnd, _)) => break,
            Ok((event, span)) => builder.take(event, span.into()),
            Err(error) => Step::Problem(scan_error::explain(&error, text)),
        };
        match step {
            Step::More => {}
            Step::Document(document, duplicates) => {
                findings.append(duplicates);
                parsed.documents.extend(document);
            }
            Step::Problem(problem) => {
                let problem = problem.or_its_cause(text, builder.document_start());
                if builder.between_documents() {
                    // No marker stands before the error, so the document was not over where the parser thought so.
                    parsed.documents.pop_if(|last| !is_separated(text, last, problem.start));
                }
                builder.abandon(problem.start);
                findings.push(|| problem.into_finding(file));
                if !matches!(parser.proceed_next_document(), Ok(true)) {
                    break;
                }
            }
        }
    }
    parsed.findings = findings.finish();
    parsed
}

/// kubectl and kustomize look for `---` among the bytes, where UTF-16 has none, and then read one document of what they take for one.
fn keep_the_first(parsed: &mut Parsed) {
    let Some(lost) = parsed.documents.get(1) else { return };
    let count = parsed.documents.len() - 1;
    let message = format!("kubectl and kustomize read only the first document of a UTF-16 file: {count} more are lost");
    let finding = Finding::new(ids::PARSE_ERROR, lost.node.span(), message).with_level(Level::Warning);
    parsed.findings.push(finding.with_help("save the file as UTF-8"));
    parsed.documents.truncate(1);
}

/// A byte order mark may stand at the start of every document for kustomize, which takes them apart first; for the parser it is blank lines.
fn without_inner_marks(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    let starts_document = |at: usize| {
        let before = text.get(..at).and_then(|before| before.strip_suffix('\n')).unwrap_or_default();
        before.rsplit('\n').next().is_some_and(|line| line.trim_end() == "---")
    };
    let mut marks = text.match_indices('\u{feff}').map(|(at, _)| at).filter(|at| starts_document(*at)).peekable();
    if marks.peek().is_none() {
        return Cow::Borrowed(text);
    }
    // As many bytes, so that every place stays the same.
    let (mut readable, mut from) = (String::with_capacity(text.len()), 0);
    for at in marks {
        readable.push_str(text.get(from..at).unwrap_or_default());
        readable.push_str("\n\n\n");
        from = at + 3;
    }
    readable.push_str(text.get(from..).unwrap_or_default());
    Cow::Owned(readable)
}

pub(crate) fn options() -> granit_parser::Options {
    granit_parser::options! {
        // As libyaml, which both oracles descend from.
        block_scalar_eof_without_line_feed: true,
        emit_unresolved_aliases: true,
        emit_anchor_events: true,
        // Our own count covers flow and block together, and aliases; this one stops the scanner early.
        flow_nesting_limit: MAX_DEPTH,
        block_nesting_limit: MAX_DEPTH,
        max_buffered_comment_events: usize::MAX,
    }
}

/// Whether a document marker stands between a document and a place behind it.
fn is_separated(text: &str, document: &Document, at: usize) -> bool {
    let between = text.get(document.span.end as usize..at).unwrap_or_default();
    between.lines().skip(1).any(|line| line.starts_with("---") || line.starts_with("..."))
}
