//! The events of one document → one node. Comments go through `comments.rs`, tags through `tag.rs`, `<<` through `merge.rs`.

use std::borrow::Cow;
use std::mem::take;
use std::ops::Range;
use std::sync::Arc;

use granit_parser::{Event, Placement, ScalarStyle, StructureStyle, Tag};
use seatrial_model::{Entries, Entry, Key, Node, ScalarKind, SourceFile, Span, Style, Text, Value};

use crate::read::anchors::Anchors;
use crate::read::comments::Pending;
use crate::read::document::Document;
use crate::read::duplicates;
use crate::read::frame;
use crate::read::frame::MAX_DEPTH;
use crate::read::frame::{Frame, Shape, Size};
use crate::read::merge;
use crate::read::scan_error::too_deep;
use crate::read::span;
use crate::read::stricter::Strictness;
use crate::read::tag;
use crate::scalars::place::Place;
use crate::scalars::typing::Dialect;
use crate::scalars::typing::plain_kind;
use crate::text::event::Spot;
use crate::text::findings::Findings;
use crate::text::problem::Problem;

/// What an event led to.
pub(crate) enum Step {
    /// The document goes on.
    More,
    /// The document ended; `None` when it was empty.
    Document(Option<Document>, Findings),
    /// The document is broken.
    Problem(Problem),
}

/// Builds one document after the other.
pub(crate) struct Builder<'a> {
    file: &'a Arc<SourceFile>,
    dialect: Dialect,
    frames: Vec<Frame>,
    /// Items of all open sequences, one after the other.
    nodes: Vec<Node>,
    /// Pairs of all open mappings, one after the other.
    entries: Vec<Entry>,
    root: Option<Node>,
    anchors: Anchors<'a>,
    pending: Pending,
    duplicates: Findings,
    document_start: usize,
    in_document: bool,
    first_byte: Option<usize>,
    /// Where the last node ended in the text.
    last_end: usize,
    /// The last thing read was a plain scalar.
    after_plain: bool,
    strict: Strictness,
}

