//! Charts as blocks of text under `tests/charts/`, each with what Helm 4.3.1 prints of it, and Helm 3.17.2 where that is not the same.
//! `SEATRIAL_HELM=PATH` and `SEATRIAL_HELM_3=PATH` together record that anew.
#![allow(clippy::disallowed_methods, clippy::print_stderr, reason = "cases are files, and Helm is a program")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use seatrial_helm::chart::Chart;
use seatrial_helm::render::{Capabilities, Printing, Release, Request, render, text_of};
use seatrial_helm::{Major, Typing, Values};
use seatrial_model::{Origin, SetBy, Sources, Span};
use seatrial_tree::Tree;

/// Blocks by their names, in order; a block begins with `=== NAME`.
struct Case {
    path: PathBuf,
    blocks: Vec<(String, String)>,
}

const PRINTED: &str = "printed";
const FAILS: &str = "fails";
const PRINTED_BY_3: &str = "printed by 3";
const FAILS_WITH_3: &str = "fails with 3";
const OUTCOMES: [&str; 4] = [PRINTED, FAILS, PRINTED_BY_3, FAILS_WITH_3];

/// What Helm prints, or the message with which it fails.
type Said = Result<String, String>;

impl Case {
    fn read(path: &Path) -> Case {
        let text = fs::read_to_string(path).expect("a case");
        let mut blocks: Vec<(String, String)> = Vec::new();
        for line in text.split_inclusive('\n') {
            match line.strip_prefix("=== ") {
                Some(name) => blocks.push((name.trim().to_owned(), String::new())),
                None => blocks.last_mut().expect("a case begins with a block").1.push_str(line),
            }
        }
        Case { path: path.to_owned(), blocks }
    }

    fn block(&self, name: &str) -> Option<&str> {
        self.blocks.iter().find(|(known, _)| known == name).map(|(_, text)| text.as_str())
    }

    fn arguments(&self) -> Vec<&str> {
        self.block("arguments").unwrap_or_default().split_whitespace().collect()
    }

    fn files(&self) -> BTreeMap<String, &str> {
        let special = ["arguments", "given.yaml", "note"];
        let is_special = |name: &str| special.contains(&name) || OUTCOMES.contains(&name);
        let files = self.blocks.iter().filter(|(name, _)| !is_special(name));
        files.map(|(name, text)| (format!("chart/{name}"), text.as_str())).collect()
    }

    /// What we print, or the message with which it fails.
    fn ours(&self, helm: Major) -> Said {
        let sources = Arc::new(Sources::new());
        let files = self.files();
        let tree = Tree::memory(files.iter().map(|(name, text)| (name.as_str(), *text)), &sources);
        let (chart, findings) = Chart::load(&tree, "chart");
        let first = || findings.iter().map(|finding| finding.message.clone()).collect::<Vec<_>>().join("\n");
        let chart = Arc::new(chart.ok_or_else(first)?);
        let mut printing = Printing::default();
        let given = sources.add("given.yaml", self.block("given.yaml").unwrap_or_default().to_owned());
        let origin = Origin::from(Span::start_of(given.id()));
        let by = SetBy::Values("values");
        let values = Values::none(origin.span).with_file(&given, helm);
        let mut values = values.map_err(|finding| finding.message)?.shared();
        let mut arguments = self.arguments().into_iter();
        let (mut is_upgrade, mut checks_schemas) = (false, true);
        while let Some(flag) = arguments.next() {
            match flag {
                "--include-crds" => printing.include_crds = true,
                "--skip-tests" => printing.skip_tests = true,
                "--no-hooks" => printing.no_hooks = true,
                "--is-upgrade" => is_upgrade = true,
                "--skip-schema-validation" => checks_schemas = false,
                "--show-only" => printing.show_only.extend(arguments.next().map(str::to_owned)),
                "--set" => {
                    let line = arguments.next().unwrap_or_default();
                    values.set(line, Typing::Typed, &origin, &SetBy::CommandLine).map_err(|error| error.to_string())?;
                }
                other => panic!("{other} is not known here"),
            }
        }
        let (name, namespace) = ("shop".to_owned(), "default".to_owned());
        let release = Release { name, namespace, is_upgrade, revision: 1 };
        let values = values.into_node();
        let capabilities = Capabilities::of_helm(helm);
        let request = Request { checks_schemas, ..Request::new(&release, &values, &by, &capabilities) };
        let rendered = render(&chart, &request);
        match rendered.failure {
            Some(message) => Err(message.trim_end().to_owned()),
            None => text_of(&rendered, &printing),
        }
    }

