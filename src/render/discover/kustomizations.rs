//! Which kustomizations include which, which ones nobody includes, and which files they name.

use std::collections::{BTreeMap, BTreeSet};

use seatrial_model::Node;
use seatrial_tree::{KUSTOMIZATION_FILES, Tree, file_name, join, parent, within};
use seatrial_yaml::{Dialect, ParsedFiles};

use crate::charts::Charts;
use crate::{Role, file_in, upwards};

/// Fields whose entries may be directories with a kustomization of their own.
const INCLUDES: [&str; 6] = ["resources", "bases", "components", "generators", "transformers", "validators"];

/// Fields with a list of files that mean something to the kustomization alone.
const INPUTS: [&str; 6] =
    ["generators", "transformers", "validators", "patchesStrategicMerge", "configurations", "crds"];

/// All kustomizations, by directory.
#[derive(Debug)]
pub(crate) struct Kustomizations {
    all: BTreeMap<String, Kustomization>,
    /// Files that they name, apart from resources.
    inputs: BTreeSet<String>,
    resources: BTreeSet<String>,
    /// Directories with a kustomization, or with a file that one names.
    reached: BTreeSet<String>,
    /// What is included, and the first kustomization that includes it.
    includers: BTreeMap<String, String>,
}

/// One kustomization.
#[derive(Debug, Default)]
struct Kustomization {
    component: bool,
    /// Directories and files that it includes.
    includes: Vec<String>,
    /// Files that it names beside.
    inputs: Vec<String>,
}

impl Kustomizations {
    /// Of the files at `paths`, and of the directories `above` them.
    pub(crate) fn read(
        tree: &Tree,
        parsed: &ParsedFiles,
        charts: &Charts,
        paths: &[String],
        above: &[&str],
    ) -> Kustomizations {
        let mut files: BTreeMap<&str, usize> = BTreeMap::new();
        for path in paths {
            let rank = KUSTOMIZATION_FILES.iter().position(|known| *known == file_name(path));
            if let Some(rank) = rank.filter(|_| !charts.keep_to_themselves(path)) {
                files.entry(parent(path)).and_modify(|best| *best = rank.min(*best)).or_insert(rank);
            }
        }
        for dir in above.iter().copied() {
            if let Some(rank) = KUSTOMIZATION_FILES.iter().position(|name| tree.kind(&file_in(dir, name)).is_ok()) {
                files.insert(dir, rank);
            }
        }
        let read = |(dir, rank): (&str, usize)| {
            let name = KUSTOMIZATION_FILES.get(rank).copied().unwrap_or_default();
            Some((dir.to_owned(), read_one(tree, parsed, dir, &file_in(dir, name))?))
        };
        Kustomizations::of(tree, files.into_iter().filter_map(read).collect())
    }

    fn of(tree: &Tree, all: BTreeMap<String, Kustomization>) -> Kustomizations {
        let is_file = |path: &&String| matches!(tree.kind(path), Ok(seatrial_tree::EntryKind::File));
        let inputs: BTreeSet<String> = all.values().flat_map(|k| &k.inputs).cloned().collect();
        let included = all.values().flat_map(|k| &k.includes).filter(|path| !all.contains_key(*path));
        let resources: BTreeSet<String> = included.filter(is_file).cloned().collect();
        let named = inputs.iter().chain(&resources).map(|path| parent(path).to_owned());
        let reached = all.keys().cloned().chain(named).collect();
        let mut includers = BTreeMap::new();
        for (dir, kustomization) in &all {
            for included in &kustomization.includes {
                includers.entry(included.clone()).or_insert_with(|| dir.clone());
            }
        }
        Kustomizations { all, inputs, resources, reached, includers }
    }

    /// Directories below `dir` with a kustomization that no other there includes, ordered by path.
    pub(crate) fn outermost(&self, dir: &str) -> Vec<String> {
        let all = || self.all.iter().filter(|(at, _)| within(at, dir).is_some());
        let included: BTreeSet<&String> =
            all().flat_map(|(dir, k)| k.includes.iter().filter(move |i| *i != dir)).collect();
        let candidates = || all().filter(|(_, kustomization)| !kustomization.component).map(|(dir, _)| dir);
        let mut found: BTreeSet<&String> = candidates().filter(|dir| !included.contains(dir)).collect();

        // What no environment reaches includes itself in a circle; it must not vanish.
        let mut reached = BTreeSet::new();
        all().filter(|(dir, k)| found.contains(dir) || k.component).for_each(|(dir, _)| self.reach(dir, &mut reached));
        for dir in candidates() {
            if !reached.contains(dir) {
                found.insert(dir);
                self.reach(dir, &mut reached);
            }
        }
        found.into_iter().cloned().collect()
    }

    /// What kustomizations below a path include and patch with; only the one in it where `is_narrow`.
    pub(crate) fn included_from<'a>(&'a self, path: &'a str, is_narrow: bool) -> impl Iterator<Item = String> + 'a {
        let from = self.all.range(path.to_owned()..);
        let below = from.take_while(move |(dir, _)| dir.starts_with(path));
        let of = below.filter(move |(dir, _)| if is_narrow { *dir == path } else { within(dir, path).is_some() });
        of.flat_map(|(_, kustomization)| kustomization.includes.iter().chain(&kustomization.inputs).cloned())
    }

