//! Objects that are changed in one place, at random and the same every time.

use serde_json::{Value, json};

use crate::seed::Seed;

/// A changed object.
pub(crate) struct Mutation {
    /// `Deployment web, /spec/replicas: -1`.
    pub(crate) what: String,
    pub(crate) object: Value,
}

fn one<'a, T>(seed: &mut Seed, of: &'a [T]) -> &'a T {
    &of[seed.next(of.len())]
}

/// Mutations of the objects, one object after the other.
pub(crate) fn mutations(objects: &[Value], seed: u64, number: usize) -> Vec<Mutation> {
    let mut seed = Seed(seed);
    (0..number).map(|index| mutation(&objects[index % objects.len()], &mut seed)).collect()
}

fn mutation(object: &Value, seed: &mut Seed) -> Mutation {
    let mut places = Vec::new();
    pointers(object, "", &mut places);
    // Who is asked hangs on the first two; a LimitRange without a name gets one, and we want to know whom we speak of.
    places.retain(|place| !matches!(place.as_str(), "/apiVersion" | "/kind" | "/metadata" | "/metadata/name"));
    places.extend((object["kind"] != "LimitRange").then(|| "/metadata/name".to_owned()));
    loop {
        let place = one(seed, &places).clone();
        let mut changed = object.clone();
        let how = match seed.next(4) {
            0 => typo(&mut changed, &place, seed),
            1 => another_type(&mut changed, &place),
            2 => deletion(&mut changed, &place),
            _ => odd_value(&mut changed, &place, seed),
        };
        if let Some(how) = how.filter(|_| changed != *object) {
            let (kind, name) = (object["kind"].as_str(), object["metadata"]["name"].as_str());
            let what = format!("{} {}, {place}: {how}", kind.unwrap_or_default(), name.unwrap_or_default());
            return Mutation { what, object: changed };
        }
    }
}

fn pointers(value: &Value, at: &str, places: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                let place = format!("{at}/{}", key.replace('~', "~0").replace('/', "~1"));
                places.push(place.clone());
                pointers(value, &place, places);
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                let place = format!("{at}/{index}");
                places.push(place.clone());
                pointers(value, &place, places);
            }
        }
        _ => {}
    }
}

fn parent<'a>(object: &'a mut Value, place: &str) -> Option<(&'a mut Value, String)> {
    let (parent, last) = place.rsplit_once('/')?;
    Some((object.pointer_mut(parent)?, last.replace("~1", "/").replace("~0", "~")))
}

fn typo(object: &mut Value, place: &str, seed: &mut Seed) -> Option<String> {
    let (parent, key) = parent(object, place)?;
    let fields = parent.as_object_mut()?;
    let mut letters: Vec<char> = key.chars().collect();
    let at = seed.next(letters.len());
    match seed.next(3) {
        0 => drop(letters.remove(at)),
        1 => letters.insert(at, letters[at]),
        _ => letters[at] = if letters[at].is_lowercase() { letters[at].to_ascii_uppercase() } else { 'x' },
    }
    let wrong: String = letters.into_iter().collect();
    if fields.contains_key(&wrong) {
        return None;
    }
    let value = fields.remove(&key)?;
    fields.insert(wrong.clone(), value);
    Some(format!("called `{wrong}`"))
}

fn another_type(object: &mut Value, place: &str) -> Option<String> {
    let value = object.pointer_mut(place)?;
    *value = match value.take() {
        Value::String(text) => text.parse::<i64>().map_or(json!(7), |number| json!(number)),
        Value::Number(number) => json!(number.to_string()),
        Value::Bool(truth) => json!(truth.to_string()),
        Value::Array(_) | Value::Null => json!("text"),
        Value::Object(_) => json!([]),
    };
    Some(format!("{value}"))
}

fn deletion(object: &mut Value, place: &str) -> Option<String> {
    let (parent, key) = parent(object, place)?;
    match parent {
        Value::Object(fields) => drop(fields.remove(&key)?),
        Value::Array(items) => drop(items.remove(key.parse().ok()?)),
        _ => return None,
    }
    Some("deleted".to_owned())
}

fn odd_value(object: &mut Value, place: &str, seed: &mut Seed) -> Option<String> {
    let is_item = place.rsplit('/').next().is_some_and(|last| last.parse::<usize>().is_ok());
    let value = object.pointer_mut(place)?;
    let odd = match value {
        Value::String(text) => {
            let longer = format!("{text}x");
            let texts = ["", "A B", "Upper", "-", "a.b", "a/b", &longer, "0", "-1", "ALLCAPS", "under_score"];
            let long = "long".repeat(80);
            json!(if seed.next(12) == 0 { long.as_str() } else { *one(seed, &texts) })
        }
        Value::Number(_) => {
            one(seed, &[json!(-1), json!(0), json!(70000), json!(1.5), json!(3_000_000_000_u64), json!(1)]).clone()
        }
        Value::Bool(truth) => json!(!*truth),
        Value::Array(items) if seed.next(2) == 0 => {
            let first = items.first()?.clone();
            items.push(first);
            return Some("its first item twice".to_owned());
        }
        Value::Array(_) => json!([]),
        Value::Object(_) if seed.next(2) == 0 => json!({}),
        // Null in a list is what only server-side apply refuses, which we have in mind.
        Value::Object(_) | Value::Null if is_item => return None,
        Value::Object(_) | Value::Null => Value::Null,
    };
    *value = odd;
    let text = value.to_string();
    Some(if text.len() > 60 { format!("{}…", &text[..60]) } else { text })
}
