//! Environments of a report as a matrix, in the shape that the host starts jobs by.

use seatrial_model::{EnvironmentReport, Report, Target};
use serde_json::{Map, Value, json};

use crate::Host;

/// Compact JSON. GitHub Actions: `{"include":[{"environment":"dev",…}]}`, for `matrix: ${{ fromJSON(…) }}`. Azure Pipelines:
/// `{"dev":{"environment":"dev",…}}`, for `matrix: $[ … ]`; its names are letters, digits and underscores. Values are strings, as variables are.
#[must_use]
pub fn environment_matrix(host: Host, report: &Report) -> String {
    let legs = report.environments.iter().map(|environment| leg(environment, report));
    let matrix = match host {
        Host::AzurePipelines => Value::Object(named(legs)),
        Host::GitHubActions | Host::Jenkins | Host::Other | Host::Local => {
            json!({ "include": legs.collect::<Vec<_>>() })
        }
    };
    matrix.to_string()
}

fn leg(environment: &EnvironmentReport, report: &Report) -> Value {
    let url = environment.target.as_ref().and_then(Target::address);
    let changed = environment.changed.map(|changed| changed.to_string());
    json!({
        "environment": environment.name,
        "verdict": report.verdict_in(environment).as_str(),
        "changed": changed.unwrap_or_default(),
        "url": url.unwrap_or_default(),
    })
}

fn named(legs: impl Iterator<Item = Value>) -> Map<String, Value> {
    let mut named = Map::new();
    for leg in legs {
        let name = leg.get("environment").and_then(Value::as_str).unwrap_or_default();
        let plain: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
        // A name begins with a letter.
        let first = if plain.starts_with(|c: char| c.is_ascii_alphabetic()) { plain } else { format!("e_{plain}") };
        let mut unique = first.clone();
        let mut nth = 1;
        while named.contains_key(&unique) {
            nth += 1;
            unique = format!("{first}_{nth}");
        }
        named.insert(unique, leg);
    }
    named
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(names: &[&str]) -> Report {
        let mut report = Report::new("run", "0");
        for name in names {
            let environment = json!({
                "name": name, "source": "", "kubernetes": "1.35", "objects": 1, "changed": true, "changes": [], "tests": [], "skipped": [],
                "notChecked": [], "vanished": [],
                "stages": [{ "stage": "render", "result": "failed", "summary": "", "durationMs": 1 }],
                "target": { "cluster": "aks", "simulated": false, "url": "https://dev.example.com" },
            });
            report.environments.push(serde_json::from_value(environment).expect("an environment"));
        }
        report
    }

    #[test]
    fn each_host_gets_the_shape_that_it_reads() {
        let leg = r#""changed":"true","environment":"dev","url":"https://dev.example.com","verdict":"failed""#;
        let sorted = |text: &str| serde_json::from_str::<Value>(text).expect("JSON");
        assert_eq!(
            sorted(&environment_matrix(Host::GitHubActions, &report(&["dev"]))),
            sorted(&format!(r#"{{"include":[{{{leg}}}]}}"#))
        );
        assert_eq!(
            sorted(&environment_matrix(Host::AzurePipelines, &report(&["dev"]))),
            sorted(&format!(r#"{{"dev":{{{leg}}}}}"#))
        );
    }

    #[test]
    fn names_that_azure_pipelines_does_not_take_are_rewritten_and_stay_apart() {
        let matrix = environment_matrix(Host::AzurePipelines, &report(&["a/b", "a-b", "1"]));
        let matrix: Map<String, Value> = serde_json::from_str(&matrix).expect("JSON");
        let mut names: Vec<&str> = matrix.keys().map(String::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, ["a_b", "a_b_2", "e_1"]);
    }

    #[test]
    fn nothing_judged_is_an_empty_matrix() {
        assert_eq!(environment_matrix(Host::GitHubActions, &report(&[])), r#"{"include":[]}"#);
        assert_eq!(environment_matrix(Host::AzurePipelines, &report(&[])), "{}");
    }
}
