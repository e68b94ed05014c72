//! The namespace transformer (kustomize: `filters/namespace`).

use seatrial_model::{Finding, Node};

use crate::fields::defaults::METADATA_NAMESPACE;
use crate::fields::spec::{Created, FieldError, FieldSpec, Leaf};
use crate::gather::accumulator::Accumulator;
use crate::objects::resource::Resource;
use crate::values::scalar::{Setter, Tag};
use crate::values::size::Size;

/// Whose subjects follow (kustomize: `setRoleBindingSubjects`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Subjects {
    /// Those called `default`.
    #[default]
    DefaultOnly,
    /// All service accounts.
    AllServiceAccounts,
    /// None.
    None,
}

/// Which namespaces are replaced.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Replace {
    /// Every one.
    #[default]
    All,
    /// Those that are missing or empty (kustomize: `unsetOnly`).
    Unset,
}

/// How namespaces are set.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Mode {
    pub(crate) subjects: Subjects,
    pub(crate) replace: Replace,
}

/// Moves everything that has a namespace into the one that `value` names.
pub(crate) fn set_namespace(
    resources: &mut Accumulator,
    value: &Node,
    mode: Mode,
    specs: &[FieldSpec],
    findings: &mut Vec<Finding>,
) {
    let Some(namespace) = value.as_str().filter(|n| !n.is_empty()) else { return };
    let setter = Setter::field("namespace", value.span(), &resources.budget);
    let mover = Mover { namespace, mode, setter: &setter };
    resources.transform(&setter, "namespace", findings, |resource| {
        if resource.is_from_chart {
            return Ok(());
        }
        resource.store_previous_id();
        mover.move_one(resource, specs)
    });
    resources.drop_duplicates(findings);
}

/// Sets the namespace of one object, and that of a binding's subjects (kustomize: `namespace.Filter` without field specifications).
pub(crate) fn set_namespace_of(resource: &mut Resource, namespace: &str, setter: &Setter) -> Result<(), FieldError> {
    Mover { namespace, mode: Mode::default(), setter }.move_one(resource, &[])
}

struct Mover<'a> {
    namespace: &'a str,
    mode: Mode,
    setter: &'a Setter,
}

impl Mover<'_> {
    fn move_one(&self, resource: &mut Resource, specs: &[FieldSpec]) -> Result<(), FieldError> {
        let gvk = resource.id().gvk.clone();
        let cluster_scoped = resource.id().is_cluster_scoped();
        let is_binding = |kind: &str| kind == "RoleBinding" || kind == "ClusterRoleBinding";
        let own = specs.iter().filter(|s| {
            let subjects = is_binding(&gvk.kind) && is_binding(&s.gvk.kind) && s.is(&["subjects", "namespace"]);
            // The name of a Namespace follows only in the core group.
            let name = s.is(&["metadata", "name"]) && !(gvk.group.is_empty() && &*gvk.version == "v1");
            s.selects(&gvk) && !subjects && !name && !s.is(&["metadata", "namespace"])
        });
        resource.edit(|node| {
            if !cluster_scoped {
                self.set_metadata_namespace(node)?;
            }
            if is_binding(&gvk.kind) {
                self.set_subjects(node)?;
            }
            for spec in own {
                spec.visit(node, Leaf::Scalar, &Created::by(self.setter), &mut |field| self.set_scalar(field))?;
            }
            Ok(())
        })
    }

    fn set_metadata_namespace(&self, node: &mut Node) -> Result<(), FieldError> {
        let has_none = |metadata: &Node| metadata.is_mapping() && metadata.get("namespace").is_none();
        if node.get("metadata").is_some_and(has_none) {
            return self.add_metadata_namespace(node);
        }
        let spec = &*METADATA_NAMESPACE;
        spec.visit(node, Leaf::Scalar, &Created::by(self.setter), &mut |field| self.set_scalar(field))
    }

    /// The same where the metadata has none, as most have: they are copied once.
    fn add_metadata_namespace(&self, node: &mut Node) -> Result<(), FieldError> {
        if self.setter.may_add(Size { bytes: "namespace".len(), ..Size::containers(1) })
            && let Some(metadata) = node.get_mut("metadata")
        {
            metadata.set("namespace", self.setter.replace(None, self.namespace, Tag::String));
        }
        Ok(())
    }

    /// Other service accounts follow with the references to them.
    fn set_subjects(&self, node: &mut Node) -> Result<(), FieldError> {
        let (key, wanted) = match self.mode.subjects {
            Subjects::None => return Ok(()),
            Subjects::DefaultOnly => ("name", "default"),
            Subjects::AllServiceAccounts => ("kind", "ServiceAccount"),
        };
        let follows = |s: &Node| s.get(key).and_then(Node::scalar_text) == Some(wanted);
        if !node.get("subjects").is_some_and(|s| s.items().iter().any(follows)) {
            return Ok(());
        }
        let Some(subjects) = node.get_mut("subjects") else { return Ok(()) };
        for subject in subjects.items_mut().iter_mut().filter(|s| follows(s)) {
            if subject.get("namespace").is_none_or(Node::is_null) {
                subject.set("namespace", self.setter.replace(None, self.namespace, Tag::String));
            } else if let Some(field) = subject.get_mut("namespace") {
                self.set_scalar(field)?;
            }
        }
        Ok(())
    }

    fn set_scalar(&self, field: &mut Node) -> Result<(), FieldError> {
        let Some(text) = field.scalar_text() else {
            return Err(FieldError { span: field.span(), message: format!("is {}, not a string", field.describe()) });
        };
        if self.mode.replace == Replace::Unset && !field.is_null() && !text.is_empty() {
            return Ok(());
        }
        *field = self.setter.replace(Some(field), self.namespace, Tag::String);
        Ok(())
    }
}
