//! The report itself: the run, its commits, its environments.

use crate::mirror::{mirrors, mirrors_words};
use crate::v1::{Alteration, Change, Comparison, Diff, FailOn, Finding, Holding, Listing, Object, StageOutcome, Test};

mirrors! {
    /// A whole run.
    Report of seatrial_model::Report {
        /// Version of this format; raised when a reader could misread it.
        version: u32,
        /// Who wrote it.
        tool: Tool,
        /// The subcommand: `run`, `validate`, `deploy`, `test`.
        command: String,
        /// The verdict on the change.
        verdict: Verdict,
        /// What was judged.
        revision: Revision,
        /// Per environment, in the order of the configuration.
        environments: Vec<Environment>,
        /// What the pull request removes or changes among environments, tests and rules: named first, whatever the verdict.
        #[serde(default)]
        alterations: Vec<Alteration>,
        /// All findings, new ones first, then worst first, each once with the environments that have it.
        findings: Vec<Finding>,
        /// Findings that the base has and the change does not; their places are those of the base.
        #[serde(default)]
        fixed: Vec<Finding>,
        /// Which findings fail the run.
        #[serde(default)]
        fail_on: FailOn,
        /// Which findings are told in full.
        #[serde(default)]
        listing: Listing,
        /// What `validate --fix` would write; absent where nothing that is listed has a fix.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        patch: Option<Patch>,
        /// Sentences about what was not done, not posted or needs attention.
        notices: Vec<String>,
        /// Reasons outside any environment why there is no verdict on the change, as sentences.
        broken: Vec<String>,
        /// Where the run can be watched (CI).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        run_url: Option<String>,
        /// Wall time in milliseconds.
        duration_ms: u64,
    }
}

mirrors! {
    /// The fixes of a report as one patch.
    Patch of seatrial_model::Patch {
        /// How many findings it mends.
        fixes: usize,
        /// The patch, as git takes it.
        text: String,
    }
}

mirrors! {
    /// Name and version of the program.
    Tool of seatrial_model::Tool {
        /// `seatrial`.
        name: String,
        /// Semantic version.
        version: String,
    }
}

mirrors_words! {
    /// What the run says of the change. Ordered: the later one beats the earlier one.
    Verdict of seatrial_model::Verdict {
        /// Nothing speaks against merging.
        Passed,
        /// The change is wrong.
        Failed,
        /// No verdict: Seatrial or the infrastructure failed.
        Broken,
    }
}

mirrors! {
    /// What was judged: commits and pull request.
    Revision of seatrial_model::Revision {
        /// The head commit that statuses and links belong to.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        head: Option<String>,
        /// The commit that head is compared with.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        base: Option<String>,
        /// How that one was found, as a clause: ``where this branch left `main` ``.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        base_found: Option<String>,
        /// The pull request.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pull_request: Option<PullRequest>,
    }
}

mirrors! {
    /// A pull request, as a place to click.
    PullRequest of seatrial_model::PullRequest {
        /// Its number.
        number: u64,
        /// `owner/name` of the repository it is raised against.
        repository: String,
        /// Address of a line of a file at the head commit, with `{path}` and `{line}` in the places of these:
        /// `https://github.com/o/r/blob/SHA/{path}#L{line}`; `null` where unknown.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        file_url: Option<String>,
    }
}

mirrors! {
    /// One environment's part.
    Environment of seatrial_model::EnvironmentReport {
        /// Its name in the configuration, or the path that was discovered.
        name: String,
        /// What was rendered: `kustomize deploy/overlays/dev`.
        source: String,
        /// Kubernetes minor it was checked for: `1.35`.
        kubernetes: String,
        /// Where it was deployed; `None` when it was not.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        target: Option<Target>,
        /// How its findings were told apart from those of the base; `None` where there is no base to ask for.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        comparison: Option<Comparison>,
        /// Outcomes of all four stages, in their order.
        stages: Vec<StageOutcome>,
        /// Objects rendered.
        objects: usize,
        /// Whether it renders something else than its base; `None` where there is none to compare with.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        changed: Option<bool>,
        /// What the change makes of its objects, beside the base; `None` where there is none to compare with.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        diff: Option<Diff>,
        /// What was done to which object.
        changes: Vec<Change>,
        /// Results of its tests.
        tests: Vec<Test>,
        /// Objects that were rendered and left out on purpose.
        skipped: Vec<Skipped>,
        /// Kinds that were not validated.
        not_checked: Vec<NotChecked>,
        /// Objects of the inventory that the change no longer renders and that still exist.
        vanished: Vec<Object>,
        /// What a shared environment holds after a run that deployed a pull request to it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        holds: Option<Holding>,
    }
}

mirrors! {
    /// Where an environment was deployed.
    Target of seatrial_model::Target {
        /// Kubeconfig context, `in-cluster`, or `simulated`.
        cluster: String,
        /// Whether the cluster was the embedded simulation.
        simulated: bool,
        /// The preview namespace, when there is one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        preview_namespace: Option<String>,
        /// Address of the environment for a person.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        url: Option<String>,
    }
}

mirrors! {
    /// An object that was left out, and why.
    Skipped of seatrial_model::Skipped {
        /// The object.
        object: Object,
        /// A clause: `cluster-scoped, not part of a preview namespace`.
        because: String,
    }
}

mirrors! {
    /// A kind whose objects were not validated, and why.
    NotChecked of seatrial_model::NotChecked {
        /// `acme.io/Widget`.
        kind: String,
        /// How many objects.
        count: usize,
        /// A clause: `no schema`, `encrypted with SOPS`.
        because: String,
    }
}
