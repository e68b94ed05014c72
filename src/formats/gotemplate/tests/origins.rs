//! Which action and which values made each byte of the output, where an error is from, and which values were looked at.
#![allow(unreachable_pub, reason = "the support is shared")]

mod support;

use seatrial_gotemplate::{Budget, Data, ExecError, Map, Marks, Rendered, Templates, Text, Value};
use support::FUNCTIONS;

/// Names and texts of templates.
type Texts = &'static [(&'static str, &'static str)];

/// Values whose marks count up in the order of their keys, depth first: the first is 1.
fn marked(value: &Value, next: &mut u32) -> Value {
    let own = *next;
    *next += 1;
    let data = match &value.data {
        Data::Map(map) => {
            let entries = map.snapshot().into_iter().map(|(key, item)| (key, marked(&item, next)));
            Data::Map(entries.collect::<Map>())
        }
        Data::List(list) => {
            let items = list.items().iter().map(|item| marked(item, next)).collect();
            return Value::list(items).with_marks(Marks::one(own));
        }
        other => other.clone(),
    };
    Value { data, marks: Marks::one(own) }
}

/// `.` is 0, `.a` 1, `.a.b` 2, `.a.c` 3, `.l` 4 with 5 and 6, `.s` 7, `.t` 8.
fn data() -> Value {
    let json =
        serde_json::json!({"a": {"b": "bee", "c": "line one\nline two"}, "l": [10, 20], "s": "ess", "t": "<{{ .s }}>"});
    marked(&support::value(&json), &mut 0)
}

fn render(texts: &[(&str, &str)], name: &str) -> Result<Rendered, Box<ExecError>> {
    let mut templates = Templates::new(FUNCTIONS).with_name("gotpl");
    for (number, (name, text)) in (0..).zip(texts) {
        templates.parse(name, number, text).expect("a template");
    }
    templates.execute(name, data(), &mut Budget::default(), &mut 0_i32)
}

/// The text cut into its pieces: what they say, the source with the text of the action, and the marks.
fn pieces(text: &Text, sources: &[(&str, &str)]) -> Vec<String> {
    let mut from = 0;
    let mut shown = Vec::new();
    for piece in text.pieces() {
        let action = piece.place.map_or_else(String::new, |place| {
            let (name, source) = sources.get(place.source as usize).copied().unwrap_or(("tpl", ""));
            let action = source.get(place.start as usize..place.end as usize).unwrap_or_default();
            if place.is_literal { format!(" {name}") } else { format!(" {name} {action}") }
        });
        shown.push(format!("{:?}{action} {:?}", &text.as_str()[from..piece.end], piece.marks.as_slice()));
        from = piece.end;
    }
    assert_eq!(from, text.len(), "the pieces end where the text ends");
    shown
}

