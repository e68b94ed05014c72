//! What is found about charts, beside the ids that several rooms share.

seatrial_model::rule_ids! {
    CHART "chart" Error Incomplete "a chart cannot be read"
        "Helm installs nothing of it. A chart is a directory, or an archive with one directory, in which `Chart.yaml` has at least `apiVersion`, `name` and `version`."
    CHART_DEPENDENCY "chart-dependency" Error Incomplete "a dependency of a chart is missing"
        "`Chart.yaml` names it and `charts/` does not have it: Helm renders nothing. `helm dependency build` fetches it."
    CHART_LOCK "chart-lock" Warning Free "Chart.lock and Chart.yaml disagree"
        "`helm dependency build` refuses, and what is in `charts/` is not what `Chart.yaml` asks for. `helm dependency update` writes a new lock."
    CHART_VALUES "chart-values" Warning Free "values of a chart do not fit together"
        "Helm says so on its standard error and goes on: where one side has a mapping and the other has not, one of the two is lost."
    GIVEN_VALUES "given-values" Error Incomplete "values that are given to a chart cannot be read"
        "A file of values is YAML with a mapping. Single values are set as `helm --set` does it: a comma begins another one, a backslash before it does not."
    TEMPLATE "template" Error Incomplete "a template of a chart fails"
        "Helm renders nothing of the chart then, and an upgrade keeps what is installed."
    CHART_OUTPUT "chart-output" Error Incomplete "what a chart prints is not a manifest"
        "Helm cannot read the YAML that the template made, and installs nothing. Most often the indentation of an `include` or `toYaml` is wrong, or a value needs `quote`."
    CHANGING_VALUE "changing-value" Note Incomplete "a chart makes another value with each render"
        "It is made at random or of the time. Here it is made of a fixed seed, and the time is that of 1 January 1970, so that base and head agree: such a value is neither a secret nor up to date, and an environment that has one is not deployed to a cluster yet."
    KUBE_VERSION "kube-version" Error Incomplete "a chart excludes this version of Kubernetes"
        "`kubeVersion` in `Chart.yaml` is a range, and Helm refuses a cluster outside of it. Take another version of the chart, or of the cluster."
    DEPRECATED_CHART "deprecated-chart" Warning Free "a chart is deprecated"
        "Its `Chart.yaml` says `deprecated: true`: nobody maintains it any more. Its description or README often names what replaces it."
}
