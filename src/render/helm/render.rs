//! A chart with values, as Helm renders it for one release (helm: `pkg/engine`, `pkg/action`).
//!
//! Not here: what is in a chart (`chart`), the functions (`functions`), where values are given.

mod capabilities;
mod engine;
mod failure;
mod head;
mod instance;
mod manifests;
mod metadata;
mod name_template;
mod objects;
mod printed;
mod schema_finding;
mod schemas;
pub(crate) mod switching;
mod tables;
mod told;
mod top;
mod unread;

use std::sync::Arc;

use seatrial_gotemplate::{Budget, Place, Text, Value};
use seatrial_model::{Finding, Needed, Node, SetBy, SourceFile, Span};

use crate::chart::{ChartFile, Definitions};
use crate::cluster::lookup::Resources;
use crate::cluster::world::{Changing, LookedUp};
use crate::major::Major;
use crate::objects::Asked;
use crate::values::origins::Origins;

pub use crate::chart::failure::Failure;
pub use capabilities::Capabilities;
pub use engine::render;
pub use name_template::{Named, named_by};
pub use printed::{Printing, text_of};
pub use seatrial_model::{Hook, HookEvent};

/// A release, as templates see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Release {
    /// Its name.
    pub name: String,
    /// The namespace that it is installed into.
    pub namespace: String,
    /// Whether it is an upgrade; else it is installed.
    pub is_upgrade: bool,
    /// Its revision, from 1.
    pub revision: i64,
}

/// What a chart is rendered with.
pub struct Request<'a> {
    /// The release.
    pub release: &'a Release,
    /// The values that are given, with their places.
    pub values: &'a Node,
    /// Who gives them.
    pub by: &'a SetBy,
    /// What the cluster can do.
    pub capabilities: &'a Capabilities,
    /// What all that is random is made of.
    pub seed: [u8; 32],
    /// The time, in nanoseconds since 1970.
    pub now: i128,
    /// What `lookup` answers; nothing without it.
    pub lookup: Option<&'a Resources>,
    /// Whether values are held against the schemas of charts.
    pub checks_schemas: bool,
    /// Whether `required` and `fail` let pass what they would refuse, as in `helm lint`.
    pub is_lint: bool,
    /// Whether it sees the chart's own `crds/` as served: an installation does, `helm template` does not.
    pub sees_own_definitions: bool,
    /// Default values that take the place of the chart's own.
    pub defaults: Option<&'a Node>,
    /// How much the render may do.
    pub budget: Budget<'a>,
}

impl<'a> Request<'a> {
    /// A release with values that somebody gives, in a cluster that can do so much. The seed and the time are fixed, and nothing is looked up.
    #[must_use]
    pub fn new(release: &'a Release, values: &'a Node, by: &'a SetBy, capabilities: &'a Capabilities) -> Request<'a> {
        Request {
            release,
            values,
            by,
            capabilities,
            seed: [0; 32],
            now: 0,
            lookup: None,
            checks_schemas: true,
            is_lint: false,
            sees_own_definitions: false,
            defaults: None,
            budget: Budget::default(),
        }
    }
}

/// What Helm makes of a chart.
#[derive(Debug, Default)]
pub struct RenderedChart {
    /// The Helm that makes it.
    pub helm: Major,
    /// What the templates made: the manifests in the order in which Helm installs them, behind them the hooks.
    pub documents: Vec<Document>,
    /// What lies in `crds/` of the chart and of those within it that are switched on.
    pub crds: Vec<Crd>,
    /// What Helm tells the user.
    pub notes: Option<Text>,
    /// What is wrong. With an error, Helm renders nothing.
    pub findings: Vec<Finding>,
    /// Helm's whole message, where it renders nothing.
    pub failure: Option<String>,
    /// What is needed and not here.
    pub needed: Vec<Needed>,
    /// Values on the way to others and values that were used, by their marks.
    pub reads: Reads,
    /// What makes the result another with each render of Helm; places as [`RenderedChart::span`] takes them.
    pub changing: Vec<Changing>,
    /// What was looked up in the cluster.
    pub looked_up: Vec<LookedUp>,
    /// What the templates asked whether the cluster serves it.
    pub asked: Asked,
    /// The origins of marks.
    pub origins: Origins,
    /// The template files, by the numbers that places have.
    pub sources: Vec<Arc<SourceFile>>,
    /// All values, as the templates of the chart see them.
    pub values: Option<Value>,
}

impl RenderedChart {
    /// Whether the chart itself refuses to be rendered, by `fail` or `required`.
    #[must_use]
    pub fn has_refused(&self) -> bool {
        // Helm says so of nothing else.
        self.failure.as_ref().is_some_and(|message| message.starts_with("execution error at ("))
    }

    /// Where in the chart a place of a template is; `None` where it is in a text that `tpl` was given.
    #[must_use]
    pub fn span(&self, place: Place) -> Option<Span> {
        span_in(&self.sources, place)
    }
}

pub(crate) fn span_in(sources: &[Arc<SourceFile>], place: Place) -> Option<Span> {
    let file = sources.get(place.source as usize)?;
    let mark = file.text().len() - crate::chart::readable(file).len();
    Some(Span::new(file.id(), place.start as usize + mark, place.end as usize + mark))
}

/// Which values a render looked at, by their marks.
#[derive(Clone, Debug, Default)]
pub struct Reads {
    /// Values on the way to others, and those that were only tested.
    pub passed: Vec<u32>,
    /// Values that were printed, given to a function, or ranged over.
    pub used: Vec<u32>,
}

/// One document that a template made.
#[derive(Debug)]
pub struct Document {
    /// The template: `shop/templates/web.yaml`.
    pub source: String,
    /// The text, with what made its bytes.
    pub text: Text,
    /// The same parsed: its places are in `file`. Null where there are only comments.
    pub node: Node,
    /// The text as a file of the table of sources.
    pub file: Arc<SourceFile>,
    /// What the parser says of it; places are in `file`.
    pub findings: Vec<Finding>,
    /// What it is to the release.
    pub kind: DocumentKind,
}

impl Document {
    /// What makes it a hook.
    #[must_use]
    pub fn hook(&self) -> Option<&Hook> {
        match &self.kind {
            DocumentKind::Manifest => None,
            DocumentKind::Hook(hook) => Some(hook),
        }
    }
}

/// What a document is to its release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DocumentKind {
    /// The release owns it: an upgrade changes it, and deletes it when it is not there any more.
    Manifest,
    /// It is made at certain moments, and not part of the release.
    Hook(Hook),
}

/// A file of `crds/`: installed once, never upgraded and never deleted.
#[derive(Clone, Debug)]
pub struct Crd {
    /// Its path: `shop/crds/web.yaml`.
    pub source: String,
    /// The file.
    pub file: ChartFile,
    pub(crate) definitions: Definitions,
}

impl Crd {
    /// Its text; what is not text is shown as such.
    #[must_use]
    pub fn text(&self) -> String {
        self.file.bytes().map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
    }
}
