//! Names that changed are changed wherever other objects use them (kustomize: `filters/nameref`, `namereferencetransformer.go`).

use std::collections::HashSet;
use std::sync::Arc;

use seatrial_model::{Finding, Node, QuickMap, SetBy, Value};

use crate::fields::config::TransformerConfig;
use crate::fields::spec::{Created, FieldError, FieldSpec, Leaf, selects};
use crate::findings::ids;
use crate::finish::name_reference_fields::{BUILT_IN, Field, fields_of};
use crate::objects::gvk::Gvk;
use crate::objects::id::Id;
use crate::objects::resource::Resource;
use crate::values::budget::Budget;
use crate::values::scalar::{Setter, Tag};

/// Rewrites every reference to an object whose identity changed. Fields in which kustomize could not look for one are findings, also when
/// nothing changed.
pub(crate) fn fix_references(
    resources: &mut [Resource],
    config: &Arc<TransformerConfig>,
    budget: &Arc<Budget>,
    findings: &mut Vec<Finding>,
) {
    let targets = Targets::new(resources);
    let is_built_in = Arc::ptr_eq(config, &TransformerConfig::built_in());
    // Objects of one kind have the same fields.
    let mut known: QuickMap<Gvk, Vec<Field<'_>>> = QuickMap::default();
    for referrer in resources {
        let kind = referrer.original_id().gvk.clone();
        let fields = match is_built_in {
            true => BUILT_IN.leading_to(&kind, referrer.node(), &|field, node| targets.perhaps_changes(field, node)),
            false => {
                let fields = known.entry(kind).or_insert_with_key(|kind| fields_of(kind, &config.name_references));
                Some(fields.clone()).filter(|fields| !fields.is_empty())
            }
        };
        let Some(fields) = fields else { continue };
        let mut errors: Vec<FieldError> = check_subjects(referrer).err().into_iter().collect();
        for field in fields {
            errors.extend(fix_field(referrer, field, &targets, budget).err());
        }
        if budget.is_exceeded() {
            return;
        }
        // Many paths lead through one value.
        let mut told = HashSet::new();
        for error in errors.into_iter().filter(|error| told.insert(error.span)) {
            findings.push(Finding::new(ids::KUSTOMIZE, error.span, error.message).with_object(&referrer.object_id()));
        }
    }
}

/// The subjects of a RoleBinding as kustomize reads them before it looks at anything else; some that it cannot read make it panic
/// (kustomize: `reswrangler.go` `getNamespacesForRoleBinding`).
fn check_subjects(resource: &Resource) -> Result<(), FieldError> {
    if &*resource.id().gvk.kind != "RoleBinding" {
        return Ok(());
    }
    for subject in resource.node().get("subjects").map(Node::items).unwrap_or_default() {
        let refuse = |node: &Node, wanted: &str| {
            let message = format!("{wanted}, and this is {}", node.describe());
            Err(FieldError { span: node.span(), message })
        };
        if !subject.is_mapping() {
            return refuse(subject, "a subject of a RoleBinding must be a mapping");
        }
        let (Some(namespace), Some(kind)) = (subject.get("namespace"), subject.get("kind")) else { continue };
        match kind.as_str() {
            None => return refuse(kind, "the kind of a subject must be a string"),
            Some("ServiceAccount") if namespace.as_str().is_none() => {
                return refuse(namespace, "the namespace of a ServiceAccount must be a string");
            }
            Some(_) => {}
        }
    }
    Ok(())
}

/// The objects that can be meant, as they are now, by the names they had.
struct Targets {
    all: Vec<Resource>,
    by_former_name: QuickMap<Arc<str>, Vec<usize>>,
    /// Former names of objects that are called otherwise now.
    renamed: HashSet<Arc<str>>,
}

