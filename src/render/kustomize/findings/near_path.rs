//! "Did you mean" for a path that leads nowhere: a component that is misspelt, or the same thing one directory further up or down.
//!
//! A few directories are listed for each missing path, whatever the repository holds.

use seatrial_model::nearest_of_few;
use seatrial_tree::{EntryKind, Tree, join};

/// Directories that are looked into for the same thing one directory further down.
const MOST_LOOKED_INTO: usize = 100;

/// A path to what was probably meant by one that leads nowhere, both as a kustomization in `dir` writes them; `fits` says whether what lies
/// at a path of the tree may be named there.
pub(crate) fn near_path(tree: &Tree, dir: &str, path: &str, fits: &dyn Fn(&str) -> bool) -> Option<String> {
    let search = Search { tree, dir, fits };
    let parts: Vec<&str> = path.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
    search.other_extension(&parts).or_else(|| search.moved(&parts)).or_else(|| search.misspelt(&parts))
}

struct Search<'a> {
    tree: &'a Tree,
    dir: &'a str,
    fits: &'a dyn Fn(&str) -> bool,
}

impl Search<'_> {
    fn exists(&self, path: &str) -> bool {
        join(self.dir, path).is_some_and(|target| self.tree.exists(&target) && (self.fits)(&target))
    }

    fn list(&self, parts: &[&str]) -> Vec<(String, EntryKind)> {
        let directory = join(self.dir, &parts.join("/"));
        directory.and_then(|directory| self.tree.list(&directory).ok()).unwrap_or_default()
    }

    /// `web.yml` for `web.yaml`, and the other way round.
    fn other_extension(&self, parts: &[&str]) -> Option<String> {
        let path = parts.join("/");
        let swapped = path.strip_suffix(".yaml").map(|stem| format!("{stem}.yml"));
        let swapped = swapped.or_else(|| path.strip_suffix(".yml").map(|stem| format!("{stem}.yaml")));
        swapped.filter(|path| self.exists(path))
    }

    /// The same thing, one directory further up or down.
    fn moved(&self, parts: &[&str]) -> Option<String> {
        let path = parts.join("/");
        let lower = path.strip_prefix("../").map(str::to_owned);
        let found = [Some(format!("../{path}")), lower].into_iter().flatten().find(|path| self.exists(path));
        found.or_else(|| self.further_down(parts))
    }

    /// In one of the directories beside where it should be, unless several have it.
    fn further_down(&self, parts: &[&str]) -> Option<String> {
        let (name, above) = parts.split_last()?;
        let entries = self.list(above);
        let directories =
            entries.iter().filter(|(_, kind)| *kind == EntryKind::Directory).map(|(name, _)| name.as_str());
        let below = |directory| [above, &[directory, *name]].concat().join("/");
        let mut found = directories.take(MOST_LOOKED_INTO).map(below).filter(|path| self.exists(path));
        let only = found.next();
        if found.next().is_none() { only } else { None }
    }

    /// With the first component that is not there spelt like something that is.
    fn misspelt(&self, parts: &[&str]) -> Option<String> {
        let is_missing = |length: &usize| {
            let target = join(self.dir, &parts.get(..*length).unwrap_or_default().join("/"));
            target.is_some_and(|target| !self.tree.exists(&target))
        };
        let first = (1..=parts.len()).find(is_missing)? - 1;
        let (above, rest) = (parts.get(..first)?, parts.get(first + 1..)?);
        let entries = self.list(above);
        let with = |name: &str| [above, &[name], rest].concat().join("/");
        let near = nearest_of_few(parts.get(first)?, entries.iter().map(|(name, _)| name.as_str()));
        near.map(with).filter(|path| self.exists(path))
    }
}
