//! Plain manifests as environments: the topmost directories that hold some.

use std::collections::{BTreeMap, BTreeSet};

use seatrial_tree::parent;

use crate::{Loose, upwards};

/// The topmost directories that hold manifests themselves, ordered by path, each with all that lie below it.
pub(crate) fn topmost(files: Vec<&str>) -> impl Iterator<Item = Loose> {
    let dirs: BTreeSet<&str> = files.iter().map(|file| parent(file)).collect();
    let mut topmost: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for file in files {
        let dir = upwards(parent(file)).filter(|dir| dirs.contains(dir)).last().unwrap_or_default();
        topmost.entry(dir).or_default().push(file);
    }
    topmost.into_iter().map(|(dir, files)| of(dir, files)).collect::<Vec<_>>().into_iter()
}

/// Files below a directory, in the order in which kubectl reads them: the names of each directory by bytes.
pub(crate) fn of(dir: &str, mut files: Vec<&str>) -> Loose {
    files.sort_by(|a, b| a.split('/').cmp(b.split('/')));
    Loose { path: dir.to_owned(), files: files.into_iter().map(str::to_owned).collect() }
}
