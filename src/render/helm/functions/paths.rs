//! Paths (Go: `path`, and `path/filepath` on Unix, which is the same).

use seatrial_gotemplate::{Function, Text, Type, Value};

/// The functions of this file.
pub(crate) const FUNCTIONS: &[Function] = &[
    Function::new("base", &[Type::Text], |_, a| Ok(Value::text(base(text(a))))),
    Function::new("dir", &[Type::Text], |_, a| Ok(Value::text(dir(text(a))))),
    Function::new("ext", &[Type::Text], |_, a| Ok(ext(a))),
    Function::new("clean", &[Type::Text], |_, a| Ok(Value::text(clean(text(a))))),
    Function::new("isAbs", &[Type::Text], |_, a| Ok(Value::bool(text(a).starts_with('/')))),
    Function::new("osBase", &[Type::Text], |_, a| Ok(Value::text(base(text(a))))),
    Function::new("osDir", &[Type::Text], |_, a| Ok(Value::text(dir(text(a))))),
    Function::new("osExt", &[Type::Text], |_, a| Ok(ext(a))),
    Function::new("osClean", &[Type::Text], |_, a| Ok(Value::text(clean(text(a))))),
    Function::new("osIsAbs", &[Type::Text], |_, a| Ok(Value::bool(text(a).starts_with('/')))),
];

fn text(arguments: &[Value]) -> &str {
    arguments[0].as_str().unwrap_or_default()
}

/// The last part of a path.
pub(crate) fn base(path: &str) -> &str {
    if path.is_empty() {
        return ".";
    }
    let trimmed = path.trim_end_matches('/');
    match trimmed.rsplit('/').next() {
        None | Some("") => "/",
        Some(last) => last,
    }
}

fn dir(path: &str) -> String {
    clean(path.rfind('/').map_or("", |at| &path[..=at]))
}

fn ext(arguments: &[Value]) -> Value {
    let path = arguments[0].as_text().cloned().unwrap_or_default();
    let name = path.rfind('/').map_or(0, |at| at + 1);
    let from = path[name..].rfind('.').map_or(path.len(), |at| name + at);
    Value::text(Text::slice(&path, from..path.len()))
}

/// The shortest path to the same place.
fn clean(path: &str) -> String {
    if path.is_empty() {
        return ".".to_owned();
    }
    let is_absolute = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => drop(parts.pop()),
            ".." if is_absolute => {}
            part => parts.push(part),
        }
    }
    let joined = parts.join("/");
    match (is_absolute, joined.as_str()) {
        (true, _) => format!("/{joined}"),
        (false, "") => ".".to_owned(),
        (false, _) => joined,
    }
}
