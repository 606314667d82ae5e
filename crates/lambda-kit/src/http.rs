//! What the functions behind the HTTP API share: who calls, and problem documents.

use axum::{
    Json,
    extract::{DefaultBodyLimit, FromRequestParts, rejection::JsonRejection},
    response::{IntoResponse, Response},
};
use contracts::{Workspace, api::Problem, limits::MAX_BODY_BYTES, reindex::OPERATORS_GROUP};
use http::{HeaderValue, StatusCode, header, request::Parts};
use lambda_http::{RequestExt, request::RequestContext};
use serde_json::{Map, Number, Value};

/// Who calls, by the token that API Gateway has verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The tenant: `custom:workspace`, else `sub`.
    pub workspace: Workspace,
    /// The token's subject.
    pub subject: String,
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = ProblemResponse;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Self::Rejection> {
        caller_of(|name| claim(parts, name))
    }
}

/// A caller who may change what all tenants share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operator(pub Caller);

impl<S: Send + Sync> FromRequestParts<S> for Operator {
    type Rejection = ProblemResponse;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Self::Rejection> {
        operator_of(|name| claim(parts, name))
    }
}

/// The caller by the claims of a verified token, if it is a member of the group of operators.
///
/// # Errors
/// As [`caller_of`], and 403 where the token names another group or none.
pub fn operator_of(claim: impl Fn(&str) -> Option<String>) -> Result<Operator, ProblemResponse> {
    let caller = caller_of(&claim)?;
    let groups = claim("cognito:groups").unwrap_or_default();
    // API Gateway writes a list as `[a b]`. A group's name may hold brackets and has no space in it.
    let inner = groups
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    let mut names = inner.unwrap_or(&groups).split(' ');
    if names.any(|name| name == OPERATORS_GROUP) {
        return Ok(Operator(caller));
    }
    let detail = format!(
        "this is for operators of the deployment: the token's user is not in the group {OPERATORS_GROUP}"
    );
    Err(ProblemResponse::new(StatusCode::FORBIDDEN, detail))
}

fn claim(parts: &Parts, name: &str) -> Option<String> {
    let RequestContext::ApiGatewayV2(context) = parts.request_context_ref()? else {
        return None;
    };
    let claims = &context.authorizer.as_ref()?.jwt.as_ref()?.claims;
    claims.get(name).cloned()
}

/// The caller by the claims of a verified token.
///
/// # Errors
/// 401 where the token names no subject or a workspace that can't stand in keys.
pub fn caller_of(claim: impl Fn(&str) -> Option<String>) -> Result<Caller, ProblemResponse> {
    let unauthorized = || {
        ProblemResponse::new(
            StatusCode::UNAUTHORIZED,
            "the token names no usable workspace: sign in with a user whose custom:workspace or sub is 1 to 128 letters, digits or -_.@=",
        )
    };
    if claim("token_use").as_deref() == Some("access") {
        let detail = "an access token names no workspace: send the ID token";
        return Err(ProblemResponse::new(StatusCode::UNAUTHORIZED, detail));
    }
    let subject = claim("sub").ok_or_else(unauthorized)?;
    let workspace = claim("custom:workspace").unwrap_or_else(|| subject.clone());
    let workspace = Workspace(workspace);
    if !workspace.is_valid() {
        return Err(unauthorized());
    }
    Ok(Caller { workspace, subject })
}

/// An error answer as RFC 9457 has it.
#[derive(Debug, PartialEq, Eq)]
pub struct ProblemResponse {
    /// HTTP status.
    pub status: StatusCode,
    /// What is wrong and the way out.
    pub detail: String,
}

impl ProblemResponse {
    /// A problem with a status and a sentence for people.
    pub fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self {
            status,
            detail: detail.into(),
        }
    }

    /// 400: the request itself is wrong.
    pub fn bad_request(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, detail)
    }

    /// 503: a service that vindex needs does not answer; logged here with its cause.
    pub fn unavailable(what: &str, cause: &dyn std::error::Error) -> Self {
        tracing::error!(error.chain = %cause, "{what} does not answer");
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            format!("{what} does not answer at present: try again in a moment"),
        )
    }
}

