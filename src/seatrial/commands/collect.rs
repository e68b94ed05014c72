//! `seatrial collect`: the container beside a test in a pod. It waits until the test has ended, and prints the files that it left.

use seatrial_model::EXIT_PASSED;

use crate::cli::CollectArgs;
use crate::process::stop::Stop;
use crate::process::streams::Written;
use crate::process::{signals, streams};

/// Waits for SIGTERM, which the kubelet sends when the other containers have ended, and prints.
///
/// # Errors
/// [`Stop::Broken`] when signals cannot be listened to, or standard output is closed.
pub(crate) async fn collect(args: &CollectArgs) -> Result<u8, Stop> {
    signals::ended().await?;
    let mut printed = Vec::new();
    let broken = |error: std::io::Error| Stop::Broken(format!("cannot write to standard output: {error}"));
    seatrial_smoke::collect(&args.junit, &args.artifact, &mut printed).map_err(broken)?;
    let printed = String::from_utf8_lossy(&printed);
    streams::print(Written::Text(&printed)).map_err(broken)?;
    Ok(EXIT_PASSED)
}
