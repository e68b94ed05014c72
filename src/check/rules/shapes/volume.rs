//! Volumes of a pod (`core/validation` `validateVolumeSource`).

use crate::shape::{Check, Shape};
use crate::syntax::{dns_label, dns_subdomain, path_below};

const SOURCES: &[&str] = &[
    "awsElasticBlockStore",
    "azureDisk",
    "azureFile",
    "cephfs",
    "cinder",
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "fc",
    "flexVolume",
    "flocker",
    "gcePersistentDisk",
    "gitRepo",
    "glusterfs",
    "hostPath",
    "image",
    "iscsi",
    "nfs",
    "persistentVolumeClaim",
    "photonPersistentDisk",
    "portworxVolume",
    "projected",
    "quobyte",
    "rbd",
    "scaleIO",
    "secret",
    "storageos",
    "vsphereVolume",
];

/// Bits of a file's mode.
const MODE: Check = Check::Between(0, 0o777);

/// A volume. One without a source is an `emptyDir` (`pkg/apis/core/v1/defaults.go` `SetDefaults_Volume`).
pub(crate) static VOLUME: Shape = Shape {
    fields: &[
        ("name", &[Check::Required, Check::Looks(dns_label)]),
        ("configMap", &[Check::Of(&NAMED)]),
        ("secret", &[Check::Of(&SECRET)]),
        ("persistentVolumeClaim", &[Check::Of(&CLAIM)]),
        ("hostPath", &[Check::Of(&HOST_PATH)]),
        ("projected", &[Check::Of(&PROJECTED)]),
        ("csi", &[Check::Of(&DRIVER)]),
        ("nfs", &[Check::Of(&NFS)]),
    ],
    whole: &[|at, found| found.has_at_most_one(at, SOURCES)],
};

static ITEM: Shape = Shape {
    fields: &[("key", &[Check::Required]), ("path", &[Check::Required, Check::Looks(path_below)]), ("mode", &[MODE])],
    whole: &[],
};

static NAMED: Shape = Shape {
    fields: &[("name", &[Check::Required]), ("defaultMode", &[MODE]), ("items", &[Check::Each(&ITEM)])],
    whole: &[],
};

static SECRET: Shape = Shape {
    fields: &[("secretName", &[Check::Required]), ("defaultMode", &[MODE]), ("items", &[Check::Each(&ITEM)])],
    whole: &[],
};

static CLAIM: Shape = Shape { fields: &[("claimName", &[Check::Required, Check::Looks(dns_subdomain)])], whole: &[] };

static HOST_PATH: Shape = Shape {
    fields: &[
        ("path", &[Check::Required]),
        (
            "type",
            &[Check::OneOf(&[
                "DirectoryOrCreate",
                "Directory",
                "FileOrCreate",
                "File",
                "Socket",
                "CharDevice",
                "BlockDevice",
            ])],
        ),
    ],
    whole: &[],
};

static PROJECTED: Shape =
    Shape { fields: &[("defaultMode", &[MODE]), ("sources", &[Check::Each(&PROJECTION)])], whole: &[] };

/// `validateProjectionSources`.
static PROJECTION: Shape = Shape {
    fields: &[
        ("configMap", &[Check::Of(&NAMED)]),
        ("secret", &[Check::Of(&NAMED)]),
        ("serviceAccountToken", &[Check::Of(&TOKEN)]),
    ],
    whole: &[|at, found| {
        found.has_at_most_one(
            at,
            &["clusterTrustBundle", "configMap", "downwardAPI", "podCertificate", "secret", "serviceAccountToken"],
        );
    }],
};

static TOKEN: Shape = Shape {
    fields: &[("path", &[Check::Required]), ("expirationSeconds", &[Check::Between(600, 1 << 32)])],
    whole: &[],
};

static DRIVER: Shape = Shape { fields: &[("driver", &[Check::Required])], whole: &[] };

static NFS: Shape = Shape { fields: &[("server", &[Check::Required]), ("path", &[Check::Required])], whole: &[] };
