//! A structural schema, as Kubernetes publishes it, cheap to clone; references are followed on access.

use crate::Limits;
use crate::definition::Definition;
use crate::embedded::Embedded;
use crate::flux::Release;

/// References that may follow one another before a schema counts as unknown. Published schemas have one.
const MOST_REFERENCES: usize = 8;

/// JSON type of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Type {
    /// A mapping.
    Object,
    /// A list.
    Array,
    /// A string.
    String,
    /// An integer.
    Integer,
    /// Any number.
    Number,
    /// A boolean.
    Boolean,
    /// An integer or a string (`IntOrString`), or, with the format `quantity`, any number or a string (`Quantity`).
    IntOrString,
    /// Anything.
    Any,
}

/// A schema node. It is lazy: a recursive schema (`JSONSchemaProps`) is as cheap as any other.
#[derive(Clone, Debug)]
pub struct Schema {
    /// Where references are looked up.
    data: &'static Embedded,
    /// The Flux that reads it, where it is known.
    release: Option<Release>,
    /// What stands at the place itself: merge keys may stand beside a reference.
    site: &'static Definition<'static>,
    /// What the place refers to; the place itself when it is no reference.
    shape: &'static Definition<'static>,
}

impl Schema {
    pub(crate) fn of_kind(data: &'static Embedded, group: &str, version: &str, kind: &str) -> Option<Schema> {
        let definition = data.definition(data.schema_name(group, version, kind)?)?;
        Some(Schema::new(data, definition))
    }

    fn new(mut data: &'static Embedded, site: &'static Definition<'static>) -> Schema {
        let mut shape = site;
        for _ in 0..MOST_REFERENCES {
            let Some(name) = shape.reference else { break };
            let Some(target) = *shape.target.get_or_init(|| data.target(name)) else { break };
            (data, shape) = target;
        }
        Schema { data, release: None, site, shape }
    }

    /// The same, read by a version of Flux.
    pub(crate) fn in_release(self, release: Option<Release>) -> Schema {
        Schema { release, ..self }
    }

    /// The schema of a part.
    fn inner(&self, site: &'static Definition<'static>) -> Schema {
        Schema::new(self.data, site).in_release(self.release)
    }

    /// What tells it from every other schema.
    #[must_use]
    pub fn identity(&self) -> (usize, Option<Release>) {
        (std::ptr::from_ref(self.site).addr(), self.release)
    }

    /// The type of the value.
    #[must_use]
    pub fn value_type(&self) -> Type {
        match (self.shape.value_type, self.shape.format) {
            (Some("string"), Some("int-or-string" | "quantity")) => Type::IntOrString,
            (Some("object"), _) => Type::Object,
            (Some("array"), _) => Type::Array,
            (Some("string"), _) => Type::String,
            (Some("integer"), _) => Type::Integer,
            (Some("number"), _) => Type::Number,
            (Some("boolean"), _) => Type::Boolean,
            _ => Type::Any,
        }
    }

    /// Format: `int32`, `int64`, `double`, `byte`, `date-time`, `int-or-string`, `quantity`.
    #[must_use]
    pub fn format(&self) -> Option<&str> {
        self.shape.format
    }

    /// The schema of a declared field.
    #[must_use]
    pub fn property(&self, name: &str) -> Option<Schema> {
        self.shape.properties.get(name).map(|site| self.inner(site))
    }

    /// Names of the declared fields, sorted.
    #[must_use]
    pub fn property_names(&self) -> Vec<&str> {
        self.shape.properties.keys().copied().collect()
    }

    /// Names of required fields: those without which the API server refuses the object. Fields that are published as required
    /// although the server has a default for them are not among them.
    #[must_use]
    pub fn required(&self) -> Vec<&str> {
        self.shape.required.clone()
    }

    /// The schema of values under any key (`map[string]T`); `None` for an object with declared fields only.
    #[must_use]
    pub fn additional(&self) -> Option<Schema> {
        self.shape.additional.as_deref().map(|site| self.inner(site))
    }

    /// Whether fields that are not declared are kept (`RawExtension`, `FieldsV1`, JSON of any kind). An object that declares
    /// no field at all is an empty struct, and takes none.
    #[must_use]
    pub fn preserves_unknown(&self) -> bool {
        self.shape.preserves_unknown || self.value_type() == Type::Any
    }

    /// The schema of a list's items.
    #[must_use]
    pub fn items(&self) -> Option<Schema> {
        self.shape.items.as_deref().map(|site| self.inner(site))
    }

    /// What limits the value beside its type and format.
    #[must_use]
    pub fn limits(&self) -> Option<&Limits> {
        self.site.limits.as_deref()
    }

    /// The minor of Flux that brought the field, where the one that reads it lacks it.
    #[must_use]
    pub fn since(&self) -> Option<Release> {
        let since = self.limits()?.since?;
        self.release.filter(|release| *release < since).map(|_| since)
    }

    /// The minor of Flux that brought a value of an enumeration, where the one that reads it lacks it.
    #[must_use]
    pub fn value_since(&self, value: &str) -> Option<Release> {
        let since = self.limits()?.later.get(value)?;
        self.release.filter(|release| release < since).map(|_| *since)
    }

