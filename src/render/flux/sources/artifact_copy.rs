//! The copies that an ArtifactGenerator makes, as `cp` would (source-watcher: `internal/builder/builder.go`).

use std::collections::BTreeMap;

use seatrial_tree::{EntryKind, Tree, TreePath, file_name, join, parent, within};

use crate::patterns::doublestar::Doublestar;
use crate::patterns::glob;

/// One copy, as it is asked for.
#[derive(Debug)]
pub(crate) struct Copy<'a> {
    /// What is copied: a path in the source.
    pub(crate) from: &'a str,
    /// Where to, without `@artifact/`; a directory when it ends with `/`.
    pub(crate) to: &'a str,
    pub(crate) exclude: Vec<Doublestar>,
    pub(crate) exclude_names: Vec<bool>,
    pub(crate) optional: bool,
    pub(crate) merges: bool,
}

/// Why a copy cannot be made.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum CopyError {
    /// The controller refuses what is copied; a clause.
    Source(String),
    /// The controller refuses where it is copied to; a clause.
    Target(String),
    /// It is beyond us; a clause.
    Beyond(String),
}

/// What is copied so far: paths, and the files of repositories that they stand for.
#[derive(Debug)]
pub(crate) struct Copied {
    pub(crate) files: BTreeMap<String, TreePath>,
    /// Files that may still be copied.
    left: usize,
}

/// The files of a source: a directory of a tree.
#[derive(Clone, Debug)]
pub(crate) struct SourceFiles {
    pub(crate) tree: Tree,
    pub(crate) root: String,
}

impl Copied {
    pub(crate) fn new(left: usize) -> Copied {
        Copied { files: BTreeMap::new(), left }
    }

    pub(crate) fn left(&self) -> usize {
        self.left
    }

    /// Makes a copy.
    pub(crate) fn copy(&mut self, copy: &Copy<'_>, source: &SourceFiles) -> Result<(), CopyError> {
        let to = join("", copy.to).filter(|_| !copy.to.split('/').any(|part| part == ".."));
        let to = to.ok_or_else(|| CopyError::Target("must stay in the artifact".to_owned()))?;
        if !copy.from.contains(['*', '?', '[', ']']) {
            return self.single(copy, source, &to);
        }
        let matches = source.glob(copy.from)?;
        if matches.is_empty() {
            return if copy.optional { Ok(()) } else { Err(refused("matches nothing in the source".to_owned())) };
        }
        let base = selection_root(copy.from);
        let kept: Vec<&String> = matches.iter().filter(|path| !copy.excludes(path, &base)).collect();
        if kept.is_empty() && !copy.optional {
            return Err(refused("matches only what is excluded".to_owned()));
        }
        let prefix = copy.from.strip_suffix("/**");
        for path in kept {
            let inside = prefix.and_then(|prefix| path.strip_prefix(prefix)?.strip_prefix('/')).unwrap_or(path);
            self.put(copy, source, path, &join(&to, inside).unwrap_or_default(), &base)?;
        }
        Ok(())
    }

    /// A path without wildcards.
    fn single(&mut self, copy: &Copy<'_>, source: &SourceFiles, to: &str) -> Result<(), CopyError> {
        let outside = || refused("leads out of the source".to_owned());
        let path = join("", copy.from.trim_start_matches('/')).ok_or_else(outside)?;
        let name = file_name(&path);
        let beside = || join(to, name).unwrap_or_default();
        match source.kind(&path) {
            Err(_) if copy.optional => Ok(()),
            Err(error) => Err(refused(format!("{error} in the source"))),
            Ok(EntryKind::Directory) => self.put(copy, source, &path, &beside(), &path),
            Ok(EntryKind::File) if copy.excludes(&path, "") => Ok(()),
            Ok(EntryKind::File) => {
                let is_directory = copy.to.is_empty() || copy.to.ends_with('/') || self.is_directory(to);
                let target = if is_directory { beside() } else { to.to_owned() };
                self.file(copy, source, &path, &target)
            }
        }
    }

    fn put(
        &mut self,
        copy: &Copy<'_>,
        source: &SourceFiles,
        path: &str,
        to: &str,
        base: &str,
    ) -> Result<(), CopyError> {
        if source.kind(path) == Ok(EntryKind::File) {
            return self.file(copy, source, path, to);
        }
        for file in source.walk(path) {
            let inside = within(&file, path).unwrap_or(&file);
            let ends = inside.match_indices('/').map(|(end, _)| end).chain([inside.len()]);
            let mut above = ends.filter_map(|end| join(path, inside.get(..end)?));
            if !above.any(|above| copy.excludes(&above, base)) {
                self.file(copy, source, &file, &join(to, inside).unwrap_or_default())?;
            }
        }
        Ok(())
    }

