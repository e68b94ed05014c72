//! Servers that tests talk to, and what is pushed to them. Never part of the product.
//!
//! Each module says at its top what it does not imitate. The program `seatrial-stand-ins` runs the same from a shell.
#![allow(clippy::missing_panics_doc, reason = "a test that cannot have its server is over")]
#![allow(clippy::disallowed_methods, reason = "stand-ins are all rim: they read files and clocks and start git")]

pub mod acr;
mod answer;
pub mod azure_repos;
mod call;
mod clock;
mod fault;
pub mod files;
pub mod git;
pub mod github;
mod listen;
pub mod oci;
pub mod registry;

pub use call::CallError;
pub use clock::Clock;