#[test]
fn each_byte_knows_its_action_and_its_values() {
    let cases: &[(Texts, &[&str])] = &[
        (&[("t", "x: {{ .a.b }}\n")], &[r#""x: " t []"#, r#""bee" t {{ .a.b }} [2]"#, r#""\n" t []"#]),
        (
            &[("t", "{{ .l }}")],
            &[
                r#""[" t {{ .l }} [4]"#,
                r#""10" t {{ .l }} [5]"#,
                r#"" " t {{ .l }} [4]"#,
                r#""20" t {{ .l }} [6]"#,
                r#""]" t {{ .l }} [4]"#,
            ],
        ),
        (
            &[("t", "{{ range $i, $x := .l }}{{ $i }}={{ $x }};{{ end }}")],
            &[
                r#""0" t {{ $i }} []"#,
                r#""=" t []"#,
                r#""10" t {{ $x }} [5]"#,
                r#"";" t []"#,
                r#""1" t {{ $i }} []"#,
                r#""=" t []"#,
                r#""20" t {{ $x }} [6]"#,
                r#"";" t []"#,
            ],
        ),
        // What is included keeps the lines of the template that is included.
        (
            &[("t", "{{ include \"h\" . }}"), ("h.tpl", "{{ define \"h\" }}<{{ .s }}>{{ end }}")],
            &[r#""<" h.tpl []"#, r#""ess" h.tpl {{ .s }} [7]"#, r#"">" h.tpl []"#],
        ),
        (
            &[("t", "{{ printf \"%s-%5s|%q\" .a.b .s .s }}")],
            &[
                r#""bee" t {{ printf "%s-%5s|%q" .a.b .s .s }} [2]"#,
                r#""-" t {{ printf "%s-%5s|%q" .a.b .s .s }} []"#,
                r#""  ess" t {{ printf "%s-%5s|%q" .a.b .s .s }} [7]"#,
                r#""|" t {{ printf "%s-%5s|%q" .a.b .s .s }} []"#,
                r#""\"ess\"" t {{ printf "%s-%5s|%q" .a.b .s .s }} [7]"#,
            ],
        ),
        (
            &[("t", "{{ upper .s }}{{ add 1 (index .l 1) }}{{ .missing }}")],
            &[
                r#""ESS" t {{ upper .s }} [7]"#,
                r#""21" t {{ add 1 (index .l 1) }} [6]"#,
                r#""<no value>" t {{ .missing }} []"#,
            ],
        ),
        (
            &[("t", "{{ slice .a.c 5 }}{{ html .s }}")],
            &[r#""one\nline two" t {{ slice .a.c 5 }} [3]"#, r#""ess" t {{ html .s }} [7]"#],
        ),
        (&[("t", "{{ if .a }}{{ template \"h\" .a }}{{ end }}"), ("h", "{{ .b }}")], &[r#""bee" h {{ .b }} [2]"#]),
    ];
    for (sources, expected) in cases {
        let rendered = render(sources, "t").expect("it renders");
        assert_eq!(pieces(&rendered.text, sources), *expected, "{sources:?}");
    }
}

#[test]
fn values_are_used_where_they_are_printed_and_passed_on_the_way() {
    let cases: [(&str, &[u32], &[u32]); 9] = [
        ("{{ .a.b }}", &[0, 1], &[2]),
        ("{{ if .a.b }}{{ end }}", &[0, 1, 2], &[]),
        ("{{ with .a }}{{ .c }}{{ end }}", &[0, 1], &[3]),
        ("{{ $x := .a }}{{ $x.b }}", &[0, 1], &[2]),
        ("{{ $x := .a.b }}", &[0, 1], &[]),
        ("{{ range .l }}{{ end }}", &[0], &[4]),
        ("{{ and .s .a.b }}", &[0, 1, 2, 7], &[2]),
        ("{{ upper .s }}", &[0], &[7]),
        ("{{ include \"h\" (dict \"v\" .a) }}{{ define \"h\" }}{{ .v.b }}{{ end }}", &[0, 1], &[2]),
    ];
    for (template, passed, used) in cases {
        let reads = render(&[("t", template)], "t").expect("it renders").reads;
        assert_eq!(reads.passed.iter().collect::<Vec<_>>(), passed, "{template}");
        assert_eq!(reads.used.iter().collect::<Vec<_>>(), used, "{template}");
    }
}

#[test]
fn what_tpl_makes_is_from_the_action_that_calls_and_from_the_string() {
    let sources = [("t", "{{ tpl .t . }}{{ tpl (print \"[\" .t \"{{ 1 }}\") . }}{{ tpl .s . }}")];
    let rendered = render(&sources, "t").expect("it renders");
    let (one, other) = ("{{ tpl .t . }}", r#"{{ tpl (print "[" .t "{{ 1 }}") . }}"#);
    let expected = [
        format!(r#""<" t {one} [8]"#),
        format!(r#""ess" t {one} [7, 8]"#),
        format!(r#"">" t {one} [8]"#),
        format!(r#""[<" t {other} [8]"#),
        format!(r#""ess" t {other} [7, 8]"#),
        format!(r#"">" t {other} [8]"#),
        format!(r#""1" t {other} []"#),
        r#""ess" t {{ tpl .s . }} [7]"#.to_owned(),
    ];
    assert_eq!(pieces(&rendered.text, &sources), expected);
    let sources = [("t", "{{ tpl (include \"h\" .) . }}"), ("h", "a: {{ \"{{ .s }}\" }}\nb")];
    let rendered = render(&sources, "t").expect("it renders");
    let expected = [r#""a: " h a:  []"#, r#""ess" h {{ "{{ .s }}" }} [7]"#, r#""\nb" h "#];
    assert_eq!(pieces(&rendered.text, &sources)[..2], expected[..2]);
    assert!(pieces(&rendered.text, &sources)[2].starts_with(expected[2]), "{:?}", rendered.text.pieces());
    let error = render(&[("t", "{{ tpl \"{{ .s.x }}\" . }}")], "t").expect_err("a string has no fields");
    let place = error.place.expect("a place");
    assert_eq!((place.source, place.start, error.offset, error.marks.as_slice()), (0, 0, 0, [7].as_slice()));
}

#[test]
fn an_error_knows_its_action_its_values_and_the_chain() {
    let sources = [
        ("t", "first\n  {{ include \"h\" . }}"),
        ("h.tpl", "{{ define \"h\" }}\n{{ template \"i\" .a }}{{ end }}{{ define \"i\" }}{{ .b.x.y }}{{ end }}"),
    ];
    let error = render(&sources, "t").expect_err("a string has no fields");
    assert_eq!(
        error.message,
        "template: t:2:5: executing \"t\" at <include \"h\" .>: error calling include: \
         template: h.tpl:2:51: executing \"i\" at <.b.x.y>: can't evaluate field x in type interface {}"
    );
    assert_eq!(error.reason, "can't evaluate field x in type interface {}");
    assert_eq!(error.marks.as_slice(), [2]);
    let place = error.place.expect("a place");
    assert_eq!(&sources[place.source as usize].1[place.start as usize..place.end as usize], "{{ .b.x.y }}");
    // Go's position of a chain is that of its second field.
    assert_eq!(&sources[1].1[error.offset as usize..][..4], ".x.y");
    let chain: Vec<&str> = error.chain.iter().map(|frame| &*frame.template).collect();
    assert_eq!(chain, ["t", "h", "i"]);
    assert!(error.chain.iter().all(|frame| frame.place.is_some()));

    let error = render(&[("t", "{{ boom .s }}")], "t").expect_err("it fails");
    assert_eq!((error.reason.as_str(), error.marks.as_slice()), ("ess", [7].as_slice()));
    let error = render(&[("t", "{{ .a.none.x }}")], "t").expect_err("nil has no fields");
    assert_eq!(error.marks.as_slice(), [1], "the map that lacks the key is to blame");
    let error = render(&[("t", "{{ add 1 .a.b }}")], "t").expect_err("not an int");
    assert_eq!(error.marks.as_slice(), [2]);
}

#[test]
fn an_error_without_values_is_about_what_was_missing_or_tested() {
    let cases: [(&str, &[u32]); 7] = [
        (r#"{{ boom (anything .a.none | printf "%v") }}"#, &[1]),
        (r#"{{ if not .a.none }}{{ boom "a.none is needed" }}{{ end }}"#, &[1]),
        (r#"{{ if eq .s "ess" }}{{ boom "another one" }}{{ end }}"#, &[7]),
        (r#"{{ if eq .s "x" }}{{ else if .a.b }}{{ boom "not both" }}{{ end }}"#, &[2]),
        (r#"{{ range .l }}{{ if gt . 15 }}{{ boom "too large" }}{{ end }}{{ end }}"#, &[6]),
        (r#"{{ if .a.b }}{{ include "check" . }}{{ end }}{{ define "check" }}{{ boom "no" }}{{ end }}"#, &[2]),
        (r#"{{ if .s }}{{ end }}{{ boom "for ever" }}"#, &[]),
    ];
    for (template, marks) in cases {
        let error = render(&[("t", template)], "t").expect_err(template);
        assert_eq!(error.marks.as_slice(), marks, "{template}: {error}");
    }
}

#[test]
fn delimiters_can_be_set() {
    let mut templates = Templates::new(&[]).with_delimiters("<<", ">>");
    templates.parse("t", 0, "a: <<- .s >> {{ .s }} << if .a >>x<< end >>").expect("a template");
    let rendered = templates.execute("t", data(), &mut Budget::default(), &mut ()).expect("it renders");
    assert_eq!(rendered.text.as_str(), "a:ess {{ .s }} x");
}

#[test]
fn later_definitions_win_unless_they_are_blank() {
    let sources = [
        ("t", "{{ template \"d\" }}"),
        ("one", "{{ define \"d\" }}1{{ end }}"),
        ("two", "{{ define \"d\" }}2{{ end }}"),
    ];
    assert_eq!(render(&sources, "t").expect("it renders").text.as_str(), "2");
    let blank = [sources[0], sources[1], ("two", "{{ define \"d\" }} \n{{ end }}")];
    assert_eq!(render(&blank, "t").expect("it renders").text.as_str(), "1");
    let error = render(&sources, "none").expect_err("there is none");
    assert_eq!(error.message, r#"template: no template "none" associated with template "gotpl""#);
}
