//! The values that a target's path leads to, created where the target says so (kyaml: `PathMatcher`).

use std::sync::Arc;

use seatrial_model::{Node, Origin, ScalarKind, Sources, Style};
use seatrial_yaml::{Dialect, parse, plain_kind};

use crate::paths::dotted::{Step, at, choice, items, number};
use crate::paths::pattern::Patterns;
use crate::paths::payer::Payer;

/// A value that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// In the object.
    At(Vec<Step>),
    /// In a copy that kustomize forgets: a value in a text below a wildcard, or below a null. Whoever sets it changes nothing.
    Lost(Kind),
}

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Scalar,
    Sequence,
    Mapping,
}

impl Kind {
    pub(crate) fn of(node: &Node) -> Kind {
        if node.is_mapping() {
            Kind::Mapping
        } else if node.is_sequence() {
            Kind::Sequence
        } else {
            Kind::Scalar
        }
    }
}

/// What stands at the end of a path that is created, and who creates it.
#[derive(Clone, Debug)]
pub(crate) struct Create<'a> {
    pub(crate) kind: Kind,
    pub(crate) origin: Origin,
    pub(crate) payer: Payer<'a>,
}

/// All values at a path.
pub(crate) fn matches(
    node: &mut Node,
    path: &[String],
    create: Option<&Create<'_>>,
    patterns: &mut Patterns,
) -> Result<Vec<Found>, String> {
    let mut matcher = Matcher { root: node, create, patterns, here: Vec::new(), found: Vec::new() };
    matcher.walk(path)?;
    Ok(matcher.found)
}

struct Matcher<'a> {
    root: &'a mut Node,
    create: Option<&'a Create<'a>>,
    patterns: &'a mut Patterns,
    here: Vec<Step>,
    found: Vec<Found>,
}

