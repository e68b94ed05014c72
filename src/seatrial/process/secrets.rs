//! The variables of the process, and which of them are secret.

use std::collections::BTreeMap;

use seatrial_model::Masker;

/// Names of environment variables whose values are secret.
const SECRET_NAMES: [&str; 7] = ["TOKEN", "SECRET", "PASSWORD", "PASSWD", "PRIVATE_KEY", "ACCESS_KEY", "CREDENTIAL"];

/// The variables of the process.
pub(crate) fn environment() -> BTreeMap<String, String> {
    std::env::vars_os().map(|(name, value)| (name.to_string_lossy().into(), value.to_string_lossy().into())).collect()
}

/// A masker that knows the secrets of an environment.
pub(crate) fn masker_of(env: &BTreeMap<String, String>) -> Masker {
    let masker = Masker::new();
    env.iter().filter(|(name, value)| is_secret(name) && value.len() >= 8).for_each(|(_, value)| masker.add(value));
    masker
}

/// Whether the name of a variable says that its value is a secret.
pub(crate) fn is_secret(name: &str) -> bool {
    let upper = name.to_uppercase();
    SECRET_NAMES.iter().any(|part| upper.contains(part))
}
