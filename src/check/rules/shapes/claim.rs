//! Claims, volumes and classes of storage (`core/validation` `ValidatePersistentVolumeClaimSpec`, `ValidatePersistentVolumeSpec`;
//! `pkg/apis/storage/validation`).

use crate::shape::{At, Check, Found, Shape};
use crate::syntax::{dns_label, dns_subdomain};

use super::container::amounts;
use super::selector::SELECTOR;

/// A PersistentVolumeClaim.
pub(crate) static CLAIM: Shape = Shape { fields: &[("spec", &[Check::Required, Check::Of(&SPEC)])], whole: &[] };

/// A claim that a StatefulSet makes for each pod.
pub(crate) static TEMPLATE: Shape = Shape {
    fields: &[
        ("metadata", &[Check::Required, Check::Of(&TEMPLATE_METADATA)]),
        ("spec", &[Check::Required, Check::Of(&SPEC)]),
    ],
    whole: &[],
};

/// Its name is that of a volume of the pod (`volumesToAddForTemplates`).
static TEMPLATE_METADATA: Shape =
    Shape { fields: &[("name", &[Check::Required, Check::Looks(dns_label)])], whole: &[] };

static SPEC: Shape = Shape {
    fields: &[
        ("accessModes", &[Check::Required, Check::By(access_modes)]),
        ("resources", &[Check::Required, Check::Of(&RESOURCES)]),
        ("volumeMode", &[VOLUME_MODE]),
        ("storageClassName", &[Check::Looks(class_name)]),
        ("selector", &[Check::Of(&SELECTOR)]),
    ],
    whole: &[],
};

const VOLUME_MODE: Check = Check::Word(&["Block", "Filesystem"]);

/// "" is a class, too: none.
fn class_name(text: &str) -> crate::syntax::Wrong {
    if text.is_empty() { None } else { dns_subdomain(text) }
}

fn access_modes(at: &At<'_, '_>, found: &mut Found) {
    const MODES: &[&str] = &["ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod"];
    at.items().for_each(|item| found.checks(&item, &Check::Word(MODES)));
    let alone = at.items().find(|item| item.text() == Some("ReadWriteOncePod"));
    if let Some(item) = alone.filter(|_| at.node.items().len() > 1) {
        found.says(&item, "must not combine `ReadWriteOncePod` with other modes");
    }
}

static RESOURCES: Shape = Shape { fields: &[("requests", &[Check::Required, Check::Of(&REQUESTS)])], whole: &[] };

static REQUESTS: Shape = Shape { fields: &[("storage", &[Check::Required, Check::By(is_positive)])], whole: &[] };

/// `ValidatePositiveQuantityValue`.
fn is_positive(at: &At<'_, '_>, found: &mut Found) {
    let Some(text) = at.node.scalar_text().map(str::trim).filter(|_| !at.is_substituted()) else { return };
    let is_zero = text.contains('0') && !text.contains(|c: char| ('1'..='9').contains(&c));
    if text.starts_with('-') || is_zero {
        found.says(at, "must be greater than 0");
    }
}

/// A PersistentVolume.
pub(crate) static VOLUME: Shape =
    Shape { fields: &[("spec", &[Check::Required, Check::Of(&VOLUME_SPEC)])], whole: &[] };

static VOLUME_SPEC: Shape = Shape {
    fields: &[
        ("accessModes", &[Check::Required, Check::By(access_modes)]),
        ("capacity", &[Check::Required, Check::By(amounts)]),
        ("persistentVolumeReclaimPolicy", &[Check::OneOf(&["Delete", "Recycle", "Retain"])]),
        ("volumeMode", &[VOLUME_MODE]),
        ("storageClassName", &[Check::Looks(class_name)]),
    ],
    whole: &[],
};

/// A StorageClass.
pub(crate) static CLASS: Shape = Shape {
    fields: &[
        ("provisioner", &[Check::Required]),
        ("reclaimPolicy", &[Check::OneOf(&["Delete", "Retain"])]),
        ("volumeBindingMode", &[Check::OneOf(&["Immediate", "WaitForFirstConsumer"])]),
    ],
    whole: &[],
};
