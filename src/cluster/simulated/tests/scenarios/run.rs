//! Runs a scenario: one step after the other, in a namespace of its own.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Instant;

use serde_json::{Value, json};

use crate::fields;
use crate::matching::{self, Memory};
use crate::scenario::{Expected, Refused, Scenario, Step, Which};
use crate::target::{Target, collection};

static NUMBER: AtomicU32 = AtomicU32::new(0);

/// Runs a scenario.
///
/// # Errors
/// The first step that did not go as expected, and how it went.
pub(crate) async fn run(target: &Target, scenario: &Scenario) -> Result<(), String> {
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let namespace = format!("scenario-{}-{number}", std::process::id());
    let object = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}});
    target.send("POST", "/api/v1/namespaces", "application/json", Some(&object)).await;
    let account = format!("{}/default", collection("ServiceAccount", &namespace));
    while target.send("GET", &account, "application/json", None).await.0 != 200 {
        tokio::time::sleep(target.pause()).await;
    }
    let mut bench = Bench { target, namespace, memory: Memory::new() };
    bench.memory.insert("namespace".to_owned(), bench.namespace.as_str().into());
    let mut result = Ok(());
    for (index, step) in scenario.steps.iter().enumerate() {
        result = bench.step(step).await.map_err(|why| format!("step {}: {why}", index + 1));
        if result.is_err() {
            break;
        }
    }
    if target.which == Which::Real {
        target.send("DELETE", &format!("/api/v1/namespaces/{}", bench.namespace), "application/json", None).await;
    }
    result
}

struct Bench<'a> {
    target: &'a Target,
    namespace: String,
    memory: Memory,
}

