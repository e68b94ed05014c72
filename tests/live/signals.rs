//! A run that is told to stop, at every point of its way (`signals/points.yaml`): it ends in time and with a report, nothing of it goes on, and
//! the next run finds nothing lost, half-owned or held.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Child, ExitStatus};
use std::time::{Duration, Instant};

use libtest_mimic::Failed;
use serde::Deserialize;
use serde_json::Value;

use crate::bed::Bed;
use crate::case::root;
use crate::estate::items;
use crate::files::files;
use crate::history::{Event, History};
use crate::program::Repo;

/// Longer than any run takes on a busy machine.
const MOST: Duration = Duration::from_secs(120);

/// A run ends so soon after a signal; what is more is the machine's.
const END_WITHIN: Duration = Duration::from_millis(7500);

/// What the base has.
const OF_BASE: [&str; 5] = ["ConfigMap/settings", "ConfigMap/slow", "Deployment/web", "Job/migrate", "Service/web"];

/// A point at which a run is told to stop.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Point {
    pub(crate) name: String,
    /// Tried by `tests/live/run --all` only, as it takes long.
    #[serde(default, rename = "long")]
    pub(crate) is_long: bool,
    /// A text on standard error, or of the webhook.
    #[serde(default)]
    when: String,
    /// So often.
    #[serde(default = "once")]
    times: usize,
    /// A file of the repository.
    #[serde(default)]
    file: Option<String>,
    /// Milliseconds later.
    #[serde(default)]
    after: u64,
    #[serde(default = "term")]
    signal: String,
    #[serde(default)]
    hold: Option<Hold>,
    /// One of these.
    #[serde(default = "broken")]
    exit: Vec<i32>,
    /// It may come before the program listens: nothing was begun then.
    #[serde(default)]
    may_end_by_the_signal: bool,
}

/// What the API server waits with, in milliseconds.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Hold {
    /// How the object's name begins.
    name: String,
    /// Of a dry-run.
    #[serde(default)]
    dry: u64,
    /// Of a change.
    #[serde(default)]
    wet: u64,
}

fn once() -> usize {
    1
}

fn term() -> String {
    "TERM".to_owned()
}

fn broken() -> Vec<i32> {
    vec![3]
}

/// All points.
pub(crate) fn points() -> Vec<Point> {
    let text = std::fs::read_to_string(folder().join("points.yaml")).expect("the points");
    serde_saphyr::from_str(&text).expect("points")
}

fn folder() -> std::path::PathBuf {
    root().join("tests/live/signals")
}

/// A pull request in a namespace of its own.
struct Stage<'a> {
    bed: &'a Bed,
    point: &'a Point,
    namespace: String,
    repo: Repo,
    history: History,
}

/// How a run ended, and what it wrote.
struct Ran {
    status: ExitStatus,
    said: String,
    report: Value,
    took: Duration,
}

/// Proves one point.
pub(crate) fn at(bed: &Bed, point: &Point) -> Result<(), Failed> {
    let namespace = format!("live-signal-{}", point.name);
    let filled = |folder: &Path| -> BTreeMap<String, Vec<u8>> {
        let fill =
            |bytes: Vec<u8>| String::from_utf8(bytes).expect("text").replace("NAMESPACE", &namespace).into_bytes();
        files(folder).into_iter().map(|(path, bytes)| (path, fill(bytes))).collect()
    };
    let repo = Repo::with(filled(&folder().join("base")));
    let history = History::make(&repo.path(), repo.beside("event.json"), 7, &filled(&folder().join("head")));
    let stage = Stage { bed, point, namespace, repo, history };
    stage.clear();
    let proven = stage.prove();
    if proven.is_ok() {
        stage.clear();
    }
    proven.map_err(Failed::from)
}

