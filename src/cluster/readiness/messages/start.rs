//! What the kubelet and its runtime say of a container that cannot be made or started.

use seatrial_model::{Amount, ImageFault, Subject};

use crate::live::field::clip;
use crate::messages::reference::{missing, quoted};

/// Why a container does not start.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Unstarted {
    pub(crate) subject: Subject,
    /// A clause.
    pub(crate) why: String,
}

/// Reads what a runtime says; `reason` is the kubelet's word.
pub(crate) fn unstarted(reason: &str, said: &str) -> Unstarted {
    let why = clip(point(said));
    let subject = if reason == "PostStartHookError" { Subject::PostStart } else { of_runtime(&why) };
    Unstarted { subject, why }
}

/// The point of what a runtime says. What is in front names the layers that passed it on (runc: `libcontainer/init_linux.go`).
pub(crate) fn point(said: &str) -> &str {
    // `…: unknown, message: ""`: what a hook of a container printed.
    let said = said.trim_end().trim_end_matches(", message: \"\"");
    let why = said.rsplit("unable to start container process: ").next().unwrap_or(said);
    let why = why.strip_prefix("error during container init: ").unwrap_or(why);
    why.strip_suffix(": unknown").unwrap_or(why)
}

fn of_runtime(why: &str) -> Subject {
    if why.contains("exec format error") {
        return Subject::Image(ImageFault::CannotRun);
    }
    if let Some(path) = why.starts_with("error mounting").then(|| quoted(why, "to rootfs at \"")).flatten() {
        return Subject::VolumeMount(path.to_owned());
    }
    if why.contains("chdir to cwd") || why.starts_with("mkdir ") {
        return Subject::WorkingDir;
    }
    if why.contains("memory limit too low") {
        return Subject::Limit(Amount::of("memory"));
    }
    if why.contains("exec: ") || why.contains("executable file not found") || why.is_empty() {
        return Subject::Command;
    }
    Subject::Container
}

/// What of the manifest the kubelet's words about the configuration of a container are about.
pub(crate) fn configuration(said: &str) -> Option<Subject> {
    let of_user = |field: &str| Some(Subject::SecurityContext(field.to_owned()));
    if said.contains("runAsUser breaks non-root policy") {
        return of_user("runAsUser");
    }
    if said.contains("runAsNonRoot") {
        return of_user("runAsNonRoot");
    }
    if said.contains("unable to find user") || said.contains("no matching entries in passwd file") {
        return of_user("runAsUser");
    }
    if said.contains("seccomp profile") {
        return of_user("seccompProfile.localhostProfile");
    }
    if said.contains("no command specified") {
        return Some(Subject::Command);
    }
    if let Some(mount) = quoted(said, "subPath for volumeMount \"") {
        return Some(Subject::Volume(mount.to_owned()));
    }
    missing(said)
}

#[cfg(test)]
mod tests {
    use seatrial_model::Reference;

    use super::*;

    #[test]
    fn tells_what_keeps_a_container_from_starting() {
        let runc = "failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: ";
        let table = [
            (
                "error during container init: exec: \"/nope\": stat /nope: no such file or directory: unknown",
                Subject::Command,
                "exec: \"/nope\": stat /nope: no such file or directory",
            ),
            ("exec /web: exec format error", Subject::Image(ImageFault::CannotRun), "exec /web: exec format error"),
            (
                "error during container init: error mounting \"/var/lib/kubelet/x\" to rootfs at \"/etc/app.yaml\": not a directory",
                Subject::VolumeMount("/etc/app.yaml".to_owned()),
                "error mounting \"/var/lib/kubelet/x\" to rootfs at \"/etc/app.yaml\": not a directory",
            ),
            (
                "chdir to cwd (\"/srv\") set in config.json failed: no such file or directory",
                Subject::WorkingDir,
                "chdir to cwd (\"/srv\") set in config.json failed: no such file or directory",
            ),
            (
                "container init was OOM-killed (memory limit too low?)",
                Subject::Limit(Amount::of("memory")),
                "container init was OOM-killed (memory limit too low?)",
            ),
            ("something else", Subject::Container, "something else"),
        ];
        for (said, subject, why) in table {
            let expected = Unstarted { subject, why: why.to_owned() };
            assert_eq!(unstarted("RunContainerError", &format!("{runc}{said}")), expected, "{said}");
        }
        assert_eq!(unstarted("PostStartHookError", "exit status 1").subject, Subject::PostStart);
        let of_hook = format!(
            "Exec lifecycle hook ([/w]) for Container \"web\" failed - error: {runc}exec: \"/w\": not there: unknown, message: \"\""
        );
        assert_eq!(unstarted("PostStartHookError", &of_hook).why, "exec: \"/w\": not there");
    }

    #[test]
    fn tells_what_a_container_cannot_be_configured_with() {
        let of_user = |field: &str| Some(Subject::SecurityContext(field.to_owned()));
        let key = Reference { name: Some("settings".to_owned()), key: Some("CURRENCY".to_owned()) };
        let table = [
            ("couldn't find key CURRENCY in ConfigMap shop/settings", Some(Subject::ConfigMap(key))),
            ("secret \"absent\" not found", Some(Subject::Secret(Reference::to("absent")))),
            ("container has runAsNonRoot and image will run as root", of_user("runAsNonRoot")),
            ("container's runAsUser breaks non-root policy", of_user("runAsUser")),
            (
                "failed to generate container spec: failed to generate spec: no command specified",
                Some(Subject::Command),
            ),
            (
                "cannot load seccomp profile \"/a/b.json\": open /a/b.json: no such file or directory",
                of_user("seccompProfile.localhostProfile"),
            ),
            (
                "failed to prepare subPath for volumeMount \"data\" of container \"web\"",
                Some(Subject::Volume("data".to_owned())),
            ),
            ("context deadline exceeded", None),
        ];
        for (said, expected) in table {
            assert_eq!(configuration(said), expected, "{said}");
        }
    }
}
