//! One value changed in any text: what is proposed was read back by `edit`, and here it is made a second time, which must change nothing.
#![no_main]

use libfuzzer_sys::fuzz_target;
use seatrial_model::{Node, Sources};
use seatrial_yaml::{Change, Dialect, Step, edit, parse};

fuzz_target!(|input: (&str, u16, &str)| {
    let (text, which, new) = input;
    let file = Sources::new().add("any.yaml", text.to_owned());
    let parsed = parse(&file, Dialect::Kustomize);
    let Some(document) = parsed.documents.first() else { return };
    let mut paths = Vec::new();
    collect(&document.node, &mut Vec::new(), &mut paths);
    let Some(path) = paths.get(which as usize % paths.len()) else { return };
    let value = Node::string(new, document.node.span());
    let _ = edit(&file, 0, path, &Change::Remove);
    let added: Vec<Step<'_>> = path.iter().copied().chain([Step::Key("added")]).collect();
    let _ = edit(&file, 0, &added, &Change::Set(value.clone()));
    let Ok(splice) = edit(&file, 0, path, &Change::Set(value.clone())) else { return };
    let changed = splice.apply(text);
    let file = Sources::new().add("changed.yaml", changed.clone());
    let again = edit(&file, 0, path, &Change::Set(value)).expect("what was written can be written again");
    assert_eq!(again.apply(&changed), changed, "{path:?} {new:?}");
});

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
