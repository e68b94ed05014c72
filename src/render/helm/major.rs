//! The major versions of Helm, and what each says otherwise. Both make the same objects of nearly every chart; their text differs.
//!
//! What is said of Helm 3 is what 3.17.2 does, of Helm 4 what 4.3.1 does.

use seatrial_golang::json::Words;
use seatrial_gotemplate::MapKind;

/// The type of `.Values`.
pub const VALUES: MapKind = MapKind::Named("common.Values");

/// A major version of Helm.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Major {
    /// Helm 3.
    Three,
    /// Helm 4.
    #[default]
    Four,
}

/// Functions that Helm 3 does not have.
const ONLY_IN_FOUR: [&str; 13] = [
    "mustToYaml",
    "mustToToml",
    "mustToDuration",
    "durationSeconds",
    "durationMilliseconds",
    "durationMicroseconds",
    "durationNanoseconds",
    "durationMinutes",
    "durationHours",
    "durationDays",
    "durationWeeks",
    "durationRoundTo",
    "durationTruncateTo",
];

impl Major {
    /// The version of a number; `None` where it is not known here.
    #[must_use]
    pub fn of(number: u8) -> Option<Major> {
        match number {
            3 => Some(Major::Three),
            4 => Some(Major::Four),
            _ => None,
        }
    }

    /// What `helm template` says of the cluster that it does not see.
    pub(crate) fn default_kube_version(self) -> &'static str {
        match self {
            Major::Three => "v1.32.0",
            Major::Four => "v1.37.0",
        }
    }

    /// The groups that its client-go knows, in its order.
    pub(crate) fn default_api_versions(self) -> &'static str {
        match self {
            Major::Three => include_str!("data/api-versions-3.txt"),
            Major::Four => include_str!("data/api-versions.txt"),
        }
    }

    /// The Go package that it takes a type from: `common` in `common.Values`.
    pub(crate) fn values(self) -> MapKind {
        match self {
            Major::Three => MapKind::Named("chartutil.Values"),
            Major::Four => VALUES,
        }
    }

    /// Whether it has a function.
    pub(crate) fn has(self, function: &str) -> bool {
        self == Major::Four || !ONLY_IN_FOUR.contains(&function)
    }

    /// Whether objects of this kind have a place of their own in its order of installation.
    pub(crate) fn orders(self, kind: &str) -> bool {
        self == Major::Four || !matches!(kind, "MutatingWebhookConfiguration" | "ValidatingWebhookConfiguration")
    }

    /// What it says before the names of charts that are not there.
    pub(crate) fn missing_dependencies(self) -> &'static str {
        match self {
            Major::Three => {
                "An error occurred while checking for chart dependencies. You may need to run `helm dependency build` to fetch missing dependencies: found in Chart.yaml, but missing in charts/ directory"
            }
            Major::Four => {
                "an error occurred while checking for chart dependencies. You may need to run 'helm dependency build' to fetch missing dependencies: found in Chart.yaml, but missing in charts/ directory"
            }
        }
    }

    /// The words in which its `encoding/json` says what is wrong.
    pub(crate) fn words_of_json(self) -> Words {
        match self {
            Major::Three => Words::First,
            Major::Four => Words::Second,
        }
    }

    /// The Go type that it reads the head of a manifest into.
    pub(crate) fn head(self) -> &'static str {
        match self {
            Major::Three => "releaseutil.SimpleHead",
            Major::Four => "util.SimpleHead",
        }
    }
}
