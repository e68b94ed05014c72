//! The crate against hand-written servers on loopback.

#![allow(clippy::disallowed_methods, reason = "the tests write kubeconfigs and plugins")]

mod connect;
mod plugins;
mod server;
mod verbs;
mod watches;
