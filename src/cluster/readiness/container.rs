//! What the state of one container says.

use seatrial_model::{Amount, ImageFault, Probe, Subject};
use serde_json::Value;

use crate::event::{has_lasted, is_about, message, newest, reason};
use crate::field::{at, clip, counted, integer, items, text};
use crate::trouble::{Crashes, Trouble};
use crate::{Cause, image, reference};

/// A container may crash while what it needs is still starting: two restarts are forgiven, the third crash is fatal.
const FORGIVEN_RESTARTS: i64 = 2;

/// How the kubelet's event of a failing liveness probe begins.
const LIVENESS_PROBE_FAILED: &str = "Liveness probe failed: ";

const STARTUP_PROBE: &str = "Startup probe";

const INIT_CONTAINER: &str = "init container";

/// One container of a pod with its status.
pub(crate) struct Container<'a> {
    pub(crate) pod: &'a Value,
    /// Its entry of `containerStatuses` or `initContainerStatuses`.
    pub(crate) status: &'a Value,
    /// `container` or [`INIT_CONTAINER`].
    pub(crate) role: &'static str,
}

/// The containers of a pod, init containers first.
pub(crate) fn containers(pod: &Value) -> impl Iterator<Item = Container<'_>> {
    let of = move |key, role| {
        let statuses = items(pod, &["status", key]).iter();
        statuses.map(move |status| Container { pod, status, role })
    };
    of("initContainerStatuses", INIT_CONTAINER).chain(of("containerStatuses", "container"))
}

