//! Which lines of a file hold values of Secrets: as those noted who parsed it (`secrets`), and by the letters alone, where it does not parse or
//! says something else than was meant.

use std::ops::Range as Bytes;
use std::sync::{Arc, LazyLock};

use regex::Regex;

use crate::secrets::Parts;
use crate::{MASK, SourceFile, Span};

/// `kind: Secret` in any notation; a JSON patch of a Secret's values.
static TELLS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r#"\bkind["']?\s*:\s*["']?Secret\b|\bpath["']?\s*:\s*["']?/(?:stringData|data)\b"#).ok()
});

/// Keys whose values say which object it is.
const IDENTIFYING: [&str; 9] =
    ["apiVersion", "kind", "name", "namespace", "type", "immutable", "behavior", "op", "path"];

/// Keys below which an identifying key is one; below any other it may be a key of the Secret's own.
const AROUND: [&str; 8] = ["metadata", "items", "patches", "target", "options", "name", "apiVersion", "op"];

/// Keys whose blocks may hold whole Secrets or patches of them; other blocks only refer to Secrets (`valuesFrom` of a HelmRelease).
const HOLDERS: [&str; 4] = ["items", "patches", "patchesStrategicMerge", "patchesJson6902"];

/// What of a file around a place is confidential.
#[derive(Debug)]
pub(crate) struct Confidential<'a> {
    file: &'a SourceFile,
    document: Range,
    /// `None`: the file does not use the word.
    tells: Option<&'a Tells>,
    /// Whether the document is a Secret, and every line of it counts.
    whole: bool,
    /// What was noted by who parsed it.
    noted: Arc<Parts>,
}

/// What a file tells of Secrets; it is looked through once, whatever is asked of it.
#[derive(Debug)]
pub(crate) struct Tells {
    /// Byte offsets.
    secrets: Vec<u32>,
    /// Those of them that say that their document is a Secret.
    objects: Vec<u32>,
    /// Byte offsets of the line ends before the marks between documents.
    documents: Vec<u32>,
    /// Lines that begin at the margin.
    margins: Vec<usize>,
    /// For each line, from 1, the nearest one above that is indented less; 0 where there is none.
    parents: Vec<u32>,
}

impl Tells {
    /// `None` when the text does not use the word at all.
    pub(crate) fn of(file: &SourceFile) -> Option<Tells> {
        let text = file.text();
        if !["ecret", "ECRET", "/data", "/stringData"].iter().any(|word| text.contains(word)) {
            return None;
        }
        let offset = |start: usize| u32::try_from(start).unwrap_or(u32::MAX);
        let found = TELLS.iter().flat_map(|tells| tells.find_iter(text).map(|found| offset(found.start())));
        let secrets: Vec<u32> = found.collect();
        let is_object = |at: &u32| {
            let before = file.line(file.line_column(*at).0).trim_start_matches("--- ");
            depth(before) == Some(0) && (key(before) == Some("kind") || before.starts_with('{'))
        };
        let objects = secrets.iter().copied().filter(is_object).collect();
        let documents = text.match_indices("\n---").map(|(start, _)| offset(start)).collect();
        let depths: Vec<Option<usize>> = (1..=file.line_starts().len()).map(|line| depth(file.line(line))).collect();
        let margins = (1..).zip(&depths).filter(|(_, depth)| **depth == Some(0)).map(|(line, _)| line).collect();
        Some(Tells { secrets, objects, documents, margins, parents: parents(&depths) })
    }
}

/// Lines from 1, the last one included.
#[derive(Clone, Copy, Debug)]
struct Range {
    first: usize,
    last: usize,
}

