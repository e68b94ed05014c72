//! What a file of `crds/` defines: read when somebody asks, once.

use std::sync::{Arc, OnceLock};

use seatrial_model::{Finding, Manifest};
use seatrial_yaml::{Dialect, parse};

use super::ChartFile;

/// The objects of a file, and what is wrong with it.
#[derive(Debug, Default)]
pub(crate) struct Defined {
    pub(crate) manifests: Vec<Manifest>,
    pub(crate) findings: Vec<Finding>,
}

/// The objects of a file once they were read. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub(crate) struct Definitions(Arc<OnceLock<Defined>>);

impl Definitions {
    /// The objects of the file that these belong to; nothing where it is not text, as Helm's caller says.
    pub(crate) fn read(&self, file: &ChartFile) -> &Defined {
        self.0.get_or_init(|| {
            let Ok(file) = file.text() else { return Defined::default() };
            let parsed = parse(&file, Dialect::Kubectl);
            let (manifests, wrong) = seatrial_manifests::objects(parsed.documents);
            Defined { manifests, findings: parsed.findings.into_iter().chain(wrong).collect() }
        })
    }
}
