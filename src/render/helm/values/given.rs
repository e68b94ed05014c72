//! Values as users give them: files, and single values by their paths.

use std::sync::Arc;

use seatrial_model::{Entry, Finding, Node, Origin, ScalarKind, SetBy, SourceFile, Span};
use seatrial_yaml::{Dialect, parse};

use crate::go_yaml::taken::is_refused;
use crate::go_yaml::{Refusal, SAID, wrong_marker};
use crate::ids;
use crate::major::Major;
use crate::values::composed::Values;
use crate::values::set::{SetError, Typing};

const FILE: SetBy = SetBy::Values("values");
const SET: SetBy = SetBy::Values("set");

impl Values {
    /// The values of a file merged over these: of all its documents, and of its first one in Helm 3.
    ///
    /// # Errors
    /// What keeps Helm from reading it.
    pub fn with_file(&self, file: &Arc<SourceFile>, helm: Major) -> Result<Values, Box<Finding>> {
        let mut parsed = parse(file, Dialect::Kubectl);
        if helm == Major::Four {
            parsed.findings.extend(wrong_marker(file));
        }
        if let Some(broken) = parsed.findings.into_iter().find(is_refused) {
            let refusal = match helm {
                Major::Three => Refusal::of_first_document(file),
                Major::Four => Refusal::of_documents(file),
            };
            let said = format!("failed to parse {}: {}", file.path(), refusal.said(&broken));
            let broken = Finding { rule: ids::GIVEN_VALUES, ..broken };
            return Err(Box::new(broken.with_evidence(SAID, said)));
        }
        let most = if helm == Major::Three { 1 } else { usize::MAX };
        let documents = parsed.documents.into_iter().take(most).map(|document| document.node);
        documents.filter(|node| !node.is_null()).try_fold(self.clone(), |values, node| {
            if !node.is_mapping() {
                let message = format!("the values are {}, and Helm takes a mapping", node.describe());
                return Err(Box::new(Finding::new(ids::GIVEN_VALUES, node.span(), message)));
            }
            Ok(values.with_node(&node))
        })
    }

    /// The values of a mapping merged over these.
    #[must_use]
    pub fn with_node(&self, node: &Node) -> Values {
        self.merged(&Values::of(node), &FILE)
    }

    /// Merges a line of `--set-json` over these: `path=JSON`, or an object.
    ///
    /// # Errors
    /// What is wrong with it, as a clause.
    pub fn with_json(&self, file: &Arc<SourceFile>) -> Result<Values, String> {
        let parsed = |file: &Arc<SourceFile>| {
            serde_json::from_str::<serde_json::Value>(file.text()).map_err(|error| error.to_string())?;
            let document = parse(file, Dialect::Kubectl).documents.into_iter().next();
            document.map(|document| document.node).ok_or_else(|| "there is no value".to_owned())
        };
        if file.text().trim_start().starts_with('{') {
            return parsed(file).map(|node| self.merged(&Values::of(&node), &SET));
        }
        let Some((path, json)) = file.text().split_once('=') else { return Err("it has no value".to_owned()) };
        if path.contains(['[', '\\', ',']) {
            return Err("an index in a path is not supported here; set the whole list".to_owned());
        }
        let inner = seatrial_model::Sources::new().add(file.path(), json.to_owned());
        let place = Span::new(file.id(), 0, file.text().len());
        let mut node = parsed(&inner)?;
        moved(&mut node, place);
        for name in path.rsplit('.') {
            node = Node::mapping(vec![Entry::new(name, node)], place);
        }
        Ok(self.merged(&Values::of(&node), &SET))
    }

    /// Sets what a list of lines or a mapping of paths says, each value with its place. What cannot be set is told.
    pub fn with_set(&mut self, set: &Node, findings: &mut Vec<Finding>) {
        for line in set.items() {
            let text = line.scalar_text().unwrap_or_default();
            let done = self.set(text, Typing::Typed, &Origin::from(line.span()), &SET);
            findings.extend(done.err().map(|error| refused(text, line.span(), &error)));
        }
        for entry in set.entries() {
            let done = self.set_value(&entry.key.text, &entry.value);
            findings.extend(done.err().map(|error| refused(&entry.key.text, entry.key.span, &error)));
        }
    }

    fn set_value(&mut self, path: &str, value: &Node) -> Result<(), SetError> {
        let typing = match value.kind() {
            ScalarKind::Bool | ScalarKind::Integer | ScalarKind::Null => Typing::Typed,
            _ => Typing::Text,
        };
        let text = match value.kind() {
            ScalarKind::Null => "null",
            _ => value.scalar_text().unwrap_or_default(),
        };
        self.set(&format!("{path}={}", escaped(text)), typing, &Origin::from(value.span()), &SET)
    }
}

fn refused(what: &str, span: Span, error: &SetError) -> Finding {
    Finding::new(ids::GIVEN_VALUES, span, format!("`{what}` cannot be set: {error}"))
}

/// Puts a node and all that is in it to a place.
fn moved(node: &mut Node, place: Span) {
    node.set_origin(Origin::from(place));
    if node.is_mapping() {
        node.entries_mut().iter_mut().for_each(|entry| moved(&mut entry.value, place));
    }
    if node.is_sequence() {
        node.items_mut().iter_mut().for_each(|item| moved(item, place));
    }
}

/// A text in which nothing means anything to `--set`.
#[must_use]
pub fn escaped(value: &str) -> String {
    let mut escaped = String::with_capacity(value.len());
    for character in value.chars() {
        if matches!(character, '\\' | ',' | '[' | ']' | '{' | '}') {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}
