//! JSON patches (RFC 6902) on nodes, with the liberties of the library that kustomize uses (evanphx/json-patch v4).
//!
//! `replace` of a key that does not exist sets it; negative indices count from the end.

use seatrial_model::{Derivation, Finding, Key, Level, Node, ScalarKind, Span, Style, counted, nearest_of_few};
use seatrial_yaml::{Dialect, is_printed_plain, is_true, plain_kind};

use crate::findings::ids;
use crate::json_patch::draft::{Draft, index};
use crate::json_patch::error::{JsonPatchError, error};
use crate::json_patch::members::{passed_over, without};
use crate::json_patch::numbers;
use crate::merge::strategic::patched_over;
use crate::values::budget::Budget;
use crate::values::folded;
use crate::values::size::Size;

/// A patch, read.
#[derive(Clone, Debug)]
pub(crate) struct JsonPatch(Vec<Operation>);

#[derive(Clone, Debug)]
struct Operation {
    kind: Kind,
    path: Pointer,
    from: Option<Pointer>,
    value: Node,
    /// How much the value is.
    size: Size,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Add,
    Remove,
    Replace,
    Move,
    Copy,
    Test,
}

#[derive(Clone, Debug)]
struct Pointer {
    text: String,
    segments: Vec<String>,
    span: Span,
}

impl JsonPatch {
    /// Reads a list of operations.
    pub(crate) fn read(list: &Node, findings: &mut Vec<Finding>) -> Result<JsonPatch, JsonPatchError> {
        findings.extend(list.items().iter().flat_map(passed_over));
        let patch = JsonPatch(list.items().iter().map(Operation::read).collect::<Result<_, _>>()?);
        let pointers = patch.0.iter().flat_map(|operation| [Some(&operation.path), operation.from.as_ref()]);
        findings.extend(pointers.flatten().filter_map(Pointer::beginning_left_out));
        Ok(patch)
    }

    /// Whether it has no operation.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What its operations set, and where: the keys of the path.
    pub(crate) fn values(&self) -> impl Iterator<Item = (&[String], &Node)> {
        self.0.iter().map(|operation| (operation.path.segments.as_slice(), &operation.value))
    }

    /// How many operations it has.
    pub(crate) fn operations(&self) -> usize {
        self.0.len()
    }

    /// The object after all operations; untouched when one fails, or when the budget does not reach.
    pub(crate) fn apply(&self, object: &Node, budget: &Budget) -> Result<Node, JsonPatchError> {
        let mut patched = object.clone();
        folded::reread(&mut patched);
        let mut draft = Draft::from(patched);
        self.0.iter().try_for_each(|operation| operation.apply(&mut draft, budget))?;
        let patched = draft.into_node();
        let mut patched = restyled(&patched).unwrap_or(patched);
        numbers::reread(&mut patched);
        Ok(patched)
    }
}

impl Operation {
    fn read(node: &Node) -> Result<Operation, JsonPatchError> {
        if !node.is_mapping() {
            return Err(error(
                node.span(),
                format!("an operation is a mapping with `op` and `path`, not {}", node.describe()),
            ));
        }
        let Some(op) = node.get("op") else { return Err(without(node, "op")) };
        let kind = match op.as_str() {
            Some("add") => Kind::Add,
            Some("remove") => Kind::Remove,
            Some("replace") => Kind::Replace,
            Some("move") => Kind::Move,
            Some("copy") => Kind::Copy,
            Some("test") => Kind::Test,
            _ => {
                let known = "`add`, `remove`, `replace`, `move`, `copy` or `test`";
                return Err(error(op.span(), format!("`op` must be {known}")));
            }
        };
        let Some(path) = node.get("path") else { return Err(without(node, "path")) };
        let from = node.get("from").map(Pointer::read).transpose()?;
        if from.is_none() && matches!(kind, Kind::Move | Kind::Copy) {
            return Err(without(node, "from"));
        }
        let mut value = node.get("value").cloned().unwrap_or_else(|| Node::null(node.span()));
        read_anew(&mut value)?;
        Ok(Operation { kind, path: Pointer::read(path)?, from, size: Size::of(&value), value })
    }

    /// Whether a value of that size may be put where the path leads.
    fn afford(&self, size: Size, budget: &Budget) -> Result<(), JsonPatchError> {
        // The last segment becomes a key.
        let size = Size { bytes: size.bytes.saturating_add(self.path.text.len()), ..size };
        self.while_in_budget(budget.grow_at(self.path.segments.len(), size, self.path.span))
    }

    /// Whether a value may be moved to where the path leads. One that does not come to lie deeper needs no look.
    fn afford_move(&self, from: &Pointer, object: &mut Draft, budget: &Budget) -> Result<(), JsonPatchError> {
        let key = Size { bytes: self.path.text.len(), ..Size::default() };
        self.while_in_budget(budget.grow(key, self.path.span))?;
        let level = self.path.segments.len();
        let deeper = from.get(object).filter(|_| level > from.segments.len());
        let Some(moved) = deeper else { return Ok(()) };
        self.while_in_budget(budget.shift_to(level, Size::of(&moved.to_node()), self.path.span))
    }

