//! The signals of Unix.

use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};

use super::Asked;

/// Listens for both.
#[derive(Debug)]
pub(super) struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    pub(super) fn register() -> io::Result<Signals> {
        Ok(Signals { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    pub(super) async fn next(&mut self) -> Asked {
        tokio::select! {
            _ = self.interrupt.recv() => Asked::Interrupt,
            _ = self.terminate.recv() => Asked::Terminate,
        }
    }

    pub(super) fn name(asked: Asked) -> &'static str {
        match asked {
            Asked::Interrupt => "SIGINT",
            Asked::Terminate => "SIGTERM",
        }
    }
}
