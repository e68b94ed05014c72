//! `vars`: what they name, gathered over bases and components, and their values put where they are used.

pub(crate) mod expansion;
pub(crate) mod findings;
pub(crate) mod gathered;
pub(crate) mod resolution;
pub(crate) mod var;
