//! Which tests wait for a change that the pull request does not make (`when:`): they are not run, and the report says so.
//!
//! Where anything is not known, a test is run: outside of a pull request, without a comparison, where the pull request adds or changes the test,
//! and where a pattern names nothing at all, as it may be misspelt.

use seatrial_ci::Host;
use seatrial_model::ObjectId;
use seatrial_smoke::{ObjectPattern, PathPattern, Probe, When};
use seatrial_tree::{ChangedFiles, join, parent};

use crate::config::{Config, TestConfig};
use crate::context::authority::{ChosenTest, TestSource};
use crate::context::revision::Commit;
use crate::context::run_context::RunContext;
use crate::judge::object_changes::ObjectChanges;

/// What a pull request changes, as far as tests wait for it.
pub(crate) struct Waiting<'a> {
    /// What its base says of tests.
    base: &'a Config,
    /// The checkout's own configuration.
    own: Option<&'a Config>,
    files: Result<ChangedFiles, String>,
    objects: Option<&'a ObjectChanges>,
    /// Directory of the configuration.
    directory: &'a str,
}

impl<'a> Waiting<'a> {
    /// `None` where nothing is compared, and every test is run.
    pub(crate) fn of(context: &'a RunContext<'_>, objects: Option<&'a ObjectChanges>) -> Option<Waiting<'a>> {
        // A person's working copy is more than its commit.
        if context.session.ci.host == Host::Local || !context.is_compared_with_own_base() {
            return None;
        }
        let (Some(Ok(base)), Commit::Known(commit)) = (&context.trusted, &context.compared.commit) else { return None };
        let repository = context.workspace.repository.as_ref()?;
        let files = repository.changed_files(commit, "HEAD").map_err(|error| error.to_string());
        let own = context.workspace.config.as_ref();
        Some(Waiting { base, own, files, objects, directory: parent(&context.workspace.config_path) })
    }

    /// Marks the tests that are not run; sentences tell which are run though they may wait.
    /// One that `insists` is run: it is to be shown that it passes now.
    pub(crate) fn mark(&self, tests: &mut [ChosenTest<'_>], insists: impl Fn(&str) -> bool) -> Vec<String> {
        let mut told = Vec::new();
        for test in tests {
            let Some(when) = &test.config.options.when else { continue };
            let is_old = self.base.tests.iter().any(|before| before.is_same(test.config));
            if test.source == TestSource::BaseAlone || !is_old || insists(&test.config.name.value) {
                continue;
            }
            match self.concerns(test.config, when) {
                Ok(holds) => test.is_unaffected = !holds,
                Err(because) => {
                    let name = &test.config.name.value;
                    told.push(format!("the test `{name}` is run whatever has changed: {because}"));
                }
            }
        }
        told
    }

    /// The same, with what belongs to every test: its environment's configuration and its manifest.
    fn concerns(&self, test: &TestConfig, when: &When) -> Result<bool, String> {
        let environment = |config: &'a Config| config.environments.get(&test.environment);
        if self.own.and_then(environment) != environment(self.base) {
            return Ok(true);
        }
        if let Probe::Job(job) = &test.probe
            && let Some(manifest) = &job.manifest
            && self.has_changed_file(manifest)?
        {
            return Ok(true);
        }
        self.holds(when)
    }

    /// Whether something has changed that is waited for; or why nobody knows, as a clause.
    fn holds(&self, when: &When) -> Result<bool, String> {
        let mut holds = false;
        for text in &when.paths {
            holds |= self.has_changed_file(text)?;
        }
        for text in &when.objects {
            holds |= self.has_changed_object(text)?;
        }
        Ok(holds)
    }

    fn has_changed_file(&self, text: &str) -> Result<bool, String> {
        let files = self.files.as_ref().map_err(Clone::clone)?;
        let whole = join(self.directory, text).ok_or_else(|| format!("`{text}` leads out of the repository"))?;
        let pattern = PathPattern::new(&whole)?;
        let is_named = |path: &String| pattern.matches(path);
        let is_changed = files.changed.iter().any(is_named);
        if !is_changed && !files.unchanged.iter().any(is_named) {
            return Err(format!("no file matches `{text}`"));
        }
        Ok(is_changed)
    }

    fn has_changed_object(&self, text: &str) -> Result<bool, String> {
        let objects = self.objects.ok_or("not all objects of the head or of the base are known")?;
        let pattern = ObjectPattern::new(text)?;
        let is_named = |id: &ObjectId| pattern.matches(id);
        let is_changed = objects.changed.iter().any(is_named);
        if !is_changed && !objects.unchanged.iter().any(is_named) {
            return Err(format!("no object matches `{text}`"));
        }
        Ok(is_changed)
    }
}
