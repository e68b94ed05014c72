//! The configuration as it is written → the one that the program works with: every choice is made here, once, and what contradicts itself is
//! a problem with its place.

use std::collections::{HashMap, HashSet};

use std::sync::Arc;

use seatrial_kubernetes::Minor;
use seatrial_model::{Node, SourceFile, Sources};
use seatrial_registry::is_host;
use seatrial_schema::nearest;
use seatrial_smoke::{Test, TestOptions};
use seatrial_tree::{join, parent};

use crate::catalog;

use super::place::{find, root_of};
use super::raw::{RawCluster, RawConfig, RawEnvironment, RawTest};
use super::template::{Placeholders, is_dns_label};
use super::{
    After, ClusterConfig, Config, ConfigProblem, DeployConfig, EnvironmentConfig, FluxSource, PreviewConfig,
    SourceConfig, TestConfig, checked_out, fill,
};

/// The configuration.
///
/// # Errors
/// Everything in it that contradicts itself.
pub(super) fn check(path: &str, text: &str, raw: RawConfig) -> Result<Config, Vec<ConfigProblem>> {
    let mut checker = Checker::new(path, text);
    let config = checker.config(raw);
    if checker.problems.is_empty() { Ok(config) } else { Err(checker.problems) }
}

/// Finds places for what the types cannot say.
struct Checker {
    path: String,
    file: Arc<SourceFile>,
    root: Option<Node>,
    problems: Vec<ConfigProblem>,
}

impl Checker {
    fn new(path: &str, text: &str) -> Checker {
        let file = Sources::new().add(path, text.to_owned());
        let root = root_of(&file);
        Checker { path: path.to_owned(), file, root, problems: Vec::new() }
    }

    fn config(&mut self, raw: RawConfig) -> Config {
        if raw.version != 1 {
            let message = format!("version {} is not supported; this program reads version 1", raw.version);
            self.problem(&["version"], message);
        }
        let mut config = Config {
            checkouts: raw.checkouts,
            registries: raw.registries,
            rules: raw.rules,
            report: raw.report,
            collector: raw.collector,
            ..Config::default()
        };
        let names: Vec<String> = raw.environments.keys().cloned().collect();
        for (name, environment) in raw.environments {
            if let Some(environment) = self.environment(&name, environment) {
                config.environments.insert(name, environment);
            }
        }
        self.rules(&config);
        for (index, checkout) in config.checkouts.iter().enumerate() {
            if let Err(sentence) = checkout.in_tree(&self.path) {
                self.problem(&["checkouts", &index.to_string()], sentence);
            }
        }
        let is_label =
            |label: &String| !label.trim().is_empty() && label.chars().count() <= 50 && !label.contains(['\n', ',']);
        if config.report.routine_label.as_ref().is_some_and(|label| !is_label(label)) {
            let sentence = "a label has up to 50 characters, and no comma".to_owned();
            self.problem(&["report", "routine-label"], sentence);
        }
        for host in config.registries.keys().filter(|host| !is_host(host)) {
            let sentence = format!("`{host}` is not a host, such as `shop.azurecr.io` or `registry.example.com:5000`");
            self.problem(&["registries", host], sentence);
        }
        for (index, test) in raw.tests.into_iter().enumerate() {
            config.tests.extend(self.test(&index.to_string(), test, &names));
        }
        self.needs(&config.tests);
        config
    }

    fn rules(&mut self, config: &Config) {
        for rule in config.rules.keys() {
            let Some(known) = catalog::find(rule) else {
                let near = nearest(rule, catalog::all().iter().map(|rule| rule.as_str()));
                let hint = near.map_or(String::new(), |near| format!("; did you mean `{near}`?"));
                self.problem(&["rules", rule], format!("there is no rule `{rule}`{hint}"));
                continue;
            };
            if let Some(because) = known.info().setting.why_not() {
                self.problem(&["rules", rule], format!("the level of `{rule}` cannot be set: {because}"));
            }
        }
    }

