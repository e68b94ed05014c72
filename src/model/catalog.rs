//! The one list of all rules: whoever emits a finding takes its id from here, and `explain` reads its page here.

use serde::Serialize;

use crate::Level;

/// Stable id of a rule, kebab-case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct RuleId(&'static str);

impl RuleId {
    /// The id as users write it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.0
    }
}

/// What is to be known of a rule.
#[derive(Clone, Copy, Debug)]
pub struct RuleInfo {
    /// Its id.
    pub id: RuleId,
    /// The level of its findings unless the finding says otherwise.
    pub level: Level,
    /// What it finds, one clause.
    pub summary: &'static str,
    /// Why it bites in a cluster, and the way out; sentences.
    pub page: &'static str,
}

macro_rules! catalog {
    ($($name:ident $id:literal $level:ident $summary:literal $page:literal)*) => {
        /// The ids, as constants.
        pub mod ids {
            use super::RuleId;
            $(#[doc = $summary] pub const $name: RuleId = RuleId($id);)*
        }
        /// Every rule there is, sorted by id.
        pub const CATALOG: &[RuleInfo] =
            &[$(RuleInfo { id: ids::$name, level: Level::$level, summary: $summary, page: $page }),*];
    };
}

catalog! {
    APPLY_REJECTED "apply-rejected" Error "the API server refuses the object"
        "The server-side dry run or the apply was answered with an error: admission, validation, quota or an immutable field. Nothing of the stage was applied when the dry run failed."
    BASE_CYCLE "base-cycle" Error "kustomizations include each other in a circle"
        "kustomize refuses to build such a tree. Remove one of the `resources` entries that close the circle."
    BUDGET_EXCEEDED "budget-exceeded" Error "a build grows beyond every bound"
        "What a build copies, sets and includes may add so much to what its files hold and no more: a few lines that each double what is there would fill any memory. kustomize has no such limit, and would not end. Take out what multiplies, or split the build."
    CONFIG "config" Error "seatrial.yaml is wrong"
        "It cannot be read, or it contradicts itself; nothing was rendered and nothing was checked. `seatrial schema config` prints the JSON Schema for an editor."
    DUPLICATE_KEY "duplicate-key" Error "a mapping has the same key twice"
        "One of the two values is silently lost: kubectl takes the last, kustomize refuses. Remove one."
    DUPLICATE_OBJECT "duplicate-object" Error "two resources have one identity"
        "Group, kind, namespace and name are equal; kustomize refuses, and a cluster would keep the last. Rename one or remove it."
    FIELD_CONFLICT "field-conflict" Error "another field manager owns a field that would be set"
        "Somebody else applied this field server-side with another value. Agree on one owner, or remove the field here."
    FORBIDDEN "forbidden" Error "the credentials may not do what the deploy needs"
        "The cluster's RBAC refuses a verb on a resource. Grant it in a Role or ClusterRole bound to the identity that CI uses."
    IMAGE_PULL "image-pull" Error "a container image cannot be pulled"
        "The registry does not have it, or the node may not read it. Push the image first, or correct the tag where it is set."
    INVALID_OBJECT "invalid-object" Error "a document is not a Kubernetes object"
        "Every object has an apiVersion, a kind and a metadata.name. A file that is not one does not belong among the resources."
    KUSTOMIZE "kustomize" Error "a kustomization cannot be built"
        "kustomize would stop here, and with it everything that includes this directory."
    KUSTOMIZE_FIELD "kustomize-field" Error "a kustomization has an unknown or unsupported field"
        "An unknown field is refused by kustomize. A field that kustomize knows and Seatrial does not support yet is never ignored: the rendered result could be wrong."
    LOAD_RESTRICTION "load-restriction" Error "a path leads out of the directory that may be read"
        "Files must lie below the kustomization's own directory (kustomize's default load restriction), and nothing may leave the repository, symbolic links included."
    MISSING_FILE "missing-file" Error "a file or directory that is named does not exist"
        "The build would stop here. Correct the path, or add the file."
    NOT_READY "not-ready" Error "an object did not become ready"
        "The object was applied, but its workload failed or did not become ready in time; the evidence names the first cause that was found."
    OWNED_BY_OTHER "owned-by-other" Error "the object on the cluster is owned by Flux, Argo CD or Helm"
        "Applying over it would start a fight that the owner wins at its next reconciliation. Deploy the pull request into a preview namespace."
    PARSE_ERROR "parse-error" Error "a file is not valid YAML"
        "Nothing after the error in this document can be read; later documents of the file still are."
    PATCH_TARGET "patch-target" Error "a patch has no object to patch"
        "The object was renamed, removed, or its apiVersion moved on in the base while the patch stayed behind."
    PREVIEW_COLLISION "preview-collision" Error "two objects would become one in the preview namespace"
        "They differ only by namespace, and a preview moves all namespaced objects into one. Give one another name, or deploy it without a preview namespace."
    SCHEMA "schema" Error "a value does not fit the Kubernetes schema"
        "The API server refuses unknown fields under strict validation, wrong types and missing required fields."
    SOPS "sops" Note "a document is encrypted with SOPS"
        "Its values are not checked, and it is never applied as ciphertext: the cluster's own decryption has the key."
    TEST_FAILED "test-failed" Error "a test against what is live failed"
        "The environment was deployed and ready, but did not answer as expected."
    UNKNOWN_KIND "unknown-kind" Note "no schema is known for a kind"
        "The object was rendered but not validated: it is neither a kind of this Kubernetes minor nor one whose schema is at hand. It is an error where no cluster can know it: a kind of Kubernetes' own under a version that this minor does not serve, or a misspelling of one."
}

/// The catalog's entry of an id; a test sees to it that every id has one.
#[must_use]
pub fn rule_info(id: RuleId) -> Option<&'static RuleInfo> {
    CATALOG.iter().find(|info| info.id == id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_kebab_case_sorted_and_unique() {
        let all: Vec<&str> = CATALOG.iter().map(|info| info.id.as_str()).collect();
        assert!(all.is_sorted_by(|a, b| a < b), "{all:?}");
        assert!(all.iter().all(|id| id.chars().all(|c| c.is_ascii_lowercase() || c == '-')));
    }

    #[test]
    fn every_rule_has_a_page_of_sentences() {
        for info in CATALOG {
            assert!(info.page.ends_with('.') && info.page.len() > 40, "{}", info.id.as_str());
            assert!(!info.summary.ends_with('.'), "{}", info.id.as_str());
        }
    }
}
