//! What functions keep of where their bytes are from, what counts as read, and what their limits are.

#[path = "sprig/support.rs"]
mod support;

use seatrial_gotemplate::{Budget, Marks, Rendered, Text, Value};
use seatrial_helm::functions;
use seatrial_helm::world::World;

/// Values of which each has a mark: `a` 1, `b` 2, `text` 3, `list` 4 with 5 and 6, `map` 7 with `in` 8, `template` 9.
fn values() -> Value {
    let marked = |value: Value, mark| value.with_marks(Marks::one(mark));
    let list = Value::list(vec![marked(Value::text("x"), 5), marked(Value::text("y"), 6)]);
    let map = Value::map([("in", marked(Value::text("deep"), 8))].into_iter().collect());
    let entries = [
        ("a", marked(Value::text("one"), 1)),
        ("b", marked(Value::text("two"), 2)),
        ("text", marked(Value::text("first\nsecond\n"), 3)),
        ("list", marked(list, 4)),
        ("map", marked(map, 7)),
        ("template", marked(Value::text("v: {{ .b }} {{ 5 }}"), 9)),
    ];
    Value::map(entries.into_iter().collect())
}

fn render(template: &str) -> Rendered {
    let mut templates = functions::templates();
    let defined = "{{ define \"lines\" }}k: {{ .a }}\nl: {{ .b }}{{ end }}{{ define \"template\" }}k: {{ \"{{ .a }}\" }}\nl: x{{ end }}";
    templates.parse("h", 0, defined).expect("templates");
    templates.parse("t", 1, template).unwrap_or_else(|error| panic!("{error}"));
    let mut world = World::default();
    templates.execute("t", values(), &mut Budget::default(), &mut world).unwrap_or_else(|error| panic!("{error}"))
}

/// The marks of the bytes that are `part`.
fn marks_at(text: &Text, part: &str) -> Vec<u32> {
    let at = text.find(part).unwrap_or_else(|| panic!("{part} in {text:?}"));
    text.piece_at(at).map(|piece| piece.marks.as_slice().to_vec()).unwrap_or_default()
}

#[test]
fn lines_of_an_included_template_keep_their_values_when_they_are_indented() {
    let cases = [
        "{{ include \"lines\" . | nindent 4 }}",
        "{{ include \"lines\" . | indent 2 | trim }}",
        "{{ include \"lines\" . | replace \"k\" \"key\" | trimPrefix \"key\" }}",
        "{{ include \"lines\" . | trunc 100 | default \"x\" }}",
        "{{ include \"lines\" . | squote }}",
        "{{ ternary \"no\" (required \"r\" (include \"lines\" .)) false }}",
        "{{ coalesce \"\" (include \"lines\" .) }}",
        "{{ list (include \"lines\" .) \"z\" | join \",\" }}",
        "{{ cat (include \"lines\" .) \"z\" }}",
    ];
    for case in cases {
        let text = render(case).text;
        assert_eq!(marks_at(&text, "one"), [1], "{case}");
        assert_eq!(marks_at(&text, "two"), [2], "{case}");
        // What is in the template itself is known by its place there.
        let literal = text.piece_at(text.find("l: ").expect("l")).and_then(|piece| piece.place).expect("a place");
        assert!(literal.is_literal, "{case}");
    }
}

/// Marks, and the number of the source.
type Known = (Vec<u32>, u32);

/// What is known of the bytes that are `part`.
fn known_at(text: &Text, part: &str) -> Known {
    let piece = text.piece_at(text.find(part).expect("the part")).expect("a piece");
    (piece.marks.as_slice().to_vec(), piece.place.expect("a place").source)
}

#[test]
fn what_tpl_makes_is_from_where_its_text_is_from() {
    let cases: [(&str, &str, Known); 9] = [
        ("{{ tpl .text . }}", "second", (vec![3], 1)),
        ("{{ tpl .text . | nindent 2 }}", "second", (vec![3], 1)),
        ("{{ tpl \"k: {{ .a }}\" . }}", "k", (vec![], 1)),
        ("{{ tpl \"k: {{ .a }}\" . }}", "one", (vec![1], 1)),
        ("{{ tpl .template . }}", "two", (vec![2], 1)),
        ("{{ tpl .template . }}", "5", (vec![9], 1)),
        ("{{ tpl (include \"template\" .) . }}", "one", (vec![1], 0)),
        ("{{ tpl (include \"template\" .) . }}", "l: ", (vec![], 0)),
        ("{{ tpl \"{{ tpl .text . }}\" . }}", "second", (vec![3], 1)),
    ];
    for (case, part, expected) in cases {
        assert_eq!(known_at(&render(case).text, part), expected, "{case} {part}");
    }
}

#[test]
fn a_text_kept_from_one_tpl_can_be_printed_by_another() {
    let keep = r#"{{ define "own" }}a long text {{ .a }}{{ end }}{{ $_ := set . "kept" (include "own" .) }}"#;
    let text = render(&format!("{{{{ tpl {keep:?} . }}}}{{{{ tpl \"é{{{{ .kept }}}}\" . }}}}")).text;
    assert_eq!(text.as_str(), "éa long text one");
    assert_eq!(known_at(&text, "one"), (vec![1], 1));
}

