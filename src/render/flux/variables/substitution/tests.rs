//! Substitution against tables; `testdata/substitution.tsv` has what Flux's own library answers.

use super::*;

fn filled(template: &str, variables: &[(&str, &str)], strictness: Strictness) -> Result<Substituted, SyntaxError> {
    let value = |name: &str| {
        let found = variables.iter().find(|(known, _)| *known == name);
        found.map_or(Value::Unset, |(_, value)| if *value == "?" { Value::Unknown } else { Value::Known(value) })
    };
    substitute(template, strictness, &value)
}

fn text(template: &str, variables: &[(&str, &str)]) -> String {
    filled(template, variables, Strictness::Lenient)
        .map(|filled| filled.text)
        .unwrap_or_else(|error| error.what.to_owned())
}

#[test]
fn every_operator_does_what_flux_does() {
    let file = [
        ("v", "abcABC123ABCabc"),
        ("path", "/path/to/file.tar.gz"),
        ("empty", ""),
        ("é", "Ärger über Öl"),
        ("d", "foo"),
    ];
    let table = [
        ("text", "text"),
        ("${v}", "abcABC123ABCabc"),
        ("${#v}", "15"),
        ("${#é}", "16"),
        ("${v^}", "AbcABC123ABCabc"),
        ("${v^^}", "ABCABC123ABCABC"),
        ("${é,}", "ärger über Öl"),
        ("${é,,}", "ärger über öl"),
        ("${v:3}", "ABC123ABCabc"),
        ("${v:3:6}", "ABC123"),
        ("${v:-3}", "abcABC123ABCabc"),
        ("${empty:-3}", "3"),
        ("${v: -3}", "abcABC123ABCabc"),
        ("${v:0:-3}", "abcABC123ABC"),
        ("${v:9:-9}", ""),
        ("${v:x}", "abcABC123ABCabc"),
        ("${v:100}", ""),
        ("${v/abc/x}", "xABC123ABCabc"),
        ("${v//abc/x}", "xABC123ABCx"),
        ("${v/#abc/x}", "xABC123ABCabc"),
        ("${v/%abc/x}", "abcABC123ABCx"),
        ("${v/abc/}", "ABC123ABCabc"),
        ("${path//\\//-}", "-path-to-file.tar.gz"),
        ("${path#*/}", "path/to/file.tar.gz"),
        ("${path##*/}", "file.tar.gz"),
        ("${path%.*}", "/path/to/file.tar"),
        ("${path%%.*}", "/path/to/file"),
        ("${path#[}", "/path/to/file.tar.gz"),
        ("${unset=${d}-x}", "foo-x"),
        ("${unset:=a${d^^}b}", "aFOOb"),
        ("${empty:-${unset:-deep}}", "deep"),
        ("${v:+x}", "abcABC123ABCabc"),
        ("${empty:+x}", "x"),
        ("${empty:?x}", "x"),
        ("$${v}", "${v}"),
        ("$$$${v}", "$${v}"),
        ("$v $ {v} }", "$v $ {v} }"),
        ("some ${d}$${var$${d}$d${d}", "some foo${var${d}$dfoo"),
        ("\\\\some ${unset=${d}}", "\\\\some foo"),
        ("${unset:=a\nb}", "a\nb"),
    ];
    for (template, expected) in table {
        assert_eq!(text(template, &file), expected, "{template}");
    }
}

#[test]
fn what_cannot_be_read_names_the_expression() {
    let table = [
        ("a ${v", 2..5, "is not closed"),
        ("a ${v:=x ${d}", 2..13, "is not closed"),
        ("a ${} b", 2..4, "has no name"),
        ("a ${-x} b", 2..4, "has no name"),
        ("a ${v-x} b", 2..5, "has an operator that does not exist"),
        ("a ${v x} b", 2..5, "has an operator that does not exist"),
    ];
    for (template, place, what) in table {
        let error = filled(template, &[("v", "x")], Strictness::Lenient).expect_err(template);
        assert!(error.what.starts_with(what), "{template}: {error:?}");
        assert_eq!(error.place.start, place.start, "{template}: {error:?}");
    }
    let deep = format!("{}x{}", "${a:-".repeat(100_000), "}".repeat(100_000));
    assert_eq!(text(&deep, &[]), "is nested too deeply");
}

