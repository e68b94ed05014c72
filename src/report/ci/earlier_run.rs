//! The run that started this one: a job without credentials found something, and this job, with credentials, delivers it.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::Host;

/// A run that ended and started this one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EarlierRun {
    /// The commit that it was about: of a pull request its head.
    pub head: String,
    /// Where it can be watched.
    pub url: Option<String>,
}

impl EarlierRun {
    /// The run that an event names (GitHub Actions: `workflow_run`); `None` where there is none. `event` is the content of
    /// [`Host::event_file`].
    #[must_use]
    pub fn of(host: Host, env: &BTreeMap<String, String>, event: &str) -> Option<EarlierRun> {
        let is_named = match host {
            Host::GitHubActions => env.get("GITHUB_EVENT_NAME").is_some_and(|name| name == "workflow_run"),
            Host::AzurePipelines | Host::Jenkins | Host::Other | Host::Local => false,
        };
        let event: Value = serde_json::from_str(event).ok().filter(|_| is_named)?;
        let text = |pointer: &str| event.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
        let is_commit = |text: &String| matches!(text.len(), 40 | 64) && text.bytes().all(|b| b.is_ascii_hexdigit());
        let head = text("/workflow_run/head_sha").filter(is_commit)?;
        Some(EarlierRun { head, url: text("/workflow_run/html_url") })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_event_of_another_run_names_one() {
        let head = "1f2e3d4c5b6a79880123456789abcdef01234567";
        let env = |name: &str| BTreeMap::from([("GITHUB_EVENT_NAME".to_owned(), name.to_owned())]);
        let event = |head: &str| format!(r#"{{"workflow_run": {{"head_sha": "{head}", "html_url": "https://x"}}}}"#);
        let of = |host, name, event: &str| EarlierRun::of(host, &env(name), event).map(|run| run.head);
        assert_eq!(of(Host::GitHubActions, "workflow_run", &event(head)).as_deref(), Some(head));
        assert_eq!(of(Host::GitHubActions, "pull_request", &event(head)), None);
        assert_eq!(of(Host::GitHubActions, "workflow_run", &event("main")), None);
        assert_eq!(of(Host::GitHubActions, "workflow_run", "{"), None);
        assert_eq!(of(Host::Local, "workflow_run", &event(head)), None);
    }
}
