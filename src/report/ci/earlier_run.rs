//! The run that started this one: a job without credentials found something, and this job, with credentials, delivers it.

use serde_json::Value;

use crate::variables::{LONGEST, is_commit};

/// A run that ended and started this one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EarlierRun {
    /// The commit that it was about: of a pull request its head.
    pub head: String,
    /// Where it can be watched.
    pub url: Option<String>,
}

impl EarlierRun {
    /// The run that an event of GitHub Actions names: `workflow_run`.
    pub(crate) fn of(name: &str, event: Option<&Value>) -> Option<EarlierRun> {
        let run = event.filter(|_| name == "workflow_run")?.get("workflow_run")?;
        let text = |key: &str| run.get(key).and_then(Value::as_str).map(str::to_owned);
        let head = text("head_sha").filter(|head| is_commit(head))?;
        Some(EarlierRun { head, url: text("html_url").filter(|url| url.len() <= LONGEST) })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use crate::{CallerSays, CiContext};

    #[test]
    fn only_the_event_of_another_run_names_one() {
        let head = "1f2e3d4c5b6a79880123456789abcdef01234567";
        let event = |head: &str| format!(r#"{{"workflow_run": {{"head_sha": "{head}", "html_url": "https://x"}}}}"#);
        let of = |actions: &str, name: &str, event: &str| {
            let pairs = [("GITHUB_ACTIONS", actions), ("GITHUB_EVENT_NAME", name)];
            let env: BTreeMap<_, _> = pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
            let context = CiContext::detect(&env, Some(event), &CallerSays::default()).expect("one host");
            context.earlier_run.map(|run| run.head)
        };
        assert_eq!(of("true", "workflow_run", &event(head)).as_deref(), Some(head));
        assert_eq!(of("true", "pull_request", &event(head)), None);
        assert_eq!(of("true", "workflow_run", &event("main")), None);
        assert_eq!(of("true", "workflow_run", "{"), None);
        assert_eq!(of("", "workflow_run", &event(head)), None);
    }
}
