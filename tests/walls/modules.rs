//! A crate's modules, from its root file on: where each lies, and whether only tests are compiled with it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use crate::code::{Code, Submodule};
use crate::house::{members, root, text};

/// A file of a crate.
pub(crate) struct Module {
    /// From the root of the repository.
    pub(crate) file: String,
    /// Names from the crate's root; none is the root.
    pub(crate) path: Vec<String>,
    /// Whether only tests are compiled with it.
    pub(crate) is_test: bool,
    pub(crate) code: Code,
}

/// The modules of the crate in a folder below `src`; each crate is read once.
pub(crate) fn modules(folder: &str) -> &'static [Module] {
    static ALL: OnceLock<BTreeMap<&'static str, Vec<Module>>> = OnceLock::new();
    let all = ALL.get_or_init(|| members().iter().map(|m| (m.folder.as_str(), read(&m.folder))).collect());
    all.get(folder).unwrap_or_else(|| panic!("{folder} is not a crate"))
}

fn read(folder: &str) -> Vec<Module> {
    let main = format!("src/{folder}/main.rs");
    let start = if root().join(&main).exists() { main } else { format!("src/{folder}/lib.rs") };
    let mut waiting = vec![(start, Vec::new(), false)];
    let mut found = Vec::new();
    while let Some((file, path, is_test)) = waiting.pop() {
        let code = Code::read(&text(&file), &path, is_test);
        for module in &code.modules {
            let names: Vec<String> = path.iter().chain(&module.path).cloned().collect();
            let places = places(&file, path.is_empty(), module).into_iter();
            waiting.extend(places.map(|place| (place, names.clone(), module.is_test)));
        }
        found.push(Module { file, path, is_test, code });
    }
    found
}

/// Where the file of a module lies that another file declares; the files, if each platform has its own.
fn places(declared_in: &str, by_root: bool, module: &Submodule) -> Vec<String> {
    let file = Path::new(declared_in);
    let folder = file.parent().expect("a folder");
    if module.files.is_empty() {
        let below = if by_root { folder.to_owned() } else { file.with_extension("") };
        return vec![straight(&below.join(module.path.join("/")).with_extension("rs"))];
    }
    module.files.iter().map(|told| straight(&folder.join(told))).collect()
}

/// The path without `..`, which only `#[path]` has.
fn straight(path: &Path) -> String {
    let mut straight = PathBuf::new();
    for part in path {
        if part == ".." {
            straight.pop();
        } else {
            straight.push(part);
        }
    }
    straight.to_string_lossy().into_owned()
}
