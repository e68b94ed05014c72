//! One run of the program in a copy of a repository outside any git working copy, with an empty environment, and what happens meanwhile.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::bed::Bed;
use crate::case::{Case, Edit, Meanwhile, Run};

/// Longer than any case takes on a busy machine.
const MOST: Duration = Duration::from_secs(150);

/// A repository, and beside it a place for what is written.
pub(crate) struct Repo {
    scratch: tempfile::TempDir,
}

/// Variables of a run's environment.
pub(crate) type Variables = [(&'static str, String)];

/// What a run gave.
pub(crate) struct Seen {
    pub(crate) exit: Option<i32>,
    /// The report, or the progress of a command that has none.
    pub(crate) terminal: String,
    pub(crate) markdown: String,
    /// Of a command that reports.
    pub(crate) json: Option<String>,
    pub(crate) stderr: String,
}

impl Repo {
    pub(crate) fn with(files: BTreeMap<String, Vec<u8>>) -> Repo {
        let repo = Repo { scratch: tempfile::tempdir().expect("a directory") };
        for (file, bytes) in files {
            let path = repo.path().join(file);
            std::fs::create_dir_all(path.parent().expect("a parent")).expect("created");
            std::fs::write(path, bytes).expect("written");
        }
        repo
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.scratch.path().join("repo")
    }

    /// A path beside the repository.
    pub(crate) fn beside(&self, name: &str) -> PathBuf {
        self.scratch.path().join(name)
    }

    /// The objects of an environment, as `render` prints them; `None` where it refuses.
    pub(crate) fn rendered(&self, environment: &str) -> Option<Vec<Value>> {
        let output = self.render(environment);
        let list: Value = serde_json::from_slice(&output.stdout).ok()?;
        output.status.success().then(|| list["items"].as_array().cloned()).flatten()
    }

    /// What `render` says about an environment that it refuses, each finding on one line.
    pub(crate) fn findings(&self, environment: &str) -> String {
        let output = self.render(environment);
        assert_eq!(output.status.code(), Some(1), "{environment} is rendered");
        String::from_utf8_lossy(&output.stderr).replace("\n    ", " ")
    }

    fn render(&self, environment: &str) -> std::process::Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_seatrial"));
        command.args(["render", "--format", "json", "--environment", environment]);
        command.current_dir(self.path()).env_clear().output().expect("the program runs")
    }

    /// `stdout`, `stderr`, `json` or `markdown` of the last run, as far as it is written.
    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read(self.beside(name)).map(|b| String::from_utf8_lossy(&b).into_owned()).unwrap_or_default()
    }

    pub(crate) fn edit(&self, edit: &Edit) {
        let path = self.path().join(&edit.file);
        let text = std::fs::read_to_string(&path).expect("the file");
        assert!(text.contains(&edit.replace), "{} has no `{}`", edit.file, edit.replace);
        std::fs::write(&path, text.replace(&edit.replace, &edit.with)).expect("written");
    }

    /// Runs the program to its end.
    pub(crate) fn run(&self, bed: &Bed, (case, run): (&Case, &Run), variables: &Variables, kubeconfig: &Path) -> Seen {
        let arguments = run.args.as_ref().unwrap_or(&case.args);
        let child = self.start(arguments, variables, kubeconfig);
        let meanwhile = if run.meanwhile.is_empty() { &case.meanwhile } else { &run.meanwhile };
        let exit = self.end(bed, child, meanwhile);
        Seen {
            exit,
            terminal: self.read(if has_report(arguments) { "stdout" } else { "stderr" }),
            markdown: self.read("markdown"),
            json: has_report(arguments).then(|| self.read("json")),
            stderr: self.read("stderr"),
        }
    }

    /// Starts the program; what it prints and reports is found by [`Repo::read`].
    pub(crate) fn start(&self, arguments: &[String], variables: &Variables, kubeconfig: &Path) -> Child {
        let mut command = Command::new(env!("CARGO_BIN_EXE_seatrial"));
        command.args(arguments);
        if has_report(arguments) {
            command.arg("--output=terminal");
            for format in ["markdown", "json"] {
                command.arg(format!("--output={format}={}", self.beside(format).display()));
            }
        }
        command.current_dir(self.path()).env_clear().env("KUBECONFIG", kubeconfig);
        command.envs(variables.iter().cloned());
        let sink = |name| File::create(self.beside(name)).expect("created");
        command.stdout(sink("stdout")).stderr(sink("stderr")).spawn().expect("the program starts")
    }

    /// Lets happen what happens meanwhile, and waits for the end.
    fn end(&self, bed: &Bed, mut child: Child, meanwhile: &[Meanwhile]) -> Option<i32> {
        let begun = Instant::now();
        let mut waiting = meanwhile.iter();
        let mut next = waiting.next();
        loop {
            if let Some(status) = child.try_wait().expect("waited for") {
                // What had begun is ended, so that the next case finds the cluster as it was.
                next.into_iter().chain(waiting).for_each(|m| happen(bed, None, m));
                return status.code();
            }
            if let Some(due) = next.filter(|m| self.read("stderr").contains(&m.when) || bed.heard().contains(&m.when)) {
                happen(bed, Some(child.id()), due);
                next = waiting.next();
            }
            if begun.elapsed() > MOST {
                let _ = child.kill();
                let _ = child.wait();
                panic!("it has not ended after {MOST:?}:\n{}\n{}", self.read("stderr"), self.read("stdout"));
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

/// `cleanup` prints what it does and has no report.
fn has_report(arguments: &[String]) -> bool {
    arguments.first().is_some_and(|command| command != "cleanup")
}

/// `program` is its process id, while it runs.
fn happen(bed: &Bed, program: Option<u32>, event: &Meanwhile) {
    std::thread::sleep(Duration::from_secs(event.after));
    if let Some(daemon) = &event.daemon {
        bed.daemon(daemon);
    }
    if let Some(kubectl) = &event.kubectl {
        bed.ask(&kubectl.split_whitespace().collect::<Vec<_>>());
    }
    if let (Some(signal), Some(program)) = (&event.signal, program) {
        let status = Command::new("kill").args(["-s", signal, &program.to_string()]).status().expect("kill runs");
        assert!(status.success(), "{signal} does not reach the program");
    }
}
