//! The rules of a deployment: what the cluster said.

seatrial_model::rule_ids! {
    APPLY_REJECTED "apply-rejected" Error Live "the API server refuses the object"
        "The server-side dry run or the apply was answered with an error: admission, validation, quota or an immutable field. Nothing of the stage was applied when the dry run failed."
    FIELD_CONFLICT "field-conflict" Error Live "another field manager owns a field that would be set"
        "Somebody else applied this field server-side with another value. Agree on one owner, or remove the field here."
    FORBIDDEN "forbidden" Error Live "the credentials may not do what the deploy needs"
        "The cluster's RBAC refuses a verb on a resource. Grant it in a Role or ClusterRole bound to the identity that CI uses."
    IMAGE_PULL "image-pull" Error Live "a container image cannot be pulled"
        "The registry does not have it, or the node may not read it. Push the image first, or correct the tag where it is set."
    NOT_READY "not-ready" Error Live "an object did not become ready"
        "The object was applied, but its workload failed or did not become ready in time; the evidence names the first cause that was found."
    OWNED_BY_OTHER "owned-by-other" Error Live "the object on the cluster is owned by Flux, Argo CD or Helm"
        "Applying over it would start a fight that the owner wins at its next reconciliation. Deploy the pull request into a preview namespace."
    RESERVED_NAME "reserved-name" Error Live "an object has the name of one of Seatrial's own"
        "Of the Secret `seatrial-seed` it makes what charts make at random: a repository does not say what lies in there."
    SERVER_WARNING "server-warning" Warning Live "the API server warns of an object"
        "It accepts the object and says what is wrong with it: a version or a field that a coming Kubernetes does not serve any more, or what a Pod Security Standard or an admission policy will refuse once it is enforced. It is a note where the object is not changed."
    NO_ENDPOINTS "no-endpoints" Note Live "no pod answers for a Service"
        "The workloads are ready, and the Service selects none of their pods, or targets a named port that none of them has. It is a note, as its pods may come from elsewhere."
    PREVIEW_COLLISION "preview-collision" Error Live "two objects would become one in the preview namespace"
        "They differ only by namespace, and a preview moves all namespaced objects into one. Give one another name, or deploy it without a preview namespace."
}
