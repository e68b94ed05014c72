//! What go-yaml says of YAML that cannot be read: its words and its lines, as Helm's messages have them.
//!
//! Our parser says it in words of its own, for whoever wrote the file. go-yaml counts the lines of its parser from zero, and those of its scanner
//! from one.

use seatrial_model::{Finding, SourceFile};

/// Which line it names.
enum At {
    /// The line itself: the scanner found it there.
    Line,
    /// One less: the parser found it there, and counts from zero.
    Before,
    /// The line with the next token: the scanner noticed there that the last one was no key.
    Next,
    /// The end of the text, for the scanner.
    End,
    /// The end of the text, for the parser.
    BeforeEnd,
    /// None.
    Nowhere,
}

/// The message of a finding of the parser; its own where go-yaml's is not known.
pub(crate) fn of_go_yaml(finding: &Finding, file: &SourceFile) -> String {
    let start = finding.primary.span.start;
    let (line, column) = file.line_column(start);
    let before = file.line(line).get(..column.saturating_sub(1)).unwrap_or_default().trim_end();
    let at_bracket = file.text().get(start as usize..finding.primary.span.end as usize).unwrap_or_default();
    let Some((at, words)) = known(&finding.message, before, at_bracket) else {
        return format!("yaml: line {line}: {}", finding.message);
    };
    let last = file.text().matches('\n').count();
    // The end of the text begins a line.
    let end = last + usize::from(!file.text().ends_with('\n'));
    let line = match at {
        // The first line is the line 0, which is not named.
        At::Line if line == 1 => 0,
        At::Line => line,
        At::Before => line - 1,
        At::Next => next_line(file, line).unwrap_or(end + 1),
        At::End => last + 1,
        At::BeforeEnd => end,
        At::Nowhere => 0,
    };
    if line == 0 { format!("yaml: {words}") } else { format!("yaml: line {line}: {words}") }
}

/// What our parser's messages are in its words. `before` is what stands before the place on its line, `written` what is there.
fn known(message: &str, before: &str, written: &str) -> Option<(At, String)> {
    let (at, words) = match message {
        "the indentation does not match any line above"
        | "text follows the closing quote"
        | "there is a list item where a key is expected" => (At::Before, "did not find expected key"),
        "the line is in a list but does not start with `-`" => (At::Before, "did not find expected '-' indicator"),
        "the line is indented deeper than the one above, which already has a value"
        | "a second `:` on the line starts a mapping inside a value" => {
            (At::Line, "mapping values are not allowed in this context")
        }
        "the line is not `key: value`, and the next one has a `:`" => {
            (At::Next, "mapping values are not allowed in this context")
        }
        "the line is neither `key: value` nor an item of a list" => (At::Next, "could not find expected ':'"),
        "a list cannot start after `key:` on the same line" => {
            (At::Line, "block sequence entries are not allowed in this context")
        }
        "text follows `|` or `>` on the same line" => (At::Line, "did not find expected comment or line break"),
        "a value cannot start with `*` or `&`" => (At::Line, "did not find expected alphabetic or numeric character"),
        "a tab is used for indentation, which YAML does not allow" => {
            (At::Line, "found character that cannot start any token")
        }
        "a closing bracket without an opening one" if before.is_empty() || before.ends_with([':', '-']) => {
            (At::Before, "did not find expected node content")
        }
        "a closing bracket without an opening one" => (At::Before, "did not find expected key"),
        "the bracket on this line is never closed" if written.contains('{') => {
            (At::Line, "did not find expected ',' or '}'")
        }
        "the bracket on this line is never closed" => (At::Line, "did not find expected ',' or ']'"),
        "the bracket `{` is never closed" => (At::BeforeEnd, "did not find expected ',' or '}'"),
        "the bracket `[` is never closed" => (At::BeforeEnd, "did not find expected ',' or ']'"),
        "`,` or `}` is missing before this" => (At::Before, "did not find expected ',' or '}'"),
        "`,` or `]` is missing before this" => (At::Before, "did not find expected ',' or ']'"),
        _ if message.starts_with("a value cannot start with ") => {
            (At::Line, "found character that cannot start any token")
        }
        _ if message.starts_with("the quote ") && message.ends_with(" is never closed") => {
            (At::End, "found unexpected end of stream")
        }
        _ => {
            let (name, _) = message.strip_prefix("the alias `*")?.split_once('`')?;
            return Some((At::Nowhere, format!("unknown anchor '{name}' referenced")));
        }
    };
    Some((at, words.to_owned()))
}

/// The next line that has something.
fn next_line(file: &SourceFile, line: usize) -> Option<usize> {
    let is_blank = |text: &str| text.trim().is_empty() || text.trim_start().starts_with('#');
    let last = file.text().matches('\n').count() + 1;
    (line + 1..=last).find(|next| !is_blank(file.line(*next)))
}
