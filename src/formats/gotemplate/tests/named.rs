//! Maps of a named type: they are maps, have methods, and become plain ones where a function asks for that.

use seatrial_gotemplate::{Budget, Function, Map, MapKind, Templates, Type, Value};

const METHODS: &[Function] = &[Function::new("Greet", &[Type::Text], |_, arguments| {
    let own = arguments[0].as_map().and_then(|map| map.get("name"));
    let own = own.as_ref().and_then(Value::as_str).unwrap_or_default();
    Ok(Value::text(format!("{} {own}", arguments[1].as_str().unwrap_or_default())))
})];

const FUNCTIONS: &[Function] = &[
    Function::new("any", &[Type::Any], |_, arguments| Ok(arguments[0].clone())),
    Function::new("change", &[Type::Map, Type::Text], |_, arguments| {
        arguments[0].as_map().ok_or("no map")?.insert(arguments[1].as_str().unwrap_or_default(), Value::int(1));
        Ok(arguments[0].clone())
    }),
];

fn answer(template: &str) -> Result<String, String> {
    let mut templates = Templates::new(FUNCTIONS).with_methods("main.Values", METHODS);
    templates.parse("t", 0, template).map_err(|error| error.message)?;
    let entries = [("name".into(), Value::text("you"))].into_iter().collect();
    let named = Value::map(Map::of(MapKind::Named("main.Values"), entries));
    let data = Value::map([("v", named)].into_iter().collect());
    let rendered = templates.execute("t", data, &mut Budget::default(), &mut ());
    rendered.map(|rendered| rendered.text.to_string()).map_err(|error| error.message)
}

#[test]
fn a_named_map_has_methods_besides_its_keys() {
    assert_eq!(answer("{{ .v.Greet \"hi\" }} {{ .v.name }}").as_deref(), Ok("hi you you"));
    let missing = answer("{{ .v.Greet }}").expect_err("an error");
    assert!(missing.ends_with("wrong number of args for Greet: want 1 got 0"), "{missing}");
}

#[test]
fn a_named_map_becomes_a_plain_one_for_a_function_and_stays_the_same_map() {
    let types = "{{ printf \"%T\" .v }} {{ printf \"%T\" (any .v) }} {{ printf \"%T\" (change .v \"k\") }} {{ .v.k }}";
    assert_eq!(answer(types).as_deref(), Ok("main.Values main.Values map[string]interface {} 1"));
}
