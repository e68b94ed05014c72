//! A text of the configuration, or the name of an environment variable that has it.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use seatrial_model::Masker;
use serde::{Deserialize, Serialize};

/// A text, or `{ env: NAME }`: what that environment variable of the machine has, which is masked wherever it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum EnvText {
    /// As written.
    Text(String),
    /// From the environment.
    Env(FromEnv),
}

/// `{ env: NAME }`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FromEnv {
    /// Name of the variable.
    pub env: String,
}

impl EnvText {
    /// Whether its value comes from the environment.
    pub(crate) fn is_from_environment(&self) -> bool {
        matches!(self, EnvText::Env(_))
    }

    /// The text; one that comes from the environment is entered into `masker`.
    ///
    /// # Errors
    /// A sentence: the variable is not set.
    pub(crate) fn resolve(&self, environment: &BTreeMap<String, String>, masker: &Masker) -> Result<String, String> {
        match self {
            EnvText::Text(text) => Ok(text.clone()),
            EnvText::Env(FromEnv { env }) => {
                let value = environment.get(env).filter(|value| !value.is_empty());
                let value = value.ok_or_else(|| format!("the environment variable `{env}` is not set"))?;
                masker.add(value);
                Ok(value.clone())
            }
        }
    }
}
