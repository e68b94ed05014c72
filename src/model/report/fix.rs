//! What would mend a finding: edits of files as they lie there, and the same as readers see them.

use serde::{Deserialize, Serialize};

use crate::{BelongsTo, Finding, Key, Masker, SourceFile, Sources, Span, Style};

/// Edits that mend a finding. Only what has one right answer has any.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What they do, as a clause: ``write `replicas` ``.
    pub title: String,
    /// The edits, none of which overlaps another one.
    pub edits: Vec<TextEdit>,
}

/// A text in place of what stands at a span.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextEdit {
    /// What goes.
    pub span: Span,
    /// What comes instead.
    pub text: String,
}

/// Edits that mend a finding, with their places resolved.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReportedFix {
    /// What they do, as a clause.
    pub title: String,
    /// The edits, none of which overlaps another one.
    pub edits: Vec<ReportedEdit>,
}

/// A text in place of what stands between two places of a file of this repository.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReportedEdit {
    /// Path from the root of the repository, forward slashes.
    pub path: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// Last line, from 1.
    pub end_line: usize,
    /// Column after the last character, from 1.
    pub end_column: usize,
    /// What comes instead.
    pub text: String,
}

/// The fixes of a report as one patch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Patch {
    /// How many findings it mends.
    pub fixes: usize,
    /// The patch, as git takes it.
    pub text: String,
}

impl Fix {
    /// Writes another word at a span, where the file says exactly `word` there, plain or in quotes, which stay. `None` where something else
    /// made the word of what stands there, where the file is not one of this repository, and where it is a template or has aliases: what
    /// stands there may be used at another place, too.
    #[must_use]
    pub fn of_word(sources: &Sources, span: Span, word: &str, instead: &str) -> Option<Fix> {
        let file = sources.get(span.file).filter(|file| *file.belongs_to() == BelongsTo::Repository)?;
        let written = file.text().get(span.start as usize..span.end as usize)?;
        let quotes = if written == word { 0 } else { 1 };
        let inner = ['"', '\''].into_iter().find_map(|quote| written.strip_prefix(quote)?.strip_suffix(quote));
        if (quotes == 1 && inner != Some(word)) || !file.is_plain() {
            return None;
        }
        let span = Span { start: span.start + quotes, end: span.end - quotes, ..span };
        let edits = vec![TextEdit { span, text: instead.to_owned() }];
        Some(Fix { title: format!("write `{instead}`"), edits })
    }
}

impl Fix {
    /// Writes another key, where the file has it plain or in quotes, which stay. `None` where it is written in another way (escapes).
    #[must_use]
    pub fn of_key(key: &Key, instead: &str) -> Option<Fix> {
        let quotes = match key.style {
            Style::Plain => 0,
            Style::SingleQuoted | Style::DoubleQuoted => 1,
            Style::Literal | Style::Folded | Style::Flow => return None,
        };
        let span = Span { start: key.span.start + quotes, end: key.span.end.checked_sub(quotes)?, ..key.span };
        let is_literal = span.end.checked_sub(span.start).is_some_and(|length| length as usize == key.text.len());
        let edits = vec![TextEdit { span, text: instead.to_owned() }];
        is_literal.then(|| Fix { title: format!("write `{instead}`"), edits })
    }
}

impl ReportedFix {
    /// The fix of a finding; `None` where a part of it lies elsewhere than in a file of this repository whose text stands for itself alone, or is
    /// secret.
    pub(crate) fn of(finding: &Finding, sources: &Sources, masker: &Masker) -> Option<ReportedFix> {
        let fix = finding.fix.as_ref().filter(|fix| !fix.edits.is_empty())?;
        let is_open = |text: &str| masker.mask(text) == text;
        let edits = fix.edits.iter().filter(|edit| is_open(&edit.text));
        let edits: Vec<ReportedEdit> = edits.filter_map(|edit| resolved(edit, sources)).collect();
        let is_whole = edits.len() == fix.edits.len() && is_open(&fix.title);
        is_whole.then(|| ReportedFix { title: fix.title.clone(), edits })
    }
}

