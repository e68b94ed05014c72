//! The values that a kustomization gives to a chart: files, and `valuesInline` merged with them (kustomize: `createNewMergedValuesFile`).
//!
//! Even the chart's own `values.yaml` is given to it where nothing else is named, as kustomize does it.

use std::sync::Arc;

use seatrial_helm::Values;
use seatrial_model::{Finding, Node, Origin, ScalarKind, SetBy, SourceFile, Style};
use seatrial_tree::join;
use seatrial_yaml::in_kustomize_order;

use crate::charts::asked::Asked;
use crate::charts::context::{Context, HELM, home};
use crate::findings::ids;
use crate::gather::unfinished::has_errors_since;
use crate::load::files::outside;
use crate::merge::strategic::merge;

/// How `valuesInline` and the values file are put together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Merging {
    /// What is inline wins.
    Override,
    /// What the file has wins.
    Merge,
    /// The file does not count.
    Replace,
}

/// All values; `None` where kustomize stops.
pub(crate) fn of(asked: &Asked, context: Context<'_>, findings: &mut Vec<Finding>) -> Option<Values> {
    let additional: Vec<Option<Arc<SourceFile>>> = asked
        .items("additionalValuesFiles")
        .iter()
        .map(|item| context.files.text(context.dir, item, findings))
        .collect();
    let merging = merging(asked, findings)?;
    let inline = asked.fields.get("valuesInline").filter(|inline| !inline.entries().is_empty());
    let mut values = match inline {
        Some(inline) if merging == Merging::Replace => Values::of(inline),
        Some(inline) => {
            let file = file(asked, context, findings)?;
            Values::of(&merged(asked, inline, &file, merging, context, findings)?)
        }
        None => with_file(&Values::none(asked.place), &file(asked, context, findings)?, findings)?,
    };
    for file in additional {
        values = with_file(&values, &file?, findings)?;
    }
    Some(values)
}

fn with_file(values: &Values, file: &Arc<SourceFile>, findings: &mut Vec<Finding>) -> Option<Values> {
    values.with_file(file, HELM).map_err(|finding| findings.push(*finding)).ok()
}

fn merging(asked: &Asked, findings: &mut Vec<Finding>) -> Option<Merging> {
    match asked.text("valuesMerge") {
        None | Some("override") => Some(Merging::Override),
        Some("merge") => Some(Merging::Merge),
        Some("replace") => Some(Merging::Replace),
        Some(_) => {
            let message = "valuesMerge must be one of `merge`, `override` and `replace`";
            let finding = Finding::new(ids::KUSTOMIZE, asked.span("valuesMerge"), message);
            findings.push(finding.with_field(asked.field));
            None
        }
    }
}

/// The file of values: that which is named, or that of the chart.
fn file(asked: &Asked, context: Context<'_>, findings: &mut Vec<Finding>) -> Option<Arc<SourceFile>> {
    let files = context.files;
    if let Some(node) = asked.fields.get("valuesFile").filter(|_| asked.text("valuesFile").is_some()) {
        return files.text(context.dir, node, findings);
    }
    let home = home(asked, context, findings)?;
    let path = join(&join(&home, asked.text("name")?)?, "values.yaml")?;
    if !files.may_read(context.dir, &path) {
        findings.push(outside(&path, context.dir, asked.place));
        return None;
    }
    let missing = |error| {
        let help = "kustomize gives the chart its own values as a file; name another one under `valuesFile`";
        Finding::new(ids::MISSING_FILE, asked.place, format!("`{path}` {error}")).with_help(help)
    };
    files.tree.read(&path).map_err(|error| findings.push(missing(error))).ok()
}

/// `valuesInline` together with a file, which is read as kustomize reads it: what Helm takes for a boolean may be a string here.
fn merged(
    asked: &Asked,
    inline: &Node,
    file: &Arc<SourceFile>,
    merging: Merging,
    context: Context<'_>,
    findings: &mut Vec<Finding>,
) -> Option<Node> {
    let before = findings.len();
    let parsed = context.files.documents(file, findings);
    if has_errors_since(findings, before) {
        return None;
    }
    let Some(document) = parsed.documents.first() else {
        let message = format!("`{}` has no values: kustomize cannot merge `valuesInline` with it", file.path());
        let finding = Finding::new(ids::KUSTOMIZE, inline.span(), message).with_field(asked.field);
        findings.push(finding.with_help("write `{}` into it, or `valuesMerge: replace` beside `valuesInline`"));
        return None;
    };
    let mut inline = inline.clone();
    write_nulls(&mut inline);
    let (under, over, by) = match merging {
        Merging::Merge => (&inline, &document.node, "valuesFile"),
        Merging::Override | Merging::Replace => (&document.node, &inline, "valuesInline"),
    };
    match merge(under, over, &context.files.schemas) {
        Ok(merged) => {
            let mut merged = merged.unwrap_or_else(|| Node::mapping(Vec::new(), inline.span()));
            as_values(&mut merged, by);
            Some(merged)
        }
        Err(error) => {
            let message = "`valuesInline` and the values file cannot be merged: one has a mapping, a list or a scalar where the other has something else";
            let finding = Finding::new(ids::KUSTOMIZE, error.span, message).with_field(asked.field);
            findings.push(error.other.into_iter().fold(finding, |f, span| f.with_related(span, "the other value")));
            None
        }
    }
}

/// A null of a kustomization is written out on its way through JSON; one that is not written goes in a merge.
fn write_nulls(node: &mut Node) {
    if node.is_null() && node.scalar_text().is_some_and(str::is_empty) {
        *node = Node::scalar("null", ScalarKind::Null, Style::Plain, node.origin());
    }
    children(node).for_each(write_nulls);
}

/// What a merge of objects made, as values: dates have become texts, and it is not a patch that has set them.
fn as_values(node: &mut Node, by: &'static str) {
    if node.kind() == ScalarKind::Timestamp {
        *node = in_kustomize_order(node);
    }
    let origin = node.origin();
    if let Some(over) = origin.over.as_ref().filter(|over| over.by == SetBy::Patch) {
        let before = over.before.clone();
        node.set_origin(match before {
            Some(before) => Origin::over(origin.span, SetBy::Values(by), Some(before)),
            None => Origin::from(origin.span),
        });
    }
    children(node).for_each(|child| as_values(child, by));
}

/// The values in a mapping or a list.
fn children(node: &mut Node) -> Box<dyn Iterator<Item = &mut Node> + '_> {
    if node.is_sequence() {
        return Box::new(node.items_mut().iter_mut());
    }
    Box::new(node.entries_mut().iter_mut().map(|entry| &mut entry.value))
}
