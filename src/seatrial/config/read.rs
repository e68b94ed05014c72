//! Text → configuration, or everything that is wrong with it.
//!
//! What the types cannot say is checked in `check.rs`.

use seatrial_model::{Level, Sources, Span};
use seatrial_schema::nearest;

use super::check::check;
use super::raw::RawConfig;
use super::{Config, ConfigProblem};

/// Bytes of a configuration at most.
const LARGEST: usize = 1 << 20;

/// Reads a configuration. `path` is how the file is called in messages.
///
/// # Errors
/// Everything that is wrong: the first error of the syntax or of a type, or else all that contradicts itself.
pub(crate) fn read(path: &str, text: &str) -> Result<Config, Vec<ConfigProblem>> {
    if text.len() > LARGEST {
        let message = format!("the file has {} bytes; a configuration may have at most 1 MiB", text.len());
        return Err(vec![ConfigProblem { path: path.to_owned(), place: None, line: String::new(), message }]);
    }
    let problems = unreadable(path, text);
    if !problems.is_empty() {
        return Err(problems);
    }
    let raw: RawConfig = serde_saphyr::from_str(text).map_err(|error| vec![syntax_problem(path, text, &error)])?;
    check(path, text, raw)
}

/// What is not YAML, or more than one document of it: our own parser knows the place and the way out better.
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
    let further =
        further.map(|d| at(d.node.span(), "a configuration is one YAML document, and another begins here".to_owned()));
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
            format!("found {unexpected}, expected {expected}")
        }
        Error::DuplicateMappingKey { key: Some(key), .. } => format!("the key `{key}` appears twice"),
        Error::InvalidScalar { ty, .. } => format!("expected {} here", described(ty)),
        Error::Unexpected { expected, .. } => format!("expected {} here", described(expected)),
        Error::NullIntoString { .. } => "expected a string here, found nothing".to_owned(),
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
        "string scalar" => "a string",
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
    format!("unknown {what} `{found}`; expected one of {}", known.join(", "))
}