    /// Ends the patch when the build ends, which is told elsewhere.
    fn while_in_budget(&self, may: bool) -> Result<(), JsonPatchError> {
        if may { Ok(()) } else { Err(error(self.path.span, "the build has become too large")) }
    }

    fn apply(&self, object: &mut Draft, budget: &Budget) -> Result<(), JsonPatchError> {
        if matches!(self.kind, Kind::Add | Kind::Replace) {
            self.afford(self.size, budget)?;
        }
        match self.kind {
            Kind::Add => {
                let value = self.patched(object);
                self.path.add(object, value)
            }
            Kind::Remove => self.path.remove(object).map(drop),
            Kind::Replace => self.replace(object),
            Kind::Test => self.test(object),
            Kind::Move | Kind::Copy => {
                let Some(from) = &self.from else { return Ok(()) };
                if from.segments.is_empty() {
                    return Err(error(from.span, "the whole object cannot be moved or copied"));
                }
                if self.kind == Kind::Move {
                    self.afford_move(from, object, budget)?;
                    let moved = from.remove(object)?;
                    return self.path.add(object, moved);
                }
                let value = match from.get(object).map(|value| value.to_node()) {
                    Some(value) => value,
                    // A key that is not there is copied as null (json-patch: `partialDoc.get`).
                    None if from.parent(object).is_some_and(|parent| parent.is_mapping()) => Node::null(self.path.span),
                    None => return Err(from.missing(object)),
                };
                self.afford(Size::of(&value), budget)?;
                self.path.add(object, value.into())
            }
        }
    }

    /// The value, over the one that it takes the place of.
    fn patched(&self, object: &mut Draft) -> Draft {
        let before = self.path.get(object).map(|before| before.origin());
        patched_over(&self.value, before).into()
    }

    fn replace(&self, object: &mut Draft) -> Result<(), JsonPatchError> {
        let value = self.patched(object);
        if self.path.segments.is_empty() {
            if !value.is_mapping() {
                return Err(error(self.value.span(), "the whole object can only be replaced by a mapping"));
            }
            *object = value;
            return Ok(());
        }
        self.path.set(object, value)
    }

    fn test(&self, object: &mut Draft) -> Result<(), JsonPatchError> {
        let found = self.path.get(object).map(|found| found.is_equal(&self.value));
        let is_absent = || self.value.is_null() && self.path.parent(object).is_some_and(|parent| parent.is_mapping());
        if found.unwrap_or_else(is_absent) {
            return Ok(());
        }
        let (place, is) = match found {
            Some(_) => (self.value.span(), "the value is different"),
            None => (self.path.span, "there is no such value"),
        };
        Err(error(place, format!("the test of `{}` fails: {is}", self.path.text)))
    }
}

impl Pointer {
    fn read(node: &Node) -> Result<Pointer, JsonPatchError> {
        let Some(text) = node.as_str() else { return Err(error(node.span(), "a JSON pointer is a string")) };
        let segments = if text.is_empty() {
            Vec::new()
        } else if let Some((_, rest)) = text.split_once('/') {
            rest.split('/').map(decode).collect()
        } else {
            return Err(error(node.span(), format!("`{text}` is not a JSON pointer: it must start with `/`")));
        };
        Ok(Pointer { text: text.to_owned(), segments, span: node.span() })
    }

    /// What stands before the first `/` counts for nothing (json-patch: `findObject`).
    fn beginning_left_out(&self) -> Option<Finding> {
        let (before, _) = self.text.split_once('/').filter(|(before, _)| !before.is_empty())?;
        let taken = self.text.strip_prefix(before).unwrap_or_default();
        let message = format!("`{}` does not start with `/`, and kustomize reads it as `{taken}`", self.text);
        let finding = Finding::new(ids::KUSTOMIZE, self.span, message).with_level(Level::Warning);
        Some(finding.with_help(format!("write `/{}`", self.text)))
    }

