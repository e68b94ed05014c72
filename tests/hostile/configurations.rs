//! A configuration that is wrong ends the program with exit code 2, the line, and the way out.

use crate::harness::Repo;

const GOOD: &str = "version: 1\nenvironments:\n  dev:\n    manifests: { path: deploy }\n";
const MANIFEST: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\n";

fn repo(config: &[u8]) -> Repo {
    let repo = Repo::with(&[("deploy/a.yaml", MANIFEST)]);
    repo.write("seatrial.yaml", config);
    repo
}

pub(crate) fn a_wrong_configuration_is_told_with_its_place() {
    let deep = format!("version: 1\nenvironments: {}\n", "[".repeat(100_000));
    let deep_block = format!("{}x\n", "- ".repeat(100_000));
    let huge = GOOD.replace("deploy }", &format!("{} }}", "x".repeat(50_000_000)));
    let bomb = (1..12).fold("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned(), |text, level| {
        format!("{text}a{level}: &a{level} [{}]\n", vec![format!("*a{}", level - 1); 10].join(", "))
    });
    let with = |more: &str| format!("{GOOD}{more}");
    let table: [(&str, String, &[&str]); 20] = [
        (
            "unknown key",
            GOOD.replace("environments", "enviroments"),
            &["unknown key `enviroments`; did you mean `environments`? --> seatrial.yaml:2:1"],
        ),
        (
            "unknown key below",
            with("    deplyo: {}\n"),
            &["unknown key `deplyo`; did you mean `deploy`? --> seatrial.yaml:5:5"],
        ),
        (
            "unknown key, nothing near",
            with("zzz: 1\n"),
            &["unknown key `zzz`; expected one of `version`, `environments`", "seatrial.yaml:5:1"],
        ),
        ("empty", String::new(), &["the file is empty; write `version: 1` and `environments:` --> seatrial.yaml:1:1"]),
        ("only a comment", "# later\n".to_owned(), &["the file is empty; write `version: 1`"]),
        ("null", "~\n".to_owned(), &["expected a mapping (`key: value`) here --> seatrial.yaml:1:1"]),
        ("a list", "- a\n".to_owned(), &["expected a mapping (`key: value`) here --> seatrial.yaml:1:1"]),
        ("a sentence", "hello\n".to_owned(), &["expected a mapping (`key: value`) here --> seatrial.yaml:1:1"]),
        ("version is a word", "version: one\n".to_owned(), &["expected a whole number here --> seatrial.yaml:1:10"]),
        (
            "version of tomorrow",
            GOOD.replace("version: 1", "version: 2"),
            &["version 2 is not supported", "seatrial.yaml:1:1"],
        ),
        (
            "environments are a list",
            "version: 1\nenvironments: [a]\n".to_owned(),
            &["expected a mapping (`key: value`) here --> seatrial.yaml:2:15"],
        ),
        ("a path is a list", GOOD.replace("deploy", "[]"), &["expected a string here --> seatrial.yaml:4:24"]),
        (
            "a tab",
            "version: 1\n\tenvironments: {}\n".to_owned(),
            &["a tab is used for indentation", "--> seatrial.yaml:2:1"],
        ),
        (
            "two documents",
            with("---\nversion: 1\n"),
            &["a configuration is one YAML document, and another begins here --> seatrial.yaml:6:1"],
        ),
        ("a key twice", with("  dev: {}\n"), &["`dev`", "twice", "seatrial.yaml:5:3"]),
        ("deep nesting", deep, &["the nesting is deeper than", "--> seatrial.yaml:2:"]),
        ("deep blocks", deep_block, &["the nesting is deeper than", "--> seatrial.yaml:1:"]),
        ("an alias bomb", bomb, &["the aliases of this document expand", "--> seatrial.yaml:6:"]),
        ("fifty megabytes", huge, &["at most 1 MiB"]),
        (
            "no environments",
            "version: 1\nenvironments: {}\n".to_owned(),
            &["there is nothing to render: no environment in `seatrial.yaml`"],
        ),
    ];
    for (what, text, says) in table {
        for command in ["validate", "run"] {
            let seen = repo(text.as_bytes()).run(&[command]);
            seen.expect(what, 2, says);
            assert!(seen.stderr.len() < 4_000, "{what}: {seen}");
        }
    }
}

pub(crate) fn what_is_no_configuration_at_all_is_told() {
    let binary: Vec<u8> = (0..=255).cycle().take(5_000).collect();
    repo(&binary).run(&["validate"]).expect("binary", 2, &["the configuration `seatrial.yaml` is not text"]);

    let good = repo(GOOD.as_bytes());
    good.link("link.yaml", "/etc/passwd");
    let table: [(&str, &[&str]); 4] = [
        ("nowhere.yaml", &["the configuration `nowhere.yaml` does not exist"]),
        ("no/such/seatrial.yaml", &["no/such`", "No such file or directory"]),
        ("deploy", &["the configuration `deploy` is a directory"]),
        ("link.yaml", &["the configuration `link.yaml` leads out of the repository"]),
    ];
    for (file, says) in table {
        for command in ["validate", "run"] {
            good.run(&[command, "--config", file]).expect(file, 2, says);
        }
    }
}

pub(crate) fn a_path_out_of_the_repository_and_an_unknown_environment_are_usage_errors() {
    for path in ["../../..", "/etc"] {
        let config = GOOD.replace("deploy", path);
        let says = format!("the path `{path}` of environment `dev` leads out of the repository");
        repo(config.as_bytes()).run(&["validate"]).expect(path, 2, &[&says]);
    }
    let seen = repo(GOOD.as_bytes()).run(&["validate", "-e", "dve"]);
    seen.expect("environment", 2, &["there is no environment `dve`; did you mean `dev`?"]);
}

/// The line that is shown with a problem may hold a credential.
pub(crate) fn a_wrong_configuration_shows_no_credential() {
    let test = "tests:\n  - name: a\n    environment: dev\n    http: { url: 'https://bob:sw0rdf1sh-url@example.com', hdrs: 1 }\n";
    let seen = repo(format!("{GOOD}{test}").as_bytes()).run(&["run"]);
    seen.expect("unknown key", 2, &["unknown key `hdrs`"]);
    seen.keeps_secrets("the line of a problem");
}

/// On GitHub the problem is an annotation, too, and its sentence quotes the address.
pub(crate) fn an_annotation_of_a_wrong_configuration_shows_no_credential() {
    let deploy = "    deploy: { url: 'https://bob:sw0rdf1sh-url@example.com/{nmber}' }\n";
    let seen = repo(format!("{GOOD}{deploy}").as_bytes()).run_in(&[("GITHUB_ACTIONS", "true")], &["run"]);
    seen.expect("unknown placeholder", 2, &["::error file=seatrial.yaml,line=5,", "{nmber}"]);
    seen.keeps_secrets("an annotation");
}