impl Stage<'_> {
    fn clear(&self) {
        self.let_go();
        self.bed.delete_namespaces(std::slice::from_ref(&self.namespace));
    }

    fn prove(&self) -> Result<(), String> {
        let first = self.run(Event::Push, false)?;
        expect(first.status.code() == Some(0), || format!("the base is not deployed: {}", first.said))?;
        let base = self.objects();
        self.hold();
        let stopped = self.run(Event::Open, true)?;
        self.let_go();
        self.ended_well(&stopped)?;
        self.nothing_goes_on(&stopped)?;
        self.nothing_is_lost(&stopped)?;
        let again = self.run(Event::Open, false)?;
        expect(again.status.code() == Some(1), || format!("the next run: {:?} {}", again.status, again.said))?;
        let state = again.report.pointer("/environments/0/holds/state").and_then(Value::as_str);
        expect(state == Some("base"), || format!("it is not put back: {}", again.said))?;
        let last = self.run(Event::Push, false)?;
        expect(last.status.code() == Some(0), || format!("the base is not deployed again: {}", last.said))?;
        let now = self.objects();
        expect(base == now, || format!("it was {base:#?}, and is {now:#?}"))
    }

    /// In time, with the right exit code and a report.
    fn ended_well(&self, ran: &Ran) -> Result<(), String> {
        use std::os::unix::process::ExitStatusExt as _;
        if self.point.may_end_by_the_signal && ran.status.signal().is_some() {
            return Ok(());
        }
        expect(ran.took < END_WITHIN, || format!("it took {:?}: {}", ran.took, ran.said))?;
        let is_expected = ran.status.code().is_some_and(|code| self.point.exit.contains(&code));
        expect(is_expected, || format!("it ended with {:?}: {}", ran.status, ran.said))?;
        let verdict = ran.report["verdict"].as_str();
        let expected = if ran.status.code() == Some(3) { "broken" } else { "failed" };
        expect(verdict == Some(expected), || format!("the report is {verdict:?}: {}", ran.said))
    }

    /// No process, no Job of a test, no Lease.
    fn nothing_goes_on(&self, ran: &Ran) -> Result<(), String> {
        for name in ["daemon", "program"] {
            let Ok(number) = std::fs::read_to_string(self.repo.path().join(name)) else { continue };
            let path = format!("/proc/{}/cmdline", number.trim());
            let command = std::fs::read(path).unwrap_or_default();
            expect(command.is_empty(), || format!("the {name} of a command lives on: {}", ran.said))?;
        }
        let labelled =
            ["get", "jobs", "-n", &self.namespace, "-l", "seatrial.dev/run", "-o", "name", "--ignore-not-found"];
        let jobs = self.bed.ask(&labelled);
        expect(jobs.trim().is_empty(), || format!("{jobs} is left: {}", ran.said))?;
        let lease = ["get", "lease", "seatrial-dev", "-n", &self.namespace, "-o", "jsonpath={.spec.holderIdentity}"];
        let holder = self.bed.ask(&lease);
        let is_told = format!("{} {}", ran.said, ran.report).contains("Lease `");
        expect(holder.is_empty() || is_told, || format!("`{holder}` holds the Lease: {}", ran.said))
    }

    /// What the base has is there, and what is there is in the inventory and applied by us.
    fn nothing_is_lost(&self, ran: &Ran) -> Result<(), String> {
        let objects = self.objects();
        for name in OF_BASE {
            expect(objects.contains_key(name), || format!("{name} is lost: {}", ran.said))?;
        }
        let inventory =
            ["get", "configmap", "seatrial-inventory-dev", "-n", &self.namespace, "-o", "jsonpath={.data.entries}"];
        let inventory = self.bed.ask(&inventory);
        for (name, object) in &objects {
            let (kind, plain) = name.split_once('/').expect("kind/name");
            let is_known = inventory.lines().any(|line| {
                line.starts_with(&format!("{}_{plain}_", self.namespace)) && line.contains(&format!("_{kind} "))
            });
            let is_ours = object["by"] == "seatrial";
            expect(is_known && is_ours, || format!("{name} is half-owned: {object} {inventory} {}", ran.said))?;
        }
        Ok(())
    }

    /// What counts of the objects in the namespace, by kind and name.
    fn objects(&self) -> BTreeMap<String, Value> {
        let kinds = "configmaps,deployments.apps,jobs.batch,services";
        let list = self.bed.ask(&["get", kinds, "-n", &self.namespace, "-o", "json", "--show-managed-fields"]);
        let text = |object: &Value, pointer: &str| {
            object.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
        };
        let counts = |object: &Value| {
            let containers = object.pointer("/spec/template/spec/containers/0");
            let entries = object.pointer("/metadata/managedFields").and_then(Value::as_array).into_iter().flatten();
            let by: Vec<&str> = entries
                .filter(|entry| entry["operation"] == "Apply")
                .filter_map(|entry| entry["manager"].as_str())
                .collect();
            serde_json::json!({
                "by": by.join(" "), "data": object["data"],
                "image": containers.map(|c| &c["image"]), "env": containers.map(|c| &c["env"]),
            })
        };
        let own = ["kube-root-ca.crt", "seatrial-inventory-dev"];
        let named = items(&list).into_iter().filter(|object| !own.contains(&text(object, "/metadata/name").as_str()));
        named
            .map(|object| (format!("{}/{}", text(&object, "/kind"), text(&object, "/metadata/name")), counts(&object)))
            .collect()
    }

    fn hold(&self) {
        let Some(hold) = &self.point.hold else { return };
        let path = format!("/hold/{}/{}/{}", hold.name, hold.dry, hold.wet);
        let manifest =
            include_str!("signals/webhook.yaml").replace("NAMESPACE", &self.namespace).replace("PATH", &path);
        let file = self.repo.beside("webhook.yaml");
        std::fs::write(&file, self.bed.webhook().fill(&manifest)).expect("written");
        self.bed.ask(&["apply", "-f", file.to_str().expect("a path")]);
        // It takes a moment to be in force.
        std::thread::sleep(Duration::from_secs(2));
    }

    fn let_go(&self) {
        self.bed.try_to_ask(&["delete", "validatingwebhookconfiguration", &self.namespace, "--ignore-not-found"]);
    }

    /// Runs the program to its end, told to stop where that is wanted.
    fn run(&self, event: Event, is_stopped: bool) -> Result<Ran, String> {
        for name in ["daemon", "program"] {
            let _ = std::fs::remove_file(self.repo.path().join(name));
        }
        let _ = std::fs::remove_file(self.repo.beside("json"));
        let variables = self.history.at(event);
        let mut child = self.repo.start(&["run".to_owned()], &variables, &self.bed.kubeconfig);
        let told = if is_stopped { self.stop(&mut child)? } else { Instant::now() };
        let begun = Instant::now();
        let status = loop {
            if let Some(status) = child.try_wait().map_err(|error| error.to_string())? {
                break status;
            }
            if begun.elapsed() > MOST {
                let _ = child.kill();
                let _ = child.wait();
                return Err(format!("it has not ended after {MOST:?}: {}", self.repo.read("stderr")));
            }
            std::thread::sleep(Duration::from_millis(10));
        };
        let took = told.elapsed();
        let said = format!("{}\n{}", self.repo.read("stderr"), self.repo.read("stdout"));
        let report = serde_json::from_str(&self.repo.read("json")).unwrap_or_default();
        Ok(Ran { status, said, report, took })
    }

    /// Waits for the point and sends the signal; when that was.
    fn stop(&self, child: &mut Child) -> Result<Instant, String> {
        let begun = Instant::now();
        let when = self.point.when.replace("NAMESPACE", &self.namespace);
        let is_there = || match &self.point.file {
            Some(file) => std::fs::read(self.repo.path().join(file)).is_ok_and(|bytes| !bytes.is_empty()),
            None if when.is_empty() => true,
            None => [self.repo.read("stderr"), self.bed.heard()]
                .iter()
                .any(|text| text.matches(&when).count() >= self.point.times),
        };
        while !is_there() {
            let is_over = child.try_wait().map_err(|error| error.to_string())?.is_some();
            if is_over || begun.elapsed() > MOST {
                let _ = child.kill();
                return Err(format!("the point was not reached: {}", self.repo.read("stderr")));
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        std::thread::sleep(Duration::from_millis(self.point.after));
        let told = Instant::now();
        let sent =
            std::process::Command::new("kill").args(["-s", &self.point.signal, &child.id().to_string()]).status();
        sent.map_err(|error| error.to_string())?;
        Ok(told)
    }
}

fn expect(holds: bool, otherwise: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(otherwise()) }
}
