//! A chart in a directory: which of its files belong to it.

use seatrial_model::{Finding, Level};
use seatrial_tree::{EntryKind, ReadError, Tree, join};

use super::assemble::{self, Around};
use super::ignore::Ignore;
use super::loading::Loading;
use super::{CHART_FILE, Chart, ChartFile};
use crate::ids;

/// Files of one chart. Helm has no limit.
const MOST_FILES: usize = 100_000;

/// Directories within each other. Helm has no limit.
const MOST_LEVELS: usize = 64;

/// The chart in a directory. `loading` are the directories of the charts that ask for it.
pub(crate) fn load(tree: &Tree, dir: &str, loading: &mut Loading, findings: &mut Vec<Finding>) -> Option<Chart> {
    let real = tree.real_path(dir).unwrap_or_else(|_| dir.to_owned());
    let path = join(&real, CHART_FILE)?;
    if !tree.exists(&path) {
        let message = format!("there is no `Chart.yaml` in `{}`", if dir.is_empty() { "." } else { dir });
        findings.push(Finding::new(ids::CHART, tree.stand_in(&path), message));
        return None;
    }
    let ignore = rules(tree, &real, findings)?;
    let mut walk =
        Walk { tree, ignore, files: Vec::new(), dead_links: Vec::new(), above: Vec::new(), has_too_many: false };
    walk.enter(&real, "", findings);
    if walk.has_too_many {
        let message = format!("there are more than {MOST_FILES} files in the chart");
        findings.push(Finding::new(ids::CHART, tree.stand_in(&path), message));
        return None;
    }
    if !walk.files.iter().any(|file| file.name() == CHART_FILE) {
        let message = "Chart.yaml file is missing: `.helmignore` leaves it out";
        findings.push(Finding::new(ids::CHART, tree.stand_in(&path), message));
        return None;
    }
    if walk.has_dead_links(findings) {
        return None;
    }
    let is_root = loading.is_empty();
    loading.push(real.clone());
    let around = Around { place: Some((tree, &real)), is_root, loading };
    let chart = assemble::chart(&walk.files, around, findings);
    loading.pop();
    chart
}

fn rules(tree: &Tree, dir: &str, findings: &mut Vec<Finding>) -> Option<Ignore> {
    let path = join(dir, ".helmignore")?;
    let Ok(file) = tree.read(&path) else { return Ignore::parse("").ok() };
    match Ignore::parse(file.text()) {
        Ok(ignore) => Some(ignore),
        Err((line, why)) => {
            let message = format!("Helm cannot read `.helmignore`: {why}");
            findings.push(Finding::new(ids::CHART, file.span_at((line + 1, 1)), message));
            None
        }
    }
}

/// Whether a file lies beside what a chart is made of, as a licence does: only `.Files` reads it.
fn is_beside(name: &str) -> bool {
    const PARTS: [&str; 9] = [
        "templates",
        "charts",
        "crds",
        "Chart.yaml",
        "Chart.lock",
        "values.yaml",
        "values.schema.json",
        "requirements.yaml",
        "requirements.lock",
    ];
    !name.contains('/') && !PARTS.contains(&name)
}

struct Walk<'a> {
    tree: &'a Tree,
    ignore: Ignore,
    files: Vec<ChartFile>,
    /// Links that lead nowhere or out of the repository: their paths in the tree, their names in the chart, and why.
    dead_links: Vec<(String, String, ReadError)>,
    /// The real paths of the directories that it is in.
    above: Vec<String>,
    /// Whether there are more files than are read.
    has_too_many: bool,
}

impl Walk<'_> {
    fn enter(&mut self, dir: &str, name: &str, findings: &mut Vec<Finding>) {
        let real = self.tree.real_path(dir).unwrap_or_default();
        if self.above.contains(&real) || self.above.len() > MOST_LEVELS {
            let message = format!("`{name}` leads back into itself");
            findings.push(Finding::new(ids::CHART, self.tree.stand_in(dir), message));
            return;
        }
        // Dead links behind a link to a directory are told of where they really are.
        let is_real = real == dir;
        self.above.push(real);
        for (entry, kind) in self.tree.list_with_links(dir).unwrap_or_default() {
            let is_directory = kind == Ok(EntryKind::Directory);
            let name = if name.is_empty() { entry.clone() } else { format!("{name}/{entry}") };
            let Some(path) = join(dir, &entry) else { continue };
            if self.ignore.ignores(&name, is_directory) {
                continue;
            }
            if let Err(error) = kind {
                self.dead_links.extend(is_real.then_some((path, name, error)));
                continue;
            }
            if self.files.len() >= MOST_FILES {
                self.has_too_many = true;
                break;
            }
            if is_directory {
                self.enter(&path, &name, findings);
            } else {
                self.files.push(ChartFile::of_tree(name, self.tree, path));
            }
        }
        self.above.pop();
    }

    /// Helm loads no chart with a link that leads nowhere; neither do we with a part of it that leads out of the
    /// repository.
    fn has_dead_links(&mut self, findings: &mut Vec<Finding>) -> bool {
        self.dead_links.sort_unstable_by(|one, other| one.0.cmp(&other.0));
        let mut is_any = false;
        for (path, name, error) in &self.dead_links {
            let place = self.tree.stand_in(path);
            if *error == ReadError::OutsideRoot && is_beside(name) {
                let message = format!("the link `{name}` {error}: it is not followed, and `.Files` does not have it");
                findings.push(Finding::new(ids::CHART, place, message).with_level(Level::Note));
                continue;
            }
            let message = format!("the link `{name}` {error}: Helm does not load such a chart");
            findings.push(Finding::new(ids::CHART, place, message));
            is_any = true;
        }
        is_any
    }
}
