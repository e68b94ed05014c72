//! Values that are given and that no template of the chart reads.
//!
//! It is not a guess: a key is told only where no template of the chart and of those within it names it, executed or not, and where nothing
//! uses what it lies in as a whole. What may be read in another way is passed over: a value that is itself a template, a file that `tpl` may
//! be given, a name in the schema, in a condition, or in the values of the chart.

use std::collections::HashSet;
use std::sync::Arc;

use seatrial_gotemplate::Mentions;
use seatrial_model::{Entry, Finding, Node, Span, nearest};

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
    let mentions = parsed.mentions();
    if mentions.whole.contains(VALUES) {
        return Vec::new();
    }
    let mut search = Search { mentions, rendered, used: None, path: Vec::new(), found: Vec::new() };
    let defaults = request.defaults.unwrap_or_else(|| chart.chart.values_of(rendered.helm));
    search.chart(chart, request.values, &[defaults]);
    let Search { found, .. } = search;
    if found.is_empty() {
        return Vec::new();
    }
    let other = OtherWords::of(chart, request.values);
    let told = found.into_iter().filter(|unread| !other.has(&unread.key));
    told.map(|unread| unread.finding).collect()
}

struct Unread {
    key: String,
    finding: Finding,
}

struct Search<'a> {
    mentions: &'a Mentions,
    rendered: &'a RenderedChart,
    /// The places of values that were used, once they are asked for.
    used: Option<HashSet<Span>>,
    path: Vec<String>,
    found: Vec<Unread>,
}

impl Search<'_> {
    /// The values of a chart. Its defaults are those of its own, and what the charts around it say of it.
    fn chart(&mut self, chart: &Instance<'_>, given: &Node, defaults: &[&Node]) {
        let dependencies = chart.chart.metadata.dependencies.iter().flatten();
        let mut charts: HashSet<&str> = dependencies.flat_map(|one| [&*one.name, &*one.alias]).collect();
        charts.extend(chart.chart.subcharts.iter().map(|subchart| subchart.name()));
        for entry in given.entries() {
            let key = entry.key.text.as_str();
            let inner: Vec<&Node> = defaults.iter().filter_map(|node| node.get(key)).collect();
            if let Some(child) = chart.children.iter().find(|child| child.name == key) {
                self.path.push(key.to_owned());
                let own = std::iter::once(child.chart.values_of(self.rendered.helm)).chain(inner).collect::<Vec<_>>();
                self.chart(child, &entry.value, &own);
                self.path.pop();
                continue;
            }
            if !charts.contains(key) && !SHARED.contains(&key) {
                self.key(chart, entry, (defaults, &inner));
            }
        }
    }

    fn key(&mut self, chart: &Instance<'_>, entry: &Entry, (around, inner): (&[&Node], &[&Node])) {
        let key = entry.key.text.as_str();
        let is_passed_over = key.starts_with(['_', '.']) || key.starts_with("x-") || entry.value.is_null();
        if is_passed_over || self.is_used(entry.value.span()) {
            return;
        }
        if inner.is_empty() && !self.mentions.named.contains(key) {
            self.tell(chart, entry, around);
            return;
        }
        if self.mentions.whole.contains(key) || !entry.value.is_mapping() {
            return;
        }
        self.path.push(key.to_owned());
        for inner_entry in entry.value.entries() {
            let key = inner_entry.key.text.as_str();
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

    fn tell(&mut self, chart: &Instance<'_>, entry: &Entry, around: &[&Node]) {
        let key = entry.key.text.as_str();
        let whole: Vec<&str> = self.path.iter().map(String::as_str).chain([key]).collect();
        let message = format!("no template of chart `{}` reads `{}`", chart.name, whole.join("."));
        let finding = Finding::new(ids::UNREAD_VALUE, entry.key.span, message).with_field(whole.join("."));
        let siblings = around.iter().flat_map(|node| node.entries());
        let siblings: Vec<&Entry> = siblings.filter(|sibling| sibling.key.text.as_str() != key).collect();
        let near = nearest(key, siblings.iter().map(|sibling| sibling.key.text.as_str()));
        let finding = match near.and_then(|near| siblings.iter().find(|sibling| sibling.key.text.as_str() == near)) {
            Some(near) => finding
                .with_help(format!("did you mean `{}`?", near.key.text.as_str()))
                .with_related(near.key.span, "this name is similar"),
            None => finding,
        };
        self.found.push(Unread { key: key.to_owned(), finding });
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
