//! A chart that a release is made of: which one, and where it is.

use std::sync::Arc;

use seatrial_model::{Finding, NeededKind, ObjectId, Span};
use seatrial_tree::{Artifact, Fetched, NotFetched, TreePath};

use super::defaults::DefaultsFile;
use crate::objects::ids;

/// A chart that a release is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChartReference {
    /// Its name in a repository of charts, its path in another source.
    pub name: String,
    /// The version that is asked for; empty for any.
    pub version: String,
    /// The source that it is in; `None` for an address.
    pub source: Option<ObjectId>,
    /// The line that asks for it.
    pub span: Span,
    /// Where it is.
    pub place: ChartPlace,
    /// Where the version is written that a repository of charts is asked for; another source has only one.
    pub version_span: Option<Span>,
    /// Why it was not fetched, where somebody tried, or cannot be; as a clause.
    pub not_fetched: Option<String>,
    /// The files of which its default values are made; empty for its own.
    pub(crate) defaults: Vec<DefaultsFile>,
}

impl ChartReference {
    /// Whether its source serves charts; sources of other kinds hold files, and the chart is among them.
    pub(crate) fn is_of_a_registry(&self) -> bool {
        self.source.as_ref().is_none_or(|source| matches!(source.kind.as_str(), "HelmRepository" | "OCIRepository"))
    }

    /// The same with what was fetched of it.
    pub(super) fn fetched(mut self, fetched: &Fetched, findings: &mut Vec<Finding>) -> ChartReference {
        let ChartPlace::Elsewhere(url) = &self.place else { return self };
        if self.not_fetched.is_some() || !self.is_of_a_registry() {
            return self;
        }
        match fetched.get(NeededKind::Chart, url, &self.version) {
            None => {}
            Some(Ok(artifact)) => self.place = ChartPlace::Fetched(Arc::clone(artifact)),
            Some(Err(NotFetched { is_absent, why })) => {
                let what =
                    if self.version.is_empty() { self.name.clone() } else { format!("{} {}", self.name, self.version) };
                let span = self.version_span.unwrap_or(self.span);
                findings.push(if *is_absent {
                    Finding::new(ids::MISSING_CHART, span, format!("there is no chart `{what}`: {why}"))
                } else {
                    Finding::new(ids::NOT_FETCHED, span, format!("the chart `{what}` was not fetched: {why}"))
                });
                self.not_fetched = Some(why.clone());
            }
        }
        self
    }
}

/// Where a chart is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChartPlace {
    /// In this directory of a repository.
    Directory(TreePath),
    /// Packed, in this file of a repository.
    Archive(TreePath),
    /// Fetched.
    Fetched(Arc<Artifact>),
    /// Not here; where it can be had: the address of a repository with the chart's name behind it, or that of the source.
    Elsewhere(String),
    /// It hangs on a value that only the cluster knows; a clause.
    Unknown(String),
    /// Nowhere: what names it is wrong.
    Missing,
}

impl ChartPlace {
    /// Whether it can be read.
    pub(crate) fn is_here(&self) -> bool {
        matches!(self, ChartPlace::Directory(_) | ChartPlace::Archive(_) | ChartPlace::Fetched(_))
    }
}
