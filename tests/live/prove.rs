//! Proves one case: brings the cluster into its state, runs the program, and holds its reports against the expected texts.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::OnceLock;

use regex::Regex;
use similar::TextDiff;

use crate::bed::Bed;
use crate::case::{Case, Run, folder, read, repository};
use crate::files::files;
use crate::history::History;
use crate::program::{Repo, Seen};
use crate::redact::redacted;
use crate::schema::{problems, validator};
use crate::unbroken::unbroken;

/// Secrets that cases plant, as they stand and as the API carries them.
const SECRETS: [&str; 4] = ["only-for-dev-5e81", "b25seS1mb3ItZGV2LTVlODE", "puller-password", "cHVsbGVyLXBhc3N3b3Jk"];

/// Proves the case of this name, and leaves the cluster as it was, whatever happened.
pub(crate) fn case(bed: &Bed, name: &str) {
    let case = read(name);
    let undo = || case.cleanup.iter().for_each(|step| bed.try_to_take(step, &folder(name)));
    undo();
    bed.delete_namespaces(&case.namespaces);
    let proven = catch_unwind(AssertUnwindSafe(|| prove(bed, name, &case)));
    if case.stops_a_daemon() {
        bed.recover();
    }
    undo();
    bed.let_namespaces_go(&case.namespaces);
    if let Err(panic) = proven {
        resume_unwind(panic);
    }
}

fn prove(bed: &Bed, name: &str, case: &Case) {
    case.before.iter().for_each(|step| bed.take(step, &folder(name)));
    let repo = Repo::with(repository(name, case));
    let mut kubeconfig = bed.kubeconfig.clone();
    if let Some(identity) = &case.identity {
        kubeconfig = repo.beside("kubeconfig");
        bed.kubeconfig_of(identity, &kubeconfig);
    }
    let history = case.head.as_ref().map(|head| {
        let head = files(&folder(name).join(head));
        History::make(&repo.path(), repo.beside("event.json"), case.pull_request, &head)
    });
    let mut said = String::new();
    for run in case.runs() {
        run.edit.iter().for_each(|edit| repo.edit(edit));
        run.before.iter().for_each(|step| bed.take(step, &folder(name)));
        let variables = history.as_ref().map(|history| history.at(run.event)).unwrap_or_default();
        let seen = repo.run(bed, (case, &run), &variables, &kubeconfig);
        let exit = run.exit.unwrap_or(case.exit);
        assert_eq!(seen.exit, Some(exit), "{} {}: {}\n{}", case.what, run.name, seen.terminal, seen.stderr);
        hold(bed, name, &run, &seen);
        for then in &run.then {
            let printed = bed.ask(&then.kubectl.split_whitespace().collect::<Vec<_>>());
            assert_eq!(printed.trim(), then.prints, "{name} {}: kubectl {}", run.name, then.kubectl);
        }
        said.push_str(&flat(&seen.terminal));
    }
    for sentence in &case.should {
        let gap = !said.contains(&flat(sentence));
        assert!(gap, "`{sentence}` is said now: take it out of `should` of {name}, and read the expected text again");
    }
}

/// Holds a run's reports against the expected texts and against what must hold of every report.
fn hold(bed: &Bed, name: &str, run: &Run, seen: &Seen) {
    for text in
        [Some(&seen.terminal), Some(&seen.markdown), seen.json.as_ref(), Some(&seen.stderr)].into_iter().flatten()
    {
        let leak = SECRETS.iter().find(|secret| text.contains(*secret));
        assert_eq!(leak, None, "{name} shows a secret:\n{text}");
    }
    if let Some(json) = &seen.json {
        let json: serde_json::Value =
            serde_json::from_str(json).unwrap_or_else(|e| panic!("{name}: the JSON report: {e}"));
        let problems = problems(schema(), &json);
        assert!(problems.is_empty(), "{name}: {problems:?}");
        for (pointer, expected) in &run.report {
            let found = json.pointer(pointer).unwrap_or(&serde_json::Value::Null);
            assert_eq!(found, expected, "{name} {}: {pointer}", run.name);
        }
    }
    let clean = |text: &str| bed.redacted(&live(&redacted(text)));
    expect(name, &run.expected("txt"), &clean(&unbroken(&seen.terminal)));
    // The comment is recorded where the case has one.
    if folder(name).join(run.expected("md")).exists() {
        expect(name, &run.expected("md"), &clean(&seen.markdown));
    }
}

