//! The ACR face: who is let in, for what, and for how long.

use std::time::Duration;

use reqwest::{Client, Response};
use seatrial_test_servers::Clock;
use seatrial_test_servers::acr::{AcrFace, NULL_USER, Rights, Settings, Trouble};
use seatrial_test_servers::oci::{Image, Package, Remote, digest};
use seatrial_test_servers::registry::Registry;
use seatrial_transport::Transport;
use serde_json::Value;

const SERVICE: &str = "shopprivate.azurecr.io";

/// A face, the registry behind it with `shop/web:1.4.0`, and the face's clock.
struct Bed {
    face: AcrFace,
    registry: Registry,
    clock: Clock,
}

async fn bed() -> Bed {
    let registry = Registry::start().await;
    registry.put("shop/web", "1.4.0", &package());
    let clock = Clock::stopped_at(1_795_000_000);
    let settings = Settings::new(SERVICE, &registry.url())
        .with_login("admin", "admin-password", Rights::All)
        .with_login("puller", "puller-password", Rights::Pull)
        .with_entra_token("entra-push", Rights::PullAndPush)
        .with_entra_token("entra-pull", Rights::Pull)
        .with_clock(clock.clone());
    Bed { face: AcrFace::start(settings).await, registry, clock }
}

fn package() -> Package {
    Image::new().with_content("/file", b"x".to_vec(), 0o644).expect("is a plain path").package()
}

thread_local! {
    /// One for each test, which has a thread and a runtime of its own.
    static CLIENT: Client = Transport::new(&seatrial_transport::Settings::default()).expect("is a client").client().clone();
}

fn client() -> Client {
    CLIENT.with(Client::clone)
}

impl Bed {
    fn manifest(&self) -> String {
        format!("{}/v2/shop/web/manifests/1.4.0", self.face.url())
    }

    async fn post(&self, path: &str, form: &[(&str, &str)]) -> Response {
        let form = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let request = client().post(format!("{}{path}", self.face.url())).body(form);
        request.header("content-type", "application/x-www-form-urlencoded").send().await.expect("is answered")
    }

    async fn exchange(&self, entra: &str) -> Response {
        let form = [("grant_type", "access_token"), ("service", SERVICE), ("tenant", "t"), ("access_token", entra)];
        self.post("/oauth2/exchange", &form).await
    }

    async fn refresh_token(&self, entra: &str) -> String {
        token(self.exchange(entra).await, "refresh_token").await
    }

    async fn redeem(&self, refresh: &str, scope: &str) -> Response {
        let form =
            [("grant_type", "refresh_token"), ("service", SERVICE), ("scope", scope), ("refresh_token", refresh)];
        self.post("/oauth2/token", &form).await
    }

    async fn access_token(&self, entra: &str, scope: &str) -> String {
        let refresh = self.refresh_token(entra).await;
        token(self.redeem(&refresh, scope).await, "access_token").await
    }

    /// Status of the manifest with a token.
    async fn pull(&self, token: &str) -> Response {
        client().get(self.manifest()).bearer_auth(token).send().await.expect("is answered")
    }
}

async fn token(response: Response, field: &str) -> String {
    assert_eq!(response.status(), 200);
    let body: Value = response.json().await.expect("is JSON");
    body[field].as_str().expect("is there").to_owned()
}

fn challenge(response: &Response) -> String {
    response.headers()["www-authenticate"].to_str().expect("is text").to_owned()
}

fn expiry(token: &str) -> u64 {
    use base64::Engine;
    let payload = token.split('.').nth(1).expect("looks like a JWT");
    let bytes = base64::prelude::BASE64_URL_SAFE_NO_PAD.decode(payload).expect("is base64");
    let claims: Value = serde_json::from_slice(&bytes).expect("is JSON");
    assert_eq!(claims["aud"], SERVICE);
    claims["exp"].as_u64().expect("is a number")
}

const PULL: &str = "repository:shop/web:pull";

