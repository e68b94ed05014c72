//! Label selectors, as queries have them: `a=b,c!=d,e in (f,g),h notin (i),j,!k` (apimachinery: `labels.Parse`); and as objects do:
//! `matchLabels` and `matchExpressions`.

use std::fmt;

use seatrial_model::Node;
use serde_json::Value;

/// All requirements must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LabelSelector(Vec<Requirement>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Requirement {
    key: String,
    operator: Operator,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Operator {
    Exists,
    DoesNotExist,
    In(Vec<String>),
    NotIn(Vec<String>),
    GreaterThan(i64),
    LessThan(i64),
}

impl LabelSelector {
    /// Parses a query.
    ///
    /// # Errors
    /// A clause about what is wrong with it.
    pub fn parse(text: &str) -> Result<LabelSelector, String> {
        Parser { tokens: tokens_of(text).into_iter().peekable() }.requirements().map(LabelSelector)
    }

    /// The selector of a live object; `None` for what an API server refuses.
    #[must_use]
    pub fn of_json(selector: &Value) -> Option<LabelSelector> {
        let labels = selector.get("matchLabels").and_then(Value::as_object).into_iter().flatten();
        let labels = labels.map(|(key, value)| Requirement::equal(key, value.as_str()));
        let expressions = selector.get("matchExpressions").and_then(Value::as_array).into_iter().flatten();
        let expressions = expressions.map(|expression| {
            let text = |name: &str| expression.get(name).and_then(Value::as_str);
            let values = expression.get("values").and_then(Value::as_array).into_iter().flatten();
            Requirement::of(text("key"), text("operator"), values.map(Value::as_str))
        });
        labels.chain(expressions).collect::<Option<_>>().map(LabelSelector)
    }

    /// The selector of a rendered object; `None` for what an API server refuses.
    #[must_use]
    pub fn of_node(selector: &Node) -> Option<LabelSelector> {
        let labels = selector.get("matchLabels").map(Node::entries).unwrap_or_default().iter();
        let labels = labels.map(|label| Requirement::equal(&label.key.text, label.value.scalar_text()));
        let expressions = selector.get("matchExpressions").map(Node::items).unwrap_or_default().iter();
        let expressions = expressions.map(|expression| {
            let text = |name: &str| expression.get(name).and_then(Node::scalar_text);
            let values = expression.get("values").map(Node::items).unwrap_or_default().iter();
            Requirement::of(text("key"), text("operator"), values.map(Node::scalar_text))
        });
        labels.chain(expressions).collect::<Option<_>>().map(LabelSelector)
    }

    /// Whether it requires nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether labels, given by look-up, fulfil it.
    pub fn matches<'a>(&self, label: &dyn Fn(&str) -> Option<&'a str>) -> bool {
        self.0.iter().all(|r| {
            let value = label(&r.key);
            let number = || value.and_then(|v| v.parse::<i64>().ok());
            match &r.operator {
                Operator::Exists => value.is_some(),
                Operator::DoesNotExist => value.is_none(),
                Operator::In(values) => value.is_some_and(|v| values.iter().any(|x| x == v)),
                Operator::NotIn(values) => value.is_none_or(|v| !values.iter().any(|x| x == v)),
                Operator::GreaterThan(bound) => number().is_some_and(|n| n > *bound),
                Operator::LessThan(bound) => number().is_some_and(|n| n < *bound),
            }
        })
    }
}

impl Requirement {
    fn equal(key: &str, value: Option<&str>) -> Option<Requirement> {
        Some(Requirement { key: key.to_owned(), operator: Operator::In(vec![value?.to_owned()]) })
    }

    /// One of `matchExpressions`.
    fn of<'a>(
        key: Option<&str>,
        operator: Option<&str>,
        values: impl Iterator<Item = Option<&'a str>>,
    ) -> Option<Requirement> {
        let values: Option<Vec<String>> = values.map(|value| value.map(str::to_owned)).collect();
        let values = values.filter(|values| !values.is_empty());
        let operator = match operator? {
            "In" => Operator::In(values?),
            "NotIn" => Operator::NotIn(values?),
            "Exists" => Operator::Exists,
            "DoesNotExist" => Operator::DoesNotExist,
            _ => return None,
        };
        Some(Requirement { key: key?.to_owned(), operator })
    }
}

/// As a query.
impl fmt::Display for LabelSelector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, requirement) in self.0.iter().enumerate() {
            f.write_str(if index == 0 { "" } else { "," })?;
            requirement.fmt(f)?;
        }
        Ok(())
    }
}

