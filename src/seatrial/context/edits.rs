//! Edits of one file, put together and applied to its text.

use std::ops::{Range, RangeInclusive};
use std::sync::Arc;

use seatrial_diff::{Hunk, hunks};
use seatrial_model::{Encoding, ReportedEdit, SourceFile};

/// Lines around a change in a patch.
const CONTEXT: usize = 3;

/// The edits of a file, in the order of their places.
#[derive(Debug)]
pub(crate) struct Edits {
    file: Arc<SourceFile>,
    edits: Vec<(Range<usize>, String)>,
}

/// What becomes of an edit beside those that are there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Free,
    /// The very same edit is there.
    Same,
    /// Another edit changes what it changes.
    Taken,
}

impl Edits {
    /// None yet.
    pub(crate) fn of(file: Arc<SourceFile>) -> Edits {
        Edits { file, edits: Vec::new() }
    }

    pub(crate) fn file(&self) -> &SourceFile {
        &self.file
    }

    /// Whether an edit can be made beside the others.
    pub(crate) fn place(&self, edit: &ReportedEdit) -> Place {
        let range = self.range(edit);
        let overlaps =
            |other: &Range<usize>| other.start == range.start || (other.start < range.end && range.start < other.end);
        match self.edits.iter().find(|(other, _)| overlaps(other)) {
            None => Place::Free,
            Some((other, text)) if *other == range && *text == edit.text => Place::Same,
            Some(_) => Place::Taken,
        }
    }

    /// Adds an edit whose place is free.
    pub(crate) fn add(&mut self, edit: &ReportedEdit) {
        let range = self.range(edit);
        let at = self.edits.partition_point(|(other, _)| other.start < range.start);
        self.edits.insert(at, (range, edit.text.clone()));
    }

    /// Whether there are any.
    pub(crate) fn is_empty(&self) -> bool {
        self.edits.is_empty()
    }

    fn range(&self, edit: &ReportedEdit) -> Range<usize> {
        let at = |place| self.file.span_at(place).start as usize;
        at((edit.line, edit.column))..at((edit.end_line, edit.end_column))
    }

    /// The text with all of them made.
    fn text(&self) -> String {
        let before = self.file.text();
        let (mut text, mut done) = (String::with_capacity(before.len()), 0);
        for (range, instead) in &self.edits {
            text.push_str(before.get(done..range.start).unwrap_or_default());
            text.push_str(instead);
            done = range.end;
        }
        text.push_str(before.get(done..).unwrap_or_default());
        text
    }

    /// The lines that they change, from the first one to the last, numbered from 1; and what stands there with all of them made. `None`
    /// where there are no edits.
    pub(crate) fn lines(&self) -> Option<(RangeInclusive<usize>, String)> {
        let ((first, _), (last, _)) = (self.edits.first()?, self.edits.last()?);
        let number = |at: usize| u32::try_from(at).ok().map(|at| self.file.line_column(at).0);
        let lines = number(first.start)?..=number(last.end)?;
        let start = self.file.span_at((*lines.start(), 1)).start as usize;
        let behind = self.file.span_at((*lines.end(), 1)).start as usize + self.file.line(*lines.end()).len();
        let text = self.text();
        let end = (behind + text.len()).checked_sub(self.file.text().len())?;
        Some((lines, text.get(start..end)?.to_owned()))
    }

    /// The bytes of the file before them.
    pub(crate) fn before(&self) -> Vec<u8> {
        self.file.encoding().encode(self.file.text())
    }

    /// The bytes of the file with all of them made.
    pub(crate) fn after(&self) -> Vec<u8> {
        self.file.encoding().encode(&self.text())
    }

    /// A patch that makes them, as git takes it; `None` for a file that is binary for git.
    pub(crate) fn patch(&self, path: &str) -> Option<String> {
        if self.file.encoding() != Encoding::Utf8 {
            return None;
        }
        let (before, after) = (self.file.text(), self.text());
        // Lines end where they do for git.
        let [one, other] = [before, &after].map(|text| text.split_inclusive('\n').collect::<Vec<_>>());
        let hunks: String = hunks(&one, &other, CONTEXT).iter().map(written).collect();
        let [old, new] = ["a", "b"].map(|side| quoted(&format!("{side}/{path}")));
        // A tab ends a name with blanks.
        let end = if path.contains(' ') { "\t" } else { "" };
        Some(format!("diff --git {old} {new}\n--- {old}{end}\n+++ {new}{end}\n{hunks}"))
    }
}

/// A part of a patch; that the last line of a file has no end is said.
fn written(hunk: &Hunk<'_>) -> String {
    let line = |(sign, line): &(char, &str)| match line.ends_with('\n') {
        true => format!("{sign}{line}"),
        false => format!("{sign}{line}\n\\ No newline at end of file\n"),
    };
    format!("{}\n{}", hunk.header(), hunk.lines.iter().map(line).collect::<String>())
}

/// A path as git quotes it.
fn quoted(path: &str) -> String {
    let is_plain = |c: char| !c.is_control() && c != '"' && c != '\\';
    if path.chars().all(is_plain) {
        return path.to_owned();
    }
    let mut quoted = String::from("\"");
    for c in path.chars() {
        if is_plain(c) {
            quoted.push(c);
            continue;
        }
        let mut bytes = [0; 4];
        c.encode_utf8(&mut bytes).bytes().for_each(|byte| quoted.push_str(&format!("\\{byte:03o}")));
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use seatrial_model::Sources;

    use super::*;

    fn edit(line: usize, columns: Range<usize>, text: &str) -> ReportedEdit {
        ReportedEdit {
            path: "a.yaml".to_owned(),
            line,
            column: columns.start,
            end_line: line,
            end_column: columns.end,
            text: text.to_owned(),
        }
    }

    #[test]
    fn edits_of_a_file_are_made_at_once_whatever_their_order() {
        let mut edits = Edits::of(Sources::new().add("a.yaml", "é: 1\r\nbc: 2\r\nd: 3".to_owned()));
        edits.add(&edit(3, 1..2, "four"));
        edits.add(&edit(1, 1..2, "e"));
        assert_eq!(edits.place(&edit(3, 1..2, "four")), Place::Same);
        assert_eq!(edits.place(&edit(3, 1..2, "five")), Place::Taken);
        assert_eq!(edits.place(&edit(2, 1..3, "x")), Place::Free);
        assert_eq!(String::from_utf8(edits.after()).as_deref(), Ok("e: 1\r\nbc: 2\r\nfour: 3"));
        assert_eq!(edits.before(), "é: 1\r\nbc: 2\r\nd: 3".as_bytes());
    }

    #[test]
    fn a_patch_keeps_line_ends_and_says_where_the_last_one_is_missing() {
        let mut edits = Edits::of(Sources::new().add("a.yaml", "a: 1\r\nb: 2".to_owned()));
        edits.add(&edit(2, 1..2, "c"));
        let expected = "diff --git a/a.yaml b/a.yaml\n--- a/a.yaml\n+++ b/a.yaml\n@@ -1,2 +1,2 @@\n a: 1\r\n-b: 2\n\\ No newline at end of file\n+c: 2\n\\ No newline at end of file\n";
        assert_eq!(edits.patch("a.yaml").as_deref(), Some(expected));
    }

    #[test]
    fn odd_names_are_quoted_as_git_does() {
        assert_eq!(quoted("a/é b.yaml"), "a/é b.yaml");
        assert_eq!(quoted("a/x\"y\n.yaml"), "\"a/x\\042y\\012.yaml\"");
    }
}
