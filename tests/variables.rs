//! The `SEATRIAL_*` variables, as a CI sets them: empty, strange and right.
#![allow(clippy::disallowed_methods, reason = "this test runs the program")]

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::process::Command;

const CONFIG: &str =
    "version: 1\nenvironments:\n  dev: { manifests: { path: app } }\n  staging: { manifests: { path: app } }\n";
const MAP: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: map }\n";
const VARIABLES: [&str; 27] = [
    "ALL",
    "BASE",
    "BASELINE",
    "CACHE",
    "CA_BUNDLE",
    "CHECK_IMAGES",
    "CHECKOUT",
    "CI",
    "CLUSTER",
    "COLOR",
    "CONFIG",
    "ENVIRONMENT",
    "FAIL_ON",
    "FORGE",
    "FORK",
    "FORMAT",
    "HEAD",
    "IMAGE",
    "KUBERNETES",
    "LOAD_RESTRICTOR",
    "OFFLINE",
    "OUTPUT",
    "PULL_REQUEST",
    "REPOSITORY",
    "STRICT_SCHEMAS",
    "TARGET",
    "TRUST_HEAD",
];

/// Exit code, and both streams without line breaks.
fn run(arguments: &[&str], environment: &[(&str, &OsStr)]) -> (Option<i32>, String) {
    let scratch = tempfile::tempdir().expect("a directory");
    std::fs::create_dir(scratch.path().join("app")).expect("created");
    std::fs::write(scratch.path().join("seatrial.yaml"), CONFIG).expect("written");
    std::fs::write(scratch.path().join("app/map.yaml"), MAP).expect("written");
    let mut command = Command::new(env!("CARGO_BIN_EXE_seatrial"));
    command.args(arguments).current_dir(scratch.path()).env_clear().envs(environment.iter().copied());
    let output = command.output().expect("runs");
    let text = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8_lossy(&text).split_whitespace().collect::<Vec<_>>().join(" "))
}

fn with(arguments: &[&str], environment: &[(&str, &str)]) -> (Option<i32>, String) {
    let environment: Vec<(&str, &OsStr)> =
        environment.iter().map(|(name, value)| (*name, OsStr::new(*value))).collect();
    run(arguments, &environment)
}

#[test]
fn an_empty_variable_is_as_if_it_were_unset() {
    for blank in ["", " "] {
        for name in VARIABLES {
            let name = format!("SEATRIAL_{name}");
            for arguments in [&["validate"][..], &["run", "--cluster=simulated"], &["render", "-e", "dev"]] {
                let (exit, text) = with(arguments, &[(&name, blank)]);
                assert_eq!(exit, Some(0), "{name}={blank:?} {arguments:?}: {text}");
            }
        }
    }
    let all: Vec<String> = VARIABLES.iter().map(|name| format!("SEATRIAL_{name}")).collect();
    let all: Vec<(&str, &str)> = all.iter().map(|name| (name.as_str(), "")).collect();
    let (exit, text) = with(&["cleanup"], &all);
    assert!(exit == Some(2) && text.contains("nothing to clean up"), "{text}");
}

#[test]
fn every_variable_of_the_help_is_among_those_that_are_tested() {
    for command in ["run", "validate", "render", "deploy", "test", "cleanup", "schema"] {
        let (_, text) = with(&[command, "--help"], &[]);
        for said in text.split("[env: SEATRIAL_").skip(1) {
            let name = said.split([']', '=']).next().expect("a name");
            assert!(VARIABLES.contains(&name), "{command}: {name}");
        }
    }
}

#[test]
fn a_boolean_variable_is_said_in_many_ways() {
    for value in ["1", "true", "TRUE", "yes", "Yes", "on", "0", "false", "no", "Off"] {
        for name in ["SEATRIAL_OFFLINE", "SEATRIAL_ALL"] {
            let (exit, text) = with(&["validate"], &[(name, value)]);
            assert_eq!(exit, Some(0), "{name}={value}: {text}");
        }
    }
    let offline = |value| with(&["run"], &[("SEATRIAL_OFFLINE", value), ("SEATRIAL_TRUST_HEAD", value)]).0;
    assert_eq!((offline("on"), offline("no")), (Some(0), Some(0)));
}