impl<'a> Container<'a> {
    fn name(&self) -> &'a str {
        text(self.status, &["name"]).unwrap_or_default()
    }

    fn pod_name(&self) -> Option<String> {
        text(self.pod, &["metadata", "name"]).map(str::to_owned)
    }

    /// As the manifest writes it; the status may have it resolved.
    fn image(&self) -> String {
        let of = |key| items(self.pod, &["spec", key]).iter().find(|c| text(c, &["name"]) == Some(self.name()));
        let spec = of("containers").or_else(|| of("initContainers"));
        let image = spec.and_then(|c| text(c, &["image"])).or_else(|| text(self.status, &["image"]));
        image.unwrap_or_default().to_owned()
    }

    pub(crate) fn restarts(&self) -> i64 {
        integer(self.status, &["restartCount"]).unwrap_or(0)
    }

    /// How it ended: now, or before it was started again.
    fn ended(&self) -> Option<&'a Value> {
        at(self.status, &["state", "terminated"]).or_else(|| at(self.status, &["lastState", "terminated"]))
    }

    /// Whether to end well is what it is for: in an init container, and where it is not started again then.
    fn may_end(&self) -> bool {
        self.role == INIT_CONTAINER || text(self.pod, &["spec", "restartPolicy"]) != Some("Always")
    }

    fn cause(&self, reason: &str, text: String) -> Cause {
        Cause {
            reason: reason.to_owned(),
            pod: self.pod_name(),
            container: Some(self.name().to_owned()),
            image: None,
            exit_code: None,
            text,
            subject: None,
        }
    }

    /// What is wrong with it, if anything.
    pub(crate) fn trouble(&self, events: &[Value], crashes: Crashes) -> Option<Trouble> {
        if let Some(waiting) = at(self.status, &["state", "waiting"]) {
            let reason = text(waiting, &["reason"]).unwrap_or_default();
            return self.waiting(reason, text(waiting, &["message"]).unwrap_or_default(), events, crashes);
        }
        let ended = at(self.status, &["state", "terminated"])?;
        let succeeded = integer(ended, &["exitCode"]) == Some(0);
        (!succeeded || !self.may_end())
            .then(|| self.crash(text(ended, &["reason"]).unwrap_or("Error"), events, crashes))
    }

    fn waiting(&self, reason: &str, said: &str, events: &[Value], crashes: Crashes) -> Option<Trouble> {
        match reason {
            "ErrImagePull" if image::is_not_found(said) => Some(Trouble::fatal(self.image_cause(reason, said))),
            // The first attempt may have met a registry that was away for a moment; the next one is ImagePullBackOff.
            "ErrImagePull" | "ImageInspectError" | "RegistryUnavailable" => {
                Some(Trouble::holds_up(self.image_cause(reason, said)))
            }
            "ImagePullBackOff" | "InvalidImageName" | "ErrImageNeverPull" | "SignatureValidationFailed" => {
                let failed_pull = |event: &Value| {
                    is_about(event, self.pod, "Pod") && message(event).starts_with("Failed to pull image")
                };
                let told = newest(events, failed_pull).map(message).filter(|_| !said.contains(": "));
                Some(Trouble::fatal(self.with_pull_secrets(self.image_cause(reason, told.unwrap_or(said)), events)))
            }
            "RunContainerError" | "PostStartHookError" => {
                // What is in front names the layers that passed it on (runc: `libcontainer/init_linux.go`).
                let why = said.rsplit("unable to start container process: ").next().unwrap_or_default();
                let why = clip(why.strip_suffix(": unknown").unwrap_or(why));
                let cause = self.cause(reason, format!("{} cannot start: {why}", self.describe()));
                Some(Trouble::fatal(cause.about((reason == "RunContainerError").then_some(Subject::Command))))
            }
            "CreateContainerConfigError" | "CreateContainerError" => Some(self.config(reason, said, events)),
            "CrashLoopBackOff" => Some(self.crash(reason, events, crashes)),
            _ => None,
        }
    }

    fn describe(&self) -> String {
        format!("{} `{}`", self.role, self.name())
    }

    fn image_cause(&self, reason: &str, said: &str) -> Cause {
        let image = self.image();
        let fault = image::fault(reason, said, &image);
        let cause = self.cause(reason, image::describe(fault, &image)).about(Subject::Image(fault));
        Cause { image: Some(image), ..cause }
    }

    /// Names the pull secrets that the kubelet did not find, which it tells by an event only.
    fn with_pull_secrets(&self, cause: Cause, events: &[Value]) -> Cause {
        let missing = |e: &Value| is_about(e, self.pod, "Pod") && reason(e) == "FailedToRetrieveImagePullSecret";
        // `Unable to retrieve some image pull secrets (registry, other); attempting to pull the image may not succeed.`
        let names = newest(events, missing).and_then(|e| message(e).split_once('(')?.1.split_once(')'));
        let refused =
            matches!(cause.subject, Some(Subject::Image(ImageFault::NotAllowed | ImageFault::NotFoundOrNotAllowed)));
        match names {
            Some((names, _)) if refused => {
                let text = format!("{}: the Secret `{names}` in `imagePullSecrets` does not exist", cause.text);
                let first = names.split(", ").next().unwrap_or(names);
                Cause { text, ..cause }.about(Subject::ImagePullSecret(first.to_owned()))
            }
            _ => cause,
        }
    }

    /// A ConfigMap or Secret that is missing may be about to be written by an operator: fails only when it has lasted.
    fn config(&self, reason: &str, said: &str, events: &[Value]) -> Trouble {
        // `container has runAsNonRoot and image will run as root (pod: "web-1_shop(UID)", container: web)`.
        let why = said.split_once(" (pod: \"").map_or(said, |(why, _)| why);
        let cause = self.cause(reason, format!("{} cannot be configured: {}", self.describe(), clip(why)));
        let cause = cause.about(configuration(why));
        let same =
            |event: &Value| is_about(event, self.pod, "Pod") && !said.is_empty() && message(event).contains(said);
        if has_lasted(events, None, same) { Trouble::fatal(cause) } else { Trouble::holds_up(cause) }
    }

    fn crash(&self, word: &str, events: &[Value], crashes: Crashes) -> Trouble {
        let cause = self.crash_cause(word, events);
        let fatal = crashes == Crashes::AreFatal && self.restarts() >= FORGIVEN_RESTARTS;
        if fatal { Trouble::fatal(cause) } else { Trouble::holds_up(cause) }
    }

    fn crash_cause(&self, word: &str, events: &[Value]) -> Cause {
        let ended = self.ended();
        let exit_code = ended.and_then(|e| integer(e, &["exitCode"]));
        let out_of_memory = ended.and_then(|e| text(e, &["reason"])) == Some("OOMKilled");
        let what = self.describe();
        let text = match exit_code {
            _ if out_of_memory => format!("{what} was killed for using more memory than its limit"),
            Some(code) if self.failed_its_liveness_probe(events) => {
                let why = self.said_by_the_liveness_probe(events).map(|why| format!(": {why}")).unwrap_or_default();
                format!("{what} is killed (exit code {code}) because its liveness probe fails{why}")
            }
            Some(0) => format!("{what} ends with exit code 0 though it should keep running"),
            Some(code) => format!("{what} crashes with exit code {code}"),
            None => format!("{what} crashes"),
        };
        let restarts = self.restarts();
        let text = if restarts > 0 { format!("{text}, restarted {}", times(restarts)) } else { text };
        let word = if out_of_memory { "OOMKilled" } else { word };
        let subject = if out_of_memory {
            Some(Subject::Limit(Amount::of("memory")))
        } else {
            self.failed_its_liveness_probe(events).then_some(Subject::Probe(Probe::Liveness))
        };
        Cause { exit_code, ..self.cause(word, text).about(subject) }
    }

    fn failed_its_liveness_probe(&self, events: &[Value]) -> bool {
        let killing = format!("Container {} failed liveness probe", self.name());
        events.iter().any(|e| is_about(e, self.pod, "Pod") && reason(e) == "Killing" && message(e).contains(&killing))
    }

    fn said_by_the_liveness_probe(&self, events: &[Value]) -> Option<String> {
        let failing = |e: &Value| is_about(e, self.pod, "Pod") && message(e).starts_with(LIVENESS_PROBE_FAILED);
        let said = message(newest(events, failing)?).strip_prefix(LIVENESS_PROBE_FAILED)?;
        Some(clip(said)).filter(|said| !said.is_empty())
    }

    /// How it failed before, when it runs again and is not ready; or that it does not answer its readiness probe.
    pub(crate) fn not_ready(&self, events: &[Value]) -> Option<Trouble> {
        at(self.status, &["state", "running"])?;
        if at(self.status, &["ready"]).and_then(Value::as_bool) == Some(true) {
            return None;
        }
        let failing = |e: &Value| is_about(e, self.pod, "Pod") && is_failing_probe(e);
        if let Some(event) = newest(events, failing) {
            let said = clip(message(event));
            let mut chars = said.chars();
            let text = chars.next().map(|c| c.to_lowercase().chain(chars).collect()).unwrap_or_default();
            let is_startup = message(event).starts_with(STARTUP_PROBE);
            let probe = if is_startup { Probe::Startup } else { Probe::Readiness };
            return Some(Trouble::holds_up(self.cause("Unhealthy", text).about(Subject::Probe(probe))));
        }
        let failed = |cause: &Cause| cause.exit_code.is_some_and(|code| code != 0);
        self.past_crash(events).filter(failed).map(Trouble::holds_up)
    }

    /// How it ended, now or before it was started again, where it should not have. Whether it lasts this time is not known yet.
    pub(crate) fn past_crash(&self, events: &[Value]) -> Option<Cause> {
        let ended = self.ended()?;
        let well = integer(ended, &["exitCode"]) == Some(0) && self.may_end();
        (!well).then(|| self.crash_cause("Error", events))
    }
}

/// What of the manifest the kubelet's words about the configuration of a container are about.
fn configuration(said: &str) -> Option<Subject> {
    let is_user = said.contains("runAsNonRoot");
    is_user.then(|| Subject::SecurityContext("runAsNonRoot".to_owned())).or_else(|| reference::missing(said))
}

fn is_failing_probe(event: &Value) -> bool {
    let probe = message(event).starts_with("Readiness probe") || message(event).starts_with(STARTUP_PROBE);
    reason(event) == "Unhealthy" && probe
}

fn times(count: i64) -> String {
    if count == 1 { "once".to_owned() } else { counted(count, "time") }
}
