//! One template rendered with Helm's functions.

use std::rc::Rc;

use seatrial_gotemplate::{Budget, ExecError, Map, Templates, Text, Value};
use seatrial_helm::functions;
use seatrial_helm::world::World;
use serde_json::Value as Json;

/// Values as Helm has them: all numbers are floats.
fn value(json: &Json) -> Value {
    match json {
        Json::Null => Value::nil(),
        Json::Bool(truth) => Value::bool(*truth),
        Json::Number(number) => Value::float(number.as_f64().unwrap_or_default()),
        Json::String(text) => Value::text(text.as_str()),
        Json::Array(items) => Value::list(items.iter().map(value).collect()),
        Json::Object(entries) => Value::map(entries.iter().map(|(key, item)| (key.as_str(), value(item))).collect()),
    }
}

/// The templates that a case may include.
pub(crate) fn templates() -> Templates {
    let mut templates = functions::templates();
    templates.parse("c/templates/_h.tpl", 0, include_str!("../../testdata/sprig-helpers.tpl")).expect("templates");
    templates
}

/// The output of a template that stands alone in a chart's file.
pub(crate) fn answer(templates: &Templates, values: &Json, template: &str) -> Result<Text, Box<ExecError>> {
    let mut templates = templates.clone();
    templates.parse("c/templates/t.yaml", 1, template).unwrap_or_else(|error| panic!("{template}: {error}"));
    let Json::Object(entries) = values else { panic!("values") };
    let entries = entries.iter().map(|(key, item)| (Rc::from(key.as_str()), value(item)));
    let values = Value::map(Map::of(functions::VALUES, entries.collect()));
    let data = Value::map([("Values", values)].into_iter().collect());
    let mut budget = Budget { steps: 2_000_000, bytes: 64 << 20, stack: 200 << 20, ..Budget::default() };
    let rendered = templates.execute("c/templates/t.yaml", data, &mut budget, &mut World::default())?;
    Ok(rendered.text)
}

/// Runs on a thread with a large stack: Helm goes a thousand includes deep.
pub(crate) fn on_large_stack<T: Send + 'static>(run: impl FnOnce() -> T + Send + 'static) -> T {
    let thread = std::thread::Builder::new().stack_size(256 << 20).spawn(run).expect("thread");
    thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}