    fn file(&mut self, copy: &Copy<'_>, source: &SourceFiles, path: &str, to: &str) -> Result<(), CopyError> {
        if copy.merges && self.files.contains_key(to) {
            return Err(CopyError::Beyond(format!("`{to}` is merged of several files, which is not done yet")));
        }
        if self.is_directory(to) || to.is_empty() {
            return Err(CopyError::Target(format!("puts a file over the directory `{to}` of the artifact")));
        }
        let mut above = std::iter::successors(Some(parent(to)), |dir| (!dir.is_empty()).then(|| parent(dir)));
        if let Some(file) = above.find(|dir| self.files.contains_key(*dir)) {
            return Err(CopyError::Target(format!("puts a file below the file `{file}` of the artifact")));
        }
        self.left = self.left.checked_sub(1).ok_or_else(|| CopyError::Beyond("it copies too many files".to_owned()))?;
        let real = source.real(path).map_err(|error| refused(error.to_string()))?;
        self.files.insert(to.to_owned(), real);
        Ok(())
    }

    fn is_directory(&self, path: &str) -> bool {
        let first = self.files.range(format!("{path}/")..).next();
        first.is_some_and(|(file, _)| within(file, path).is_some_and(|rest| !rest.is_empty()))
    }
}

impl Copy<'_> {
    /// Whether a path is excluded: seen from the source, from where the wildcards begin, or by its name.
    fn excludes(&self, path: &str, base: &str) -> bool {
        let inside = within(path, base).filter(|inside| !inside.is_empty());
        let name = file_name(path);
        self.exclude.iter().zip(&self.exclude_names).any(|(pattern, is_name)| {
            pattern.matches(path)
                || inside.is_some_and(|inside| pattern.matches(inside))
                || *is_name && pattern.matches(name)
        })
    }
}

impl SourceFiles {
    fn at(&self, path: &str) -> String {
        join(&self.root, path).unwrap_or_default()
    }

    fn kind(&self, path: &str) -> Result<EntryKind, seatrial_tree::ReadError> {
        self.tree.kind(&self.at(path))
    }

    /// The file in its repository.
    fn real(&self, path: &str) -> Result<TreePath, seatrial_tree::ReadError> {
        self.tree.whence(&self.at(path))
    }

    /// All files below a directory.
    fn walk(&self, dir: &str) -> Vec<String> {
        let files = self.tree.walk(&self.at(dir));
        files.iter().filter_map(|path| within(path, &self.root)).map(str::to_owned).collect()
    }

    /// All directories, those of a directory before what lies behind it.
    pub(crate) fn directories(&self) -> Vec<String> {
        let mut found = std::collections::BTreeSet::new();
        for file in self.walk("") {
            let mut dir = parent(&file);
            while !dir.is_empty() && found.insert(dir.split('/').map(str::to_owned).collect::<Vec<_>>()) {
                dir = parent(dir);
            }
        }
        found.into_iter().map(|parts| parts.join("/")).collect()
    }

    /// Paths that a pattern matches, component by component: `**` matches only what `*` does (Go: `fs.Glob`).
    fn glob(&self, pattern: &str) -> Result<Vec<String>, CopyError> {
        let mut found = vec![String::new()];
        for part in pattern.split('/') {
            if !glob::is_pattern(part) {
                return Err(refused("is not a pattern".to_owned()));
            }
            let mut next = Vec::new();
            for dir in &found {
                let names = self.tree.list(&self.at(dir)).unwrap_or_default();
                let names = names.into_iter().filter(|(name, _)| glob::matches(part, name) == Some(true));
                next.extend(names.filter_map(|(name, _)| join(dir, &name)));
            }
            found = next;
        }
        Ok(found)
    }
}

fn refused(why: String) -> CopyError {
    CopyError::Source(why)
}