impl IntoResponse for ProblemResponse {
    fn into_response(self) -> Response {
        let problem = Problem {
            kind: "about:blank".to_owned(),
            title: self.status.canonical_reason().unwrap_or("Error").to_owned(),
            status: self.status.as_u16(),
            detail: self.detail,
        };
        let mut response = (self.status, Json(problem)).into_response();
        response.headers_mut().insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        response
    }
}

impl From<JsonRejection> for ProblemResponse {
    fn from(rejection: JsonRejection) -> Self {
        Self::bad_request(format!("the body can't be used: {}", rejection.body_text()))
    }
}

/// A JSON body of at most `LIMIT_BYTES` whose rejection is a problem document. It is read as `docs/openapi.yaml` means
/// it: an object and no list of its values, no field null, and `1.0` is the whole number 1.
#[derive(Debug)]
pub struct JsonBody<T, const LIMIT_BYTES: usize = MAX_BODY_BYTES>(pub T);

impl<T, S, const LIMIT_BYTES: usize> axum::extract::FromRequest<S> for JsonBody<T, LIMIT_BYTES>
where
    T: serde::de::DeserializeOwned,
    S: Send + Sync,
{
    type Rejection = ProblemResponse;

    async fn from_request(
        mut request: axum::extract::Request,
        state: &S,
    ) -> Result<Self, Self::Rejection> {
        DefaultBodyLimit::max(LIMIT_BYTES).apply(&mut request);
        let body = Json::<Map<String, Value>>::from_request(request, state).await;
        let Json(mut fields) = body.map_err(|rejection| match rejection.status() {
            StatusCode::PAYLOAD_TOO_LARGE => too_large(LIMIT_BYTES),
            _ => rejection.into(),
        })?;
        for (name, value) in &mut fields {
            make_plain(name, value)?;
        }
        let read = serde_path_to_error::deserialize(Value::Object(fields));
        read.map(Self).map_err(|error| {
            ProblemResponse::bad_request(format!("the body can't be used: {error}"))
        })
    }
}

fn too_large(limit_bytes: usize) -> ProblemResponse {
    ProblemResponse::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        format!("the body has more than the {limit_bytes} bytes allowed"),
    )
}

/// Refuses null in a field, which could mean two things, and makes whole numbers of those written like `1.0`.
fn make_plain(name: &str, value: &mut Value) -> Result<(), ProblemResponse> {
    match value {
        Value::Null => Err(ProblemResponse::bad_request(format!(
            "{name} is null: leave it out, or give a value"
        ))),
        Value::Number(number) => {
            if let Some(whole) = whole(number) {
                *number = whole;
            }
            Ok(())
        }
        Value::Array(items) => items.iter_mut().try_for_each(|item| make_plain(name, item)),
        Value::Object(fields) => fields
            .iter_mut()
            .try_for_each(|(name, value)| make_plain(name, value)),
        Value::Bool(_) | Value::String(_) => Ok(()),
    }
}

/// `1` for `1.0`: JSON does not tell them apart, and some clients write every number with a point.
fn whole(number: &Number) -> Option<Number> {
    let float = number.as_f64().filter(|_| number.is_f64())?;
    // Without fraction, a float is written in digits alone.
    float.to_string().parse().ok()
}

/// Parameters of the address whose rejection is a problem document.
#[derive(Debug)]
pub struct QueryParameters<T>(pub T);

impl<T, S> FromRequestParts<S> for QueryParameters<T>
where
    T: serde::de::DeserializeOwned,
    S: Send + Sync,
{
    type Rejection = ProblemResponse;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        match axum::extract::Query::<T>::from_request_parts(parts, state).await {
            Ok(query) => Ok(Self(query.0)),
            Err(rejection) => Err(ProblemResponse::bad_request(format!(
                "the parameters can't be used: {}",
                rejection.body_text()
            ))),
        }
    }
}