#[test]
fn texts_put_together_keep_the_values_of_each() {
    let cases = [
        ("{{ quote .a .b }}", "\"one\" \"two\""),
        ("{{ squote .a .b }}", "'one' 'two'"),
        ("{{ cat .a .b }}", "one two"),
        ("{{ list .a .b | join \",\" }}", "one,two"),
        ("{{ .a | replace \"ne\" .b }}", "otwo"),
    ];
    for (case, expected) in cases {
        let text = render(case).text;
        assert_eq!(text.as_str(), expected);
        assert_eq!(marks_at(&text, "two"), [2], "{case}");
        assert_eq!(marks_at(&text, "o"), [1], "{case}");
    }
    assert_eq!(marks_at(&render("{{ .list | join \"-\" }}").text, "y"), [6]);
    assert_eq!(marks_at(&render("{{ .text | nindent 2 }}").text, "second"), [3]);
    assert_eq!(marks_at(&render("{{ .a | upper | trunc 2 }}").text, "ON"), [1]);
}

#[test]
fn a_value_is_used_where_it_is_printed_and_not_where_it_is_handed_on() {
    let reads = render("{{ $m := merge (dict) .map }}{{ $d := dict \"k\" .a }}{{ default \"x\" .b }}").reads;
    assert!(reads.used.contains(2));
    assert!(!reads.used.contains(1) && !reads.used.contains(8), "{:?}", reads.used.iter().collect::<Vec<_>>());
    let reads = render("{{ if hasKey .map \"in\" }}{{ end }}").reads;
    assert!(reads.passed.contains(8) && !reads.used.contains(7));
    let reads = render("{{ get .map \"in\" }}{{ dig \"in\" \"\" .map }}{{ first .list }}").reads;
    assert!(reads.used.contains(8) && reads.used.contains(5) && !reads.used.contains(6));
}

/// The message of an error.
fn failure(template: &'static str) -> String {
    let run =
        move || support::answer(&support::templates(), &serde_json::json!({}), template).expect_err(template).message;
    support::on_large_stack(run)
}

#[test]
fn what_would_fill_the_memory_is_refused() {
    let cases = [
        "{{ until 2000000000 }}",
        "{{ untilStep 0 9223372036854775807 4611686018427387904 | len }}{{ seq 1 3000000000 }}",
        "{{ repeat 2000000000 \"abc\" }}",
        "{{ indent 2000000000 \"a\" }}",
        "{{ repeat 9000 \"a\\n\" | nindent 1000000 }}",
        "{{ replace \"\" (repeat 1000000 \"x\") (repeat 1000000 \"y\") }}",
        "{{ $x := list 1 }}{{ range until 1000000 }}{{ $x = concat $x $x }}{{ end }}",
        "{{ $x := \"ab\" }}{{ range until 1000000 }}{{ $x = cat $x $x }}{{ end }}",
        "{{ range until 4000000 }}{{ $x := splitList \"\" (repeat 1000000 \"x\") }}{{ end }}",
    ];
    for case in cases {
        let message = failure(case);
        assert!(message.contains("too much text") || message.contains("too many steps"), "{case}: {message}");
    }
}

#[test]
fn values_that_hold_themselves_or_are_very_deep_do_no_harm() {
    let itself = "{{ $d := dict }}{{ $_ := set $d \"d\" $d }}{{ $e := dict }}{{ $_ := set $e \"d\" $e }}";
    for rest in ["{{ deepCopy $d }}", "{{ merge $d $e }}", "{{ deepEqual $d $e }}", "{{ mergeOverwrite $d $e $d }}"] {
        let template: &'static str = Box::leak(format!("{itself}{rest}").into_boxed_str());
        let message = failure(template);
        assert!(message.contains("too deeply") || message.contains("too many steps"), "{rest}: {message}");
    }
    let deep = "{{ $a := list }}{{ $b := list }}{{ range until 100000 }}{{ $a = list $a }}{{ $b = list $b }}{{ end }}";
    let template: &'static str = Box::leak(format!("{deep}{{{{ deepEqual $a $b }}}}").into_boxed_str());
    let run = || support::answer(&support::templates(), &serde_json::json!({}), template).map(|text| text.to_string());
    assert_eq!(support::on_large_stack(move || run().map_err(|error| error.message)), Ok("true".to_owned()));
}

#[test]
fn lint_lets_pass_what_a_chart_refuses() {
    let mut templates = functions::templates();
    let template = "[{{ fail \"no\" }}{{ required \"give\" .absent }}{{ required \"give\" .a }}]";
    templates.parse("t", 0, template).expect("a template");
    let mut world = World::default();
    world.is_lint = true;
    let rendered = templates.execute("t", values(), &mut Budget::default(), &mut world).expect("an answer");
    assert_eq!(rendered.text.as_str(), "[one]");
}
