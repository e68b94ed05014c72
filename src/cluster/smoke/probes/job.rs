//! `job:` a Job that ends well: a program of the tests inside of the cluster.

pub(crate) mod attempt;
pub(crate) mod object;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::files;

/// `job:` one of `manifest` and `image`.
///
/// Every container gets `SEATRIAL_URL`, `SEATRIAL_NAMESPACE` and `SEATRIAL_ENVIRONMENT`, and each shard `SEATRIAL_SHARD_INDEX` (from 0) and
/// `SEATRIAL_SHARD_TOTAL`. What a container prints between `-----BEGIN JUNIT-----` and `-----END JUNIT-----` is read as a JUnit file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Job {
    /// File with one Job, relative to the configuration's directory.
    pub manifest: Option<String>,
    /// Image of a Job with one container.
    pub image: Option<String>,
    /// Its command; the image's by default.
    pub command: Vec<String>,
    /// Its arguments.
    pub args: Vec<String>,
    /// Its ServiceAccount.
    pub service_account: Option<String>,
    /// Further variables for every container.
    pub env: BTreeMap<String, String>,
    /// So many pods share the work, as an Indexed Job.
    pub shards: Option<u32>,
    /// Pattern of the JUnit files that the containers write: an absolute path, such as `/results/*.xml`. A container with the image `collector`
    /// brings them out.
    pub junit: Option<String>,
    /// Whether a run without a test case is fine.
    pub allow_no_tests: bool,
    /// Patterns of files to keep beside the report: absolute paths in the containers.
    pub artifacts: Vec<String>,
}

/// More shards are not one test.
const MOST_SHARDS: u32 = 100;

impl Job {
    /// Whether files are brought out of its pods.
    pub(crate) fn brings_files(&self) -> bool {
        self.junit.is_some() || !self.artifacts.is_empty()
    }
}

/// What is wrong with it before it is run. Sentences.
pub(crate) fn problems(job: &Job) -> Vec<String> {
    let mut problems = Vec::new();
    match (&job.manifest, &job.image) {
        (None, None) => problems.push("`job` has neither `manifest` nor `image`".to_owned()),
        (Some(_), Some(_)) => problems.push("`job` has both `manifest` and `image`; keep one".to_owned()),
        (Some(_), None) if !job.command.is_empty() || !job.args.is_empty() || job.service_account.is_some() => problems.push(
            "`job.command`, `job.args` and `job.service-account` belong to `image`; with `manifest`, write them there".to_owned(),
        ),
        (Some(path), None) if files::leads_out(path) => problems
            .push(format!("`job.manifest` is `{path}`; it must lie below the configuration's directory")),
        _ => {}
    }
    if let Some(shards) = job.shards.filter(|shards| !(1..=MOST_SHARDS).contains(shards)) {
        problems.push(format!("`job.shards` is {shards}; write a number from 1 to {MOST_SHARDS}"));
    }
    let patterns = job.junit.iter().map(|text| ("junit", text));
    for (key, text) in patterns.chain(job.artifacts.iter().map(|text| ("artifacts", text))) {
        let relative = text.strip_prefix('/').filter(|rest| rest.contains('/'));
        match relative {
            Some(relative) => problems.extend(files::pattern(relative).err().map(|why| format!("`job.{key}`: {why}"))),
            None => problems.push(format!(
                "`job.{key}` is `{text}`; write a path below a directory of its own, such as `/results/*.xml`"
            )),
        }
    }
    problems
}
