//! Many objects of one kind and namespace: read by lists where that takes fewer requests than asking for each.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};

use kube::core::params::ListParams;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::call::MostBody;
use crate::cluster::destination::Destination;
use crate::cluster::discovery::{Served, not_kubernetes};
use crate::cluster::{PAGE, with_type};
use crate::{ApiError, Cluster};

/// Fewer are asked for one by one.
const FEWEST: usize = 8;

/// A larger page is given up: then objects are asked for one by one.
const MOST_OF_A_PAGE: usize = 16 << 20;

/// What lists told of the objects that were asked for.
#[derive(Debug, Default)]
pub struct Listed {
    found: HashMap<String, Value>,
    is_complete: bool,
}

impl Listed {
    /// The object of this name, or that there is none; the outer `None`: the lists do not tell, so that it has to be asked for.
    pub fn take(&mut self, name: &str) -> Option<Option<Value>> {
        let found = self.found.remove(name);
        (found.is_some() || self.is_complete).then_some(found)
    }
}

#[derive(Deserialize)]
struct Page<'a> {
    #[serde(default)]
    metadata: PageMetadata<'a>,
    #[serde(borrow)]
    items: Vec<&'a RawValue>,
}

#[derive(Default, Deserialize)]
struct PageMetadata<'a> {
    #[serde(default, rename = "continue", borrow)]
    next: Cow<'a, str>,
}

#[derive(Deserialize)]
struct Item<'a> {
    #[serde(borrow)]
    metadata: ItemMetadata<'a>,
}

#[derive(Deserialize)]
struct ItemMetadata<'a> {
    #[serde(borrow)]
    name: Cow<'a, str>,
}

impl Cluster {
    /// Looks for objects of one kind and namespace in lists. It never fails: an object that the lists do not have is read by itself.
    ///
    /// Not listed, or not to the end, are: few objects; Secrets, as who may read one may not read all; what must not be listed; and
    /// namespaces with far more objects than are asked for.
    pub async fn list_named(
        &self,
        api_version: &str,
        kind: &str,
        namespace: Option<&str>,
        names: &BTreeSet<&str>,
    ) -> Listed {
        let mut listed = Listed::default();
        let Some(first) = names.first().filter(|_| names.len() >= FEWEST && kind != "Secret") else { return listed };
        let served = self.served(api_version, kind).await;
        let target = self.target(api_version, kind, namespace, first).await;
        let (Ok(served), Ok(target)) = (served, target) else { return listed };
        let mut parameters = ListParams::default().limit(PAGE);
        for _ in 0..most_pages(names.len()) {
            let Ok((objects, next)) = self.page(&target, &served, &parameters, names).await else { return listed };
            listed.found.extend(objects);
            listed.is_complete = next.is_empty();
            if listed.is_complete {
                break;
            }
            parameters.continue_token = Some(next);
        }
        listed
    }

    /// The objects of a page that were asked for, and how to ask for the page behind it.
    async fn page(
        &self,
        target: &Destination,
        served: &Served,
        parameters: &ListParams,
        names: &BTreeSet<&str>,
    ) -> Result<(Vec<(String, Value)>, String), ApiError> {
        let mut call = target.read("list", target.request.list(parameters))?;
        call.body = MostBody::Refuse(MOST_OF_A_PAGE);
        let answer = self.line().call(&call).await?;
        let (objects, next) = read(&answer.body, names).map_err(|_| not_kubernetes(answer.status))?;
        Ok((objects.into_iter().map(|(name, item)| (name, with_type(item, served))).collect(), next))
    }
}

/// Twice the pages that the objects alone would fill, and one.
fn most_pages(objects: usize) -> usize {
    1 + 2 * objects / PAGE as usize
}

/// Only what was asked for becomes values.
fn read(body: &[u8], names: &BTreeSet<&str>) -> Result<(Vec<(String, Value)>, String), serde_json::Error> {
    let page: Page<'_> = serde_json::from_slice(body)?;
    let mut objects = Vec::new();
    for item in page.items {
        let name = serde_json::from_str::<Item<'_>>(item.get())?.metadata.name;
        if names.contains(name.as_ref()) {
            objects.push((name.into_owned(), serde_json::from_str(item.get())?));
        }
    }
    Ok((objects, page.metadata.next.into_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_gives_what_was_asked_for() {
        let body = br#"{"kind": "ConfigMapList", "metadata": {"resourceVersion": "7", "continue": "more\u0041"},
            "items": [{"metadata": {"name": "other"}}, {"data": {"a": "b"}, "metadata": {"labels": {}, "name": "web"}}]}"#;
        let (objects, next) = read(body, &BTreeSet::from(["web", "api"])).expect("a page");
        assert_eq!(objects.len(), 1);
        assert_eq!((objects[0].0.as_str(), &objects[0].1["data"]["a"]), ("web", &Value::from("b")));
        assert_eq!(next, "moreA");
        assert!(read(br#"{"items": [{}]}"#, &BTreeSet::new()).is_err(), "an item without a name");
    }

    #[test]
    fn only_a_complete_list_says_that_there_is_none() {
        let found = || HashMap::from([("web".to_owned(), Value::Null)]);
        let mut listed = Listed { found: found(), is_complete: false };
        assert_eq!((listed.take("web"), listed.take("api")), (Some(Some(Value::Null)), None));
        let mut listed = Listed { found: found(), is_complete: true };
        assert_eq!((listed.take("web"), listed.take("api")), (Some(Some(Value::Null)), Some(None)));
    }
}
