//! What the API server's validation wants beyond the schema, as tables: a [`Shape`] names fields of an object and what is checked of each.
//! The walk over an object and its shape; the tables are in `shapes`.

use std::collections::HashMap;
use std::collections::hash_map::Entry::{Occupied, Vacant};

use seatrial_kubernetes::Minor;
use seatrial_model::{Entry, Finding, Label, Manifest, Node, RuleId, Span, Value, json_pointer};
use seatrial_schema::nearest;

use crate::syntax::Wrong;
use crate::{is_substitution, provenance, syntax};

/// What is checked of a mapping. Whether anything is wrong hangs on nothing but the mapping and the minor: mappings that many objects share are
/// looked at once. The object that it lies in is only named.
pub(crate) struct Shape {
    /// Fields, each with what is checked of it; [`Check::Required`] comes first.
    pub(crate) fields: &'static [(&'static str, &'static [Check])],
    /// What is checked of the fields together.
    pub(crate) whole: &'static [fn(&At<'_, '_>, &mut Found)],
}

/// What is checked of a field. A value of the wrong type is passed over: the schema says so.
pub(crate) enum Check {
    /// It is there, and not empty.
    Required,
    /// It is not empty where it is there.
    Filled,
    /// It is one of these words, and "" is not one.
    Word(&'static [&'static str]),
    /// It is one of these words; an empty text is as if it were not there.
    OneOf(&'static [&'static str]),
    /// It is a whole number between these.
    Between(i64, i64),
    /// Its text looks so; an empty one is none.
    Looks(fn(&str) -> Wrong),
    /// It is the number of a port or looks like the name of one.
    Port,
    /// It is a number from 0 or a percentage.
    Share,
    /// The keys of the mapping look so.
    Keys(fn(&str) -> Wrong),
    /// The texts in the mapping or list look so.
    Texts(fn(&str) -> Wrong),
    /// The mapping has this shape.
    Of(&'static Shape),
    /// The items of the list have this shape.
    Each(&'static Shape),
    /// Anything else.
    By(fn(&At<'_, '_>, &mut Found)),
}

/// The largest `int32`.
pub(crate) const INT32: i64 = i32::MAX as i64;

/// A number that counts something.
pub(crate) const COUNT: Check = Check::Between(0, INT32);

/// A value, and the way to it from the object.
#[derive(Clone, Copy)]
pub(crate) struct At<'a, 'p> {
    /// The value.
    pub(crate) node: &'a Node,
    /// The object.
    pub(crate) manifest: &'a Manifest,
    /// Where to point when something is missing in it.
    name: Span,
    step: Step<'a>,
    parent: Option<&'p At<'a, 'p>>,
}

#[derive(Clone, Copy)]
enum Step<'a> {
    Root,
    Key(&'a str),
    Item(usize),
}

/// What was found in one object.
pub(crate) struct Found {
    rule: RuleId,
    /// The minor whose API server is asked.
    pub(crate) minor: Minor,
    /// The findings.
    pub(crate) refused: Vec<Refused>,
}

/// One finding.
pub(crate) struct Refused {
    /// The finding.
    pub(crate) finding: Finding,
    /// Whether something is missing: a misspelt name nearby explains that.
    pub(crate) is_absence: bool,
}

impl Found {
    /// Nothing yet.
    pub(crate) fn new(rule: RuleId, minor: Minor) -> Found {
        Found { rule, minor, refused: Vec::new() }
    }

    /// Whether nothing was found.
    pub(crate) fn is_empty(&self) -> bool {
        self.refused.is_empty()
    }

    /// Walks an object and its shape.
    pub(crate) fn walk(&mut self, at: &At<'_, '_>, shape: &'static Shape) {
        if !at.is_struct() {
            return;
        }
        let known = match at.node.value() {
            Value::Mapping(entries) => entries.known(),
            _ => None,
        };
        let Some(known) = known else { return self.walk_anew(at, shape) };
        let shaped = [std::ptr::from_ref(shape) as usize, self.minor.number().into()];
        if known.has_shape(shaped) {
            return;
        }
        let before = self.refused.len();
        self.walk_anew(at, shape);
        if self.refused.len() == before {
            known.note_shape(shaped);
        }
    }

    fn walk_anew(&mut self, at: &At<'_, '_>, shape: &'static Shape) {
        let set = at.node.entries().iter().filter(|entry| !entry.value.is_null());
        for entry in set.clone() {
            let key = entry.key.text.as_str();
            if let Some((_, checks)) = shape.fields.iter().find(|(name, _)| *name == key) {
                let value = at.child(entry);
                checks.iter().for_each(|check| self.checks(&value, check));
            }
        }
        for (name, checks) in shape.fields {
            let is_required = matches!(checks.first(), Some(Check::Required));
            if is_required && !set.clone().any(|entry| entry.key.text.as_str() == *name) {
                self.lacks(at, name);
            }
        }
        for check in shape.whole {
            check(at, self);
        }
    }

    /// Checks a value.
    pub(crate) fn checks(&mut self, at: &At<'_, '_>, check: &Check) {
        match check {
            Check::Required | Check::Filled if at.is_empty() => self.says(at, "must not be empty"),
            Check::Required | Check::Filled => {}
            Check::Word(_) if at.is_empty() => self.says(at, "must not be empty"),
            Check::Word(words) | Check::OneOf(words) => self.one_of(at, words),
            Check::Between(least, most) => self.between(at, *least, *most),
            Check::Looks(_) if at.is_empty() => {}
            Check::Looks(looks) => self.looks(at, *looks),
            Check::Port if at.node.as_i64().is_some() => self.between(at, 1, 65535),
            Check::Port => self.checks(at, &Check::Looks(syntax::port_name)),
            Check::Share if at.node.as_i64().is_some() => self.between(at, 0, INT32),
            Check::Share => self.looks(at, syntax::percent),
            Check::Keys(looks) => self.keys(at, *looks),
            Check::Texts(looks) => {
                at.items().for_each(|item| self.looks(&item, *looks));
                at.values().for_each(|value| self.looks(&value, *looks));
            }
            Check::Of(shape) => self.walk(at, shape),
            Check::Each(shape) => at.items().for_each(|item| self.walk(&item, shape)),
            Check::By(check) => check(at, self),
        }
    }

    /// Finds a text, an empty one too, that does not look so.
    pub(crate) fn looks(&mut self, at: &At<'_, '_>, looks: fn(&str) -> Wrong) {
        if let Some(predicate) = at.text().and_then(looks) {
            self.says(at, &predicate);
        }
    }

    fn one_of(&mut self, at: &At<'_, '_>, words: &[&str]) {
        let Some(text) = at.text().filter(|text| !text.is_empty() && !words.contains(text)) else { return };
        let meant = nearest(text, words.iter().copied());
        self.says(at, &format!("must be {}, not `{text}`", any_of(words)));
        if let Some(meant) = meant {
            self.helps(&format!("did you mean `{meant}`?"));
        }
    }

    /// Finds a number that is not between two.
    pub(crate) fn between(&mut self, at: &At<'_, '_>, least: i64, most: i64) {
        let Some(number) = at.node.as_i64().filter(|number| !(least..=most).contains(number)) else { return };
        // What does not even fit its type is the schema's.
        if i32::try_from(number).is_err() {
            return;
        }
        let predicate = match (least, most) {
            (0, INT32) => "must not be negative".to_owned(),
            (least, INT32) => format!("must be at least {least}"),
            _ => format!("must be between {least} and {most}"),
        };
        self.says(at, &predicate);
    }

    fn keys(&mut self, at: &At<'_, '_>, looks: fn(&str) -> Wrong) {
        for entry in at.node.entries() {
            let key = entry.key.text.as_str();
            if let Some(predicate) = looks(key).filter(|_| !is_substitution(key)) {
                let message = format!("the key `{key}` in `{}` of {} {predicate}", at.path(), at.manifest.id);
                let finding = Finding::new(self.rule, entry.key.span, message).with_object(&at.manifest.id);
                let finding = finding.with_field(at.child(entry).pointer());
                self.refused.push(Refused { finding, is_absence: false });
            }
        }
    }

    /// Finds a mapping that has none of these fields, or more than one.
    pub(crate) fn has_one(&mut self, at: &At<'_, '_>, names: &[&str]) {
        if at.is_struct() && names.iter().all(|name| at.get(name).is_none()) {
            self.says(at, &format!("must have {}", any_of(names)));
        }
        self.has_at_most_one(at, names);
    }

    /// Finds a mapping that has more than one of these fields.
    pub(crate) fn has_at_most_one(&mut self, at: &At<'_, '_>, names: &[&str]) {
        let keys = at.node.entries().iter().filter(|entry| !entry.value.is_null()).map(|entry| entry.key.text.as_str());
        let mut set = keys.filter(|key| names.contains(key));
        if let (Some(first), Some(second)) = (set.next(), set.next()) {
            self.says(at, &format!("must not have both `{first}` and `{second}`"));
        }
    }

    /// Finds items of a list that say the same in a field.
    pub(crate) fn texts_are_unique(&mut self, at: &At<'_, '_>, name: &str) {
        let mut seen = HashMap::new();
        for item in at.items() {
            let Some(value) = item.get(name) else { continue };
            let Some(text) = value.text().filter(|text| !text.is_empty()) else { continue };
            match seen.entry(text) {
                Occupied(first) => {
                    self.says(&value, &format!("duplicates `{text}`"));
                    self.relates(*first.get(), "the first one");
                }
                Vacant(first) => drop(first.insert(value.node.span())),
            }
        }
    }

    /// Moves the last finding to a place that says more.
    pub(crate) fn points_at(&mut self, span: Span) {
        if let Some(Refused { finding: last, .. }) = self.refused.last_mut() {
            last.primary.span = span;
        }
    }

    /// Adds a second place to the last finding.
    pub(crate) fn relates(&mut self, span: Span, text: &str) {
        if let Some(Refused { finding: last, .. }) = self.refused.last_mut() {
            last.related.push(Label { span, text: text.to_owned() });
        }
    }

    /// Adds the way out to the last finding.
    pub(crate) fn helps(&mut self, help: &str) {
        if let Some(Refused { finding: last, .. }) = self.refused.last_mut() {
            last.help = Some(help.to_owned());
        }
    }

    /// Finds that a value is wrong; the predicate of a sentence about it.
    pub(crate) fn says(&mut self, at: &At<'_, '_>, predicate: &str) {
        let span = if at.node.is_mapping() || at.node.is_sequence() { at.name } else { at.node.span() };
        let path = at.path();
        let message = if path.is_empty() {
            format!("{} {predicate}", at.manifest.id)
        } else {
            format!("`{path}` of {} {predicate}", at.manifest.id)
        };
        let finding = provenance::tell(Finding::new(self.rule, span, message), Some(at.node), at.manifest);
        let is_absence = predicate.starts_with("must have `") || predicate == "must not be empty";
        let finding = finding.with_object(&at.manifest.id).with_field(at.pointer());
        self.refused.push(Refused { finding, is_absence });
    }

    /// Finds that a field is missing in a mapping.
    pub(crate) fn lacks(&mut self, at: &At<'_, '_>, name: &str) {
        let path = at.path();
        let field = if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
        let message = format!("{} lacks the required field `{field}`", at.manifest.id);
        let null = at.node.entry(name).map(|entry| entry.key.span);
        let finding = Finding::new(self.rule, null.unwrap_or(at.name), message).with_object(&at.manifest.id);
        let finding = finding.with_field(format!("{}/{name}", at.pointer()));
        self.refused.push(Refused { finding, is_absence: true });
    }
}

/// `` `a`, `b` or `c` ``.
pub(crate) fn any_of(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
        None => String::new(),
    }
}

