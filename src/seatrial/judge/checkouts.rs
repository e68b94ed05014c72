//! Copies of other repositories that stand in for remote bases: from `seatrial.yaml` and from `--checkout`.

use seatrial_kustomize::Checkout;
use seatrial_tree::{join, parent};

use crate::cli::SourceArgs;
use crate::config::{CheckoutConfig, Config};
use crate::context::session::Session;
use crate::context::workspace::{Workspace, in_tree};
use crate::process::stop::Stop;

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

/// The copies that stand in for remote bases of a repository.
#[derive(Debug)]
pub(crate) struct Checkouts {
    /// Those of the command line, which come first.
    given: Vec<Checkout>,
    /// Those of the configuration.
    configured: Vec<Checkout>,
}

impl Checkouts {
    /// Those of the `--checkout` flags.
    ///
    /// # Errors
    /// [`Stop::Usage`] for a flag that is malformed, or a directory that is not there or lies outside of the repository.
    pub(crate) fn of_flags(args: &SourceArgs, session: &Session, workspace: &Workspace) -> Result<Checkouts, Stop> {
        let given = args.checkout.iter().map(|flag| from_flag(flag, session, workspace));
        let given = given.collect::<Result<Vec<Checkout>, String>>().map_err(Stop::Usage)?;
        Ok(Checkouts { given, configured: Vec::new() })
    }

    /// None of flags, for a command that has none.
    pub(crate) fn without_flags() -> Checkouts {
        Checkouts { given: Vec::new(), configured: Vec::new() }
    }

    /// The same flags under a configuration; reading it has seen to it that its copies can be.
    pub(crate) fn under(&self, config: Option<&Config>, config_path: &str) -> Checkouts {
        let named = config.into_iter().flat_map(|config| &config.checkouts);
        let configured = named.filter_map(|checkout| checkout.in_tree(config_path).ok()).collect();
        Checkouts { given: self.given.clone(), configured }
    }

    /// Where they lie in the tree.
    pub(crate) fn directories(&self) -> Vec<String> {
        self.all().map(|checkout| checkout.directory().to_owned()).collect()
    }

    /// All of them, in the order in which they are asked.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Checkout> {
        self.given.iter().chain(&self.configured)
    }
}

fn from_flag(flag: &str, session: &Session, workspace: &Workspace) -> Result<Checkout, String> {
    let name = session.from_variables.named("--checkout");
    // An address may hold an equals sign, too: `?ref=v1.2`.
    let Some((url, path)) = flag.rsplit_once('=').filter(|(url, path)| !url.is_empty() && !path.is_empty()) else {
        return Err(format!(
            "{name} `{flag}` is not URL=DIR, as in https://github.com/acme/bases?ref=v1.2=vendor/bases"
        ));
    };
    let cannot = |why: &str| format!("{name} `{flag}`: `{path}` {why}");
    let absolute =
        session.directory.join(path).canonicalize().map_err(|error| cannot(&format!("cannot be opened: {error}")))?;
    if !absolute.starts_with(&workspace.root) {
        return Err(cannot(&format!("is outside the repository `{}`", workspace.root.display())));
    }
    Checkout::new(url, &in_tree(&workspace.root, &absolute)).map_err(|why| format!("{name}: {why}"))
}
