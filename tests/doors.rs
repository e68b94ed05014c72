//! The template for Azure Pipelines, as far as it can be run without Azure: its script with the variables that the agent would set. Whether it is
//! one to Azure's published schema is asked by `tests/doors/run`.
#![allow(clippy::disallowed_methods, reason = "this test runs the template's script")]

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

const STAND_IN: &str = "#!/bin/sh\nprintf '%s\\n' \"$@\" > \"$CALLS\"\nprintf 'token %s\\n' \"$SYSTEM_ACCESSTOKEN\" >> \"$CALLS\"\nexit \"${FAKE_EXIT:-0}\"\n";

struct Agent {
    scratch: tempfile::TempDir,
}

impl Agent {
    fn new() -> Agent {
        let agent = Agent { scratch: tempfile::tempdir().expect("a directory") };
        std::fs::create_dir_all(agent.at("sources/bin")).expect("created");
        std::fs::create_dir_all(agent.at("temp")).expect("created");
        let binary = agent.at("sources/bin/seatrial");
        std::fs::write(&binary, STAND_IN).expect("written");
        std::fs::set_permissions(&binary, std::fs::Permissions::from_mode(0o755)).expect("executable");
        agent
    }

    fn at(&self, path: &str) -> PathBuf {
        self.scratch.path().join(path)
    }

    /// Runs the script with parameters; the others have their defaults.
    fn run(&self, parameters: &[(&str, &str)], more: &[(&str, &str)]) -> (Output, String) {
        let template = template();
        let step = &template["steps"][0];
        let mut command = Command::new("bash");
        command.args(["--noprofile", "--norc", "-c", step["bash"].as_str().expect("a script")]);
        command.env_clear().env("PATH", std::env::var("PATH").unwrap_or_default()).current_dir(self.at("sources"));
        command.env("AGENT_TEMPDIRECTORY", self.at("temp")).env("BUILD_SOURCESDIRECTORY", self.at("sources"));
        command.env("CALLS", self.at("calls")).envs(more.iter().copied());
        for (name, value) in step["env"].as_object().expect("variables") {
            command.env(name, filled(value.as_str().expect("an expression"), parameters, &template));
        }
        let _ = std::fs::remove_file(self.at("calls"));
        let output = command.output().expect("bash runs");
        let calls = std::fs::read_to_string(self.at("calls")).unwrap_or_default();
        (output, calls.replace(&self.at("temp").display().to_string(), "TEMP"))
    }
}

fn template() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../azure-pipelines/seatrial.yml");
    serde_saphyr::from_str(&std::fs::read_to_string(path).expect("the template")).expect("YAML")
}

/// The value of `${{ parameters.name }}`.
fn filled(expression: &str, parameters: &[(&str, &str)], template: &Value) -> String {
    let name = expression.strip_prefix("${{ parameters.").and_then(|rest| rest.strip_suffix(" }}"));
    let name = name.unwrap_or_else(|| panic!("{expression} is one parameter, and nothing besides"));
    if let Some((_, value)) = parameters.iter().find(|(known, _)| *known == name) {
        return (*value).to_owned();
    }
    let declared = template["parameters"].as_array().expect("parameters");
    let parameter = declared.iter().find(|p| p["name"] == name).unwrap_or_else(|| panic!("{name} is declared"));
    parameter["default"].as_str().expect("a text").to_owned()
}

#[test]
fn parameters_become_arguments_one_for_each_line() {
    let parameters = [
        ("command", "run"),
        ("binaryPath", "bin/seatrial"),
        ("config", "deploy/seatrial.yaml"),
        ("environments", "dev\n\n  test  \n"),
        ("images", "web=registry.example/web:1.4.0"),
        ("arguments", "--cluster\na name with blanks; $(touch injected) `touch injected` \"quoted\""),
        ("azureToken", "job-token"),
    ];
    let agent = Agent::new();
    let (output, calls) = agent.run(&parameters, &[]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let expected = [
        "run",
        "--config",
        "deploy/seatrial.yaml",
        "--environment",
        "dev",
        "--environment",
        "test",
        "--image",
        "web=registry.example/web:1.4.0",
        "--output",
        "terminal",
        "--output",
        "json=TEMP/seatrial/report.json",
        "--output",
        "junit=TEMP/seatrial/tests.xml",
        "--output",
        "html=TEMP/seatrial/seatrial.html",
        "--output",
        "sarif=TEMP/seatrial/seatrial.sarif",
        "--cluster",
        "a name with blanks; $(touch injected) `touch injected` \"quoted\"",
        "token job-token",
    ];
    assert_eq!(calls.lines().collect::<Vec<_>>(), expected);
    assert!(!agent.at("sources/injected").exists());
}

#[test]
fn the_exit_code_is_the_binarys() {
    for code in ["0", "1", "2", "3"] {
        let (output, _) = Agent::new().run(&[("binaryPath", "bin/seatrial")], &[("FAKE_EXIT", code)]);
        assert_eq!(output.status.code().map(|code| code.to_string()).as_deref(), Some(code));
    }
}

#[test]
fn what_is_wrong_is_one_line_of_one_command() {
    let table = [
        (vec![("binaryPath", "nowhere\n##vso[task.setvariable variable=x]y")], "no executable file at"),
        (vec![("binaryUrl", "https://example.com/seatrial")], "needs the SHA-256"),
        (vec![("binaryPath", "bin/seatrial"), ("command", "run; rm")], "is not a command of seatrial"),
        (vec![], "no seatrial on PATH"),
    ];
    for (parameters, expected) in table {
        let (output, calls) = Agent::new().run(&parameters, &[("PATH", "/usr/bin:/bin")]);
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.starts_with("##vso[task.logissue type=error]") && said.contains(expected), "{said}");
        assert_eq!((said.lines().count(), calls.as_str()), (1, ""), "{said}");
    }
}

#[test]
fn every_parameter_is_used_and_the_tests_are_published_from_where_they_are_written() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../azure-pipelines/seatrial.yml");
    let text = std::fs::read_to_string(path).expect("the template");
    for parameter in template()["parameters"].as_array().expect("parameters") {
        let name = parameter["name"].as_str().expect("a name");
        assert!(text.contains(&format!("parameters.{name}")), "{name}");
    }
    assert!(text.contains("testResultsFiles: $(Agent.TempDirectory)/seatrial/tests.xml"), "{text}");
}
