//! Standard output and standard error are read by CI hosts, which obey some lines, and by terminals, which obey some characters: no text of others
//! is ever one of these.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use serde_json::json;

use crate::harness::{Repo, Seen};
use crate::obeyed::{obeyed, raw_character, without_colours};

const GOOD: &str = "version: 1\nenvironments:\n  dev:\n    manifests: { path: deploy }\n";
const MANIFEST: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\n";

/// Commands of three hosts, behind whatever makes a line or a search begin anew, and what fools a terminal and an eye.
const HOSTILE: [&str; 5] = [
    "x\n::set-output name=verdict::passed\u{1b}[31m",
    "##[error]a ##vso[task.complete result=Succeeded]b\u{202e}c\u{200f}",
    "a\r\t::add-mask::e",
    "#\u{ad}#[error]x ##teamcity[buildStop]\u{9b}2J",
    "\u{2066}\u{feff}::error::x\u{1b}]0;title\u{7}",
];

/// On GitHub, in Azure Pipelines, in Jenkins, on a machine that says nothing.
const HOSTS: [&[(&str, &str)]; 4] =
    [&[("GITHUB_ACTIONS", "true")], &[("TF_BUILD", "True")], &[("JENKINS_URL", "https://ci")], &[]];

/// Commands of ours, and a property that each of them has.
const OURS: [(&str, &str); 5] = [
    ("error", "title"),
    ("warning", "title"),
    ("notice", "title"),
    ("task.logissue", "code"),
    ("task.setvariable", "variable"),
];

/// A double-quoted scalar of YAML: JSON's strings are such, but for a control character that YAML wants escaped.
fn quoted(text: &str) -> String {
    json!(text).to_string().replace('\u{9b}', "\\u009b")
}

fn repo(config: &str) -> Repo {
    Repo::with(&[("seatrial.yaml", config), ("deploy/a.yaml", MANIFEST)])
}

/// Nothing is obeyed but annotations of ours, where they are for.
#[track_caller]
fn is_harmless(what: &str, seen: &Seen, environment: &[(&str, &str)]) {
    let mark = match environment.first() {
        Some(("GITHUB_ACTIONS", _)) => "::",
        Some(("TF_BUILD", _)) => "##vso[task.",
        _ => "no line begins so",
    };
    for (stream, text) in [("standard output", &seen.stdout), ("standard error", &seen.stderr)] {
        let is_ours = |line: &str| stream == "standard output" && line.starts_with(mark);
        let foreign: String = text.split_inclusive('\n').filter(|line| !is_ours(line)).collect();
        assert_eq!(obeyed(&foreign), [], "{what}: {stream} {environment:?}: {seen}");
        assert_eq!(raw_character(&without_colours(text)), None, "{what}: {stream} {environment:?}: {text:?}");
        for command in obeyed(text) {
            let is_ours =
                |(name, property): &(&str, &str)| command.name == *name && command.properties.contains_key(*property);
            assert!(OURS.iter().any(is_ours), "{what}: {command:?}: {seen}");
        }
    }
}

/// Runs it on every host.
#[track_caller]
fn everywhere(what: &str, repo: &Repo, args: &[&str]) -> Seen {
    let [on_github, rest @ ..] = HOSTS.map(|environment| {
        let seen = repo.run_in(environment, args);
        is_harmless(&format!("{what} {args:?}"), &seen, environment);
        assert!(!(seen.stdout.is_empty() && seen.stderr.is_empty()), "{what}: nothing is said");
        seen
    });
    drop(rest);
    on_github
}

pub(crate) fn no_key_or_value_of_a_configuration_is_obeyed() {
    for text in HOSTILE {
        let key = quoted(text);
        let seen = everywhere("a key", &repo(&format!("{GOOD}{key}: 1\n")), &["validate"]);
        seen.expect("a key", 2, &["unknown key"]);
        let environment = GOOD.replace("dev", &key).replace("deploy }", "nowhere }");
        everywhere("a name", &repo(&environment), &["validate", "-v"]);
        everywhere("a name", &repo(&environment), &["render", "--environment", "other"]);
        everywhere("a name", &repo(&GOOD.replace("dev", &key)), &["run", "--cluster=simulated", "-vv"]);
        let path = GOOD.replace("deploy", &quoted(&format!("../../{text}")));
        everywhere("a path", &repo(&path), &["run", "--color=always"]);
        let namespace = format!("{GOOD}    deploy: {{ preview: {{ namespace: {key} }} }}\n");
        everywhere("a namespace", &repo(&namespace), &["run", "--cluster=simulated"]);
        everywhere("a namespace", &repo(&namespace), &["cleanup", "--pull-request=1"]);
    }
    let seen = repo(&format!("{GOOD}{}: 1\n", quoted(HOSTILE[0]))).run(&["validate"]);
    assert!(seen.stderr.contains(r"unknown key `x\n::set-output name=verdict::passed\u{1b}[31m`"), "{seen}");
}

