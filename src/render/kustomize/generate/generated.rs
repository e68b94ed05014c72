//! What the two generators make, and what they are called.

/// What is generated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Generated {
    ConfigMap,
    Secret,
}

impl Generated {
    pub(crate) fn field(self) -> &'static str {
        match self {
            Generated::ConfigMap => "configMapGenerator",
            Generated::Secret => "secretGenerator",
        }
    }

    /// The plugin that the field stands for.
    pub(crate) fn plugin(self) -> &'static str {
        match self {
            Generated::ConfigMap => "ConfigMapGenerator",
            Generated::Secret => "SecretGenerator",
        }
    }

    pub(crate) fn kind(self) -> &'static str {
        match self {
            Generated::ConfigMap => "ConfigMap",
            Generated::Secret => "Secret",
        }
    }
}
