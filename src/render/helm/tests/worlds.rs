//! What is random, what asks the clock or the cluster, and which lines of an output know which values.

use std::rc::Rc;

use seatrial_gotemplate::{Budget, Marks, Templates, Text, Value};
use seatrial_helm::functions;
use seatrial_helm::world::{Source, World};

const NOW: i128 = 1_700_000_000_000_000_000;

fn render(template: &str, data: Value, world: &mut World) -> Text {
    let mut templates = Templates::new(&functions::all());
    templates.parse("t", 0, template).expect("a template");
    world.sources = vec![Source { name: "t".into(), text: template.into() }];
    templates.execute("t", data, &mut Budget::default(), world).expect("rendered").text
}

fn rendered(template: &str) -> (Text, World) {
    let mut world = World::new("r", NOW, [7; 32]);
    let text = render(template, Value::nil(), &mut world);
    (text, world)
}

#[test]
fn the_same_input_gives_the_same_random_values() {
    let template = "{{ randAlphaNum 20 }} {{ uuidv4 }} {{ shuffle \"abcdefghij\" }} {{ genPrivateKey \"ecdsa\" }}";
    let (one, world) = rendered(template);
    assert_eq!(one, rendered(template).0);
    let used: Vec<_> = world.changing.iter().map(|changing| changing.function).collect();
    assert_eq!(used, ["randAlphaNum", "uuidv4", "shuffle", "genPrivateKey"]);
    assert!(world.changing.iter().all(|changing| changing.place.is_some()));
    let mut other = World::new("r", NOW, [8; 32]);
    assert_ne!(one, render(template, Value::nil(), &mut other));
    let mut released = World::new("s", NOW, [7; 32]);
    assert_ne!(one, render(template, Value::nil(), &mut released));
}

#[test]
fn two_uses_of_one_action_differ() {
    let (text, _) = rendered("{{ randAlpha 30 }} {{ randAlpha 30 }}");
    let (one, other) = text.split_once(' ').expect("two");
    assert_ne!(one, other);
}

#[test]
fn the_clock_is_given_and_its_use_noted() {
    let (text, world) = rendered("{{ now | date \"2006-01-02 15:04\" }} {{ now.Unix }} {{ ago 1699999990 }}");
    assert_eq!(text.as_str(), "2023-11-14 22:13 1700000000 10s");
    assert_eq!(world.changing.len(), 3);
    assert!(rendered("{{ date \"2006\" 0 }}").1.changing.is_empty(), "a given time is the same each time");
}

#[test]
fn lookups_are_noted_and_answered() {
    let mut world = World::new("r", NOW, [0; 32]);
    let template = "{{ (lookup \"v1\" \"Secret\" \"ns\" \"x\").kind }}";
    assert_eq!(render(template, Value::nil(), &mut world).as_str(), "<no value>");
    assert_eq!(world.looked_up[0].asked, ["v1", "Secret", "ns", "x"]);
    world.lookup = Some(Rc::new(|_, kind, _, _| Ok(Value::map([("kind", Value::text(kind))].into_iter().collect()))));
    assert_eq!(render(template, Value::nil(), &mut world).as_str(), "Secret");
}

#[test]
fn lines_of_yaml_and_json_know_their_values() {
    let marked = |text: &str, mark| Value::text(text).with_marks(Marks::one(mark));
    let inner = Value::map([("x", marked("one", 3)), ("y", Value::list(vec![marked("two", 4)]))].into_iter().collect());
    let data = Value::map([("a", marked("zero", 1)), ("b", inner.with_marks(Marks::one(2)))].into_iter().collect());
    let mut world = World::new("r", NOW, [0; 32]);
    for template in ["{{ toYaml . }}", "{{ toYamlPretty . }}", "{{ toPrettyJson . }}", "{{ toJson . }}"] {
        let text = render(template, data.clone(), &mut world);
        for (word, mark) in [("zero", 1), ("b", 2), ("one", 3), ("two", 4)] {
            let at = text.find(word).expect("printed");
            let marks = text.piece_at(at).map(|piece| piece.marks.as_slice().to_vec());
            assert_eq!(marks, Some(vec![mark]), "{word} in {}", text.as_str());
        }
    }
}

#[test]
fn values_read_from_yaml_know_what_their_text_knew() {
    let marked = |text: &str, mark| Value::text(text).with_marks(Marks::one(mark));
    let data = Value::map([("a", marked("zero", 1)), ("b", marked("one", 2))].into_iter().collect());
    let mut world = World::new("r", NOW, [0; 32]);
    let text = render("{{ (toYaml . | fromYaml).b }} {{ (toJson . | fromJson).a }}", data, &mut world);
    let marks = |at| text.piece_at(at).map(|piece| piece.marks.as_slice().to_vec());
    assert_eq!((text.as_str(), marks(0), marks(4)), ("one zero", Some(vec![2]), Some(vec![1])));
}

#[test]
fn values_that_hold_themselves_and_deep_lists_end() {
    let mut templates = Templates::new(&functions::all());
    let map = Value::empty_map();
    map.as_map().expect("a map").insert("own", map.clone());
    let deep = (0..3000).fold(Value::list(Vec::new()), |inner, _| Value::list(vec![inner]));
    for function in ["toYaml", "toYamlPretty", "toJson", "toPrettyJson"] {
        templates.parse(function, 0, &format!("[{{{{ {function} . }}}}]")).expect("a template");
        for data in [map.clone(), deep.clone()] {
            let mut world = World::new("r", NOW, [0; 32]);
            let rendered = templates.execute(function, data, &mut Budget::default(), &mut world).expect("rendered");
            assert_eq!(rendered.text.as_str(), "[]", "{function}");
        }
    }
    templates.parse("toml", 0, "{{ toToml . }}").expect("a template");
    let mut world = World::new("r", NOW, [0; 32]);
    let nested = Value::map([("a", deep)].into_iter().collect());
    assert!(templates.execute("toml", nested, &mut Budget::default(), &mut world).is_ok());
    assert!(templates.execute("toml", map.clone(), &mut Budget::default(), &mut world).is_ok());
    map.as_map().expect("a map").remove("own");
}

#[test]
fn a_value_that_holds_another_many_times_ends_with_the_budget() {
    let long = Value::text("x".repeat(100_000));
    let many = (0..40).fold(long, |inner, _| Value::list(vec![inner.clone(), inner]));
    let data = Value::map([("a", many)].into_iter().collect());
    for function in ["toYaml", "toYamlPretty", "toJson", "toPrettyJson", "toToml"] {
        let mut templates = Templates::new(&functions::all());
        templates.parse("t", 0, &format!("{{{{ {function} . }}}}")).expect("a template");
        let mut world = World::new("r", NOW, [0; 32]);
        let mut budget = Budget { bytes: 10 << 20, steps: 1_000_000, ..Budget::default() };
        let error = templates.execute("t", data.clone(), &mut budget, &mut world).expect_err("too much");
        assert!(error.is_limit, "{function}: {}", error.message);
    }
}
