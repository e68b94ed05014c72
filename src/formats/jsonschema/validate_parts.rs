//! What objects, arrays, strings and numbers must fit, and conditions.

use std::sync::Arc;

use crate::draft::Draft;
use crate::json::{Data, Json};
use crate::message::Kind;
use crate::schema::{Additional, Dependency, Items, Node};
use crate::validate::{Frame, Walk};
use crate::violation::Violation;

fn index(at: usize) -> Arc<str> {
    at.to_string().into()
}

fn length(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn missing(value: &Json, names: &[Arc<str>]) -> Vec<Arc<str>> {
    names.iter().filter(|name| value.get(name).is_none()).cloned().collect()
}

impl Walk<'_> {
    pub(crate) fn object(&mut self, frame: &mut Frame<'_>, node: &Node) {
        let (rules, value) = (&node.rules, frame.value);
        let Some(map) = value.as_map() else { return };
        let got = length(map.len());
        if let Some(want) = rules.least_properties.filter(|want| got < *want) {
            self.wrong(frame, Kind::MinProperties { got, want });
        }
        if let Some(want) = rules.most_properties.filter(|want| got > *want) {
            self.wrong(frame, Kind::MaxProperties { got, want });
        }
        let lacking = missing(value, &rules.required);
        if !lacking.is_empty() {
            self.wrong(frame, Kind::Required(lacking));
        }
        if frame.is_quiet && !frame.errors.is_empty() {
            return;
        }
        for (name, dependency) in rules.dependencies.iter().filter(|(name, _)| map.contains_key(*name)) {
            match dependency {
                Dependency::Schema(schema) => self.also(frame, *schema),
                Dependency::Names(names) => {
                    let missing = missing(value, names);
                    if !missing.is_empty() {
                        self.wrong(frame, Kind::Dependency { of: Arc::clone(name), missing });
                    }
                }
            }
        }
        self.members(frame, node);
        if node.draft >= Draft::Six {
            self.names(frame, node);
        }
        if node.draft < Draft::Seven {
            return;
        }
        for schema in rules.dependent_schemas.iter().filter(|(name, _)| map.contains_key(*name)).map(|(_, s)| *s) {
            self.also(frame, schema);
        }
        for (name, names) in rules.dependent_required.iter().filter(|(name, _)| map.contains_key(*name)) {
            let missing = missing(value, names);
            if !missing.is_empty() {
                self.wrong(frame, Kind::DependentRequired { of: Arc::clone(name), missing });
            }
        }
    }

    fn members(&mut self, frame: &mut Frame<'_>, node: &Node) {
        let (rules, value) = (&node.rules, frame.value);
        let mut additional = Vec::new();
        for (name, member) in value.as_map().into_iter().flatten() {
            if frame.is_quiet && !frame.errors.is_empty() {
                return;
            }
            let mut is_evaluated = false;
            if let Some(schema) = rules.properties.get(name) {
                is_evaluated = true;
                self.must(frame, *schema, member, name);
            }
            for (pattern, schema) in &rules.pattern_properties {
                if pattern.is_match(name) {
                    is_evaluated = true;
                    self.must(frame, *schema, member, name);
                }
            }
            if let Some(rule) = rules.additional_properties.filter(|_| !is_evaluated) {
                is_evaluated = true;
                match rule {
                    Additional::Any(true) => {}
                    Additional::Any(false) => additional.push(Arc::clone(name)),
                    Additional::Of(schema) => self.must(frame, schema, member, name),
                }
            }
            if is_evaluated {
                frame.unevaluated.properties.remove(name);
            }
        }
        if !additional.is_empty() {
            self.wrong(frame, Kind::AdditionalProperties(additional));
        }
    }

    fn names(&mut self, frame: &mut Frame<'_>, node: &Node) {
        let Some(schema) = node.rules.property_names else { return };
        let value = frame.value;
        for name in value.as_map().into_iter().flat_map(|map| map.keys()) {
            let text = Json::of(Data::Text(Arc::clone(name)));
            let Some(violation) = self.run_apart(frame, schema, &text) else { continue };
            let kind = Kind::PropertyNames(Arc::clone(name));
            let schema = self.nodes[schema].location();
            let path = self.path.clone();
            frame.errors.push(Violation { schema, path, kind, causes: violation.causes });
        }
    }

    pub(crate) fn array(&mut self, frame: &mut Frame<'_>, node: &Node) {
        let (rules, value) = (&node.rules, frame.value);
        let Some(list) = value.as_list() else { return };
        let got = length(list.len());
        if let Some(want) = rules.least_items.filter(|want| got < *want) {
            self.wrong(frame, Kind::MinItems { got, want });
        }
        if let Some(want) = rules.most_items.filter(|want| got > *want) {
            self.wrong(frame, Kind::MaxItems { got, want });
        }
        if rules.unique_items
            && let Some((one, other)) = duplicates(list)
        {
            self.wrong(frame, Kind::UniqueItems(one, other));
        }
        if node.draft < Draft::Of2020 {
            self.items(frame, node, list);
        } else {
            let each = rules.prefix_items.iter().zip(list).enumerate();
            each.for_each(|(at, (schema, item))| self.must(frame, *schema, item, &index(at)));
            if let Some(schema) = rules.further_items {
                let further = list.iter().enumerate().skip(rules.prefix_items.len());
                further.for_each(|(at, item)| self.must(frame, schema, item, &index(at)));
            }
        }
        if let Some(schema) = rules.contains {
            self.contains(frame, node, schema);
        }
    }

    fn items(&mut self, frame: &mut Frame<'_>, node: &Node, list: &[Json]) {
        let evaluated = match &node.rules.items {
            None => 0,
            Some(Items::All(schema)) => {
                list.iter().enumerate().for_each(|(at, item)| self.must(frame, *schema, item, &index(at)));
                list.len()
            }
            Some(Items::Each(each)) => {
                let pairs = each.iter().zip(list).enumerate();
                pairs.for_each(|(at, (schema, item))| self.must(frame, *schema, item, &index(at)));
                each.len().min(list.len())
            }
        };
        match node.rules.additional_items {
            Some(Additional::Any(false)) if evaluated != list.len() => {
                self.wrong(frame, Kind::AdditionalItems(length(list.len() - evaluated)));
            }
            Some(Additional::Of(schema)) => {
                let further = list.iter().enumerate().skip(evaluated);
                further.for_each(|(at, item)| self.must(frame, schema, item, &index(at)));
            }
            _ => {}
        }
    }

    fn contains(&mut self, frame: &mut Frame<'_>, node: &Node, schema: usize) {
        let value = frame.value;
        let (mut errors, mut matched, mut sure) = (Vec::new(), Vec::new(), Vec::new());
        for (at, item) in value.as_list().into_iter().flatten().enumerate() {
            match self.part(frame, schema, item, &index(at)) {
                Err(violation) => errors.push(*violation),
                Ok(is_sure) => {
                    matched.push(at);
                    frame.is_sure &= is_sure;
                    if is_sure {
                        sure.push(at);
                    }
                    if node.draft >= Draft::Of2020 {
                        frame.unevaluated.items.remove(&at);
                    }
                }
            }
        }
        let count = length(matched.len());
        let wrong = match node.rules.least_contains {
            Some(want) if count < want => Some(Kind::MinContains { got: matched, want }),
            None if matched.is_empty() => Some(Kind::Contains),
            _ => None,
        };
        if let Some(kind) = wrong {
            let violation = self.violation(frame, kind);
            frame.errors.push(Violation { causes: errors, ..*violation });
        }
        if let Some(want) = node.rules.most_contains.filter(|want| length(sure.len()) > *want) {
            self.wrong(frame, Kind::MaxContains { got: sure, want });
        }
    }

    pub(crate) fn string(&mut self, frame: &mut Frame<'_>, node: &Node) {
        let (rules, value) = (&node.rules, frame.value);
        let Some(text) = value.as_text() else { return };
        if rules.least_length.is_some() || rules.most_length.is_some() {
            let got = length(text.chars().count());
            if let Some(want) = rules.least_length.filter(|want| got < *want) {
                self.wrong(frame, Kind::MinLength { got, want });
            }
            if let Some(want) = rules.most_length.filter(|want| got > *want) {
                self.wrong(frame, Kind::MaxLength { got, want });
            }
        }
        if let Some((want, regex)) = &rules.pattern
            && !regex.is_match(text)
        {
            self.wrong(frame, Kind::Pattern { got: Arc::clone(text), want: want.clone() });
        }
    }

    pub(crate) fn number(&mut self, frame: &mut Frame<'_>, node: &Node) {
        let (rules, value) = (&node.rules, frame.value);
        let Data::Number(number) = &value.data else { return };
        let Some(got) = &number.decimal else { return };
        let pair = |want: &crate::Decimal| (got.clone(), want.clone());
        if let Some((got, want)) = rules.minimum.as_ref().filter(|want| got.compare(want).is_lt()).map(pair) {
            self.wrong(frame, Kind::Minimum { got, want });
        }
        if let Some((got, want)) = rules.maximum.as_ref().filter(|want| got.compare(want).is_gt()).map(pair) {
            self.wrong(frame, Kind::Maximum { got, want });
        }
        if let Some((got, want)) = rules.above.as_ref().filter(|want| got.compare(want).is_le()).map(pair) {
            self.wrong(frame, Kind::ExclusiveMinimum { got, want });
        }
        if let Some((got, want)) = rules.below.as_ref().filter(|want| got.compare(want).is_ge()).map(pair) {
            self.wrong(frame, Kind::ExclusiveMaximum { got, want });
        }
        if let Some((got, want)) = rules.multiple_of.as_ref().filter(|want| !got.is_multiple_of(want)).map(pair) {
            self.wrong(frame, Kind::MultipleOf { got, want });
        }
    }

    pub(crate) fn conditions(&mut self, frame: &mut Frame<'_>, node: &Node) {
        let rules = &node.rules;
        if let Some(schema) = rules.not
            && let Ok(is_sure) = self.itself(frame, schema, "", true)
        {
            frame.is_sure &= is_sure;
            if is_sure {
                self.wrong(frame, Kind::Not);
            }
        }
        self.all_of(frame, node);
        self.any_of(frame, node);
        self.one_of(frame, node);
        if let Some(schema) = rules.condition {
            let next = match self.itself(frame, schema, "", true) {
                Ok(true) => rules.then,
                Err(_) => rules.otherwise,
                Ok(false) => {
                    frame.is_sure = false;
                    frame.unevaluated.clear();
                    None
                }
            };
            if let Some(schema) = next {
                self.also(frame, schema);
            }
        }
    }

    fn all_of(&mut self, frame: &mut Frame<'_>, node: &Node) {
        let mut errors = Vec::new();
        for schema in &node.rules.all_of {
            match self.itself(frame, *schema, "", false) {
                Ok(is_sure) => frame.is_sure &= is_sure,
                Err(violation) => {
                    errors.push(*violation);
                    if frame.is_quiet {
                        break;
                    }
                }
            }
        }
        if !errors.is_empty() {
            let violation = self.violation(frame, Kind::AllOf);
            frame.errors.push(Violation { causes: errors, ..*violation });
        }
    }

    fn any_of(&mut self, frame: &mut Frame<'_>, node: &Node) {
        let (mut errors, mut matches, mut is_sure) = (Vec::new(), false, false);
        for schema in &node.rules.any_of {
            match self.itself(frame, *schema, "", false) {
                Err(violation) => errors.push(*violation),
                Ok(sure) => {
                    matches = true;
                    is_sure |= sure;
                    // What is not evaluated is known only after all of them.
                    if sure && frame.unevaluated.is_empty() {
                        break;
                    }
                }
            }
        }
        if node.rules.any_of.is_empty() {
            return;
        }
        if matches {
            frame.is_sure &= is_sure;
            return;
        }
        let violation = self.violation(frame, Kind::AnyOf);
        frame.errors.push(Violation { causes: errors, ..*violation });
    }

    fn one_of(&mut self, frame: &mut Frame<'_>, node: &Node) {
        let (mut errors, mut sure, mut unsure) = (Vec::new(), None, false);
        for (at, schema) in node.rules.one_of.iter().enumerate() {
            match self.itself(frame, *schema, "", sure.is_some()) {
                Err(violation) if sure.is_none() => errors.push(*violation),
                Err(_) => {}
                Ok(false) => unsure = true,
                Ok(true) => match sure {
                    None => sure = Some(at),
                    Some(first) => {
                        self.wrong(frame, Kind::OneOf(Some((first, at))));
                        return;
                    }
                },
            }
        }
        if unsure {
            frame.is_sure = false;
        } else if sure.is_none() && !node.rules.one_of.is_empty() {
            let violation = self.violation(frame, Kind::OneOf(None));
            frame.errors.push(Violation { causes: errors, ..*violation });
        }
    }

    pub(crate) fn unevaluated(&mut self, frame: &mut Frame<'_>, node: &Node) {
        let value = frame.value;
        if let (Some(map), Some(schema)) = (value.as_map(), node.rules.unevaluated_properties) {
            for name in std::mem::take(&mut frame.unevaluated.properties) {
                if let Some(member) = map.get(&name) {
                    self.must(frame, schema, member, &name);
                }
            }
        }
        if let (Some(list), Some(schema)) = (value.as_list(), node.rules.unevaluated_items) {
            for at in std::mem::take(&mut frame.unevaluated.items) {
                if let Some(item) = list.get(at) {
                    self.must(frame, schema, item, &index(at));
                }
            }
        }
    }
}

/// The first two items that are equal.
fn duplicates(list: &[Json]) -> Option<(usize, usize)> {
    let mut known: std::collections::HashMap<String, Vec<usize>> = std::collections::HashMap::new();
    for (at, item) in list.iter().enumerate() {
        let alike = known.entry(rough(item)).or_default();
        if let Some(before) = alike.iter().find(|before| list[**before].equals(item)) {
            return Some((*before, at));
        }
        alike.push(at);
    }
    None
}

/// The same text for equal values; different values may have the same.
fn rough(json: &Json) -> String {
    match &json.data {
        Data::Null => "null".to_owned(),
        Data::Bool(value) => value.to_string(),
        Data::Number(number) => format!("{:?}", number.decimal),
        Data::Text(text) => format!("\"{text}"),
        Data::List(list) => format!("[{}]", list.iter().map(rough).collect::<Vec<_>>().join(",")),
        Data::Map(map) => {
            let members: Vec<String> = map.iter().map(|(name, value)| format!("{name}:{}", rough(value))).collect();
            format!("{{{}}}", members.join(","))
        }
    }
}