/// The part of a pattern before its first wildcard.
pub(crate) fn selection_root(pattern: &str) -> String {
    let parts = pattern.split('/').take_while(|part| !part.contains(['*', '?', '[', ']']));
    join("", &parts.collect::<Vec<_>>().join("/")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use seatrial_model::Sources;
    use std::sync::Arc;

    /// What a list of copies (`from`, `to`, excluded) makes of a few files; the error of the first that fails.
    fn made(copies: &[(&str, &str, &[&str])]) -> Vec<String> {
        let files = ["a.yaml", "dir/b.yaml", "dir/sub/c.yaml", "dir/sub/README.md", "other/b.yaml", "other/d.txt"];
        let tree = Tree::memory(files.map(|path| (path, "x")), &Arc::new(Sources::new()));
        let source = SourceFiles { tree, root: String::new() };
        let mut copied = Copied::new(100);
        for (from, to, exclude) in copies {
            let copy = Copy {
                from,
                to,
                exclude: exclude.iter().map(|text| Doublestar::parse(text).expect("is a pattern")).collect(),
                exclude_names: exclude.iter().map(|text| !text.contains('/')).collect(),
                optional: false,
                merges: false,
            };
            if let Err(error) = copied.copy(&copy, &source) {
                return vec![format!("{error:?}")];
            }
        }
        copied.files.into_iter().map(|(to, from)| format!("{to} < {}", from.path)).collect()
    }

    #[test]
    fn files_and_directories_are_copied_as_cp_does() {
        let all = ["b.yaml < dir/b.yaml", "sub/README.md < dir/sub/README.md", "sub/c.yaml < dir/sub/c.yaml"];
        assert_eq!(made(&[("dir/**", "", &[])]), all);
        let below = all.map(|line| format!("x/dir/{line}"));
        assert_eq!(made(&[("dir", "x", &[])]), below);
        assert_eq!(made(&[("dir/", "x/", &[])]), below);
        assert_eq!(made(&[("a.yaml", "x/", &[])]), ["x/a.yaml < a.yaml"]);
        assert_eq!(made(&[("a.yaml", "x", &[])]), ["x < a.yaml"]);
        assert_eq!(
            made(&[("dir/b.yaml", "x/", &[]), ("a.yaml", "x", &[])]),
            ["x/a.yaml < a.yaml", "x/b.yaml < dir/b.yaml"]
        );
        assert_eq!(made(&[("*.yaml", "x/", &[])]), ["x/a.yaml < a.yaml"]);
        assert_eq!(made(&[("*/b.yaml", "", &[])]), ["dir/b.yaml < dir/b.yaml", "other/b.yaml < other/b.yaml"]);
        assert_eq!(made(&[("dir/**/*.yaml", "", &[])]), ["dir/sub/c.yaml < dir/sub/c.yaml"]);
    }

    #[test]
    fn a_later_copy_goes_over_an_earlier_one() {
        assert_eq!(
            made(&[("dir/*.yaml", "", &[]), ("other/b.yaml", "dir/b.yaml", &[])]),
            ["dir/b.yaml < other/b.yaml"]
        );
    }

    #[test]
    fn what_is_excluded_is_not_copied() {
        assert_eq!(made(&[("dir/**", "", &["*.md"])]), ["b.yaml < dir/b.yaml", "sub/c.yaml < dir/sub/c.yaml"]);
        assert_eq!(made(&[("dir/**", "", &["sub"])]), ["b.yaml < dir/b.yaml"]);
        assert_eq!(made(&[("dir/**", "", &["dir/sub/**"])]), ["b.yaml < dir/b.yaml"]);
        assert_eq!(made(&[("dir", "", &["sub/**"])]), ["dir/b.yaml < dir/b.yaml"]);
    }

    #[test]
    fn no_generator_copies_without_end() {
        let tree = Tree::memory([("a", "x"), ("b", "x")], &Arc::new(Sources::new()));
        let source = SourceFiles { tree, root: String::new() };
        let (exclude, exclude_names) = (Vec::new(), Vec::new());
        let copy = Copy { from: "**", to: "", exclude, exclude_names, optional: false, merges: false };
        let mut copied = Copied::new(3);
        assert_eq!(copied.copy(&copy, &source), Ok(()));
        assert_eq!(copied.copy(&copy, &source), Err(CopyError::Beyond("it copies too many files".to_owned())));
    }

    #[test]
    fn what_the_controller_refuses_is_refused() {
        for (from, to, why) in [
            ("nothing", "", "does not exist in the source"),
            ("nothing/**", "", "matches nothing in the source"),
            ("../x", "", "leads out of the source"),
            ("[", "", "is not a pattern"),
        ] {
            assert_eq!(made(&[(from, to, &[])]), [format!("Source({why:?})")], "{from}");
        }
        assert_eq!(made(&[("a.yaml", "../x", &[])]), ["Target(\"must stay in the artifact\")"]);
        let over = made(&[("dir/**", "x/", &[]), ("a.yaml", "x/sub/c.yaml/d", &[])]);
        assert_eq!(over, ["Target(\"puts a file below the file `x/sub/c.yaml` of the artifact\")"]);
    }
}
