//! The keywords of one schema.

use std::collections::BTreeMap;
use std::sync::Arc;

use seatrial_golang::quote::quote;
use seatrial_golang::regexp::Expression;

use crate::compile::Compiler;
use crate::decimal::Decimal;
use crate::draft::Draft;
use crate::formats;
use crate::json::{Data, Json, Type};
use crate::pointer::{decoded, encoded, escaped, joined, split};
use crate::roots::Refusal;
use crate::schema::{Additional, Dependency, Items, Rules};
use crate::url;

/// What is compiled: a schema of a node.
struct Object<'c> {
    compiler: &'c mut Compiler,
    schema: &'c Json,
    url: Arc<str>,
    pointer: String,
    draft: Draft,
}

impl Compiler {
    /// The rules of a schema that is an object.
    pub(crate) fn rules(&mut self, schema: &Json, at: usize) -> Result<Rules, Refusal> {
        let (url, pointer, draft) = {
            let node = &self.nodes[at];
            (Arc::clone(&node.url), node.pointer.clone(), node.draft)
        };
        let mut object = Object { compiler: self, schema, url, pointer, draft };
        let mut rules = Rules::default();
        object.draft_4(&mut rules)?;
        object.later(&mut rules)?;
        Ok(rules)
    }
}

impl Object<'_> {
    fn draft_4(&mut self, rules: &mut Rules) -> Result<(), Refusal> {
        rules.reference = self.reference("$ref")?;
        if self.draft < Draft::Of2019 && rules.reference.is_some() {
            return Ok(());
        }
        rules.all_of = self.list("allOf").unwrap_or_default();
        rules.any_of = self.list("anyOf").unwrap_or_default();
        rules.one_of = self.list("oneOf").unwrap_or_default();
        rules.not = self.one("not");
        if self.draft < Draft::Of2020 && self.schema.get("items").is_some() {
            match self.list("items") {
                Some(each) => {
                    rules.items = Some(Items::Each(each));
                    rules.additional_items = self.additional("additionalItems");
                }
                None => rules.items = self.one("items").map(Items::All),
            }
        }
        rules.properties = self.map("properties");
        for (pattern, schema) in self.map("patternProperties") {
            let regex = self.expression(&pattern, "patternProperties")?;
            rules.pattern_properties.push((regex, schema));
        }
        rules.additional_properties = self.additional("additionalProperties");
        self.dependencies(rules);
        self.validation(rules)?;
        let asserts = self.compiler.asserts_formats || self.draft < Draft::Of2019;
        let format = self.schema.text_of("format").filter(|name| asserts && formats::is_known(name));
        rules.format = format.map(ToString::to_string);
        Ok(())
    }

    fn dependencies(&mut self, rules: &mut Rules) {
        let Some(map) = self.schema.get("dependencies").and_then(Json::as_map) else { return };
        for (name, value) in map {
            let dependency = match value.as_list() {
                Some(names) => Dependency::Names(texts(names)),
                None => {
                    let pointer = format!("{}/dependencies/{}", self.pointer, escaped(name));
                    Dependency::Schema(self.at(&pointer))
                }
            };
            rules.dependencies.insert(Arc::clone(name), dependency);
        }
    }

    fn validation(&mut self, rules: &mut Rules) -> Result<(), Refusal> {
        if let Some(types) = self.schema.get("type") {
            let named = |json: &Json| json.as_text().and_then(|name| Type::named(name));
            let given: Vec<Type> = match types.as_list() {
                Some(all) => all.iter().filter_map(named).collect(),
                None => named(types).into_iter().collect(),
            };
            rules.types = Type::ALL.into_iter().filter(|known| given.contains(known)).collect();
        }
        rules.choices = self.schema.get("enum").and_then(Json::as_list).map(<[Json]>::to_vec);
        rules.multiple_of = self.number("multipleOf");
        (rules.maximum, rules.below) = self.limit("maximum", "exclusiveMaximum");
        (rules.minimum, rules.above) = self.limit("minimum", "exclusiveMinimum");
        rules.least_length = self.count("minLength");
        rules.most_length = self.count("maxLength");
        if let Some(pattern) = self.schema.text_of("pattern") {
            rules.pattern = Some((pattern.to_string(), self.expression(pattern, "pattern")?));
        }
        rules.least_items = self.count("minItems");
        rules.most_items = self.count("maxItems");
        rules.unique_items = self.is_true("uniqueItems");
        rules.most_properties = self.count("maxProperties");
        rules.least_properties = self.count("minProperties");
        rules.required = self.schema.get("required").and_then(Json::as_list).map(texts).unwrap_or_default();
        Ok(())
    }

    /// The keywords of the drafts after the fourth.
    fn later(&mut self, rules: &mut Rules) -> Result<(), Refusal> {
        if self.draft >= Draft::Six {
            rules.contains = self.one("contains");
            rules.property_names = self.one("propertyNames");
            rules.constant = self.schema.get("const").cloned();
        }
        if self.draft >= Draft::Seven {
            rules.condition = self.one("if");
            if rules.condition.is_some() {
                let decided = self.bool("if");
                rules.then = self.one("then").filter(|_| decided != Some(false));
                rules.otherwise = self.one("else").filter(|_| decided != Some(true));
            }
        }
        if self.draft >= Draft::Of2019 {
            rules.recursive_reference = self.reference("$recursiveRef")?;
            rules.recursive_anchor = self.is_true("$recursiveAnchor");
            if rules.contains.is_some() {
                rules.least_contains = self.count("minContains");
                rules.most_contains = self.count("maxContains");
            }
            if let Some(map) = self.schema.get("dependentRequired").and_then(Json::as_map) {
                let names = |(name, value): (&Arc<str>, &Json)| Some((Arc::clone(name), texts(value.as_list()?)));
                rules.dependent_required = map.iter().filter_map(names).collect();
            }
            rules.dependent_schemas = self.map("dependentSchemas");
            rules.unevaluated_items = self.one("unevaluatedItems");
            rules.unevaluated_properties = self.one("unevaluatedProperties");
        }
        if self.draft >= Draft::Of2020 {
            if let Some(target) = self.reference("$dynamicRef")? {
                let named = self.schema.text_of("$dynamicRef").map_or("", |reference| split(reference).1);
                let anchor = decoded(named).unwrap_or_default();
                let anchor = if anchor.starts_with('/') { String::new() } else { anchor };
                rules.dynamic_reference = Some((target, anchor));
            }
            rules.dynamic_anchor = self.schema.text_of("$dynamicAnchor").map(ToString::to_string).unwrap_or_default();
            rules.prefix_items = self.list("prefixItems").unwrap_or_default();
            rules.further_items = self.one("items");
        }
        Ok(())
    }

    fn at(&mut self, pointer: &str) -> usize {
        self.compiler.enqueue(&self.url, pointer, None)
    }

    fn one(&mut self, keyword: &str) -> Option<usize> {
        self.schema.get(keyword)?;
        Some(self.at(&joined(&self.pointer, keyword)))
    }

    fn list(&mut self, keyword: &str) -> Option<Vec<usize>> {
        let count = self.schema.get(keyword)?.as_list()?.len();
        Some((0..count).map(|index| self.at(&format!("{}/{keyword}/{index}", self.pointer))).collect())
    }

    fn map(&mut self, keyword: &str) -> BTreeMap<Arc<str>, usize> {
        let Some(map) = self.schema.get(keyword).and_then(Json::as_map) else { return BTreeMap::new() };
        let each = map.keys().map(|name| {
            let pointer = format!("{}/{keyword}/{}", self.pointer, escaped(name));
            (Arc::clone(name), self.compiler.enqueue(&self.url, &pointer, None))
        });
        each.collect()
    }

    fn additional(&mut self, keyword: &str) -> Option<Additional> {
        match self.bool(keyword) {
            Some(any) => Some(Additional::Any(any)),
            None => self.one(keyword).map(Additional::Of),
        }
    }

    /// The schema that a reference leads to.
    fn reference(&mut self, keyword: &str) -> Result<Option<usize>, Refusal> {
        let Some(value) = self.schema.get(keyword) else { return Ok(None) };
        let Some(reference) = value.as_text() else { return Ok(None) };
        let (reference_url, fragment) = split(reference);
        let wrong = |why: String| {
            Refusal::Wrong(
                format!("error in parsing {}: {why}", quote(reference)),
                Some(joined(&self.pointer, keyword)),
            )
        };
        let fragment = decoded(fragment).map_err(wrong)?;
        let Some(root) = self.compiler.roots.get(&self.url) else { return Ok(None) };
        let base = root.resource(&self.pointer).map_or("", |resource| resource.id.as_str());
        let here = |message: String| Refusal::Wrong(message, Some(joined(&self.pointer, keyword)));
        let target = url::joined(base, reference_url).map_err(here)?;
        if let Some(pointer) = root.resolve(&target, &fragment).map_err(here)? {
            return Ok(Some(self.compiler.enqueue(&self.url, &pointer, Some(value.at))));
        }
        match self.compiler.load(&target) {
            Ok(()) => {}
            Err(Refusal::Unknown(kind, url)) => return Ok(Some(self.compiler.note_unknown(kind, url, value.at))),
            Err(Refusal::Wrong(message, _)) => return Err(here(message)),
        }
        let Some(other) = self.compiler.roots.get(&target) else { return Ok(None) };
        let Some(resource) = other.resources.get("") else { return Ok(None) };
        let pointer = other.resolve_in(&fragment, resource).map_err(here)?;
        Ok(Some(self.compiler.enqueue(&Arc::from(target), &pointer, Some(value.at))))
    }

    fn expression(&mut self, pattern: &str, keyword: &str) -> Result<Arc<Expression>, Refusal> {
        match self.compiler.patterns.get(pattern) {
            None => Err(self.compiler.spent("its patterns are too large")),
            Some(Ok(regex)) => Ok(regex),
            Some(Err(why)) => {
                let place = format!("{}#{}/{keyword}", self.url, encoded(&self.pointer));
                let message = format!("invalid regex {} at {}: {why}", quote(pattern), quote(&place));
                Err(Refusal::Wrong(message, Some(joined(&self.pointer, keyword))))
            }
        }
    }

    /// A limit, and the same where the value must not reach it. Before draft 6 a flag says which of the two it is.
    fn limit(&self, keyword: &str, exclusive: &str) -> (Option<Decimal>, Option<Decimal>) {
        match self.is_true(exclusive) {
            true => (None, self.number(keyword)),
            false => (self.number(keyword), self.number(exclusive)),
        }
    }

    fn number(&self, keyword: &str) -> Option<Decimal> {
        match &self.schema.get(keyword)?.data {
            Data::Number(number) => number.decimal.clone(),
            _ => None,
        }
    }

    fn count(&self, keyword: &str) -> Option<i64> {
        let number = self.number(keyword).filter(Decimal::is_integer)?;
        Some(number.as_count().unwrap_or(i64::MAX))
    }

    fn bool(&self, keyword: &str) -> Option<bool> {
        match self.schema.get(keyword)?.data {
            Data::Bool(value) => Some(value),
            _ => None,
        }
    }

    fn is_true(&self, keyword: &str) -> bool {
        self.bool(keyword) == Some(true)
    }
}

fn texts(list: &[Json]) -> Vec<Arc<str>> {
    list.iter().filter_map(Json::as_text).cloned().collect()
}
