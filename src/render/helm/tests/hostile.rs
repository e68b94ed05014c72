//! Charts that would run, grow, recurse or lead elsewhere for ever end in a finding at a line, soon.
#![allow(clippy::disallowed_methods, reason = "a test measures time")]

#[path = "../../../../tests/support/archive.rs"]
mod archive;
mod bench;

use std::time::{Duration, Instant};

use archive::{entry, packed};
use bench::{Bench, CHART};
use seatrial_helm::chart::Chart;
use seatrial_tree::Tree;

/// Longer than anything here may take, in a debug build on a busy machine.
const MOST: Duration = Duration::from_secs(20);

/// What is found of a chart with these files and given values, in time.
fn found(files: &[(&str, &str)], given: &str) -> Vec<String> {
    let started = Instant::now();
    let bench = Bench::new(given);
    let (chart, mut findings) = bench.load(&[&[CHART], files].concat());
    if let Some(chart) = chart {
        findings.extend(bench.render(&chart).findings);
    }
    let shown = findings.iter().map(|f| format!("{} {}: {}", f.rule.as_str(), bench.place(f.primary.span), f.message));
    let shown = shown.map(|text| text.chars().take(200).collect()).collect();
    assert!(started.elapsed() < MOST, "{files:?}: {:?}", started.elapsed());
    shown
}

/// That a template ends with a finding at its second line that says this.
fn ends(action: &str, says: &str) {
    let template = format!("kind: A\na: {action}\n");
    let helpers = "{{ define \"a\" }}{{ include \"b\" . }}{{ end }}{{ define \"b\" }}{{ include \"a\" . }}{{ end }}\
                   {{ define \"t\" }}{{ template \"t\" . }}{{ end }}";
    let shown = found(&[("chart/templates/a.yaml", &template), ("chart/templates/_h.tpl", helpers)], "");
    let is_told = |line: &String| {
        (line.starts_with("template chart/templates/a.yaml:2: ")
            || line.starts_with("template chart/templates/_h.tpl:1: "))
            && line.contains(says)
    };
    assert!(shown.len() == 1 && shown.iter().all(is_told), "{action}: {shown:?}");
}

