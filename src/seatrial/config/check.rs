//! Text → configuration, or everything that is wrong with it.

use std::sync::Arc;

use seatrial_kubernetes::Minor;
use seatrial_model::{CATALOG, Level, Node, SourceFile, Sources, Span};
use seatrial_schema::nearest;
use seatrial_trial::Test;

use super::place::{find, root_of};
use super::template::{Placeholders, is_dns_label};
use super::{Config, ConfigProblem, EnvironmentConfig, TestConfig, fill};

/// Bytes of a configuration at most.
const LARGEST: usize = 1 << 20;

/// Reads a configuration. `path` is how the file is called in messages.
///
/// # Errors
/// Everything that is wrong: the first error of the syntax or of a type, or else all that contradicts itself.
pub(crate) fn read(path: &str, text: &str) -> Result<Config, Vec<ConfigProblem>> {
    if text.len() > LARGEST {
        let message = format!("the file has {} bytes; no configuration is larger than 1 MiB", text.len());
        return Err(vec![ConfigProblem { path: path.to_owned(), place: None, line: String::new(), message }]);
    }
    let problems = unreadable(path, text);
    if !problems.is_empty() {
        return Err(problems);
    }
    let config: Config = serde_saphyr::from_str(text).map_err(|error| vec![syntax_problem(path, text, &error)])?;
    let checker = Checker::new(path, text);
    let problems = checker.check(&config);
    if problems.is_empty() { Ok(config) } else { Err(problems) }
}

/// What is no YAML, or more than one document of it: our own parser knows the place and the way out better.
fn unreadable(path: &str, text: &str) -> Vec<ConfigProblem> {
    let file = Sources::new().add(path, text.to_owned());
    let parsed = seatrial_yaml::parse(&file, seatrial_yaml::Dialect::Kustomize);
    let at = |span: Span, message: String| {
        let (line, column) = file.line_column(span.start);
        ConfigProblem { path: path.to_owned(), place: Some((line, column)), line: file.line(line).to_owned(), message }
    };
    let wrong = parsed.findings.into_iter().filter(|f| f.level == Level::Error).map(|finding| {
        let help = finding.help.map_or(String::new(), |help| format!("; {help}"));
        at(finding.primary.span, format!("{}{help}", finding.message))
    });
    let further = parsed.documents.iter().skip(1).take(1);
    let further = further.map(|d| at(d.node.span(), "one YAML document is wanted, and another begins here".to_owned()));
    wrong.chain(further).collect()
}

fn syntax_problem(path: &str, text: &str, error: &serde_saphyr::Error) -> ConfigProblem {
    use serde_saphyr::Error;
    let error = error.without_snippet();
    let message = match error {
        Error::SerdeUnknownField { field, expected, .. } => unknown("key", field, expected),
        Error::SerdeUnknownVariant { variant, expected, .. } => unknown("value", variant, expected),
        Error::SerdeMissingField { field, .. } => format!("the key `{field}` is missing here"),
        Error::SerdeInvalidType { unexpected, expected, .. }
        | Error::SerdeInvalidValue { unexpected, expected, .. } => {
            format!("{unexpected} stands where {expected} is wanted")
        }
        Error::DuplicateMappingKey { key: Some(key), .. } => format!("the key `{key}` stands here twice"),
        Error::InvalidScalar { ty, .. } => format!("{} is wanted here", described(ty)),
        Error::Unexpected { expected, .. } => format!("{} is wanted here", described(expected)),
        Error::NullIntoString { .. } => "a text is wanted here, and there is none".to_owned(),
        Error::Eof { .. } => "the file is empty; write `version: 1` and `environments:`".to_owned(),
        other => first_line(&other.to_string()),
    };
    let place = error.location().map(|at| (at.line(), at.column()));
    let place = place.and_then(|(l, c)| Some((usize::try_from(l).ok()?.max(1), usize::try_from(c).ok()?.max(1))));
    let line = place.and_then(|(line, _)| text.lines().nth(line - 1)).unwrap_or_default().to_owned();
    ConfigProblem { path: path.to_owned(), place, line, message }
}

/// What a type or a part of YAML is to a person.
fn described(expected: &str) -> &str {
    match expected {
        "mapping start" => "a mapping (`key: value`)",
        "sequence start" => "a list (`- item`)",
        "string scalar" => "a text",
        "bool" => "`true` or `false`",
        number if number.starts_with(['u', 'i']) && number.ends_with(char::is_numeric) => "a whole number",
        other => other,
    }
}