#[tokio::test]
async fn a_stranger_is_told_where_to_get_a_token() {
    let bed = bed().await;
    let response = client().get(bed.manifest()).send().await.expect("is answered");
    assert_eq!(response.status(), 401);
    let realm = format!("Bearer realm=\"{}/oauth2/token\",service=\"{SERVICE}\"", bed.face.url());
    assert_eq!(challenge(&response), format!("{realm},scope=\"{PULL}\""));
    let body: Value = response.json().await.expect("is JSON");
    assert_eq!(body["errors"][0]["code"], "UNAUTHORIZED");
    assert_eq!(body["errors"][0]["detail"][0]["Name"], "shop/web");

    let base = client().get(format!("{}/v2/", bed.face.url())).send().await.expect("is answered");
    assert_eq!((base.status().as_u16(), challenge(&base)), (401, realm.clone()));
    let upload = client().post(format!("{}/v2/shop/web/blobs/uploads/", bed.face.url())).send().await;
    let upload = upload.expect("is answered");
    assert_eq!(challenge(&upload), format!("{realm},scope=\"repository:shop/web:pull,push\""));
    assert_eq!(bed.registry.requests(), Vec::<String>::new());
}

#[tokio::test]
async fn an_entra_token_becomes_a_refresh_token_becomes_an_access_token() {
    let bed = bed().await;
    let refresh = bed.refresh_token("entra-pull").await;
    assert_eq!(expiry(&refresh), bed.clock.now() + 3 * 60 * 60);
    let access = token(bed.redeem(&refresh, PULL).await, "access_token").await;
    assert_eq!(expiry(&access), bed.clock.now() + 75 * 60);
    let pulled = bed.pull(&access).await;
    assert_eq!(pulled.status(), 200);
    assert_eq!(pulled.headers()["docker-content-digest"], package().digest().as_str());
    assert_eq!(pulled.bytes().await.expect("is there").as_ref(), package().manifest());
}

#[tokio::test]
async fn the_three_ways_of_clients_lead_to_a_token() {
    let bed = bed().await;
    let refresh = bed.refresh_token("entra-pull").await;
    let url = format!("{}/oauth2/token?service={SERVICE}&scope={PULL}", bed.face.url());
    for (user, password) in [(NULL_USER, refresh.as_str()), ("puller", "puller-password")] {
        let response = client().get(&url).basic_auth(user, Some(password)).send().await.expect("is answered");
        let access = token(response, "access_token").await;
        assert_eq!(bed.pull(&access).await.status(), 200, "{user}");

        // As containerd asks.
        let form = [
            ("grant_type", "password"),
            ("service", SERVICE),
            ("client_id", "containerd-client"),
            ("scope", PULL),
            ("username", user),
            ("password", password),
        ];
        let access = token(bed.post("/oauth2/token", &form).await, "access_token").await;
        assert_eq!(bed.pull(&access).await.status(), 200, "{user}");
    }
    let direct = client().get(bed.manifest()).basic_auth("admin", Some("admin-password")).send().await;
    assert_eq!(direct.expect("is answered").status(), 200);
}

#[tokio::test]
async fn who_is_not_known_gets_no_token() {
    let bed = bed().await;
    let refresh = bed.refresh_token("entra-pull").await;
    let other = [("grant_type", "access_token"), ("service", "other.azurecr.io"), ("access_token", "entra-pull")];
    let other_token = [("grant_type", "refresh_token"), ("service", "other.azurecr.io"), ("refresh_token", &refresh)];
    let password =
        |word| [("grant_type", "password"), ("service", SERVICE), ("username", "puller"), ("password", word)];
    let url = format!("{}/oauth2/token?service={SERVICE}&scope={PULL}", bed.face.url());
    let statuses = [
        bed.exchange("unknown").await,
        bed.post("/oauth2/exchange", &other).await,
        bed.post("/oauth2/token", &other_token).await,
        bed.post("/oauth2/token", &password("wrong")).await,
        bed.redeem("nonsense", PULL).await,
        client().get(&url).send().await.expect("is answered"),
        client().get(&url).basic_auth("puller", Some("wrong")).send().await.expect("is answered"),
    ]
    .map(|response| response.status().as_u16());
    assert_eq!(statuses, [401; 7]);
    let no_service = bed.post("/oauth2/exchange", &[("grant_type", "access_token")]).await;
    assert_eq!(no_service.status(), 400);
    let gotten = client().get(format!("{}/oauth2/exchange", bed.face.url())).send().await;
    assert_eq!(gotten.expect("is answered").status(), 404);
}

#[tokio::test]
async fn tokens_expire() {
    let bed = bed().await;
    let refresh = bed.refresh_token("entra-pull").await;
    let access = token(bed.redeem(&refresh, PULL).await, "access_token").await;
    bed.clock.advance(Duration::from_secs(75 * 60 - 1));
    assert_eq!(bed.pull(&access).await.status(), 200);
    bed.clock.advance(Duration::from_secs(1));
    let expired = bed.pull(&access).await;
    assert_eq!(expired.status(), 401);
    assert!(challenge(&expired).ends_with("error=\"invalid_token\""), "{}", challenge(&expired));
    let access = token(bed.redeem(&refresh, PULL).await, "access_token").await;
    assert_eq!(bed.pull(&access).await.status(), 200);
    bed.clock.advance(Duration::from_secs(3 * 60 * 60));
    assert_eq!(bed.redeem(&refresh, PULL).await.status(), 401);
}

