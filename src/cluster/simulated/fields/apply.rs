//! Server-side apply: an intent merged into the live object, fields of the same manager that are gone removed, conflicts with other
//! managers found (structured-merge-diff: `merge.Updater.Apply`). Pure: values in, value or refusal out.

use std::collections::BTreeSet;

use seatrial_kubernetes::Schema;
use serde_json::{Map, Value, json};

use crate::clock::Moment;
use crate::fields::comparison::Comparison;
use crate::fields::field_set::{FieldSet, Path, Relation, Step, below, has_atomic_items, is_item, key_step, relation};
use crate::fields::managed_fields::{self, Managers, Operation, Writer};
use crate::refusal::Refusal;

/// What to do about fields that others own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OnConflict {
    /// Refuse.
    Refuse,
    /// Take them (`force=true`).
    Take,
}

/// An intent and who has it.
pub(crate) struct Intent<'a> {
    /// The object as applied.
    pub(crate) config: &'a Value,
    /// The schema of its kind.
    pub(crate) schema: Option<&'a Schema>,
    /// Who applies.
    pub(crate) writer: &'a Writer,
    /// About conflicts.
    pub(crate) on_conflict: OnConflict,
    /// Parts of the object that an apply does not write: `status`, where the kind has a subresource of that name.
    pub(crate) resets: &'a [&'a str],
}

/// Applies an intent to the live object (an empty mapping when there is none). The result has its managers written.
///
/// # Errors
/// The conflicts.
pub(crate) fn apply(live: &Value, intent: &Intent<'_>, now: Moment) -> Result<Value, Refusal> {
    let mut config = intent.config.clone();
    if let Some(map) = config.as_object_mut() {
        map.retain(|key, _| !intent.resets.contains(&key.as_str()));
    }
    // A null is owned like a value, though it sets nothing.
    let mut wanted = FieldSet::of(&config, intent.schema);
    wanted.strip(intent.resets);
    let mut managers = managers_of(live, intent, now);
    let before = managers.fields_of(intent.writer);
    let nulls = wanted.0.iter().filter(|path| is_null(&config, path)).cloned().collect::<Vec<_>>();
    managers.set(intent.writer, wanted, now);
    drop_nulls(&mut config);
    let mut merged = merge(live, &config, intent.schema, "");
    nulls.iter().for_each(|path| remove(&mut merged, path));
    for path in dropped_fields(&before, &managers, intent.schema) {
        remove(&mut merged, &path);
    }
    let mut changed = Comparison::between(live, &merged, intent.schema);
    changed.strip(intent.resets);
    let set = changed.set();
    if intent.on_conflict == OnConflict::Refuse {
        let others = managers.others(intent.writer);
        let taken = others.flat_map(|m| m.fields.0.intersection(&set).map(move |path| (&m.writer, path)));
        let taken: Vec<(&Writer, &Path)> = taken.collect();
        if !taken.is_empty() {
            return Err(managed_fields::conflict(taken));
        }
    }
    managers.take_from_others(intent.writer, &set);
    managers.take_from_others(intent.writer, &changed.removed.0);
    managers.write_to(&mut merged);
    Ok(merged)
}

/// The managers of the live object. One that has none gets one for all that it has.
fn managers_of(live: &Value, intent: &Intent<'_>, now: Moment) -> Managers {
    let mut managers = Managers::of(live);
    if managers.0.is_empty() {
        let mut all = Comparison::between(&json!({}), live, intent.schema);
        all.strip(&["status"]);
        let writer = Writer {
            manager: "before-first-apply".to_owned(),
            operation: Operation::Update,
            api_version: intent.writer.api_version.clone(),
            subresource: String::new(),
        };
        managers.record_update(&writer, &all, now);
    }
    managers
}

/// What this manager applied before and nobody owns any more, with the mappings that nobody owns anything of.
fn dropped_fields(before: &FieldSet, managers: &Managers, schema: Option<&Schema>) -> BTreeSet<Path> {
    if before.0.iter().all(|path| managers.0.iter().any(|manager| manager.fields.0.contains(path))) {
        return BTreeSet::new();
    }
    let mut owned = FieldSet::default();
    managers.0.iter().for_each(|manager| owned.0.extend(manager.fields.0.iter().cloned()));
    let owned_with_named = owned.with_named_fields(schema);
    let gone = before.with_named_fields(schema);
    gone.difference(&owned_with_named).filter(|path| !owned.touches(path)).cloned().collect()
}

