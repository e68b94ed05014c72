//! The values of vars put wherever `varReference` lets them stand, once all names are final (kustomize: `ResAccumulator.ResolveVars`,
//! `filters/refvar`).
//!
//! Not here: which vars there are (`gathered`), `$(NAME)` in a text (`expansion`).

use std::collections::{HashMap, HashSet};

use seatrial_model::{Built, Finding, Node, Origin, ScalarKind, SetBy, Span, Style};

use crate::fields::spec::{Created, FieldError, FieldSpec, Leaf};
use crate::findings::absent::absent;
use crate::findings::ids;
use crate::objects::resource::Resource;
use crate::paths::dotted::{at, lookup, split};
use crate::values::budget::Budget;
use crate::values::shared::spread;
use crate::values::size::Size;
use crate::vars::expansion::{Expanded, Value, expand};
use crate::vars::findings as told;
use crate::vars::gathered::Vars;
use crate::vars::var::Var;

/// Puts the values of all vars into the fields of the specifications. What could not be read, which `unread` names, may hold what a var means
/// or where it stands.
pub(crate) fn resolve(
    resources: &mut [Resource],
    vars: &Vars,
    specs: &[FieldSpec],
    unread: Option<Span>,
    budget: &Budget,
    findings: &mut Vec<Finding>,
) {
    if vars.is_empty() {
        return;
    }
    let mut resolution = Resolution { known: known(resources, vars, unread, findings), used: HashSet::new(), budget };
    for resource in resources.iter_mut() {
        for spec in specs {
            if spec.selects(&resource.id().gvk) {
                resolution.expand_field(resource, spec, findings);
            }
        }
        if budget.is_exceeded() {
            return;
        }
    }
    if unread.is_some() {
        return;
    }
    let Resolution { known, used, .. } = resolution;
    let is_unused = |var: &&Var| known.contains_key(&*var.name) && !var.name.is_empty() && !used.contains(&*var.name);
    let unused: Vec<&Var> = vars.iter().filter(is_unused).collect();
    let mut stands: HashMap<&str, Option<Span>> = unused.iter().map(|var| (&*var.name, None)).collect();
    if !unused.is_empty() {
        resources.iter().for_each(|resource| find_references(resource.node(), &mut stands));
    }
    findings.extend(unused.into_iter().map(|var| told::unused(var, stands.get(&*var.name).copied().flatten())));
}

/// A var that stands for a text, a number or a boolean.
struct Known<'a> {
    var: &'a Var,
    value: Value,
    /// Where the value is written.
    span: Span,
}

/// The vars that have a value; what the others lack is a finding.
fn known<'a>(
    resources: &[Resource],
    vars: &'a Vars,
    unread: Option<Span>,
    findings: &mut Vec<Finding>,
) -> HashMap<&'a str, Known<'a>> {
    let mut objects: HashMap<&str, &Resource> = HashMap::new();
    for resource in resources {
        for name in &resource.vars {
            objects.entry(name).or_insert(resource);
        }
    }
    let mut known = HashMap::new();
    for var in vars.iter() {
        let Some(object) = objects.get(&*var.name) else {
            findings.extend(absent(told::no_object(var, resources), unread));
            continue;
        };
        match value_of(var, object) {
            Ok(found) => drop(known.insert(&*var.name, found)),
            // What it lacks may be in what could not be applied to it.
            Err(_) if object.built == Built::InPart => {}
            Err(finding) => findings.push(*finding),
        }
    }
    known
}

fn value_of<'a>(var: &'a Var, object: &Resource) -> Result<Known<'a>, Box<Finding>> {
    let segments = indexed(split(&var.field));
    let none = |why: &str| Box::new(told::no_field(var, object, &segments, why));
    let steps = lookup(object.node(), &segments).map_err(|why| none(&format!("leads nowhere ({why})")))?;
    let node = steps.and_then(|steps| at(object.node(), &steps)).ok_or_else(|| none("does not exist"))?;
    let Some(text) = node.scalar_text() else { return Err(Box::new(told::no_text(var, node))) };
    let value = typed(text, node.kind()).ok_or_else(|| Box::new(told::no_number(var, node)))?;
    Ok(Known { var, value, span: node.span() })
}

/// `ports[0]` is `ports` and `0` (kyaml: `convertSliceIndex`).
fn indexed(segments: Vec<String>) -> Vec<String> {
    let mut result = Vec::with_capacity(segments.len());
    for segment in segments {
        let index = segment.strip_suffix(']').and_then(|s| s.rsplit_once('['));
        match index.filter(|(_, digits)| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())) {
            Some((name, digits)) => {
                result.extend(Some(name.to_owned()).filter(|n| !n.is_empty()));
                result.push(digits.to_owned());
            }
            None => result.push(segment),
        }
    }
    result
}

