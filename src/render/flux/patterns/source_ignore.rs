//! What source-controller leaves out of an artifact (source-controller: `reconcileArtifact`; fluxcd/pkg: `sourceignore`,
//! `artifact/storage`): what `.sourceignore` files and `spec.ignore` say, and without any of them the files of CI systems, images and archives.

mod pattern;

use std::sync::{Arc, OnceLock};

use seatrial_model::OnceMap;
use seatrial_tree::{LeavesOut, Tree, join, within};

use pattern::Pattern;

const FILE: &str = ".sourceignore";

/// Always.
const OF_GIT: [&str; 4] = [".git/", ".gitignore", ".gitmodules", ".gitattributes"];

/// Where nobody says anything.
const DEFAULT: [&str; 20] = [
    "*.jpg",
    "*.jpeg",
    "*.gif",
    "*.png",
    "*.wmv",
    "*.flv",
    "*.tar.gz",
    "*.zip",
    ".github/",
    ".circleci/",
    ".travis.yml",
    ".gitlab-ci.yml",
    "appveyor.yml",
    ".drone.yml",
    "cloudbuild.yaml",
    "codeship-services.yml",
    "codeship-steps.yml",
    "**/.goreleaser.yml",
    "**/.sops.yaml",
    "**/.flux.yaml",
];

/// The patterns of a source. Later ones go before earlier ones, those of `spec.ignore` before all.
#[derive(Debug)]
pub(crate) struct SourceIgnore {
    tree: Tree,
    /// The directory that the source stands for.
    root: String,
    /// Copies of other repositories, which stand for what kustomize fetches: they are not a part of the source.
    copies: Vec<String>,
    of_git: Vec<Pattern>,
    default: Vec<Pattern>,
    of_spec: Vec<Pattern>,
    /// Those of the `.sourceignore` of a directory.
    files: OnceMap<String, Arc<[Pattern]>>,
    has_file: OnceLock<bool>,
}

impl SourceIgnore {
    /// Of a source whose files lie at `root`, and whose object has `ignore`.
    pub(crate) fn new(tree: &Tree, root: &str, ignore: Option<&str>, copies: Vec<String>) -> SourceIgnore {
        let of = |texts: &[&str], told: &str| texts.iter().map(|text| Pattern::parse(text, "", told)).collect();
        SourceIgnore {
            tree: tree.clone(),
            root: root.to_owned(),
            copies,
            of_git: of(&OF_GIT, "Flux leaves out"),
            default: of(&DEFAULT, "without a `.sourceignore`, Flux leaves out"),
            of_spec: ignore.map(|text| read(text, "", "`spec.ignore` of the source says")).unwrap_or_default(),
            files: OnceMap::default(),
            has_file: OnceLock::new(),
        }
    }

    /// What the `.sourceignore` of a directory says.
    fn of_file(&self, dir: &str) -> Arc<[Pattern]> {
        self.files.get(dir, || {
            let path = join(&join(&self.root, dir).unwrap_or_default(), FILE).unwrap_or_default();
            let Ok(file) = self.tree.read(&path) else { return Arc::default() };
            read(file.text(), dir, &format!("`{path}` says")).into()
        })
    }

    /// Whether anything is said anywhere; all directories are looked at.
    fn is_anything_said(&self) -> bool {
        !self.of_spec.is_empty()
            || *self.has_file.get_or_init(|| {
                let all = self.tree.walk(&self.root);
                let dirs = all.iter().filter(|path| *path == FILE || path.ends_with("/.sourceignore"));
                dirs.filter_map(|path| within(seatrial_tree::parent(path), &self.root))
                    .any(|dir| !self.of_file(dir).is_empty())
            })
    }
}

impl LeavesOut for SourceIgnore {
    fn why(&self, path: &str, is_directory: bool) -> Option<String> {
        let Some(inside) = within(path, &self.root) else {
            let is_copy = self.copies.iter().any(|copy| within(path, copy).is_some() || within(copy, path).is_some());
            let is_above = within(&self.root, path).is_some();
            return (!is_copy && !is_above).then(|| "it is not a part of the source".to_owned());
        };
        if inside.is_empty() || self.copies.iter().any(|copy| within(path, copy).is_some()) {
            return None;
        }
        let decides = |patterns: &[Pattern]| {
            let last = patterns.iter().rev().find(|pattern| pattern.matches(inside, is_directory))?;
            Some((!last.includes()).then(|| last.told()))
        };
        let ends = inside.match_indices('/').map(|(end, _)| end);
        let dirs = std::iter::once("").chain(ends.filter_map(|end| inside.get(..end)));
        let said = decides(&self.of_spec).or_else(|| {
            let dirs: Vec<&str> = dirs.collect();
            dirs.into_iter().rev().find_map(|dir| decides(&self.of_file(dir)))
        });
        let said = said.or_else(|| decides(&self.of_git));
        said.or_else(|| decides(&self.default).filter(|_| !self.is_anything_said())).flatten()
    }
}

/// The patterns of a text, one a line; `dir` is where they count, `told` begins a clause.
fn read(text: &str, dir: &str, told: &str) -> Vec<Pattern> {
    let lines = text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty());
    lines.map(|line| Pattern::parse(line, dir, told)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use seatrial_model::Sources;

    const FILES: [&str; 8] = [
        ".github/dependabot.yml",
        "apps/.sops.yaml",
        "apps/a.yaml",
        "apps/docs/b.yaml",
        "apps/logo.png",
        "clusters/.gitignore",
        "clusters/c.yaml",
        "docs/d.yaml",
    ];

    /// What is left of the files with these beside.
    fn left(beside: &[(&str, &str)], ignore: Option<&str>) -> Vec<String> {
        let all = FILES.iter().map(|path| (*path, "x")).chain(beside.iter().copied());
        let tree = Tree::memory(all, &Arc::new(Sources::new()));
        let ignore = SourceIgnore::new(&tree, "", ignore, Vec::new());
        let mut left = tree.without(Arc::new(ignore)).walk("");
        left.retain(|path| !path.ends_with(FILE));
        left
    }

    #[test]
    fn without_patterns_files_of_ci_systems_and_images_are_left_out() {
        assert_eq!(left(&[], None), ["apps/a.yaml", "apps/docs/b.yaml", "clusters/c.yaml", "docs/d.yaml"]);
    }

    #[test]
    fn any_pattern_takes_the_place_of_the_default_ones() {
        let all = [".github/dependabot.yml", "apps/.sops.yaml", "apps/a.yaml", "apps/docs/b.yaml", "apps/logo.png"];
        let expected: Vec<&str> = all.into_iter().chain(["clusters/c.yaml"]).collect();
        assert_eq!(left(&[(".sourceignore", "# comment\n\n/docs\n")], None), expected);
        assert_eq!(left(&[], Some("/docs/")), expected);
        let deep = ["clusters/c.yaml", "docs/d.yaml"];
        let all: Vec<&str> = all.into_iter().filter(|path| *path != "apps/docs/b.yaml").chain(deep).collect();
        assert_eq!(left(&[("apps/.sourceignore", "docs\n")], None), all);
    }

    #[test]
    fn what_is_included_again_stays_and_so_do_its_directories() {
        let text = "/*\n!/apps/docs/\n!/clusters/\n";
        assert_eq!(
            left(&[(".sourceignore", text)], None),
            ["apps/docs/b.yaml", "clusters/.gitignore", "clusters/c.yaml"]
        );
        assert_eq!(
            left(&[(".sourceignore", text)], Some("!/apps/a.yaml\n/clusters")),
            ["apps/a.yaml", "apps/docs/b.yaml"]
        );
    }
}