/// What is seen late may be told in other words: `expected.or.txt` is as good as `expected.txt`.
fn expect(name: &str, file: &str, seen: &str) {
    let path = folder(name).join(file);
    let other = path.with_extension("or.txt");
    if std::fs::read_to_string(other).is_ok_and(|expected| expected == seen) {
        return;
    }
    if std::env::var_os("SEATRIAL_ACCEPT").is_some() {
        std::fs::write(&path, seen).expect("written");
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    let difference = TextDiff::from_lines(expected.as_str(), seen).unified_diff().to_string();
    assert!(seen == expected, "{name}/{file} differs:\n{difference}");
}

fn schema() -> &'static jsonschema::Validator {
    static SCHEMA: OnceLock<jsonschema::Validator> = OnceLock::new();
    SCHEMA.get_or_init(|| validator("report"))
}

/// What differs from run to run on a real cluster only.
fn live(text: &str) -> String {
    let rules = [
        (r"\b10\.244\.\d+\.\d+\b", "<pod address>"),
        (r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b", "<uuid>"),
        // The kubelet shows the crash, and for some seconds that it waits with the next start.
        (r"(pod web-[^ ]+, )(?:Error|Completed|CrashLoopBackOff)\b", "$1<crash>"),
        // Whether it has started again by then depends on the moment.
        (r"\brestarted once\b", "restarted <times>"),
        (r", restarted <times>", ""),
        (r"(?m)^ *\| web 1\.4\.\d stops\n", ""),
        (r"\blast \d+ log lines\b", "last log lines"),
        (r"\b(base|back to|commit|last is) [0-9a-f]{7}\b", "$1 <commit>"),
        // The kubelet looks every ten seconds whether a log is to be begun anew.
        (r"(?m)^ *= remarks\n *\| the log of pod [^\n]* searched for files\n", ""),
        // How long a stage took is told from a second on.
        (r"(?m)^(\| Deploy \| .*), <time> \|$", "$1 |"),
        // A pod of a DaemonSet.
        (r"\bweb-[bcdfghjklmnpqrstvwxz2456789]{5}\b", "web-<pod>"),
        // A pod of a test's Job: the run, the test, its shard.
        (r"-[0-9a-f]{8}-\d+(-\d+)?-[bcdfghjklmnpqrstvwxz2456789]{5}\b", "-<pod>"),
        // Where the lines of the summary break depends on how long the run took.
        (r"(?m)^((?:dev|prod) +rendered .*)\n {5,6}(\S)", "$1   $2"),
        (r"(?m)^((?:dev|prod) +rendered .*)\n {5,6}(\S)", "$1   $2"),
    ];
    let text = rules.iter().fold(text.to_owned(), |text, (pattern, with)| {
        Regex::new(pattern).expect("valid").replace_all(&text, *with).into_owned()
    });
    // Standard output and standard error of a container reach its log in any order.
    let logs = Regex::new(r"(?m)(last log lines .*\n)((?: *\| .*\n)+)").expect("valid");
    let sorted = |found: &regex::Captures<'_>| {
        let mut lines: Vec<&str> = found[2].lines().collect();
        lines.sort_unstable();
        format!("{}{}\n", &found[1], lines.join("\n"))
    };
    logs.replace_all(&text, sorted).into_owned()
}

/// Runs of blanks, and the frame of the terminal's wrapped lines, as one blank.
fn flat(text: &str) -> String {
    Regex::new(r"\s+(?:[|=]\s+)?").expect("valid").replace_all(text.trim(), " ").into_owned()
}
