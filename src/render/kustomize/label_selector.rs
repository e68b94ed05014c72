//! Kubernetes' label selectors: `a=b,c!=d,e in (f,g),h notin (i),j,!k` (apimachinery: `labels.Parse`).

/// All requirements must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct LabelSelector(Vec<Requirement>);

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
    /// Parses a selector; the error is a clause.
    pub(crate) fn parse(text: &str) -> Result<LabelSelector, String> {
        let requirements = split(text)?;
        requirements.into_iter().map(parse_requirement).collect::<Result<_, _>>().map(LabelSelector)
    }

    /// Whether labels, given by look-up, fulfil it.
    pub(crate) fn matches<'a>(&self, label: &dyn Fn(&str) -> Option<&'a str>) -> bool {
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

/// Splits at commas that stand in no parentheses.
fn split(text: &str) -> Result<Vec<&str>, String> {
    let mut parts = Vec::new();
    let (mut start, mut inside) = (0, false);
    for (index, character) in text.char_indices() {
        match character {
            '(' if inside => return Err("a parenthesis in parentheses".to_owned()),
            '(' => inside = true,
            ')' if !inside => return Err("a `)` without `(`".to_owned()),
            ')' => inside = false,
            ',' if !inside => {
                parts.push(text.get(start..index).unwrap_or_default());
                start = index + 1;
            }
            _ => {}
        }
    }
    if inside {
        return Err("a `(` without `)`".to_owned());
    }
    parts.push(text.get(start..).unwrap_or_default());
    // An empty selector selects everything; an empty part elsewhere is an error.
    if parts.iter().all(|p| p.trim().is_empty()) && parts.len() == 1 { Ok(Vec::new()) } else { Ok(parts) }
}

fn parse_requirement(text: &str) -> Result<Requirement, String> {
    let text = text.trim();
    if let Some(key) = text.strip_prefix('!') {
        return Ok(Requirement { key: key_of(key)?, operator: Operator::DoesNotExist });
    }
    if let Some((left, values)) = text.split_once('(') {
        let values = values.trim_end().trim_end_matches(')').split(',').map(|v| v.trim().to_owned()).collect();
        let mut words = left.split_whitespace();
        let (key, operator) = (words.next().unwrap_or_default(), words.next());
        let operator = match operator {
            Some("in") => Operator::In(values),
            Some("notin") => Operator::NotIn(values),
            _ => return Err(format!("`{text}` has neither `in` nor `notin` before the parentheses")),
        };
        return Ok(Requirement { key: key_of(key)?, operator });
    }
    for (mark, negated) in [("!=", true), ("==", false), ("=", false)] {
        if let Some((key, value)) = text.split_once(mark) {
            let values = vec![value_of(value)?];
            let operator = if negated { Operator::NotIn(values) } else { Operator::In(values) };
            return Ok(Requirement { key: key_of(key)?, operator });
        }
    }
    for (mark, make) in [('>', Operator::GreaterThan as fn(i64) -> Operator), ('<', Operator::LessThan)] {
        if let Some((key, bound)) = text.split_once(mark) {
            let bound = bound.trim().parse().map_err(|_| format!("`{}` is no integer", bound.trim()))?;
            return Ok(Requirement { key: key_of(key)?, operator: make(bound) });
        }
    }
    Ok(Requirement { key: key_of(text)?, operator: Operator::Exists })
}

fn key_of(text: &str) -> Result<String, String> {
    let key = text.trim();
    let name = key.rsplit('/').next().unwrap_or_default();
    let valid = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/');
    if name.is_empty() || !key.chars().all(valid) {
        return Err(format!("`{key}` is no label key"));
    }
    Ok(key.to_owned())
}

fn value_of(text: &str) -> Result<String, String> {
    let value = text.trim();
    if value.contains(char::is_whitespace) {
        return Err(format!("`{value}` is no label value"));
    }
    Ok(value.to_owned())
}

#[cfg(test)]
mod tests {
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
        ];
        for (text, expected) in cases {
            let selector = LabelSelector::parse(text).expect(text);
            assert_eq!(selector.matches(&labels), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_selector_is_an_error() {
        for text in ["app in (web", "app web", "=x", "a,,b", "tier>x", "app of (x)"] {
            assert!(LabelSelector::parse(text).is_err(), "{text}");
        }
    }
}
