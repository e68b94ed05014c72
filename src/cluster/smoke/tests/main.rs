//! Tests of the tests, against a simulated cluster, loopback and real programs.
#![allow(clippy::disallowed_methods, reason = "tests make files and run programs")]

mod bed;
mod programs;
mod requests;
mod schedule;
