//! What a pull request takes away from, or changes of, its own checks. Finding it out is not done here.

use serde::{Deserialize, Serialize};

/// A check that the base has and the pull request removes or changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Alteration {
    /// What kind of check.
    pub subject: AlteredSubject,
    /// Its name in the configuration.
    pub name: String,
    /// The environment of a test.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    /// What is done to it.
    pub kind: AlterationKind,
    /// What of it, or what follows, as a clause behind a colon: `` `deploy` takes effect after merge ``; empty when there is nothing to add.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub details: String,
}

/// A kind of check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AlteredSubject {
    /// An environment.
    Environment,
    /// A test.
    Test,
    /// The level of a rule.
    Rule,
}

/// What is done to a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AlterationKind {
    /// The pull request does not have it any more.
    Removed,
    /// The pull request has it differently.
    Changed,
}

impl AlteredSubject {
    /// `environment`, `test`, `rule`; all of them take an `s` in the plural.
    #[must_use]
    pub fn noun(self) -> &'static str {
        match self {
            AlteredSubject::Environment => "environment",
            AlteredSubject::Test => "test",
            AlteredSubject::Rule => "rule",
        }
    }
}

impl AlterationKind {
    /// `removes`, `changes`.
    #[must_use]
    pub fn verb(self) -> &'static str {
        match self {
            AlterationKind::Removed => "removes",
            AlterationKind::Changed => "changes",
        }
    }
}

impl Alteration {
    /// A clause without the details: ``removes the test `the shop answers` of dev``.
    #[must_use]
    pub fn clause(&self) -> String {
        let of = self.environment.as_ref().map_or_else(String::new, |name| format!(" of {name}"));
        format!("{} the {} `{}`{of}", self.kind.verb(), self.subject.noun(), self.name)
    }

    /// A sentence: ``the pull request changes the environment `dev`: `deploy` takes effect after merge``.
    #[must_use]
    pub fn sentence(&self) -> String {
        let details = if self.details.is_empty() { String::new() } else { format!(": {}", self.details) };
        format!("the pull request {}{details}", self.clause())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_removed_test_is_named_with_its_environment() {
        let removed = Alteration {
            subject: AlteredSubject::Test,
            name: "the shop answers".to_owned(),
            environment: Some("dev".to_owned()),
            kind: AlterationKind::Removed,
            details: String::new(),
        };
        assert_eq!(removed.sentence(), "the pull request removes the test `the shop answers` of dev");
    }

    #[test]
    fn what_of_an_environment_is_changed_stands_behind_a_colon() {
        let changed = Alteration {
            subject: AlteredSubject::Environment,
            name: "dev".to_owned(),
            environment: None,
            kind: AlterationKind::Changed,
            details: "`deploy` takes effect after merge".to_owned(),
        };
        let expected = "the pull request changes the environment `dev`: `deploy` takes effect after merge";
        assert_eq!(changed.sentence(), expected);
    }
}
