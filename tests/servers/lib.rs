//! Servers that tests talk to, on loopback: a GitHub API with a memory. Never part of the product.
#![allow(clippy::missing_panics_doc, reason = "a test that cannot have its server is over")]

pub mod github;
