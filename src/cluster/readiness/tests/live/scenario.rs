//! One scenario: what is applied, in steps, and what must be seen of it.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use seatrial_api::ApiError;
use serde::Deserialize;
use serde_json::Value;

use crate::bed::{Bed, identity, text};
use crate::watch::{Key, Look, Watch};

/// Four attempts run at once in each controller, and the scenarios wait for each other: one takes longer here than alone.
const PATIENCE: Duration = Duration::from_secs(300);
const PAUSE: Duration = Duration::from_millis(100);

/// A file of `scenarios/`.
pub(crate) struct Scenario {
    name: String,
    namespace: String,
    written: Written,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    /// What the scenario claims.
    claims: String,
    steps: Vec<Step>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    /// Seconds that pass before: what happens within two seconds cannot be told apart, as time stamps have whole ones.
    #[serde(default)]
    after: u64,
    /// Objects, applied in this order into the scenario's namespace. `NAMESPACE` is that, `HOST` the bed's machine.
    apply: Vec<Value>,
    /// Of each object (`Kind/name`) what must be seen after that, in this order, other looks in between. One that ends
    /// as `Current` may not be `Failed` on the way.
    expect: BTreeMap<String, Vec<Sighting>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sighting {
    /// Status and reason of its condition `Ready`.
    #[serde(default)]
    ready: Option<String>,
    /// Our state.
    state: String,
    /// A part of our message.
    #[serde(default)]
    says: String,
}

impl Sighting {
    fn is(&self, look: &Look) -> bool {
        self.state == look.state
            && self.ready.as_ref().is_none_or(|ready| *ready == look.ready)
            && look.message.contains(&self.says)
    }
}

/// How far an expectation is.
enum Progress {
    Seen,
    Missing(usize),
    /// It failed, and should not have.
    Wrong,
}

fn progress(expected: &[Sighting], looks: &[Look]) -> Progress {
    let mut missing = expected.iter().peekable();
    let ends_well = expected.last().is_some_and(|last| last.state == "Current");
    for look in looks {
        if missing.next_if(|sighting| sighting.is(look)).is_some() {
            continue;
        }
        if missing.peek().is_some() && ends_well && look.state == "Failed" {
            return Progress::Wrong;
        }
    }
    match missing.count() {
        0 => Progress::Seen,
        count => Progress::Missing(count),
    }
}

impl Scenario {
    /// All of a folder, or the one of a name. Each gets a namespace of its own.
    pub(crate) fn read_all(folder: &Path, bed: &Bed, only: Option<&str>) -> Vec<Scenario> {
        let files = std::fs::read_dir(folder).expect("the folder is there").map(|e| e.expect("readable").path());
        let read = |file: std::path::PathBuf| {
            let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let namespace = format!("flux-{name}-{}", std::process::id());
            let text = std::fs::read_to_string(&file).expect("readable");
            let text = text.replace("NAMESPACE", &namespace).replace("HOST", &bed.host);
            let written = serde_saphyr::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
            Scenario { name, namespace, written }
        };
        files.map(read).filter(|scenario| only.is_none_or(|only| only == scenario.name)).collect()
    }

    fn objects(&self) -> impl Iterator<Item = &Value> {
        self.written.steps.iter().flat_map(|step| &step.apply)
    }

    /// API versions and kinds of what it applies.
    pub(crate) fn kinds(&self) -> impl Iterator<Item = (String, String)> {
        self.objects().map(|object| (text(object, "apiVersion").to_owned(), text(object, "kind").to_owned()))
    }

    /// Runs it and deletes what it applied: a release that is tried for ever would keep its controller from the others.
    pub(crate) async fn run_and_clean_up(&self, bed: &Bed, watch: &Watch) -> Result<(), String> {
        let outcome = self.run(bed, watch).await;
        self.clean_up(bed).await;
        outcome
    }

