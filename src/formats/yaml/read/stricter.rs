//! Scalars that the parser takes and libyaml, which kubectl and kustomize descend from, does not.

use std::borrow::Cow;
use std::ops::Range;

use granit_parser::ScalarStyle;

use crate::scalars::place::Place;
use crate::scalars::typing::Dialect;
use crate::text::old_breaks;
use crate::text::problem::{self, Problem, WHITE};

/// What must be looked at in a file; most files have none of it.
#[derive(Clone, Copy)]
pub(crate) struct Strictness {
    tabs: bool,
    old_breaks: bool,
    halves: bool,
}

impl Strictness {
    pub(crate) fn of(text: &str, dialect: Dialect) -> Strictness {
        let old_breaks = !text.is_ascii() && text.contains(old_breaks::is_old_break);
        Strictness { old_breaks, ..Strictness::without_old_breaks(text, dialect) }
    }

    /// For a text that is known to have no old line ends.
    pub(crate) fn without_old_breaks(text: &str, dialect: Dialect) -> Strictness {
        Strictness {
            tabs: text.contains('\t'),
            old_breaks: false,
            // kubectl reads a file that starts with a brace as JSON, which knows them.
            halves: dialect == Dialect::Kustomize || !text.trim_start().starts_with('{'),
        }
    }

    /// Whether a scalar of this style must be looked at; most need not.
    pub(crate) fn concerns(self, style: ScalarStyle, place: Place) -> bool {
        self.tabs || self.old_breaks || style != ScalarStyle::Plain || place == Place::Flow
    }

    /// Whether what lies between tokens must be looked at.
    pub(crate) fn concerns_gaps(self) -> bool {
        self.tabs
    }

    /// Checks a scalar, and gives the value that go-yaml reads.
    pub(crate) fn scalar<'a>(
        self,
        value: Cow<'a, str>,
        text: &str,
        written: &Range<usize>,
        style: ScalarStyle,
        place: Place,
    ) -> Result<Cow<'a, str>, Problem> {
        match style {
            ScalarStyle::Literal | ScalarStyle::Folded if self.tabs => no_tab_in_indentation(text, written)?,
            // Without an escape the parser lends what is written.
            ScalarStyle::DoubleQuoted if self.halves && matches!(value, Cow::Owned(_)) => {
                no_escapes_of_json(text, written)?;
            }
            ScalarStyle::Plain if place == Place::Flow => no_indicator_in_flow(&value, written)?,
            _ => {}
        }
        if self.old_breaks { old_breaks::read(value, written, text, style) } else { Ok(value) }
    }

    /// Checks a scalar that is a key between brackets; `before` lies between it and what is in front of it.
    pub(crate) fn flow_key(
        self,
        text: &str,
        before: Range<usize>,
        written: &Range<usize>,
        style: ScalarStyle,
    ) -> Result<(), Problem> {
        let mark = text.get(..written.start).is_some_and(|before| before.trim_end_matches(WHITE).ends_with('?'));
        let explicit = mark || text.get(before).is_some_and(|before| before.contains('?'));
        if explicit { Ok(()) } else { flow_key(text, written, style) }
    }

    /// Checks what stands before the `---` of a document.
    pub(crate) fn document_start(self, text: &str, before: Range<usize>) -> Result<(), Problem> {
        no_directive(text, before.clone())?;
        self.gap(text, before, None, Place::Block)
    }

    /// Checks a comment.
    pub(crate) fn comment(self, text: &str, written: &Range<usize>) -> Result<(), Problem> {
        if self.old_breaks { old_breaks::check_comment(written, text) } else { Ok(()) }
    }

    /// Checks what lies between two tokens; `plain_at` is the column of the collection around a plain scalar that ends where the gap begins.
    pub(crate) fn gap(
        self,
        text: &str,
        gap: Range<usize>,
        plain_at: Option<usize>,
        place: Place,
    ) -> Result<(), Problem> {
        if self.tabs && place == Place::Block { no_tab_between(text, gap, plain_at) } else { Ok(()) }
    }
}

/// A text block may not have a tab where indentation is looked for. `written` begins at its `|` or `>`.
fn no_tab_in_indentation(text: &str, written: &Range<usize>) -> Result<(), Problem> {
    let block = text.get(written.start..).unwrap_or_default();
    let Some(header_end) = block.find('\n') else { return Ok(()) };
    let header = block.get(..header_end).unwrap_or_default();
    let indicators = header.split([' ', '\t', '#']).next().unwrap_or_default();
    // The parser itself sees to blocks that say how deep they are indented.
    if indicators.contains(|c: char| c.is_ascii_digit()) {
        return Ok(());
    }
    let mut indent = usize::MAX;
    let mut at = written.start + header_end + 1;
    for line in text.get(at..).unwrap_or_default().split_inclusive('\n') {
        let spaces = line.bytes().take_while(|b| *b == b' ').count();
        match line.as_bytes().get(spaces) {
            _ if spaces >= indent => {}
            Some(b'\t') => return Err(problem::tab(text, at + spaces + 1)),
            Some(b'\n' | b'\r') | None => {}
            // Behind an empty block.
            Some(_) if at >= written.end => break,
            Some(_) if indent == usize::MAX => indent = spaces,
            Some(_) => break,
        }
        at += line.len();
    }
    Ok(())
}

