//! A template of a ResourceSet: what it is parsed from, where its parts are in the files, and what is wrong with it.

use seatrial_gotemplate::{Budget, ExecError, Map, Templates, Text, Value};
use seatrial_helm::Origins;
use seatrial_helm::world::World;
use seatrial_model::{Finding, Node, Origin, Span, nearest_of_few};

use super::Rendering;
use super::stretches::{Stretches, lines_of};
use crate::objects::ids;

const NAME: &str = "resourceset";

/// A template, ready to be executed.
pub(super) struct Template {
    templates: Templates,
    stretches: Stretches,
    /// All of it.
    pub(super) place: Span,
}

impl Template {
    /// Where a part of it is.
    pub(super) fn span(&self, place: seatrial_gotemplate::Place) -> Option<Span> {
        self.stretches.span(place.start as usize, place.end as usize)
    }
}

/// An item of `resources`: it is printed as YAML before it is a template, as flux-operator does it.
pub(super) fn of_object(node: &Node, rendering: &mut Rendering<'_>) -> Option<Template> {
    let mut origins = Origins::default();
    let value = origins.value(node);
    let mut parts = Vec::new();
    parts_of(node, None, &mut parts);
    let text = printed(value, rendering)?;
    let mut stretches = Stretches::default();
    let mut from = 0;
    for piece in text.pieces() {
        let part = piece.marks.as_slice().first().and_then(|mark| parts.get(*mark as usize));
        if let Some(part) = part {
            part.stretch(&text, from..piece.end, &mut stretches, rendering);
        }
        from = piece.end;
    }
    parsed(&text, stretches, node.span(), rendering)
}

/// `resourcesTemplate`.
pub(super) fn of_text(node: &Node, rendering: &mut Rendering<'_>) -> Option<Template> {
    let text = node.scalar_text().unwrap_or_default();
    let mut stretches = Stretches::default();
    let at: Vec<usize> = lines_of(text).into_iter().map(|line| line.start).collect();
    stretches.push_lines(node, &at, rendering.sources);
    parsed(text, stretches, node.span(), rendering)
}

/// A value of an object, with the place of its key.
struct Part<'a> {
    key: Option<(&'a str, Span)>,
    node: &'a Node,
}

/// The parts of a value in the order in which they get their marks.
fn parts_of<'a>(node: &'a Node, key: Option<(&'a str, Span)>, parts: &mut Vec<Part<'a>>) {
    parts.push(Part { key, node });
    node.items().iter().for_each(|item| parts_of(item, None, parts));
    for entry in node.entries() {
        parts_of(&entry.value, Some((&entry.key.text, entry.key.span)), parts);
    }
}

impl Part<'_> {
    /// What was printed of it: its key, and behind that its text, on the line of the key or on lines of their own.
    fn stretch(&self, all: &str, range: std::ops::Range<usize>, stretches: &mut Stretches, rendering: &Rendering<'_>) {
        let shown = all.get(range.clone()).unwrap_or_default();
        let mut behind = 0;
        if let Some((key, span)) = self.key
            && let Some(at) = shown.find(key)
        {
            behind = at + key.len();
            stretches.push(range.start + at..range.start + behind, span);
        }
        let Some(text) = self.node.scalar_text().filter(|text| !text.is_empty()) else { return };
        let lines = lines_of(text);
        let mut at = Vec::with_capacity(lines.len());
        for line in lines {
            let Some(found) = shown.get(behind..).and_then(|rest| rest.find(text.get(line.clone())?)) else { break };
            at.push(range.start + behind + found);
            behind += found + line.len();
        }
        if at.is_empty() {
            stretches.push(range.start + behind..range.end, self.node.span());
        } else {
            stretches.push_lines(self.node, &at, rendering.sources);
        }
    }
}

/// A template that prints its value as YAML.
pub(super) fn printer() -> Templates {
    let mut templates = seatrial_helm::functions::templates();
    // This template can be parsed; if it could not, nothing would be printed.
    let _ = templates.parse(NAME, 0, "{{ mustToYaml . }}");
    templates
}

