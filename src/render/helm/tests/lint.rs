//! What `helm lint` says of a chart is told at its line.

use std::sync::Arc;

use seatrial_helm::chart::Chart;
use seatrial_helm::lint;
use seatrial_model::Sources;
use seatrial_tree::Tree;

const TEMPLATE: (&str, &str) = ("chart/templates/a.yaml", "kind: A\n");

/// Level, rule and line of each finding.
fn said(files: &[(&str, &str)]) -> Vec<String> {
    let sources = Arc::new(Sources::new());
    let tree = Tree::memory(files.iter().copied(), &sources);
    let (chart, _) = Chart::load(&tree, "chart");
    let findings = lint(&chart.expect("a chart"));
    let shown = findings.iter().map(|finding| {
        let file = sources.get(finding.primary.span.file).expect("a file");
        let line = file.line_column(finding.primary.span.start).0;
        format!("{} {} {}:{line} {}", finding.level.as_str(), finding.rule.as_str(), file.path(), finding.message)
    });
    shown.collect()
}

fn said_of(chart: &str) -> Vec<String> {
    said(&[("chart/Chart.yaml", chart), TEMPLATE])
}

#[test]
fn a_good_chart_is_not_talked_about() {
    let chart = "\
apiVersion: v2
name: shop
version: 1.2.3-rc.1+build
appVersion: '1'
type: application
icon: https://shop.example.com/icon.svg
sources: ['https://shop.example.com']
maintainers:
- { name: Ann, email: ann@example.com, url: https://ann.example.com }
- { name: Bob }
KUBEVERSION: '>=1.20-0'
";
    assert_eq!(said_of(chart), [""; 0]);
    assert_eq!(
        said(&[(
            "chart/Chart.yaml",
            &format!("{chart}dependencies: [{{ name: web, version: 1.x, repository: 'https://a.b' }}]\n")
        )]),
        [""; 0]
    );
}

#[test]
fn what_chart_yaml_says_wrongly_is_told_at_its_line() {
    let chart = "\
name: shop
version: v1.2
type: application
engine: gotpl
icon: icon.svg
sources:
- shop.example.com
maintainers:
- { email: ann@example.com }
- { name: Bob, email: bob }
dependencies: []
";
    assert_eq!(
        said_of(chart),
        [
            "warning chart-metadata chart/Chart.yaml:4 `Chart.yaml` has no field `engine`",
            "warning chart-metadata chart/Chart.yaml:1 `Chart.yaml` has no `apiVersion`: Helm takes it for `v1`",
            "warning chart-metadata chart/Chart.yaml:2 the version `v1.2` is not a semantic version such as `1.2.0`",
            "warning chart-metadata chart/Chart.yaml:9 a maintainer has no name",
            "warning chart-metadata chart/Chart.yaml:10 `bob` is not an address of mail",
            "warning chart-metadata chart/Chart.yaml:7 `shop.example.com` is not an address with a scheme, such as `https:`",
            "warning chart-metadata chart/Chart.yaml:5 `icon.svg` is not an address with a scheme, such as `https:`",
            "warning chart-metadata chart/Chart.yaml:3 `type` belongs to charts of `apiVersion: v2`",
            "warning chart-metadata chart/Chart.yaml:11 `dependencies` belongs to charts of `apiVersion: v2`",
        ]
    );
}

#[test]
fn files_that_do_not_belong_where_they_lie_are_told() {
    let chart = ("chart/Chart.yaml", "apiVersion: v2\nname: shop\nversion: 1.0.0\n");
    let files = [
        chart,
        ("chart/templates/README.md", "# {{ .Values.a }}\n"),
        ("chart/templates/NOTES.txt", "\n"),
        ("chart/crds/a.yaml", "apiVersion: v1\nkind: CustomResourceDefinition\n---\nkind: Shop\n"),
        ("chart/charts/web/Chart.yaml", "apiVersion: v2\nname: web\nversion: 1.0.0\n"),
    ];
    assert_eq!(
        said(&files),
        [
            "note chart-icon chart/Chart.yaml:2 the chart has no `icon`",
            "warning chart-dependency chart/Chart.yaml:1 `charts/` has `web`, which the dependencies of the chart do not name",
            "warning chart-files chart/templates/README.md:1 `templates/README.md` is rendered as a template: one ends in .yaml, .yml, .tpl, .txt",
            "warning chart-files chart/crds/a.yaml:4 `crds/` has a Shop: what lies there is installed once, and never changed or deleted",
        ]
    );
    let said = said(&[chart]);
    assert!(said.iter().any(|one| one.contains("the chart has no templates")), "{said:?}");
}
