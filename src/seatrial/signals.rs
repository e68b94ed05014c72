//! SIGINT and SIGTERM: the first ends in a report, the second at once.

use seatrial_deploy::CancelToken;
use seatrial_model::EXIT_BROKEN;
use tokio::signal::unix::{SignalKind, signal};

use crate::progress::ProgressLog;
use crate::stop::Stop;

/// Listens from now on.
///
/// # Errors
/// [`Stop::Broken`] when the operating system refuses.
pub(crate) fn listen(log: &ProgressLog) -> Result<CancelToken, Stop> {
    let register = |kind| signal(kind).map_err(|e| Stop::Broken(format!("cannot listen for signals: {e}")));
    let (mut interrupt, mut terminate) = (register(SignalKind::interrupt())?, register(SignalKind::terminate())?);
    let (sender, token) = CancelToken::new();
    let log = log.clone();
    tokio::spawn(async move {
        let first = tokio::select! {
            _ = interrupt.recv() => "SIGINT",
            _ = terminate.recv() => "SIGTERM",
        };
        log.line(&format!("{first}: stopping at the next safe point; once more stops at once"));
        let _ = sender.send(true);
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        std::process::exit(i32::from(EXIT_BROKEN));
    });
    Ok(token)
}