fn merge(live: &Value, config: &Value, schema: Option<&Schema>, key: &str) -> Value {
    match (relation(schema, key, config), live, config) {
        (Relation::Granular, Value::Object(live), Value::Object(config)) => {
            let mut merged = live.clone();
            for (name, value) in config {
                let child = below(schema, name);
                let old = live.get(name).unwrap_or(&Value::Null);
                merged.insert(name.clone(), merge(old, value, child.as_ref(), name));
            }
            Value::Object(merged)
        }
        (Relation::ListMap(keys), Value::Array(live), Value::Array(config)) => {
            let item_schema = schema.and_then(Schema::items);
            let step = |item: &Value| key_step(item, &keys);
            let merge_item = |old: &Value, new: &Value| match has_atomic_items(key) {
                true => new.clone(),
                false => merge(old, new, item_schema.as_ref(), ""),
            };
            merge_lists(live, config, step, merge_item)
        }
        (Relation::ListSet, Value::Array(live), Value::Array(config)) => {
            merge_lists(live, config, |item| Step::Item(item.to_string()), |_, new| new.clone())
        }
        _ => config.clone(),
    }
}

/// Items of both, in the order of the intent; those that only the live list has stay before the item they preceded.
fn merge_lists(
    live: &[Value],
    config: &[Value],
    step: impl Fn(&Value) -> Step,
    merge_item: impl Fn(&Value, &Value) -> Value,
) -> Value {
    let live_steps: Vec<Step> = live.iter().map(&step).collect();
    let mut waiting: Vec<(Step, &Value)> = config.iter().map(|item| (step(item), item)).collect();
    let mut seen = BTreeSet::new();
    waiting.retain(|(step, _)| seen.insert(step.clone()));
    let mut merged = Vec::with_capacity(live.len().max(config.len()));
    let mut taken = BTreeSet::new();
    let mut take = |until: Option<&Step>, merged: &mut Vec<Value>, waiting: &mut Vec<(Step, &Value)>| {
        let count =
            until.map_or(Some(waiting.len()), |until| waiting.iter().position(|(s, _)| s == until).map(|i| i + 1));
        for (step, item) in waiting.drain(..count.unwrap_or(0)) {
            let old = live_steps.iter().position(|s| *s == step).and_then(|i| live.get(i));
            merged.push(merge_item(old.unwrap_or(&Value::Null), item));
            taken.insert(step);
        }
        count.is_some()
    };
    for (step, item) in live_steps.iter().zip(live) {
        let is_configured = seen.contains(step);
        if is_configured {
            take(Some(step), &mut merged, &mut waiting);
        } else {
            merged.push(item.clone());
        }
    }
    take(None, &mut merged, &mut waiting);
    Value::Array(merged)
}

/// Removes the value at a path; mappings and lists that become empty by it vanish too.
fn remove(value: &mut Value, path: &[Step]) {
    let Some((step, rest)) = path.split_first() else { return };
    let is_empty = |v: &Value| v.as_object().is_some_and(Map::is_empty) || v.as_array().is_some_and(Vec::is_empty);
    match (step, value) {
        (Step::Field(name), Value::Object(map)) => {
            if let Some(child) = map.get_mut(name).filter(|_| !rest.is_empty()) {
                let was_empty = is_empty(child);
                remove(child, rest);
                if was_empty || !is_empty(child) {
                    return;
                }
            }
            map.remove(name);
        }
        (Step::Key(_) | Step::Item(_), Value::Array(items)) => {
            if rest.is_empty() {
                items.retain(|item| !is_item(item, step));
            } else if let Some(item) = items.iter_mut().find(|item| is_item(item, step)) {
                remove(item, rest);
            }
        }
        _ => {}
    }
}

fn is_null(config: &Value, path: &[Step]) -> bool {
    let found = path.iter().try_fold(config, |at, step| match step {
        Step::Field(name) => at.get(name),
        Step::Item(_) | Step::Key(_) => at.as_array()?.iter().find(|item| is_item(item, step)),
    });
    found.is_some_and(Value::is_null)
}