/// Answer to a path that no route has.
pub async fn not_found() -> ProblemResponse {
    ProblemResponse::new(StatusCode::NOT_FOUND, "no such path: see docs/openapi.yaml")
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::{body::Body, extract::FromRequest};
    use serde::Deserialize;

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Measured {
        name: String,
        #[serde(default)]
        count: u64,
        #[serde(default)]
        shares: Vec<f64>,
    }

    async fn read_body(text: &str) -> Result<Measured, ProblemResponse> {
        let request = http::Request::post("/")
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(text.to_owned()))
            .unwrap();
        let body = JsonBody::<Measured, 100>::from_request(request, &()).await;
        body.map(|body| body.0)
    }

    async fn check_body(text: &str, count: u64, shares: &[f64]) {
        let expected = Measured {
            name: "n".to_owned(),
            count,
            shares: shares.to_vec(),
        };
        assert_eq!(read_body(text).await, Ok(expected), "{text}");
    }

    #[tokio::test]
    async fn whole_numbers_may_have_a_point() {
        check_body(r#"{"name": "n", "count": 1}"#, 1, &[]).await;
        check_body(r#"{"name": "n", "count": 991874.0}"#, 991_874, &[]).await;
        check_body(r#"{"name": "n", "count": 1e3}"#, 1_000, &[]).await;
        let largest = format!(r#"{{"name": "n", "count": {}}}"#, u64::MAX);
        check_body(&largest, u64::MAX, &[]).await;
        check_body(
            r#"{"name": "n", "shares": [1.0, 0.5, 2]}"#,
            0,
            &[1.0, 0.5, 2.0],
        )
        .await;
    }

    async fn check_body_refused(text: &str, status: StatusCode, part: &str) {
        let problem = read_body(text).await.unwrap_err();
        assert_eq!(problem.status, status, "{text}: {}", problem.detail);
        assert!(problem.detail.contains(part), "{text}: {}", problem.detail);
    }

    #[tokio::test]
    async fn bodies_that_are_not_as_described_are_refused_by_name() {
        let wrong = StatusCode::BAD_REQUEST;
        check_body_refused(r#"["n", 1, []]"#, wrong, "expected a map").await;
        check_body_refused("null", wrong, "expected a map").await;
        check_body_refused(r#"{"name": null}"#, wrong, "name is null").await;
        check_body_refused(
            r#"{"name": "n", "shares": [null]}"#,
            wrong,
            "shares is null",
        )
        .await;
        check_body_refused(r#"{"name": "n", "count": 1.5}"#, wrong, "count: ").await;
        check_body_refused(r#"{"name": "n", "count": -1.0}"#, wrong, "count: ").await;
        check_body_refused(r#"{"name": "n", "more": 1}"#, wrong, "unknown field").await;
        let large = format!(r#"{{"name": "{}"}}"#, "n".repeat(100));
        let too_large = StatusCode::PAYLOAD_TOO_LARGE;
        check_body_refused(&large, too_large, "more than the 100 bytes").await;
    }

    fn check(claims: &[(&str, &str)], expected: Result<&str, StatusCode>) {
        let caller = caller_of(|name| {
            claims
                .iter()
                .find(|(claim, _)| *claim == name)
                .map(|(_, value)| (*value).to_owned())
        });
        let workspace = caller.map(|caller| caller.workspace.0);
        assert_eq!(
            workspace.map_err(|problem| problem.status),
            expected.map(str::to_owned)
        );
    }

    #[test]
    fn the_workspace_comes_from_its_claim_or_else_the_subject() {
        check(&[("sub", "s"), ("custom:workspace", "w")], Ok("w"));
        check(&[("sub", "s")], Ok("s"));
        check(
            &[("sub", "s"), ("token_use", "access")],
            Err(StatusCode::UNAUTHORIZED),
        );
        check(&[("custom:workspace", "w")], Err(StatusCode::UNAUTHORIZED));
        check(
            &[("sub", "s"), ("custom:workspace", "../x")],
            Err(StatusCode::UNAUTHORIZED),
        );
    }

    #[track_caller]
    fn check_operator(groups: Option<&str>, expected: Option<StatusCode>) {
        let operator = operator_of(|name| match name {
            "sub" => Some("s".to_owned()),
            "cognito:groups" => groups.map(str::to_owned),
            _ => None,
        });
        assert_eq!(
            operator.err().map(|problem| problem.status),
            expected,
            "{groups:?}"
        );
    }

    #[test]
    fn an_operator_is_in_the_group_of_that_very_name() {
        let refused = Some(StatusCode::FORBIDDEN);
        check_operator(Some("[operators]"), None);
        check_operator(Some("[editors operators]"), None);
        check_operator(Some("operators"), None);
        for other in [
            "",
            "[]",
            "[operators2]",
            "[[operators]",
            "[operators]]",
            "[a,operators]",
        ] {
            check_operator(Some(other), refused);
        }
        check_operator(None, refused);
    }
}