impl Bench<'_> {
    async fn step(&mut self, step: &Step) -> Result<(), String> {
        let expected = step.expected_on(self.target.which);
        if let Some(what) = step.until.as_ref().or(step.see.as_ref()) {
            return self.wait(what, step, &expected).await;
        }
        if let Some(what) = &step.stays {
            return self.stay(what, step, &expected).await;
        }
        if let Some(what) = &step.gone {
            return self.wait(what, step, &Expected { number: Some(0), ..expected }).await;
        }
        let (code, answer) = self.write(step).await;
        match &expected.refused {
            Some(refused) => self.refusal(refused, code, &answer),
            None if code != 200 => Err(format!("refused with {code}: {:#}", answer["message"])),
            None => self.judge(&answer, &expected),
        }
    }

    /// Sends what a step writes.
    async fn write(&self, step: &Step) -> (u16, Value) {
        let manager = step.manager.as_deref().unwrap_or("seatrial");
        let query = format!("fieldManager={manager}");
        let name_of = |object: &Value| {
            let text = |pointer: &str| object.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
            format!("{}/{}", text("/kind"), text("/metadata/name"))
        };
        if let Some(object) = step.apply.as_ref().map(|object| matching::filled(object, &self.memory)) {
            let force = if step.force { "&force=true" } else { "" };
            let path = format!("{}?{query}{force}", self.path(&name_of(&object)));
            return self.target.send("PATCH", &path, "application/apply-patch+yaml", Some(&object)).await;
        }
        if let Some(object) = step.create.as_ref().map(|object| matching::filled(object, &self.memory)) {
            let kind = object["kind"].as_str().unwrap_or_default();
            let path = format!("{}?{query}", collection(kind, &self.namespace));
            return self.target.send("POST", &path, "application/json", Some(&object)).await;
        }
        if let Some(object) = step.replace.as_ref().map(|object| matching::filled(object, &self.memory)) {
            let path = format!("{}?{query}", self.path(&name_of(&object)));
            return self.target.send("PUT", &path, "application/json", Some(&object)).await;
        }
        if let Some(what) = &step.patch {
            let kind = if step.strategic { "strategic-merge-patch" } else { "merge-patch" };
            let body = matching::filled(step.with.as_ref().expect("a patch has `with`"), &self.memory);
            let path = format!("{}?{query}", self.path(&self.named(what, step).await));
            return self.target.send("PATCH", &path, &format!("application/{kind}+json"), Some(&body)).await;
        }
        let what = step.delete.as_ref().expect("a step does something");
        let options = step.propagation.as_ref().map(|policy| json!({"propagationPolicy": policy}));
        let path = self.path(&self.named(what, step).await);
        self.target.send("DELETE", &path, "application/json", options.as_ref()).await
    }

    /// `Kind/name` of what a step means by a kind and `where`.
    async fn named(&self, what: &str, step: &Step) -> String {
        if what.contains('/') {
            return what.to_owned();
        }
        let found = self.find(what, step).await;
        let name = found.first().and_then(|object| object.pointer("/metadata/name")).and_then(Value::as_str);
        format!("{what}/{}", name.unwrap_or("there-is-none"))
    }

    fn path(&self, what: &str) -> String {
        let (kind, name) = what.split_once('/').expect("Kind/name");
        let remembered = name.strip_prefix('$').and_then(|name| self.memory.get(name)).and_then(Value::as_str);
        let name = remembered.unwrap_or(name);
        format!("{}/{name}", collection(kind, &self.namespace))
    }

    /// The objects that a step means.
    async fn find(&self, what: &str, step: &Step) -> Vec<Value> {
        if what.contains('/') {
            let (code, object) = self.target.send("GET", &self.path(what), "application/json", None).await;
            return if code == 200 { vec![object] } else { vec![] };
        }
        let list = self.target.send("GET", &collection(what, &self.namespace), "application/json", None).await.1;
        let items = list["items"].as_array().cloned().unwrap_or_default().into_iter();
        items.filter(|item| matching::broken(item, &step.chosen, &self.memory).is_empty()).collect()
    }

    async fn wait(&mut self, what: &str, step: &Step, expected: &Expected) -> Result<(), String> {
        let began = Instant::now();
        loop {
            let found = self.find(what, step).await;
            let result = self.judge_all(what, &found, expected);
            if result.is_ok() || step.see.is_some() || began.elapsed() > self.target.patience() {
                return result;
            }
            tokio::time::sleep(self.target.pause()).await;
        }
    }

    async fn stay(&mut self, what: &str, step: &Step, expected: &Expected) -> Result<(), String> {
        let began = Instant::now();
        while began.elapsed() < self.target.stillness() {
            let found = self.find(what, step).await;
            self.judge_all(what, &found, expected)?;
            tokio::time::sleep(self.target.pause()).await;
        }
        Ok(())
    }

    fn judge_all(&mut self, what: &str, found: &[Value], expected: &Expected) -> Result<(), String> {
        if let Some(number) = expected.number {
            if found.len() != number {
                return Err(format!("{what}: there are {}, not {number}", found.len()));
            }
        } else if found.is_empty() {
            return Err(format!("{what}: there is none"));
        }
        found.iter().try_for_each(|object| self.judge(object, expected)).map_err(|why| format!("{what}:\n{why}"))
    }

    /// Whether an object is as expected; remembers what it is to.
    fn judge(&mut self, object: &Value, expected: &Expected) -> Result<(), String> {
        let broken = matching::broken(object, &expected.holds, &self.memory);
        if !broken.is_empty() {
            return Err(broken.join("\n"));
        }
        if let Some(wanted) = &expected.owners {
            // What is claimed to be `*` may be anything, or not there yet.
            let is_any = |owner: &String| wanted.get(owner).is_some_and(|lines| lines == "*");
            let mut found = fields::owners(object);
            found.retain(|owner, _| !is_any(owner));
            let wanted = wanted.iter().filter(|(owner, _)| !is_any(owner));
            let wanted = wanted.map(|(owner, lines)| (owner.clone(), fields::sorted(lines))).collect();
            if found != wanted {
                return Err(difference(&found, &wanted));
            }
        }
        for (name, pointer) in &expected.remember {
            self.memory.insert(name.clone(), matching::at(object, pointer).cloned().unwrap_or_default());
        }
        Ok(())
    }

    fn refusal(&self, refused: &Refused, code: u16, answer: &Value) -> Result<(), String> {
        let causes = answer.pointer("/details/causes").and_then(Value::as_array).cloned().unwrap_or_default();
        let text = |cause: &Value, key: &str| cause[key].as_str().unwrap_or_default().to_owned();
        let fields: Vec<String> = causes.iter().map(|cause| text(cause, "field")).collect();
        // The real server names managers in any order.
        let mut conflicts: Vec<String> = causes
            .iter()
            .map(|cause| format!("{}: {}", without_time(&text(cause, "message")), text(cause, "field")))
            .collect();
        conflicts.sort();
        let fits = refused.code == code
            && refused.reason.as_ref().is_none_or(|reason| answer["reason"] == **reason)
            && refused.message.as_ref().is_none_or(|m| matching::fits(answer.get("message"), m, &self.memory))
            && refused.conflicts.as_ref().is_none_or(|wanted| *wanted == conflicts)
            && refused.fields.as_ref().is_none_or(|wanted| *wanted == fields);
        if fits { Ok(()) } else { Err(format!("expected {refused:?}, got {code}: {answer:#}")) }
    }
}

/// `conflict with "kubectl" using apps/v1 at 2026-…` without what changes from run to run.
fn without_time(message: &str) -> String {
    let message = message.strip_prefix("conflict with ").unwrap_or(message);
    message.split(" at ").next().unwrap_or_default().replace('"', "")
}

type Owners = std::collections::BTreeMap<String, String>;

fn difference(found: &Owners, wanted: &Owners) -> String {
    let mut text = "  owners (- only expected, + only found):\n".to_owned();
    for owner in found.keys().chain(wanted.keys().filter(|owner| !found.contains_key(*owner))) {
        let (is, should) = (found.get(owner), wanted.get(owner));
        if is == should {
            continue;
        }
        text += &format!("    {owner}:\n");
        let lines =
            |of: Option<&String>| of.map(|t| t.lines().map(str::to_owned).collect::<Vec<_>>()).unwrap_or_default();
        let (is, should) = (lines(is), lines(should));
        should.iter().filter(|line| !is.contains(line)).for_each(|line| text += &format!("    -   {line}\n"));
        is.iter().filter(|line| !should.contains(line)).for_each(|line| text += &format!("    +   {line}\n"));
    }
    text
}
