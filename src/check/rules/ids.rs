//! Ids of findings that several files tell.

use seatrial_model::{Level, RuleId, RuleInfo, Setting};

/// What selects nothing, pods and workloads alike.
pub(crate) const SELECTS_NOTHING: RuleId = RuleId::new(&RuleInfo {
    id: "selects-nothing",
    level: Level::Error,
    setting: Setting::Free,
    summary: "a selector or a reference finds nothing, and something near it exists",
    page: "A Service without pods answers nobody, a PodDisruptionBudget or NetworkPolicy without pods protects nothing, and an autoscaler without its workload scales nothing; the cluster accepts them all. Often a label or a name was changed in one place and not in the other.",
});