impl<'a> Builder<'a> {
    pub(crate) fn new(file: &'a Arc<SourceFile>, dialect: Dialect, strict: Strictness) -> Builder<'a> {
        Builder {
            file,
            dialect,
            frames: Vec::new(),
            nodes: Vec::new(),
            entries: Vec::new(),
            root: None,
            anchors: Anchors::default(),
            pending: Pending::default(),
            duplicates: Findings::default(),
            document_start: 0,
            in_document: false,
            first_byte: None,
            last_end: 0,
            after_plain: false,
            strict,
        }
    }

    /// Where the document begins that is being built.
    pub(crate) fn document_start(&self) -> usize {
        self.document_start
    }

    /// Whether no document has begun since the last one ended.
    pub(crate) fn between_documents(&self) -> bool {
        !self.in_document
    }

    /// Forgets the document that is being built; the next one begins at `at` or behind it.
    pub(crate) fn abandon(&mut self, at: usize) {
        let document_start = self.document_start.max(at);
        let fresh = Builder { document_start, ..Builder::new(self.file, self.dialect, self.strict) };
        // The stacks keep what they have grown to.
        let (mut frames, mut nodes, mut entries) =
            (take(&mut self.frames), take(&mut self.nodes), take(&mut self.entries));
        frames.clear();
        nodes.clear();
        entries.clear();
        *self = Builder { frames, nodes, entries, ..fresh };
    }

    pub(crate) fn take(&mut self, event: Event<'a>, spot: Spot) -> Step {
        let range = spot.range.clone();
        let taken = match event {
            Event::DocumentStart(..) => self.start_document(range),
            Event::DocumentEnd => match self.no_tab_until(range.start, Place::Block) {
                Ok(()) => return self.finish(),
                Err(problem) => Err(problem),
            },
            Event::Comment(_, placement) => self.comment(range, spot.column, placement),
            Event::Scalar(value, style, anchor, tag) => self.scalar(value, spot, style, anchor, tag),
            Event::SequenceStart(style, anchor, _) => self.open(Shape::Sequence, style, anchor, spot),
            Event::MappingStart(style, anchor, _) => {
                self.open(Shape::Mapping { key: None, merges: false }, style, anchor, spot)
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(range.end),
            Event::Anchor(_, name) => {
                let next = self.file.text().as_bytes().get(range.end);
                self.anchors.name(name, range, next)
            }
            Event::Alias(id) => self.alias(id, range),
            Event::UnresolvedAlias(name) => Err(self.anchors.unknown(&name, range)),
            _ => Ok(()),
        };
        taken.map_or_else(Step::Problem, |()| Step::More)
    }

    fn start_document(&mut self, range: Range<usize>) -> Result<(), Problem> {
        let before = self.document_start..range.start;
        let text = self.file.text();
        // Without `---` the parser has read the first token already, and names its end.
        let is_marked = text.get(range.clone()) == Some("---");
        self.last_end = if is_marked { range.end } else { before.start };
        self.document_start = range.start;
        self.in_document = true;
        if is_marked { self.strict.document_start(text, before) } else { Ok(()) }
    }

    fn finish(&mut self) -> Step {
        let duplicates = take(&mut self.duplicates);
        let end = self.pending.end().unwrap_or(self.last_end).max(self.last_end);
        let start = self.first_byte.unwrap_or(end);
        let document = self.root.take().filter(|node| !frame::is_nothing(node)).map(|mut node| {
            self.pending.foot_of_document(&mut node);
            Document { node, span: Span::new(self.file.id(), start, end.max(start)) }
        });
        self.abandon(end);
        Step::Document(document, duplicates)
    }

    fn comment(&mut self, range: Range<usize>, column: usize, placement: Placement) -> Result<(), Problem> {
        self.strict.comment(self.file.text(), &range)?;
        self.first_byte.get_or_insert(range.start);
        let text = Text::slice(self.file, range.start, range.end);
        if placement != Placement::Right {
            self.pending.above(text, column, placement == Placement::Above, range.end);
            return Ok(());
        }
        let awaits_value = matches!(self.frames.last(), Some(Frame { shape: Shape::Mapping { key: Some(_), .. }, .. }));
        let between = self.file.text().get(self.last_end..range.start).unwrap_or_default();
        match self.last_value() {
            Some(node) if !awaits_value && !between.contains(['\n', '\r']) => {
                let mut comments = node.comments().cloned().unwrap_or_default();
                comments.line = Some(text);
                node.set_comments(comments);
            }
            _ => self.pending.beside(text),
        }
        Ok(())
    }

    /// The value that go-yaml reads of a scalar, or why it reads none.
    fn strictly(
        &self,
        value: Cow<'a, str>,
        range: &Range<usize>,
        style: ScalarStyle,
        place: Place,
    ) -> Result<Cow<'a, str>, Problem> {
        self.no_tab_until(range.start, place)?;
        let text = self.file.text();
        if place == Place::Flow && self.awaits_key() {
            self.strict.flow_key(text, self.last_end..range.start, range, style)?;
        }
        self.strict.scalar(value, text, range, style, place)
    }

    fn no_tab_until(&self, start: usize, place: Place) -> Result<(), Problem> {
        if !self.strict.concerns_gaps() {
            return Ok(());
        }
        let plain_at = self.frames.last().map(|frame| frame.column).filter(|_| self.after_plain);
        self.strict.gap(self.file.text(), self.last_end..start, plain_at, place)
    }

    /// The child of the innermost open collection that was read last, or the root.
    fn last_value(&mut self) -> Option<&mut Node> {
        match self.frames.last() {
            None => self.root.as_mut(),
            Some(Frame { shape: Shape::Sequence, first, .. }) => self.nodes.get_mut(*first..)?.last_mut(),
            Some(Frame { shape: Shape::Mapping { .. }, first, .. }) => {
                self.entries.get_mut(*first..)?.last_mut().map(|e| &mut e.value)
            }
        }
    }

    fn scalar(
        &mut self,
        value: Cow<'a, str>,
        spot: Spot,
        style: ScalarStyle,
        anchor: usize,
        tag: Option<Cow<'a, Tag>>,
    ) -> Result<(), Problem> {
        let range = match style {
            ScalarStyle::Literal | ScalarStyle::Folded => {
                span::block_scalar(self.file.text(), self.last_end, spot.range)
            }
            _ => spot.range,
        };
        let place = self.surroundings();
        let value =
            if self.strict.concerns(style, place) { self.strictly(value, &range, style, place)? } else { value };
        self.after_plain = style == ScalarStyle::Plain;
        self.first_byte.get_or_insert(range.start);
        // The parser stands `~` in for a value that is not there.
        let absent = style == ScalarStyle::Plain && range.is_empty();
        let written = if absent { "" } else { &*value };
        let mut kind = match style {
            ScalarStyle::Plain => plain_kind(written, self.dialect),
            _ => ScalarKind::String,
        };
        let size = Size { nodes: 1 + written.len() / 64, height: 0 };
        let mut text = if absent { Text::from_static("") } else { self.text_of(value) };
        if let Some(tag) = &tag {
            (text, kind) = tag::resolve(tag, text, kind, self.dialect, &range)?;
        }
        self.last_end = range.end;
        let source = Span::new(self.file.id(), range.start, range.end);
        let mut node = Node::scalar(text, kind, frame::style_of(style), source);
        if let (Some(_), Some(tag)) = (tag, spot.tag) {
            node.set_tag(Text::slice(self.file, tag.start, tag.end));
        }
        if anchor != 0 {
            self.anchors.define(anchor, &node, size);
        }
        self.key_or_value(node, size, range)
    }

    fn surroundings(&self) -> Place {
        if self.frames.last().is_some_and(|frame| frame.style == Style::Flow) { Place::Flow } else { Place::Block }
    }

    /// A slice of the source where the text stands there as it is.
    fn text_of(&self, value: Cow<'a, str>) -> Text {
        let whole = self.file.text();
        let offset = value.as_ptr().addr().checked_sub(whole.as_ptr().addr());
        match (value, offset) {
            (Cow::Borrowed(part), Some(offset)) if offset + part.len() <= whole.len() => {
                Text::slice(self.file, offset, offset + part.len())
            }
            (value, _) => Text::from(value.into_owned()),
        }
    }

    fn awaits_key(&self) -> bool {
        matches!(self.frames.last(), Some(Frame { shape: Shape::Mapping { key: None, .. }, .. }))
    }

    fn key(&mut self, read: Key) {
        let comments = self.pending.before_key();
        if let Some(Frame { shape: Shape::Mapping { key, merges }, size, .. }) = self.frames.last_mut() {
            *merges |= merge::is_merge(&read);
            *key = Some((read, comments));
            size.nodes += 1;
        }
    }

    fn open(&mut self, shape: Shape, style: StructureStyle, anchor: usize, spot: Spot) -> Result<(), Problem> {
        let range = spot.range.clone();
        if self.awaits_key() {
            return Err(tag::no_scalar_key(range));
        }
        if self.frames.len() >= MAX_DEPTH {
            return Err(too_deep(range));
        }
        self.first_byte.get_or_insert(range.start);
        let first = match shape {
            Shape::Sequence => self.nodes.len(),
            Shape::Mapping { .. } => self.entries.len(),
        };
        let text = self.file.text();
        if self.strict.concerns_gaps() && style == StructureStyle::Block {
            span::no_tab_before(text, range.start)?;
        }
        let (start, column) = span::collection_start(text, self.last_end, &shape, style, &spot);
        self.no_tab_until(start, self.surroundings())?;
        self.after_plain = false;
        let below_sequence = matches!(self.frames.last(), Some(Frame { shape: Shape::Sequence, .. }));
        let comments = if below_sequence { self.pending.before_value() } else { self.pending.before_container() };
        self.last_end = self.last_end.max(range.end);
        self.frames.push(Frame {
            shape,
            first,
            style: if style == StructureStyle::Flow { Style::Flow } else { Style::Plain },
            tag: spot.tag.map(|tag| Text::slice(self.file, tag.start, tag.end)),
            start,
            column,
            comments,
            anchor,
            size: Size { nodes: 1, height: 0 },
        });
        Ok(())
    }

    fn close(&mut self, end: usize) -> Result<(), Problem> {
        let outer = self.frames.iter().rev().nth(1).map(|f| f.column);
        if let Some(column) = self.frames.last().map(|f| f.column) {
            let foot = self.pending.foot(column, outer);
            self.set_foot(foot);
        }
        let Some(frame) = self.frames.pop() else { return Ok(()) };
        let end = if frame.style == Style::Flow { end } else { self.last_end };
        self.last_end = end;
        let source = Span::new(self.file.id(), frame.start, end.max(frame.start));
        let value = match frame.shape {
            Shape::Sequence => Value::Sequence(self.nodes.drain(frame.first..).collect()),
            Shape::Mapping { merges, .. } => {
                duplicates::remove(&mut self.entries, frame.first, &mut self.duplicates);
                if merges {
                    merge::expand(&mut self.entries, frame.first, self.dialect)?;
                }
                Value::Mapping(Entries::shared(self.entries.drain(frame.first..).collect()))
            }
        };
        let mut node = Node::new(value, ScalarKind::Null, frame.style, source.into());
        if let Some(tag) = frame.tag {
            node.set_tag(tag);
        }
        if frame.anchor != 0 {
            self.anchors.define(frame.anchor, &node, frame.size);
        }
        node.set_comments(frame.comments);
        self.place(node, frame.size);
        Ok(())
    }

    fn set_foot(&mut self, foot: Vec<Text>) {
        if foot.is_empty() {
            return;
        }
        if let Some(node) = self.last_value() {
            let mut comments = node.comments().cloned().unwrap_or_default();
            comments.foot.extend(foot);
            node.set_comments(comments);
        }
    }

    fn alias(&mut self, id: usize, range: Range<usize>) -> Result<(), Problem> {
        self.first_byte.get_or_insert(range.start);
        let name = self.file.text().get(range.start + 1..range.end).unwrap_or_default();
        let (node, size) = self.anchors.resolve(id, name, self.frames.len(), &range)?;
        self.last_end = range.end;
        self.key_or_value(node, size, range)
    }

    /// A node that may stand as a key puts itself there when a mapping awaits one, and is a value otherwise.
    fn key_or_value(&mut self, mut node: Node, size: Size, range: Range<usize>) -> Result<(), Problem> {
        if self.awaits_key() {
            let key = tag::key(&node, range, self.dialect)?;
            self.key(key);
            return Ok(());
        }
        // What an alias shares may have comments of its own, which do not belong here.
        if !self.pending.is_empty() || node.comments().is_some() {
            node.set_comments(self.pending.before_value());
        }
        self.place(node, size);
        Ok(())
    }

    fn place(&mut self, node: Node, size: Size) {
        let Some(frame) = self.frames.last_mut() else {
            self.root = Some(node);
            return;
        };
        frame.size.nodes += size.nodes;
        frame.size.height = frame.size.height.max(size.height + 1);
        match &mut frame.shape {
            Shape::Sequence => self.nodes.push(node),
            Shape::Mapping { key, .. } => {
                let Some((key, above)) = key.take() else { return };
                let mut value = node;
                if !above.is_empty() {
                    let mut comments = value.comments().cloned().unwrap_or_default();
                    comments.head.splice(0..0, above.head);
                    comments.line = comments.line.or(above.line);
                    value.set_comments(comments);
                }
                self.entries.push(Entry { key, value });
            }
        }
    }
}
