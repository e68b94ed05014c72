//! What became of one stage of one environment.

use serde::{Deserialize, Serialize};

/// The stations of an environment, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stage {
    /// What the environment receives was rendered.
    Render,
    /// The rendered objects were checked.
    Validate,
    /// They were applied and waited for.
    Deploy,
    /// The tests ran against what is live.
    Test,
}

impl Stage {
    /// All stages in their order.
    pub const ALL: [Stage; 4] = [Stage::Render, Stage::Validate, Stage::Deploy, Stage::Test];

    /// The name as a heading: `Render`, `Validate`, `Deploy`, `Test`.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Stage::Render => "Render",
            Stage::Validate => "Validate",
            Stage::Deploy => "Deploy",
            Stage::Test => "Test",
        }
    }
}

/// How a stage ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", tag = "result", content = "because")]
pub enum StageResult {
    /// All good.
    Passed,
    /// The change is wrong; findings or tests say why.
    Failed,
    /// We or the infrastructure failed; the sentence says how, with the way out.
    Broken(String),
    /// Not run; the reason as a short clause: `deploy failed`, `no deploy block in seatrial.yaml`.
    Skipped(String),
}

/// One stage's outcome: how it ended, what it did, how long it took.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StageOutcome {
    /// Which stage.
    pub stage: Stage,
    /// How it ended.
    #[serde(flatten)]
    pub result: StageResult,
    /// What it did, as a short clause for a table cell: `42 objects`, `18 created, 3 configured`, `` `Deployment/web` not ready ``. May be empty.
    pub summary: String,
    /// Wall time in milliseconds.
    pub duration_ms: u64,
}

impl StageOutcome {
    /// A stage that was not run.
    #[must_use]
    pub fn skipped(stage: Stage, because: impl Into<String>) -> StageOutcome {
        StageOutcome { stage, result: StageResult::Skipped(because.into()), summary: String::new(), duration_ms: 0 }
    }
}