#[test]
fn a_template_without_end_ends() {
    for (action, says) in [
        (r#"{{ include "a" . }}"#, "nested reference name"),
        (r#"{{ template "t" . }}"#, "maximum template depth"),
        (r#"{{ tpl "{{ include \"a\" . }}" . }}"#, "nested reference name"),
        ("{{ range until 10000000 }}x{{ end }}", "too m"),
        ("{{ range untilStep 0 10000000 1 }}x{{ end }}", "too m"),
        ("{{ len (until 1000000000) }}", "too m"),
        ("{{ seq 1 10000000 }}", "too m"),
        ("{{ repeat 1000000000 \"x\" }}", "too m"),
        ("{{ range 1000000000 }}{{ end }}", "too m"),
        ("{{ $x := \"x\" }}{{ range until 60 }}{{ $x = print $x $x }}{{ end }}", "too m"),
        ("{{ $x := list 1 }}{{ range until 60 }}{{ $x = concat $x $x }}{{ end }}", "too m"),
        ("{{ $x := dict }}{{ $_ := set $x \"x\" $x }}{{ deepCopy $x }}", "too deeply"),
        ("{{ $x := dict }}{{ $_ := set $x \"x\" $x }}{{ mustToJson $x }}", "cycle"),
        ("{{ $x := dict }}{{ $_ := set $x \"x\" $x }}{{ $x }}", "too"),
        ("{{ indent 100000000 \"x\" }}", "too m"),
        ("{{ randAlphaNum 1000000000 }}", "too m"),
    ] {
        ends(action, says);
    }
}

#[test]
fn a_value_that_is_a_template_of_itself_ends_at_its_line() {
    let shown = found(&[("chart/templates/a.yaml", "a: {{ tpl .Values.x . }}\n")], "\nx: '{{ tpl .Values.x . }}'\n");
    let [line] = shown.as_slice() else { panic!("{shown:?}") };
    assert!(line.starts_with("template ") && line.contains("maximum template depth"), "{line}");
}

#[test]
fn what_looks_hostile_and_is_not_is_printed() {
    for action in [
        "{{ printf \"%99999999d\" 1 | len }}",
        "{{ regexMatch \"^(a+)+$\" (repeat 50000 \"a\") }}",
        "{{ regexMatch \"(x+x+)+y\" (repeat 50000 \"x\") }}",
        "{{ regexReplaceAll \"(a|aa)+$\" (repeat 50000 \"a\") \"b\" }}",
        "{{ regexMatch \"(a{1000}){1000}\" \"aaaa\" }}",
        "{{ fromJson (repeat 100000 \"[\") | len }}",
        "{{ fromYaml (repeat 100000 \"[\") | len }}",
        "{{ fromYaml (repeat 100000 \"- \") | len }}",
        "{{ $x := dict }}{{ $_ := set $x \"x\" $x }}{{ toYaml $x }}",
    ] {
        let template = format!("kind: A\na: {action}\n");
        let shown = found(&[("chart/templates/a.yaml", &template)], "");
        assert!(shown.is_empty(), "{action}: {shown:?}");
    }
}

/// A mapping whose last entry has 9⁹ nodes.
fn laughs() -> String {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..10 {
        let below = format!("*a{}, ", level - 1).repeat(9);
        text.push_str(&format!("a{level}: &a{level} [{below}]\n"));
    }
    text
}

#[test]
fn yaml_that_grows_or_goes_deep_is_told_where_it_is() {
    let (laughs, deep) = (laughs(), format!("a: {}\n", "[".repeat(100_000)));
    let printed_deep = "kind: A\na: {{ repeat 100000 \"[\" }}\n";
    let print = ("chart/templates/a.yaml", "kind: A\na: {{ .Values | toYaml | len }}\n");
    for (files, expected) in [
        (vec![("chart/values.yaml", laughs.as_str()), print], "chart/values.yaml:"),
        (vec![("chart/values.yaml", deep.as_str()), print], "chart/values.yaml:1"),
        (vec![("chart/templates/a.yaml", laughs.as_str())], "chart/templates/a.yaml:"),
        (vec![("chart/templates/a.yaml", deep.as_str())], "chart/templates/a.yaml:1"),
        (vec![("chart/templates/a.yaml", printed_deep)], "chart/templates/a.yaml:2"),
        (vec![("chart/templates/a.yaml", "{{ fromYaml .Values.x }}\n"), ("chart/values.yaml", "x: 'a: ['\n")], ""),
    ] {
        let shown = found(&files, "");
        let is_told = |line: &String| line.contains(expected);
        assert!(expected.is_empty() || (!shown.is_empty() && shown.iter().all(is_told)), "{expected}: {shown:?}");
    }
}

#[test]
fn templates_of_any_bytes_are_read_or_refused() {
    let template = "\u{feff}kind: A\r\na: {{ .Values.a }}\r\n";
    assert!(found(&[("chart/templates/a.yaml", template)], "a: 1\n").is_empty());
    let shown = found(&[("chart/templates/a.yaml", "kind: A\na: \"\0\"\n")], "");
    assert!(shown.len() == 1 && shown[0].contains("a.yaml` is not text"), "{shown:?}");
    let shown = found(&[("chart/templates/a.yaml", "kind: A\r\n{{ no }}\r\n")], "");
    assert!(shown.len() == 1 && shown[0].contains(" chart/templates/a.yaml:2"), "{shown:?}");
}

#[test]
fn a_chart_that_is_within_itself_ends() {
    let of_itself = "apiVersion: v2\nname: shop\nversion: 0.1.0\ndependencies:\n- name: shop\n  alias: other\n  version: 0.1.0\n  repository: file://.\n";
    let shown = found(&[("chart/Chart.yaml", of_itself), ("chart/templates/a.yaml", "kind: A\n")], "");
    assert_eq!(shown, ["chart-dependency chart/Chart.yaml:5: chart `shop` depends on itself through `shop`"]);
}

#[test]
fn thousands_of_templates_are_rendered_and_too_many_are_refused() {
    let names: Vec<String> = (0..100_000).map(|number| format!("chart/templates/{number}.yaml")).collect();
    let files: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "{{/* */}}")).collect();
    assert!(found(&files[..10_000], "").is_empty());
    assert_eq!(found(&files, ""), ["chart chart/Chart.yaml:1: there are more than 100000 files in the chart"]);
}

#[test]
fn an_archive_that_leads_out_or_grows_is_told_at_the_dependency_that_asks_for_it() {
    let chart = "apiVersion: v2\nname: shop\nversion: 0.1.0\ndependencies:\n- name: web\n  version: 1.0.0\n";
    let own = entry("web/Chart.yaml", b'0', "", b"apiVersion: v2\nname: web\nversion: 1.0.0\n");
    let zeros = vec![0_u8; 4 << 20];
    let many = (0..100_001).map(|number| entry(&format!("web/{number}"), b'0', "", b"")).collect::<Vec<_>>().concat();
    for (entries, says) in [
        (vec![own.clone(), entry("web/../../x", b'0', "", b"")], "references parent directory"),
        (vec![own.clone(), entry("/etc/passwd", b'0', "", b"")], ""),
        (vec![own.clone(), entry("web//etc/passwd", b'0', "", b"")], "absolute paths"),
        (vec![own.clone(), entry("web/templates/a.yaml", b'2', "/etc/passwd", b"")], "is a link"),
        (vec![own.clone(), entry("web/templates/a.yaml", b'1', "../../x", b"")], "is a link"),
        (vec![own.clone(), entry("web/big", b'0', "", &[zeros.clone(), zeros.clone()].concat())], "is larger than"),
        (vec![own.clone(), entry("web/x", b'0', "", &zeros).repeat(30)], "larger than the maximum size"),
        (vec![own.clone(), many], "more than 100000 files"),
        (vec![own, entry(&format!("web/{}x", "a/".repeat(45)), b'0', "", b"")], ""),
    ] {
        let started = Instant::now();
        let bench = Bench::new("");
        let archive = packed(&entries);
        let disk = Disk::of(&[("chart/Chart.yaml", chart.as_bytes()), ("chart/charts/web-1.0.0.tgz", &archive)]);
        let tree = Tree::working_copy(disk.0.path(), &bench.sources).expect("a tree");
        let (loaded, findings) = Chart::load(&tree, "chart");
        assert!(started.elapsed() < MOST, "{says}: {:?}", started.elapsed());
        if says.is_empty() {
            continue;
        }
        assert!(loaded.is_none() && findings[0].message.contains(says), "{says}: {findings:?}");
        assert_eq!(bench.shown(&findings), ["error chart chart/Chart.yaml:5"], "{says}");
    }
}

/// A repository with files of any bytes.
struct Disk(tempfile::TempDir);

impl Disk {
    fn of(files: &[(&str, &[u8])]) -> Disk {
        let disk = Disk(tempfile::tempdir().expect("a directory"));
        for (path, bytes) in files {
            let path = disk.0.path().join(path);
            std::fs::create_dir_all(path.parent().expect("a directory")).expect("made");
            std::fs::write(path, bytes).expect("written");
        }
        disk
    }
}

#[test]
fn links_of_a_chart_are_followed_within_the_repository_only() {
    let beside = ("beside/a.yaml", b"kind: A\n".as_slice());
    for (link, target, expected) in [
        ("templates/a.yaml", "../../beside/a.yaml", None),
        ("templates/more", "../../beside", None),
        ("templates/a.yaml", "/etc/passwd", Some("error chart chart/templates/a.yaml:1")),
        ("templates/a.yaml", "../../../outside", Some("error chart chart/templates/a.yaml:1")),
        ("templates/a.yaml", "nowhere", Some("error chart chart/templates/a.yaml:1")),
        ("templates/a.yaml", "a.yaml", Some("error chart chart/templates/a.yaml:1")),
        ("templates/all", "../..", Some("error chart chart/templates/all/chart:1")),
        ("charts/web", "..", Some("error chart chart/charts/web:1")),
        ("values.schema.json", "/etc/passwd", Some("error chart chart/values.schema.json:1")),
        ("LICENSE", "nowhere", Some("error chart chart/LICENSE:1")),
        // Only `.Files` reads it.
        ("LICENSE", "../../../outside", Some("note chart chart/LICENSE:1")),
    ] {
        let started = Instant::now();
        let disk = Disk::of(&[(CHART.0, CHART.1.as_bytes()), beside, ("chart/templates/b.yaml", b"kind: B\n")]);
        let link = disk.0.path().join("chart").join(link);
        std::fs::create_dir_all(link.parent().expect("a directory")).expect("made");
        std::os::unix::fs::symlink(target, &link).expect("linked");
        let bench = Bench::new("");
        let tree = Tree::working_copy(disk.0.path(), &bench.sources).expect("a tree");
        let (chart, findings) = Chart::load(&tree, "chart");
        assert!(started.elapsed() < MOST, "{target}: {:?}", started.elapsed());
        assert_eq!(bench.shown(&findings).first().map(String::as_str), expected, "{target}: {findings:?}");
        if expected.is_none_or(|said| said.starts_with("note")) {
            let documents = bench.render(&chart.expect("a chart").into()).documents.len();
            assert_eq!(documents, if expected.is_none() { 2 } else { 1 }, "{target}");
        }
    }
}

#[test]
fn a_file_with_many_mistakes_is_told_in_time() {
    let mistakes = format!("{}#{}\n", "a: b: c\n---\n".repeat(1000), " ".repeat(1_500_000));
    let shown = found(&[("chart/values.yaml", &mistakes)], "");
    assert!(shown.len() == 1000 && shown.iter().all(|line| line.starts_with("parse-error ")), "{:?}", shown.last());
}
