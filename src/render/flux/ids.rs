//! What a walk along Flux's objects finds, beside the ids that several rooms share.

pub(crate) use seatrial_model::ids::*;

pub(crate) use own::*;

/// The ids that are declared here.
pub(crate) mod own {
    seatrial_model::rule_ids! {
        MISSING_PATH "missing-path" Error Incomplete "the path of a Kustomization does not exist in its source"
            "kustomize-controller reports `kustomization path not found` and applies nothing any more. With `prune: true`, nothing is deleted either: the cluster keeps what was there."
        EMPTY_CLUSTER "empty-cluster" Warning Free "the root of a cluster applies nothing"
            "Nothing is checked then, and nothing is applied; a Kustomization with `prune: true` deletes all that it applied before. Name the right directory, or list in its kustomization what lies in it."
        MISSING_SOURCE "missing-source" Error Incomplete "a source that something refers to does not exist"
            "The controller waits for the source and applies nothing. Names and namespaces must match: without `namespace`, a source is looked for in the namespace of who refers to it."
        ARTIFACT "artifact" Error Incomplete "an ArtifactGenerator cannot make its artifact"
            "source-watcher reports the failed copy and makes none of the generator's artifacts anew: what reads from them stays as it was. `from` is `@ALIAS/PATTERN` with an alias of `sources`, `to` begins with `@artifact/`."
        AZURE "azure" Error Incomplete "a template of Azure has no Flux configuration that can be read"
            "`flux: { azure: PATH }` names a template of Azure's Resource Manager as JSON (`bicep build` makes one) with resources of the type `Microsoft.KubernetesConfiguration/fluxConfigurations`. Linked templates and loops are not followed."
        NOT_FETCHED "not-fetched" Note Free "a source is not here"
            "Seatrial renders what is checked out and fetches nothing. Check the repository out beside this one and name it under `repositories` of the environment."
        DEPENDENCY "dependency" Error Free "`dependsOn` names something that does not exist"
            "The controller waits for it and never reconciles. A Kustomization depends on Kustomizations alone, a HelmRelease on HelmReleases."
        DEPENDENCY_CYCLE "dependency-cycle" Error Free "objects depend on each other in a cycle"
            "Each of them waits for the next one, and none is ever reconciled. Remove one of the dependencies."
        TWO_OWNERS "two-owners" Error Free "an object is applied by two owners"
            "Each of the two puts the object back to what it says, again and again; and when one of them does not have it any more, it is deleted under the other."
        OWN_PARENT "own-parent" Error Incomplete "a Kustomization reconciles what contains itself"
            "It applies all that its parent applies, itself included. Give it a directory of its own."
        UNKNOWN_EXTENSION "unknown-extension" Warning Free "nobody knows which Flux an extension carries"
            "`flux.extension` is the version of `microsoft.flux`, the extension of AKS and Azure Arc; Microsoft's release notes say which Flux it carries, for some versions. Say `flux.version` instead: `kubectl get customresourcedefinition -l app.kubernetes.io/part-of=flux -L app.kubernetes.io/version` prints it."
        UNSET_VARIABLE "unset-variable" Error Free "a variable has no value"
            "Since Flux 2.9 nothing is applied then; before, the variable was replaced by nothing, without a word: `replicas: ${REPLICAS}` became `replicas: null`."
        SUBSTITUTION "substitution" Error Incomplete "variables cannot be filled into an object"
            "The controller stops at the first such object and applies nothing of the Kustomization. What looks like a variable and is not one (of a shell script, of Grafana) is written `$${…}`."
        IMAGE_POLICY "image-policy" Error Free "an image policy cannot select a tag"
            "image-reflector-controller stalls and leaves the last image in place. `seatrial image policy` says which tag a policy selects from a list, and why not the others."
        IMAGE_MARKER "image-marker" Error Free "a marker of an image policy is not followed"
            "image-automation-controller writes the tag of a policy where a comment names it: `# {\"$imagepolicy\": \"NAMESPACE:NAME\"}` behind a value, with `:tag`, `:name` or `:digest` for a part. It passes over what it cannot read and policies that do not exist, without a word: the image is never raised again."
        IMAGE_AUTOMATION "image-automation" Error Free "an ImageUpdateAutomation cannot write into its repository"
            "Its `update.path` is a directory from the root of the repository that `sourceRef` names. Where there is none, the controller stops at it and raises no image at all."
        MISSING_REFERENCE "missing-reference" Error Free "something that Flux refers to does not exist"
            "An ImagePolicy without its ImageRepository selects no tag, an Alert without its Provider tells nobody, and a Kustomization waits for a health check of nothing until its timeout ends. Without `namespace`, the namespace of who refers to it counts; from another namespace, an ImageRepository is read where its `accessFrom` allows it."
        INPUT_PROVIDER "input-provider" Error Free "an input provider cannot list anything"
            "flux-operator cannot read a filter or a schedule of it, and every ResourceSet that takes its inputs keeps those that it had."
        MISSING_VARIABLES "missing-variables" Error Incomplete "an object with variables does not exist"
            "`postBuild.substituteFrom` names a ConfigMap or Secret in the namespace of the Kustomization; without it nothing is applied unless `optional: true`."
        MISSING_CHART "missing-chart" Error Incomplete "a HelmRelease has no chart"
            "It names none, or two, or a path of its source where there is no `Chart.yaml`. helm-controller installs nothing then, and keeps what was installed before."
        CHART_VERSION "chart-version" Warning Free "a chart is here in another version than is asked for"
            "What is rendered is the chart that is checked out or packed here, and source-controller fetches the version that the HelmRelease, HelmChart or OCIRepository names: the cluster gets something else than what was checked."
        MISSING_VALUES "missing-values" Error Free "values of a HelmRelease do not exist"
            "`valuesFiles` names files of the source, or of the chart where that is from a repository of charts. `valuesFrom` names a ConfigMap or Secret in the namespace of the HelmRelease, and a key of it (`values.yaml`, where nothing else is said). Without it nothing is installed unless `optional: true`; a key that only the cluster has is written by whoever makes the object."
        RELEASE_VALUES "release-values" Error Free "values of a HelmRelease cannot be read"
            "Without `targetPath`, what stands under a key of `valuesFrom` is YAML with a mapping. With it, it is one value, set as `helm --set` does it: a comma begins another one. `literal: true` takes it as it stands."
        RELEASE_NAME "release-name" Error Free "two HelmReleases are one release"
            "Helm knows a release by its name and the namespace of its records. Two HelmReleases with the same ones upgrade over each other, each removing what the other has installed."
    }
}
