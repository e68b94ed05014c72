//! What is pulled from registries and repositories of charts on loopback, and what is said where that fails.

use std::collections::BTreeMap;

use seatrial_registry::{Artifact, FetchError, HostSettings, Login, Registries};
use seatrial_test_servers::acr::{AcrFace, NULL_USER, Rights, Settings as Acr, Trouble};
use seatrial_test_servers::files::{Answer, Files, Reply};
use seatrial_test_servers::oci::{Blob, Package, digest};
use seatrial_test_servers::registry::Registry;
use seatrial_transport::{Private, Settings, Transport};

const CONFIG: &str = "application/vnd.cncf.helm.config.v1+json";
const LAYER: &str = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";

fn chart(content: &str) -> Package {
    let (config, layer) = (Blob::new(CONFIG, "{}"), Blob::new(LAYER, content.as_bytes().to_vec()));
    Package { config, layer, annotations: BTreeMap::new() }
}

fn registries_with(private: Private, hosts: &[(&str, Option<Login>)]) -> Registries {
    let transport = Transport::new(&Settings { private, ..Settings::default() }).expect("a client");
    let hosts = hosts.iter().map(|(host, login)| {
        let settings = HostSettings { plain_http: true, login: login.clone(), ..HostSettings::default() };
        ((*host).to_owned(), settings)
    });
    Registries::new(transport, hosts.collect())
}

fn registries(host: &str, login: Option<Login>) -> Registries {
    registries_with(Private::Allowed, &[(host, login)])
}

fn login(username: &str, password: &str) -> Option<Login> {
    Some(Login { username: username.to_owned(), password: password.to_owned().into() })
}

fn content(artifact: Result<Artifact, FetchError>) -> Result<(String, String), String> {
    let artifact = artifact.map_err(|error| error.to_string())?;
    assert_eq!(artifact.digest, digest(&artifact.bytes));
    Ok((artifact.version, String::from_utf8(artifact.bytes).expect("text")))
}

fn came(version: &str, content: &str) -> Result<(String, String), String> {
    Ok((version.to_owned(), content.to_owned()))
}

#[tokio::test]
async fn a_chart_is_pulled_by_tag_range_and_digest() {
    let registry = Registry::start_at(([127, 0, 0, 1], 0).into(), 2).await.expect("starts");
    let host = registry.host();
    let url = format!("oci://{host}/charts/web");
    for version in ["1.0.0", "1.2.0", "1.10.0", "2.0.0-rc.1", "0.1.0_build", "latest"] {
        registry.put("charts/web", version, &chart(version));
    }
    let registries = registries(&host, None);
    let pull = async |version: &str| content(registries.chart(&url, version).await);
    assert_eq!(pull("1.2.0").await, came("1.2.0", "1.2.0"));
    assert_eq!(pull("1.x").await, came("1.10.0", "1.10.0"));
    assert_eq!(pull("").await, came("1.10.0", "1.10.0"));
    assert_eq!(pull("0.1.0+build").await, came("0.1.0+build", "0.1.0_build"));
    let manifest = registries.digest(&url, "1.0.0").await.expect("is there");
    assert_eq!(pull(&manifest).await, came(&manifest, "1.0.0"));
    let none = format!("{host}/charts/web has no tag `1.0.1`; the newest is `1.10.0`");
    assert_eq!(pull("1.0.1").await, Err(none));
    let none = format!("{host}/charts/web has no version in `3.x`; the newest is `1.10.0`");
    assert_eq!(pull(">=3.0.0 <4").await, Err(none.replace("`3.x`", "`>=3.0.0 <4`")));
    let other = registries.chart(&format!("oci://{host}/charts/api"), "1.0.0").await;
    let private = "or it is private, and there are no credentials for it";
    assert_eq!(content(other), Err(format!("{host} has no repository `charts/api`, {private}")));
    let gone = registries.digest(&url, "1.0.9").await;
    assert!(matches!(gone, Err(FetchError::NotFound { .. })), "{gone:?}");
    let other = registries.digest(&format!("oci://{host}/charts/api"), "1.0.0").await;
    assert!(matches!(other, Err(FetchError::NotShown { .. })), "{other:?}");
    assert_eq!(registries.tags(&url).await.map(|tags| tags.len()), Ok(6));
}

#[tokio::test]
async fn what_is_not_a_chart_is_told_by_its_layers() {
    let registry = Registry::start().await;
    let host = registry.host();
    let layer = Blob::new("application/vnd.oci.image.layer.v1.tar+gzip", "x");
    registry.put("web", "1.0.0", &Package { layer, ..chart("") });
    let registries = registries(&host, None);
    let url = format!("oci://{host}/web");
    let told = format!("{host}/web:1.0.0 is not a chart: its layers are `application/vnd.oci.image.layer.v1.tar+gzip`");
    assert_eq!(content(registries.chart(&url, "1.0.0").await), Err(told));
    assert_eq!(content(registries.artifact(&url, "1.0.0", None).await), came("1.0.0", "x"));
}

