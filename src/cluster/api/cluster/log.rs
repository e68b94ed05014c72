//! Logs of containers.

use kube::core::subresource::LogParams;

use crate::call::MostBody;
use crate::{ApiError, Cluster};

/// So much of the end of a log is kept.
const MOST_OF_A_LOG: usize = 256 << 10;

/// So much is read to get at the end: the API server cuts off what is behind a limit, and to the kubelet a line has 16 KiB at most.
const MOST_READ: usize = 4 << 20;

/// How the kubelet answers for the log of a container that is removed (kubernetes: `pkg/kubelet/kuberuntime` `GetContainerLogs`).
const NO_LOGS: [&str; 2] = ["unable to retrieve container logs for ", "failed to try resolving symlinks in path "];

/// Which run of a container.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContainerRun {
    /// The one that runs, or ended last.
    Current,
    /// The one before: what a crash loop has to say.
    Previous,
}

impl Cluster {
    /// The last `lines` log lines of a container, masked; of its previous run when [`ContainerRun::Previous`]. At most 256 KiB.
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn logs(
        &self,
        namespace: &str,
        pod: &str,
        container: &str,
        lines: u32,
        run: ContainerRun,
    ) -> Result<String, ApiError> {
        let parameters = LogParams {
            tail_lines: Some(i64::from(lines)),
            previous: run == ContainerRun::Previous,
            ..LogParams::default()
        };
        let log = self.log((namespace, pod, container), parameters, MOST_READ).await?;
        // Masked before it is cut: half of a secret would not be known.
        Ok(end_of(&self.masker().mask(&log), MOST_OF_A_LOG).to_owned())
    }

    /// All that the log of a container has, at most so many bytes of it, and **not masked**: for a program to read.
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn whole_log(
        &self,
        namespace: &str,
        pod: &str,
        container: &str,
        most: usize,
    ) -> Result<String, ApiError> {
        self.log((namespace, pod, container), LogParams::default(), most).await
    }

    /// The last lines that the log of a container has, at most so many bytes of them, and **not masked**: for a program to read.
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn end_of_log(&self, of: (&str, &str, &str), lines: u32, most: usize) -> Result<String, ApiError> {
        let parameters = LogParams { tail_lines: Some(i64::from(lines)), ..LogParams::default() };
        self.log(of, parameters, most).await
    }

    async fn log(
        &self,
        (namespace, pod, container): (&str, &str, &str),
        parameters: LogParams,
        most: usize,
    ) -> Result<String, ApiError> {
        let target = self.target("v1", "Pod", Some(namespace), pod).await?;
        let (container, limit_bytes) = (Some(container.to_owned()), i64::try_from(most).ok());
        let parameters = LogParams { container, limit_bytes, ..parameters };
        let request = target.request.logs(&target.segment, &parameters);
        let mut call = target.read("get", request)?;
        call.about.resource = "pods/log".to_owned();
        call.about.name = Some(pod.to_owned());
        call.body = MostBody::Cut(most);
        let answer = self.line().call(&call).await?;
        let text = String::from_utf8_lossy(&answer.body);
        Ok(if is_no_log(&text) { String::new() } else { text.into_owned() })
    }
}

/// The last bytes of a text, as far as they are whole characters.
fn end_of(text: &str, most: usize) -> &str {
    let from = text.len().saturating_sub(most);
    (from..text.len()).find_map(|at| text.get(at..)).unwrap_or_default()
}

/// Whether the kubelet writes this in place of a log that is gone with its container.
fn is_no_log(text: &str) -> bool {
    NO_LOGS.iter().any(|begin| text.trim_start().starts_with(begin))
}

#[cfg(test)]
mod tests {
    use super::{end_of, is_no_log};

    #[test]
    fn the_end_of_a_log_is_what_is_kept() {
        assert_eq!(end_of("short", 10), "short");
        assert_eq!(end_of("xxxxthe end", 7), "the end");
        // Not half a character.
        assert_eq!(end_of("xxä end", 5), " end");
        assert_eq!(end_of("", 5), "");
    }

    #[test]
    fn what_the_kubelet_says_of_a_log_that_is_gone_is_no_log() {
        let gone = "failed to try resolving symlinks in path \"/var/log/pods/a_b/web/0.log\": lstat …: no such file or directory\n";
        assert!(is_no_log(gone) && !is_no_log("web: failed to try\n") && !is_no_log(""));
    }
}
