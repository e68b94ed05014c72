//! `.Files` and `.Capabilities`, as objects of templates.

use std::rc::Rc;

use seatrial_gotemplate::{Marks, Value};

use super::Capabilities;
use crate::chart::ChartFile;
use crate::objects::{self, File, Files, HelmVersion, KubeVersion};

/// `.Capabilities`.
pub(crate) fn capabilities(capabilities: &Capabilities) -> Value {
    let (major, minor) = capabilities.major_minor();
    let kube_version = KubeVersion {
        version: capabilities.kube_version.clone(),
        normalized: capabilities.plain_version(),
        major,
        minor,
    };
    let helm_version = HelmVersion {
        version: "v4.3.1".to_owned(),
        git_commit: "c0d08d0d6d9424d4a14febb5e8a3e51b0dd00dff".to_owned(),
        git_tree_state: "clean".to_owned(),
        go_version: "go1.27.2".to_owned(),
        kube_client_version: "v1.37".to_owned(),
    };
    let api_versions = capabilities.api_versions.iter().cloned().collect();
    objects::Capabilities { kube_version, api_versions, helm_version, marks: Marks::NONE }.value()
}

/// `.Files`.
pub(crate) fn files(files: &[ChartFile]) -> Value {
    let one = |file: &ChartFile| {
        let data = Rc::from(&*file.bytes().ok()?);
        Some((Rc::from(file.name()), File { data, marks: Marks::NONE }))
    };
    Files::new(files.iter().filter_map(one)).value()
}