impl Matcher<'_> {
    /// The value that has been reached; a clone shares its content.
    fn value(&self) -> Option<Node> {
        at(self.root, &self.here).cloned()
    }

    fn walk(&mut self, path: &[String]) -> Result<(), String> {
        let Some((first, rest)) = path.split_first() else {
            self.found.push(Found::At(self.here.clone()));
            return Ok(());
        };
        let Some(node) = self.value() else { return Ok(()) };
        if node.is_null() {
            return self.below_null(first);
        }
        if let Some(index) = number(first).and_then(|n| usize::try_from(n).ok()) {
            return self.index(&node, index, first, rest);
        }
        if let Some((key, pattern)) = choice(first)? {
            return self.choose(&node, first, (key, pattern), rest);
        }
        if first == "*" {
            return (0..items(&node, first)?.len()).try_for_each(|index| self.step(Step::Index(index), rest));
        }
        self.field(&node, first, rest)
    }

    fn step(&mut self, step: Step, rest: &[String]) -> Result<(), String> {
        self.here.push(step);
        let result = self.walk(rest);
        self.here.pop();
        result
    }

    /// kustomize appends to the null, which is printed as null all the same.
    fn below_null(&mut self, first: &str) -> Result<(), String> {
        let index = number(first).filter(|n| *n >= 0);
        choice(first)?;
        if let (Some(create), None | Some(0)) = (self.create, index) {
            if first != "*" {
                self.found.push(Found::Lost(create.kind));
            }
            return Ok(());
        }
        match index {
            Some(index) => Err(format!("there is no item {index}: the list is null")),
            None => Ok(()),
        }
    }

    fn index(&mut self, node: &Node, index: usize, first: &str, rest: &[String]) -> Result<(), String> {
        let length = items(node, first)?.len();
        let item = if index == length { self.created("", rest) } else { None };
        if let Some(item) = item {
            self.append(item);
            return self.step(Step::Index(index), rest);
        }
        if index >= length {
            return Err(format!("there is no item {index}: the list has {length}"));
        }
        self.step(Step::Index(index), rest)
    }

    fn field(&mut self, node: &Node, name: &str, rest: &[String]) -> Result<(), String> {
        if !node.is_mapping() || name.is_empty() {
            return Err(format!("cannot look up `{name}` in {}", node.describe()));
        }
        match node.get(name) {
            Some(below) if !rest.is_empty() && below.scalar_text().is_some() => {
                self.found.extend(in_text(below, rest, self.create, self.patterns)?.into_iter().map(Found::Lost));
                return Ok(());
            }
            Some(_) => {}
            None => {
                let Some(created) = self.created(name, rest) else { return Ok(()) };
                if let Some(mapping) = self.value_mut() {
                    mapping.set(name, created);
                }
                let is_text =
                    self.create.is_some_and(|c| c.kind == Kind::Scalar) && rest.first().is_some_and(String::is_empty);
                if is_text {
                    return Err("the path ends with a dot".to_owned());
                }
            }
        }
        self.step(Step::Key(name.to_owned()), rest)
    }

    /// Items by a field that fits a pattern; one that fits is appended where none does.
    fn choose(&mut self, node: &Node, first: &str, choice: (&str, &str), rest: &[String]) -> Result<(), String> {
        let before = self.found.len();
        self.chosen(items(node, first)?, choice, rest)?;
        let Some(create) = self.create.filter(|_| self.found.len() == before) else { return Ok(()) };
        let (key, value) = choice;
        if !create.payer.may_add(key.len() + value.len()) {
            return Ok(());
        }
        let text = Node::scalar(value, plain_kind(value, Dialect::Kustomize), Style::Plain, create.origin.clone());
        let item = if key.is_empty() {
            text
        } else {
            let mut item = Node::mapping(Vec::new(), create.origin.clone());
            item.set(key, text);
            item
        };
        self.append(item);
        let Some(now) = self.value() else { return Ok(()) };
        self.chosen(now.items(), choice, rest)?;
        if self.found.len() == before {
            return Err(format!("`{first}` does not fit the item that it would create"));
        }
        Ok(())
    }

    fn chosen(&mut self, items: &[Node], (key, pattern): (&str, &str), rest: &[String]) -> Result<(), String> {
        if items.is_empty() {
            return Ok(());
        }
        let fits =
            self.patterns.part(pattern).map_err(|e| format!("`{pattern}` is not a valid regular expression: {e}"))?;
        for (index, item) in items.iter().enumerate() {
            let value = if key.is_empty() { Some(item) } else { item.get(key) };
            if !value.is_some_and(|v| fits.is_match(as_written(v).trim())) {
                continue;
            }
            // Behind an item that is a text itself the rest of the path counts for nothing.
            self.step(Step::Index(index), if key.is_empty() { &[] } else { rest })?;
        }
        Ok(())
    }

    /// What is created under a key where the path goes on with `rest`.
    fn created(&self, key: &str, rest: &[String]) -> Option<Node> {
        let create = self.create.filter(|create| create.payer.may_add(key.len()))?;
        let kind = match rest.first().map(String::as_str) {
            None | Some("") => create.kind,
            Some(next) if next.starts_with('[') && next.ends_with(']') => Kind::Sequence,
            Some(next) if number(next).is_some_and(|n| n >= 0) => Kind::Sequence,
            Some(_) => Kind::Mapping,
        };
        Some(match kind {
            Kind::Scalar => Node::scalar("", ScalarKind::Null, Style::Plain, create.origin.clone()),
            Kind::Sequence => Node::sequence(Vec::new(), create.origin.clone()),
            Kind::Mapping => Node::mapping(Vec::new(), create.origin.clone()),
        })
    }

    fn value_mut(&mut self) -> Option<&mut Node> {
        crate::paths::dotted::at_mut(self.root, &self.here)
    }

    fn append(&mut self, item: Node) {
        if let Some(list) = self.value_mut() {
            let items: Vec<Node> = list.items().iter().cloned().chain([item]).collect();
            list.set_items(items);
        }
    }
}

/// The first document of a text that holds YAML or JSON; an empty one is none.
pub(crate) fn document_in(text: &str) -> Result<Option<Node>, String> {
    let file = Sources::new().add("<text>", text.to_owned());
    let parsed = parse(&file, Dialect::Kustomize);
    match (parsed.documents.into_iter().next(), parsed.findings.first()) {
        (Some(document), _) => Ok(Some(document.node)),
        (None, Some(error)) => Err(error.message.clone()),
        (None, None) => Ok(None),
    }
}

/// What a path leads to in the YAML that a text holds.
fn in_text(
    node: &Node,
    path: &[String],
    create: Option<&Create<'_>>,
    patterns: &mut Patterns,
) -> Result<Vec<Kind>, String> {
    let document = document_in(node.scalar_text().unwrap_or_default())?;
    let Some(mut document) = document else { return Err("the text that the path leads through is empty".to_owned()) };
    let found = matches(&mut document, path, create, patterns)?;
    let kind = |found: &Found| match found {
        Found::At(steps) => at(&document, steps).map_or(Kind::Scalar, Kind::of),
        Found::Lost(kind) => *kind,
    };
    Ok(found.iter().map(kind).collect())
}

/// A value as kyaml prints it, quotes and comment included: that is what patterns are held against.
fn as_written(node: &Node) -> Arc<str> {
    let Some(text) = node.scalar_text() else { return seatrial_yaml::emit(node).into() };
    let written = match node.style() {
        Style::SingleQuoted => format!("'{}'", text.replace('\'', "''")),
        Style::DoubleQuoted => format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")),
        _ => text.to_owned(),
    };
    match node.comments().and_then(|c| c.line.clone()) {
        Some(comment) => format!("{written} {comment}").into(),
        None => written.into(),
    }
}