impl Targets {
    fn new(resources: &[Resource]) -> Targets {
        let mut by_former_name: QuickMap<Arc<str>, Vec<usize>> = QuickMap::default();
        let mut renamed = HashSet::new();
        for (position, resource) in resources.iter().enumerate() {
            for Id { name, .. } in resource.previous_ids() {
                if *name != resource.id().name {
                    renamed.insert(Arc::clone(name));
                }
                let positions = by_former_name.entry(Arc::clone(name)).or_default();
                if positions.last() != Some(&position) {
                    positions.push(position);
                }
            }
        }
        let all = if by_former_name.is_empty() { Vec::new() } else { resources.to_vec() };
        Targets { all, by_former_name, renamed }
    }

    /// Whether what stands at a field names anything that changed, or is wrong: that is told where the field is looked at on its own.
    fn perhaps_changes(&self, field: Field<'_>, node: &Node) -> bool {
        Search { field, targets: self }.any_of(node).unwrap_or(true)
    }

    fn formerly(&self, name: &str) -> impl Iterator<Item = &Resource> {
        let positions = self.by_former_name.get(name).map(Vec::as_slice).unwrap_or_default();
        positions.iter().filter_map(|p| self.all.get(*p))
    }
}

/// What is to be known of the referring object.
struct Referrer {
    id: Id,
    prefixes: Vec<Arc<str>>,
    suffixes: Vec<Arc<str>>,
    /// Namespaces of a RoleBinding's service accounts.
    subject_namespaces: HashSet<String>,
    role: Option<Gvk>,
}

fn fix_field(
    resource: &mut Resource,
    field: Field<'_>,
    targets: &Targets,
    budget: &Arc<Budget>,
) -> Result<(), FieldError> {
    let Field { spec, target } = field;
    // Nothing is copied for a field that names nothing that changed.
    if !(Search { field, targets }).leads_to_a_change(resource.node(), &spec.path)? {
        return Ok(());
    }
    let referrer = Referrer::of(resource, spec);
    let finder = Finder { referrer, target, targets, budget };
    let created = Created::at(resource.span);
    let mut changed = resource.node().clone();
    spec.visit(&mut changed, Leaf::Never, &created, &mut |node| finder.fix(node))?;
    resource.edit(|node| *node = changed);
    Ok(())
}

/// The walk to a field, before anything is changed.
struct Search<'a> {
    field: Field<'a>,
    targets: &'a Targets,
}

impl Search<'_> {
    /// Whether a name that changed stands at the end of a path (kustomize: `filters/fieldspec`, `filters/nameref` `set`).
    fn leads_to_a_change(&self, node: &Node, path: &[String]) -> Result<bool, FieldError> {
        let Some((first, rest)) = path.split_first() else { return self.any_of(node) };
        match node.value() {
            Value::Sequence(items) => any(items, |item| self.leads_to_a_change(item, path)),
            Value::Mapping(_) => {
                let name = first.strip_suffix("[]").unwrap_or(first);
                // The walk that changes tells of an empty name.
                let below = node.get(name).filter(|_| !name.is_empty());
                below.map_or(Ok(name.is_empty()), |below| self.leads_to_a_change(below, rest))
            }
            Value::Scalar(_) if node.is_null() => Ok(false),
            Value::Scalar(_) => self.refuse(node, "where a mapping or a list is expected"),
        }
    }

    fn any_of(&self, node: &Node) -> Result<bool, FieldError> {
        match node.value() {
            Value::Sequence(items) => any(items, |item| match item.value() {
                Value::Sequence(_) => self.refuse(item, "where a name or a mapping is expected"),
                _ => self.has_changed(item),
            }),
            _ => self.has_changed(node),
        }
    }

    fn has_changed(&self, node: &Node) -> Result<bool, FieldError> {
        match node.value() {
            // A mapping follows into another namespace, too.
            Value::Mapping(_) => match node.get("name") {
                None => self.refuse(node, "without a `name`"),
                Some(name) => Ok(name.scalar_text().is_some_and(|n| self.targets.by_former_name.contains_key(n))),
            },
            _ => Ok(node.scalar_text().is_some_and(|name| self.targets.renamed.contains(name))),
        }
    }

    fn refuse(&self, node: &Node, but: &str) -> Result<bool, FieldError> {
        let (path, kind) = (self.field.spec.path_text(), &*self.field.target.kind);
        let of = if kind.is_empty() { String::new() } else { format!(" of a {kind}") };
        let message = format!("kustomize looks for the name{of} at `{path}`, and this is {} {but}", node.describe());
        Err(FieldError { span: node.span(), message })
    }
}