impl fmt::Display for Requirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = &self.key;
        match &self.operator {
            Operator::Exists => f.write_str(key),
            Operator::DoesNotExist => write!(f, "!{key}"),
            Operator::In(values) => match values.as_slice() {
                [value] => write!(f, "{key}={value}"),
                values => write!(f, "{key} in ({})", values.join(",")),
            },
            Operator::NotIn(values) => write!(f, "{key} notin ({})", values.join(",")),
            Operator::GreaterThan(bound) => write!(f, "{key}>{bound}"),
            Operator::LessThan(bound) => write!(f, "{key}<{bound}"),
        }
    }
}

/// A word or a symbol; words may hold anything that is neither a symbol nor a blank.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token<'a> {
    Word(&'a str),
    Symbol(&'a str),
}

fn is_symbol(character: char) -> bool {
    matches!(character, '=' | '!' | '(' | ')' | ',' | '>' | '<')
}

fn is_blank(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\r' | '\n')
}

fn tokens_of(text: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start_matches(is_blank);
    while let Some(first) = rest.chars().next() {
        let length = if is_symbol(first) {
            if rest.starts_with("==") || rest.starts_with("!=") { 2 } else { 1 }
        } else {
            rest.find(|c| is_symbol(c) || is_blank(c)).unwrap_or(rest.len())
        };
        let (token, behind) = rest.split_at(length);
        tokens.push(if is_symbol(first) { Token::Symbol(token) } else { Token::Word(token) });
        rest = behind.trim_start_matches(is_blank);
    }
    tokens
}

struct Parser<'a> {
    tokens: std::iter::Peekable<std::vec::IntoIter<Token<'a>>>,
}

impl<'a> Parser<'a> {
    fn requirements(&mut self) -> Result<Vec<Requirement>, String> {
        let mut requirements = Vec::new();
        if self.tokens.peek().is_none() {
            return Ok(requirements);
        }
        loop {
            requirements.push(self.requirement()?);
            match self.tokens.next() {
                None => return Ok(requirements),
                Some(Token::Symbol(",")) => {}
                Some(token) => return Err(unexpected(Some(token), "`,` or the end")),
            }
        }
    }

    fn requirement(&mut self) -> Result<Requirement, String> {
        let negated = self.tokens.next_if(|t| *t == Token::Symbol("!")).is_some();
        let key = match self.tokens.next() {
            Some(Token::Word(key)) => valid_key(key)?.to_owned(),
            other => return Err(unexpected(other, "a key")),
        };
        if negated {
            return Ok(Requirement { key, operator: Operator::DoesNotExist });
        }
        let number = |value: String| value.parse::<i64>().map_err(|_| format!("`{value}` is not an integer"));
        let operator = match self.tokens.peek().copied() {
            None | Some(Token::Symbol(",")) => Operator::Exists,
            Some(operator) => {
                self.tokens.next();
                match operator {
                    Token::Word("in") => Operator::In(self.values()?),
                    Token::Word("notin") => Operator::NotIn(self.values()?),
                    Token::Symbol("=" | "==") => Operator::In(vec![self.value()?]),
                    Token::Symbol("!=") => Operator::NotIn(vec![self.value()?]),
                    Token::Symbol(">") => Operator::GreaterThan(number(self.value()?)?),
                    Token::Symbol("<") => Operator::LessThan(number(self.value()?)?),
                    other => return Err(unexpected(Some(other), "`=`, `==`, `!=`, `in` or `notin`")),
                }
            }
        };
        Ok(Requirement { key, operator })
    }

    /// One value, which may be missing.
    fn value(&mut self) -> Result<String, String> {
        match self.tokens.peek().copied() {
            None | Some(Token::Symbol(",")) => Ok(String::new()),
            Some(Token::Word(word)) => {
                self.tokens.next();
                valid_value(word).map(str::to_owned)
            }
            other => Err(unexpected(other, "a value")),
        }
    }

    /// Values in parentheses; between commas there may be none, which is the empty value.
    fn values(&mut self) -> Result<Vec<String>, String> {
        if self.tokens.next_if(|t| *t == Token::Symbol("(")).is_none() {
            return Err(unexpected(self.tokens.next(), "`(`"));
        }
        let mut values = Vec::new();
        loop {
            let word = match self.tokens.peek().copied() {
                Some(Token::Word(word)) => {
                    self.tokens.next();
                    word
                }
                _ => "",
            };
            values.push(valid_value(word)?.to_owned());
            match self.tokens.next() {
                Some(Token::Symbol(",")) => {}
                Some(Token::Symbol(")")) => return Ok(values),
                other => return Err(unexpected(other, "`,` or `)`")),
            }
        }
    }
}

