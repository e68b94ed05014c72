//! The forge that a run writes to: which one, and the token for it.

use std::fmt;

use seatrial_ci::MissingToken;
use seatrial_forge::Forge;
use seatrial_model::Secret;
use seatrial_transport::Transport;

use crate::context::session::Session;

/// The forge on which the pull request lives, with the token of the environment.
///
/// # Errors
/// It is not known which one it is, or there is no token.
pub(crate) fn open_forge(session: &Session, transport: &Transport) -> Result<Forge, NoForge> {
    let unknown =
        || session.ci.unknown_forge.as_deref().unwrap_or("it is not known which repository this is").to_owned();
    let target = session.ci.forge.as_ref().ok_or_else(unknown)?;
    let token = target.token_variables().iter().filter_map(|name| session.env.get(*name));
    let token = token.into_iter().find(|value| !value.is_empty());
    let token = token.ok_or_else(|| session.ci.host.missing_token(target.kind))?;
    Ok(Forge::open(target, transport, &Secret::new(token.as_str()))?)
}

/// Why the forge cannot be asked.
#[derive(Debug)]
pub(crate) struct NoForge {
    /// The reason as a clause.
    pub(crate) because: String,
    way_out: Option<String>,
}

impl NoForge {
    /// What to do about it, as a clause.
    pub(crate) fn way_out(&self) -> Option<&str> {
        self.way_out.as_deref()
    }
}

impl fmt::Display for NoForge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.way_out {
            Some(way_out) => write!(f, "{}; {way_out}", self.because),
            None => f.write_str(&self.because),
        }
    }
}

impl From<String> for NoForge {
    fn from(because: String) -> NoForge {
        NoForge { because, way_out: None }
    }
}

impl From<MissingToken> for NoForge {
    fn from(missing: MissingToken) -> NoForge {
        NoForge { because: missing.reason, way_out: missing.way_out }
    }
}
