//! SIGINT and SIGTERM: the first ends in a report, and a second one changes nothing but at a terminal, where a second Ctrl-C ends at once.

use std::time::Duration;

use seatrial_deploy::{CancelToken, Canceller};
use seatrial_model::EXIT_BROKEN;

use crate::process::progress::ProgressLog;
use crate::process::stop::Stop;
use crate::process::streams;

#[cfg_attr(unix, path = "signals/unix.rs")]
#[cfg_attr(windows, path = "signals/windows.rs")]
mod platform;

use self::platform::Signals;

/// What asks the process to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    /// A person at the terminal, or who acts as one.
    Interrupt,
    /// Whoever ends the process.
    Terminate,
}

/// From the first signal to the end: a CI kills after seven and a half or ten seconds. Calls to a cluster end 3 s after it, releasing the
/// Lease takes 1.5 s at most; what is left is for the forge ([`POST_WITHIN`]) and the files.
const END_WITHIN: Duration = Duration::from_secs(7);

/// From the first signal on, a forge is waited for so long: the files are written after it.
pub(crate) const POST_WITHIN: Duration = Duration::from_millis(5500);

/// Listens from now on.
///
/// # Errors
/// [`Stop::Broken`] when the operating system refuses.
pub(crate) fn listen(log: &ProgressLog) -> Result<CancelToken, Stop> {
    let signals = register()?;
    let (canceller, token) = CancelToken::new();
    tokio::spawn(obey(signals, log.clone(), canceller));
    Ok(token)
}

/// Waits for SIGTERM or SIGINT, and does nothing else.
///
/// # Errors
/// [`Stop::Broken`] when the operating system refuses.
pub(crate) async fn ended() -> Result<(), Stop> {
    register()?.next().await;
    Ok(())
}

fn register() -> Result<Signals, Stop> {
    Signals::register().map_err(|e| Stop::Broken(format!("cannot listen for signals: {e}")))
}

/// Tells the run to stop at the first signal, and ends it when it does not end by itself.
async fn obey(mut signals: Signals, log: ProgressLog, canceller: Canceller) {
    let at_terminal = streams::input_is_watched() || streams::errors_are_watched();
    let first = signals.next().await;
    let name = Signals::name(first);
    let mut interrupts = usize::from(first == Asked::Interrupt);
    canceller.cancel();
    let once_more = if at_terminal { "; press Ctrl-C again to stop at once, without a report" } else { "" };
    log.line(&format!("{name}: stopping, and the report follows within {} s{once_more}", END_WITHIN.as_secs()));
    let end = tokio::time::sleep(END_WITHIN);
    tokio::pin!(end);
    let why = loop {
        tokio::select! {
            asked = signals.next() => interrupts += usize::from(asked == Asked::Interrupt),
            () = &mut end => break format!("ended {} s after {name}, without a report", END_WITHIN.as_secs()),
        }
        if at_terminal && interrupts == 2 {
            break "ended at once, without a report".to_owned();
        }
    };
    log.finish();
    log.error(&format!("{why}{}", still_held(&canceller)));
    std::process::exit(i32::from(EXIT_BROKEN));
}

/// The Leases that nobody releases any more, as a clause.
fn still_held(canceller: &Canceller) -> String {
    let each = canceller.held_leases().into_iter().map(|(name, left)| {
        let seconds = left.as_secs() + u64::from(left.subsec_nanos() > 0);
        format!("; the Lease `{name}` is still held and expires in {seconds} s")
    });
    each.collect()
}