    /// `None` where it has no source.
    fn environment(&mut self, name: &str, raw: RawEnvironment) -> Option<EnvironmentConfig> {
        let at = |rest: &[&'static str]| -> Vec<&str> { ["environments", name].iter().chain(rest).copied().collect() };
        let minor = raw.kubernetes.as_deref().map(Minor::parse).transpose();
        let kubernetes = minor.unwrap_or_else(|sentence| {
            self.problem(&at(&["kubernetes"]), sentence);
            None
        });
        let cluster = raw.cluster.and_then(|cluster| self.cluster(&at(&["cluster"]), cluster));
        if let Some(deploy) = &raw.deploy {
            self.deploy(name, deploy);
        }
        let sources = [
            raw.flux.map(|flux| SourceConfig::Flux(Box::new(flux))),
            raw.kustomize.map(SourceConfig::Kustomize),
            raw.helm.map(|helm| SourceConfig::Helm(Box::new(helm))),
            raw.manifests.map(SourceConfig::Manifests),
        ];
        let mut sources: Vec<SourceConfig> = sources.into_iter().flatten().collect();
        let keys = "`flux:`, `kustomize:`, `helm:` and `manifests:`";
        let source = match (sources.pop(), sources.pop()) {
            (Some(source), None) => source,
            (None, _) => {
                let message = format!("environment `{name}` has no source; give it one of {keys}");
                self.problem(&at(&[]), message);
                return None;
            }
            (Some(_), Some(_)) => {
                let message = format!("environment `{name}` has two sources; keep one of {keys}");
                self.problem(&at(&[]), message);
                return None;
            }
        };
        if let SourceConfig::Flux(flux) = &source {
            self.flux(name, flux);
        }
        if let SourceConfig::Helm(helm) = &source {
            for (key, message) in helm.problems() {
                self.problem(&at(&["helm", key]), message);
            }
            if helm.trial && raw.deploy.is_some() {
                let message = "a chart that is tried is not deployed; leave out `trial`, or `deploy`".to_owned();
                self.problem(&at(&["helm", "trial"]), message);
            }
            let leads_out = |path: &&String| join(parent(&self.path), path).is_none();
            for (key, paths) in [("values", &helm.values), ("lookup", &helm.lookup)] {
                if let Some(path) = paths.iter().find(leads_out) {
                    let message = format!("the path `{path}` of environment `{name}` leads out of the repository");
                    self.problem(&at(&["helm", key]), message);
                    return None;
                }
            }
        }
        if source.in_tree(&self.path, name).is_none() {
            let message = format!("the path `{}` of environment `{name}` leads out of the repository", source.path());
            self.problem(&at(&source.place()), message);
        }
        Some(EnvironmentConfig { source, kubernetes, cluster, simulated: raw.simulated, deploy: raw.deploy })
    }

    fn flux(&mut self, environment: &str, flux: &FluxSource) {
        if flux.path.is_none() && flux.azure.is_none() {
            let message = format!("environment `{environment}` has no root; give `flux:` a `path:` or an `azure:`");
            self.problem(&["environments", environment, "flux"], message);
        }
        if let Some(version) =
            flux.version.as_deref().filter(|version| seatrial_flux::Version::parse(version).is_none())
        {
            let message = format!("`{version}` is not a version of Flux, such as `2.9`");
            self.problem(&["environments", environment, "flux", "version"], message);
        }
        if flux.version.is_some() && flux.extension.is_some() {
            let message =
                "`flux` takes one of `version:` and `extension:`: an extension has one version of Flux".to_owned();
            self.problem(&["environments", environment, "flux", "extension"], message);
        }
        for (name, path) in &flux.repositories {
            if checked_out(&self.path, path).is_none() {
                let message = format!(
                    "`{path}` is not a path to a checkout in the repository or beside it, such as `../platform`"
                );
                self.problem(&["environments", environment, "flux", "repositories", name], message);
            }
        }
    }

    fn cluster(&mut self, at: &[&str], raw: RawCluster) -> Option<ClusterConfig> {
        match (raw.kubeconfig, raw.in_cluster) {
            (Some(kubeconfig), None) => Some(ClusterConfig::Kubeconfig(kubeconfig)),
            (None, Some(_)) => Some(ClusterConfig::InCluster),
            (Some(_), Some(_)) | (None, None) => {
                self.problem(at, "`cluster` takes exactly one of `kubeconfig:` and `in-cluster:`".to_owned());
                None
            }
        }
    }

    fn deploy(&mut self, environment: &str, deploy: &DeployConfig) {
        let at = |rest: &[&'static str]| -> Vec<&str> {
            ["environments", environment, "deploy"].iter().chain(rest).copied().collect()
        };
        let preview = deploy.preview.as_ref();
        let durations = [
            (deploy.timeout.as_deref(), vec!["timeout"]),
            (deploy.settle.as_deref(), vec!["settle"]),
            (preview.and_then(|p| p.ttl.as_deref()), vec!["preview", "ttl"]),
        ];
        for (duration, place) in durations {
            if let Some(Err(sentence)) = duration.map(seatrial_smoke::parse_duration) {
                self.problem(&at(&place), sentence);
            }
        }
        let sample = Placeholders {
            number: Some(1),
            environment: environment.to_owned(),
            branch: Some("b".to_owned()),
            sha: Some("0".to_owned()),
        };
        if let Some(Err(sentence)) = deploy.url.as_deref().map(|url| fill(url, &sample)) {
            self.problem(&at(&["url"]), sentence.to_string());
        }
        if preview.is_some() && deploy.after == After::Restore {
            let message =
                "`after: restore` is for environments without `preview:`; `cleanup` deletes a preview".to_owned();
            self.problem(&at(&["after"]), message);
        }
        if let Some(Err(sentence)) = preview.map(|preview| namespace(preview, &sample)) {
            self.problem(&at(&["preview", "namespace"]), sentence);
        }
    }

    /// `None` where it has no probe.
    fn test(&mut self, index: &str, mut raw: RawTest, environments: &[String]) -> Option<TestConfig> {
        let name = raw.name.value.clone();
        if !environments.contains(&raw.environment) {
            let hint = nearest(&raw.environment, environments.iter().map(String::as_str));
            let hint = hint.map_or(String::new(), |near| format!("; did you mean `{near}`?"));
            let message =
                format!("test `{name}` names the environment `{}`, which is not configured{hint}", raw.environment);
            self.problem(&["tests", index, "environment"], message);
        }
        let mut probes = raw.probes();
        if probes.len() > 1 {
            let keys: Vec<String> = probes.iter().map(|probe| format!("`{}:`", probe.kind())).collect();
            let message = format!("test `{name}` has several probes; keep one of {}", keys.join(", "));
            self.problem(&["tests", index], message);
            return None;
        }
        let Some(probe) = probes.pop() else {
            let message = format!(
                "test `{name}` has no probe; give it one of `http:`, `tcp:`, `grpc:`, `rollout:`, `job:`, `command:` and `helm-test:`"
            );
            self.problem(&["tests", index], message);
            return None;
        };
        for path in raw.when.iter().flat_map(|when| &when.paths) {
            if join(parent(&self.path), path).is_none() && !path.starts_with('/') {
                let message = format!("test `{name}`: the pattern `{path}` of `when` leads out of the repository");
                self.problem(&["tests", index, "when", "paths"], message);
            }
        }
        let RawTest { timeout, retries, needs, optional, when, .. } = raw;
        let options = TestOptions { timeout, retries, needs, optional, when };
        let test = Test { name: name.clone(), probe, options };
        for sentence in seatrial_smoke::problems(&test) {
            self.problem(&["tests", index], format!("test `{name}`: {sentence}"));
        }
        Some(TestConfig { name: raw.name, environment: raw.environment, probe: test.probe, options: test.options })
    }

    /// What tests need must be tests of their environment, and must not form a cycle.
    fn needs(&mut self, tests: &[TestConfig]) {
        let mut known: Needs<'_> = HashMap::new();
        for test in tests {
            let needs = test.options.needs.iter().map(String::as_str);
            known.entry((&test.environment, &test.name.value)).or_default().extend(needs);
        }
        for (index, test) in tests.iter().enumerate().filter(|(_, test)| !test.options.needs.is_empty()) {
            let (name, environment) = (&test.name.value, &test.environment);
            let missing = |need: &&String| !known.contains_key(&(environment.as_str(), need.as_str()));
            for need in test.options.needs.iter().filter(missing) {
                let others = tests.iter().filter(|other| other.environment == *environment);
                let hint = nearest(need, others.map(|other| other.name.value.as_str()));
                let hint = hint.map_or(String::new(), |near| format!("; did you mean `{near}`?"));
                let message = format!("test `{name}` needs `{need}`, which is not a test of {environment}{hint}");
                self.problem(&["tests", &index.to_string(), "needs"], message);
            }
            if leads_back(test, &known) {
                let message = format!("test `{name}` needs itself, through other tests");
                self.problem(&["tests", &index.to_string(), "needs"], message);
            }
        }
    }

    fn problem(&mut self, path: &[&str], message: String) {
        let span = self.root.as_ref().map(|root| find(root, path));
        let place = span.map(|span| self.file.line_column(span.start));
        let line = place.map_or(String::new(), |(line, _)| self.file.line(line).to_owned());
        self.problems.push(ConfigProblem { path: self.path.clone(), place, line, message });
    }
}

fn namespace(preview: &PreviewConfig, sample: &Placeholders) -> Result<(), String> {
    let filled = fill(&preview.namespace, sample).map_err(|error| error.to_string())?;
    if is_dns_label(&filled) {
        return Ok(());
    }
    Err(format!(
        "`{}` is not a valid namespace name; use lower-case letters, digits and `-`, at most 63",
        preview.namespace
    ))
}

/// What the tests of an environment that have a name need.
type Needs<'a> = HashMap<(&'a str, &'a str), Vec<&'a str>>;

/// Whether what a test needs needs the test.
fn leads_back(test: &TestConfig, known: &Needs<'_>) -> bool {
    let (environment, own) = (test.environment.as_str(), test.name.value.as_str());
    let mut seen: HashSet<&str> = HashSet::new();
    let mut pending: Vec<&str> = test.options.needs.iter().map(String::as_str).filter(|need| *need != own).collect();
    while let Some(name) = pending.pop() {
        if name == own {
            return true;
        }
        if seen.insert(name) {
            pending.extend(known.get(&(environment, name)).into_iter().flatten());
        }
    }
    false
}