#[test]
fn a_bad_value_names_its_variable() {
    let table = [
        (
            "SEATRIAL_OFFLINE",
            "maybe",
            "invalid value 'maybe' for 'SEATRIAL_OFFLINE': it is not a boolean; write true or false",
        ),
        ("SEATRIAL_TRUST_HEAD", "$(trust)", "invalid value '$(trust)' for 'SEATRIAL_TRUST_HEAD'"),
        ("SEATRIAL_COLOR", "pink", "invalid value 'pink' for 'SEATRIAL_COLOR'"),
        ("SEATRIAL_FAIL_ON", "old", "invalid value 'old' for 'SEATRIAL_FAIL_ON'"),
        ("SEATRIAL_OUTPUT", "xml", "invalid value 'xml' for 'SEATRIAL_OUTPUT': `xml` is not a report format"),
        ("SEATRIAL_PULL_REQUEST", "seven", "invalid value 'seven' for 'SEATRIAL_PULL_REQUEST'"),
        ("SEATRIAL_OFFLINE", "a\u{1b}[1mb\n::error::c", "for 'SEATRIAL_OFFLINE'"),
    ];
    for (name, value, expected) in table {
        let (exit, text) = with(&["run"], &[(name, value)]);
        assert_eq!(exit, Some(2), "{name}: {text}");
        assert!(text.contains(expected) && !text.contains('\u{1b}') && !text.contains(" ::error"), "{name}: {text}");
    }
    let (exit, text) = run(&["validate"], &[("SEATRIAL_BASE", OsStr::from_bytes(b"a\xff"))]);
    assert!(exit == Some(2) && text.contains("SEATRIAL_BASE is not valid UTF-8"), "{text}");
    // What the command line says is wrong by itself.
    let (_, text) = with(&["validate", "--color", "pink"], &[("SEATRIAL_OUTPUT", "xml")]);
    assert!(text.contains("'--color <WHEN>'"), "{text}");
}

#[test]
fn a_value_that_only_the_command_understands_names_its_variable_or_its_flag() {
    let table = [
        ("IMAGE", "image", "web", ": `web` is not `NAME=REFERENCE`"),
        ("IMAGE", "image", "nobody=web:2", " `nobody` matches no rendered image"),
        ("CHECKOUT", "checkout", "vendor", " `vendor` is not URL=DIR"),
        (
            "CHECKOUT",
            "checkout",
            "https://example.com/a=gone",
            " `https://example.com/a=gone`: `gone` cannot be opened",
        ),
        ("CHECKOUT", "checkout", "nowhere=app", ": `nowhere` is not the URL of a repository"),
        ("BASE", "base", "HEAD", " is `HEAD`, but this is not a git repository"),
    ];
    for (variable, flag, value, expected) in table {
        let (exit, text) = with(&["validate"], &[(&format!("SEATRIAL_{variable}"), value)]);
        assert!(exit == Some(2) && text.contains(&format!("SEATRIAL_{variable}{expected}")), "{variable}: {text}");
        assert!(!text.contains(&format!("--{flag}")), "{variable}: {text}");
        // What the command line says counts, whatever the variable has.
        let (exit, text) =
            with(&["validate", &format!("--{flag}={value}")], &[(&format!("SEATRIAL_{variable}"), "x=y")]);
        assert!(exit == Some(2) && text.contains(&format!("--{flag}{expected}")), "{flag}: {text}");
    }
}

#[test]
fn an_environment_that_is_not_there_names_the_nearest_and_all() {
    let expected = "there is no environment `stagin`; did you mean `staging`? There are `dev` and `staging`";
    for command in ["validate", "render", "run", "deploy", "test", "cleanup"] {
        let (exit, text) = with(&[command, "-e", "stagin"], &[]);
        assert!(exit == Some(2) && text.contains(expected), "{command}: {text}");
    }
    let (_, text) = with(&["validate"], &[("SEATRIAL_ENVIRONMENT", "qa")]);
    assert!(text.contains("there is no environment `qa`; there are `dev` and `staging`"), "{text}");
}

#[test]
fn verbose_says_more_wherever_it_is_taken() {
    for command in [&["validate"][..], &["render", "-e", "dev"], &["run"], &["deploy"], &["test"], &["cleanup"]] {
        let (_, quiet) = with(command, &[]);
        let (_, verbose) = with(&[command, &["-v"]].concat(), &[]);
        assert!(verbose.contains("DEBUG") && !quiet.contains("DEBUG"), "{command:?}: {verbose}");
    }
}