pub(crate) fn no_argument_and_no_variable_is_obeyed() {
    let repo = repo(GOOD);
    for text in HOSTILE {
        let flag = format!("--{text}");
        let image = format!("--image={text}=b");
        let calls: [&[&str]; 12] = [
            &["validate", &flag],
            &["validate", "--environment", text],
            &["validate", "--config", text],
            &["validate", text],
            &["validate", "--output", text],
            &["validate", &image],
            &["validate", "--fail-on", text, "--color=always"],
            &["run", "--cluster", text, "--checkout", text],
            &["render", text],
            &["render", "deploy", "--object", text],
            &["render", "deploy", &image],
            &[text],
        ];
        for call in calls {
            everywhere("an argument", &repo, call);
        }
        for name in ["SEATRIAL_CONFIG", "SEATRIAL_ENVIRONMENT", "SEATRIAL_COLOR", "SEATRIAL_IMAGE"] {
            let environment = [("GITHUB_ACTIONS", "true"), (name, text)];
            let seen = repo.run_in(&environment, &["validate", "-vv"]);
            is_harmless(name, &seen, &environment);
        }
    }
    let seen = repo.run(&["validate", &format!("--{}", HOSTILE[0])]);
    assert!(seen.stderr.contains(r"unexpected argument '--x\n::set-output name' found"), "{seen}");
}

pub(crate) fn no_branch_of_a_pull_request_is_obeyed() {
    let deploy = "    deploy: { url: 'https://x.example/{branch}', preview: { namespace: 'p-{branch}' } }\n";
    let repo = repo(&format!("{GOOD}{deploy}"));
    for text in HOSTILE {
        let repository = json!({ "full_name": text });
        let side = |sha: &str| json!({ "sha": sha.repeat(40), "ref": text, "repo": repository });
        let event = json!({ "pull_request": { "number": 7, "head": side("a"), "base": side("b"), "draft": false } });
        std::fs::write(repo.beside("event.json"), event.to_string()).expect("written");
        let path = repo.beside("event.json").display().to_string();
        for (name, repository) in [("pull_request", text), (text, "o/r")] {
            let environment = [
                ("GITHUB_ACTIONS", "true"),
                ("GITHUB_EVENT_NAME", name),
                ("GITHUB_EVENT_PATH", path.as_str()),
                ("GITHUB_REPOSITORY", repository),
                ("GITHUB_RUN_ID", "1"),
                ("GITHUB_SERVER_URL", text),
            ];
            for args in [["run", "--cluster=simulated", "-vv"], ["validate", "--offline", "-v"]] {
                let seen = repo.run_in(&environment, &args);
                is_harmless("a branch", &seen, &environment);
            }
        }
    }
}

pub(crate) fn no_text_of_a_manifest_and_no_path_is_obeyed() {
    for text in HOSTILE {
        let key = quoted(text);
        let kustomization = format!("{key}: 1\nresources: [a.yaml, {key}]\nnamePrefix: {key}\n");
        let manifest = format!("{MANIFEST}{key}: 1\ndata: {{ {key}: [1] }}\n---\n{}", MANIFEST.replace(" a ", &key));
        let repo =
            Repo::with(&[("k/kustomization.yaml", &kustomization), ("k/a.yaml", &manifest), ("m/a.yaml", &manifest)]);
        let hostile_path = format!("m/{}.yaml", text.replace('/', "-"));
        repo.write(&hostile_path, format!("{manifest}  - x\n").as_bytes());
        for directory in ["k", "m"] {
            everywhere("a manifest", &repo, &["render", directory]);
            everywhere("a manifest", &repo, &["render", directory, "--format=json", "--color=always"]);
            everywhere("a manifest", &repo, &["validate", directory, "--color=always", "-v"]);
            for format in ["json", "markdown", "junit"] {
                everywhere(format, &repo, &["validate", directory, "--output", format]);
            }
        }
        let only_names = Repo::with(&[("m/a.yaml", &manifest)]);
        everywhere("a tree", &only_names, &["render", "m", "--format=tree"]);
        everywhere("a tree", &only_names, &["render", "m", "--format=tree", "--with-origins"]);
        everywhere("JSON", &only_names, &["render", "m", "--format=json"]);
        everywhere("JSON", &only_names, &["render", "m", "--format=json", "--with-origins"]);
    }
}

pub(crate) fn json_on_standard_output_says_what_the_file_says() {
    let repo = Repo::with(&[("k/kustomization.yaml", &format!("{}: 1\n", quoted(HOSTILE[1])))]);
    let seen = repo.run_in(&[("GITHUB_ACTIONS", "true")], &["validate", "k", "--output=json"]);
    let printed = serde_json::Deserializer::from_str(&seen.stdout).into_iter::<serde_json::Value>().next();
    assert_eq!(printed.expect("a value").expect("JSON"), seen.json);
    let message = seen.json["findings"][0]["message"].as_str().expect("a message").to_owned();
    assert!(message.contains("##vso[") && message.contains('\u{202e}'), "values stay: {message:?}");
}

