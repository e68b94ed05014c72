//! What of the files is secret, as those say who parsed them: values that the masker learns, and parts of files that no reader may see.
//! What letters alone tell, also of files that do not parse, is found in `confidential`.

use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use crate::{Node, SourceFile, Sources, Span};

/// Keys of a Secret whose values say which object it is.
const IDENTIFYING: [&str; 5] = ["apiVersion", "kind", "metadata", "type", "immutable"];

/// Keys of an entry of `secretGenerator` that hold no value.
const OF_GENERATOR: [&str; 8] = ["apiVersion", "kind", "metadata", "name", "namespace", "type", "behavior", "options"];

/// Values that were found, in their order; grows only.
#[derive(Debug, Default)]
pub(crate) struct SecretLog(RwLock<Vec<Noted>>);

/// A value, or many.
#[derive(Clone, Debug)]
pub(crate) enum Noted {
    /// A Secret, or a patch of one.
    Secret(Node),
    /// A value as it is.
    Value(Arc<[u8]>),
}

impl SecretLog {
    fn push(&self, noted: Noted) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).push(noted);
    }

    /// What came in behind the first ones.
    pub(crate) fn behind(&self, known: usize) -> Vec<Noted> {
        let all = self.0.read().unwrap_or_else(PoisonError::into_inner);
        all.get(known..).unwrap_or_default().to_vec()
    }
}

/// How much of a part of a file is hidden.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Hidden {
    /// An object: its lines are shown without values, but for those that identify it.
    Object,
    /// A value: of its first line the key is shown.
    Value,
    /// Lines that are shown by none of what they say.
    Line,
    /// Nothing of it: the path of a file whose content is a value.
    Nothing,
}

/// Parts of a file.
#[derive(Debug, Default)]
pub(crate) struct Marks(Mutex<Noting>);

#[derive(Debug, Default)]
struct Noting {
    marks: Vec<(Range<u32>, Hidden)>,
    /// Of all marks; `None` when there are new ones.
    parts: Option<Arc<Parts>>,
}

/// The same, in order, and none overlapping another of its kind.
#[derive(Debug, Default)]
pub(crate) struct Parts {
    objects: Vec<Range<u32>>,
    values: Vec<Range<u32>>,
    lines: Vec<Range<u32>>,
    paths: Vec<Range<u32>>,
}

impl Marks {
    pub(crate) fn add(&self, span: Span, hidden: Hidden) {
        let mut noting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        noting.marks.push((span.start..span.end, hidden));
        noting.parts = None;
    }

    pub(crate) fn parts(&self) -> Arc<Parts> {
        let mut noting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(parts) = &noting.parts {
            return Arc::clone(parts);
        }
        noting.marks.sort_unstable_by_key(|(range, hidden)| (range.start, range.end, *hidden));
        noting.marks.dedup();
        let of = |hidden| noting.marks.iter().filter(move |mark| mark.1 == hidden).map(|mark| mark.0.clone());
        let (objects, values) = (united(of(Hidden::Object)), united(of(Hidden::Value)));
        let (lines, paths) = (united(of(Hidden::Line)), united(of(Hidden::Nothing)));
        let parts = Arc::new(Parts { objects, values, lines, paths });
        noting.parts = Some(Arc::clone(&parts));
        parts
    }
}

impl Parts {
    pub(crate) fn is_empty(&self) -> bool {
        self.objects.is_empty() && self.values.is_empty() && self.lines.is_empty()
    }

    /// Whether a line is not shown as it is.
    pub(crate) fn hides(&self, line: &Range<u32>) -> bool {
        meets(&self.objects, line) || self.has_value(line) || meets(&self.lines, line)
    }

    /// Whether a line names files of values, and says no value itself.
    pub(crate) fn names_files(&self, line: &Range<u32>) -> bool {
        meets(&self.paths, line) && !self.has_value(line) && !meets(&self.lines, line)
    }

    /// Whether a value stands in a line.
    pub(crate) fn has_value(&self, line: &Range<u32>) -> bool {
        meets(&self.values, line)
    }

    /// Whether a line has no key that may be shown: it goes on with a value that began before it.
    pub(crate) fn is_inside(&self, line: &Range<u32>) -> bool {
        meets(&self.lines, line) || goes_on(&self.values, line.start)
    }
}

fn united(ranges: impl Iterator<Item = Range<u32>>) -> Vec<Range<u32>> {
    let mut united: Vec<Range<u32>> = Vec::new();
    for range in ranges {
        match united.last_mut().filter(|last| range.start <= last.end) {
            Some(last) => last.end = last.end.max(range.end),
            None => united.push(range),
        }
    }
    united
}

fn meets(ranges: &[Range<u32>], line: &Range<u32>) -> bool {
    let next = ranges.partition_point(|range| range.end <= line.start);
    ranges.get(next).is_some_and(|range| range.start < line.end)
}

/// Whether one of the ranges begins before a place and ends behind it.
fn goes_on(ranges: &[Range<u32>], place: u32) -> bool {
    let next = ranges.partition_point(|range| range.end <= place);
    ranges.get(next).is_some_and(|range| range.start < place)
}

