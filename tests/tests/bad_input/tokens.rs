//! Without a token that the user pool has signed, every route but `/health` answers 401.

use crate::refused::assert_nothing_made;
use end_to_end::{Answer, CommandLine, Stack};
use reqwest::Method;

/// `{"alg":"none"}` and `{"sub":"s","custom:workspace":"w"}` without a signature.
const UNSIGNED: &str = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJzIiwiY3VzdG9tOndvcmtzcGFjZSI6IncifQ.";

const ROUTES: &[(Method, &str)] = &[
    (Method::POST, "/uploads"),
    (Method::GET, "/uploads/v/parts"),
    (Method::POST, "/uploads/v/complete"),
    (Method::POST, "/imports"),
    (Method::GET, "/videos"),
    (Method::GET, "/videos/v"),
    (Method::PATCH, "/videos/v"),
    (Method::DELETE, "/videos/v"),
    (Method::POST, "/videos/v/retry"),
    (Method::GET, "/videos/v/timeline"),
    (Method::GET, "/videos/v/transcript"),
    (Method::GET, "/videos/v/captions.vtt"),
    (Method::GET, "/videos/v/captions.srt"),
    (Method::GET, "/search?q=a"),
    (Method::POST, "/search"),
];

#[tokio::test]
async fn no_token_or_a_foreign_one_opens_nothing() {
    let stack = Stack::from_env().await;
    let tenant = stack.new_tenant("tokens").await;
    let [header, claims, signature] = parts(&tenant.token);
    let other = stack.new_tenant("tokens").await;
    let [_, other_claims, _] = parts(&other.token);
    let cut = &signature[..signature.len() / 2];
    let foreign = [
        None,
        Some(String::new()),
        Some("garbage".to_owned()),
        Some(UNSIGNED.to_owned()),
        Some(format!("{header}.{other_claims}.{signature}")),
        Some(format!("{header}.{claims}.{cut}")),
    ];
    for token in &foreign {
        for (method, path) in ROUTES {
            let request = stack
                .http
                .request(method.clone(), format!("{}{path}", stack.api_url));
            let request = match token {
                Some(token) => request.bearer_auth(token),
                None => request,
            };
            let answer = Answer::of(request).await;
            assert_eq!(
                answer.status, 401,
                "{method} {path} with {token:?}: {answer:?}"
            );
        }
    }
    let health = Answer::of(stack.http.get(format!("{}/health", stack.api_url))).await;
    assert_eq!(health.status, 200);

    let finished = CommandLine::new(&stack.api_url, "garbage")
        .run(["videos"])
        .await;
    assert_eq!(finished.code, 2, "{finished:?}");
    assert!(finished.errors.contains("token"), "{finished:?}");
    assert_nothing_made(&tenant).await;
}

fn parts(token: &str) -> [String; 3] {
    let parts: Vec<String> = token.split('.').map(str::to_owned).collect();
    parts.try_into().expect("a token has three parts")
}