impl<'a> Confidential<'a> {
    /// Of the YAML document around a span.
    pub(crate) fn around(file: &'a SourceFile, span: Span) -> Confidential<'a> {
        let noted = file.marks().parts();
        let Some(tells) = file.tells_of_secrets() else {
            return Confidential { file, document: Range { first: 1, last: 1 }, tells: None, whole: false, noted };
        };
        let text = file.text();
        let start = (span.start as usize).min(text.len());
        let next = tells.documents.partition_point(|end| (*end as usize) < start);
        let is_before = |end: &&u32| **end as usize + "\n---".len() <= start;
        let from = tells.documents.iter().take(next).rev().find(is_before).map_or(0, |end| *end as usize + 1);
        let to = tells.documents.get(next).map_or(text.len(), |end| *end as usize);
        let line = |offset: usize| file.line_column(u32::try_from(offset).unwrap_or(u32::MAX)).0;
        let document = Range { first: line(from), last: line(to) };
        let whole = !between(&tells.objects, from, to).is_empty();
        Confidential { file, document, tells: Some(tells), whole, noted }
    }

    /// Whether the values of a line are not to be shown.
    pub(crate) fn hides(&self, line: usize) -> bool {
        if self.noted.names_files(&self.bytes_of(line)) {
            return false;
        }
        if !self.noted.is_empty() && self.noted.hides(&self.bytes_of(line)) {
            return true;
        }
        let Some(tells) = self.tells else { return false };
        if self.whole && (self.document.first..=self.document.last).contains(&line) {
            return true;
        }
        let block = self.block(line);
        let head = self.file.line(block.first);
        let head_key = key(head).unwrap_or_default();
        // Misspelt, too: `secretsGenerator`.
        if head_key.to_lowercase().contains("secret") || self.file.line(line).contains("secretGenerator") {
            return true;
        }
        let mut above = self.above(line).filter_map(|number| key(self.file.line(number)));
        if above.any(|key| key.contains("secretGenerator")) {
            return true;
        }
        let may_hold = HOLDERS.contains(&head_key) || head.starts_with(['{', '[', '-']);
        let (start, end) = self.bytes(block);
        may_hold && !between(&tells.secrets, start, end).is_empty()
    }

    /// The line without its value: `password: ***`; without a key it is masked whole, and what identifies the object is kept.
    pub(crate) fn masked(&self, line: usize, text: &str) -> String {
        let indent: String = text.chars().take_while(|c| *c == ' ').collect();
        let body = text.trim();
        if body.trim_matches(['{', '}', '[', ']', ',', '-']).is_empty() {
            return text.to_owned();
        }
        let bytes = self.bytes_of(line);
        if self.noted.is_inside(&bytes) {
            return format!("{indent}{MASK}");
        }
        let may_identify = !self.noted.has_value(&bytes) && self.is_outside_values(line);
        let (dash, pair) = body.strip_prefix("- ").map_or(("", body), |rest| ("- ", rest));
        match pair.split_once(':') {
            Some((key, value)) if value.trim().is_empty() => format!("{indent}{dash}{key}:"),
            Some((key, value)) if may_identify && IDENTIFYING.contains(&bare(key)) && is_plain(value) => {
                text.to_owned()
            }
            Some((key, value)) if may_identify && bare(key) == "metadata" && is_closed(value) => text.to_owned(),
            Some((key, value)) if value.starts_with(' ') && !key.contains([' ', '=']) => {
                format!("{indent}{dash}{key}: {MASK}")
            }
            _ => format!("{indent}{dash}{MASK}"),
        }
    }

    /// The values of a span's lines that are not shown, one behind the other; empty when all are.
    pub(crate) fn hidden_text(&self, first: usize, last: usize) -> String {
        let lines = (first..=last).take(100).filter(|line| self.hides(*line));
        let value = |line: usize| {
            let text = self.file.line(line);
            let shown = self.masked(line, text);
            if shown == text { None } else { Some(text.split_once(": ").map_or(text, |(_, value)| value)) }
        };
        lines.filter_map(value).collect::<Vec<_>>().join("\n")
    }

    /// Whether a line stands below none but keys that are known to hold no values of a Secret.
    fn is_outside_values(&self, line: usize) -> bool {
        self.above(line).all(|number| {
            let above = self.file.line(number);
            key(above).is_none_or(|key| AROUND.contains(&key) || key.ends_with("Generator"))
        })
    }

    /// The lines that a line stands below, the nearest first: each is indented less than the one before.
    fn above(&self, line: usize) -> impl Iterator<Item = usize> {
        let margin = self.block(line).first;
        let parents = self.tells.map_or(&[][..], |tells| &tells.parents);
        let parent = move |line: usize| line.checked_sub(1).and_then(|at| parents.get(at)).map(|line| *line as usize);
        let above = move |line: usize| parent(line).filter(|parent| *parent >= margin.max(1));
        std::iter::successors(above(line), move |line| above(*line))
    }

    /// From the line that begins at the margin to the one before the next such line.
    fn block(&self, line: usize) -> Range {
        let margins = self.tells.map_or(&[][..], |tells| &tells.margins);
        let next = margins.partition_point(|margin| *margin <= line);
        let first = next.checked_sub(1).and_then(|at| margins.get(at)).copied().unwrap_or(1).max(self.document.first);
        let last = margins.get(next).map_or(self.document.last, |margin| margin - 1).min(self.document.last);
        Range { first, last: last.max(first) }
    }

    fn bytes_of(&self, line: usize) -> Bytes<u32> {
        let starts = self.file.line_starts();
        let start = |line: usize| starts.get(line).copied();
        start(line.saturating_sub(1)).unwrap_or(u32::MAX)..start(line).unwrap_or(u32::MAX)
    }

    fn bytes(&self, lines: Range) -> (usize, usize) {
        let starts = self.file.line_starts();
        let start = starts.get(lines.first.saturating_sub(1)).map_or(0, |start| *start as usize);
        let end = starts.get(lines.last).map_or(self.file.text().len(), |end| *end as usize);
        (start, end)
    }
}

/// A text without those of its words in backticks that stand in values which no reader may see.
pub(crate) fn without_quotations_of(hidden: &str, text: &str) -> String {
    if hidden.is_empty() || !text.contains('`') {
        return text.to_owned();
    }
    let is_key = |word: &str| ["", "\"", "'"].iter().any(|quote| hidden.contains(&format!("{word}{quote}:")));
    let piece = |(index, piece): (usize, &str)| {
        // An alias or an anchor is named by what stands behind its sign.
        let word = piece.trim_start_matches(['*', '&', '!']);
        let quoted = index % 2 == 1 && word.chars().count() > 3;
        if quoted && hidden.contains(word) && !is_key(word) { MASK.to_owned() } else { piece.to_owned() }
    };
    text.split('`').enumerate().map(piece).collect::<Vec<_>>().join("`")
}

/// For each line the nearest one above that is indented less.
fn parents(depths: &[Option<usize>]) -> Vec<u32> {
    // The lines above that something can stand below, outermost first.
    let mut open: Vec<(usize, u32)> = Vec::new();
    let parent = |(line, depth): (u32, &Option<usize>)| {
        if let Some(depth) = depth {
            open.truncate(open.partition_point(|(outer, _)| outer < depth));
        }
        let parent = open.last().map_or(0, |(_, line)| *line);
        open.extend(depth.map(|depth| (depth, line)));
        parent
    };
    (1..).zip(depths).map(parent).collect()
}

/// The offsets from `start` to `end`, exclusive; they are sorted.
fn between(offsets: &[u32], start: usize, end: usize) -> &[u32] {
    let first = offsets.partition_point(|at| (*at as usize) < start);
    let last = offsets.partition_point(|at| (*at as usize) < end);
    offsets.get(first..last.max(first)).unwrap_or_default()
}

/// How far a line is indented; an item of a list stands below a key of the same column. `None` for an empty line or a comment.
fn depth(line: &str) -> Option<usize> {
    let body = line.trim_start_matches([' ', '\t', '\u{feff}']);
    if body.trim_end().is_empty() || body.starts_with('#') {
        return None;
    }
    let indent = line.len() - body.len();
    Some(if body == "-" || body.starts_with("- ") { indent + 1 } else { indent })
}

/// The key that a line begins with.
fn key(line: &str) -> Option<&str> {
    let (key, _) = line.trim_start_matches(['-', ' ', '\t', '{', '\u{feff}']).split_once(':')?;
    Some(bare(key))
}

fn bare(key: &str) -> &str {
    key.trim().trim_matches(['"', '\''])
}

/// Whether a value is one mapping in flow style that ends where the line ends.
fn is_closed(value: &str) -> bool {
    let value = value.trim();
    value.starts_with('{') && value.find('}') == Some(value.len() - 1)
}

/// Whether a value is one word.
fn is_plain(value: &str) -> bool {
    !value.trim().contains([' ', '\t', '{', '[', '"', '\'', ':', ',', '&', '*', '|', '>'])
        || bare(value.trim().trim_end_matches(',')).chars().all(|c| c.is_alphanumeric() || "-_./".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Sources;

    /// The file as it would be shown, and whether a line is left as it is.
    fn shown(text: &str) -> Vec<String> {
        let file = Sources::new().add("a.yaml", text.to_owned());
        let lines = text.lines().enumerate().map(|(index, line)| {
            let start = file.line_starts()[index] as usize;
            let confidential = Confidential::around(&file, Span::new(file.id(), start, start));
            if confidential.hides(index + 1) { confidential.masked(index + 1, line) } else { line.to_owned() }
        });
        lines.collect()
    }

    #[test]
    fn hides_values_of_secrets_in_any_notation_and_keeps_what_names_them() {
        let table = [
            ("kind: Secret\nmetadata: { name: a }\ndata: { p: x }", "kind: Secret|metadata: { name: a }|data: ***"),
            ("kind: Secret\nstringData:\n  name: x\n  ? y", "kind: Secret|stringData:|  name: ***|  ***"),
            ("{\"kind\":\"Secret\",\"data\":{\"p\":\"x\"}}", "***"),
            ("{\n  \"kind\": \"Secret\",\n  \"data\": [\"x\"]\n}", "{|  \"kind\": \"Secret\",|  \"data\": ***|}"),
            ("kind: List\nitems:\n- kind: Secret\n  data: [x]", "kind: List|items:|- kind: Secret|  data: ***"),
            ("secretGenerators:\n- literals: [x]\nimages: [y]", "secretGenerators:|- literals: ***|images: [y]"),
            (
                "patches:\n- target: { kind: Secret }\n  patch: |-\n    - value: x\nnamespace: a",
                "patches:|- target: ***|  patch: ***|    - value: ***|namespace: a",
            ),
            ("- op: add\n  path: /stringData/a\n  value: x", "- op: add|  path: /stringData/a|  value: ***"),
        ];
        for (text, expected) in table {
            assert_eq!(shown(text).join("|"), expected);
        }
    }

    #[test]
    fn what_only_refers_to_a_secret_is_shown() {
        for text in [
            "kind: HelmRelease\nspec:\n  interval: 5x\n  valuesFrom:\n  - kind: Secret\n    name: a",
            "kind: SecretStore\nspec:\n  provider: { a: b }",
            "images:\n- newTag: 1.4.0\nsecretGenerator: []",
        ] {
            let lines = shown(text);
            assert_eq!(lines[..2], text.lines().take(2).collect::<Vec<_>>()[..], "{text}");
            assert!(!lines[..lines.len() - 1].join("").contains(MASK), "{lines:?}");
        }
    }
}