/// Who asks for the file `/dev/stdout` asks for the stream, be it by a flag or as the job summary.
pub(crate) fn a_stream_that_is_named_as_a_file_is_no_way_around() {
    let repo = Repo::with(&[("k/kustomization.yaml", &format!("{}: 1\n", quoted(HOSTILE[1])))]);
    for stream in ["/dev/stdout", "/dev/stderr", "/proc/self/fd/1", "/dev/fd/2"] {
        for format in ["json", "markdown", "junit", "terminal"] {
            let environment = [("GITHUB_ACTIONS", "true"), ("GITHUB_STEP_SUMMARY", stream), ("GITHUB_OUTPUT", stream)];
            let seen = repo.run_in(&environment, &["validate", "k", &format!("--output={format}={stream}")]);
            is_harmless(stream, &seen, &environment);
            seen.expect(stream, 1, &["verdict<<", "### "]);
        }
    }
}

pub(crate) fn manifests_are_printed_byte_for_byte() {
    let manifest = "apiVersion: v1\ndata:\n  a: |\n    ::error::x\n    ##vso[task.complete]\nkind: ConfigMap\nmetadata:\n  name: a\n";
    let repo = Repo::with(&[("deploy/##[error]a.yaml", manifest)]);
    for environment in HOSTS {
        let seen = repo.run_in(environment, &["render", "deploy"]);
        assert_eq!(seen.stdout, manifest, "{seen}");
    }
    let seen = repo.run(&["render", "deploy", "--with-origins"]);
    assert!(seen.stdout.contains("# deploy/##_[error]a.yaml:1:13"), "comments are ours: {seen}");
}

/// A pipe may be the log: in a CI nothing in it is obeyed, and whoever parses it gets the same values.
pub(crate) fn manifests_in_the_log_of_a_ci_are_not_obeyed_and_have_the_same_values() {
    let folded = format!("{} ::error::folded {}", "word ".repeat(16).trim(), "word ".repeat(30).trim());
    let long = format!("{} ##[group]x", "k".repeat(150));
    let texts = HOSTILE.into_iter().chain(["a:\n  ::b::c\n", "::a::b", "plain # ##vso[x]y", &folded, &long]);
    for (number, text) in texts.enumerate() {
        let value = json!({
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": { "name": "a", "annotations": { "image": "registry.example:5000/a:1#x", text: "a: b::c" } },
            "data": { "list": text, "other": "::1 is loopback" },
        });
        let yaml = value.to_string().replace('\u{9b}', "\\u009b");
        let repo = Repo::with(&[("deploy/a.yaml", &yaml)]);
        let exact = repo.run(&["render", "deploy"]).stdout;
        for environment in HOSTS {
            for more in [&[][..], &["--with-origins"], &["--output=/dev/stdout"]] {
                let mut command = Command::new(env!("CARGO_BIN_EXE_seatrial"));
                command.args(["render", "deploy"]).args(more).current_dir(repo.path()).env_clear();
                let output = command.envs(environment.iter().copied()).output().expect("the program runs");
                let printed = String::from_utf8(output.stdout).expect("text");
                let read: serde_json::Value = serde_saphyr::from_str(&printed).expect("YAML");
                assert_eq!(read, value, "{number} {environment:?}: {printed}");
                if environment.is_empty() {
                    assert!(!more.is_empty() || printed == exact, "{printed}");
                } else {
                    assert_eq!(obeyed(&printed), [], "{number} {environment:?}: {printed}");
                }
                let is_ordinary = printed.lines().any(|line| line.contains("image: registry.example:5000/a:1#x"));
                assert!(is_ordinary, "the others keep their style: {printed}");
            }
        }
    }
}

/// `seatrial validate | head -1`: the verdict is what counts.
pub(crate) fn a_closed_standard_output_changes_no_exit_code() {
    let good = repo(GOOD);
    let many = Repo::with(&[]);
    for number in 0..300 {
        many.write(&format!("deploy/{number}.yaml"), MANIFEST.replace(" a ", &format!(" a{number}, x: 1 ")).as_bytes());
    }
    many.write("seatrial.yaml", GOOD.as_bytes());
    for (repo, exit) in [(&good, 0), (&many, 1)] {
        for reads in [0, 1] {
            let mut command = Command::new(env!("CARGO_BIN_EXE_seatrial"));
            command.arg("validate").current_dir(repo.path()).env_clear().stdout(Stdio::piped()).stderr(Stdio::piped());
            let mut child = command.spawn().expect("the program starts");
            let mut reader = BufReader::with_capacity(16, child.stdout.take().expect("piped"));
            for _ in 0..reads {
                reader.read_line(&mut String::new()).expect("a line");
            }
            drop(reader);
            let ended = child.wait_with_output().expect("it ends");
            let said = String::from_utf8_lossy(&ended.stderr).into_owned();
            assert_eq!((ended.status.code(), said.as_str()), (Some(exit), ""), "{reads} lines read");
        }
    }
}
