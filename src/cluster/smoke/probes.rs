//! The kinds of tests, one file or folder each.

pub(crate) mod command;
pub(crate) mod grpc;
pub(crate) mod helm_test;
pub(crate) mod http;
pub(crate) mod job;
pub(crate) mod rollout;
pub(crate) mod tcp;
