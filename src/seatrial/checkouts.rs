//! Copies of other repositories that stand in for remote bases: from `seatrial.yaml` and from `--checkout`.

use std::path::Path;

use seatrial_kustomize::{Checkout, Options};
use seatrial_tree::{join, parent};

use crate::cli::SourceArgs;
use crate::config::{CheckoutConfig, Config};
use crate::session::Session;
use crate::stop::Stop;
use crate::workspace::{Workspace, in_tree};

impl CheckoutConfig {
    /// The copy, seen from the root of the tree in which the configuration lies.
    ///
    /// # Errors
    /// A sentence when the address is none or the path leads out of the repository.
    pub(crate) fn in_tree(&self, config_path: &str) -> Result<Checkout, String> {
        let path = join(parent(config_path), &self.path);
        Checkout::new(&self.url, path.as_deref().unwrap_or(&self.path))
    }
}

/// The copies that a configuration names; reading it has seen to it that they can be.
pub(crate) fn configured(config: Option<&Config>, config_path: &str) -> Vec<Checkout> {
    let named = config.into_iter().flat_map(|config| &config.checkouts);
    named.filter_map(|checkout| checkout.in_tree(config_path).ok()).collect()
}

/// The `--checkout` flags, then what the configuration names.
///
/// # Errors
/// [`Stop::Usage`] for a flag that is malformed, or a directory that is not there or lies outside of the repository.
pub(crate) fn checkouts(flags: &[String], directory: &Path, workspace: &Workspace) -> Result<Vec<Checkout>, Stop> {
    let given = flags.iter().map(|flag| from_flag(flag, directory, workspace).map_err(Stop::Usage));
    let mut all = given.collect::<Result<Vec<Checkout>, Stop>>()?;
    all.extend(configured(workspace.config.as_ref(), &workspace.config_path));
    Ok(all)
}

/// How the environments of a repository are built.
///
/// # Errors
/// As [`checkouts`].
pub(crate) fn options(args: &SourceArgs, session: &Session, workspace: &Workspace) -> Result<Options, Stop> {
    let checkouts = checkouts(&args.checkout, &session.directory, workspace)?;
    Ok(Options { checkouts, ..Options::default() })
}

fn from_flag(flag: &str, directory: &Path, workspace: &Workspace) -> Result<Checkout, String> {
    // An address may hold an equals sign, too: `?ref=v1.2`.
    let Some((url, path)) = flag.rsplit_once('=').filter(|(url, path)| !url.is_empty() && !path.is_empty()) else {
        return Err(format!(
            "--checkout `{flag}` is not URL=DIR, as in https://github.com/acme/bases?ref=v1.2=vendor/bases"
        ));
    };
    let cannot = |why: &str| format!("--checkout `{flag}`: `{path}` {why}");
    let absolute =
        directory.join(path).canonicalize().map_err(|error| cannot(&format!("cannot be opened: {error}")))?;
    if !absolute.starts_with(&workspace.root) {
        return Err(cannot(&format!("lies outside of the repository `{}`", workspace.root.display())));
    }
    Checkout::new(url, &in_tree(&workspace.root, &absolute))
}