#[test]
fn only_defaults_may_do_without_a_value_where_it_is_strict() {
    for asked in ["${x}", "${#x}", "${x^}", "${x,,}", "${x:0}", "${x/a/b}", "${x##a}", "${x%a}", "${y:=${x}}"] {
        let filled = filled(asked, &[], Strictness::Strict).expect("is read");
        assert_eq!(filled.unset.len(), 1, "{asked}");
        assert_eq!(filled.unset[0].0, "x");
    }
    for defaulted in ["${x:=1}", "${x=1}", "${x:-1}", "${x:?1}", "${x:+1}", "$${x}"] {
        assert!(filled(defaulted, &[], Strictness::Strict).expect("is read").unset.is_empty(), "{defaulted}");
    }
    assert!(filled("${x}", &[], Strictness::Lenient).expect("is read").unset.is_empty());
}

#[test]
fn an_unknown_value_leaves_the_expression_as_it_stands() {
    let filled =
        filled("a ${secret^^} ${x:-${secret}} ${d:-${secret}} z", &[("secret", "?"), ("d", "foo")], Strictness::Strict);
    let filled = filled.expect("is read");
    assert_eq!(filled.text, "a ${secret^^} ${x:-${secret}} foo z");
    let unknown =
        filled.pieces.iter().filter(|piece| matches!(&piece.how, How::Unknown(names) if names == &["secret"]));
    assert_eq!(unknown.count(), 2);
}

#[test]
fn every_byte_knows_what_it_was() {
    let template = "x$${a} ${v}-${d}${empty}!";
    let filled =
        filled(template, &[("v", "long value"), ("d", "foo"), ("empty", "")], Strictness::Lenient).expect("is read");
    assert_eq!(filled.text, "x${a} long value-foo!");
    let mut ends: Vec<usize> = filled.pieces.iter().skip(1).map(|piece| piece.start).collect();
    ends.push(filled.text.len());
    let told: Vec<(&str, &str)> = filled
        .pieces
        .iter()
        .zip(ends)
        .map(|(piece, end)| (&filled.text[piece.start..end], &template[piece.from.clone()]))
        .collect();
    let expected = [
        ("x", "x"),
        ("${a} ", "${a} "),
        ("long value", "${v}"),
        ("-", "-"),
        ("foo", "${d}"),
        ("", "${empty}"),
        ("!", "!"),
    ];
    assert_eq!(told, expected);
}

/// Each line: a template and what fluxcd/pkg/envsubst 1.7.1 makes of it, both as JSON; `!` and a reason where it refuses.
const ANSWERS: &str = include_str!("answers.tsv");

/// The variables that the answers were made with.
const VARIABLES: [(&str, &str); 6] = [
    ("v", "abcABC123ABCabc"),
    ("path", "/path/to/file.tar.gz"),
    ("empty", ""),
    ("d", "foo"),
    ("n", "12"),
    ("_u", "x_y"),
];

#[test]
fn flux_answers_the_same() {
    let mut wrong = Vec::new();
    for line in ANSWERS.lines() {
        let (template, answer) = line.split_once('\t').expect("two columns");
        let read = |json: &str| serde_json::from_str::<String>(json).expect("is JSON");
        let (template, answer) = (read(template), read(answer));
        let ours = filled(&template, &VARIABLES, Strictness::Lenient);
        let is_same = match (&ours, answer.strip_prefix('!')) {
            (Err(_), Some(_)) => true,
            (Ok(filled), None) => filled.text == answer,
            _ => false,
        };
        if !is_same {
            wrong.push(format!("{template:?}: {answer:?}, and ours: {:?}", ours.map(|filled| filled.text)));
        }
    }
    assert!(wrong.is_empty(), "{} of {}\n{}", wrong.len(), ANSWERS.lines().count(), wrong.join("\n"));
}
