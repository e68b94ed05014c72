//! Flags of `render`: our own, and the words of `kustomize build`, so that one can stand in for the other.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use seatrial_kustomize::{ClusterGiven, HelmCharts, LoadRestriction};
use seatrial_model::Manifest;

use super::helm::HelmArgs;
use super::{CommonArgs, LoadArgs, PathArgs, SourceArgs};

/// Below the flags of `render`.
pub(super) const WORDS: &str = "\
With a PATH it replaces `kustomize build PATH`, or `helm template CHART` where
the path is a chart, and accepts their flags. Plugins are never run.

Example: seatrial render deploy/dev --object Deployment/web --with-origins";

/// Flags of `render`.
#[derive(Clone, Debug, Args)]
pub(crate) struct RenderArgs {
    /// Kustomizations or manifests to render instead of the environments.
    #[arg(value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,

    #[command(flatten)]
    pub(crate) path: PathArgs,

    #[command(flatten)]
    pub(crate) common: CommonArgs,

    /// Write to a file, or to a directory with a file per object or environment.
    #[arg(long, short, value_name = "FILE|DIR")]
    pub(crate) output: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) source: SourceArgs,

    /// Format: yaml, json or tree.
    #[arg(long, value_name = "FORMAT", default_value = "yaml", env = "SEATRIAL_FORMAT", hide_possible_values = true)]
    pub(crate) format: ManifestFormat,

    /// Print only this object (repeatable).
    #[arg(long, value_name = "KIND/[NAMESPACE/]NAME")]
    pub(crate) object: Vec<Wanted>,

    /// Show the file, line and column that set each line.
    #[arg(long)]
    pub(crate) with_origins: bool,

    #[command(flatten)]
    pub(crate) kustomize: KustomizeArgs,

    #[command(flatten)]
    pub(crate) helm: HelmArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ManifestFormat {
    /// Documents as `kustomize build` prints them.
    Yaml,
    /// One `v1` List.
    Json,
    /// One line per object; of a cluster that Flux reconciles, who applies what.
    Tree,
}

/// `Deployment/shop/web`, `Namespace/shop`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wanted {
    pub(crate) kind: String,
    pub(crate) namespace: Option<String>,
    pub(crate) name: String,
}

impl Wanted {
    /// Whether it is this object; without a namespace, in any.
    pub(crate) fn is(&self, manifest: &Manifest) -> bool {
        manifest.id.kind.eq_ignore_ascii_case(&self.kind)
            && manifest.id.name == self.name
            && self.namespace.as_ref().is_none_or(|namespace| manifest.id.namespace.as_ref() == Some(namespace))
    }
}

impl std::fmt::Display for Wanted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let namespace = self.namespace.as_ref().map(|namespace| format!("{namespace}/")).unwrap_or_default();
        write!(f, "{} {namespace}{}", self.kind, self.name)
    }
}

impl std::str::FromStr for Wanted {
    type Err = String;

    fn from_str(text: &str) -> Result<Wanted, String> {
        let parts: Vec<&str> = text.split('/').collect();
        let (kind, namespace, name) = match parts.as_slice() {
            [kind, name] => (*kind, None, *name),
            [kind, namespace, name] => (*kind, Some(*namespace).filter(|n| !n.is_empty()), *name),
            _ => ("", None, ""),
        };
        if kind.is_empty() || name.is_empty() {
            return Err(format!("`{text}` is not KIND/NAME or KIND/NAMESPACE/NAME, as in Deployment/shop/web"));
        }
        Ok(Wanted { kind: kind.to_owned(), namespace: namespace.map(str::to_owned), name: name.to_owned() })
    }
}

/// What `kustomize build` knows. Flags that say something about plugins and functions change nothing: a kustomization that has any is refused
/// with a finding, whatever they say. HelmCharts are rendered here, whatever `--helm-command` says.
#[derive(Clone, Debug, Args)]
pub(crate) struct KustomizeArgs {
    #[command(flatten)]
    load: LoadArgs,

    #[arg(long, hide = true)]
    enable_alpha_plugins: bool,
    #[arg(long, hide = true)]
    enable_exec: bool,
    #[arg(long, hide = true, value_name = "ORDER")]
    reorder: Option<String>,

    #[arg(long, hide = true)]
    enable_helm: bool,
    #[arg(long, hide = true)]
    helm_command: Option<String>,
    #[arg(long, hide = true)]
    helm_api_versions: Vec<String>,
    #[arg(long, hide = true)]
    helm_kube_version: Option<String>,
    #[arg(long, hide = true)]
    helm_debug: bool,
    #[arg(long, hide = true)]
    as_current_user: bool,
    #[arg(long, hide = true)]
    env: Vec<String>,
    #[arg(long, hide = true)]
    mount: Vec<String>,
    #[arg(long, hide = true)]
    network: bool,
    #[arg(long, hide = true)]
    network_name: Option<String>,
    #[arg(long, hide = true)]
    stack_trace: bool,
}

impl KustomizeArgs {
    /// What becomes of charts.
    pub(crate) fn charts(&self) -> HelmCharts {
        if !self.enable_helm {
            return HelmCharts::Refused;
        }
        let (kube_version, api_versions) = (self.helm_kube_version.clone(), self.helm_api_versions.clone());
        HelmCharts::Here(ClusterGiven { kube_version, api_versions })
    }

    /// What may be loaded.
    ///
    /// # Errors
    /// A sentence with the way out, for what is known and refused.
    pub(crate) fn load_restriction(&self) -> Result<Option<LoadRestriction>, String> {
        if self.enable_alpha_plugins || self.enable_exec {
            let flag = if self.enable_exec { "--enable-exec" } else { "--enable-alpha-plugins" };
            return Err(format!(
                "{flag} is refused: programs from a repository are never executed. Remove the flag; a kustomization that needs an exec or \
                 container plugin gets a finding with its line"
            ));
        }
        if self.reorder.as_deref().is_some_and(|order| order != "none") {
            let way_out = "write `sortOptions: { order: legacy }` into the kustomization";
            return Err(format!("--reorder is deprecated by kustomize, and only `none` is supported here; {way_out}"));
        }
        Ok(self.load.load_restriction())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_is_named_by_kind_and_name_and_perhaps_its_namespace() {
        let wanted = |text: &str| text.parse::<Wanted>().map(|w| (w.kind, w.namespace.unwrap_or_default(), w.name));
        let parts =
            |kind: &str, namespace: &str, name: &str| Ok((kind.to_owned(), namespace.to_owned(), name.to_owned()));
        assert_eq!(wanted("Deployment/shop/web"), parts("Deployment", "shop", "web"));
        assert_eq!(wanted("Namespace/shop"), parts("Namespace", "", "shop"));
        assert!(wanted("web").expect_err("no kind").contains("KIND/NAMESPACE/NAME"));
        assert!(wanted("a/b/c/d").is_err());
    }
}