#[tokio::test]
async fn a_token_is_got_for_a_login_and_kept() {
    let registry = Registry::start().await;
    registry.put("charts/web", "1.0.0", &chart("web"));
    let settings = Acr::new("shop.azurecr.io", &registry.url()).with_login("puller", "right", Rights::Pull);
    let face = AcrFace::start(settings).await;
    let url = format!("oci://{}/charts/web", face.host());
    let right = registries(&face.host(), login("puller", "right"));
    assert_eq!(content(right.chart(&url, "1.0.0").await), came("1.0.0", "web"));
    assert_eq!(content(right.chart(&url, "1.0.0").await), came("1.0.0", "web"));
    let tokens = face.requests().iter().filter(|request| request.contains("/oauth2/token")).count();
    assert_eq!(tokens, 1, "{:?}", face.requests());
    let denied = |with_login| FetchError::Denied { host: face.host(), status: 401, with_login };
    assert_eq!(registries(&face.host(), login("puller", "wrong")).chart(&url, "1.0.0").await, Err(denied(true)));
    let without = registries(&face.host(), None).chart(&url, "1.0.0").await;
    assert_eq!(without, Err(denied(false)));
    let text = without.expect_err("denied").to_string();
    assert!(text.ends_with("does not let us in (401), and there are no credentials for it"), "{text}");
}

#[tokio::test]
async fn a_refresh_token_of_azure_is_a_password() {
    let registry = Registry::start().await;
    registry.put("charts/web", "1.0.0", &chart("web"));
    let settings = Acr::new("shop.azurecr.io", &registry.url()).with_entra_token("entra", Rights::Pull);
    let face = AcrFace::start(settings).await;
    let form = "grant_type=access_token&service=shop.azurecr.io&access_token=entra";
    let transport = Transport::new(&Settings::default()).expect("a client");
    let request = transport.client().post(format!("{}/oauth2/exchange", face.url())).body(form);
    let kind = ("content-type", "application/x-www-form-urlencoded");
    let answer = request.header(kind.0, kind.1).send().await.expect("answered").bytes().await.expect("read");
    let answer: serde_json::Value = serde_json::from_slice(&answer).expect("JSON");
    let refresh = answer["refresh_token"].as_str().expect("a token");
    let url = format!("oci://{}/charts/web", face.host());
    for user in [NULL_USER, ""] {
        let registries = registries(&face.host(), login(user, refresh));
        assert_eq!(content(registries.chart(&url, "1.0.0").await), came("1.0.0", "web"), "{user}");
    }
    face.trouble("/v2/charts/web/manifests/1.0.0", 1, Trouble::Unavailable);
    let registries = registries(&face.host(), login(NULL_USER, refresh));
    assert_eq!(content(registries.chart(&url, "1.0.0").await), came("1.0.0", "web"), "it is asked again");
}

fn answer(status: u16) -> Answer {
    Answer::new(status, serde_json::Value::Null)
}

/// A registry that has one chart, whose blob answers so.
async fn registry_with_blob(blob: impl FnOnce(&[u8]) -> Reply) -> (Files, String) {
    let files = Files::start().await;
    let package = chart("web");
    files.put("/v2/web/manifests/1.0.0", Reply::Content(package.manifest().into()));
    files.put(&format!("/v2/web/blobs/{}", digest(b"web")), blob(b"web"));
    let url = format!("oci://{}/web", files.host());
    (files, url)
}

#[tokio::test]
async fn a_blob_that_is_cut_or_changed_is_not_taken() {
    for reply in [Reply::Content("wab".into()), Reply::Content("web2".into()), Reply::Cut("we".into())] {
        let is_cut = matches!(reply, Reply::Cut(_));
        let (files, url) = registry_with_blob(|_| reply).await;
        let told = content(registries(&files.host(), None).chart(&url, "1.0.0").await).expect_err("is wrong");
        let expected: &[&str] = match is_cut {
            true => &["was not read to its end", "closed the connection"],
            false => &["is not what its digest says"],
        };
        assert!(expected.iter().any(|says| told.contains(says)), "{told}");
    }
}

#[tokio::test]
async fn a_blob_may_lie_elsewhere_and_no_credential_goes_along() {
    let store = Files::start().await;
    store.put("/blob", Reply::Content("web".into()));
    let (files, url) = registry_with_blob(|_| Reply::Moved(format!("http://{}/blob", store.host()))).await;
    for path in ["/v2/web/manifests/1.0.0".to_owned(), format!("/v2/web/blobs/{}", digest(b"web"))] {
        files.guard(&path);
    }
    let came_there = registries(&files.host(), login("ann", "secret")).chart(&url, "1.0.0").await;
    assert_eq!(content(came_there), came("1.0.0", "web"));
    assert!(files.requests().iter().any(|request| request.contains("/blobs/") && request.contains(" as Basic ")));
    assert_eq!(store.requests(), ["GET /blob"]);
    let denied = registries(&files.host(), None).chart(&url, "1.0.0").await;
    assert!(matches!(denied, Err(FetchError::Denied { status: 401, with_login: false, .. })), "{denied:?}");
}

