//! Which fields the transformers touch: kustomize's own tables and what `configurations` and `crds` add to them
//! (kustomize: `internal/plugins/builtinconfig`).
//!
//! A base's configuration counts for what includes it. Not here: reading files (`load`).

use std::sync::{Arc, LazyLock};

use crate::fields::defaults::{
    COMMON_ANNOTATIONS, COMMON_LABELS, IMAGE_FIELDS, NAME_FIELDS, NAMESPACES, REPLICA_COUNTS, TEMPLATE_LABELS,
    VAR_FIELDS,
};
use crate::fields::name_references::{NAME_REFERENCES, NameReference};
use crate::fields::spec::{Conflict, FieldSpec, merge_all};
use crate::objects::gvk::Gvk;
use crate::objects::order::kind_order;

/// The fields of every transformer.
#[derive(Clone, Debug, Default)]
pub(crate) struct TransformerConfig {
    pub(crate) name_prefix: Vec<FieldSpec>,
    pub(crate) name_suffix: Vec<FieldSpec>,
    pub(crate) namespace: Vec<FieldSpec>,
    pub(crate) common_labels: Vec<FieldSpec>,
    pub(crate) labels: Vec<FieldSpec>,
    pub(crate) template_labels: Vec<FieldSpec>,
    pub(crate) common_annotations: Vec<FieldSpec>,
    pub(crate) name_references: Vec<NameReference>,
    pub(crate) var_reference: Vec<FieldSpec>,
    pub(crate) images: Vec<FieldSpec>,
    pub(crate) replicas: Vec<FieldSpec>,
}

/// What is built in; shared, so that nothing is merged where no file adds anything.
static BUILT_IN: LazyLock<Arc<TransformerConfig>> = LazyLock::new(|| {
    let mut config = TransformerConfig {
        name_prefix: NAME_FIELDS.clone(),
        name_suffix: NAME_FIELDS.clone(),
        namespace: NAMESPACES.clone(),
        common_labels: COMMON_LABELS.clone(),
        labels: Vec::new(),
        template_labels: TEMPLATE_LABELS.clone(),
        common_annotations: COMMON_ANNOTATIONS.clone(),
        name_references: NAME_REFERENCES.clone(),
        var_reference: VAR_FIELDS.clone(),
        images: IMAGE_FIELDS.clone(),
        replicas: REPLICA_COUNTS.clone(),
    };
    config.sort();
    Arc::new(config)
});

/// Nothing yet.
static EMPTY: LazyLock<Arc<TransformerConfig>> = LazyLock::new(Arc::default);

impl TransformerConfig {
    /// What a build begins with.
    pub(crate) fn empty() -> Arc<TransformerConfig> {
        Arc::clone(&EMPTY)
    }

    /// kustomize's own.
    pub(crate) fn built_in() -> Arc<TransformerConfig> {
        Arc::clone(&BUILT_IN)
    }

    /// Both together, sorted as `self` is; those of `self` come first. Where two specifications disagree, nothing is added.
    pub(crate) fn merge(&mut self, more: &TransformerConfig) -> Result<(), Box<Conflict>> {
        let lengths = self.lists().map(<[FieldSpec]>::len);
        let referrers: Vec<usize> = self.name_references.iter().map(|reference| reference.referrers.len()).collect();
        let merged = self.append(more);
        if merged.is_err() {
            self.lists_mut().into_iter().zip(lengths).for_each(|(specs, length)| specs.truncate(length));
            self.name_references.truncate(referrers.len());
            let all = self.name_references.iter_mut().zip(referrers);
            all.for_each(|(reference, length)| reference.referrers.truncate(length));
            return merged;
        }
        for (specs, sorted) in self.lists_mut().into_iter().zip(lengths) {
            sort_appended(specs, sorted, |spec| &spec.gvk);
        }
        sort_appended(&mut self.name_references, referrers.len(), |reference| &reference.target);
        Ok(())
    }

