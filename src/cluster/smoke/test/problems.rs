//! What is wrong with a test before it is run. Pure.

use reqwest::Url;
use seatrial_api::stays_below;
use seatrial_transport::{Origin, is_barred};

use crate::probes::http::expectation::Expectation;
use crate::probes::rollout::Workload;
use crate::probes::{command, grpc, job, tcp};
use crate::service::endpoint::{Endpoint, is_dns_name};
use crate::{Http, Method, Probe, Test, When, parse_duration};

/// Whoever runs a test more often has another problem.
const MOST_RETRIES: u32 = 10;

/// Headers that the API server reads itself, so that a test through it cannot send them.
const OF_THE_SERVER: [&str; 6] =
    ["authorization", "host", "connection", "upgrade", "content-length", "transfer-encoding"];

/// Checks a test without running it: durations, regular expressions, JSON pointers, `service` or `url`. Sentences.
#[must_use]
pub fn problems(test: &Test) -> Vec<String> {
    let mut problems = match &test.probe {
        Probe::Http(http) => of_http(http),
        Probe::Tcp(tcp) => tcp::problems(tcp),
        Probe::Grpc(grpc) => grpc::problems(grpc),
        Probe::Rollout(rollout) => {
            let workload = Workload::parse(&rollout.workload).err();
            workload.into_iter().chain(of_timeout(rollout.timeout.as_deref())).collect()
        }
        Probe::Job(job) => job::problems(job),
        Probe::Command(command) => command::problems(command),
        Probe::HelmTest(_) => Vec::new(),
    };
    problems.extend(of_options(test));
    problems
}

fn of_options(test: &Test) -> Vec<String> {
    let options = &test.options;
    let mut problems: Vec<String> = of_timeout(options.timeout.as_deref()).into_iter().collect();
    let own = match &test.probe {
        Probe::Http(http) => http.timeout.as_ref(),
        Probe::Rollout(rollout) => rollout.timeout.as_ref(),
        _ => None,
    };
    if own.is_some() && options.timeout.is_some() {
        let kind = test.probe.kind();
        problems.push(format!("`timeout` stands beside `{kind}` and in it; keep one"));
    }
    if options.retries > MOST_RETRIES {
        problems.push(format!("`retries` is {}; write a number up to {MOST_RETRIES}", options.retries));
    }
    if options.needs.contains(&test.name) {
        problems.push(format!("`needs` names `{}`, the test itself", test.name));
    }
    problems.extend(options.when.iter().flat_map(When::problems));
    problems
}

fn of_http(http: &Http) -> Vec<String> {
    let mut problems = Vec::new();
    match (&http.service, &http.url) {
        (None, None) => problems.push("`http` has neither `service` nor `url`".to_owned()),
        (Some(_), Some(_)) => problems.push("`http` has both `service` and `url`; keep one".to_owned()),
        (Some(service), None) => problems.extend(of_service(service, http)),
        (None, Some(url)) => problems.extend(of_url(url, http)),
    }
    if let Some(path) = http.path.as_deref().filter(|path| !path.starts_with('/')) {
        problems.push(format!("`http.path` is `{path}`; it must begin with `/`"));
    }
    if http.body.is_some() && matches!(http.method.unwrap_or_default(), Method::Get | Method::Head) {
        problems.push("`http.body` is sent with a `method` such as `POST`; a GET has none".to_owned());
    }
    for name in http.headers.keys().filter(|name| !is_header_name(name)) {
        problems.push(format!("`http.headers` has `{name}`, which is not a valid header name"));
    }
    problems.extend(of_timeout(http.timeout.as_deref()));
    problems.extend(Expectation::new(&http.expect).err().unwrap_or_default());
    problems
}

fn of_service(service: &str, http: &Http) -> Vec<String> {
    let mut problems: Vec<String> = Endpoint::problem("http.service", service).into_iter().collect();
    let port = http.port.as_deref().map(|port| port.strip_prefix("https:").unwrap_or(port));
    if let Some(port) = port.filter(|port| !is_dns_name(port)) {
        problems.push(format!("`http.port` is `{port}`; write the port's name or number"));
    }
    if !http.redirects.is_empty() {
        problems.push("`http.redirects` belongs to `url`; redirects of a service are followed within it".to_owned());
    }
    if let Some(path) = http.path.as_deref().filter(|path| !stays_below(path)) {
        problems.push(format!("`http.path` is `{path}`, which leads out of the service"));
    }
    for name in http.headers.keys() {
        let lower = name.to_ascii_lowercase();
        let taken = OF_THE_SERVER.contains(&lower.as_str());
        if taken || lower.starts_with("impersonate-") || lower.starts_with("x-remote-") {
            problems.push(format!(
                "`http.headers` has `{name}`, which the API server reads itself: use `url` for such a test"
            ));
        }
    }
    problems
}

/// Placeholders may still stand in it: only what no placeholder can mend is wrong.
fn of_url(url: &str, http: &Http) -> Vec<String> {
    let mut problems = Vec::new();
    if !url.starts_with("https://") && !url.starts_with("http://") {
        problems.push(format!("`http.url` is `{url}`; it must begin with `https://` or `http://`"));
    }
    if http.port.is_some() {
        problems.push("`http.port` belongs to `service`; with `url`, write the port in the address".to_owned());
    }
    if is_never_asked(url) {
        problems.push(format!("`http.url` is `{url}`, a link-local or metadata address, which is never contacted"));
    }
    if let Some(path) = http.path.as_deref().filter(|path| path.starts_with("//") || path.starts_with("/\\")) {
        problems.push(format!("`http.path` is `{path}`, which names another host; it must begin with a single `/`"));
    }
    problems.extend(http.redirects.iter().filter_map(|origin| of_redirect(origin)));
    problems
}

fn of_redirect(origin: &str) -> Option<String> {
    if is_never_asked(origin) {
        return Some(format!(
            "`http.redirects` has `{origin}`, a link-local or metadata address, which is never contacted"
        ));
    }
    let is_wrong = Origin::parse(origin).is_none() && !origin.contains('{');
    is_wrong.then(|| format!("`http.redirects` has `{origin}`; write an origin, such as `https://login.example.com`"))
}

fn is_never_asked(address: &str) -> bool {
    Url::parse(address).is_ok_and(|url| is_barred(&url))
}

fn of_timeout(timeout: Option<&str>) -> Option<String> {
    parse_duration(timeout?).err().map(|sentence| format!("`timeout`: {sentence}"))
}

fn is_header_name(name: &str) -> bool {
    http::HeaderName::try_from(name).is_ok()
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;
    use crate::TestOptions;

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Case {
        name: String,
        test: Probe,
        #[serde(default)]
        options: TestOptions,
        #[serde(default)]
        problems: Vec<String>,
    }

    #[test]
    fn every_test_is_judged_as_the_table_says() {
        let cases: Vec<Case> = serde_saphyr::from_str(include_str!("../testdata/problems.yaml")).expect("valid YAML");
        for case in cases {
            let found = problems(&Test { name: "x".to_owned(), probe: case.test, options: case.options });
            assert_eq!(found, case.problems, "{}", case.name);
        }
    }
}
