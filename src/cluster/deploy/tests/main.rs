//! Whole deployments against the simulated cluster, told as a user would change things.

mod harness;
mod hold;
mod preview;
mod refusal;
mod restore;
mod rollout;
mod seed;
mod settle;
