//! One schema of the published OpenAPI description, as it lies in the embedded data.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::Deserialize;

use crate::Limits;
use crate::embedded::Embedded;

/// A definition, and the data in which its own references are looked up.
pub(crate) type Target = (&'static Embedded, &'static Definition<'static>);

/// A definition, or a schema inside one. All text is borrowed from the unpacked data.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Definition<'a> {
    #[serde(rename = "$ref", borrow)]
    pub(crate) reference: Option<&'a str>,
    #[serde(rename = "type", borrow)]
    pub(crate) value_type: Option<&'a str>,
    #[serde(borrow)]
    pub(crate) format: Option<&'a str>,
    #[serde(borrow, default)]
    pub(crate) properties: BTreeMap<&'a str, Definition<'a>>,
    #[serde(borrow, default)]
    pub(crate) required: Vec<&'a str>,
    #[serde(borrow)]
    pub(crate) items: Option<Box<Definition<'a>>>,
    #[serde(rename = "additionalProperties", borrow)]
    pub(crate) additional: Option<Box<Definition<'a>>>,
    #[serde(rename = "x-kubernetes-preserve-unknown-fields", default)]
    pub(crate) preserves_unknown: bool,
    #[serde(rename = "x-kubernetes-list-type", borrow)]
    pub(crate) list_type: Option<&'a str>,
    #[serde(rename = "x-kubernetes-list-map-keys", borrow, default)]
    pub(crate) list_map_keys: Vec<&'a str>,
    #[serde(rename = "x-kubernetes-patch-merge-key", borrow)]
    pub(crate) patch_merge_key: Option<&'a str>,
    #[serde(rename = "x-kubernetes-patch-strategy", borrow)]
    pub(crate) patch_strategy: Option<&'a str>,
    /// What limits the value beside its type; only custom resources have it.
    #[serde(rename = "x-limits")]
    pub(crate) limits: Option<Box<Limits>>,
    /// What `reference` leads to, once it was followed.
    #[serde(skip)]
    pub(crate) target: OnceLock<Option<Target>>,
}
