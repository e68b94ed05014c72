//! What a build of a kustomization finds, beside the ids that several rooms share.

pub(crate) use seatrial_model::ids::*;

pub(crate) use own::*;

/// The ids that are declared here.
pub(crate) mod own {
    seatrial_model::rule_ids! {
        BASE_CYCLE "base-cycle" Error Incomplete "kustomizations include each other in a cycle"
            "kustomize refuses to build such a tree. Remove one of the `resources` entries that close the cycle."
        BUDGET_EXCEEDED "budget-exceeded" Error Incomplete "a build grows beyond its limits"
            "What a build copies, sets and includes may add only so much to its files: a few lines that each double the result would fill any memory. kustomize has no such limit and would not finish. Remove what multiplies, or split the build."
        KUSTOMIZE "kustomize" Error Incomplete "a kustomization cannot be built"
            "kustomize would stop here, and with it everything that includes this directory."
        KUSTOMIZE_FIELD "kustomize-field" Error Incomplete "a kustomization has an unknown or unsupported field"
            "An unknown field is refused by kustomize. A field that kustomize knows and Seatrial does not support yet is never ignored: the rendered result could be wrong."
        PATCH_TARGET "patch-target" Error Incomplete "a patch has no object to patch"
            "The object was renamed, removed, or its apiVersion changed in the base but not in the patch."
        REMOTE_BASE "remote-base" Error Incomplete "a remote base is not here"
            "Seatrial fetches nothing, and what it renders of the rest is not what kustomize builds: nothing may be deployed of it. Check the repository out in CI, or vendor it, and name it under `checkouts`. In a cluster that Flux reconciles it is a note, and what hangs on it is not called wrong."
        REMOTE_CHART "remote-chart" Error Incomplete "a chart of a kustomization is not here"
            "`kustomize build --enable-helm` fetches it; Seatrial fetches nothing, and what it renders of the rest is not what kustomize builds. Put the chart under `helmGlobals.chartHome` (`charts`, where nothing else is said), unpacked. In an environment it is a note, and what hangs on it is not called wrong."
        UNUSED_IMAGE "unused-image" Warning Free "an entry of `images` matches no image"
            "kustomize passes over an entry whose name no container has, so the tag that it sets is never deployed. The name is compared as a whole, with its registry: `web` is not `registry.example.com/web`."
    }
}