/// Outside of brackets no tab may stand where a key could begin, nor in a line that is blank otherwise.
fn no_tab_between(text: &str, gap: Range<usize>, plain_at: Option<usize>) -> Result<(), Problem> {
    let between = text.get(gap.clone()).unwrap_or_default();
    if !between.contains('\t') {
        return Ok(());
    }
    // At the start of a file a key may begin.
    let (mut key_allowed, mut comment, mut column) = (gap.start == 0, false, 0);
    // Behind a plain scalar blank lines may still belong to it, and there a tab does no harm when it is indented.
    let mut plain_at = plain_at;
    for (at, byte) in between.bytes().enumerate() {
        match byte {
            b'\n' | b'\r' => (key_allowed, comment, column) = (true, false, 0),
            _ if comment => {}
            b'\t' if key_allowed && plain_at.is_none_or(|plain_at| column <= plain_at) => {
                return Err(problem::tab(text, gap.start + at + 1));
            }
            b' ' | b'\t' => column += 1,
            // A byte order mark.
            0x80.. => {}
            b'#' => (comment, plain_at) = (true, None),
            // A `:` behind a simple key is followed by its value; one at the start of a line may be followed by a key.
            b':' => plain_at = None,
            b'-' | b'?' => (key_allowed, plain_at) = (true, None),
            _ => (key_allowed, plain_at) = (false, None),
        }
    }
    Ok(())
}

/// JSON writes characters beyond the basic plane as two escapes of four digits, and may escape a slash; go-yaml does not know that.
/// `written` has double quotes.
fn no_escapes_of_json(text: &str, written: &Range<usize>) -> Result<(), Problem> {
    let inside = text.get(written.clone()).unwrap_or_default().as_bytes();
    let mut at = 0;
    while let Some(next) = inside.get(at..).and_then(|rest| rest.iter().position(|b| *b == b'\\')) {
        at += next;
        let start = written.start + at;
        match inside.get(at + 1..) {
            Some([b'u', b'd' | b'D', b'8'..=b'9' | b'a'..=b'f' | b'A'..=b'F', ..]) => {
                let message = "the escape is half of a surrogate pair, which only JSON allows";
                return Err(Problem::new(start, start + 6, message)
                    .with_help("write the character itself, or `\\U` and its eight digits"));
            }
            Some([b'/', ..]) => {
                let message = "kubectl and kustomize do not know the escape `\\/`";
                return Err(Problem::new(start, start + 2, message).with_help("write `/` without the backslash"));
            }
            _ => at += 2,
        }
    }
    Ok(())
}

/// In brackets `?` begins a key for libyaml, wherever it stands in a plain scalar (`[http://web/?page=1]`), and `:` in front of one ends it.
fn no_indicator_in_flow(text: &str, written: &Range<usize>) -> Result<(), Problem> {
    let message = if text.contains('?') {
        "kubectl and kustomize read `?` between brackets as the start of a key"
    } else if text.starts_with(':') {
        "a value between brackets cannot start with `:` for kubectl and kustomize"
    } else {
        return Ok(());
    };
    Err(Problem::at(written.clone(), message).with_help("put the value in quotes"))
}

/// A key between brackets, without `?`, and its `:` stand on one line, and a blank follows the `:` of a plain one.
fn flow_key(text: &str, written: &Range<usize>, style: ScalarStyle) -> Result<(), Problem> {
    let behind = text.get(written.end..).unwrap_or_default();
    let colon = behind.trim_start_matches(WHITE);
    if !colon.starts_with(':') {
        return Ok(());
    }
    let between = behind.get(..behind.len() - colon.len()).unwrap_or_default();
    if between.contains('\n') || text.get(written.clone()).is_some_and(|key| key.contains('\n')) {
        let message = "a key between brackets and its `:` must be on one line for kubectl and kustomize";
        return Err(Problem::at(written.clone(), message));
    }
    let tight = colon.get(1..).is_some_and(|rest| rest.starts_with([',', '[', ']', '{', '}']));
    if style == ScalarStyle::Plain && between.is_empty() && tight {
        let message = "kubectl and kustomize read the `:` as part of the key: nothing separates it from what follows";
        let at = written.end;
        return Err(Problem::new(at, at + 1, message).with_help("put a space after the `:`"));
    }
    Ok(())
}

/// A `%` line before a document: kubectl and kustomize cut the file at its `---` first, and cannot read what is left of it.
fn no_directive(text: &str, before: Range<usize>) -> Result<(), Problem> {
    let mut at = before.start;
    for line in text.get(before).unwrap_or_default().split_inclusive('\n') {
        if line.starts_with("...") {
            return Ok(());
        }
        if line.starts_with('%') {
            let message = "kubectl and kustomize cannot read a file with a `%` line";
            return Err(Problem::new(at, at + line.trim_end().len(), message).with_help("remove the line"));
        }
        at += line.len();
    }
    Ok(())
}
