//! What sources hold: repositories as source-controller archives them, and trees that are composed of those. Each is made once, and shared
//! by all environments that ask for the same.

use std::collections::BTreeMap;
use std::sync::Arc;

use seatrial_kustomize::{Builder, Checkout, HelmCharts, LoadRestriction, Options};
use seatrial_model::{BelongsTo, OnceMap, Span};
use seatrial_tree::{Artifact, Tree, TreePath};
use seatrial_yaml::ParsedFiles;

use crate::patterns::source_ignore::SourceIgnore;
use crate::sources::charts::Charts;
use crate::sources::marked::MarkedFiles;

/// A repository, that which is judged or another one, with the builds of its kustomizations.
#[derive(Debug)]
pub struct Repository {
    tree: Tree,
    options: Options,
    parsed: Arc<ParsedFiles>,
    url: Option<String>,
    /// By directory, and by `spec.ignore`.
    archived: OnceMap<(String, Option<String>), Arc<View>>,
    composed: OnceMap<BTreeMap<String, TreePath>, Arc<View>>,
    marked: MarkedFiles,
    charts: Charts,
    /// Artifacts that were fetched for it, by name and digest.
    artifacts: OnceMap<(String, String), Result<Arc<Repository>, String>>,
}

/// The files of a source, with the builds of its kustomizations.
#[derive(Debug)]
pub(crate) struct View {
    pub(crate) tree: Tree,
    pub(crate) builder: Builder,
}

impl Repository {
    /// A repository of which others may have parsed something, with copies of other repositories in it, and its address as `origin` has it.
    #[must_use]
    pub fn new(tree: &Tree, checkouts: Vec<Checkout>, parsed: &Arc<ParsedFiles>, url: Option<String>) -> Repository {
        Repository {
            tree: tree.clone(),
            options: Options {
                load_restriction: LoadRestriction::None,
                checkouts,
                charts: HelmCharts::RefusedByFlux,
                ..Options::default()
            },
            parsed: Arc::clone(parsed),
            url,
            archived: OnceMap::default(),
            composed: OnceMap::default(),
            marked: MarkedFiles::default(),
            charts: Charts::default(),
            artifacts: OnceMap::default(),
        }
    }

    /// Paths of the charts in it of which releases were made.
    #[must_use]
    pub fn charts_made(&self) -> Vec<String> {
        self.charts.places().into_iter().filter(|at| at.tree.belongs_to().name().is_none()).map(|at| at.path).collect()
    }

    /// All of its files.
    pub(crate) fn tree(&self) -> &Tree {
        &self.tree
    }

    /// Its markers of image policies.
    pub(crate) fn marked(&self) -> &MarkedFiles {
        &self.marked
    }

    /// The charts that its releases are made of, wherever those are.
    pub(crate) fn charts(&self) -> &Charts {
        &self.charts
    }

    /// The files of an artifact that was fetched, told at the line that asks for it.
    pub(crate) fn artifact(&self, artifact: &Artifact, name: &str, asked: Span) -> Result<Arc<Repository>, String> {
        self.artifacts.get(&(name.to_owned(), artifact.digest.clone()), || {
            let of = BelongsTo::Checkout { name: name.into(), asked };
            let bytes = artifact.read().map_err(|why| format!("what was fetched {why}"))?;
            let tree = Tree::unpacked(&bytes, of, self.tree.sources()).map_err(|why| format!("its archive {why}"))?;
            let parsed = Arc::default();
            Ok(Arc::new(Repository::new(&tree.with_fetched(self.tree.fetched()), Vec::new(), &parsed, None)))
        })
    }

    /// What was parsed of its files.
    pub(crate) fn parsed(&self) -> &ParsedFiles {
        &self.parsed
    }

    pub(crate) fn url(&self) -> Option<&str> {
        self.url.as_deref()
    }

    /// What a source at this directory holds whose object has `ignore`.
    pub(crate) fn archived(&self, root: &str, ignore: Option<&str>) -> Arc<View> {
        self.archived.get(&(root.to_owned(), ignore.map(str::to_owned)), || {
            let copies = self.options.checkouts.iter().map(|checkout| checkout.directory().to_owned()).collect();
            let left_out = SourceIgnore::new(&self.tree, root, ignore, copies);
            self.view(self.tree.without(Arc::new(left_out)))
        })
    }

    /// What is composed of files of this repository and of others.
    pub(crate) fn composed(&self, files: &BTreeMap<String, TreePath>) -> Arc<View> {
        self.composed.get(files, || self.view(Tree::composed(files.clone(), self.tree.sources())))
    }

    fn view(&self, tree: Tree) -> Arc<View> {
        let builder = Builder::new(&tree, self.options.clone(), &self.parsed);
        Arc::new(View { tree, builder })
    }
}