fn unexpected(token: Option<Token<'_>>, wanted: &str) -> String {
    match token {
        Some(Token::Word(text) | Token::Symbol(text)) => format!("found `{text}`, expected {wanted}"),
        None => format!("expected {wanted} at the end"),
    }
}

/// `name` or `prefix/name`, the prefix a DNS name (apimachinery: `IsQualifiedName`).
fn valid_key(key: &str) -> Result<&str, String> {
    let (prefix, name) = key.split_once('/').map_or((None, key), |(prefix, name)| (Some(prefix), name));
    let is_label = |part: &str| {
        let inside = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        !part.is_empty() && part.chars().all(inside) && !part.starts_with('-') && !part.ends_with('-')
    };
    let is_prefix = |prefix: &str| prefix.len() <= 253 && prefix.split('.').all(is_label);
    if name.is_empty() || !is_name(name) || !prefix.is_none_or(is_prefix) {
        return Err(format!("`{key}` is not a valid label key"));
    }
    Ok(key)
}

fn valid_value(value: &str) -> Result<&str, String> {
    if is_name(value) { Ok(value) } else { Err(format!("`{value}` is not a valid label value")) }
}

/// Letters and digits, inside also `-`, `_` and `.`; at most 63.
fn is_name(text: &str) -> bool {
    let edge = |c: Option<char>| c.is_none_or(|c| c.is_ascii_alphanumeric());
    let inside = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    text.len() <= 63 && text.chars().all(inside) && edge(text.chars().next()) && edge(text.chars().next_back())
}

#[cfg(test)]
mod tests {
    use seatrial_model::{Origin, Sources, Span};

    use super::*;

    #[test]
    fn every_operator_selects_what_kubernetes_selects() {
        let labels = |key: &str| match key {
            "app" => Some("web"),
            "tier" => Some("2"),
            _ => None,
        };
        let cases = [
            ("", true),
            ("app=web", true),
            ("app==web,tier=2", true),
            ("app!=web", false),
            ("other!=x", true),
            ("app in (web, api)", true),
            ("app notin (web)", false),
            ("other notin (web)", true),
            ("app", true),
            ("!app", false),
            ("!other", true),
            ("tier > 1", true),
            ("tier<2", false),
            ("app in()", false),
            ("app in (,web)", true),
            ("other=", false),
            ("! other , app", true),
        ];
        for (text, expected) in cases {
            let selector = LabelSelector::parse(text).expect(text);
            assert_eq!(selector.matches(&labels), expected, "{text}");
            assert_eq!(LabelSelector::parse(&selector.to_string()), Ok(selector), "{text}");
        }
    }

    #[test]
    fn an_objects_selector_is_the_same_in_json_and_in_yaml_and_as_a_query() {
        let expressions = |text: &str| format!("{{ matchLabels: {{ app: web }}, matchExpressions: [{text}] }}");
        let origin = Origin::from(Span::start_of(Sources::new().add("case.yaml", String::new()).id()));
        let cases = [
            ("{ matchLabels: { app: web, tier: front } }".to_owned(), Some("app=web,tier=front")),
            (expressions("{ key: env, operator: In, values: [a, b] }"), Some("app=web,env in (a,b)")),
            (expressions("{ key: env, operator: NotIn, values: [a] }"), Some("app=web,env notin (a)")),
            (expressions("{ key: env, operator: Exists }"), Some("app=web,env")),
            (expressions("{ key: old, operator: DoesNotExist }"), Some("app=web,!old")),
            (expressions("{ key: old, operator: Absent }"), None),
            (expressions("{ operator: Exists }"), None),
            (expressions("{ key: env, operator: NotIn }"), None),
            ("{ matchLabels: { app: [] } }".to_owned(), None),
            ("{}".to_owned(), Some("")),
        ];
        for (text, expected) in cases {
            let json: Value = serde_saphyr::from_str(&text).expect("readable");
            let in_json = LabelSelector::of_json(&json);
            assert_eq!(in_json.as_ref().map(LabelSelector::to_string).as_deref(), expected, "{text}");
            assert_eq!(LabelSelector::of_node(&Node::from_json(&json, &origin)), in_json, "{text}");
            assert_eq!(in_json.is_some_and(|selector| selector.is_empty()), expected == Some(""), "{text}");
        }
    }

    #[test]
    fn what_is_no_selector_is_an_error() {
        for text in [
            "app in (web",
            "app web",
            "=x",
            "a,,b",
            "tier>x",
            "app of (x)",
            "a,",
            "app===web",
            "a/b/c",
            "-a",
            "a=-b",
            "/a",
            "app in (web)x",
        ] {
            assert!(LabelSelector::parse(text).is_err(), "{text}");
        }
    }
}