/// Whether anything fits; the rest is looked at all the same, for it may be wrong.
fn any(items: &[Node], fits: impl Fn(&Node) -> Result<bool, FieldError>) -> Result<bool, FieldError> {
    items.iter().try_fold(false, |found, item| Ok(fits(item)? || found))
}

impl Referrer {
    fn of(resource: &Resource, spec: &FieldSpec) -> Referrer {
        let text = |node: &Node, key: &str| node.get(key).and_then(Node::scalar_text).map(str::to_owned);
        let is_binding = &*resource.id().gvk.kind == "RoleBinding";
        let subjects = resource.node().get("subjects").filter(|_| is_binding).map(Node::items).unwrap_or_default();
        let accounts = subjects.iter().filter(|s| text(s, "kind").as_deref() == Some("ServiceAccount"));
        let role = resource.node().get("roleRef").filter(|_| spec.path == ["roleRef", "name"]);
        let role = role.and_then(|r| Some((text(r, "apiGroup")?, text(r, "kind")?)));
        Referrer {
            id: resource.id().clone(),
            prefixes: resource.prefixes.clone(),
            suffixes: resource.suffixes.clone(),
            subject_namespaces: accounts.filter_map(|s| text(s, "namespace")).collect(),
            role: role.map(|(group, kind)| Gvk { group: group.into(), version: "".into(), kind: kind.into() }),
        }
    }

    /// Whether an object of another namespace can be meant (kustomize: `SubsetThatCouldBeReferencedByResource`).
    fn can_see(&self, target: &Resource) -> bool {
        self.id.is_cluster_scoped()
            || target.id().is_cluster_scoped()
            || target.id().namespace == self.id.namespace
            || self.subject_namespaces.contains(target.namespace())
    }

    fn shares_namespace(&self, target: &Resource) -> bool {
        self.id.is_cluster_scoped()
            || target.id().is_cluster_scoped()
            || &*target.id().gvk.kind == "ServiceAccount"
            || target.id().namespace == self.id.namespace
    }

    fn same_affixes(&self, target: &Resource, empty: Empty) -> bool {
        let same = |one: &[Arc<str>], other: &[Arc<str>]| match empty {
            Empty::Fits if one.is_empty() || other.is_empty() => true,
            _ => same_ending(one, other),
        };
        same(&target.prefixes, &self.prefixes) && same(&target.suffixes, &self.suffixes)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Empty {
    Fits,
    Counts,
}

fn same_ending(one: &[Arc<str>], other: &[Arc<str>]) -> bool {
    let (short, long) = if one.len() <= other.len() { (one, other) } else { (other, one) };
    if short.is_empty() { long.is_empty() } else { long.ends_with(short) }
}

struct Finder<'a> {
    referrer: Referrer,
    target: &'a Gvk,
    targets: &'a Targets,
    budget: &'a Arc<Budget>,
}

impl<'a> Finder<'a> {
    fn fix(&self, node: &mut Node) -> Result<(), FieldError> {
        match node.value() {
            Value::Sequence(_) => node.items_mut().iter_mut().try_for_each(|item| self.fix_item(item)),
            _ => self.fix_item(node),
        }
    }

    fn fix_item(&self, node: &mut Node) -> Result<(), FieldError> {
        if node.is_null() {
            return Ok(());
        }
        if node.is_mapping() {
            return self.fix_mapping(node);
        }
        let Some(name) = node.scalar_text() else { return Ok(()) };
        let Some(target) = self.find(name, |_| true, same_name, node)? else { return Ok(()) };
        if &*target.id().name != name {
            let renamed = renamer(target, node).replace(Some(node), &*target.id().name, Tag::Untyped);
            *node = self.setter(target, node).replace(Some(&renamed), &*target.id().name, Tag::Untyped);
        }
        Ok(())
    }

