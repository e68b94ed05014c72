//! The folders of one crate use each other one way.

use std::collections::{BTreeMap, BTreeSet};

use crate::modules::{Module, modules};

/// For a crate, the modules in its root in their order: each uses only those before it, and the root file uses all of them.
///
/// What the root file itself declares can be used where `lib` stands in the list, by those after it.
pub(crate) const ORDERS: &[(&str, &[&str])] = &[
    ("formats/yaml", &["scalars", "text", "quick", "read", "print", "edit"]),
    ("formats/gotemplate", &["texts", "syntax", "values", "print", "run"]),
    (
        "render/helm",
        &[
            "ids",
            "major",
            "go_yaml",
            "values",
            "cluster",
            "chart",
            "times",
            "functions",
            "objects",
            "render",
            "release",
        ],
    ),
    (
        "render/kustomize",
        &[
            "findings",
            "values",
            "kustomization",
            "objects",
            "merge",
            "json_patch",
            "paths",
            "fields",
            "vars",
            "gather",
            "load",
            "transform",
            "build_metadata",
            "generate",
            "charts",
            "patch",
            "replace",
            "finish",
            "builder",
        ],
    ),
    (
        "render/flux",
        &[
            "objects",
            "patterns",
            "variables",
            "sources",
            "kustomizations",
            "release",
            "image_policy",
            "resource_sets",
            "checks",
            "walk",
        ],
    ),
    ("cluster/api", &["error", "target", "clock", "process_group", "access", "call", "cluster"]),
    ("cluster/readiness", &["live", "status", "messages", "pods", "kinds", "deletion", "generic"]),
    (
        "cluster/deploy",
        &[
            "ids",
            "blame",
            "work",
            "plan",
            "hold",
            "inventory",
            "watch",
            "deployed",
            "apply",
            "services",
            "wait",
            "restore",
            "deployment",
        ],
    ),
    (
        "cluster/smoke",
        &[
            "duration", "env_text", "slug", "platform", "outcome", "context", "process", "files", "service", "probes",
            "test", "run",
        ],
    ),
    (
        "cluster/simulated",
        &[
            "json",
            "clock",
            "specification",
            "selector",
            "resource",
            "refusal",
            "fields",
            "schema",
            "world",
            "controllers",
            "requests",
            "server",
        ],
    ),
    (
        "seatrial",
        &["catalog", "cli", "config", "process", "context", "supply", "judge", "pipeline", "deliver", "commands"],
    ),
];

#[test]
fn folders_of_one_crate_use_each_other_one_way() {
    for (folder, order) in ORDERS {
        let wrong = offences(order, modules(folder));
        assert!(wrong.is_empty(), "src/{folder} has the order {order:?}:\n{}", wrong.join("\n"));
    }
}

/// What does not keep to an order.
fn offences(order: &[&str], modules: &[Module]) -> Vec<String> {
    let shipped: Vec<&Module> = modules.iter().filter(|module| !module.is_test).collect();
    let root = shipped.iter().find(|module| module.path.is_empty()).expect("a root");
    let there: BTreeSet<&str> = shipped.iter().filter_map(|module| module.path.first()).map(String::as_str).collect();
    let ordered: BTreeSet<&str> = order.iter().copied().filter(|name| *name != "lib").collect();
    let mut wrong = Vec::new();
    for name in there.symmetric_difference(&ordered) {
        wrong.push(format!("  `{name}` is either not in the order or not in the crate"));
    }
    for module in shipped.iter().filter(|module| !module.path.is_empty()) {
        let own = &module.path[0];
        let place = order.iter().position(|name| name == own);
        for used in module.code.uses.iter().map(|name| home(name, &there, &root.code.imports)) {
            let is_before = order.iter().position(|name| *name == used) <= place && order.contains(&used);
            if used != own && !is_before {
                wrong.push(format!("  {} uses `{used}`, which does not stand before `{own}`", module.file));
            }
        }
    }
    wrong
}

/// The module in the root that a name in the root comes from; `lib` where the root file declares it.
fn home<'a>(name: &'a str, there: &BTreeSet<&str>, imports: &'a BTreeMap<String, String>) -> &'a str {
    if there.contains(name) || name == "*" {
        return name;
    }
    match imports.get(name) {
        Some(from) if there.contains(from.as_str()) => from,
        _ => "lib",
    }
}

#[cfg(test)]
fn module(path: &[&str], text: &str) -> Module {
    let path: Vec<String> = path.iter().map(|&name| name.to_owned()).collect();
    let code = crate::code::Code::read(text, &path, false);
    Module { file: format!("{}.rs", path.join("/")), path, is_test: false, code }
}

#[test]
fn what_does_not_keep_to_an_order_is_named() {
    let tried = |first: &str, second: &str| {
        let root = module(&[], "mod first; mod second; pub use second::Reexported; pub struct Own;");
        let all = [root, module(&["first"], first), module(&["second", "part"], second)];
        (offences(&["first", "second"], &all), offences(&["lib", "first", "second"], &all))
    };
    let fits = [("", "use crate::first::A; use super::super::first::B; use super::other;"), ("// crate::second", "")];
    for (first, second) in fits {
        assert_eq!(tried(first, second), (Vec::new(), Vec::new()), "{first} {second}");
    }
    let wrong = [
        "use crate::second::A;",
        "use super::second;",
        "fn f() { crate::second::a() }",
        "use crate::Reexported;",
        "use crate::{first::A, second::B};",
        "use crate::*;",
    ];
    for text in wrong {
        let (strict, open) = tried(text, "");
        assert!(strict.len() == 1 && open.len() == 1, "{text}: {strict:?} {open:?}");
    }
    let (strict, open) = tried("use crate::Own;", "");
    assert!(strict.len() == 1 && open.is_empty(), "{strict:?} {open:?}");
    assert_eq!(offences(&["first"], &[module(&[], ""), module(&["other"], "")]).len(), 2);
}