/// The sentence without the place that the library puts behind it.
fn first_line(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    let line = line.strip_prefix("error: ").unwrap_or(line);
    let cut = [" at line ", ": line "].iter().filter_map(|mark| line.find(mark)).min();
    line[..cut.unwrap_or(line.len())].to_owned()
}

fn unknown(what: &str, found: &str, expected: &[&'static str]) -> String {
    if let Some(near) = nearest(found, expected.iter().copied()) {
        return format!("unknown {what} `{found}`; did you mean `{near}`?");
    }
    let known: Vec<String> = expected.iter().map(|name| format!("`{name}`")).collect();
    format!("unknown {what} `{found}`; known here: {}", known.join(", "))
}

/// Finds places for what the types cannot say.
struct Checker {
    path: String,
    file: Arc<SourceFile>,
    root: Option<Node>,
}

impl Checker {
    fn new(path: &str, text: &str) -> Checker {
        let file = Sources::new().add(path, text.to_owned());
        let root = root_of(&file);
        Checker { path: path.to_owned(), file, root }
    }

    fn check(&self, config: &Config) -> Vec<ConfigProblem> {
        let mut problems = Vec::new();
        if config.version != 1 {
            let message = format!("version {} is not known; this program reads version 1", config.version);
            problems.push(self.problem(&["version"], message));
        }
        for (name, environment) in &config.environments {
            self.check_environment(name, environment, &mut problems);
        }
        for rule in config.rules.keys() {
            if !CATALOG.iter().any(|info| info.id.as_str() == rule) {
                let known = CATALOG.iter().map(|info| info.id.as_str());
                let hint = nearest(rule, known).map_or(String::new(), |near| format!("; did you mean `{near}`?"));
                problems.push(self.problem(&["rules", rule], format!("there is no rule `{rule}`{hint}")));
            }
        }
        for (index, checkout) in config.checkouts.iter().enumerate() {
            if let Err(sentence) = checkout.in_tree(&self.path) {
                problems.push(self.problem(&["checkouts", &index.to_string()], sentence));
            }
        }
        for (index, test) in config.tests.iter().enumerate() {
            self.check_test(index, test, config, &mut problems);
        }
        problems
    }

    fn check_environment(&self, name: &str, environment: &EnvironmentConfig, problems: &mut Vec<ConfigProblem>) {
        let at = |rest: &[&'static str]| -> Vec<&str> { ["environments", name].iter().chain(rest).copied().collect() };
        match [environment.kustomize.is_some(), environment.manifests.is_some()].iter().filter(|is| **is).count() {
            1 => {}
            0 => problems.push(self.problem(
                &at(&[]),
                format!("environment `{name}` has no source; give it `kustomize:` or `manifests:`"),
            )),
            _ => problems.push(self.problem(
                &at(&[]),
                format!("environment `{name}` has two sources; keep one of `kustomize:` and `manifests:`"),
            )),
        }
        if let Some(Err(sentence)) = environment.kubernetes.as_deref().map(Minor::parse) {
            problems.push(self.problem(&at(&["kubernetes"]), sentence));
        }
        if let Some(cluster) = &environment.cluster
            && cluster.kubeconfig.is_some() == cluster.in_cluster.is_some()
        {
            problems.push(self.problem(
                &at(&["cluster"]),
                "`cluster` takes exactly one of `kubeconfig:` and `in-cluster:`".to_owned(),
            ));
        }
        let Some(deploy) = &environment.deploy else { return };
        let preview = deploy.preview.as_ref();
        let durations = [
            (deploy.timeout.as_deref(), vec!["deploy", "timeout"]),
            (preview.and_then(|p| p.ttl.as_deref()), vec!["deploy", "preview", "ttl"]),
        ];
        for (duration, place) in durations {
            if let Some(Err(sentence)) = duration.map(seatrial_trial::parse_duration) {
                problems.push(self.problem(&at(&place), sentence));
            }
        }
        let sample = Placeholders {
            number: Some(1),
            environment: name.to_owned(),
            branch: Some("b".to_owned()),
            sha: Some("0".to_owned()),
        };
        if let Some(Err(sentence)) = deploy.url.as_deref().map(|url| fill(url, &sample)) {
            problems.push(self.problem(&at(&["deploy", "url"]), sentence));
        }
        match preview.map(|p| (p, fill(&p.namespace, &sample))) {
            Some((_, Err(sentence))) => problems.push(self.problem(&at(&["deploy", "preview", "namespace"]), sentence)),
            Some((preview, Ok(namespace))) if !is_dns_label(&namespace) => problems.push(self.problem(
                &at(&["deploy", "preview", "namespace"]),
                format!(
                    "`{}` makes no namespace name; it takes lower-case letters, digits and `-`, at most 63",
                    preview.namespace
                ),
            )),
            _ => {}
        }
    }

    fn check_test(&self, index: usize, test: &TestConfig, config: &Config, problems: &mut Vec<ConfigProblem>) {
        let index = index.to_string();
        let name = &test.name.value;
        if !config.environments.contains_key(&test.environment) {
            let hint = nearest(&test.environment, config.environments.keys().map(String::as_str));
            let hint = hint.map_or(String::new(), |near| format!("; did you mean `{near}`?"));
            let message =
                format!("test `{name}` names the environment `{}`, which is not configured{hint}", test.environment);
            problems.push(self.problem(&["tests", &index, "environment"], message));
        }
        match (test.http.is_some(), test.rollout.is_some(), test.probe()) {
            (true, true, _) => problems.push(self.problem(
                &["tests", &index],
                format!("test `{name}` has two probes; keep one of `http:` and `rollout:`"),
            )),
            (_, _, Some(probe)) => {
                let wrong = seatrial_trial::problems(&Test { name: name.clone(), probe });
                problems.extend(
                    wrong
                        .into_iter()
                        .map(|sentence| self.problem(&["tests", &index], format!("test `{name}`: {sentence}"))),
                );
            }
            (_, _, None) => problems.push(
                self.problem(&["tests", &index], format!("test `{name}` has no probe; give it `http:` or `rollout:`")),
            ),
        }
    }

    fn problem(&self, path: &[&str], message: String) -> ConfigProblem {
        let span = self.root.as_ref().map(|root| find(root, path));
        let place = span.map(|span| self.file.line_column(span.start));
        let line = place.map_or(String::new(), |(line, _)| self.file.line(line).to_owned());
        ConfigProblem { path: self.path.clone(), place, line, message }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let found = match read("seatrial.yaml", text) {
            Ok(_) => Vec::new(),
            Err(problems) => problems,
        };
        let found: Vec<String> = found
            .iter()
            .map(|p| format!("{}: {}", p.place.map_or("-".to_owned(), |(l, c)| format!("{l}:{c}")), p.message))
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn an_unknown_key_is_an_error_with_the_line_and_a_suggestion() {
        check("version: 1\nenviroments: {}\n", &["2:1: unknown key `enviroments`; did you mean `environments`?"]);
    }

    #[test]
    fn an_environment_needs_exactly_one_source() {
        check(
            "version: 1\nenvironments:\n  dev: {}\n  prod:\n    kustomize: { path: a }\n    manifests: { path: b }\n",
            &[
                "3:3: environment `dev` has no source; give it `kustomize:` or `manifests:`",
                "4:3: environment `prod` has two sources; keep one of `kustomize:` and `manifests:`",
            ],
        );
    }

    #[test]
    fn a_test_must_name_a_configured_environment_and_one_probe() {
        check(
            "version: 1\nenvironments:\n  dev:\n    kustomize: { path: a }\ntests:\n  - name: x\n    environment: dve\n    rollout: { workload: Deployment/web }\n  - name: y\n    environment: dev\n",
            &[
                "7:5: test `x` names the environment `dve`, which is not configured; did you mean `dev`?",
                "9:5: test `y` has no probe; give it `http:` or `rollout:`",
            ],
        );
    }

    #[test]
    fn minors_durations_placeholders_and_rules_are_checked() {
        let text = "version: 1\nenvironments:\n  dev:\n    kustomize: { path: a }\n    kubernetes: \"1.12\"\n    deploy:\n      timeout: soon\n      preview: { namespace: \"shop-{nmber}\" }\nrules:\n  schemaa: off\n";
        let problems = read("seatrial.yaml", text).expect_err("four problems");
        let places: Vec<_> = problems.iter().filter_map(|p| p.place).collect();
        assert_eq!(places, [(5, 5), (7, 7), (8, 18), (10, 3)]);
    }

    #[test]
    fn a_good_configuration_is_read() {
        check(
            "version: 1\nenvironments:\n  dev:\n    kustomize: { path: deploy }\n    deploy: { timeout: 10m }\n",
            &[],
        );
    }
}
