//! A chart: what lies in its directory or archive, read once and shared by all of its releases.
//!
//! `assemble`, `dependencies` and `directory` use each other: a chart holds charts, which lie in it as files or as directories.
//!
//! Not here: what a release makes of it (`render`), where charts are found.

mod archive;
mod assemble;
mod definitions;
mod dependencies;
mod directory;
pub(crate) mod failure;
mod file;
mod ignore;
mod loaded;
mod loading;
mod metadata;
mod schema;
mod values_file;

use std::sync::{Arc, OnceLock};

use seatrial_gotemplate::{Mentions, Templates};
use seatrial_model::{BelongsTo, Finding, Needed, Node, OnceMap, SourceFile, Sources, Span};
use seatrial_tree::{Tree, file_name};

pub use file::ChartFile;
pub use loaded::{CHART_FILE, Loaded, is_chart};
pub use metadata::{ChartType, Dependency, Metadata};

use crate::cluster::world::Source;
use crate::major::Major;

pub(crate) use definitions::Definitions;
pub(crate) use dependencies::is_in_range;
pub(crate) use file::readable;
pub(crate) use ignore::matches as path_matches;
pub(crate) use schema::{ChartSchema, Unusable};

/// The templates of a chart and of those within it, under the names that they have there; or what is wrong with the first that is not one.
pub(crate) type Parsed = Result<Arc<ParsedTemplates>, Arc<failure::Failure>>;

/// Parsed templates, and their files by the numbers that places have.
#[derive(Debug)]
pub(crate) struct ParsedTemplates {
    pub(crate) templates: Templates,
    pub(crate) sources: Vec<Arc<SourceFile>>,
    /// The same as functions know them, with the names that they have here.
    pub(crate) named: Vec<Source>,
    mentions: OnceLock<Mentions>,
}

impl ParsedTemplates {
    pub(crate) fn new(templates: Templates, sources: Vec<Arc<SourceFile>>, named: Vec<Source>) -> ParsedTemplates {
        ParsedTemplates { templates, sources, named, mentions: OnceLock::new() }
    }

    /// What they mention, found once.
    pub(crate) fn mentions(&self) -> &Mentions {
        self.mentions.get_or_init(|| {
            let is_entry = |name: &str| {
                let is_file = self.named.iter().any(|source| *source.name == *name);
                is_file && !file_name(name).starts_with('_')
            };
            self.templates.mentions(is_entry)
        })
    }
}

/// A chart. Shared by all of its releases, which may be rendered at the same time.
#[derive(Debug)]
pub struct Chart {
    /// What it says of itself.
    pub metadata: Metadata,
    /// Its default values: a mapping.
    pub values: Node,
    /// `values.schema.json`.
    pub schema: Option<ChartFile>,
    /// What lies in `templates/`.
    pub templates: Vec<ChartFile>,
    /// What else lies in it: what `.Files` has, and `crds/`.
    pub files: Vec<ChartFile>,
    /// The charts in `charts/`, and those that `file://` names.
    pub subcharts: Vec<Arc<Chart>>,
    /// Its `Chart.yaml`.
    pub chart_file: ChartFile,
    /// What it depends on and is not here.
    pub needed: Vec<Needed>,
    parsed: [OnceMap<Vec<String>, Parsed>; 2],
    /// The first document of its `values.yaml`, where it has several: Helm 3 reads no more.
    first_values: Option<Node>,
    definitions: OnceLock<Vec<(ChartFile, Definitions)>>,
    compiled: OnceLock<Option<Arc<ChartSchema>>>,
}

impl Chart {
    /// The chart in a directory of a tree, and what is wrong with it. There is none where Helm would not load it.
    #[must_use]
    pub fn load(tree: &Tree, dir: &str) -> (Option<Chart>, Vec<Finding>) {
        let mut findings = Vec::new();
        let chart = directory::load(tree, dir, &mut loading::Loading::new(), &mut findings);
        (chart, findings)
    }

    /// The chart in an archive. Its files belong to what is said here; `span` is the line that asks for it.
    #[must_use]
    pub fn unpack(
        bytes: &[u8],
        belongs_to: &BelongsTo,
        sources: &Arc<Sources>,
        span: Span,
    ) -> (Option<Chart>, Vec<Finding>) {
        let mut findings = Vec::new();
        let chart = assemble::unpack(bytes, belongs_to, sources, span, &mut findings);
        (chart, findings)
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.metadata.name
    }

    /// The files in `crds/` that are manifests.
    pub fn crds(&self) -> impl Iterator<Item = &ChartFile> {
        let is_manifest = |name: &str| {
            let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
            ["yaml", "yml", "json"].iter().any(|known| extension.eq_ignore_ascii_case(known))
        };
        self.files.iter().filter(move |file| file.name().starts_with("crds/") && is_manifest(file.name()))
    }

    /// The same with what they define, which is read once for all releases.
    pub(crate) fn definitions(&self) -> impl Iterator<Item = &(ChartFile, Definitions)> {
        let each = || self.crds().map(|file| (file.clone(), Definitions::default())).collect();
        self.definitions.get_or_init(each).iter()
    }

    /// How often its templates were parsed: once for each choice of the charts within it.
    #[must_use]
    pub fn times_parsed(&self) -> usize {
        self.parsed.iter().map(|parsed| parsed.keys().len()).sum()
    }

    /// The first byte of its `Chart.yaml`.
    #[must_use]
    pub fn start(&self) -> Span {
        self.chart_file.start()
    }

    /// Its schema, compiled once; `None` without one.
    pub(crate) fn compiled_schema(&self) -> Option<Arc<ChartSchema>> {
        self.compiled.get_or_init(|| self.schema.as_ref().map(|file| Arc::new(ChartSchema::read(file)))).clone()
    }

    /// The table that its files are entered into.
    pub(crate) fn sources(&self) -> &Arc<Sources> {
        self.chart_file.sources()
    }

    /// Its templates together with those of the charts within it that are switched on: parsed once for each choice of them.
    pub(crate) fn parsed(&self, helm: Major, paths: &[String], parse: impl FnOnce() -> Parsed) -> Parsed {
        let [by_three, by_four] = &self.parsed;
        let of_this = if helm == Major::Three { by_three } else { by_four };
        of_this.get(paths, parse)
    }

    /// Its default values, as a version of Helm reads them.
    pub(crate) fn values_of(&self, helm: Major) -> &Node {
        self.first_values.as_ref().filter(|_| helm == Major::Three).unwrap_or(&self.values)
    }
}
