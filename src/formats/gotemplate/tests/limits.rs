//! Templates that would run, grow or recurse for ever end in an error.
#![allow(unreachable_pub, reason = "the support is shared")]

mod support;

use std::sync::atomic::{AtomicBool, Ordering};

use seatrial_gotemplate::{Budget, ExecError, Function, Templates, Type, Value};
use support::FUNCTIONS;

fn run(template: &str, data: Value, budget: &mut Budget<'_>) -> Result<String, Box<ExecError>> {
    let mut templates = Templates::new(FUNCTIONS);
    templates.parse("t", 0, template).expect("a template");
    Ok(templates.execute("t", data, budget, &mut ())?.text.as_str().to_owned())
}

/// A budget that a debug build spends quickly.
fn small() -> Budget<'static> {
    Budget { steps: 300_000, bytes: 4 << 20, ..Budget::default() }
}

#[test]
fn endless_work_is_an_error_at_its_line() {
    let cases = [
        ("\n{{range 10000000}}{{end}}", "t:2:8", "too many steps"),
        ("{{range 9223372036854775807}}{{end}}", "t:1:8", "too many steps"),
        (
            r#"{{define "r"}}{{template "r"}}{{end}}{{template "r"}}"#,
            "t:1:25",
            "exceeded maximum template depth (100000)",
        ),
        (r#"{{define "r"}}{{tpl "{{template \"r\"}}" .}}{{end}}{{template "r"}}"#, "t:1:16", "maximum template depth"),
        (r#"{{range 10000}}{{printf "%1000000d" 1}}{{end}}"#, "t:1:17", "too much text"),
        (
            r#"{{$x := printf "%1000000d" 1}}{{printf "%s%s%s%s%s%s%s%s" $x $x $x $x $x $x $x $x}}"#,
            "t:1:32",
            "too much text",
        ),
        (
            r#"{{printf "%.1000000f %.1000000f %.1000000f %.1000000f %.1000000f" 1.5 1.5 1.5 1.5 1.5}}"#,
            "t:1:2",
            "too much text",
        ),
        (r#"{{$x := printf "%1000000d" 1}}{{range 100000}}{{if eq $x $x}}{{end}}{{end}}"#, "t:1:57", "too many steps"),
        (r#"{{repeat 100000000 "abc"}}"#, "t:1:2", "too much text"),
        ("{{$x := list}}{{range 40}}{{$x = list $x $x}}{{end}}{{$x}}", "t:1:54", "too much text"),
        ("{{$x := list 1}}{{range 40}}{{$x = list $x $x}}{{end}}{{len (print $x)}}", "t:1:61", "too much text"),
    ];
    for (template, place, reason) in cases {
        let error = run(template, Value::nil(), &mut small()).expect_err(template);
        assert!(error.is_limit, "{template}: {error}");
        assert!(error.message.contains(reason), "{template}: {error}");
        assert!(error.message.contains(place), "{template}: {error}");
    }
}

#[test]
fn what_is_nested_deeply_is_let_go_and_not_printed() {
    let nested = |depth: usize, end: &str| {
        format!("{{{{$x := list}}}}{{{{range {depth}}}}}{{{{$x = list $x}}}}{{{{end}}}}{end}")
    };
    assert_eq!(run(&nested(50_000, "done"), Value::nil(), &mut small()).expect("it ends"), "done");
    assert_eq!(run(&nested(100, "{{len (print $x)}}"), Value::nil(), &mut small()).expect("it ends"), "202");
    let error = run(&nested(50_000, "{{print $x}}"), Value::nil(), &mut small()).expect_err("too deep");
    assert!(error.is_limit, "{error}");
    let data = support::value(&serde_json::json!({"a": {"k": 1}}));
    let map = data.as_map().expect("a map").clone();
    map.insert("self", data.clone());
    let error = run("{{.}}", data.clone(), &mut small()).expect_err("it has no end");
    assert!(error.is_limit, "{error}");
    let error = run("{{range .a.k.x}}{{end}}", data, &mut small()).expect_err("not a map");
    assert!(error.message.ends_with("can't evaluate field x in type interface {}"), "{error}");
    map.remove("self");
}

#[test]
fn nesting_that_a_stack_cannot_bear_is_an_error_of_the_parser() {
    for (open, close) in [
        ("{{if 1}}", "{{end}}"),
        ("{{with 1}}", "{{end}}"),
        ("{{range 1}}", "{{end}}"),
        ("{{block \"b\" .}}", "{{end}}"),
    ] {
        for (depth, is_good) in [(90, true), (100_000, false)] {
            let text = if open.contains("block") {
                let blocks: String = (0..depth).map(|i| format!("{{{{block \"b{i}\" .}}}}")).collect();
                format!("{blocks}{}", close.repeat(depth))
            } else {
                format!("{}x{}", open.repeat(depth), close.repeat(depth))
            };
            let mut templates = Templates::new(&[]);
            assert_eq!(templates.parse("t", 0, &text).is_ok(), is_good, "{open} {depth}");
            if is_good {
                templates.execute("t", Value::nil(), &mut Budget::default(), &mut ()).expect("it runs");
            }
        }
    }
    let parens = |depth: usize| format!("{{{{{}1{}}}}}", "(".repeat(depth), ")".repeat(depth));
    assert_eq!(run(&parens(90), Value::nil(), &mut small()).expect("it runs"), "1");
    let error = Templates::new(&[]).parse("t", 0, &parens(100_000)).expect_err("too deep");
    assert_eq!(error.message, "template: t:1: max expression depth exceeded");
    // A chain is not deep, however long it is.
    let chain: String = (0..5000).map(|i| format!("{{{{else if eq . {i}}}}}{i}")).collect();
    let text = format!("{{{{if eq . -1}}}}a{chain}{{{{end}}}}");
    assert_eq!(run(&text, Value::int(4999), &mut small()).expect("it runs"), "4999");
}

#[test]
fn a_render_ends_soon_after_it_is_stopped() {
    static STOP: AtomicBool = AtomicBool::new(false);
    const FUNCTIONS: &[Function] = &[Function::new("halt", &[Type::Any], |_, arguments| {
        STOP.store(true, Ordering::Relaxed);
        Ok(arguments[0].clone())
    })];
    let mut templates = Templates::new(FUNCTIONS);
    templates.parse("t", 0, "{{range 1000000}}{{if eq . 5}}{{halt .}}{{end}}{{end}}").expect("a template");
    let mut budget = Budget { stop: Some(&STOP), ..Budget::default() };
    let before = budget.steps;
    let error = templates.execute("t", Value::nil(), &mut budget, &mut ()).expect_err("it is stopped");
    assert!(error.is_limit && error.message.ends_with("stopped"), "{error}");
    assert!(before - budget.steps < 1000, "{}", before - budget.steps);
}

#[test]
fn several_renders_take_from_one_budget() {
    let mut budget = Budget { steps: 1000, ..Budget::default() };
    let mut runs = 0;
    while run("{{range 100}}{{end}}", Value::nil(), &mut budget).is_ok() {
        runs += 1;
        assert!(runs < 100, "the budget does not shrink");
    }
    assert!((5..10).contains(&runs), "{runs}");
}
