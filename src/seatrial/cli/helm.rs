//! Flags of `helm template`, which `render` takes for a chart.

use std::path::PathBuf;

use clap::Args;
use seatrial_helm::Major;

/// What `helm template` knows. They say something about charts alone.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct HelmArgs {
    /// Name of the release (of a chart).
    #[arg(long, value_name = "NAME", hide = true)]
    pub(crate) release: Option<String>,
    /// Namespace of the release.
    #[arg(long, short, value_name = "NAMESPACE", hide = true)]
    pub(crate) namespace: Option<String>,
    /// File with values.
    #[arg(long, short = 'f', value_name = "FILE", value_delimiter = ',', hide = true)]
    pub(crate) values: Vec<PathBuf>,
    /// A value.
    #[arg(long, value_name = "PATH=VALUE", hide = true)]
    pub(crate) set: Vec<String>,
    /// A value that is a string.
    #[arg(long, value_name = "PATH=VALUE", hide = true)]
    pub(crate) set_string: Vec<String>,
    /// A value in JSON.
    #[arg(long, value_name = "PATH=JSON", hide = true)]
    pub(crate) set_json: Vec<String>,
    /// A value that is the content of a file.
    #[arg(long, value_name = "PATH=FILE", hide = true)]
    pub(crate) set_file: Vec<String>,
    /// A value that is taken as it stands.
    #[arg(long, value_name = "PATH=VALUE", hide = true)]
    pub(crate) set_literal: Vec<String>,
    /// Major version of Helm.
    #[arg(long, value_name = "3|4", value_parser = clap::value_parser!(u8).range(3..=4), hide = true)]
    pub(crate) helm_version: Option<u8>,
    /// File or directory with objects that `lookup` finds.
    #[arg(long, value_name = "PATH", hide = true)]
    pub(crate) lookup_resources: Vec<PathBuf>,
    /// Version of Kubernetes that charts see.
    #[arg(long, value_name = "VERSION", hide = true)]
    pub(crate) kube_version: Option<String>,
    /// Further API versions that charts see.
    #[arg(long, short = 'a', value_name = "VERSION", value_delimiter = ',', hide = true)]
    pub(crate) api_versions: Vec<String>,
    /// Print what lies in `crds/`, too.
    #[arg(long, hide = true)]
    pub(crate) include_crds: bool,
    /// Print only what this template makes.
    #[arg(long, short = 's', value_name = "TEMPLATE", value_delimiter = ',', hide = true)]
    pub(crate) show_only: Vec<String>,
    /// Leave tests out.
    #[arg(long, hide = true)]
    pub(crate) skip_tests: bool,
    /// Leave hooks out.
    #[arg(long, hide = true)]
    pub(crate) no_hooks: bool,
    /// Do not hold values against the schemas of charts.
    #[arg(long, hide = true)]
    pub(crate) skip_schema_validation: bool,
    /// As an upgrade, not an installation.
    #[arg(long, hide = true)]
    pub(crate) is_upgrade: bool,
}

impl HelmArgs {
    /// The version of Helm that is asked for.
    pub(crate) fn major(&self) -> Major {
        self.helm_version.and_then(Major::of).unwrap_or_default()
    }

    /// A flag that says something about a chart, where one is given.
    pub(crate) fn given(&self) -> Option<&'static str> {
        let flags = [
            ("--release", self.release.is_some()),
            ("--namespace", self.namespace.is_some()),
            ("--values", !self.values.is_empty()),
            ("--set", !self.set.is_empty()),
            ("--set-string", !self.set_string.is_empty()),
            ("--set-json", !self.set_json.is_empty()),
            ("--set-file", !self.set_file.is_empty()),
            ("--set-literal", !self.set_literal.is_empty()),
            ("--helm-version", self.helm_version.is_some()),
            ("--lookup-resources", !self.lookup_resources.is_empty()),
            ("--kube-version", self.kube_version.is_some()),
            ("--api-versions", !self.api_versions.is_empty()),
            ("--include-crds", self.include_crds),
            ("--show-only", !self.show_only.is_empty()),
            ("--skip-tests", self.skip_tests),
            ("--no-hooks", self.no_hooks),
            ("--skip-schema-validation", self.skip_schema_validation),
            ("--is-upgrade", self.is_upgrade),
        ];
        flags.into_iter().find_map(|(flag, is_given)| is_given.then_some(flag))
    }
}
