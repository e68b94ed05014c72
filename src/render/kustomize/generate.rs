//! Objects that a kustomization generates: ConfigMaps, Secrets, service accounts.

pub(crate) mod generated;
pub(crate) mod generators;
pub(crate) mod iam_policy;
pub(crate) mod key_values;
