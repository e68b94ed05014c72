//! `.Capabilities`, as an object of templates.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use seatrial_gotemplate::{Marks, Value};

use super::Capabilities;
use crate::major::Major;
use crate::objects::{self, Asked, HelmVersion, KubeVersion};

/// `.Capabilities`, which notes what it is asked.
pub(crate) fn capabilities(capabilities: &Capabilities, asked: &Rc<RefCell<Asked>>) -> Value {
    let (major, minor) = capabilities.major_minor();
    let of = capabilities.helm;
    let kube_version = KubeVersion {
        of,
        version: capabilities.kube_version.clone(),
        normalized: capabilities.plain_version(),
        major,
        minor,
    };
    let helm_version = match capabilities.helm {
        Major::Three => build(["v3.17.2", "cc0bbbd6d6276b83880042c1ecb34087e84d41eb", "go1.23.7", ""]),
        Major::Four => build(["v4.3.1", "c0d08d0d6d9424d4a14febb5e8a3e51b0dd00dff", "go1.27.2", "v1.37"]),
    };
    let api_versions = Arc::clone(&capabilities.api_versions);
    let (marks, asked) = (Marks::NONE, Rc::clone(asked));
    objects::Capabilities { of, kube_version, api_versions, helm_version, marks, asked }.value()
}

fn build([version, commit, go_version, kube_client_version]: [&str; 4]) -> HelmVersion {
    HelmVersion {
        version: version.to_owned(),
        git_commit: commit.to_owned(),
        git_tree_state: "clean".to_owned(),
        go_version: go_version.to_owned(),
        kube_client_version: kube_client_version.to_owned(),
    }
}
