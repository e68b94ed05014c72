//! Values that are given and that no template of the chart reads.
//!
//! It is not a guess: a key is told only where no template of the chart and of those within it names it, executed or not, and where nothing
//! uses what it lies in as a whole. What may be read in another way is passed over: a value that is itself a template, a file that `tpl` may
//! be given, a name in the schema, in a condition, or in the values of the chart.

use std::collections::HashSet;
use std::sync::Arc;

use seatrial_gotemplate::Mentions;
use seatrial_model::{Entry, Finding, Node, QuickSet, Span, nearest};

use super::instance::Instance;
use super::{RenderedChart, Request};
use crate::chart::{Chart, ParsedTemplates, readable};
use crate::ids;

/// The keys of values that are for others than the templates of one chart.
const SHARED: [&str; 3] = ["global", "tags", "exports"];

/// The field of the values of a chart.
const VALUES: &str = "Values";

/// The keys that are given and that nothing reads.
pub(crate) fn findings(
    chart: &Instance<'_>,
    parsed: &ParsedTemplates,
    request: &Request<'_>,
    rendered: &RenderedChart,
) -> Vec<Finding> {
    if request.values.entries().is_empty() {
        return Vec::new();
    }
    let mut search = Search { rendered, used: None, path: Vec::new(), charts: 0, found: Vec::new() };
    let defaults = request.defaults.unwrap_or_else(|| chart.chart.values_of(rendered.helm));
    search.chart(chart, request.values, &[defaults]);
    let Search { found, .. } = search;
    // Where all values are known to the chart, what its templates mention need not be found out.
    if found.is_empty() || parsed.mentions().whole.contains(VALUES) {
        return Vec::new();
    }
    let mut unread: Vec<Unread<'_>> = Vec::new();
    for value in found {
        let is_in_last = unread.last().is_some_and(|last| value.is_within(last.entry));
        if !is_in_last && value.is_unread(parsed.mentions()) {
            unread.push(value);
        }
    }
    if unread.is_empty() {
        return Vec::new();
    }
    let other = OtherWords::of(chart, request.values);
    unread.iter().filter(|unread| !other.has(name(unread.entry))).map(Unread::finding).collect()
}

/// A value that the chart does not have, and that is not used as far as its templates were executed.
struct Unread<'a> {
    chart: &'a Instance<'a>,
    /// The charts that it is for, and the keys that it lies in.
    path: Vec<&'a Entry>,
    /// How many of the path are charts.
    charts: usize,
    entry: &'a Entry,
    /// What the chart has beside it.
    siblings: Vec<&'a Entry>,
}

fn name(entry: &Entry) -> &str {
    entry.key.text.as_str()
}

impl Unread<'_> {
    fn is_within(&self, entry: &Entry) -> bool {
        self.path.iter().any(|around| std::ptr::eq(*around, entry))
    }

    /// Whether no template names it, and none uses what it lies in as a whole.
    fn is_unread(&self, mentions: &Mentions) -> bool {
        let around = &self.path[self.charts..];
        !mentions.named.contains(name(self.entry)) && !around.iter().any(|around| mentions.whole.contains(name(around)))
    }

    fn finding(&self) -> Finding {
        let key = name(self.entry);
        let whole = self.path.iter().map(|around| name(around)).chain([key]).collect::<Vec<_>>().join(".");
        let message = format!("no template of chart `{}` reads `{whole}`", self.chart.name);
        let finding = Finding::new(ids::UNREAD_VALUE, self.entry.key.span, message).with_field(whole);
        let siblings: Vec<&Entry> = self.siblings.iter().copied().filter(|sibling| name(sibling) != key).collect();
        let near = nearest(key, siblings.iter().map(|sibling| name(sibling)));
        match near.and_then(|near| siblings.iter().find(|sibling| name(sibling) == near)) {
            Some(near) => finding
                .with_help(format!("did you mean `{}`?", name(near)))
                .with_related(near.key.span, "this name is similar"),
            None => finding,
        }
    }
}

/// The search for values that the chart does not have.
struct Search<'a> {
    rendered: &'a RenderedChart,
    /// The places of values that were used, once they are asked for.
    used: Option<QuickSet<Span>>,
    path: Vec<&'a Entry>,
    charts: usize,
    found: Vec<Unread<'a>>,
}