    /// Whether what a controller builds of a directory has a file: its kustomization includes it or patches with it, or there is none, and it
    /// is gathered.
    pub(crate) fn builds<'a>(&'a self, dir: &'a str, file: &'a str) -> bool {
        let between = upwards(parent(file)).filter(|above| within(above, dir).is_some() && self.has(above));
        let start = if self.has(dir) { Some(dir) } else { between.last() };
        let Some(start) = start else { return within(file, dir).is_some() };
        let (mut pending, mut seen) = (vec![start], BTreeSet::new());
        while let Some(path) = pending.pop() {
            if path == file {
                return true;
            }
            if seen.insert(path) {
                let named = |k: &'a Kustomization| k.includes.iter().chain(&k.inputs);
                pending.extend(self.all.get(path).into_iter().flat_map(named).map(String::as_str));
            }
        }
        false
    }

    /// The directory that a file is applied with: that of the outermost kustomization that includes it, or else its own.
    pub(crate) fn outermost_over(&self, file: &str) -> String {
        let (mut at, mut seen) = (file.to_owned(), BTreeSet::new());
        while seen.insert(at.clone()) {
            let Some(above) = self.includers.get(&at) else { break };
            at.clone_from(above);
        }
        if at == file { parent(file).to_owned() } else { at }
    }

    pub(crate) fn has(&self, dir: &str) -> bool {
        self.all.contains_key(dir)
    }

    /// Whether a file lies beside a kustomization, or beside a file that one names: whoever left it out of the list meant it.
    pub(crate) fn reaches(&self, file: &str) -> bool {
        self.reached.contains(parent(file)) || self.inputs.contains(file)
    }

    /// How a kustomization uses a file.
    pub(crate) fn role(&self, file: &str) -> Option<Role> {
        if self.resources.contains(file) {
            return Some(Role::Resource);
        }
        self.inputs.contains(file).then_some(Role::Input)
    }

    /// Adds all that a kustomization includes, itself among them.
    fn reach<'a>(&'a self, from: &'a String, reached: &mut BTreeSet<&'a String>) {
        let mut pending = vec![from];
        while let Some(dir) = pending.pop() {
            let Some((dir, kustomization)) = self.all.get_key_value(dir) else { continue };
            if reached.insert(dir) {
                pending.extend(&kustomization.includes);
            }
        }
    }
}

/// `None` for what has only the name of one, as objects of Flux may.
fn read_one(tree: &Tree, parsed: &ParsedFiles, dir: &str, path: &str) -> Option<Kustomization> {
    // As kustomize reads it, so that rendering need not parse it again.
    let parsed = tree.read(path).ok().map(|file| parsed.get(&file, Dialect::Kubectl));
    let Some(node) = parsed.as_ref().and_then(|parsed| parsed.documents.first()).map(|document| &document.node) else {
        return Some(Kustomization::default());
    };
    let api_version = node.get("apiVersion").and_then(Node::as_str).unwrap_or_default();
    if api_version.starts_with("kustomize.toolkit.fluxcd.io/") {
        return None;
    }
    // A link leads to the directory that was walked; a remote base leads nowhere.
    let real = |entry: &str| tree.real_path(&join(dir, entry)?).ok();
    let includes = INCLUDES.iter().flat_map(|field| texts(node, field)).filter_map(real).collect();
    let component = node.get("kind").and_then(Node::as_str) == Some("Component");
    Some(Kustomization { component, includes, inputs: inputs(node).into_iter().filter_map(real).collect() })
}

/// The files that a kustomization names, apart from resources.
fn inputs(node: &Node) -> Vec<&str> {
    let lists = INPUTS.iter().flat_map(|field| texts(node, field));
    let at = |field, key| items(node, field).filter_map(move |item| item.get(key)?.as_str());
    let paths = ["patches", "patchesJson6902", "replacements"].into_iter().flat_map(|field| at(field, "path"));
    let generators = || ["configMapGenerator", "secretGenerator"].into_iter().flat_map(|field| items(node, field));
    let files = generators().flat_map(|generator| texts(generator, "files"));
    let files = files.map(|file| file.split_once('=').map_or(file, |(_, path)| path));
    let envs = generators().flat_map(|g| texts(g, "envs").chain(g.get("env").and_then(Node::as_str)));
    let charts = items(node, "helmCharts").flat_map(|chart| {
        chart.get("valuesFile").and_then(Node::as_str).into_iter().chain(texts(chart, "additionalValuesFiles"))
    });
    let inflated = at("helmChartInflationGenerator", "values");
    let open_api = node.at(&["openapi", "path"]).and_then(Node::as_str);
    lists.chain(paths).chain(files).chain(envs).chain(charts).chain(inflated).chain(open_api).collect()
}

fn items<'a>(node: &'a Node, field: &str) -> impl Iterator<Item = &'a Node> + use<'a> {
    node.get(field).map(Node::items).unwrap_or_default().iter()
}

fn texts<'a>(node: &'a Node, field: &str) -> impl Iterator<Item = &'a str> + use<'a> {
    items(node, field).filter_map(Node::as_str)
}
