//! `.Files` and `.Capabilities`, as far as they are not maps.

use seatrial_gotemplate::Value;

use super::Capabilities;
use crate::chart::ChartFile;

/// `.Capabilities`.
pub(crate) fn capabilities(capabilities: &Capabilities) -> Value {
    let (major, minor) = capabilities.major_minor();
    let version = [
        ("Version", Value::text(&*capabilities.kube_version)),
        ("GitVersion", Value::text(&*capabilities.kube_version)),
        ("Major", Value::text(major)),
        ("Minor", Value::text(minor)),
    ];
    let versions = Value::texts(capabilities.api_versions.iter().map(String::as_str));
    let entries = [("KubeVersion", Value::map(version.into_iter().collect())), ("APIVersions", versions)];
    Value::map(entries.into_iter().collect())
}

/// `.Files`.
pub(crate) fn files(files: &[ChartFile]) -> Value {
    let _ = files;
    Value::empty_map()
}