#[tokio::test]
async fn a_digest_is_one_before_it_becomes_a_part_of_an_address() {
    let files = Files::start().await;
    let url = format!("oci://{}/web", files.host());
    let registries = registries(&files.host(), None);
    let evil = "sha256:/../../../../admin/x";
    assert!(matches!(registries.chart(&url, evil).await, Err(FetchError::Wrong(_))));
    assert!(matches!(registries.digest(&url, evil).await, Err(FetchError::Wrong(_))));
    assert!(matches!(registries.digest(&url, "../x").await, Err(FetchError::Wrong(_))));
    assert!(files.requests().is_empty(), "{:?}", files.requests());
    let layer = serde_json::json!({ "mediaType": LAYER, "digest": evil, "size": 1 });
    files.put("/v2/web/manifests/1.0.0", Reply::Answer(Answer::new(200, serde_json::json!({ "layers": [layer] }))));
    assert!(matches!(registries.chart(&url, "1.0.0").await, Err(FetchError::Wrong(_))));
    assert_eq!(files.requests().len(), 1);
}

#[tokio::test]
async fn a_login_stays_where_it_is_safe() {
    let files = Files::start().await;
    files.put("/index.yaml", Reply::Content("entries: {web: [{version: 1.0.0, urls: [web.tgz]}]}\n".into()));
    files.put("/web.tgz", Reply::Content("web".into()));
    // The host is not one that may be asked without TLS: a chart may, a login does not go along.
    let transport = Transport::new(&Settings::default()).expect("a client");
    let settings = HostSettings { login: login("ann", "secret"), ..HostSettings::default() };
    let registries = Registries::new(transport, BTreeMap::from([(files.host(), settings)]));
    let url = format!("http://{}/web", files.host());
    assert_eq!(content(registries.chart(&url, "1.0.0").await), came("1.0.0", "web"));
    assert_eq!(files.requests(), ["GET /index.yaml", "GET /web.tgz"]);
}

#[tokio::test]
async fn a_private_address_is_asked_only_where_somebody_with_the_say_names_it() {
    let store = Files::start().await;
    store.put("/blob", Reply::Content("web".into()));
    let (files, url) = registry_with_blob(|_| Reply::Moved(format!("http://{}/blob", store.host()))).await;
    let host = files.host();
    let nobody = registries_with(Private::Only(Vec::new()), &[(&host, None)]);
    let told = nobody.chart(&url, "1.0.0").await.expect_err("is refused");
    assert!(matches!(told, FetchError::Refused(_)), "{told:?}");
    assert!(files.requests().is_empty());
    let named = registries_with(Private::Only(vec![host.clone()]), &[(&host, None)]);
    // Both are 127.0.0.1, and a name is judged without its port.
    assert_eq!(content(named.chart(&url, "1.0.0").await), came("1.0.0", "web"));
    let port = host.rsplit_once(':').expect("a port").1;
    let by_name = format!("oci://localhost:{port}/web");
    let told = named.chart(&by_name, "1.0.0").await.expect_err("is refused");
    assert!(matches!(told, FetchError::Refused(_)), "{told:?}");
    let local = format!("localhost:{port}");
    let redirected = registries_with(Private::Only(vec![local.clone()]), &[(&local, None)]);
    let told = redirected.chart(&by_name, "1.0.0").await.expect_err("its blob is elsewhere");
    assert!(matches!(told, FetchError::Refused(_)), "{told:?}");
    assert_eq!(store.requests(), ["GET /blob"]);
}

#[tokio::test]
async fn pages_of_tags_have_an_end() {
    let files = Files::start().await;
    let page = Answer::new(200, serde_json::json!({ "tags": ["a"] }));
    let next = "</v2/web/tags/list?last=a>; rel=\"next\"";
    files.put("/v2/web/tags/list", Reply::Answer(page.with_header("link", next)));
    let registries = registries(&files.host(), None);
    let told = registries.tags(&format!("oci://{}/web", files.host())).await;
    // The second page says that it is its own successor.
    assert!(matches!(told, Err(FetchError::Wrong(_))), "{told:?}");
    assert_eq!(files.requests().len(), 2);
}

