//! The live state of objects: listed where that takes fewer requests, and read one by one where the lists do not have it.

use std::collections::{BTreeMap, BTreeSet};

use futures::{StreamExt, stream};
use seatrial_api::{ApiError, Listed};
use serde_json::Value;

use crate::plan::AT_ONCE;
use crate::plan::place::Placed;
use crate::work::{Stop, Work};

/// What is listed together: version, kind and namespace.
type Group<'p> = (String, &'p str, Option<&'p str>);

/// What the cluster has of an object, or why it does not say.
pub(crate) type Answer = Result<Option<Value>, ApiError>;

/// Each object and its live state, in the same order.
pub(crate) async fn live<'p, 'm>(
    work: &Work<'_>,
    objects: &'p [Placed<'m>],
) -> Result<Vec<(&'p Placed<'m>, Answer)>, Stop> {
    work.enter("reading what is on the cluster");
    let mut names: BTreeMap<Group<'p>, BTreeSet<&'p str>> = BTreeMap::new();
    for placed in objects {
        names.entry(group(placed)).or_default().insert(&placed.id.name);
    }
    let list = |(of, names): (Group<'p>, BTreeSet<&'p str>)| async move {
        let listed = work.cluster.list_named(&of.0, of.1, of.2, &names).await;
        (of, listed)
    };
    let listed: Vec<_> = work.until(stream::iter(names).map(list).buffered(AT_ONCE).collect()).await?;
    let mut listed: BTreeMap<Group<'p>, Listed> = listed.into_iter().collect();
    let told =
        |placed: &'p Placed<'m>| (placed, listed.get_mut(&group(placed)).and_then(|of| of.take(&placed.id.name)));
    let told: Vec<_> = objects.iter().map(told).collect();
    let ask = |(placed, told): (&'p Placed<'m>, Option<Option<Value>>)| async move {
        match told {
            Some(live) => (placed, Ok(live)),
            None => (placed, work.cluster.get(&placed.api_version(), &placed.id).await),
        }
    };
    work.until(stream::iter(told).map(ask).buffered(AT_ONCE).collect()).await
}

fn group<'p>(placed: &'p Placed<'_>) -> Group<'p> {
    (placed.api_version(), &placed.id.kind, placed.id.namespace.as_deref())
}
