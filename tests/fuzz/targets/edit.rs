//! One value changed in any text: every other value, comment and byte stays, and the same change made a second time changes nothing.
#![no_main]

#[path = "../../../src/formats/yaml/tests/support/unchanged.rs"]
mod unchanged;

use std::sync::Arc;

use libfuzzer_sys::fuzz_target;
use seatrial_model::{Entry, Node, SourceFile, Sources};
use seatrial_yaml::{Change, Dialect, Step, edit, parse};

fuzz_target!(|input: (&str, u16, &str)| {
    let (text, which, new) = input;
    let file = Sources::new().add("any.yaml", text.to_owned());
    let parsed = parse(&file, Dialect::Kustomize);
    let Some(number) = (which as usize).checked_rem(parsed.documents.len()) else { return };
    let mut paths = Vec::new();
    collect(&parsed.documents[number].node, &mut Vec::new(), &mut paths);
    let Some(path) = paths.get(which as usize / parsed.documents.len() % paths.len()) else { return };
    let span = parsed.documents[number].node.span();
    let value = Node::string(new, span);
    let beside = |step| path.iter().copied().chain([step]).collect::<Vec<_>>();
    change(&file, number, path, &Change::Remove);
    change(&file, number, &beside(Step::Key("added")), &Change::Set(value.clone()));
    for index in 0..3 {
        change(&file, number, &beside(Step::Item(index)), &Change::Set(value.clone()));
    }
    let list = Node::sequence(vec![value.clone(), value.clone()], span);
    change(&file, number, path, &Change::Set(Node::mapping(vec![Entry::new("key", list)], span)));
    let Some(changed) = change(&file, number, path, &Change::Set(value.clone())) else { return };
    let file = Sources::new().add("changed.yaml", changed.clone());
    let again = edit(&file, number, path, &Change::Set(value)).expect("what was written can be written again");
    assert_eq!(again.apply(&changed), changed, "{path:?} {new:?}");
});

/// The text with a change made; `None` where it cannot be.
fn change(file: &Arc<SourceFile>, document: usize, path: &[Step<'_>], change: &Change) -> Option<String> {
    let splice = edit(file, document, path, change).ok()?;
    unchanged::check(file, document, path, change, &splice);
    Some(splice.apply(file.text()))
}

/// The paths of all values, a hundred at most.
fn collect<'a>(node: &'a Node, path: &mut Vec<Step<'a>>, found: &mut Vec<Vec<Step<'a>>>) {
    if found.len() == 100 {
        return;
    }
    found.push(path.clone());
    for entry in node.entries() {
        path.push(Step::Key(&entry.key.text));
        collect(&entry.value, path, found);
        path.pop();
    }
    for (index, item) in node.items().iter().enumerate() {
        path.push(Step::Item(index));
        collect(item, path, found);
        path.pop();
    }
}
