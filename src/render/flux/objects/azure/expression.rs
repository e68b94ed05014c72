//! Expressions of Azure's templates (`[format('{0}-flux', parameters('name'))]`), as far as the template itself knows their values.

use std::cell::Cell;

use seatrial_model::{Entry, Key, Node, ScalarKind, Style, Text};

/// Values in values, and expressions in expressions.
const DEEPEST: usize = 60;
/// Values that are looked at in one template, and bytes of one text.
const MOST_STEPS: usize = 50_000;
const LONGEST: usize = 64 * 1024;
const UNKNOWN: &str = "!unknown";

/// What names stand for in a template.
#[derive(Debug)]
pub(super) struct Scope<'a> {
    template: &'a Node,
    /// `parameters` of the deployment, resolved.
    given: Option<&'a Node>,
    steps: Cell<usize>,
}

/// Whether only the deployment knows a value.
pub(super) fn is_unknown(node: &Node) -> bool {
    node.tag() == Some(UNKNOWN)
}

/// A value that only the deployment knows: neither a text nor empty.
fn unknown(at: &Node) -> Node {
    let mut node = Node::mapping(Vec::new(), at.span());
    node.set_tag(Text::from_static(UNKNOWN));
    node
}

impl<'a> Scope<'a> {
    pub(super) fn of(template: &'a Node, given: Option<&'a Node>) -> Scope<'a> {
        Scope { template, given, steps: Cell::new(0) }
    }

    /// A value, with all expressions in it.
    pub(super) fn resolve(&self, node: &Node) -> Node {
        self.resolved(node, 0)
    }

    fn resolved(&self, node: &Node, depth: usize) -> Node {
        self.steps.set(self.steps.get() + 1);
        if depth > DEEPEST || self.steps.get() > MOST_STEPS {
            return unknown(node);
        }
        if node.is_mapping() && !is_unknown(node) {
            let entries = node.entries().iter().filter_map(|own| {
                let value = self.resolved(&own.value, depth + 1);
                let text = own.key.text.as_str();
                let key = match expression_in(text) {
                    None => own.key.clone(),
                    Some(expression) => {
                        let at = Node::string(text.to_owned(), own.key.span);
                        Key::new(self.evaluated(expression, &at, depth)?.scalar_text()?.to_owned(), own.key.span)
                    }
                };
                Some(Entry { key, value })
            });
            return Node::mapping(entries.collect(), node.origin());
        }
        if node.is_sequence() {
            let items = node.items().iter().map(|item| self.resolved(item, depth + 1));
            return Node::sequence(items.collect(), node.origin());
        }
        let Some(text) = node.as_str().filter(|text| text.starts_with('[')) else { return node.clone() };
        if let Some(escaped) = text.strip_prefix('[').filter(|rest| rest.starts_with('[')) {
            return Node::string(escaped.to_owned(), node.origin());
        }
        match expression_in(text) {
            Some(expression) => self.evaluated(expression, node, depth).unwrap_or_else(|| unknown(node)),
            None => node.clone(),
        }
    }

    /// `None` for what is not known.
    fn evaluated(&self, expression: &str, at: &Node, depth: usize) -> Option<Node> {
        let mut reader = Reader { rest: expression, scope: self, at };
        let value = reader.value(depth + 1)?;
        reader.rest.trim().is_empty().then_some(value).filter(|value| !is_unknown(value))
    }

    fn parameter(&self, name: &str, depth: usize) -> Option<Node> {
        if let Some(given) = self.given.and_then(|given| find(given, name)) {
            // A reference to a vault has no `value`.
            return given.get("value").cloned();
        }
        let parameter = find(self.template.get("parameters")?, name)?;
        Some(self.resolved(parameter.get("defaultValue")?, depth))
    }

    fn variable(&self, name: &str, depth: usize) -> Option<Node> {
        Some(self.resolved(find(self.template.get("variables")?, name)?, depth))
    }
}

/// Names are the same in any case.
fn find<'a>(node: &'a Node, name: &str) -> Option<&'a Node> {
    let own = node.entries().iter().find(|own| own.key.text.as_str().eq_ignore_ascii_case(name));
    own.map(|own| &own.value)
}