const INDEX: &str = "\
apiVersion: v1
entries:
  web:
  - {version: 1.2.0, urls: [charts/web-1.2.0.tgz], digest: DIGEST}
  - {version: 1.10.0, urls: ['http://HOST/stable/charts/web-1.10.0.tgz'], name: web, created: '2026-01-01T00:00:00Z'}
  - {version: 2.0.0-rc.1, urls: [charts/web-2.tgz]}
  other: []
generated: '2026-01-01T00:00:00Z'
";

#[tokio::test]
async fn a_repository_of_charts_is_read_once() {
    let files = Files::start().await;
    let host = files.host();
    let index = INDEX.replace("HOST", &host).replace("DIGEST", digest(b"one").trim_start_matches("sha256:"));
    files.put("/stable/index.yaml", Reply::Content(index.into()));
    files.put("/stable/charts/web-1.2.0.tgz", Reply::Content("one".into()));
    files.put("/stable/charts/web-1.10.0.tgz", Reply::Content("two".into()));
    let registries = registries(&host, login("ann", "secret"));
    let url = format!("http://{host}/stable/web");
    let pull = async |url: &str, version: &str| content(registries.chart(url, version).await);
    assert_eq!(pull(&url, "1.2.0").await, came("1.2.0", "one"));
    assert_eq!(pull(&url, "").await, came("1.10.0", "two"));
    assert_eq!(pull(&url, "1.x").await, came("1.10.0", "two"));
    let here = format!("http://{host}/stable");
    let newest = format!("the index of {here} has no version `3.x` of it; the newest is `1.10.0`");
    assert_eq!(pull(&url, "3.x").await, Err(newest));
    let none = format!("the index of {here} has no chart `api`");
    assert_eq!(pull(&format!("{here}/api"), "").await, Err(none));
    let gone = pull(&url, "2.0.0-rc.1").await;
    assert_eq!(gone, Err(format!("the chart `web` 2.0.0-rc.1 of {here} is in the index, and not where that says")));
    let indexes = files.requests().iter().filter(|request| request.contains("index.yaml")).count();
    assert_eq!(indexes, 1, "{:?}", files.requests());
    let nothing = pull(&format!("http://{host}/elsewhere/web"), "1.0.0").await;
    let expected = format!("there is no repository of charts at http://{host}/elsewhere: it has no `index.yaml`");
    assert_eq!(nothing, Err(expected));
}

#[tokio::test]
async fn a_chart_is_what_its_index_says_and_a_login_stays_with_its_host() {
    let (files, store) = (Files::start().await, Files::start().await);
    let index = format!(
        "entries:\n  web:\n  - {{version: 1.0.0, urls: [web.tgz], digest: {}}}\n  - {{version: 2.0.0, urls: ['http://{}/web.tgz']}}\n",
        digest(b"one"),
        store.host()
    );
    files.put("/index.yaml", Reply::Content(index.into()));
    files.put("/web.tgz", Reply::Content("another".into()));
    store.put("/web.tgz", Reply::Content("two".into()));
    let registries = registries(&files.host(), login("ann", "secret"));
    let url = format!("http://{}/web", files.host());
    let told = content(registries.chart(&url, "1.0.0").await).expect_err("is another");
    assert!(told.contains("is not what the index says: its digest is sha256:"), "{told}");
    assert_eq!(content(registries.chart(&url, "2.0.0").await), came("2.0.0", "two"));
    assert!(files.requests().iter().all(|request| request.contains(" as Basic ")), "{:?}", files.requests());
    assert_eq!(store.requests(), ["GET /web.tgz"]);
}

#[tokio::test]
async fn a_user_in_an_address_is_not_told() {
    let files = Files::start().await;
    files.put("/stable/index.yaml", Reply::Content("entries: {}\n".into()));
    for url in [
        "http://ann:secret@HOST/stable/web",
        "http://ann:secret@HOST/gone/web?token=secret",
        "oci://ann:secret@HOST/web",
    ] {
        let url = url.replace("HOST", &files.host());
        let told = content(registries(&files.host(), None).chart(&url, "1.0.0").await).expect_err("is not there");
        assert!(!told.contains("secret") && told.contains("127.0.0.1"), "{told}");
    }
}

#[tokio::test]
async fn what_an_index_may_be_is_told() {
    let files = Files::start().await;
    let cases = [
        ("/html", Reply::Content("<html>\n<a: b: c>".into()), "cannot be read"),
        ("/forbidden", Reply::Answer(answer(403)), "does not let us in (403)"),
        ("/broken", Reply::Answer(answer(501)), "answers 501"),
    ];
    for (path, reply, says) in cases {
        files.put(&format!("{path}/index.yaml"), reply);
        let url = format!("http://{}{path}/web", files.host());
        let told = content(registries(&files.host(), None).chart(&url, "1.0.0").await).expect_err("is wrong");
        assert!(told.contains(says), "{told}");
        assert!(!told.contains('\n'), "{told}");
    }
}
