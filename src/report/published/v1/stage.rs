//! Stages, and values that say why beside what: these two are written by hand, as the reason stands beside the word.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::mirror::{Mirror, mirrors, mirrors_words};

mirrors_words! {
    /// The stations of an environment, in their order.
    Stage of seatrial_model::Stage {
        /// What the environment receives was rendered.
        Render,
        /// The rendered objects were checked.
        Validate,
        /// They were applied and waited for.
        Deploy,
        /// The tests ran against what is live.
        Test,
    }
}

mirrors! {
    /// One stage's outcome: how it ended, what it did, how long it took.
    StageOutcome of seatrial_model::StageOutcome {
        /// Which stage.
        stage: Stage,
        /// How it ended.
        #[serde(flatten)]
        result: StageResult,
        /// What it did, as a short clause for a table cell. May be empty.
        summary: String,
        /// Wall time in milliseconds.
        duration_ms: u64,
    }
}

/// How a stage ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase", tag = "result", content = "because")]
pub(crate) enum StageResult {
    /// All good.
    Passed,
    /// The change is wrong; findings or tests say why.
    Failed,
    /// We or the infrastructure failed; the sentence says how, with the way out.
    Broken(String),
    /// Not run; the reason as a short clause: `deploy failed`, `no deploy block in seatrial.yaml`.
    Skipped(String),
}

/// Whether an environment's findings could be compared with those of its base.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", tag = "result", content = "because")]
pub(crate) enum Comparison {
    /// They were.
    Compared,
    /// They were not, and all count as new; the reason as a clause.
    NotCompared(String),
}

impl Mirror<seatrial_model::StageResult> for StageResult {
    fn of(model: &seatrial_model::StageResult) -> StageResult {
        use seatrial_model::StageResult as Model;
        match model {
            Model::Passed => StageResult::Passed,
            Model::Failed => StageResult::Failed,
            Model::Broken(because) => StageResult::Broken(because.clone()),
            Model::Skipped(because) => StageResult::Skipped(because.clone()),
        }
    }

    fn into_model(self) -> seatrial_model::StageResult {
        use seatrial_model::StageResult as Model;
        match self {
            StageResult::Passed => Model::Passed,
            StageResult::Failed => Model::Failed,
            StageResult::Broken(because) => Model::Broken(because),
            StageResult::Skipped(because) => Model::Skipped(because),
        }
    }
}

impl Mirror<seatrial_model::Comparison> for Comparison {
    fn of(model: &seatrial_model::Comparison) -> Comparison {
        use seatrial_model::Comparison as Model;
        match model {
            Model::Compared => Comparison::Compared,
            Model::NotCompared(because) => Comparison::NotCompared(because.clone()),
        }
    }

    fn into_model(self) -> seatrial_model::Comparison {
        use seatrial_model::Comparison as Model;
        match self {
            Comparison::Compared => Model::Compared,
            Comparison::NotCompared(because) => Model::NotCompared(because),
        }
    }
}