fn expression_in(text: &str) -> Option<&str> {
    let inner = text.strip_prefix('[')?.strip_suffix(']')?;
    (!inner.starts_with('[')).then_some(inner)
}

/// Reads and evaluates at once.
struct Reader<'a> {
    rest: &'a str,
    scope: &'a Scope<'a>,
    /// Where the expression stands.
    at: &'a Node,
}

impl Reader<'_> {
    fn value(&mut self, depth: usize) -> Option<Node> {
        if depth > DEEPEST {
            return None;
        }
        self.rest = self.rest.trim_start();
        let mut value = if self.rest.starts_with('\'') {
            self.string()?
        } else {
            let end = self.rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '.' || c == '-'));
            let (word, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
            self.rest = rest.trim_start();
            if self.rest.starts_with('(') {
                let arguments = self.arguments(depth)?;
                self.call(word, &arguments, depth).unwrap_or_else(|| unknown(self.at))
            } else {
                word.parse::<i64>().ok()?;
                Node::scalar(word.to_owned(), ScalarKind::Integer, Style::Plain, self.at.origin())
            }
        };
        loop {
            self.rest = self.rest.trim_start();
            let key = if let Some(rest) = self.rest.strip_prefix('.') {
                let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
                let (name, behind) = rest.split_at(end);
                self.rest = behind;
                Node::string(name.to_owned(), self.at.span())
            } else if let Some(rest) = self.rest.strip_prefix('[') {
                self.rest = rest;
                let key = self.value(depth + 1)?;
                self.rest = self.rest.trim_start().strip_prefix(']')?;
                key
            } else {
                return Some(value);
            };
            let inside = match key.as_i64() {
                Some(index) => usize::try_from(index).ok().and_then(|index| value.items().get(index)),
                None => find(&value, key.scalar_text().unwrap_or_default()),
            };
            value = inside.cloned().unwrap_or_else(|| unknown(self.at));
        }
    }

    /// `'it''s'`.
    fn string(&mut self) -> Option<Node> {
        let mut text = String::new();
        let mut rest = self.rest.strip_prefix('\'')?;
        loop {
            let (before, behind) = rest.split_once('\'')?;
            text.push_str(before);
            match behind.strip_prefix('\'') {
                Some(behind) => {
                    text.push('\'');
                    rest = behind;
                }
                None => {
                    self.rest = behind;
                    return Some(Node::string(text, self.at.origin()));
                }
            }
        }
    }

    fn arguments(&mut self, depth: usize) -> Option<Vec<Node>> {
        let mut arguments = Vec::new();
        self.rest = self.rest.strip_prefix('(')?.trim_start();
        if let Some(rest) = self.rest.strip_prefix(')') {
            self.rest = rest;
            return Some(arguments);
        }
        loop {
            arguments.push(self.value(depth + 1)?);
            self.rest = self.rest.trim_start();
            if let Some(rest) = self.rest.strip_prefix(')') {
                self.rest = rest;
                return Some(arguments);
            }
            self.rest = self.rest.strip_prefix(',')?;
        }
    }

    /// `None` for what is not known.
    fn call(&self, function: &str, arguments: &[Node], depth: usize) -> Option<Node> {
        let text = |at: usize| arguments.get(at).filter(|node| !is_unknown(node)).and_then(Node::scalar_text);
        let string = |text: String| (text.len() <= LONGEST).then(|| Node::string(text, self.at.origin()));
        let boolean = |is: bool| {
            let text = if is { "true" } else { "false" };
            Some(Node::scalar(text, ScalarKind::Bool, Style::Plain, self.at.origin()))
        };
        match function.to_ascii_lowercase().as_str() {
            "parameters" => self.scope.parameter(text(0)?, depth + 1),
            "variables" => self.scope.variable(text(0)?, depth + 1),
            "format" => string(format(text(0)?, arguments.get(1..)?)?),
            "concat" => {
                let texts: Option<Vec<&str>> = (0..arguments.len()).map(text).collect();
                string(texts?.concat())
            }
            "tolower" => string(text(0)?.to_lowercase()),
            "toupper" => string(text(0)?.to_uppercase()),
            "string" => string(text(0)?.to_owned()),
            "true" => boolean(true),
            "false" => boolean(false),
            "equals" => boolean(text(0)? == text(1)?),
            "not" => boolean(!arguments.first()?.as_bool()?),
            "if" => arguments.get(if arguments.first()?.as_bool()? { 1 } else { 2 }).cloned(),
            "createarray" => Some(Node::sequence(arguments.to_vec(), self.at.span())),
            "createobject" => {
                let pairs = arguments.chunks_exact(2).map(|pair| {
                    let key = pair.first()?.scalar_text()?;
                    Some(Entry { key: Key::new(key.to_owned(), self.at.span()), value: pair.last()?.clone() })
                });
                Some(Node::mapping(pairs.collect::<Option<_>>()?, self.at.span()))
            }
            _ => None,
        }
    }
}

