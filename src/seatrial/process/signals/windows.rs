//! What a console of Windows tells a process: Ctrl-C, and Ctrl-Break, which is what one process can send another.

use std::io;

use tokio::signal::windows::{CtrlBreak, CtrlC, ctrl_break, ctrl_c};

use super::Asked;

/// Listens for both.
#[derive(Debug)]
pub(super) struct Signals {
    interrupt: CtrlC,
    terminate: CtrlBreak,
}

impl Signals {
    pub(super) fn register() -> io::Result<Signals> {
        Ok(Signals { interrupt: ctrl_c()?, terminate: ctrl_break()? })
    }

    pub(super) async fn next(&mut self) -> Asked {
        tokio::select! {
            _ = self.interrupt.recv() => Asked::Interrupt,
            _ = self.terminate.recv() => Asked::Terminate,
        }
    }

    pub(super) fn name(asked: Asked) -> &'static str {
        match asked {
            Asked::Interrupt => "Ctrl-C",
            Asked::Terminate => "Ctrl-Break",
        }
    }
}
