//! A crate asks for no crate that it does not use.

use std::collections::BTreeMap;

use crate::house::{members, owner, rust_files, text};

#[test]
fn a_dependency_is_used_where_it_is_asked_for() {
    let mut texts = BTreeMap::<String, String>::new();
    for file in rust_files("src") {
        texts.entry(owner(&file)).or_default().push_str(&text(&file));
    }
    for file in rust_files("tests").into_iter().filter(|file| !file.starts_with("tests/servers/")) {
        texts.entry("seatrial".to_owned()).or_default().push_str(&text(&file));
    }
    // What several suites share lies in one folder, and they take it in by its path.
    let shared: String =
        rust_files("tests").iter().filter(|f| f.starts_with("tests/support/")).map(|f| text(f)).collect();
    texts.values_mut().filter(|code| code.contains("tests/support/")).for_each(|code| code.push_str(&shared));
    let mut unused = Vec::new();
    for member in members() {
        let code = texts.get(&member.folder).unwrap_or_else(|| panic!("{} has no file", member.folder));
        for name in &member.asks_for {
            if !names(code, &name.replace('-', "_")) {
                unused.push(format!("{} does not use {name}", member.folder));
            }
        }
    }
    assert!(unused.is_empty(), "{unused:#?}");
}

/// Whether a crate's name is a word of the code.
fn names(code: &str, name: &str) -> bool {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    code.match_indices(name).any(|(at, _)| {
        let (before, after) = (code[..at].chars().next_back(), code[at + name.len()..].chars().next());
        !before.is_some_and(is_word) && !after.is_some_and(is_word)
    })
}