fn resolved(edit: &TextEdit, sources: &Sources) -> Option<ReportedEdit> {
    let file = sources.get(edit.span.file).filter(|file| is_of_this_repository(file) && file.is_plain())?;
    let (line, column) = file.line_column(edit.span.start);
    let (end_line, end_column) = file.line_column(edit.span.end);
    Some(ReportedEdit { path: file.path().to_owned(), line, column, end_line, end_column, text: edit.text.clone() })
}

/// Whether it is a file of this repository, and not what only has a name in angle brackets.
fn is_of_this_repository(file: &SourceFile) -> bool {
    *file.belongs_to() == BelongsTo::Repository && !file.path().starts_with('<')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Encoding, ReportedFinding, ids};

    /// Where `word` becomes `replicas` in a text, as a reader sees it.
    fn at(text: &str, word: &str, of: &BelongsTo) -> Option<String> {
        let sources = Sources::new();
        let file = sources.add_of(of, "a.yaml", text.to_owned(), Encoding::Utf8);
        let start = text.find("repl").expect("in the text");
        let (before, after) = text.split_at(start);
        let start = start - usize::from(before.ends_with(['"', '\'']));
        let end = text.len() - after.split_once(':').expect("a key").1.len() - 1;
        let span = Span::new(file.id(), start, end);
        let finding = Finding::new(ids::INVALID_OBJECT, span, "it is wrong");
        let finding = finding.with_fix(Fix::of_word(&sources, span, word, "replicas"));
        let fix = ReportedFinding::resolve(&finding, &sources, &Masker::new()).fix?;
        let edit = fix.edits.first().expect("one");
        assert_eq!((fix.title.as_str(), edit.text.as_str()), ("write `replicas`", "replicas"));
        Some(format!("{}:{}:{}-{}:{}", edit.path, edit.line, edit.column, edit.end_line, edit.end_column))
    }

    #[test]
    fn a_word_is_replaced_where_the_file_says_it_and_quotes_stay() {
        let here = |text| at(text, "replicaz", &BelongsTo::Repository);
        assert_eq!(here("é: 1\r\nreplicaz: 1\r\n").as_deref(), Some("a.yaml:2:1-2:9"));
        assert_eq!(here("{ \"replicaz\": 1 }\n").as_deref(), Some("a.yaml:1:4-1:12"));
        assert_eq!(here("'replicaz': 1\n").as_deref(), Some("a.yaml:1:2-1:10"));
        assert_eq!(here("repl${CAZ}: 1\n"), None, "a variable made it");
        assert_eq!(here("a: &a { replicaz: 1 }\nb: *a\n"), None, "it stands for two");
        assert_eq!(here("a: {{ .Values.a }}\nreplicaz: 1\n"), None, "it is a template");
        assert_eq!(here("a: \"*/5 * * * *\"\nreplicaz: 1\n").as_deref(), Some("a.yaml:2:1-2:9"));
    }

    #[test]
    fn what_lies_in_another_repository_is_not_edited() {
        let asked = Span::new(crate::FileId(0), 0, 1);
        let of = BelongsTo::Checkout { name: "platform".into(), asked };
        assert_eq!(at("replicaz: 1\n", "replicaz", &of), None);
    }

    #[test]
    fn a_secret_is_not_written() {
        let sources = Sources::new();
        let file = sources.add("a.yaml", "replicaz: 1\n".to_owned());
        let span = Span::new(file.id(), 0, 8);
        let fix = Fix::of_word(&sources, span, "replicaz", "hunter2-hunter2");
        let finding = Finding::new(ids::INVALID_OBJECT, span, "it is wrong").with_fix(fix);
        let masker = Masker::new();
        masker.add("hunter2-hunter2");
        assert_eq!(ReportedFinding::resolve(&finding, &sources, &masker).fix, None);
    }
}
