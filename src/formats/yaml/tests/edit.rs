//! Changes of one value: `testdata/edit/*.case`. The first section is a text; every other names a change (`set PATH VALUE`, `remove PATH`)
//! and shows which lines that change alone takes away and puts in, or the error. Paths are JSON pointers, values are YAML.
//!
//! A case whose name ends in `.crlf` is run with `\r\n`, `.mark` with a byte order mark, `.unended` without the last line end.
//! `SEATRIAL_ACCEPT=1` writes what we give now (then read the difference).
#![allow(clippy::disallowed_methods, reason = "tests read their data")]

#[path = "support/unchanged.rs"]
mod unchanged;

use std::fmt::Write as _;
use std::fs::{read_dir, read_to_string, write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use proptest::prelude::*;
use seatrial_model::{Node, SourceFile, Sources, Style};
use seatrial_yaml::{Change, Dialect, Step, edit, parse};

const MARK: &str = "=== ";

fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/edit");
    let entries = read_dir(folder).expect("the folder is there");
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("it can be read").path()).collect();
    paths.sort();
    paths
}

fn file(text: &str) -> Arc<SourceFile> {
    Sources::new().add("case.yaml", text.to_owned())
}

fn value(text: &str) -> Node {
    let parsed = parse(&file(text), Dialect::Kustomize);
    let mut node = parsed.documents.into_iter().next().expect("a value").node;
    on_lines(&mut node);
    node
}

/// As if it had been made by a program.
fn on_lines(node: &mut Node) {
    node.set_style(Style::Plain);
    node.entries_mut().iter_mut().for_each(|e| on_lines(&mut e.value));
    node.items_mut().iter_mut().for_each(on_lines);
}

fn steps(pointer: &str) -> Vec<String> {
    pointer.split('/').skip(1).map(|step| step.replace("~1", "/").replace("~0", "~")).collect()
}

/// `#1/a/b` is the path `/a/b` in the second document.
fn change(text: &str, operation: &str) -> String {
    let (verb, rest) = operation.split_once(' ').expect("a verb and a path");
    let (place, new) = rest.split_once(' ').unwrap_or((rest, ""));
    let (document, pointer) = match place.strip_prefix('#') {
        Some(place) => place.split_at(place.find('/').unwrap_or(place.len())),
        None => ("0", place),
    };
    let steps = steps(pointer);
    let path: Vec<Step<'_>> = steps
        .iter()
        .map(|step| step.strip_prefix('-').and_then(|i| i.parse().ok()).map_or(Step::Key(step), Step::Item))
        .collect();
    let change = if verb == "remove" { Change::Remove } else { Change::Set(value(new)) };
    let (file, document) = (file(text), document.parse().expect("a number"));
    match edit(&file, document, &path, &change) {
        Ok(splice) => {
            unchanged::check(&file, document, &path, &change, &splice);
            splice.apply(text)
        }
        Err(error) => format!("error: {error}\n"),
    }
}

/// The text of a case as it is in the file that is changed, and back.
struct Shape {
    crlf: bool,
    mark: bool,
    unended: bool,
}

impl Shape {
    fn of(path: &Path) -> Shape {
        let name = path.to_string_lossy();
        Shape { crlf: name.contains(".crlf"), mark: name.contains(".mark"), unended: name.contains(".unended") }
    }

    fn put_on(&self, text: &str) -> String {
        let text = if self.unended { text.strip_suffix('\n').unwrap_or(text) } else { text };
        let text = if self.crlf { text.replace('\n', "\r\n") } else { text.to_owned() };
        if self.mark { format!("\u{feff}{text}") } else { text }
    }

    fn take_off(&self, text: &str) -> String {
        let text = if self.mark && !text.starts_with("error") {
            text.strip_prefix('\u{feff}').expect("the mark stays")
        } else {
            text
        };
        assert!(!self.crlf || text.matches('\n').count() == text.matches("\r\n").count() || text.starts_with("error"));
        let text = if self.crlf { text.replace("\r\n", "\n") } else { text.to_owned() };
        if self.unended && !text.ends_with('\n') { format!("{text}\n") } else { text }
    }
}

/// The lines between those that both have in front and at the end.
fn difference(before: &str, after: &str) -> String {
    if after.starts_with("error: ") {
        return after.to_owned();
    }
    let (old, new): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    let front = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let end = old[front..].iter().rev().zip(new[front..].iter().rev()).take_while(|(a, b)| a == b).count();
    let line = |sign: char| move |(index, line): (usize, &&str)| format!("{}{sign}{line}\n", front + index + 1);
    let gone = old[front..old.len() - end].iter().enumerate().map(line('-'));
    gone.chain(new[front..new.len() - end].iter().enumerate().map(line('+'))).collect()
}

#[test]
fn every_change_touches_one_value_and_nothing_else() {
    let mut count = 0;
    for path in cases() {
        let shape = Shape::of(&path);
        let case = read_to_string(&path).expect("there");
        let separator = format!("\n{MARK}");
        let mut sections = case.split(&separator);
        let first = sections.next().and_then(|s| s.strip_prefix(MARK)).and_then(|s| s.split_once('\n'));
        let (title, before) = first.expect("a first section");
        let before = format!("{before}\n");
        let mut actual = format!("{MARK}{title}\n{before}");
        for section in sections {
            let operation = section.split_once('\n').map_or(section, |(operation, _)| operation);
            let after = shape.take_off(&change(&shape.put_on(&before), operation));
            let _ = write!(actual, "{MARK}{operation}\n{}", difference(&before, &after));
            count += 1;
        }
        if std::env::var_os("SEATRIAL_ACCEPT").is_some() {
            write(&path, &actual).expect("writable");
        }
        assert_eq!(actual, case, "{}", path.display());
    }
    assert!(count > 60, "{count}");
}

/// All paths to values of a node.
fn paths(node: &Node) -> Vec<Vec<String>> {
    let mut found = vec![Vec::new()];
    let mut below = |step: String, node: &Node| {
        for mut path in paths(node) {
            path.insert(0, step.clone());
            found.push(path);
        }
    };
    node.entries().iter().for_each(|e| below(e.key.text.to_string(), &e.value));
    node.items().iter().enumerate().for_each(|(index, item)| below(format!("-{index}"), item));
    found
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    /// Any text may stand anywhere; what comes out was read back by `edit` itself, so an error would be the failure.
    #[test]
    fn any_text_can_be_put_in_the_place_of_any_value(text in "[ -~\n\tü]{0,40}", which in any::<prop::sample::Index>()) {
        let source = include_str!("../testdata/deployment.yaml");
        let node = parse(&file(source), Dialect::Kustomize).documents.remove(0).node;
        let paths: Vec<_> = paths(&node).into_iter().skip(1).collect();
        let path = which.get(&paths);
        let steps: Vec<Step<'_>> = path
            .iter()
            .map(|step| step.strip_prefix('-').and_then(|i| i.parse().ok()).map_or(Step::Key(step), Step::Item))
            .collect();
        let change = Change::Set(Node::string(text.as_str(), node.span()));
        for change in [change, Change::Remove] {
            let splice = edit(&file(source), 0, &steps, &change);
            prop_assert!(splice.is_ok(), "{path:?} {change:?} {splice:?}");
            unchanged::check(&file(source), 0, &steps, &change, &splice.expect("made"));
        }
    }
}