/// A value as YAML.
fn printed(value: Value, rendering: &mut Rendering<'_>) -> Option<Text> {
    let made = rendering.printer.execute(NAME, value, &mut rendering.budget, &mut World::default()).ok()?;
    Some(made.text)
}

fn parsed(text: &str, stretches: Stretches, place: Span, rendering: &mut Rendering<'_>) -> Option<Template> {
    let mut templates = rendering.templates.clone();
    if let Err(error) = templates.parse(NAME, 0, text) {
        let line = lines_of(text).into_iter().nth(error.line.saturating_sub(1));
        let span = line.and_then(|line| {
            let shown = text.get(line.clone())?;
            stretches.span(line.start + shown.len() - shown.trim_start().len(), line.end)
        });
        let message = format!("the template cannot be read: {}", behind_place(&error.message));
        rendering.wrong(Finding::new(ids::RESOURCE_SET, span.unwrap_or(place), message));
        return None;
    }
    Some(Template { templates, stretches, place })
}

/// Go's message without the name and the line, which are those of a text that nobody has written.
fn behind_place(message: &str) -> &str {
    message.splitn(3, ": ").nth(2).or_else(|| message.splitn(3, ':').nth(2)).unwrap_or(message).trim()
}

/// The key that a map lacks.
fn missing_key(reason: &str) -> Option<&str> {
    reason.strip_prefix("map has no entry for key \"")?.strip_suffix('"')
}

/// The input whose name is nearly the same.
fn near(key: &str, input: &Map) -> Option<String> {
    let mut names: Vec<String> = input.snapshot().into_iter().map(|(name, _)| name.to_string()).collect();
    for (_, value) in input.snapshot() {
        names.extend(value.as_map().iter().flat_map(|map| map.snapshot()).map(|(name, _)| name.to_string()));
    }
    nearest_of_few(key, names.iter().map(String::as_str)).map(str::to_owned)
}

impl Rendering<'_> {
    /// What a template prints of an input set.
    pub(super) fn execute(&mut self, template: &Template, input: &Map) -> Option<Text> {
        let id = &self.set.id;
        let name = format!("{}/{}", id.namespace.as_deref().unwrap_or_default(), id.name);
        let mut world = World::new(&name, self.chance.now, self.chance.seed);
        world.inputs = Some(Value::map(input.clone()));
        let budget: &mut Budget<'_> = &mut self.budget;
        match template.templates.execute(NAME, Value::nil(), budget, &mut world) {
            Ok(made) => {
                let changing = world.changing.first();
                if let Some(changing) = changing {
                    let place = changing.place.and_then(|place| template.span(place)).unwrap_or(template.place);
                    let message = format!("`{}` gives another value with each render", changing.function);
                    self.wrong(Finding::new(seatrial_helm::ids::CHANGING_VALUE, place, message));
                }
                Some(made.text)
            }
            Err(error) => {
                let finding = self.failure(template, input, &error);
                self.wrong(finding);
                None
            }
        }
    }

    /// At the line of the template, with the values beside it.
    fn failure(&self, template: &Template, input: &Map, error: &ExecError) -> Finding {
        let place = error.place.or_else(|| error.chain.iter().rev().find_map(|frame| frame.place));
        let span = place.and_then(|place| template.span(place)).unwrap_or(template.place);
        let values: Vec<Origin> = self.origins.of(&error.marks);
        let finding = Finding::new(ids::RESOURCE_SET, span, format!("the template fails: {}", error.reason));
        let finding = match missing_key(&error.reason).and_then(|key| near(key, input)) {
            Some(near) => finding.with_help(format!("did you mean `{near}`?")),
            None => finding,
        };
        values.iter().fold(finding, |finding, origin| finding.with_related(origin.span, "this value is looked at"))
    }

    pub(super) fn wrong(&mut self, finding: Finding) {
        self.findings.push(finding.with_object(&self.set.id));
    }
}
