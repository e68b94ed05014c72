//! A repository in a temporary directory, the program run on it with an empty environment, and what must hold of every run.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use regex::Regex;

/// How every planted secret starts.
pub(crate) const PLANTED: &str = "sw0rdf1sh";

/// Parts of the base64 forms of anything that holds [`PLANTED`], one for each of the three places at which it can begin in a group of three bytes.
const PLANTED_BASE64: [&str; 3] = ["c3cwcmRmMXNo", "N3MHJkZjFza", "zdzByZGYxc2"];

/// Longer than any hostile input may take, in a debug build on a busy machine.
const MOST: Duration = Duration::from_secs(20);

/// A repository, and beside it a place for what is written.
pub(crate) struct Repo {
    scratch: tempfile::TempDir,
}

impl Repo {
    /// With files, path → text.
    pub(crate) fn with(files: &[(&str, &str)]) -> Repo {
        let repo = Repo { scratch: tempfile::tempdir().expect("a directory") };
        std::fs::create_dir_all(repo.path()).expect("created");
        for (path, text) in files {
            repo.write(path, text.as_bytes());
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

    pub(crate) fn write(&self, path: &str, bytes: &[u8]) {
        let path = self.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("created");
        std::fs::write(path, bytes).expect("written");
    }

    pub(crate) fn link(&self, path: &str, target: &str) {
        std::os::unix::fs::symlink(target, self.path().join(path)).expect("linked");
    }

    /// Starts the program with every format of the report.
    pub(crate) fn start(&self, args: &[&str], environment: &[(&str, &str)]) -> Running<'_> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_seatrial"));
        command.args(args).current_dir(self.path()).env_clear().envs(environment.iter().copied());
        if !matches!(args.first(), Some(&("render" | "schema" | "cleanup"))) {
            command.arg("--output=terminal");
            for format in ["markdown", "junit", "json"] {
                command.arg(format!("--output={format}={}", self.beside(format).display()));
            }
        }
        let sink = |name| File::create(self.beside(name)).expect("created");
        // Whoever runs the tests at a terminal is not asked.
        let child = command
            .stdin(Stdio::null())
            .stdout(sink("stdout"))
            .stderr(sink("stderr"))
            .spawn()
            .expect("the program starts");
        Running { repo: self, child, begun: Instant::now() }
    }

    /// Runs it to its end within twenty seconds.
    pub(crate) fn run(&self, args: &[&str]) -> Seen {
        self.start(args, &[]).end(MOST)
    }

    /// The same with environment variables.
    pub(crate) fn run_in(&self, environment: &[(&str, &str)], args: &[&str]) -> Seen {
        self.start(args, environment).end(MOST)
    }

    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read(self.beside(name)).map(|b| String::from_utf8_lossy(&b).into_owned()).unwrap_or_default()
    }
}

/// A run that has not ended.
pub(crate) struct Running<'a> {
    repo: &'a Repo,
    child: Child,
    begun: Instant,
}

impl Running<'_> {
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// What is on standard error so far.
    pub(crate) fn progress(&self) -> String {
        self.repo.read("stderr")
    }

    /// Waits for the end, and holds what must hold of every run.
    pub(crate) fn end(mut self, most: Duration) -> Seen {
        let code = loop {
            if let Some(status) = self.child.try_wait().expect("waited for") {
                break status.code();
            }
            if self.begun.elapsed() > most {
                let _ = self.child.kill();
                let _ = self.child.wait();
                panic!("it has not ended after {most:?}:\n{}", self.repo.read("stderr"));
            }
            std::thread::sleep(Duration::from_millis(10));
        };
        let read = |name| self.repo.read(name);
        let seen = Seen {
            exit: code,
            stdout: read("stdout"),
            stderr: read("stderr"),
            markdown: read("markdown"),
            junit: read("junit"),
            json: serde_json::from_str(&read("json")).unwrap_or_default(),
        };
        assert!(matches!(code, Some(0..=3)), "the exit code {code:?} is not ours: {seen}");
        for panic in ["panicked at", "RUST_BACKTRACE", "stack overflow"] {
            assert!(!seen.stderr.contains(panic), "a panic: {seen}");
        }
        seen
    }
}

