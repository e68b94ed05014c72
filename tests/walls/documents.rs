//! The documents for those who change the code name what is there.

use crate::house::{members, root, text};
use crate::order::ORDERS;

/// The documents, and where the paths in them begin.
const DOCUMENTS: [(&str, &[&str]); 3] =
    [("src/README.md", &["", "src", "src/seatrial"]), ("tests/README.md", &[""]), (".github/CONTRIBUTING.md", &[""])];

/// What looks like a path and names something else.
const OTHERS: [&str; 1] = ["text/template"];

#[test]
fn every_path_that_a_document_names_is_there() {
    for (document, begins) in DOCUMENTS {
        let text = text(document);
        let named = paths(&text);
        assert!(named.len() > 10, "{document} names {named:?}");
        for path in named.into_iter().filter(|path| !OTHERS.contains(path)) {
            assert!(begins.iter().any(|begin| is_there(begin, path)), "{document} names {path}, which is not there");
        }
    }
}

/// What stands between backticks and looks like a path; `NAME` stands for any name.
fn paths(text: &str) -> Vec<&str> {
    let is_path = |word: &&str| word.contains('/') && !word.contains([' ', '\n', '<', '*', '{', '$', ':']);
    text.split('`').skip(1).step_by(2).filter(is_path).collect()
}

fn is_there(begin: &str, path: &str) -> bool {
    let path = match path.split_once("/NAME") {
        // What bears a name of its own lies beside others that do.
        Some((folder, _)) => folder,
        None => path,
    };
    let place = root().join(begin).join(path);
    place.exists() || place.with_extension("rs").exists()
}

#[test]
fn paths_are_found_in_a_text() {
    assert_eq!(paths("a `b/c.rs`, `word`, `d/NAME`\n`x y/z` b/d"), ["b/c.rs", "d/NAME"]);
    assert!(is_there("", "src/README.md") && is_there("src", "check/rules/NAME.rs") && is_there("tests", "walls"));
    assert!(!is_there("", "src/readme") && !is_there("", "nowhere/NAME.rs"));
}

#[test]
fn the_map_has_every_crate() {
    let map = text("src/README.md");
    let mut named = first_column(&map, "Room");
    let mut folders: Vec<&str> = members().iter().map(|member| member.folder.as_str()).collect();
    named.sort_unstable();
    folders.sort_unstable();
    assert_eq!(named, folders, "the table of src/README.md, and the crates");
}

#[test]
fn the_map_has_the_folders_of_the_binary_in_their_order() {
    let map = text("src/README.md");
    let (_, order) = ORDERS.iter().find(|(folder, _)| *folder == "seatrial").expect("the binary's order");
    assert_eq!(first_column(&map, "Folder"), *order);
}

/// What stands between backticks in the first column of the table whose heading is `name`.
fn first_column<'a>(document: &'a str, name: &str) -> Vec<&'a str> {
    let (_, table) = document.split_once(&format!("| {name} |")).expect("the table");
    let (table, _) = table.split_once("\n\n").expect("its end");
    let cells = table.lines().filter_map(|line| line.strip_prefix("| ")?.split(" | ").next());
    cells.flat_map(|cell| cell.split('`').skip(1).step_by(2)).collect()
}