#[cfg(test)]
mod tests {
    use seatrial_kustomize::LoadRestriction;

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
                "3:3: environment `dev` has no source; give it one of `flux:`, `kustomize:`, `helm:` and `manifests:`",
                "4:3: environment `prod` has two sources; keep one of `flux:`, `kustomize:`, `helm:` and `manifests:`",
            ],
        );
    }

    #[test]
    fn flux_needs_a_root() {
        let text = |flux: &str| format!("version: 1\nenvironments:\n  dev:\n    flux: {flux}\n");
        check(
            &text("{ version: \"2.9\" }"),
            &["4:5: environment `dev` has no root; give `flux:` a `path:` or an `azure:`"],
        );
        check(
            &text("{ azure: ../main.json }"),
            &["4:13: the path `../main.json` of environment `dev` leads out of the repository"],
        );
        for flux in ["{ azure: infra/main.json }", "{ path: clusters/dev }", "{ path: clusters/dev, azure: main.json }"]
        {
            check(&text(flux), &[]);
        }
    }

    #[test]
    fn a_chart_has_a_release_that_helm_takes() {
        let text = |helm: &str| format!("version: 1\nenvironments:\n  dev:\n    helm: {helm}\n");
        for helm in [
            "{ chart: charts/web, values: [a.yaml], set: { image.tag: v1, replicas: 2, debug: true, old: null } }",
            "{ chart: web-1.2.3.tgz, set: [image.tag=v1, 'list[0]=a'], release: web, namespace: shop, version: 4 }",
            "{ chart: web, version: 3 }",
        ] {
            check(&text(helm), &[]);
        }
        check(
            &text("{ chart: web, release: Web_1, namespace: a.b, version: 2 }"),
            &[
                "4:57: `2` is not a major version of Helm that is known: 3 and 4",
                "4:25: `Web_1` is not a name of a release; use lower-case letters, digits, `-` and `.`, at most 53",
                "4:41: `a.b` is not a valid namespace name; use lower-case letters, digits and `-`, at most 63",
            ],
        );
        check(
            &text("{ chart: ../web }"),
            &["4:13: the path `../web` of environment `dev` leads out of the repository"],
        );
        check(
            &text("{ chart: web, values: [a.yaml, ../b.yaml] }"),
            &["4:25: the path `../b.yaml` of environment `dev` leads out of the repository"],
        );
        check(&text("{ chart: web, values: [a.yaml], trial: true }"), &[]);
        check(
            &text("{ chart: web, set: { a: b }, trial: true }\n    deploy: {}"),
            &[
                "4:25: a chart that is tried takes files of values alone; leave out `set` or `trial`",
                "4:40: a chart that is tried is not deployed; leave out `trial`, or `deploy`",
            ],
        );
        check(&text("{ chart: web, valuez: [] }"), &["4:25: unknown key `valuez`; did you mean `values`?"]);
    }

    #[test]
    fn a_test_must_name_a_configured_environment_and_one_probe() {
        check(
            "version: 1\nenvironments:\n  dev:\n    kustomize: { path: a }\ntests:\n  - name: x\n    environment: dve\n    rollout: { workload: Deployment/web }\n  - name: y\n    environment: dev\n",
            &[
                "7:5: test `x` names the environment `dve`, which is not configured; did you mean `dev`?",
                "9:5: test `y` has no probe; give it one of `http:`, `tcp:`, `grpc:`, `rollout:`, `job:`, `command:` and `helm-test:`",
            ],
        );
        check(
            "version: 1\nenvironments:\n  dev:\n    kustomize: { path: a }\ntests:\n  - name: x\n    environment: dev\n    rollout: { workload: Deployment/web }\n    helm-test: {}\n",
            &["6:5: test `x` has several probes; keep one of `rollout:`, `helm-test:`"],
        );
    }

    #[test]
    fn what_a_test_needs_is_a_test_and_not_itself() {
        let tests = |tests: &[(&str, &str)]| {
            let head = "version: 1\nenvironments:\n  dev:\n    kustomize: { path: a }\ntests:\n".to_owned();
            tests.iter().fold(head, |text, (name, needs)| {
                format!("{text}- {{ name: {name}, environment: dev, command: {{ run: ls }}, needs: [{needs}] }}\n")
            })
        };
        check(&tests(&[("a", ""), ("b", "a")]), &[]);
        check(
            &tests(&[("login", ""), ("b", "logn")]),
            &["7:54: test `b` needs `logn`, which is not a test of dev; did you mean `login`?"],
        );
        check(
            &tests(&[("a", "b"), ("b", "c"), ("c", "b")]),
            &["7:54: test `b` needs itself, through other tests", "8:54: test `c` needs itself, through other tests"],
        );
    }

    #[test]
    fn minors_durations_placeholders_and_rules_are_checked() {
        let text = "version: 1\nenvironments:\n  dev:\n    kustomize: { path: a }\n    kubernetes: \"1.12\"\n    deploy:\n      timeout: soon\n      settle: long\n      preview: { namespace: \"shop-{nmber}\" }\nrules:\n  schemaa: off\n";
        let problems = read("seatrial.yaml", text).expect_err("five problems");
        let places: Vec<_> = problems.iter().filter_map(|p| p.place).collect();
        assert_eq!(places, [(5, 5), (7, 7), (8, 7), (9, 18), (11, 3)]);
    }

    #[test]
    fn a_cluster_has_one_version_of_flux() {
        check(
            "version: 1\nenvironments:\n  dev:\n    flux: { path: a, version: \"2.9\", extension: \"1.19.5\" }\n  prod:\n    flux: { path: a, version: newest }\n",
            &[
                "4:38: `flux` takes one of `version:` and `extension:`: an extension has one version of Flux",
                "6:22: `newest` is not a version of Flux, such as `2.9`",
            ],
        );
    }

    #[test]
    fn a_rule_that_cannot_be_set_says_why() {
        check(
            "version: 1\nrules:\n  schema: warning\n  duplicate-key: off\n  parse-error: off\n  not-ready: note\n  config: off\n",
            &[
                "5:3: the level of `parse-error` cannot be set: what it finds leaves the rendered environment incomplete",
                "6:3: the level of `not-ready` cannot be set: it reports what the cluster or a test answered",
                "7:3: the level of `config` cannot be set: it is about this file",
            ],
        );
    }

    #[test]
    fn only_what_is_shared_is_put_back() {
        let text = |deploy: &str| {
            format!("version: 1\nenvironments:\n  dev:\n    kustomize: {{ path: a }}\n    deploy: {{ {deploy} }}\n")
        };
        for deploy in ["after: keep", "after: restore", "preview: { namespace: shop-pr-1 }, after: keep"] {
            check(&text(deploy), &[]);
        }
        check(&text("after: restor"), &["5:22: unknown value `restor`; did you mean `restore`?"]);
        check(
            &text("after: restore, preview: { namespace: shop-pr-1 }"),
            &["5:15: `after: restore` is for environments without `preview:`; `cleanup` deletes a preview"],
        );
    }

    #[test]
    fn an_unknown_rule_names_the_nearest_one() {
        check("version: 1\nrules: { schemaa: off }\n", &["2:10: there is no rule `schemaa`; did you mean `schema`?"]);
    }

    #[test]
    fn what_may_be_loaded_is_said_in_our_words_or_in_those_of_kustomize() {
        let text = |word: &str| {
            format!("version: 1\nenvironments:\n  dev:\n    kustomize: {{ path: a, loadRestrictor: {word} }}\n")
        };
        for word in ["none", "rootOnly", "LoadRestrictionsNone", "LoadRestrictionsRootOnly"] {
            let config = read("seatrial.yaml", &text(word)).expect("is known");
            let restriction = config.environments["dev"].source.load_restriction();
            assert_eq!(restriction.is_some_and(|r| r == LoadRestriction::None), word.ends_with("one"), "{word}");
        }
        check(&text("rootonly"), &["4:43: unknown value `rootonly`; did you mean `rootOnly`?"]);
    }

    #[test]
    fn a_good_configuration_is_read() {
        check(
            "version: 1\nenvironments:\n  dev:\n    kustomize: { path: deploy }\n    deploy: { timeout: 10m }\n",
            &[],
        );
    }
}