    /// `x-kubernetes-list-type`: `atomic`, `set` or `map`.
    #[must_use]
    pub fn list_type(&self) -> Option<&str> {
        self.site.list_type.or(self.shape.list_type)
    }

    /// `x-kubernetes-list-map-keys`.
    #[must_use]
    pub fn list_map_keys(&self) -> Vec<&str> {
        let site = if self.site.list_map_keys.is_empty() { self.shape } else { self.site };
        site.list_map_keys.clone()
    }

    /// `x-kubernetes-patch-merge-key`.
    #[must_use]
    pub fn patch_merge_key(&self) -> Option<&str> {
        self.site.patch_merge_key.or(self.shape.patch_merge_key)
    }

    /// `x-kubernetes-patch-strategy`: `merge`, `replace`, `retainKeys`, split at commas.
    #[must_use]
    pub fn patch_strategies(&self) -> Vec<&str> {
        let strategies = self.site.patch_strategy.or(self.shape.patch_strategy);
        strategies.into_iter().flat_map(|s| s.split(',')).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Minor, schema};

    fn of(group: &str, version: &str, kind: &str) -> Schema {
        schema(Minor::DEFAULT, group, version, kind).expect("a built-in kind")
    }

    /// The schema at a path; `[]` is a list's items, `{}` a map's values.
    fn at(root: &Schema, path: &str) -> Schema {
        path.split(' ').fold(root.clone(), |schema, step| {
            let next = match step {
                "[]" => schema.items(),
                "{}" => schema.additional(),
                field => schema.property(field),
            };
            next.unwrap_or_else(|| panic!("`{step}` of `{path}` is declared"))
        })
    }

    #[test]
    fn knows_the_types_the_api_server_reads() {
        let deployment = of("apps", "v1", "Deployment");
        let cases = [
            ("spec", Type::Object, None),
            ("spec replicas", Type::Integer, Some("int32")),
            ("spec paused", Type::Boolean, None),
            ("spec strategy rollingUpdate maxSurge", Type::IntOrString, Some("int-or-string")),
            ("spec template spec containers", Type::Array, None),
            ("spec template spec containers [] image", Type::String, None),
            ("spec template spec containers [] resources limits {}", Type::IntOrString, Some("quantity")),
            ("metadata labels {}", Type::String, None),
            ("metadata creationTimestamp", Type::String, Some("date-time")),
            ("metadata managedFields [] fieldsV1", Type::Object, None),
        ];
        for (path, value_type, format) in cases {
            let schema = at(&deployment, path);
            assert_eq!((schema.value_type(), schema.format()), (value_type, format), "{path}");
        }
        assert_eq!(at(&of("", "v1", "Secret"), "data {}").format(), Some("byte"));
        assert_eq!(at(&of("apps", "v1", "ControllerRevision"), "data").value_type(), Type::Any);
    }

    #[test]
    fn merge_keys_stand_beside_a_reference_or_a_list() {
        let deployment = of("apps", "v1", "Deployment");
        let containers = at(&deployment, "spec template spec containers");
        assert_eq!(containers.list_type(), Some("map"));
        assert_eq!(containers.list_map_keys(), ["name"]);
        assert_eq!((containers.patch_merge_key(), containers.patch_strategies()), (Some("name"), vec!["merge"]));
        assert_eq!(at(&deployment, "spec strategy").patch_strategies(), ["retainKeys"]);
        assert_eq!(at(&deployment, "spec template spec volumes").patch_strategies(), ["merge", "retainKeys"]);
        assert_eq!(at(&of("", "v1", "Service"), "spec ports").list_map_keys(), ["port", "protocol"]);
        assert_eq!(at(&of("", "v1", "Service"), "spec ports").patch_merge_key(), Some("port"));
    }

    #[test]
    fn required_are_the_fields_without_which_the_server_refuses() {
        assert_eq!(at(&of("apps", "v1", "Deployment"), "spec").required(), ["selector", "template"]);
        assert_eq!(at(&of("rbac.authorization.k8s.io", "v1", "RoleBinding"), "roleRef").required(), ["kind", "name"]);
        assert!(at(&of("networking.k8s.io", "v1", "NetworkPolicy"), "spec").required().is_empty());
    }

    #[test]
    fn a_recursive_schema_is_followed_as_deep_as_asked() {
        let crd = of("apiextensions.k8s.io", "v1", "CustomResourceDefinition");
        let mut schema = at(&crd, "spec versions [] schema openAPIV3Schema");
        for _ in 0..10_000 {
            schema = at(&schema, "properties {}");
        }
        assert_eq!(at(&schema, "default").value_type(), Type::Any);
    }

    #[test]
    fn keeps_unknown_fields_only_where_the_server_does() {
        let admission = at(&of("apps", "v1", "ControllerRevision"), "data");
        assert!(admission.preserves_unknown());
        let status =
            at(&of("apiextensions.k8s.io", "v1", "CustomResourceDefinition"), "spec versions [] subresources status");
        assert!(!status.preserves_unknown(), "an empty struct takes no field");
        assert!(!of("apps", "v1", "Deployment").preserves_unknown());
    }
}