impl SourceFile {
    /// Whether a part of the file is this text, in quotes or not, and nothing of it is hidden.
    pub(crate) fn says(&self, span: Span, text: &str) -> bool {
        let written = self.text().get(span.start as usize..span.end as usize);
        let is_written = written.is_some_and(|written| written.trim_matches(['"', '\'']) == text);
        is_written && !self.marks().parts().hides(&(span.start..span.end))
    }

    /// Takes note of the Secrets in a document that was parsed from this file, in whatever notation, lists and kustomizations included.
    pub fn note_document(&self, root: &Node, span: Span) {
        let entry = |name| root.get(name);
        let kind = entry("kind").and_then(Node::scalar_text).unwrap_or_default();
        if is_secret_kind(kind) || entry("stringData").is_some() {
            self.note_secret(root, span);
        } else if kind == "SecretGenerator" {
            self.note_generator(root, span);
        }
        for item in entry("items").filter(|_| kind.ends_with("List")).map(Node::items).unwrap_or_default() {
            self.note_document(item, item.span());
        }
        if let Some(generators) = entry("secretGenerator") {
            self.note_generators(generators);
        }
    }

    /// Takes note of a Secret, or of a patch of one, whatever its kind says.
    pub fn note_secret(&self, secret: &Node, span: Span) {
        self.marks().add(span, Hidden::Object);
        for entry in secret.entries().iter().filter(|entry| !IDENTIFYING.contains(&&*entry.key.text)) {
            self.hide_values(&entry.value);
        }
        if let Some(annotations) = secret.at(&["metadata", "annotations"]) {
            self.hide_values(annotations);
        }
        self.log().push(Noted::Secret(secret.clone()));
    }

    /// Takes note of a value that belongs into a Secret.
    pub fn note_value(&self, value: &Node) {
        self.hide_values(value);
        let mut texts = Vec::new();
        collect_texts(value, &mut texts);
        texts.into_iter().for_each(|text| self.log().push(Noted::Value(text.as_bytes().into())));
    }

    /// Takes note that the whole file is a value, or holds nothing else.
    pub fn note_whole(&self) {
        self.marks().add(Span { end: u32::MAX, ..Span::start_of(self.id()) }, Hidden::Line);
    }

    fn note_generators(&self, generators: &Node) {
        if generators.items().is_empty() {
            self.note_generator(generators, generators.span());
        }
        for generator in generators.items() {
            self.note_generator(generator, generator.span());
        }
    }

    fn note_generator(&self, generator: &Node, span: Span) {
        self.marks().add(span, Hidden::Object);
        let values = generator.entries().iter().filter(|entry| !OF_GENERATOR.contains(&&*entry.key.text));
        for entry in values {
            if matches!(&*entry.key.text, "envs" | "env" | "files") {
                self.show_paths(&entry.value);
                continue;
            }
            self.hide_values(&entry.value);
            let mut texts = Vec::new();
            collect_texts(&entry.value, &mut texts);
            let values = texts.iter().filter_map(|text| text.split_once('='));
            values.for_each(|(_, value)| self.log().push(Noted::Value(value.as_bytes().into())));
        }
    }

    /// Files are named: what they hold is secret, not where they lie. What is more than a line is not a path.
    fn show_paths(&self, node: &Node) {
        let (items, text) = (node.items(), node.scalar_text());
        let is_path = |text: &str| !text.contains(['\n', '\r']);
        if !node.entries().is_empty() || text.is_some_and(|text| !is_path(text)) {
            return self.hide_values(node);
        }
        if text.is_some() {
            self.marks().add(node.span(), Hidden::Nothing);
        }
        items.iter().for_each(|item| self.show_paths(item));
    }

    fn hide_values(&self, node: &Node) {
        if node.scalar_text().is_some() {
            self.marks().add(node.span(), Hidden::Value);
        }
        node.entries().iter().for_each(|entry| self.hide_values(&entry.value));
        node.items().iter().for_each(|item| self.hide_values(item));
    }
}

impl Sources {
    /// Takes note of a value that no file shows as it is.
    pub fn note_bytes(&self, value: &Arc<[u8]>) {
        self.log().push(Noted::Value(Arc::clone(value)));
    }
}

/// Whether objects of a kind are Secrets, or were meant to be.
#[must_use]
pub fn is_secret_kind(kind: &str) -> bool {
    kind.eq_ignore_ascii_case("Secret")
}

/// The texts of a Secret that are values: all but what identifies it.
pub(crate) fn values_of(secret: &Node) -> impl Iterator<Item = (&str, &str)> {
    let values = secret.entries().iter().filter(|entry| !IDENTIFYING.contains(&&*entry.key.text));
    values.flat_map(|entry| {
        let mut texts = Vec::new();
        // SOPS says with which keys it encrypted, and when.
        if &*entry.key.text != "sops" {
            collect_texts(&entry.value, &mut texts);
        }
        texts.into_iter().map(|text| (&*entry.key.text, text))
    })
}

fn collect_texts<'a>(node: &'a Node, texts: &mut Vec<&'a str>) {
    texts.extend(node.scalar_text());
    node.entries().iter().for_each(|entry| collect_texts(&entry.value, texts));
    node.items().iter().for_each(|item| collect_texts(item, texts));
}