/// A scalar as kustomize reads it (kyaml: `RNode.GetFieldValue`).
fn typed(text: &str, kind: ScalarKind) -> Option<Value> {
    match kind {
        ScalarKind::Integer => text.parse().ok().map(Value::Integer),
        ScalarKind::Float => text.parse().ok().filter(|number: &f64| number.is_finite()).map(Value::Float),
        ScalarKind::Bool => Some(Value::Bool(text.eq_ignore_ascii_case("true"))),
        ScalarKind::Null | ScalarKind::Timestamp | ScalarKind::String => Some(Value::Text(text.to_owned())),
    }
}

struct Resolution<'a> {
    known: HashMap<&'a str, Known<'a>>,
    used: HashSet<&'a str>,
    budget: &'a Budget,
}

impl<'a> Resolution<'a> {
    fn expand_field(&mut self, resource: &mut Resource, spec: &FieldSpec, findings: &mut Vec<Finding>) {
        // Nothing is copied for a field that names no var.
        if !spec.reaches_some(resource.node(), &may_change) {
            return;
        }
        let mut changed = resource.node().clone();
        let created = Created::at(resource.span);
        if let Err(error) = spec.visit(&mut changed, Leaf::Never, &created, &mut |leaf| self.expand_leaf(leaf)) {
            let message = format!(
                "vars cannot be put into `{}` of `{}`: this {}",
                spec.path_text(),
                resource.id().describe(),
                error.message
            );
            findings.push(Finding::new(ids::KUSTOMIZE, error.span, message).with_object(&resource.object_id()));
        }
        let mut shared = std::mem::take(&mut resource.shared);
        spread(resource.node(), &mut changed, &mut shared, self.budget);
        resource.shared = shared;
        resource.edit(|node| *node = changed);
    }

    /// A string, the strings of a mapping, or a list of strings (kustomize: `refvar.Filter.set`).
    fn expand_leaf(&mut self, leaf: &mut Node) -> Result<(), FieldError> {
        if leaf.as_str().is_some() {
            self.expand_scalar(leaf);
            return Ok(());
        }
        if let Some(entry) = leaf.entries().iter().find(|e| e.key.kind != ScalarKind::String) {
            let message = format!("has the key `{}`, which is not a string", entry.key.text);
            return Err(FieldError { span: entry.key.span, message });
        }
        for entry in leaf.entries_mut() {
            self.expand_scalar(&mut entry.value);
        }
        for item in leaf.items_mut() {
            if item.as_str().is_none() {
                let message = format!("is {} in a list that must hold strings only", item.describe());
                return Err(FieldError { span: item.span(), message });
            }
            self.expand_scalar(item);
        }
        Ok(())
    }

    fn expand_scalar(&mut self, node: &mut Node) {
        let Some(text) = node.as_str() else { return };
        if self.budget.is_exceeded() {
            return;
        }
        let expansion = expand(text, self.budget.bytes_left(), |name| self.known.get(name).map(|known| &known.value));
        let mut origin = node.origin();
        for known in expansion.used.iter().filter_map(|name| self.known.get(name)) {
            self.used.insert(&known.var.name);
            let by = SetBy::Var(known.var.name.as_ref().into(), known.var.place);
            origin = Origin::over(known.span, by, Some(origin));
        }
        // A `$$` that became a `$` is a change that stands where the text does.
        if expansion.used.is_empty() && expansion.result != Expanded::Text(text.to_owned()) {
            origin = Origin::over(origin.span, SetBy::Field("vars"), Some(origin));
        }
        let (text, kind) = match expansion.result {
            Expanded::Text(text) | Expanded::Whole(Value::Text(text)) => (text, ScalarKind::String),
            Expanded::Whole(Value::Integer(number)) => (number.to_string(), ScalarKind::Integer),
            Expanded::Whole(Value::Float(number)) => (number.to_string(), ScalarKind::Float),
            Expanded::Whole(Value::Bool(value)) => (value.to_string(), ScalarKind::Bool),
        };
        self.budget.grow(Size::scalar(text.len()), node.span());
        // kustomize forgets how the text was written.
        *node = Node::scalar(text, kind, Style::Plain, origin);
    }
}

/// Whether anything at the end of a path changes, or is what kustomize stops at.
fn may_change(leaf: &Node) -> bool {
    let is_text = |n: &Node| n.as_str().is_some_and(|t| t.contains('$') || n.style() == Style::Folded);
    is_text(leaf)
        || leaf.entries().iter().any(|e| e.key.kind != ScalarKind::String || is_text(&e.value))
        || leaf.items().iter().any(|item| item.as_str().is_none() || is_text(item))
}

/// Notes where the first text stands that refers to each of some vars.
fn find_references(node: &Node, stands: &mut HashMap<&str, Option<Span>>) {
    for reference in node.as_str().unwrap_or_default().split("$(").skip(1) {
        let name = reference.split_once(')').map(|(name, _)| name);
        if let Some(place) = name.and_then(|name| stands.get_mut(name)) {
            place.get_or_insert(node.span());
        }
    }
    node.entries().iter().for_each(|entry| find_references(&entry.value, stands));
    node.items().iter().for_each(|item| find_references(item, stands));
}
