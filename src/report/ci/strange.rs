//! Event files that are cut off or of another event, and variables that are endless or left as they were written: on GitHub Actions, too,
//! a fork is never trusted for them, and nothing endless is repeated.

use serde_json::{Value, json};

use crate::fixtures::{fixtures, spoilt_twice, told};
use crate::{CallerSays, CiContext, Trust};

type Environment = std::collections::BTreeMap<String, String>;

fn context(env: &Environment, event: Option<&str>) -> Option<CiContext> {
    CiContext::detect(env, event, &CallerSays::default()).ok()
}

/// Those of GitHub Actions.
fn of_github() -> impl Iterator<Item = (String, Environment, Option<String>)> {
    fixtures().into_iter().filter(|(name, ..)| name.starts_with("github-"))
}

#[test]
fn whatever_else_is_missing_a_forks_event_is_never_trusted_on_github() {
    let mut cases = 0;
    for (name, env, event) in of_github().filter(|(name, ..)| name.contains("fork")) {
        for env in spoilt_twice(&env, "GITHUB_EVENT_NAME") {
            let Some(context) = context(&env, event.as_deref()) else { continue };
            assert_ne!(context.trust, Trust::Trusted, "{name}: {:?}", env.keys());
            cases += 1;
        }
    }
    assert!(cases > 1000, "{cases} cases");
}

#[test]
fn no_variable_of_a_megabyte_is_repeated() {
    let endless = "x".repeat(1 << 20);
    for (name, env, event) in fixtures() {
        for variable in env.keys() {
            let mut env = env.clone();
            env.insert(variable.clone(), endless.clone());
            let Some(context) = context(&env, event.as_deref()) else { continue };
            let told = told(&context);
            assert!(told.len() < 8_000, "{name}: {variable}: {} bytes: {}", told.len(), &told[..500]);
        }
    }
}

#[test]
fn an_endless_event_is_not_repeated_either() {
    let endless = "x".repeat(1 << 20);
    for (name, env, event) in of_github() {
        let Some(event) = event.and_then(|text| serde_json::from_str::<Value>(&text).ok()) else { continue };
        for at in strings(&event, "") {
            let mut event = event.clone();
            *event.pointer_mut(&at).expect("is there") = json!(endless);
            let context = context(&env, Some(&event.to_string())).expect("one host");
            let told = told(&context);
            assert!(told.len() < 8_000, "{name}: {at}: {} bytes", told.len());
        }
    }
}

/// Pointers to all strings.
fn strings(value: &Value, at: &str) -> Vec<String> {
    match value {
        Value::String(_) => vec![at.to_owned()],
        Value::Object(fields) => {
            fields.iter().flat_map(|(name, value)| strings(value, &format!("{at}/{name}"))).collect()
        }
        Value::Array(items) => {
            items.iter().enumerate().flat_map(|(index, value)| strings(value, &format!("{at}/{index}"))).collect()
        }
        _ => Vec::new(),
    }
}

/// Where a pull request comes from its own event says, and no other.
#[test]
fn the_event_file_of_another_event_vouches_for_nothing() {
    let odd = [
        "",
        " ",
        "null",
        "[]",
        "7",
        "\"x\"",
        "{}",
        r#"{"pull_request": null}"#,
        r#"{"pull_request": []}"#,
        "\u{feff}{}",
    ];
    let events: Vec<(String, String)> = of_github().filter_map(|(name, _, event)| Some((name, event?))).collect();
    let odd = odd.map(|text| (text.to_owned(), text.to_owned()));
    let of_a_pull_request = |name: &str| name.contains("-pull_request");
    let mut cases = 0;
    for (name, env, _) in of_github() {
        let asks = of_a_pull_request(&name) || name.starts_with("github-workflow_run");
        for (of, event) in events.iter().chain(&odd) {
            let context = context(&env, Some(event)).expect("one host");
            let same_kind = name.starts_with("github-workflow_run") == of.starts_with("github-workflow_run")
                && (of_a_pull_request(of) || of.starts_with("github-workflow_run") || of.contains("enterprise"));
            if asks && !same_kind {
                assert_ne!(context.trust, Trust::Trusted, "{name} with the event of {of}");
                assert_eq!(context.pull_request, None, "{name} with the event of {of}");
                assert!(!context.notices.is_empty(), "{name} with the event of {of}: it is told");
            }
            cases += 1;
        }
    }
    assert!(cases > 500, "{cases} cases");
}

#[test]
fn an_event_file_that_is_cut_off_vouches_for_nothing() {
    for (name, env, event) in
        of_github().filter(|(name, ..)| name.contains("-pull_request") || name.contains("-workflow_run"))
    {
        let Some(event) = event.filter(|event| serde_json::from_str::<Value>(event).is_ok()) else { continue };
        let event = event.trim_end();
        for end in (0..event.len()).filter(|end| event.is_char_boundary(*end)) {
            let context = context(&env, Some(&event[..end])).expect("one host");
            assert_ne!(context.trust, Trust::Trusted, "{name}: {end} bytes");
            assert!(context.notices.iter().any(|notice| notice.contains("is not valid JSON")), "{name}: {end} bytes");
        }
    }
}