/// What a run left behind.
pub(crate) struct Seen {
    pub(crate) exit: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) markdown: String,
    pub(crate) junit: String,
    pub(crate) json: serde_json::Value,
}

impl std::fmt::Display for Seen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let short = |text: &str| text.chars().take(6000).collect::<String>();
        write!(f, "exit {:?}\n{}\n-- stderr\n{}", self.exit, short(&self.stdout), short(&self.stderr))
    }
}

impl Seen {
    /// Everything that was written, by name.
    pub(crate) fn outputs(&self) -> BTreeMap<&'static str, String> {
        BTreeMap::from([
            ("stdout", self.stdout.clone()),
            ("stderr", self.stderr.clone()),
            ("markdown", self.markdown.clone()),
            ("junit", self.junit.clone()),
            ("json", self.json.to_string()),
        ])
    }

    /// Standard output and error with runs of blanks as one, so that a wrapped sentence can be looked for.
    pub(crate) fn said(&self) -> String {
        flat(&format!("{} {}", self.stdout, self.stderr))
    }

    /// Ended like this and said all of these.
    #[track_caller]
    pub(crate) fn expect(&self, what: &str, exit: i32, says: &[&str]) {
        let said = self.said();
        for sentence in says {
            assert!(said.contains(&flat(sentence)), "{what}: `{sentence}` is not said: {self}");
        }
        assert_eq!(self.exit, Some(exit), "{what}: {self}");
    }

    /// No planted secret is in any output.
    #[track_caller]
    pub(crate) fn keeps_secrets(&self, what: &str) {
        for (name, text) in self.outputs() {
            keeps_secrets(&format!("{what}: {name}"), &text);
        }
    }
}

/// How [`PLANTED`] reads in lower case where it is encoded otherwise: hexadecimal, percent-encoded, as UTF-16, and that in JSON.
const PLANTED_ENCODED: [&str; 5] = [
    PLANTED,
    "737730726466317368",
    "%73%77%30%72%64%66%31%73%68",
    "s\x00w\x000\x00r\x00d\x00f\x001\x00s\x00h",
    "s\\u0000w\\u00000\\u0000r\\u0000d\\u0000f\\u00001\\u0000s\\u0000h",
];

/// No planted secret, plain or encoded, is in a text.
#[track_caller]
pub(crate) fn keeps_secrets(what: &str, text: &str) {
    let lower = text.to_lowercase();
    let leak = PLANTED_ENCODED.into_iter().chain(PLANTED_BASE64).find_map(|secret| {
        let at = if PLANTED_BASE64.contains(&secret) { text.find(secret)? } else { lower.find(secret)? };
        let from = text.char_indices().map(|(i, _)| i).filter(|i| *i + 200 >= at).min().unwrap_or(0);
        Some(text[from..].chars().take(300).collect::<String>())
    });
    assert_eq!(leak, None, "{what} shows a secret");
}

/// Runs of blanks, and the frame of the terminal's wrapped lines, as one blank.
fn flat(text: &str) -> String {
    Regex::new(r"\s+(?:[|=]\s+)?").expect("valid").replace_all(text.trim(), " ").into_owned()
}

/// The path of an executable shell script.
pub(crate) fn script(directory: &Path, text: &str) -> PathBuf {
    use std::os::unix::fs::PermissionsExt;
    let path = directory.join("login");
    std::fs::write(&path, format!("#!/bin/sh\n{text}\n")).expect("written");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("made executable");
    path
}

pub(crate) fn planted_secrets_are_recognised_as_base64_wherever_they_begin() {
    use base64::Engine as _;
    for before in ["", "a", "ab", "password=", "user:"] {
        let encoded = base64::engine::general_purpose::STANDARD.encode(format!("{before}{PLANTED}-x"));
        assert!(PLANTED_BASE64.iter().any(|part| encoded.contains(part)), "{encoded}");
    }
}