#[tokio::test]
async fn a_token_holds_for_what_it_names_only() {
    let bed = bed().await;
    let insufficient = |response: Response| {
        assert_eq!(response.status(), 401);
        assert!(challenge(&response).ends_with("error=\"insufficient_scope\""), "{}", challenge(&response));
    };
    insufficient(bed.pull(&bed.access_token("entra-pull", "repository:shop/api:pull").await).await);
    let access = bed.access_token("entra-push", PULL).await;
    let upload = |access: String| {
        client().post(format!("{}/v2/shop/web/blobs/uploads/", bed.face.url())).bearer_auth(access).send()
    };
    insufficient(upload(access).await.expect("is answered"));
    let reader = bed.access_token("entra-pull", "repository:shop/web:pull,push").await;
    assert_eq!(bed.pull(&reader).await.status(), 200);
    insufficient(upload(reader).await.expect("is answered"));
    let writer = bed.access_token("entra-push", "repository:shop/web:pull,push").await;
    assert_eq!(upload(writer).await.expect("is answered").status(), 202);
    let refresh = bed.refresh_token("entra-pull").await;
    assert_eq!(bed.pull(&refresh).await.status(), 401);
}

#[tokio::test]
async fn a_push_goes_through_with_large_bodies_and_a_reader_is_refused() {
    let bed = bed().await;
    // Not compressible: the pseudo-random bytes of a chain of digests.
    let mut noise = Vec::new();
    while noise.len() < 3_000_000 {
        noise.extend_from_slice(digest(&noise.len().to_le_bytes()).as_bytes());
    }
    let large = Image::new().with_content("/noise", noise, 0o644).expect("is a plain path").package();
    let remote = |user, password| Remote::new(&bed.face.url()).with_login(user, password);
    let pushed = remote("admin", "admin-password").push("shop/large", "1", &large).await.expect("is pushed");
    assert_eq!(pushed, large.digest());
    let layer = digest(&large.layer.bytes);
    assert_eq!(bed.registry.blob("shop/large", &layer).as_ref(), Some(&large.layer.bytes));
    let pulled = client().get(format!("{}/v2/shop/large/blobs/{layer}", bed.face.url()));
    let pulled = pulled.basic_auth("puller", Some("puller-password")).send().await.expect("is answered");
    assert_eq!(pulled.bytes().await.expect("is there"), large.layer.bytes);
    let refused = remote("puller", "puller-password").push("shop/other", "1", &package()).await;
    let sentence = refused.expect_err("may not push").to_string();
    assert!(sentence.contains("401") && sentence.contains("UNAUTHORIZED"), "{sentence}");
    assert_eq!(bed.registry.tags("shop/other"), Vec::<String>::new());
}

#[tokio::test]
async fn goes_wrong_when_told_to() {
    let bed = bed().await;
    bed.face.trouble("/oauth2/", 1, Trouble::Throttled { retry_after: 7 });
    bed.face.trouble("/v2/", 1, Trouble::Unavailable);
    bed.face.trouble("/v2/", 1, Trouble::Dropped);
    let throttled = bed.exchange("entra-pull").await;
    assert_eq!(
        (throttled.status().as_u16(), &throttled.headers()["retry-after"]),
        (429, &"7".parse().expect("a value"))
    );
    let access = bed.access_token("entra-pull", PULL).await;
    assert_eq!(bed.pull(&access).await.status(), 503);
    assert!(client().get(bed.manifest()).bearer_auth(&access).send().await.is_err());
    assert_eq!(bed.pull(&access).await.status(), 200);
    assert_eq!(bed.face.requests().len(), 6);
}

#[tokio::test]
async fn a_registry_that_is_gone_is_a_bad_gateway() {
    let settings = Settings::new(SERVICE, "http://127.0.0.1:1").with_login("admin", "word", Rights::All);
    let face = AcrFace::start(settings).await;
    let answer = client().get(format!("{}/v2/", face.url())).basic_auth("admin", Some("word")).send().await;
    assert_eq!(answer.expect("is answered").status(), 502);
}