    fn expected(&self, helm: Major) -> Said {
        let outcome = |printed: &str, fails: &str| match (self.block(printed), self.block(fails)) {
            (Some(printed), None) => Some(Ok(printed.to_owned())),
            (None, Some(message)) => Some(Err(message.trim_end().to_owned())),
            _ => None,
        };
        let of_three = outcome(PRINTED_BY_3, FAILS_WITH_3).filter(|_| helm == Major::Three);
        let expected = of_three.or_else(|| outcome(PRINTED, FAILS));
        expected.unwrap_or_else(|| panic!("{}: what is expected?", self.path.display()))
    }

    /// Writes down what both say.
    fn record(&self, four: &str, three: &str) {
        let kept = self.blocks.iter().filter(|(name, _)| !OUTCOMES.contains(&name.as_str()));
        let mut text: String = kept.map(|(name, text)| format!("=== {name}\n{text}")).collect();
        let mut add = |said: &Said, printed: &str, fails: &str| {
            let (name, said) = match said {
                Ok(text) => (printed, text.clone()),
                Err(message) => (fails, format!("{message}\n")),
            };
            text.push_str(&format!("=== {name}\n{said}"));
        };
        let (by_four, by_three) = (self.said_by(four), self.said_by(three));
        add(&by_four, PRINTED, FAILS);
        if by_three != by_four {
            add(&by_three, PRINTED_BY_3, FAILS_WITH_3);
        }
        fs::write(&self.path, text).expect("written");
    }

    /// Asks Helm.
    fn said_by(&self, helm: &str) -> Said {
        let dir = std::env::temp_dir().join(format!("seatrial-case-{}", std::process::id()));
        let _ = fs::remove_dir_all(&dir);
        for (name, text) in self.files() {
            let path = dir.join(name);
            fs::create_dir_all(path.parent().expect("a directory")).expect("made");
            fs::write(path, text).expect("written");
        }
        let mut command = Command::new(helm);
        command.args(["template", "shop", "chart"]).args(self.arguments()).current_dir(&dir);
        if let Some(given) = self.block("given.yaml") {
            fs::write(dir.join("given.yaml"), given).expect("written");
            command.args(["-f", "given.yaml"]);
        }
        let output = command.output().expect("helm runs");
        fs::remove_dir_all(&dir).expect("removed");
        if output.status.success() {
            Ok(String::from_utf8_lossy(&output.stdout).into_owned())
        } else {
            let said = String::from_utf8_lossy(&output.stderr);
            let said = said.lines().skip_while(|line| !line.starts_with("Error: ")).collect::<Vec<_>>().join("\n");
            let said = said.trim_start_matches("Error: ");
            Err(said.split("\n\nUse --debug").next().unwrap_or_default().to_owned())
        }
    }
}

#[test]
fn charts_are_rendered_as_helm_does() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/charts");
    let mut paths: Vec<PathBuf> =
        fs::read_dir(dir).expect("cases").map(|entry| entry.expect("a case").path()).collect();
    paths.sort();
    assert!(!paths.is_empty());
    let mut wrong = Vec::new();
    for path in paths {
        if let (Ok(four), Ok(three)) = (std::env::var("SEATRIAL_HELM"), std::env::var("SEATRIAL_HELM_3")) {
            Case::read(&path).record(&four, &three);
        }
        let case = Case::read(&path);
        for helm in [Major::Four, Major::Three] {
            let (ours, expected) = (case.ours(helm), case.expected(helm));
            if ours == expected {
                continue;
            }
            let shown = |said: &Said| match said {
                Ok(text) => text.clone(),
                Err(message) => format!("fails: {message}"),
            };
            let (path, expected, ours) = (path.display(), shown(&expected), shown(&ours));
            wrong.push(format!("{path} by Helm {helm:?}\n--- expected\n{expected}\n--- ours\n{ours}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}
