//! Trees in memory: what is read, listed, left out and composed.

use super::*;

#[test]
fn is_shared_between_threads() {
    fn shared<T: Send + Sync + Clone>() {}
    shared::<Tree>();
}

#[test]
fn memory_reads_lists_and_walks_like_a_directory() {
    let files = [("b/two.yaml", "2"), ("a.yaml", "1"), ("b/c/three.yaml", "3"), ("b-c/four.yaml", "4")];
    let tree = Tree::memory(files.into_iter().chain([("../out.yaml", "5")]), &Arc::new(Sources::new()));
    assert_eq!(tree.walk(""), ["a.yaml", "b-c/four.yaml", "b/c/three.yaml", "b/two.yaml"]);
    assert_eq!(tree.walk("b"), ["b/c/three.yaml", "b/two.yaml"]);
    let names: Vec<String> = tree.list("").expect("is a directory").into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["a.yaml", "b", "b-c"]);
    assert_eq!(tree.read("b/../a.yaml").map(|f| f.text().to_owned()), Ok("1".to_owned()));
    assert_eq!(tree.kind("b/c"), Ok(EntryKind::Directory));
    assert_eq!(tree.read("b").err(), Some(ReadError::IsDirectory));
    assert_eq!(tree.read("c").err(), Some(ReadError::NotFound));
    assert_eq!(tree.read("../a.yaml").err(), Some(ReadError::OutsideRoot));
}

#[derive(Debug)]
struct Names(&'static [&'static str]);

impl LeavesOut for Names {
    fn why(&self, path: &str, _: bool) -> Option<String> {
        self.0.contains(&path).then(|| "nobody wants it".to_owned())
    }
}

#[test]
fn what_is_left_out_is_not_there_and_the_rest_keeps_its_place() {
    let files = [("a.yaml", "1"), ("b/c/three.yaml", "3"), ("b/two.yaml", "2"), ("d/e.yaml", "4")];
    let whole = Tree::memory(files, &Arc::new(Sources::new()));
    let tree = whole.without(Arc::new(Names(&["a.yaml", "b", "b/two.yaml", "d", "d/e.yaml"])));
    assert_eq!(tree.walk(""), ["b/c/three.yaml"]);
    assert_eq!(tree.kind("b"), Ok(EntryKind::Directory), "something in it stays");
    assert_eq!(tree.kind("d").map_err(|e| e.to_string()), Err("is not in the artifact: nobody wants it".to_owned()));
    assert_eq!(
        tree.read("a.yaml").map(|f| f.text().to_owned()).map_err(|e| e.to_string()),
        Err("is not in the artifact: nobody wants it".to_owned())
    );
    let (one, other) = (tree.read("b/c/three.yaml"), whole.read("b/c/three.yaml"));
    assert_eq!(one.map(|file| file.id()), other.map(|file| file.id()), "a file is entered once");
}

#[test]
fn a_composed_tree_reads_the_files_that_its_paths_stand_for() {
    let sources = Arc::new(Sources::new());
    let whole = Tree::memory([("apps/base/a.yaml", "1"), ("apps/dev/b.yaml", "2")], &sources);
    let asked = whole.stand_in("clusters/dev.yaml");
    let of_platform = BelongsTo::Checkout { name: "platform".into(), asked };
    let platform = Tree::memory_of(of_platform, [("apps/base/a.yaml", "3")], &sources);
    let at = |tree: &Tree, path: &str| TreePath { tree: tree.clone(), path: path.to_owned() };
    let base = at(&whole, "apps/base/a.yaml");
    let pairs = [
        ("base/a.yaml", base.clone()),
        ("dev/b.yaml", at(&whole, "apps/dev/b.yaml")),
        ("platform/a.yaml", at(&platform, "apps/base/a.yaml")),
    ];
    let tree = Tree::composed(pairs.map(|(path, real)| (path.to_owned(), real)).into(), &sources);
    assert_eq!(tree.walk(""), ["base/a.yaml", "dev/b.yaml", "platform/a.yaml"]);
    assert_eq!(tree.read("dev/../base/a.yaml").map(|f| f.path().to_owned()), Ok("apps/base/a.yaml".to_owned()));
    assert_eq!(tree.read("apps/base/a.yaml").err(), Some(ReadError::NotFound));
    assert_eq!(tree.whence("base/a.yaml"), Ok(base.clone()));
    assert_ne!(tree.whence("platform/a.yaml"), Ok(base), "two repositories may have the same path");
    let other = tree.read("platform/a.yaml").expect("is there");
    assert_eq!((other.text(), &*other.shown_path()), ("3", "platform: apps/base/a.yaml"));
    let again = tree.whence("dev/b.yaml").map(|real| Tree::composed([("x".to_owned(), real)].into(), &sources));
    assert_eq!(again.and_then(|tree| tree.read("x")).map(|f| f.text().to_owned()), Ok("2".to_owned()));
}
