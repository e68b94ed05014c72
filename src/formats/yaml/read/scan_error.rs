//! The parser's errors in sentences for the one who wrote the file: what is wrong, at the place to edit, and the way out.

use std::ops::Range;

use granit_parser::{ErrorKind, ScanError};

use crate::read::frame::MAX_DEPTH;
use crate::text::problem::{Problem, line_end, line_start, tab};

/// YAML allows no longer key in front of its `:`.
const LONGEST_KEY: usize = 1024;

/// The problem an error of the parser stands for.
pub(crate) fn explain(error: &ScanError, text: &str) -> Problem {
    let at = boundary(text, error.marker().byte_offset().unwrap_or_default());
    let here = at..at + text.get(at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
    match error.kind() {
        ErrorKind::TabInBlockIndentation
        | ErrorKind::TabInPlainScalar
        | ErrorKind::TabAtBlockScalarStart
        | ErrorKind::TabInIndentation
        | ErrorKind::TabNotAllowed => tab(text, at),
        ErrorKind::UnclosedQuotedScalar | ErrorKind::DocumentIndicatorInQuotedScalar => {
            let quote = text.get(here.clone()).unwrap_or("\"");
            let message = format!("the quote {} is never closed", code(quote));
            Problem::at(here, message).with_help("add the closing quote")
        }
        ErrorKind::InvalidTrailingSingleQuotedScalar | ErrorKind::InvalidTrailingDoubleQuotedScalar => {
            Problem::at(here, "text follows the closing quote").with_help(
                "Put the whole value in quotes; a quote inside is written `''` in single and `\\\"` in double quotes.",
            )
        }
        ErrorKind::MappingValueNotAllowed | ErrorKind::InvalidColonPlacement => colon(text, at, here),
        ErrorKind::SimpleKeyExpected | ErrorKind::InvalidSimpleKey => {
            Problem::at(content(text, at), "the line is neither `key: value` nor an item of a list")
                .with_help("add `:` and a space after the key, or indent the line if it continues the one above")
        }
        ErrorKind::ExpectedBlockMappingKey | ErrorKind::ExpectedBlockSequenceEntry | ErrorKind::InvalidIndentation => {
            indentation(text, at, error.kind())
        }
        ErrorKind::BlockSequenceEntryNotAllowed => {
            Problem::at(here, "a list cannot start after `key:` on the same line")
                .with_help("start the list on the next line, or put the value in quotes if it begins with `-`")
        }
        ErrorKind::ExpectedDocumentStart if text.get(..at).is_some_and(|before| before.trim_end().starts_with('%')) => {
            Problem::at(content(text, at), "`---` is missing between the `%` line and the document")
        }
        ErrorKind::ExpectedDocumentStart => {
            Problem::at(content(text, at), "the line is indented less than the first line of the document")
                .with_help("indent all lines of a document alike, or start a new document with `---`")
        }
        ErrorKind::UnexpectedCharacter { character } => character_sentence(*character, here),
        ErrorKind::UnknownQuotedScalarEscape => escape(text, at),
        ErrorKind::RecursionLimitExceeded => too_deep(here),
        kind => in_flow(kind, here.clone()).or_else(|| rare(kind, here.clone())).unwrap_or_else(|| {
            // Whatever else the parser has to say about directives and tags is said well enough by it.
            Problem::at(here, error.info().replace('\'', "`"))
        }),
    }
}

/// Nested deeper than anyone writes.
pub(crate) fn too_deep(range: Range<usize>) -> Problem {
    Problem::at(range, format!("the nesting is deeper than {MAX_DEPTH} levels"))
        .with_help("nothing in Kubernetes is nested that deeply: check the file")
}

fn in_flow(kind: &ErrorKind, here: Range<usize>) -> Option<Problem> {
    Some(match kind {
        ErrorKind::UnclosedFlowCollection { open } => {
            Problem::at(here, format!("the bracket `{open}` is never closed")).with_help("add the closing bracket")
        }
        ErrorKind::UnexpectedEofFlowSequence
        | ErrorKind::UnexpectedEofFlowMapping
        | ErrorKind::UnexpectedEofImplicitFlowMapping => {
            Problem::at(here, "the document ends inside `[…]` or `{…}`").with_help("add the closing bracket")
        }
        ErrorKind::ExpectedFlowMappingSeparator => Problem::at(here, "`,` or `}` is missing before this")
            .with_help("close the `{` above, or put a `,` between the pairs"),
        ErrorKind::ExpectedFlowSequenceSeparator => Problem::at(here, "`,` or `]` is missing before this")
            .with_help("close the `[` above, or put a `,` between the items"),
        ErrorKind::MismatchedFlowCollectionEnd { open, close } => {
            Problem::at(here, format!("the bracket `{open}` is closed by `{close}`"))
        }
        ErrorKind::MisplacedFlowCollectionEnd => {
            Problem::at(here, "a closing bracket without an opening one").with_help("put the value in quotes")
        }
        ErrorKind::BlockEntryInFlowCollection => {
            Problem::at(here, "a list with `-` is not allowed inside `[…]` or `{…}`")
        }
        _ => return None,
    })
}

fn rare(kind: &ErrorKind, here: Range<usize>) -> Option<Problem> {
    Some(match kind {
        ErrorKind::MissingAnchorOrAliasName => Problem::at(here, "a value cannot start with `*` or `&`")
            .with_help("put the value in quotes; `*` and `&` are for aliases and anchors"),
        ErrorKind::UndeclaredTagHandle => Problem::at(here, "the tag uses a prefix that is not declared")
            .with_help("put the value in quotes if it is meant to start with `!`"),
        ErrorKind::BomInsideDocument => Problem::at(here, "a byte-order mark appears in the middle of the document")
            .with_help("two files were joined here: remove the invisible character"),
        ErrorKind::InvalidBlockScalarHeader => Problem::at(here, "text follows `|` or `>` on the same line")
            .with_help("start the text on the next line, indented; or put the value in quotes"),
        ErrorKind::InvalidBlockScalarIndent => {
            Problem::at(here, "a line of the text block is indented less than its first line")
        }
        ErrorKind::CommentNotSeparated => {
            Problem::at(here, "a comment needs a space before its `#`").with_help("put a space before the `#`")
        }
        ErrorKind::CommentInterceptedScalar => Problem::at(here, "a comment appears inside a multi-line value")
            .with_help("put the value in quotes, or move the comment"),
        ErrorKind::InvalidDocumentEnd => Problem::at(here, "text follows `...`, which ends the document"),
        ErrorKind::UnsupportedYamlMajorVersion => {
            Problem::at(here, "the `%YAML` line names a version that is not supported").with_help("remove the line")
        }
        ErrorKind::PlainScalarStartsWithDashFlowIndicator => {
            Problem::at(here, "a value cannot start with `-` and a bracket").with_help("put the value in quotes")
        }
        ErrorKind::ExpectedNodeContent => Problem::at(here, "a value is missing before this"),
        ErrorKind::MappingKeyNotAllowed => Problem::at(here, "a key cannot start with `? ` here"),
        _ => return None,
    })
}

/// A `:` where none may be: a second one on the line, a line indented too deep, or a line above that lacks its own.
fn colon(text: &str, at: usize, here: Range<usize>) -> Problem {
    let line = content(text, at);
    let before = text.get(line.start..at).unwrap_or_default();
    if before.contains(": ") {
        return Problem::at(here, "a second `:` on the line starts a mapping inside a value")
            .with_help("put the value in quotes, or start the inner mapping on the next line");
    }
    if before.chars().count() > LONGEST_KEY {
        return Problem::at(here, format!("the key before this is longer than {LONGEST_KEY} characters"));
    }
    let Some(above) = line_above(text, line.start) else {
        return Problem::at(here, "`:` is not allowed here").with_help("put the value in quotes");
    };
    let key = line.start..at;
    let written = text.get(above.clone()).unwrap_or_default();
    if indent(text, line.start) > indent(text, above.start) && written.contains(':') {
        return Problem::at(key, "the line is indented deeper than the one above, which already has a value")
            .with_help("indent it like the lines around it");
    }
    if written.contains(['[', '{']) && !written.ends_with([']', '}']) {
        return Problem::at(above, "the bracket on this line is never closed").with_help("add the closing bracket");
    }
    Problem::at(above, "the line is not `key: value`, and the next one has a `:`")
        .with_help("Add `:` and a space after the key, or indent the lines of a multi-line value and put it in quotes.")
}

/// A line that fits none above.
fn indentation(text: &str, at: usize, kind: &ErrorKind) -> Problem {
    let line = content(text, at);
    let written = text.get(line.clone()).unwrap_or_default();
    let is_item = written == "-" || written.starts_with("- ");
    if *kind == ErrorKind::ExpectedBlockSequenceEntry && !is_item {
        return Problem::at(line, "the line is in a list but does not start with `-`")
            .with_help("indent it like the keys of the item it belongs to, or less than the list");
    }
    let above = line_above(text, line.start).map_or(0, |above| indent(text, above.start));
    if is_item && above == indent(text, line.start) {
        return Problem::at(line, "there is a list item where a key is expected")
            .with_help("put the list under a key, or remove the `-`");
    }
    Problem::at(line, "the indentation does not match any line above")
        .with_help("start it at the same column as the other keys or items it belongs to")
}

fn character_sentence(character: char, here: Range<usize>) -> Problem {
    match character {
        '\0' => Problem::at(here, "the file contains a NUL byte: it is not text"),
        c if c.is_control() => {
            Problem::at(here, format!("the control character U+{:04X} is not allowed", u32::from(c)))
                .with_help("remove it, or write it as an escape in double quotes")
        }
        c => Problem::at(here, format!("a value cannot start with {}", code(&c.to_string())))
            .with_help("put the value in quotes"),
    }
}

/// The escape in the double-quoted text from `at` on that does not exist.
fn escape(text: &str, at: usize) -> Problem {
    let rest = text.get(at..).unwrap_or_default();
    let mut chars = rest.char_indices().skip(1);
    let mut found = None;
    while let Some((i, c)) = chars.next() {
        if c != '\\' {
            continue;
        }
        match chars.next() {
            Some((_, known)) if "0abt\tnvfre \"/\\N_LPxuU\n\r".contains(known) => {}
            Some((j, unknown)) => {
                found = Some(i..j + unknown.len_utf8());
                break;
            }
            None => break,
        }
    }
    let range = found.map_or(at..at + 1, |r| at + r.start..at + r.end);
    let written = text.get(range.clone()).unwrap_or_default();
    Problem::at(range, format!("{} is not an escape in double quotes", code(written)))
        .with_help("use single quotes, where a backslash needs no escape, or write it twice")
}

/// In backticks; a backtick itself in quotes.
fn code(text: &str) -> String {
    if text.contains('`') { format!("'{text}'") } else { format!("`{text}`") }
}

/// The line of `at`, without indentation and line end.
fn content(text: &str, at: usize) -> Range<usize> {
    let start = line_start(text, at);
    let end = line_end(text, at);
    let line = text.get(start..end).unwrap_or_default();
    let start = end - line.trim_start().len();
    start..start + line.trim().len()
}

/// The nearest line above that is neither blank nor a comment, without indentation.
fn line_above(text: &str, at: usize) -> Option<Range<usize>> {
    let mut start = line_start(text, at);
    while start > 0 {
        let line = content(text, start - 1);
        let written = text.get(line.clone()).unwrap_or_default();
        if !written.is_empty() && !written.starts_with('#') {
            return Some(line);
        }
        start = line_start(text, start - 1);
    }
    None
}

fn indent(text: &str, at: usize) -> usize {
    at - line_start(text, at)
}

/// The nearest character boundary at or before `at`.
fn boundary(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|i| text.is_char_boundary(*i)).unwrap_or(0)
}
