//! What a pull request removes or changes among its own checks: environments, tests and levels of rules.

use seatrial_model::{Alteration, AlterationKind, AlteredSubject, Level};

use crate::catalog;
use crate::config::{Config, DeployConfig, EnvironmentConfig, RuleLevel, TestConfig};
use crate::context::authority::Authority;

/// Everything that `base` has and `change` has not, or has differently, in the order of the base.
pub(crate) fn alterations(base: &Config, change: &Config, authority: &Authority) -> Vec<Alteration> {
    let environments = base.environments.iter().filter_map(|(name, before)| {
        let (kind, details) = match change.environments.get(name) {
            None => (AlterationKind::Removed, String::new()),
            Some(after) => (AlterationKind::Changed, changes_of(before, after, authority)?),
        };
        Some(Alteration { subject: AlteredSubject::Environment, name: name.clone(), environment: None, kind, details })
    });
    let tests = base.tests.iter().filter_map(|before| altered_test(before, base, change));
    environments.chain(tests).chain(lowered_rules(base, change)).collect()
}

/// Which keys of an environment differ, and which of them count; `None` when none does.
fn changes_of(before: &EnvironmentConfig, after: &EnvironmentConfig, authority: &Authority) -> Option<String> {
    let mut now = Vec::new();
    let mut later = Vec::new();
    if before.source != after.source {
        now.push(after.source.key());
    }
    if before.kubernetes != after.kubernetes {
        now.push("kubernetes");
    }
    if before.simulated != after.simulated {
        now.push("simulated");
    }
    let of_authority = if matches!(authority, Authority::Checkout) { &mut now } else { &mut later };
    if before.cluster != after.cluster {
        of_authority.push("cluster");
    }
    if without_timeout(before.deploy.as_ref()) != without_timeout(after.deploy.as_ref()) {
        of_authority.push("deploy");
    } else if before.deploy != after.deploy {
        now.push("deploy.timeout");
    }
    let mut clauses = Vec::new();
    if !now.is_empty() {
        clauses.push(listed(&now));
    }
    if !later.is_empty() {
        clauses.push(format!("the change of {} takes effect after merge", listed(&later)));
    }
    (!clauses.is_empty()).then(|| clauses.join("; "))
}

fn without_timeout(deploy: Option<&DeployConfig>) -> Option<DeployConfig> {
    deploy.map(|deploy| DeployConfig { timeout: None, ..deploy.clone() })
}

/// `` `kustomize` and `simulated` ``.
fn listed(keys: &[&str]) -> String {
    keys.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(" and ")
}

fn altered_test(before: &TestConfig, base: &Config, change: &Config) -> Option<Alteration> {
    if change.tests.iter().any(|after| after.is_same(before)) {
        return None;
    }
    let is_new = |after: &&TestConfig| !base.tests.iter().any(|known| known.is_same(after));
    let twin = change.tests.iter().filter(is_new).find(|after| after.name.value == before.name.value);
    let (kind, details) = match twin {
        None => (AlterationKind::Removed, String::new()),
        Some(after) if after.environment != before.environment => {
            (AlterationKind::Changed, format!("it moves to {}", after.environment))
        }
        Some(after) => (AlterationKind::Changed, what_differs(before, after)),
    };
    Some(Alteration {
        subject: AlteredSubject::Test,
        name: before.name.value.clone(),
        environment: Some(before.environment.clone()),
        kind,
        details,
    })
}

fn what_differs(before: &TestConfig, after: &TestConfig) -> String {
    let (was, is) = (before.probe.kind(), after.probe.kind());
    let (one, other) = (&before.options, &after.options);
    let options = [
        ("timeout", one.timeout != other.timeout),
        ("retries", one.retries != other.retries),
        ("needs", one.needs != other.needs),
        ("optional", one.optional != other.optional),
        ("when", one.when != other.when),
    ];
    let mut differing: Vec<&str> = options.into_iter().filter(|(_, differs)| *differs).map(|(key, _)| key).collect();
    if was != is {
        return format!("`{was}` becomes `{is}`");
    }
    if before.probe != after.probe {
        differing.insert(0, is);
    }
    format!("its {}", listed(&differing))
}

/// Rules whose findings count for less than on the base.
fn lowered_rules(base: &Config, change: &Config) -> Vec<Alteration> {
    let names = base.rules.keys().chain(change.rules.keys().filter(|name| !base.rules.contains_key(*name)));
    let lowered = names.filter_map(|name| {
        let (before, after) = (base.rules.get(name).copied(), change.rules.get(name).copied());
        (weight(name, after) < weight(name, before)).then(|| Alteration {
            subject: AlteredSubject::Rule,
            name: name.clone(),
            environment: None,
            kind: AlterationKind::Changed,
            details: format!("{} becomes {}", level(name, before), level(name, after)),
        })
    });
    lowered.collect()
}

/// The level that a rule has when nothing is said is the one of the catalog.
fn weight(rule: &str, level: Option<RuleLevel>) -> u8 {
    match level.unwrap_or_else(|| of_catalog(rule)) {
        RuleLevel::Off => 0,
        RuleLevel::Note => 1,
        RuleLevel::Warning => 2,
        RuleLevel::Error => 3,
    }
}

fn level(rule: &str, level: Option<RuleLevel>) -> &'static str {
    match level.unwrap_or_else(|| of_catalog(rule)) {
        RuleLevel::Off => "`off`",
        RuleLevel::Note => "`note`",
        RuleLevel::Warning => "`warning`",
        RuleLevel::Error => "`error`",
    }
}

fn of_catalog(rule: &str) -> RuleLevel {
    match catalog::find(rule).map(|rule| rule.info().level) {
        Some(Level::Note) => RuleLevel::Note,
        Some(Level::Warning) => RuleLevel::Warning,
        Some(Level::Error) | None => RuleLevel::Error,
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;
    use crate::config::read;

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Cases {
        base: String,
        cases: Vec<Case>,
    }

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Case {
        what: String,
        /// Text of the base → text of the change.
        replace: Vec<(String, String)>,
        says: Vec<String>,
    }

    #[test]
    fn every_change_of_a_configuration_is_named_as_the_table_says() {
        let Cases { base, cases } = serde_saphyr::from_str(include_str!("testdata/alterations.yaml")).expect("cases");
        let config = |text: &str| read("seatrial.yaml", text).unwrap_or_else(|problems| panic!("{problems:?}"));
        let before = config(&base);
        for case in cases {
            let text = case.replace.iter().fold(base.clone(), |text, (from, to)| {
                assert!(text.contains(from.as_str()), "{}: the base does not have `{from}`", case.what);
                text.replacen(from.as_str(), to, 1)
            });
            let authority = Authority::Base(Box::new(before.clone()));
            let said: Vec<String> =
                alterations(&before, &config(&text), &authority).iter().map(Alteration::sentence).collect();
            assert_eq!(said, case.says, "{}", case.what);
        }
    }
}