/// A null in an intent sets nothing.
fn drop_nulls(value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.retain(|_, child| !child.is_null());
            map.values_mut().for_each(drop_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(drop_nulls),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fields::field_set::Dotted;
    use crate::fields::managed_fields::Write;
    use crate::json;
    use seatrial_kubernetes::Minor;

    const NOW: Moment = Moment(1_700_000_000_000);

    fn cases(file: &str) -> Vec<Value> {
        let path = format!("{}/testdata/apply/{file}", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(&path).expect("is there");
        let source = seatrial_model::Sources::new().add(file, text);
        let parsed = seatrial_yaml::parse(&source, seatrial_yaml::Dialect::Kubectl);
        assert!(parsed.findings.is_empty(), "{file}: {:?}", parsed.findings);
        json::items(&parsed.documents[0].node.to_json(), "/cases").to_vec()
    }

    fn writer(step: &Value, api_version: &str) -> Writer {
        let (operation, key) = match step.get("apply") {
            Some(_) => (Operation::Apply, "/apply"),
            None => (Operation::Update, "/update"),
        };
        let manager = json::text(step, key).to_owned();
        Writer { manager, operation, api_version: api_version.to_owned(), subresource: String::new() }
    }

    fn run(case: &Value, step: &Value, live: &Value) -> Result<Value, Refusal> {
        let (api_version, kind) = json::text(case, "/kind").rsplit_once('/').expect("version and kind");
        let (group, version) = seatrial_model::group_and_version(api_version);
        let schema = seatrial_kubernetes::schema(Minor::DEFAULT, group, version, kind);
        let writer = writer(step, api_version);
        let config = step.get("config").expect("config");
        if writer.operation == Operation::Apply {
            let on_conflict = if step.get("force").is_some() { OnConflict::Take } else { OnConflict::Refuse };
            let schema = schema.as_ref();
            let intent = Intent { config, schema, writer: &writer, on_conflict, resets: &["status"] };
            return apply(live, &intent, NOW);
        }
        let mut new = live.clone();
        crate::fields::patch::merge_patch(&mut new, config);
        let write = Write { writer: &writer, schema: schema.as_ref(), resets: &["status"] };
        write.record(live, &mut new, NOW);
        Ok(new)
    }

    fn check(case: &Value) {
        let about = json::text(case, "/about");
        let mut live = json!({});
        for (number, step) in json::items(case, "/steps").iter().enumerate() {
            let place = format!("{about}, step {}", number + 1);
            let result = run(case, step, &live);
            if let Some(expected) = step.get("conflict").and_then(Value::as_str) {
                let status = result.expect_err(&place).status();
                assert_eq!(json::text(&status, "/message"), expected, "{place}");
                assert_eq!(json::text(&status, "/details/causes/0/reason"), "FieldManagerConflict", "{place}");
                continue;
            }
            live = result.unwrap_or_else(|refusal| panic!("{place}: {refusal:?}"));
            let mut plain = live.clone();
            json::remove(&mut plain, "/metadata/managedFields");
            if let Some(expected) = step.get("expect") {
                let mut expected = expected.clone();
                json::set_default(&mut expected, "/metadata", json!({}));
                assert_eq!(plain, expected, "{place}");
            }
            let owners: Map<String, Value> = Managers::of(&live)
                .0
                .iter()
                .map(|manager| {
                    let fields: Vec<String> = manager.fields.0.iter().map(|path| Dotted(path).to_string()).collect();
                    (manager.writer.manager.clone(), json!(fields))
                })
                .collect();
            if let Some(expected) = step.get("owners") {
                assert_eq!(&Value::Object(owners), expected, "{place}");
            }
        }
    }

    #[test]
    fn owners_keep_what_is_theirs() {
        cases("ownership.yaml").iter().for_each(check);
    }

    #[test]
    fn lists_are_merged_by_their_keys() {
        cases("lists.yaml").iter().for_each(check);
    }

    #[test]
    fn what_a_manager_drops_vanishes() {
        cases("removal.yaml").iter().for_each(check);
    }
}
