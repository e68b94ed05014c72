//! A release of a chart: the objects that it puts into a cluster, and what is wrong with the chart.

pub(crate) mod changing;
pub(crate) mod doubled;
pub(crate) mod installed;
pub(crate) mod lint;
pub(crate) mod placed;
