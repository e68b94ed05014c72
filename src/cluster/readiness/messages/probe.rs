//! What the kubelet's events say of a probe that fails, and what of the probe that is about.

use seatrial_model::{Probe, Subject};
use serde_json::Value;

use crate::live::event::{message, reason};
use crate::live::field::clip;
use crate::messages::start;

/// `readiness probe failed: HTTP probe failed with statuscode: 503`; of a command that cannot be run, only the point.
pub(crate) fn failing_words(said: &str) -> String {
    let of_command = said.split_once(" probe errored").map(|(probe, _)| probe).filter(|_| said.contains("exec"));
    let said = match of_command {
        Some(probe) => format!("{probe} probe cannot be run: {}", clip(start::point(said))),
        // A command that prints nothing.
        None => match said.trim_end().strip_suffix(':') {
            Some(probe) => format!("{probe} without a word"),
            None => clip(said),
        },
    };
    let mut chars = said.chars();
    chars.next().map(|c| c.to_lowercase().chain(chars).collect()).unwrap_or_default()
}

/// What of a probe its failure is about (kubernetes: `pkg/probe`).
pub(crate) fn about_probe(probe: Probe, said: &str) -> Subject {
    let field = |path: &str| Subject::ProbeField(probe, path.to_owned());
    let says = |words: &[&str]| words.iter().any(|words| said.contains(words));
    if said.contains("connection refused") {
        return Subject::ProbePort(probe);
    }
    if said.contains("statuscode: 404") {
        return field("httpGet.path");
    }
    if says(&["server gave HTTP response to HTTPS client", "malformed HTTP response", "tls: "]) {
        return field("httpGet.scheme");
    }
    if says(&["exceeded while awaiting headers", "timed out after"]) {
        return field("timeoutSeconds");
    }
    Subject::Probe(probe)
}

/// The probe that keeps a running container from being ready, as the kubelet tells it.
pub(crate) fn failing_probe(event: &Value) -> Option<Probe> {
    let is_told = |probe: &Probe| reason(event) == "Unhealthy" && message(event).starts_with(&failed_words(*probe));
    [Probe::Readiness, Probe::Startup].into_iter().find(is_told)
}

/// How the kubelet's event of a failing probe begins; ` failed: ` or ` errored: ` follows.
pub(crate) fn failed_words(probe: Probe) -> String {
    let name = name_of(probe);
    format!("{}{} probe", name[..1].to_uppercase(), &name[1..])
}

/// As the kubelet names it.
pub(crate) fn name_of(probe: Probe) -> &'static str {
    match probe {
        Probe::Liveness => "liveness",
        Probe::Readiness => "readiness",
        Probe::Startup => "startup",
    }
}