    /// Runs all steps.
    async fn run(&self, bed: &Bed, watch: &Watch) -> Result<(), String> {
        let started = Instant::now();
        let outcome = self.steps(bed, watch).await;
        let seconds = started.elapsed().as_secs_f32();
        eprintln!("{} {} ({seconds:.1} s)", if outcome.is_ok() { "ok    " } else { "FAILED" }, self.name);
        outcome.map_err(|why| format!("{}: {}\n{why}", self.name, self.written.claims))
    }

    async fn steps(&self, bed: &Bed, watch: &Watch) -> Result<(), String> {
        bed.make_namespace(&self.namespace).await.map_err(|error| error.to_string())?;
        for step in &self.written.steps {
            let expected: Vec<(Key, &[Sighting], usize)> =
                step.expect.iter().map(|(object, seen)| self.expectation(object, seen, watch)).collect();
            tokio::time::sleep(Duration::from_secs(step.after)).await;
            for object in &step.apply {
                self.apply(bed, object).await?;
            }
            await_all(&expected, watch).await?;
        }
        Ok(())
    }

    /// The key of an object, what must be seen of it, and how many looks there were before.
    fn expectation<'s>(&self, object: &str, seen: &'s [Sighting], watch: &Watch) -> (Key, &'s [Sighting], usize) {
        let (kind, name) = object.split_once('/').expect("Kind/name");
        let namespace = if kind == "CustomResourceDefinition" { "" } else { &self.namespace };
        let key = (namespace.to_owned(), kind.to_owned(), name.to_owned());
        let before = watch.of(&key).len();
        (key, seen, before)
    }

    /// A kind may have been defined a moment ago: discovery needs that moment.
    async fn apply(&self, bed: &Bed, object: &Value) -> Result<(), String> {
        let mut tries = 0;
        loop {
            let outcome = match bed.place(object, &self.namespace).await {
                Ok(placed) => bed.cluster.apply(&placed).await.map(drop),
                Err(error) => Err(error),
            };
            match outcome {
                Err(ApiError::UnknownKind { .. }) if tries < 50 => tries += 1,
                other => return other.map_err(|error| format!("  {}: {error}", identity(object))),
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Deletes what it applied: its namespace, and what stands outside of it.
    async fn clean_up(&self, bed: &Bed) {
        for object in self.objects() {
            let Ok(placed) = bed.place(object, &self.namespace).await else { continue };
            if placed["metadata"]["namespace"].is_null() {
                let gone = bed.cluster.delete(text(object, "apiVersion"), &identity(&placed), None).await;
                gone.expect("deleted");
            }
        }
        let namespace = seatrial_model::ObjectId::new("", "Namespace", None, &self.namespace);
        bed.cluster.delete("v1", &namespace, None).await.expect("deleted");
    }
}

async fn await_all(expected: &[(Key, &[Sighting], usize)], watch: &Watch) -> Result<(), String> {
    let started = Instant::now();
    loop {
        let wrong: Vec<String> = expected.iter().filter_map(|e| unseen(e, watch, started.elapsed())).collect();
        let open = expected.iter().any(|(key, seen, before)| {
            let looks = watch.of(key);
            matches!(progress(seen, &looks[(*before).min(looks.len())..]), Progress::Missing(_))
        });
        if !wrong.is_empty() {
            return Err(wrong.join("\n"));
        }
        if !open {
            return Ok(());
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// What is wrong with an expectation, with all that was seen.
fn unseen((key, seen, before): &(Key, &[Sighting], usize), watch: &Watch, waited: Duration) -> Option<String> {
    let looks = watch.of(key);
    let looks = &looks[(*before).min(looks.len())..];
    let what = match progress(seen, looks) {
        Progress::Wrong => "failed on its way".to_owned(),
        Progress::Missing(count) if waited > PATIENCE => format!("was not seen as {:?}", seen[seen.len() - count]),
        _ => return None,
    };
    let told: String = looks.iter().map(|l| format!("\n    [{}] {}: {}", l.ready, l.state, l.message)).collect();
    Some(format!("  {}/{} {what}; seen:{told}", key.1, key.2))
}