    /// A mapping with `name` and `namespace`, as the subjects of bindings have.
    fn fix_mapping(&self, node: &mut Node) -> Result<(), FieldError> {
        // One without a name was refused before.
        let Some(name) = node.get("name").and_then(Node::scalar_text) else { return Ok(()) };
        let namespace = node.get("namespace").map(|n| n.scalar_text().unwrap_or_default().to_owned());
        let formerly_there = namespace.as_deref().is_some_and(|ns| {
            self.targets.all.iter().any(|t| self.referrer.can_see(t) && &*t.original_id().namespace == ns)
        });
        let in_namespace = |target: &Resource| match namespace.as_deref() {
            None => true,
            Some(ns) if formerly_there => &*target.original_id().namespace == ns,
            Some(ns) => &*target.id().namespace == ns,
        };
        let same = |a: &Resource, b: &Resource| same_name(a, b) && a.namespace() == b.namespace();
        let Some(target) = self.find(name, in_namespace, same, node)? else { return Ok(()) };
        if &*target.id().name == name && target.namespace().is_empty() {
            return Ok(());
        }
        let setter = self.setter(target, node);
        let (name, namespace) = (target.id().name.to_string(), target.namespace().to_owned());
        if node.get("name").and_then(Node::scalar_text) != Some(&name) {
            setter.set_entry(node, "name", name, Tag::Untyped);
        }
        if !namespace.is_empty() && node.get("namespace").and_then(Node::scalar_text) != Some(&namespace) {
            setter.set_entry(node, "namespace", namespace, Tag::Untyped);
        }
        Ok(())
    }

    /// The reference keeps its own line; who renamed the object stands behind it.
    fn setter(&self, target: &Resource, node: &Node) -> Setter {
        Setter::new(who_renamed(target.node().at(&["metadata", "name"])), node.span(), self.budget)
    }

    fn find(
        &self,
        name: &str,
        in_namespace: impl Fn(&Resource) -> bool,
        same: impl Fn(&Resource, &Resource) -> bool,
        node: &Node,
    ) -> Result<Option<&'a Resource>, FieldError> {
        let referrer = &self.referrer;
        let was = |target: &Resource, gvk: &Gvk| target.previous_ids().iter().any(|id| selects(gvk, &id.gvk));
        let fits = |target: &&Resource| {
            in_namespace(target)
                && referrer.can_see(target)
                && was(target, self.target)
                && referrer.role.as_ref().is_none_or(|role| was(target, role))
                && referrer.shares_namespace(target)
        };
        let mut found: Vec<&Resource> = self.targets.formerly(name).filter(fits).collect();
        if found.len() > 1 {
            found.retain(|t| referrer.same_affixes(t, Empty::Fits));
        }
        if found.len() > 1 {
            found.retain(|t| referrer.same_affixes(t, Empty::Counts));
        }
        let Some((first, rest)) = found.split_first() else { return Ok(None) };
        if rest.iter().all(|other| same(first, other)) {
            return Ok(Some(first));
        }
        let names: Vec<String> = found.iter().map(|t| format!("`{}`", t.id().describe())).collect();
        let message = format!("`{name}` could mean several objects: {}", names.join(", "));
        Err(FieldError { span: node.span(), message })
    }
}

fn same_name(one: &Resource, other: &Resource) -> bool {
    one.id().name == other.id().name
}

/// Who renamed the object, and where that is written.
fn renamer(target: &Resource, node: &Node) -> Setter {
    let name = target.node().at(&["metadata", "name"]);
    Setter::free(who_renamed(name), name.map_or(node.span(), Node::span))
}

fn who_renamed(name: Option<&Node>) -> SetBy {
    name.and_then(|n| n.origin().over).map_or(SetBy::Field("namespace"), |over| over.by.clone())
}