    fn get<'a>(&self, object: &'a mut Draft) -> Option<&'a mut Draft> {
        self.segments.iter().try_fold(object, |draft, segment| draft.child(segment))
    }

    fn parent<'a>(&self, object: &'a mut Draft) -> Option<&'a mut Draft> {
        let (_, parents) = self.segments.split_last()?;
        parents.iter().try_fold(object, |draft, segment| draft.child(segment))
    }

    /// The container that the last segment lies in, to change, and that segment.
    fn container<'a>(&self, object: &'a mut Draft) -> Result<(&'a mut Draft, &str), JsonPatchError> {
        let Some(last) = self.segments.last() else {
            return Err(error(self.span, "the whole object cannot be added or removed"));
        };
        if !self.parent(object).is_some_and(|parent| parent.is_mapping() || parent.is_sequence()) {
            return Err(self.missing(object));
        }
        let parent = self.parent(object).ok_or_else(|| error(self.span, format!("`{}` leads nowhere", self.text)))?;
        Ok((parent, last))
    }

    fn add(&self, object: &mut Draft, value: Draft) -> Result<(), JsonPatchError> {
        let (parent, last) = self.container(object)?;
        if let Some(pairs) = parent.pairs() {
            pairs.set(last, self.span, value);
            return Ok(());
        }
        let length = parent.length();
        let at = if last == "-" { Some(length) } else { index(last, length + 1) };
        match (at, parent.items()) {
            (Some(at), Some(items)) => {
                items.insert(at, value);
                Ok(())
            }
            _ => Err(self.no_index(last, length)),
        }
    }

    fn set(&self, object: &mut Draft, value: Draft) -> Result<(), JsonPatchError> {
        let (parent, last) = self.container(object)?;
        if let Some(pairs) = parent.pairs() {
            pairs.set(last, self.span, value);
            return Ok(());
        }
        let length = parent.length();
        match parent.child(last) {
            Some(slot) => {
                *slot = value;
                Ok(())
            }
            None => Err(self.no_index(last, length)),
        }
    }

    fn remove(&self, object: &mut Draft) -> Result<Draft, JsonPatchError> {
        if self.get(object).is_none() {
            return Err(self.missing(object));
        }
        let (parent, last) = self.container(object)?;
        if let Some(pairs) = parent.pairs() {
            return pairs.remove(last).ok_or_else(|| error(self.span, "there is no such key"));
        }
        let length = parent.length();
        let removed = index(last, length).and_then(|at| parent.items()?.remove(at));
        removed.ok_or_else(|| self.no_index(last, length))
    }

    /// Says how far the path leads.
    fn missing(&self, object: &mut Draft) -> JsonPatchError {
        let mut draft = object;
        let mut reached = String::new();
        for segment in &self.segments {
            if draft.child(segment).is_none() {
                let place = if reached.is_empty() { "the object".to_owned() } else { format!("`{reached}`") };
                let what = if draft.is_sequence() {
                    format!("{place} has {} and no item `{segment}`", counted(draft.length(), "item"))
                } else if draft.is_mapping() {
                    let near = nearest_of_few(segment, draft.keys()).map(|near| format!("; did you mean `{near}`?"));
                    format!("{place} has no `{segment}`{}", near.unwrap_or_default())
                } else {
                    format!("{place} is {}", draft.describe())
                };
                return error(self.span, format!("`{}` does not exist: {what}", self.text));
            }
            let Some(next) = draft.child(segment) else { break };
            draft = next;
            reached = format!("{reached}/{}", segment.replace('~', "~0").replace('/', "~1"));
        }
        error(self.span, format!("`{}` does not exist", self.text))
    }

    fn no_index(&self, segment: &str, length: usize) -> JsonPatchError {
        error(
            self.span,
            format!(
                "`{}` does not exist: the list has {} and no index `{segment}`",
                self.text,
                counted(length, "item")
            ),
        )
    }
}

/// Values are read as kubectl reads them: `yes` is true, and a date is text; JSON has no infinity.
fn read_anew(node: &mut Node) -> Result<(), JsonPatchError> {
    for entry in node.entries_mut() {
        key_as_text(&mut entry.key);
        read_anew(&mut entry.value)?;
    }
    node.items_mut().iter_mut().try_for_each(read_anew)?;
    let Some(text) = node.scalar_text() else { return Ok(()) };
    let is_plain_string = node.kind() == ScalarKind::String && node.style() == Style::Plain;
    if node.kind() == ScalarKind::Timestamp {
        node.set_kind(ScalarKind::String);
    } else if is_plain_string && plain_kind(text, Dialect::Kubectl) == ScalarKind::Bool && node.tag().is_none() {
        *node = Node::scalar(is_true(text).to_string(), ScalarKind::Bool, Style::Plain, node.origin());
    } else if node.kind() == ScalarKind::Float && text.to_ascii_lowercase().ends_with(['f', 'n']) {
        return Err(error(node.span(), format!("JSON has no `{text}`")));
    }
    Ok(())
}

/// In JSON every key is a text.
fn key_as_text(key: &mut Key) {
    if key.style == Style::Plain && plain_kind(&key.text, Dialect::Kubectl) == ScalarKind::Bool {
        key.text = is_true(&key.text).to_string().into();
    }
    key.kind = ScalarKind::String;
}

fn decode(segment: &str) -> String {
    segment.replace("~1", "/").replace("~0", "~")
}

/// The detour over JSON leaves strings quoted only where they must be; what is the same is shared.
fn restyled(node: &Node) -> Option<Node> {
    let Some(text) = node.as_str().filter(|_| node.kind() == ScalarKind::String) else {
        return node.with_each(Some(Derivation::Restyled), &restyled);
    };
    let style = if text.contains('\n') {
        Style::Literal
    } else if plain_kind(text, Dialect::Kustomize) == ScalarKind::String && is_printed_plain(text) {
        Style::Plain
    } else {
        Style::DoubleQuoted
    };
    (style != node.style()).then(|| {
        let mut restyled = node.clone();
        restyled.set_style(style);
        restyled
    })
}