impl<'a, 'p> At<'a, 'p> {
    /// The whole object.
    pub(crate) fn root(manifest: &'a Manifest) -> At<'a, 'p> {
        let name = manifest.node.entries().first().map_or(manifest.span, |entry| entry.key.span);
        At { node: &manifest.node, manifest, name, step: Step::Root, parent: None }
    }

    /// The value of a field that is set; null is as if it were not.
    pub(crate) fn get<'q>(&'q self, name: &str) -> Option<At<'a, 'q>> {
        self.node.entry(name).filter(|entry| !entry.value.is_null()).map(|entry| self.child(entry))
    }

    fn child<'q>(&'q self, entry: &'a Entry) -> At<'a, 'q> {
        let step = Step::Key(entry.key.text.as_str());
        At { node: &entry.value, manifest: self.manifest, name: entry.key.span, step, parent: Some(self) }
    }

    /// The items of the list that it is in, itself among them.
    pub(crate) fn siblings(&self) -> impl Iterator<Item = &'a Node> + use<'a> {
        self.parent.map_or(&[][..], |list| list.node.items()).iter()
    }

    /// The items of a list.
    pub(crate) fn items<'q>(&'q self) -> impl Iterator<Item = At<'a, 'q>> + use<'a, 'q, 'p> {
        self.node.items().iter().enumerate().map(move |(index, node)| {
            // An item points at its first key: a whole block says nothing.
            let name = node.entries().first().map_or(node.span(), |entry| entry.key.span);
            At { node, manifest: self.manifest, name, step: Step::Item(index), parent: Some(self) }
        })
    }

    /// The values of a mapping.
    pub(crate) fn values<'q>(&'q self) -> impl Iterator<Item = At<'a, 'q>> + use<'a, 'q, 'p> {
        self.node.entries().iter().map(move |entry| self.child(entry))
    }

    /// The text of a string that holds no substitution.
    pub(crate) fn text(&self) -> Option<&'a str> {
        self.node.as_str().filter(|text| !is_substitution(text))
    }

    /// The text of a field that is set.
    pub(crate) fn text_of(&self, name: &str) -> Option<&'a str> {
        self.node.get(name).and_then(Node::as_str)
    }

    /// Whether it is an empty text, list or mapping.
    pub(crate) fn is_empty(&self) -> bool {
        let is_empty_container = (self.node.is_mapping() && self.node.entries().is_empty())
            || (self.node.is_sequence() && self.node.items().is_empty());
        is_empty_container || self.node.as_str() == Some("")
    }

    /// Whether it, or anything in it, holds a substitution.
    pub(crate) fn is_substituted(&self) -> bool {
        self.node.scalar_text().is_some_and(is_substitution)
    }

    /// Whether it is a mapping, or null in a list, which is read as an empty one.
    pub(crate) fn is_struct(&self) -> bool {
        self.node.is_mapping() || self.node.is_null()
    }

    /// The key that leads to it.
    pub(crate) fn last_key(&self) -> &'a str {
        match self.step {
            Step::Key(key) => key,
            Step::Root | Step::Item(_) => "",
        }
    }

    fn steps(&self) -> Vec<Step<'a>> {
        let mut steps: Vec<Step<'a>> = std::iter::successors(Some(self), |at| at.parent).map(|at| at.step).collect();
        steps.reverse();
        steps
    }

    /// For people: `spec.containers[0].image`, `metadata.labels["a.b/c"]`.
    pub(crate) fn path(&self) -> String {
        let mut path = String::new();
        for step in self.steps() {
            match step {
                Step::Root => {}
                Step::Item(index) => path.push_str(&format!("[{index}]")),
                Step::Key(key) if key.contains(['.', '/']) => path.push_str(&format!("[\"{key}\"]")),
                Step::Key(key) => {
                    path.push_str(if path.is_empty() { "" } else { "." });
                    path.push_str(key);
                }
            }
        }
        path
    }

    /// A JSON pointer into the object.
    pub(crate) fn pointer(&self) -> String {
        let steps = self.steps().into_iter();
        let segments = steps.filter_map(|step| match step {
            Step::Root => None,
            Step::Item(index) => Some(index.to_string()),
            Step::Key(key) => Some(key.to_owned()),
        });
        let segments: Vec<String> = segments.collect();
        json_pointer(segments.iter().map(String::as_str))
    }
}
