//! Any text as a template with all of Helm's functions, over values of every type: it ends within its budget, without a panic, and each byte of
//! what it prints knows a place inside of the text.
#![no_main]

use std::sync::Arc;

use libfuzzer_sys::fuzz_target;
use seatrial_gotemplate::{Budget, Value};
use seatrial_helm::functions;
use seatrial_helm::world::{Source, World};

const VALUES: &str = include_str!("../../../src/render/helm/testdata/functions-values.json");

thread_local! {
    static BASE: seatrial_gotemplate::Templates = functions::templates();
    static PARSED: serde_json::Value = serde_json::from_str(VALUES).expect("values");
}

fn value(json: &serde_json::Value) -> Value {
    match json {
        serde_json::Value::Null => Value::nil(),
        serde_json::Value::Bool(is) => Value::bool(*is),
        serde_json::Value::Number(number) => Value::float(number.as_f64().expect("a number")),
        serde_json::Value::String(text) => Value::text(text.as_str()),
        serde_json::Value::Array(items) => Value::list(items.iter().map(value).collect()),
        serde_json::Value::Object(entries) => {
            Value::map(entries.iter().map(|(key, of)| (key.as_str(), value(of))).collect())
        }
    }
}

fuzz_target!(|text: &str| {
    let mut templates = BASE.with(Clone::clone);
    if let Err(error) = templates.parse("t", 0, text) {
        let lines = text.matches('\n').count() + 1;
        assert!((1..=lines).contains(&(error.line as usize)), "line {} of {lines}: {}", error.line, error.message);
        return;
    }
    let mut world = World::new("r", 1_700_000_000_000_000_000, [7; 32]);
    world.sources = vec![Source { name: Arc::from("t"), text: text.into() }];
    let values = PARSED.with(value);
    let data = Value::map([("Values", values)].into_iter().collect());
    let mut budget = Budget { steps: 100_000, bytes: 4 << 20, ..Budget::default() };
    match templates.execute("t", data, &mut budget, &mut world) {
        Ok(rendered) => {
            let printed = rendered.text.as_str();
            assert!(printed.len() <= 32 << 20, "{} bytes", printed.len());
            let pieces = rendered.text.pieces();
            assert!(pieces.is_sorted_by_key(|piece| piece.end), "{pieces:?}");
            assert!(pieces.last().is_none_or(|last| last.end == printed.len()), "{pieces:?} of {printed:?}");
            for place in pieces.iter().filter_map(|piece| piece.place) {
                assert!(place.source == 0 && text.get(place.start as usize..place.end as usize).is_some(), "{place:?}");
            }
        }
        Err(error) => {
            assert!(!error.message.is_empty());
            let place = error.place.filter(|place| place.source == 0);
            assert!(
                place.is_none_or(|place| text.get(place.start as usize..place.end as usize).is_some()),
                "{place:?}: {}",
                error.message
            );
        }
    }
});
