//! What the state of one container says.

use seatrial_model::{Amount, Cause, ImageFault, Probe, Subject, counted};
use serde_json::Value;

use crate::live::event::{has_lasted, is_about, message, newest, reason};
use crate::live::field::{at, clip, integer, items, text};
use crate::messages::probe::{about_probe, failed_words, failing_probe, failing_words, name_of};
use crate::messages::reference::quoted;
use crate::messages::{image, mending, start};
use crate::status::trouble::{Crashes, Trouble};

/// A container may crash while what it needs is still starting: two restarts are forgiven, the third crash is fatal.
const FORGIVEN_RESTARTS: i64 = 2;

const INIT_CONTAINER: &str = "init container";

/// An init container that is started again and runs beside the others (`restartPolicy: Always`).
const SIDECAR: &str = "sidecar container";

/// One container of a pod with its status.
pub(crate) struct Container<'a> {
    pub(crate) pod: &'a Value,
    /// Its entry of `containerStatuses` or `initContainerStatuses`.
    pub(crate) status: &'a Value,
    /// `container`, [`INIT_CONTAINER`] or [`SIDECAR`].
    pub(crate) role: &'static str,
}

/// The containers of a pod, init containers first.
pub(crate) fn containers(pod: &Value) -> impl Iterator<Item = Container<'_>> {
    let of = move |key, role: fn(&Value, &Value) -> &'static str| {
        let statuses = items(pod, &["status", key]).iter();
        statuses.map(move |status| Container { pod, status, role: role(pod, status) })
    };
    of("initContainerStatuses", role_of_init).chain(of("containerStatuses", |_, _| "container"))
}

fn role_of_init(pod: &Value, status: &Value) -> &'static str {
    let policy = specified(pod, text(status, &["name"]).unwrap_or_default()).and_then(|c| text(c, &["restartPolicy"]));
    if policy == Some("Always") { SIDECAR } else { INIT_CONTAINER }
}

/// A container as the pod's spec has it.
pub(crate) fn specified<'a>(pod: &'a Value, name: &str) -> Option<&'a Value> {
    let of = |key| items(pod, &["spec", key]).iter().find(|c| text(c, &["name"]) == Some(name));
    of("containers").or_else(|| of("initContainers"))
}