    fn append(&mut self, more: &TransformerConfig) -> Result<(), Box<Conflict>> {
        for (specs, more) in self.lists_mut().into_iter().zip(more.lists()) {
            merge_all(specs, more)?;
        }
        more.name_references.iter().try_for_each(|reference| self.add_name_reference(reference))
    }

    /// Adds the referrers of a kind (kustomize: `nbrSlice.mergeOne`).
    pub(crate) fn add_name_reference(&mut self, more: &NameReference) -> Result<(), Box<Conflict>> {
        match self.name_references.iter_mut().find(|r| r.target == more.target) {
            Some(same) => merge_all(&mut same.referrers, &more.referrers),
            None => {
                self.name_references.push(more.clone());
                Ok(())
            }
        }
    }

    fn lists(&self) -> [&[FieldSpec]; 10] {
        [
            &self.name_prefix,
            &self.name_suffix,
            &self.namespace,
            &self.common_annotations,
            &self.common_labels,
            &self.labels,
            &self.template_labels,
            &self.var_reference,
            &self.images,
            &self.replicas,
        ]
    }

    fn lists_mut(&mut self) -> [&mut Vec<FieldSpec>; 10] {
        [
            &mut self.name_prefix,
            &mut self.name_suffix,
            &mut self.namespace,
            &mut self.common_annotations,
            &mut self.common_labels,
            &mut self.labels,
            &mut self.template_labels,
            &mut self.var_reference,
            &mut self.images,
            &mut self.replicas,
        ]
    }

    pub(crate) fn sort(&mut self) {
        for specs in self.lists_mut() {
            sort_appended(specs, 0, |spec| &spec.gvk);
        }
        sort_appended(&mut self.name_references, 0, |reference| &reference.target);
    }
}

/// Sorts a list of which the first ones are in order already; equal ones stay as they follow each other.
fn sort_appended<T>(list: &mut [T], sorted: usize, kind: impl Fn(&T) -> &Gvk) {
    if list.len() - sorted > sorted / 8 {
        list.sort_by_cached_key(|one| kind_order(kind(one)));
        return;
    }
    for at in sorted..list.len() {
        let order = kind_order(kind(&list[at]));
        let place = list[..at].partition_point(|other| kind_order(kind(other)) <= order);
        list[place..=at].rotate_right(1);
    }
}

/// `more` merged into a configuration, which is copied where others share it.
///
/// Every merge counts, even of a configuration with itself: a field specification for all kinds is left out where one for some kind stands
/// before it.
pub(crate) fn merge_shared(
    config: &mut Arc<TransformerConfig>,
    more: &Arc<TransformerConfig>,
) -> Result<(), Box<Conflict>> {
    if Arc::ptr_eq(more, &BUILT_IN) && (Arc::ptr_eq(config, &BUILT_IN) || Arc::ptr_eq(config, &EMPTY)) {
        *config = Arc::clone(more);
        return Ok(());
    }
    Arc::make_mut(config).merge(more)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_tables_stay_as_they_are_when_they_meet_again() {
        let mut config = TransformerConfig::clone(&TransformerConfig::built_in());
        config.merge(&TransformerConfig::built_in()).expect("no conflict");
        assert_eq!(config.lists(), TransformerConfig::built_in().lists());
        assert_eq!(config.name_references.len(), TransformerConfig::built_in().name_references.len());
        let mut config = TransformerConfig::default();
        config.merge(&TransformerConfig::built_in()).expect("no conflict");
        assert_eq!(config.lists(), TransformerConfig::built_in().lists());
    }

    #[test]
    fn one_field_that_is_created_and_not_created_is_a_conflict() {
        let mut config = TransformerConfig::clone(&TransformerConfig::built_in());
        let spec = FieldSpec::new("", "", "Deployment", "spec/template/metadata/labels", false);
        let more = TransformerConfig { common_labels: vec![spec.clone()], ..TransformerConfig::default() };
        let conflict = config.merge(&more).expect_err("they disagree");
        assert_eq!(conflict.second, spec);
        assert!(conflict.first.create);
    }
}