impl<'a> Search<'a> {
    /// The values of a chart. Its defaults are those of its own, and what the charts around it say of it.
    fn chart(&mut self, chart: &'a Instance<'a>, given: &'a Node, defaults: &[&'a Node]) {
        let is_chart = |key: &str| {
            let mut dependencies = chart.chart.metadata.dependencies.iter().flatten();
            dependencies.any(|one| *one.name == *key || *one.alias == *key)
                || chart.chart.subcharts.iter().any(|subchart| subchart.name() == key)
        };
        for entry in given.entries() {
            let key = name(entry);
            let inner: Vec<&Node> = defaults.iter().filter_map(|node| node.get(key)).collect();
            if let Some(child) = chart.children.iter().find(|child| child.name == key) {
                self.path.push(entry);
                self.charts += 1;
                let own = std::iter::once(child.chart.values_of(self.rendered.helm)).chain(inner).collect::<Vec<_>>();
                self.chart(child, &entry.value, &own);
                self.charts -= 1;
                self.path.pop();
                continue;
            }
            if !SHARED.contains(&key) && !is_chart(key) {
                self.key(chart, entry, (defaults, &inner));
            }
        }
    }

    fn key(&mut self, chart: &'a Instance<'a>, entry: &'a Entry, (around, inner): (&[&'a Node], &[&'a Node])) {
        let key = name(entry);
        let is_passed_over = key.starts_with(['_', '.']) || key.starts_with("x-") || entry.value.is_null();
        if is_passed_over || self.is_used(entry.value.span()) {
            return;
        }
        if inner.is_empty() {
            let siblings = around.iter().flat_map(|node| node.entries()).collect();
            self.found.push(Unread { chart, path: self.path.clone(), charts: self.charts, entry, siblings });
        }
        if !entry.value.is_mapping() {
            return;
        }
        self.path.push(entry);
        for inner_entry in entry.value.entries() {
            let key = name(inner_entry);
            let below: Vec<&Node> = inner.iter().filter_map(|node| node.get(key)).collect();
            self.key(chart, inner_entry, (inner, &below));
        }
        self.path.pop();
    }

    fn is_used(&mut self, span: Span) -> bool {
        let rendered = self.rendered;
        let used = self.used.get_or_insert_with(|| {
            let origins = rendered.reads.used.iter().filter_map(|mark| rendered.origins.get(*mark));
            origins.map(|origin| origin.span).collect()
        });
        used.contains(&span)
    }
}

/// Words that stand where a value may be named beside the templates.
struct OtherWords(HashSet<String>);

impl OtherWords {
    fn of(chart: &Instance<'_>, given: &Node) -> OtherWords {
        let mut words = OtherWords(HashSet::new());
        words.templates_in(given);
        words.of_chart(chart.chart);
        words
    }

    fn of_chart(&mut self, chart: &Chart) {
        self.templates_in(&chart.values);
        for dependency in chart.metadata.dependencies.iter().flatten() {
            self.add(&dependency.condition);
            dependency.imports.iter().for_each(|import| self.all_in(import));
        }
        let schema = chart.schema.iter().filter_map(|file| file.text().ok());
        schema.for_each(|file| self.add(readable(&file)));
        let texts = chart.files.iter().filter_map(|file| file.text().ok());
        texts.filter(|file| file.text().contains("{{")).for_each(|file| self.add(file.text()));
        // Of charts that are switched off, the templates are not among those that were looked at.
        for template in chart.subcharts.iter().flat_map(|subchart| &subchart.templates) {
            template.text().iter().for_each(|file| self.add(file.text()));
        }
        chart.subcharts.iter().for_each(|subchart: &Arc<Chart>| self.of_chart(subchart));
    }

    fn add(&mut self, text: &str) {
        let words = text.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-'));
        self.0.extend(words.filter(|word| !word.is_empty()).map(str::to_owned));
    }

    fn all_in(&mut self, node: &Node) {
        node.scalar_text().iter().for_each(|text| self.add(text));
        node.items().iter().for_each(|item| self.all_in(item));
        node.entries().iter().for_each(|entry| self.all_in(&entry.value));
    }

    /// Texts of values that are templates.
    fn templates_in(&mut self, node: &Node) {
        node.scalar_text().filter(|text| text.contains("{{")).iter().for_each(|text| self.add(text));
        node.items().iter().for_each(|item| self.templates_in(item));
        node.entries().iter().for_each(|entry| self.templates_in(&entry.value));
    }

    fn has(&self, key: &str) -> bool {
        self.0.contains(key)
    }
}
