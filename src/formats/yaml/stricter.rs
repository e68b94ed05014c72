//! Scalars that the parser takes and libyaml, which kubectl and kustomize descend from, does not.

use std::borrow::Cow;
use std::ops::Range;

use granit_parser::ScalarStyle;

use crate::order::Place;
use crate::problem::{self, Problem};
use crate::{Dialect, old_breaks};

/// What must be looked at in a file; most files have none of it.
#[derive(Clone, Copy)]
pub(crate) struct Strictness {
    tabs: bool,
    old_breaks: bool,
    halves: bool,
}

impl Strictness {
    pub(crate) fn of(text: &str, dialect: Dialect) -> Strictness {
        Strictness {
            tabs: text.contains('\t'),
            old_breaks: ["\u{85}", "\u{2028}", "\u{2029}"].into_iter().any(|c| text.contains(c)),
            // kubectl reads a file that starts with a brace as JSON, which knows them.
            halves: dialect == Dialect::Kustomize || !text.trim_start().starts_with('{'),
        }
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
            ScalarStyle::DoubleQuoted if self.halves && matches!(value, Cow::Owned(_)) => no_surrogates(text, written)?,
            ScalarStyle::Plain if place == Place::Flow => no_question_in_flow(&value, written)?,
            _ => {}
        }
        if self.old_breaks { old_breaks::read(value, written, text, style) } else { Ok(value) }
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
    let (mut key_allowed, mut comment, mut column) = (false, false, 0);
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
            b'#' => (comment, plain_at) = (true, None),
            // A `:` behind a simple key is followed by its value; one at the start of a line may be followed by a key.
            b':' => plain_at = None,
            b'-' | b'?' => (key_allowed, plain_at) = (true, None),
            _ => (key_allowed, plain_at) = (false, None),
        }
    }
    Ok(())
}

/// JSON writes characters beyond the basic plane as two escapes of four digits; YAML does not know that. `written` has double quotes.
fn no_surrogates(text: &str, written: &Range<usize>) -> Result<(), Problem> {
    let inside = text.get(written.clone()).unwrap_or_default().as_bytes();
    let mut at = 0;
    while let Some(next) = inside.get(at..).and_then(|rest| rest.iter().position(|b| *b == b'\\')) {
        at += next;
        if let Some([b'u', b'd' | b'D', b'8'..=b'9' | b'a'..=b'f' | b'A'..=b'F', ..]) = inside.get(at + 1..) {
            let start = written.start + at;
            return Err(Problem::new(start, start + 6, "the escape is one half of a character, which only JSON knows")
                .with_help("write the character itself, or `\\U` and its eight digits"));
        }
        at += 2;
    }
    Ok(())
}

/// In brackets `?` begins a key for libyaml, wherever it stands in a plain scalar: `[http://web/?page=1]`.
fn no_question_in_flow(text: &str, written: &Range<usize>) -> Result<(), Problem> {
    if !text.contains('?') {
        return Ok(());
    }
    let message = "kubectl and kustomize take `?` for the start of a key when it stands between brackets";
    Err(Problem::at(written.clone(), message).with_help("put the value in quotes"))
}