impl<'a> Container<'a> {
    pub(crate) fn name(&self) -> &'a str {
        text(self.status, &["name"]).unwrap_or_default()
    }

    fn pod_name(&self) -> Option<String> {
        text(self.pod, &["metadata", "name"]).map(str::to_owned)
    }

    /// As the manifest writes it; the status may have it resolved.
    fn image(&self) -> String {
        let image = self.specified().and_then(|c| text(c, &["image"])).or_else(|| text(self.status, &["image"]));
        image.unwrap_or_default().to_owned()
    }

    fn specified(&self) -> Option<&'a Value> {
        specified(self.pod, self.name())
    }

    pub(crate) fn restarts(&self) -> i64 {
        integer(self.status, &["restartCount"]).unwrap_or(0)
    }

    /// Whether it runs and is ready.
    pub(crate) fn is_up(&self) -> bool {
        let is_ready = at(self.status, &["ready"]).and_then(Value::as_bool) == Some(true);
        is_ready && at(self.status, &["state", "running"]).is_some()
    }

    /// Whether it ended as it may.
    pub(crate) fn has_ended_well(&self) -> bool {
        if self.is_stopped_last() {
            return true;
        }
        let ended = at(self.status, &["state", "terminated"]);
        self.may_end() && ended.is_some_and(|ended| integer(ended, &["exitCode"]) == Some(0))
    }

    /// Whether it is a sidecar whose pod is over: what it serves has ended for good, so the kubelet stops it, and kills it if it does not
    /// listen. Its exit code says nothing.
    fn is_stopped_last(&self) -> bool {
        let is_kept = text(self.pod, &["spec", "restartPolicy"]).is_none_or(|policy| policy == "Always");
        let served = items(self.pod, &["status", "containerStatuses"]);
        let is_over = |status: &Value| at(status, &["state", "terminated"]).is_some();
        self.role == SIDECAR && !is_kept && !served.is_empty() && served.iter().all(is_over)
    }

    /// As the kubelet's events name it.
    pub(crate) fn named(&self) -> String {
        format!("ontainer {} ", self.name())
    }

    /// How it ended: now, or before it was started again.
    fn ended(&self) -> Option<&'a Value> {
        at(self.status, &["state", "terminated"]).or_else(|| at(self.status, &["lastState", "terminated"]))
    }

    /// Whether to end well is what it is for: in an init container, and where it is not started again then.
    fn may_end(&self) -> bool {
        let is_kept = text(self.pod, &["spec", "restartPolicy"]) == Some("Always");
        self.role == INIT_CONTAINER || (self.role != SIDECAR && !is_kept)
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
        if self.is_stopped_last() {
            return None;
        }
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
            "RunContainerError" | "PostStartHookError" => Some(Trouble::fatal(self.unstarted(reason, said))),
            "CreateContainerConfigError" | "CreateContainerError" => Some(self.config(reason, said, events)),
            "CrashLoopBackOff" => Some(self.crash(reason, events, crashes)),
            _ => None,
        }
    }

    /// It could not be started.
    fn unstarted(&self, reason: &str, said: &str) -> Cause {
        let start::Unstarted { subject, why } = start::unstarted(reason, said);
        let subject = match self.hidden_by(&why).filter(|_| subject == Subject::Command) {
            Some(mount) => Subject::VolumeMount(mount.to_owned()),
            None => subject,
        };
        let image = (subject == Subject::Image(ImageFault::CannotRun)).then(|| self.image());
        let text = format!("{} cannot start: {why}", self.describe());
        Cause { image, ..self.cause(reason, text).about(subject) }
    }

    /// The volume that is mounted over the program itself: `exec: "/web": permission denied`.
    fn hidden_by(&self, why: &str) -> Option<&'a str> {
        let program = quoted(why, "exec: \"")?;
        let mounts = self.specified().map(|own| items(own, &["volumeMounts"])).unwrap_or_default();
        mounts.iter().filter_map(|mount| text(mount, &["mountPath"])).find(|path| *path == program)
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

    /// A ConfigMap or Secret that is missing may be about to be written by an operator: fails only when it has lasted. What the manifest
    /// forbids its own image fails at once.
    fn config(&self, reason: &str, said: &str, events: &[Value]) -> Trouble {
        // `container has runAsNonRoot and image will run as root (pod: "web-1_shop(UID)", container: web)`.
        let why = said.split_once(" (pod: \"").map_or(said, |(why, _)| why);
        let cause = self.cause(reason, format!("{} cannot be configured: {}", self.describe(), clip(why)));
        let cause = cause.about(start::configuration(why));
        let same =
            |event: &Value| is_about(event, self.pod, "Pod") && !said.is_empty() && message(event).contains(said);
        match mending::of_configuration(said) {
            Some(remedy) if !has_lasted(events, None, same) => Trouble::until(remedy, cause),
            _ => Trouble::fatal(cause),
        }
    }

    fn crash(&self, word: &str, events: &[Value], crashes: Crashes) -> Trouble {
        let cause = self.crash_cause(word, events);
        let is_forgiven = self.restarts() < FORGIVEN_RESTARTS && !self.cannot_be_started();
        let fatal = crashes == Crashes::AreFatal && !is_forgiven;
        if fatal { Trouble::fatal(cause) } else { Trouble::holds_up(cause) }
    }

    /// Whether the program could not be started for what is in the image: the next attempt meets the same.
    fn cannot_be_started(&self) -> bool {
        let Some(ended) = self.ended() else { return false };
        let reason = text(ended, &["reason"]).unwrap_or_default();
        let said = text(ended, &["message"]).unwrap_or_default();
        let words =
            ["no such file or directory", "executable file not found", "exec format error", "permission denied"];
        matches!(reason, "StartError" | "ContainerCannotRun") && words.iter().any(|word| said.contains(word))
    }

    pub(crate) fn crash_cause(&self, word: &str, events: &[Value]) -> Cause {
        let ended = self.ended();
        let exit_code = ended.and_then(|e| integer(e, &["exitCode"]));
        let why_ended = ended.and_then(|e| text(e, &["reason"]));
        if let Some("StartError" | "ContainerCannotRun") = why_ended {
            let said = ended.and_then(|e| text(e, &["message"])).unwrap_or_default();
            return Cause { exit_code, ..self.unstarted(word, said) };
        }
        let out_of_memory = why_ended == Some("OOMKilled");
        let killer = self.killed_by_its_probe(events);
        let what = self.describe();
        let text = match (exit_code, killer) {
            _ if out_of_memory => format!("{what} {}", self.out_of_memory()),
            (code, Some(probe)) => {
                let code = code.map(|code| format!(" (exit code {code})")).unwrap_or_default();
                let why = self.said_by_the_probe(probe, events).map(|why| format!(": {why}")).unwrap_or_default();
                format!("{what} is killed{code} because its {} probe fails{why}", name_of(probe))
            }
            (Some(code @ (126 | 127)), None) => {
                format!("{what} ends with exit code {code}, as a shell does for a command that it cannot run")
            }
            (Some(0), None) => format!("{what} ends with exit code 0 though it should keep running"),
            (Some(code), None) => format!("{what} crashes with exit code {code}"),
            (None, _) => format!("{what} crashes"),
        };
        let restarts = self.restarts();
        let text = if restarts > 0 { format!("{text}, restarted {}", times(restarts)) } else { text };
        let word = if out_of_memory { "OOMKilled" } else { word };
        let subject = match (exit_code, killer) {
            _ if out_of_memory && self.memory_limit().is_none() && self.specified().is_some() => {
                Subject::Request(Amount::of("memory"))
            }
            _ if out_of_memory => Subject::Limit(Amount::of("memory")),
            (_, Some(probe)) => match self.said_by_the_probe(probe, events) {
                // What it was killed for is that it does not listen, wherever.
                Some(said) if !said.contains("connection refused") => about_probe(probe, &said),
                _ => Subject::Probe(probe),
            },
            (Some(126 | 127), _) => Subject::Command,
            _ => Subject::Container,
        };
        Cause { exit_code, ..self.cause(word, text).about(subject) }
    }

    fn memory_limit(&self) -> Option<&'a str> {
        text(self.specified()?, &["resources", "limits", "memory"])
    }

    /// Why the kernel killed it.
    fn out_of_memory(&self) -> String {
        match (self.memory_limit(), self.specified()) {
            (Some(limit), _) => format!("was killed for using more memory than its limit of {limit}"),
            (None, None) => "was killed for using more memory than its limit".to_owned(),
            (None, Some(_)) => "was killed because memory ran out, it has no limit of its own".to_owned(),
        }
    }

    /// The probe for whose failing the kubelet kills it.
    fn killed_by_its_probe(&self, events: &[Value]) -> Option<Probe> {
        let killed = |probe: &Probe| {
            let killing = format!("Container {} failed {} probe", self.name(), name_of(*probe));
            let is_killing = |e: &Value| reason(e) == "Killing" && message(e).contains(&killing);
            events.iter().any(|e| is_about(e, self.pod, "Pod") && is_killing(e))
        };
        [Probe::Liveness, Probe::Startup].into_iter().find(killed)
    }

    fn said_by_the_probe(&self, probe: Probe, events: &[Value]) -> Option<String> {
        let begin = failed_words(probe);
        let failing = |e: &Value| self.is_told_by(e) && message(e).starts_with(&begin);
        let said = message(newest(events, failing)?).strip_prefix(&begin)?.strip_prefix(" failed: ")?;
        Some(clip(said)).filter(|said| !said.is_empty())
    }

    /// Whether an event is about this container, where it tells which one it is about: `spec.containers{web}`.
    fn is_told_by(&self, event: &Value) -> bool {
        let path = text(event, &["involvedObject", "fieldPath"]);
        let named = path.and_then(|path| path.split_once('{')).map(|(_, name)| name.trim_end_matches('}'));
        is_about(event, self.pod, "Pod") && named.is_none_or(|name| name == self.name())
    }

    /// An init container that has not come to its end, which may be as it should.
    pub(crate) fn still_initialising(&self) -> Option<Trouble> {
        at(self.status, &["state", "running"]).filter(|_| self.role == INIT_CONTAINER)?;
        let text = format!("{} is still running", self.describe());
        Some(Trouble::holds_up(self.cause("PodInitializing", text).about(Subject::Container)))
    }

    /// Names it where that is not plain: beside others in its pod.
    fn among_others(&self) -> String {
        let all: usize = ["containers", "initContainers"].iter().map(|key| items(self.pod, &["spec", key]).len()).sum();
        if all > 1 { format!("{}: ", self.describe()) } else { String::new() }
    }

    /// How it failed before, when it runs again and is not ready; or that it does not answer its readiness probe.
    pub(crate) fn not_ready(&self, events: &[Value]) -> Option<Trouble> {
        at(self.status, &["state", "running"])?;
        if at(self.status, &["ready"]).and_then(Value::as_bool) == Some(true) {
            return None;
        }
        let failing = |e: &Value| self.is_told_by(e) && failing_probe(e).is_some();
        if let Some(event) = newest(events, failing) {
            let text = format!("{}{}", self.among_others(), failing_words(message(event)));
            let about = failing_probe(event).map(|probe| about_probe(probe, message(event)));
            return Some(Trouble::holds_up(self.cause("Unhealthy", text).about(about)));
        }
        let failed = |cause: &Cause| cause.exit_code.is_some_and(|code| code != 0);
        self.past_crash(events).filter(failed).map(Trouble::holds_up)
    }

    /// How it ended, now or before it was started again, where it should not have. Whether it lasts this time is not known yet.
    pub(crate) fn past_crash(&self, events: &[Value]) -> Option<Cause> {
        let ended = self.ended()?;
        let well = integer(ended, &["exitCode"]) == Some(0) && self.may_end();
        (!well && !self.is_stopped_last()).then(|| self.crash_cause("Error", events))
    }
}

fn times(count: i64) -> String {
    if count == 1 { "once".to_owned() } else { counted(count, "time") }
}