/// `{0}-{1}`; braces that stand for themselves are doubled.
fn format(template: &str, arguments: &[Node]) -> Option<String> {
    let (mut text, mut rest) = (String::new(), template);
    while let Some(at) = rest.find(['{', '}']) {
        let (before, behind) = rest.split_at(at);
        text.push_str(before);
        if let Some(doubled) = ["{{", "}}"].into_iter().find(|doubled| behind.starts_with(doubled)) {
            text.push_str(&doubled[1..]);
            rest = &behind[2..];
            continue;
        }
        let (index, behind) = behind.strip_prefix('{')?.split_once('}')?;
        let argument = arguments.get(index.parse::<usize>().ok()?).filter(|node| !is_unknown(node))?;
        text.push_str(argument.scalar_text()?);
        rest = behind;
        if text.len() > LONGEST {
            return None;
        }
    }
    text.push_str(rest);
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use seatrial_model::Sources;
    use seatrial_yaml::{Dialect, parse};

    fn resolved(expression: &str) -> String {
        let template = r#"{
            "parameters": {
                "env": {"type": "string", "defaultValue": "dev"},
                "tags": {"type": "object", "defaultValue": {"owner": "[parameters('env')]", "list": ["a", "b"]}},
                "secret": {"type": "string"}
            },
            "variables": {"name": "[format('{0}-{{x}}', parameters('env'))]", "a": "[variables('b')]", "b": "[variables('a')]",
                "big": "[concat(variables('big'), variables('big'))]"}
        }"#;
        let sources = Sources::new();
        let file = sources.add("main.json", template.to_owned());
        let parsed = parse(&file, Dialect::Kustomize);
        let template = &parsed.documents.first().expect("is a template").node;
        let node = Node::string(expression.to_owned(), template.span());
        let value = Scope::of(template, None).resolve(&node);
        if is_unknown(&value) { "unknown".to_owned() } else { value.to_json().to_string() }
    }

    #[test]
    fn what_the_template_knows_is_filled_in() {
        for (expression, expected) in [
            ("plain", r#""plain""#),
            ("[[escaped]", r#""[escaped]""#),
            ("[parameters('ENV')]", r#""dev""#),
            ("[parameters('tags').owner]", r#""dev""#),
            ("[parameters('tags')['list'][1]]", r#""b""#),
            ("[variables('name')]", r#""dev-{x}""#),
            ("[concat('./clusters/', parameters('env'))]", r#""./clusters/dev""#),
            ("[toUpper(concat('it''s', ' ', parameters('env')))]", r#""IT'S DEV""#),
            ("[if(equals(parameters('env'), 'dev'), 'yes', 'no')]", r#""yes""#),
            ("[createObject('ENV', parameters('env'))]", r#"{"ENV":"dev"}"#),
            ("[parameters('secret')]", "unknown"),
            ("[concat('x', parameters('secret'))]", "unknown"),
            ("[reference('x').outputs.y.value]", "unknown"),
            ("[resourceGroup().location]", "unknown"),
            ("[variables('a')]", "unknown"),
            ("[variables('big')]", "unknown"),
            ("[concat('x'", r#""[concat('x'""#),
            ("[concat('x',]", "unknown"),
            ("[]", "unknown"),
        ] {
            assert_eq!(resolved(expression), expected, "{expression}");
        }
    }
}
