//! What is known of a rule, carried by its id; and the ids that several rooms share. The others are declared by whoever emits them, and the
//! binary chains the lists.

use std::hash::{Hash, Hasher};

use serde::{Serialize, Serializer};

use crate::Level;

/// A rule: its stable id, and what is known of it. A rule is one constant, so that rules are equal where their ids are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RuleId(&'static RuleInfo);

/// What is to be known of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RuleInfo {
    /// Its id as users write it, kebab-case.
    pub id: &'static str,
    /// The level of its findings unless the finding says otherwise.
    pub level: Level,
    /// Whether `rules:` in the configuration may set another level.
    pub setting: Setting,
    /// What it finds, one clause.
    pub summary: &'static str,
    /// Why it bites in a cluster, and the way out; sentences.
    pub page: &'static str,
}

/// Whether the configuration may set the level of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Setting {
    /// It may.
    Free,
    /// It may not: with such an error, something of the environment was not rendered.
    Incomplete,
    /// It may not: it is what a cluster or a test answered.
    Live,
    /// It may not: it is about the configuration itself.
    Configuration,
}

impl RuleId {
    /// The rule that is known by `info`.
    #[must_use]
    pub const fn new(info: &'static RuleInfo) -> RuleId {
        RuleId(info)
    }

    /// The id as users write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.0.id
    }

    /// What is known of it.
    #[must_use]
    pub const fn info(self) -> &'static RuleInfo {
        self.0
    }
}

impl Hash for RuleId {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.id.hash(state);
    }
}

/// By its id.
impl Serialize for RuleId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.id)
    }
}

impl Setting {
    /// Why the level cannot be set, as a clause; `None` where it can.
    #[must_use]
    pub fn why_not(self) -> Option<&'static str> {
        match self {
            Setting::Free => None,
            Setting::Incomplete => Some("what it finds leaves the rendered environment incomplete"),
            Setting::Live => Some("it reports what the cluster or a test answered"),
            Setting::Configuration => Some("it is about this file"),
        }
    }
}

/// Declares ids as constants, each with level, [`Setting`], summary and page, and the list `CATALOG` of them.
#[macro_export]
macro_rules! rule_ids {
    ($($name:ident $id:literal $level:ident $setting:ident $summary:literal $page:literal)*) => {
        $(
            #[doc = $summary]
            pub const $name: $crate::RuleId = $crate::RuleId::new(&$crate::RuleInfo {
                id: $id,
                level: $crate::Level::$level,
                setting: $crate::Setting::$setting,
                summary: $summary,
                page: $page,
            });
        )*
        /// Every rule that is declared here.
        pub const CATALOG: &[$crate::RuleId] = &[$($name),*];
    };
}

/// The ids that several rooms share.
pub mod ids {
    crate::rule_ids! {
        CONFIG "config" Error Configuration "seatrial.yaml is wrong"
            "It cannot be read, or it contradicts itself; nothing was rendered and nothing was checked. `seatrial schema config` prints the JSON Schema for an editor."
        DUPLICATE_KEY "duplicate-key" Error Free "a mapping has the same key twice"
            "One of the two values is silently lost: kubectl takes the last, kustomize refuses. Remove one."
        DUPLICATE_OBJECT "duplicate-object" Error Incomplete "two resources have one identity"
            "Group, kind, namespace and name are equal; kustomize refuses, and a cluster would keep the last. Rename one or remove it."
        INVALID_OBJECT "invalid-object" Error Incomplete "a document is not a Kubernetes object"
            "Every object has an apiVersion, a kind and a metadata.name. A file that is not one does not belong among the resources."
        LOAD_RESTRICTION "load-restriction" Error Incomplete "a path leads out of the directory that may be read"
            "Files must be in or below the directory of the kustomization (kustomize's default load restriction), and no path may lead out of the repository, symbolic links included."
        MISSING_FILE "missing-file" Error Incomplete "a named file or directory does not exist"
            "The build would stop here. Correct the path, or add the file."
        PARSE_ERROR "parse-error" Error Incomplete "a file is not valid YAML"
            "Nothing after the error in this document can be read; later documents of the file still are."
        SOPS "sops" Note Free "a document is encrypted with SOPS"
            "Its values are not checked, and it is never applied as ciphertext: only the cluster has the key."
        TEST_FAILED "test-failed" Error Live "a smoke test failed"
            "The environment was deployed and ready, but did not answer as expected."
        UNKNOWN_KIND "unknown-kind" Note Free "no schema is known for a kind"
            "The object was rendered but not validated: it is neither a kind of this Kubernetes minor nor one with a known schema. It is an error if no cluster can serve it: a built-in kind in a version that this minor does not serve, or a misspelled one."
    }
}
